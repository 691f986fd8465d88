"""Who knows what about her: what left, whether it arrived, how a withdrawal was carried out, what we hold."""

from node.effects import Acting, audit
from node.vault.records import ConsentRecord, WithdrawalTold
from node.vault.tables import cases, consents, holdings, identity, overview
from node.vault.tables.holdings import Came, Left
from node.vault.unit import Unit
from protocol.consent import ConsentState
from protocol.delivery import OutboxState
from protocol.errors import LocalProtocolError
from protocol.fields import MapReader
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.consent import ConsentWithdrawn, parse_withdrawn
from protocol.messages.union import split_payload
from protocol.values import Instant, NodeId

_READABLE = frozenset({ConsentState.LIVE, ConsentState.UNCONFIRMED})


def show_ledger(
    unit: Unit, command: commands.ShowLedger, *, acting: Acting
) -> views.Ledger | Refused:
    """Her ledger; that it was read is written down."""
    case = cases.find_case(unit.vault, command.case_id)
    if case is None:
        return refused(No.NOT_FOUND)
    with unit.unseen():
        audit(unit, "case.read", case.case_id, acting=acting, details="ledger")
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    left = holdings.left_about(unit.vault, case.case_id)
    came = holdings.came_about(unit.vault, case.case_id)
    return views.Ledger(
        case_id=case.case_id,
        case_number=case.case_number,
        lines=[_line(unit, one, now=trusted) for one in left],
        held=[_held(unit, one, now=trusted) for one in came],
    )


def _line(unit: Unit, left: Left, *, now: Instant) -> views.LedgerLine:
    record = consents.find_consent(unit.vault, left.consent_id)
    if record is None:
        raise LocalProtocolError("a leaving without its consent")
    name, last_heard = overview.name_peer(unit.vault, left.peer)
    was_stored = left.state == OutboxState.STORED.value
    return views.LedgerLine(
        message_id=left.message_id,
        consent_id=left.consent_id,
        peer=left.peer,
        peer_name=name,
        last_heard=last_heard,
        at=left.at,
        purpose=record.standing.consent.purpose.value,
        categories=list(left.categories),
        fields=list(left.fields),
        state=left.state,
        is_withheld=left.is_withheld,
        is_confirmed=left.is_confirmed,
        received_at=left.settled_at if was_stored else None,
        seen_at=left.seen_at,
        until=record.standing.consent.expires,
        consent_state=record.standing.state(now=now).value,
        withdrawal=_withdrawal(unit, record, left.peer),
    )


def _withdrawal(unit: Unit, record: ConsentRecord, peer: NodeId) -> views.WithdrawalView | None:
    consent = record.standing.consent.consent_id
    for told in consents.withdrawals_of(unit.vault, consent):
        if told.peer == peer:
            return _told(unit, told)
    return None


def _told(unit: Unit, told: WithdrawalTold) -> views.WithdrawalView:
    """What the other side answered, and whether the message that tells it has arrived."""
    items = [
        item
        for item in holdings.withdrawal_items(unit.vault, told.peer)
        if _read(item.payload).consent_id == told.consent_id
    ]
    reached = [
        item.settled_at
        for item in items
        if item.state == OutboxState.STORED.value and item.settled_at is not None
    ]
    waiting = [item for item in items if item.settled_at is None]
    return views.WithdrawalView(
        status=told.status,
        told_at=told.told_at,
        locked_at=told.locked_at,
        erased_at=told.erased_at,
        reached_at=min(reached, default=None),
        attempts=max((item.attempts for item in waiting), default=0),
        next_attempt=min((item.due for item in waiting), default=None),
    )


def _read(payload: bytes) -> ConsentWithdrawn:
    return parse_withdrawn(MapReader(split_payload(payload), place="outbox.payload"))


def _held(unit: Unit, came: Came, *, now: Instant) -> views.HeldMessage:
    record = consents.find_by_hash(unit.vault, came.consent)
    standing = None if record is None else record.standing
    state = None if standing is None else standing.state(now=now)
    return views.HeldMessage(
        message_id=came.message_id,
        peer=came.peer,
        peer_name=overview.name_peer(unit.vault, came.peer)[0],
        type=came.type,
        received_at=came.received_at,
        seen_at=came.seen_at,
        state=_held_state(came, state),
        consent_id=None if standing is None else standing.consent.consent_id,
        purpose=None if standing is None else standing.consent.purpose.value,
        until=None if standing is None else standing.consent.expires,
        consent_state=None if state is None else state.value,
    )


def _held_state(came: Came, state: ConsentState | None) -> str:
    if not came.is_there:
        # Nothing was to erase what she still allows: its key is lost, mostly with a computer.
        return "lost" if state in _READABLE else "erased"
    return "readable" if not came.is_locked and state in _READABLE else "locked"

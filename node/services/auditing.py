"""The audit log against itself and the heads that others hold; cut where two of them vouch for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from node.audit_days import close_days
from node.effects import Acting, audit
from node.trusted_clock import is_in_doubt
from node.vault.records import Self
from node.vault.tables import audit as log
from node.vault.tables import audit_days, consents, heads, peers
from node.vault.tables.audit_days import ClosedDay, Cut
from node.vault.tables.heads import Told
from node.vault.unit import Unit
from protocol.audit import (
    NOTHING_YET,
    Checkpoint,
    checkpoint_body,
    day_hash,
    day_of,
    parse_checkpoint,
)
from protocol.errors import RemoteProtocolError
from protocol.keys import VerifyingKey
from protocol.labels import Kind
from protocol.local import commands, views
from protocol.local.views import Comparison, No, Refused, refused
from protocol.signing import Signed, sign, verify
from protocol.signing import parse as parse_signed
from protocol.skeleton import DayHead, parse_skeleton
from protocol.values import Instant, NodeId, node_id, node_id_text

# An organisation alone could be persuaded; two that do not know of each other are harder.
_WITNESSES_MIN: Final = 2


def verify_audit(
    unit: Unit, command: commands.VerifyAudit, *, me: Self, acting: Acting
) -> views.AuditReport:
    """Look through the whole log. What is found is written into it."""
    close_days(unit, now=acting.now)
    elsewhere = list(_held_elsewhere(unit, command.heads, me=me))
    compared = [_compared(unit, found) for found in elsewhere]
    fitting = [one for one in compared if one.comparison == Comparison.FITS]
    vouched = [one for one, found in zip(compared, elsewhere, strict=True) if found.is_signed]
    vouched = [one for one in vouched if one.comparison == Comparison.FITS]
    entry, text = log.broken_at(unit.vault), log.details_broken_at(unit.vault)
    days, broken_head = _days(unit)
    unfit = [one.day for one in compared if _speaks_against(one) and one.day is not None]
    broken_days = [*unfit, *_day_of_entry(unit, entry), *([broken_head] if broken_head else [])]
    witnessed = max((one.day for one in vouched if one.day is not None), default=None)
    cut = audit_days.load_cut(unit.vault)
    are_consents_whole = consents.are_events_whole(unit.vault)
    is_log_whole = (entry, text, broken_head) == (None, None, None)
    report = views.AuditReport(
        is_whole=is_log_whole and are_consents_whole and len(fitting) == len(compared),
        are_consents_whole=are_consents_whole,
        entries=log.count(unit.vault),
        days=days,
        broken_entry=entry,
        broken_details=text,
        broken_day=min(broken_days, default=None),
        compared=compared,
        witnesses=len({one.holder for one in vouched if one.holder}),
        witnessed_day=witnessed,
        unwitnessed=_unwitnessed(unit, witnessed),
        cut_day=None if cut is None else cut.day,
    )
    verdict = "whole" if report.is_whole else "broken"
    audit(unit, "audit.verified", b"", acting=acting, details=verdict)
    return report


def _speaks_against(compared: views.HeadCompared) -> bool:
    return compared.comparison in (Comparison.DIFFERS, Comparison.MISSING)


def _day_of_entry(unit: Unit, number: int | None) -> list[int]:
    at = None if number is None else log.written_at(unit.vault, number)
    return [] if at is None else [day_of(at)]


def _days(unit: Unit) -> tuple[int, int | None]:
    """How many days are closed, and the first whose head does not follow from what is there."""
    start = log.beginning(unit.vault)
    count, previous = 0, None
    for closed in _every_day(unit):
        count += 1
        if not _follows(unit, closed, previous=previous, start=start):
            return count, closed.day
        previous = closed
    return count, None


def _every_day(unit: Unit) -> Iterator[ClosedDay]:
    day = -1
    while found := audit_days.after(unit.vault, day):
        yield from found
        day = found[-1].day


def _follows(
    unit: Unit, closed: ClosedDay, *, previous: ClosedDay | None, start: log.Place
) -> bool:
    before = NOTHING_YET if previous is None else previous.hash
    if closed.hash != day_hash(closed.day, previous=before, last_entry=closed.last_entry):
        return False
    if previous is not None and (
        closed.day != previous.day + 1 or closed.last_number < previous.last_number
    ):
        return False
    if closed.last_number < start.number:
        # What it bound was taken off; the heads after it bind the head itself.
        return True
    if closed.last_number == start.number:
        return closed.last_entry == start.hash
    return closed.last_entry == log.hash_at(unit.vault, closed.last_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Elsewhere:
    """A head that somebody else holds: by whom, where that can be said. None is no head of ours.

    `is_signed`: by a key that is still ours. One of years ago may fit, and vouches for nothing.
    """

    head: DayHead | None
    holder: NodeId | None
    is_signed: bool


def _held_elsewhere(unit: Unit, given: Sequence[bytes], *, me: Self) -> Iterator[_Elsewhere]:
    for told in heads.load_answered(unit.vault):
        yield _Elsewhere(head=told.head, holder=told.peer, is_signed=True)
    for raw in given:
        try:
            yield _read(raw, me=me)
        except RemoteProtocolError:
            yield _Elsewhere(head=None, holder=None, is_signed=False)


def _read(raw: bytes, *, me: Self) -> _Elsewhere:
    """A message of ours with a head in it, or a checkpoint; what is neither holds no head of ours."""
    try:
        signed = parse_signed(raw, kind=Kind.CHECKPOINT)
    except RemoteProtocolError:
        return _read_message(parse_signed(raw, kind=Kind.MESSAGE), me=me)
    checkpoint = parse_checkpoint(signed)
    head = checkpoint.head if checkpoint.node == me.node_id else None
    return _Elsewhere(head=head, holder=None, is_signed=_is_signed(signed, me=me))


def _read_message(signed: Signed, *, me: Self) -> _Elsewhere:
    skeleton = parse_skeleton(signed.body)
    head = skeleton.day_head if skeleton.sender == me.node_id else None
    return _Elsewhere(head=head, holder=skeleton.recipient, is_signed=_is_signed(signed, me=me))


def _is_signed(signed: Signed, *, me: Self) -> bool:
    ours: list[VerifyingKey] = [me.signing.public]
    if me.former is not None:
        ours.append(me.former.public)
    try:
        verify(signed, keys=ours)
    except RemoteProtocolError:
        return False
    return True


def _compared(unit: Unit, found: _Elsewhere) -> views.HeadCompared:
    peer = None if found.holder is None else peers.find_peer(unit.vault, found.holder)
    return views.HeadCompared(
        holder=_name(found.holder, None if peer is None else str(peer.display_name)),
        day=None if found.head is None else found.head.day,
        comparison=_comparison(unit, found).value,
    )


def _name(holder: NodeId | None, name: str | None) -> str:
    if holder is None:
        return ""
    return node_id_text(holder) if name is None else name


def _comparison(unit: Unit, found: _Elsewhere) -> Comparison:
    head = found.head
    if head is None:
        return Comparison.NOT_OURS
    closed = audit_days.find(unit.vault, head.day)
    if closed is not None and closed.hash == head.hash:
        return Comparison.FITS
    if not found.is_signed:
        # Anybody can write down a number that does not fit.
        return Comparison.NOT_OURS
    if any(day_of(at) >= head.day for at in log.restored_at(unit.vault)):
        return Comparison.RESTORED
    return Comparison.MISSING if closed is None else Comparison.DIFFERS


def _unwitnessed(unit: Unit, day: int | None) -> int:
    closed = None if day is None else audit_days.find(unit.vault, day)
    return log.count_after(unit.vault, 0 if closed is None else closed.last_number)


def make_checkpoint(
    unit: Unit, _command: commands.MakeCheckpoint, *, me: Self, acting: Acting
) -> views.CheckpointMade | Refused:
    """Sign the head of the last day that is over (R-183)."""
    close_days(unit, now=acting.now)
    newest = audit_days.newest(unit.vault)
    if newest is None:
        return refused(No.NOT_FOUND)
    signed = _sign(newest, me=me, now=acting.now)
    audit(unit, "audit.checkpoint", newest.hash, acting=acting, details=str(newest.day))
    return views.CheckpointMade(
        signed=signed.raw,
        node_id_text=node_id_text(me.node_id),
        day=newest.day,
        hash=newest.hash,
        at=acting.now,
    )


def _sign(closed: ClosedDay, *, me: Self, now: Instant) -> Signed:
    checkpoint = Checkpoint(node=me.node_id, head=closed.head, at=now)
    return sign(Kind.CHECKPOINT, checkpoint_body(checkpoint), secrets=[me.signing])


def export_heads(unit: Unit, command: commands.ExportHeads) -> views.HeldHeads | Refused:
    """The heads of a peer in the messages it signed, for whoever audits that peer."""
    peer = peers.find_peer(unit.vault, node_id(command.peer, place="ExportHeads.peer"))
    if peer is None:
        return refused(No.NOT_FOUND)
    return views.HeldHeads(
        peer_name=peer.display_name,
        heads=[
            views.HeldHead(
                signed=held.skeleton,
                day=held.seen.head.day,
                hash=held.seen.head.hash,
                standing=held.standing,
            )
            for held in heads.load_all(unit.vault, peer.node_id)
        ],
    )


def truncate_audit(
    unit: Unit, command: commands.TruncateAudit, *, me: Self, acting: Acting
) -> views.AuditCut | Refused:
    """Take off what was written before a day, if two peers hold its head or a later one (R-188).

    What goes is still vouched for: its last hash, the signed checkpoint of its day and every head stay.
    """
    if is_in_doubt(unit, now=acting.now):
        return refused(No.CLOCK_IN_DOUBT)
    last = audit_days.find(unit.vault, command.before_day - 1)
    start = log.beginning(unit.vault)
    if last is None or last.last_number <= start.number:
        return refused(No.NOT_FOUND)
    if log.broken_at(unit.vault) is not None or _days(unit)[1] is not None:
        return refused(No.AUDIT_BROKEN)
    witnesses = _witnesses(unit, day=last.day, now=acting.now)
    if len(witnesses) < _WITNESSES_MIN:
        return refused(No.TOO_FEW_WITNESSES)
    checkpoint = _sign(last, me=me, now=acting.now)
    # Written first: the log never stands without an entry.
    audit(unit, "audit.truncated", last.hash, acting=acting, details=str(last.day))
    cut = Cut(
        number=last.last_number,
        hash=last.last_entry,
        day=last.day,
        checkpoint=checkpoint.raw,
        at=acting.now,
    )
    audit_days.cut(unit.vault, cut)
    unit.destroyed()
    return views.AuditCut(
        entries=last.last_number - start.number,
        day=last.day,
        hash=last.hash,
        checkpoint=checkpoint.raw,
        witnesses=len(witnesses),
    )


def _witnesses(unit: Unit, *, day: int, now: Instant) -> set[NodeId]:
    """The peers whose own signature says that they have our head of this day or of a later one."""
    return {
        told.peer
        for told in heads.load_answered(unit.vault)
        if told.head.day >= day and _vouches(unit, told, now=now)
    }


def _vouches(unit: Unit, told: Told, *, now: Instant) -> bool:
    closed = audit_days.find(unit.vault, told.head.day)
    peer = peers.find_peer(unit.vault, told.peer)
    if closed is None or closed.hash != told.head.hash or peer is None or told.answer is None:
        return False
    try:
        answer = parse_signed(told.answer, kind=Kind.MESSAGE)
        verify(answer, keys=peer.signing_keys(now=now))
        return parse_skeleton(answer.body).sender == peer.node_id
    except RemoteProtocolError:
        return False

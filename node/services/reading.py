"""What a person looks at: the path of care, what came about her, what waits, what needs somebody."""

from typing import TypeAlias

from node import conditions, showing
from node.effects import Acting, apply, audit
from node.vault.records import ConsentRecord, Referral, StoredMessage
from node.vault.tables import audit as audit_log
from node.vault.tables import consents, identity, messages, outbox, quarantine, referrals, secrets
from node.vault.unit import Unit
from protocol.consent import ConsentState
from protocol.effects import Send, Urgency
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.core import Receipt, ReceiptSingle
from protocol.messages.follow_up import FollowUpReport
from protocol.messages.referral import ReferralAnswerPersonal, ReferralDossier, ReferralOutcome
from protocol.messages.union import (
    MessageClass,
    encode_content,
    parse_content,
    split_payload,
)
from protocol.sealing import decrypt_at_rest
from protocol.values import Instant, message_id, node_id, sha256, thread_id
from protocol.vocabulary.codes import ReceiptStatus

# Whether the holder's own worker heard it from her is not ours to know.
_READABLE = frozenset({ConsentState.LIVE, ConsentState.UNCONFIRMED})
# What reads as a page about her. A copy of a consent does not: it stands among her consents.
_Page: TypeAlias = ReferralAnswerPersonal | ReferralDossier | ReferralOutcome | FollowUpReport
_PAGES = frozenset(
    kind.TYPE
    for kind in (ReferralAnswerPersonal, ReferralDossier, ReferralOutcome, FollowUpReport)
)


def list_referrals(unit: Unit, command: commands.ListReferrals) -> views.Referrals:
    """The referrals that changed last, of one direction or of both."""
    found = referrals.load_rows(unit.vault, is_ours=command.is_ours)
    return views.Referrals(referrals=[showing.referral_line(row) for row in found])


def show_referral(
    unit: Unit, command: commands.ShowReferral, *, acting: Acting
) -> views.ReferralView | Refused:
    """One referral with its history, messages, follow-ups and consents."""
    row = referrals.find_row(unit.vault, thread_id(command.thread))
    if row is None:
        return refused(No.NOT_FOUND)
    referral = row.referral
    history = referrals.load_referral_events(unit.vault, referral.thread)
    came = messages.in_thread(unit.vault, referral.thread)
    follow_ups = referrals.follow_ups_of(unit.vault, referral.thread)
    return views.ReferralView(
        referral=showing.referral_line(row),
        worker=referral.worker,
        first_step=None if referral.first_step is None else referral.first_step.value,
        from_date=referral.from_date,
        dossier_hash=referral.dossier_hash,
        arrived_at=referral.arrived_at,
        history=[
            views.HistoryLine(event=event, state=state, is_heard=heard, at=at, detail=detail)
            for event, state, heard, at, detail in history
        ],
        messages=[showing.message_line(message) for message in came],
        follow_ups=[showing.follow_up(follow_up) for follow_up in follow_ups],
        consents=_consents(unit, referral, acting=acting),
    )


def _consents(unit: Unit, referral: Referral, *, acting: Acting) -> list[views.ConsentView]:
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    record = (
        None
        if referral.consent_id is None
        else consents.find_consent(unit.vault, referral.consent_id)
    )
    if record is None:
        return []
    found = consents.of_handle(unit.vault, record.standing.consent.handle)
    return showing.consents(unit, found, now=trusted)


def read_message(
    unit: Unit, command: commands.ReadMessage, *, acting: Acting
) -> views.MessageView | Refused:
    """Open what came about her, while her consent lives; the reading is written down."""
    found = _readable(unit, command, acting=acting)
    if isinstance(found, Refused):
        return found
    stored, consent = found
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    message = _open(unit, stored)
    if messages.mark_seen(unit.vault, stored.peer, stored.message_id, now=acting.now):
        apply([_seen(stored, now=acting.now)], unit, acting=acting)
    details = "with names" if command.with_names else ""
    with unit.unseen():
        audit(unit, "message.read", stored.message_id, acting=acting, details=details)
    shown = showing.disclosed(message.disclosed, with_names=command.with_names)
    return views.MessageView(
        type=stored.type,
        thread=stored.thread,
        content_hash=sha256(encode_content(message)),
        conditions=conditions.codes(consent),
        words=conditions.words(unit, consent, state=consent.standing.state(now=trusted)),
        sentences=shown.sentences,
        facts=shown.facts,
        hidden_fields=shown.hidden_fields,
        hidden_texts=shown.hidden_texts,
    )


def _seen(stored: StoredMessage, *, now: Instant) -> Send:
    """R-96: once, when a person first opened it; who it was, and how often, is nobody else's."""
    single = ReceiptSingle(
        message_id=stored.message_id,
        message_hash=stored.hash,
        status=ReceiptStatus.SEEN_BY_PERSON,
        at=now,
        code=None,
    )
    return Send(
        message=Receipt(ranges=(), singles=(single,)),
        to=stored.peer,
        thread=None,
        reply_to=None,
        urgency=Urgency.NORMAL,
    )


def check_message(
    unit: Unit, command: commands.CheckMessage, *, acting: Acting
) -> views.Done | Refused:
    """May what is open on a screen still be read? Nothing of it is told."""
    found = _readable(unit, command, acting=acting)
    return found if isinstance(found, Refused) else views.Done()


def _readable(
    unit: Unit, command: commands.ReadMessage | commands.CheckMessage, *, acting: Acting
) -> tuple[StoredMessage, ConsentRecord] | Refused:
    """A message about her whose content is there, and the consent, which lives."""
    stored = messages.find(unit.vault, node_id(command.peer), message_id(command.message_id))
    if stored is None or stored.consent is None or stored.type not in _PAGES:
        return refused(No.NOT_FOUND)
    record = consents.find_by_hash(unit.vault, stored.consent)
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    state = None if record is None else record.standing.state(now=trusted)
    if stored.payload is None or stored.key_id is None:
        # Nothing was to erase what she still allows: its key is lost, mostly with a computer.
        is_lost = state in _READABLE and stored.code is None
        return refused(No.LOST if is_lost else No.ERASED)
    if state is ConsentState.EXPIRED and not stored.is_locked:
        return refused(No.CONSENT_ENDED)
    if record is None or stored.is_locked or state not in _READABLE:
        return refused(No.LOCKED)
    return stored, record


def _open(unit: Unit, stored: StoredMessage) -> _Page:
    key = secrets.load_disclosure_key(unit.keys, stored.key_id or b"")
    payload = decrypt_at_rest(stored.payload or b"", key=key)
    message = parse_content(
        split_payload(payload), type_name=stored.type, of_class=MessageClass.PERSONAL
    )
    if not isinstance(message, _Page):
        raise TypeError("a personal row that holds another message")
    return message


def list_tasks(unit: Unit) -> views.Tasks:
    """What needs a person."""
    return views.Tasks(tasks=showing.tasks(unit))


def list_outbox(unit: Unit) -> views.Outbox:
    """What waits to leave or to be answered."""
    items = outbox.waiting(unit.vault)
    return views.Outbox(items=[showing.outbox_line(unit, item) for item in items])


def kept_for_an_update(unit: Unit) -> int:
    """How many sealed envelopes only a newer program opens."""
    return quarantine.count_of_a_newer_program(unit.vault)


def outbox_since(unit: Unit) -> tuple[int, Instant | None]:
    """How much waits to leave or to be answered, and since when the oldest of it."""
    return outbox.waiting_since(unit.vault)


def check_audit(unit: Unit) -> views.AuditState:
    """Are both chains whole: who did what, and what happened to each consent?"""
    is_whole = audit_log.is_whole(unit.vault) and consents.are_events_whole(unit.vault)
    return views.AuditState(is_whole=is_whole, entries=audit_log.count(unit.vault))

"""Reactions to consents, withdrawals and their answers."""

from typing import Final

from node import withdrawing
from node.reactions.arrival import Arrival, Reaction
from node.vault.records import ConsentRecord
from node.vault.tables import consents, messages, peers, referrals, streams
from node.vault.unit import Unit
from protocol.consent import Consent, ConsentEvent, parse_consent
from protocol.consent_rules import acknowledge, confirmed_first, gate_on_copy, named, on_withdrawal
from protocol.effects import Effect, Remind, Task
from protocol.errors import RefusalCode
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.membership import PeerStatus
from protocol.messages.consent import ConsentCopy, ConsentWithdrawn, WithdrawnAcknowledgement
from protocol.signing import parse as parse_signed
from protocol.values import ConsentId, later
from protocol.vocabulary.codes import WithdrawalStatus

# Somebody else may speak as these: their word locks, and erases only when a person has confirmed it.
_WITHOUT_TRUST: Final = frozenset({PeerStatus.SUSPENDED.value, PeerStatus.REMOVED.value})


def on_copy(unit: Unit, copy: ConsentCopy, arrival: Arrival) -> Reaction:
    """Keep a consent that was verified when the message was judged."""
    signed = parse_signed(copy.signed_consent, kind=Kind.CONSENT)
    consent = parse_consent(signed.body)
    # Judged again: a withdrawal may have come while the copy waited for the gap before it.
    refusal = gate_on_copy(
        consent,
        sender=arrival.sender,
        me=arrival.me.node_id,
        level=2,
        is_buried=consents.is_buried(unit.vault, consent.consent_id, peer=arrival.sender),
    )
    if refusal is not None:
        return refusal
    known = consents.find_consent(unit.vault, consent.consent_id)
    if known is not None:
        if known.signed != signed.raw:
            return RefusalCode.E_CONSENT_SCOPE
        streams.listed_again(unit.vault, consent.consent_id)
        return []
    consents.insert_consent(
        unit.vault,
        consent,
        signed,
        case_id=None,
        is_issued_here=False,
        asked_by=None,
        words=None,
        receipt_id=None,
    )
    _add_event(unit, consent.consent_id, ConsentEvent.GIVEN, arrival)
    if consent.supersedes is not None:
        _supersede(unit, consent, arrival)
    if not consent.needs_confirmation or consent.holder != arrival.me.node_id:
        return []
    due = later(arrival.now, 7 * DAY)
    return [
        Remind(task=Task.CONFIRM_WITH_HER, peer=arrival.sender, thread=arrival.thread, due=due)
    ]


def _supersede(unit: Unit, consent: Consent, arrival: Arrival) -> None:
    former = consent.supersedes
    known = None if former is None else consents.find_consent(unit.vault, former)
    if former is None or known is None:
        return
    old = known.standing.consent
    same = (old.handle, old.holder, old.recipient) == (
        consent.handle,
        consent.holder,
        consent.recipient,
    )
    if not same:
        return
    _add_event(unit, former, ConsentEvent.SUPERSEDED, arrival)


def _add_event(unit: Unit, consent: ConsentId, event: ConsentEvent, arrival: Arrival) -> None:
    consents.add_event(unit.vault, consent, event, by=None, now=arrival.now)


def on_withdrawn(unit: Unit, withdrawal: ConsentWithdrawn, arrival: Arrival) -> Reaction:
    """She withdrew on the other side: lock at once, answer, and erase soon."""
    me = arrival.me.node_id
    known = consents.find_consent(unit.vault, withdrawal.consent_id)
    if known is not None and known.standing.consent.other_party(me) != arrival.sender:
        # Who is no party of a consent says nothing about it; only the tombstone stays.
        known = None
    consent = None if known is None else known.standing.consent
    if known is not None and consents.is_erased(unit.vault, withdrawal.consent_id):
        return [_erased_already(unit, known, arrival)]
    held = (
        [m.hash for m in messages.under_consent(unit.vault, known.standing.consent_hash)]
        if known is not None
        else []
    )
    effects = on_withdrawal(
        withdrawal,
        sender=arrival.sender,
        me=me,
        known=consent,
        held=held,
        now=arrival.now,
    )
    if consent is not None:
        effects = named(effects, thread=referrals.newest_about(unit.vault, consent.handle))
    teller = peers.find_peer(unit.vault, arrival.sender)
    if teller is not None and teller.status in _WITHOUT_TRUST:
        effects = confirmed_first(effects, sender=arrival.sender, now=arrival.now)
    if known is not None and ConsentEvent.WITHDRAWN not in known.standing.events:
        _add_event(unit, withdrawal.consent_id, ConsentEvent.WITHDRAWN, arrival)
        _finish(unit, known.standing.consent, arrival)
    return effects


def _finish(unit: Unit, consent: Consent, arrival: Arrival) -> None:
    by, me = arrival.acting.actor, arrival.me.node_id
    withdrawing.end_referrals(unit, consent, is_heard=True, by=by, now=arrival.now)
    withdrawing.finish_asking(unit, consent, by=by, now=arrival.now)
    withdrawing.finish_reading(unit, consent, me=me, by=by, now=arrival.now)


def _erased_already(unit: Unit, known: ConsentRecord, arrival: Arrival) -> Effect:
    """A withdrawal that is said again after everything is gone: the last answer, once more."""
    held = messages.under_consent(unit.vault, known.standing.consent_hash)
    return acknowledge(
        known.standing.consent.consent_id,
        status=WithdrawalStatus.ERASED,
        skeletons=[message.hash for message in held],
        to=arrival.sender,
        now=arrival.now,
    )


def on_withdrawn_answer(
    unit: Unit, answer: WithdrawnAcknowledgement, arrival: Arrival
) -> Reaction:
    """The other side says how far it has carried a withdrawal out: a signed claim, kept as such."""
    consents.note_answer(
        unit.vault,
        answer.consent_id,
        peer=arrival.sender,
        status=int(answer.status),
        answer=arrival.hash,
        now=arrival.now,
    )
    return []

"""The rules of consent: what may be shared, what may be taken, what a withdrawal obliges us to do.

`may_share` is the only maker of a `Permit`. There is no override: no role, flag or setting changes an
answer given here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol import limits
from protocol.consent import Consent, ConsentState, Standing
from protocol.effects import (
    Bury,
    CancelUnsent,
    Effect,
    Erase,
    Lock,
    Remind,
    Send,
    Task,
    Urgency,
    Withhold,
)
from protocol.errors import RefusalCode
from protocol.messages.consent import ConsentCopy, ConsentWithdrawn, WithdrawnAcknowledgement
from protocol.messages.disclosed import Disclosed
from protocol.messages.files import BlobChunk
from protocol.messages.union import PersonalMessage, fits_purpose
from protocol.permits import _TOKEN, Permit
from protocol.values import ConsentId, Handle, Hash, Instant, NodeId, ThreadId, later
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, GivenBy, Purpose, WithdrawalStatus, WithdrawalWanted

LEVEL_VERIFIED: Final = 2

_REFUSAL_OF_STATE: Final = {
    ConsentState.NOT_GIVEN: RefusalCode.E_CONSENT_MISSING,
    ConsentState.NOT_YET: RefusalCode.E_CONSENT_MISSING,
    ConsentState.UNCONFIRMED: RefusalCode.E_CONSENT_UNCONFIRMED,
    ConsentState.EXPIRED: RefusalCode.E_CONSENT_EXPIRED,
    ConsentState.WITHDRAWN: RefusalCode.E_CONSENT_WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRequest:
    """What somebody wants to share: by whom, with whom, what for, which categories, about whom."""

    holder: NodeId
    recipient: NodeId
    purpose: Purpose
    categories: frozenset[Category]
    handle: Handle | None
    """Whom it is about, between these two; None while no consent gave her a handle yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An expected no: the code, and exactly which consent is missing."""

    code: RefusalCode
    purpose: Purpose
    recipient: NodeId
    missing: frozenset[Category]


def fits_age(given_by: GivenBy, *, age_band: AgeBand) -> bool:
    """May consent come from this person, at this age?

    A child's assent needs somebody with authority beside it; nobody else speaks for an adult.
    """
    is_own = given_by in (GivenBy.SURVIVOR, GivenBy.SURVIVOR_WITH_SUPPORT)
    return is_own == (age_band is AgeBand.ADULT)


def may_share(
    standings: Sequence[Standing],
    *,
    request: ShareRequest,
    level: int,
    now: Instant,
) -> Permit | Refusal:
    """May this be shared, now?

    Args:
        standings: every consent recorded about this survivor.
        request: what is wanted; with no categories, only that there may be a referral at all.
        level: our trust level for the recipient.
        now: the later of the clock and the latest time ever seen (R-58).
    """
    if level < LEVEL_VERIFIED:
        return _refuse(RefusalCode.E_LEVEL, request, frozenset())
    refusal = _refuse(RefusalCode.E_CONSENT_MISSING, request, request.categories)
    for standing in standings:
        if not _concerns(standing.consent, request):
            continue
        state = standing.state(now=now)
        if state is not ConsentState.LIVE:
            refusal = _refuse(_REFUSAL_OF_STATE[state], request, request.categories)
            continue
        missing = request.categories - standing.consent.categories
        if not missing:
            return _permit(standing, request=request, now=now)
        refusal = _refuse(RefusalCode.E_CONSENT_SCOPE, request, missing)
    return refusal


def _concerns(consent: Consent, request: ShareRequest) -> bool:
    return (
        consent.holder == request.holder
        and consent.recipient == request.recipient
        and consent.purpose is request.purpose
        and (request.handle is None or consent.handle == request.handle)
    )


def _refuse(code: RefusalCode, request: ShareRequest, missing: frozenset[Category]) -> Refusal:
    return Refusal(
        code=code, purpose=request.purpose, recipient=request.recipient, missing=missing
    )


def _permit(standing: Standing, *, request: ShareRequest, now: Instant) -> Permit:
    consent = standing.consent
    return Permit(
        _TOKEN,
        consent_id=consent.consent_id,
        consent_hash=standing.consent_hash,
        handle=consent.handle,
        holder=consent.holder,
        recipient=consent.recipient,
        purpose=consent.purpose,
        categories=request.categories,
        excluded_fields=consent.excluded_fields,
        texts=standing.ticks,
        at=now,
    )


def may_tell_of_consent(
    standing: Standing, *, teller: NodeId, level: int, now: Instant
) -> Permit | Refusal:
    """May the issuer send a copy of the consent to its other party (R-56)?

    It needs no confirmation: the copy is how the holder learns that there is something to confirm.
    """
    consent = standing.consent
    other = consent.other_party(teller)
    request = ShareRequest(
        holder=teller,
        recipient=other if other is not None else teller,
        purpose=consent.purpose,
        categories=frozenset(),
        handle=consent.handle,
    )
    if level < LEVEL_VERIFIED:
        return _refuse(RefusalCode.E_LEVEL, request, frozenset())
    state = standing.state(now=now)
    if teller != consent.issuer or other is None:
        return _refuse(RefusalCode.E_CONSENT_SCOPE, request, frozenset())
    if state not in (ConsentState.LIVE, ConsentState.UNCONFIRMED, ConsentState.NOT_YET):
        return _refuse(_REFUSAL_OF_STATE[state], request, frozenset())
    return _permit(standing, request=request, now=now)


def gate_on_arrival(
    standing: Standing | None, *, sender: NodeId, me: NodeId, type_name: str, now: Instant
) -> RefusalCode | None:
    """May a personal message that cites this consent be taken at all (R-91)?

    `standing` is None when we do not hold the consent it cites.
    """
    if standing is None:
        return RefusalCode.E_CONSENT_MISSING
    consent = standing.consent
    if consent.holder != sender or consent.recipient != me:
        return RefusalCode.E_CONSENT_SCOPE
    if not fits_purpose(type_name, consent.purpose):
        return RefusalCode.E_CONSENT_SCOPE
    # Two clocks may differ by ten minutes; the allowance never reaches beyond the end.
    state = standing.state(now=now)
    if state is ConsentState.NOT_YET:
        soon = later(now, limits.CONSENT_SKEW_SECONDS)
        state = standing.state(now=soon)
    # Whether the holder's own worker heard it from her is known to the holder alone.
    if state in (ConsentState.LIVE, ConsentState.UNCONFIRMED):
        return None
    return _REFUSAL_OF_STATE[state]


def gate_on_content(consent: Consent, message: PersonalMessage) -> RefusalCode | None:
    """Does the content keep to the consent: its categories, without its excluded fields (R-92, R-192)?"""
    if isinstance(message, ConsentCopy):
        return None
    if isinstance(message, BlobChunk):
        is_named = message.head.category in consent.categories
        return None if is_named else RefusalCode.E_CONSENT_SCOPE
    disclosed: Disclosed = message.disclosed
    if not disclosed.categories <= consent.categories:
        return RefusalCode.E_CONSENT_SCOPE
    if disclosed.fields & consent.excluded_fields:
        return RefusalCode.E_CONSENT_SCOPE
    return None


def gate_on_copy(
    consent: Consent, *, sender: NodeId, me: NodeId, level: int, is_buried: bool
) -> RefusalCode | None:
    """May a copy of a consent be taken: from its issuer, by its other party, and not withdrawn (R-56)?"""
    if level < LEVEL_VERIFIED:
        return RefusalCode.E_LEVEL
    if consent.issuer != sender or consent.other_party(me) != sender:
        return RefusalCode.E_CONSENT_SCOPE
    return RefusalCode.E_CONSENT_WITHDRAWN if is_buried else None


def on_our_withdrawal(
    consent: Consent,
    *,
    me: NodeId,
    wanted: WithdrawalWanted,
    replacement: bytes | None,
    now: Instant,
) -> list[Effect]:
    """She told us: stop at once, take back what is on its way, and tell the other side."""
    other = consent.other_party(me)
    effects: list[Effect] = [
        CancelUnsent(consent_id=consent.consent_id),
        Withhold(consent_id=consent.consent_id),
    ]
    if _holds_something(consent, me):
        effects += _erasure(consent.consent_id, wanted=wanted, now=now)
    if other is not None:
        effects.append(
            repeat_withdrawal(consent, to=other, wanted=wanted, replacement=replacement, now=now)
        )
    return effects


def _holds_something(consent: Consent, me: NodeId) -> bool:
    """Did anything come here under it: what was disclosed, or the copy with her own words?"""
    return consent.recipient == me or (consent.holder == me and consent.issuer != me)


def repeat_withdrawal(
    consent: Consent,
    *,
    to: NodeId,
    wanted: WithdrawalWanted,
    replacement: bytes | None,
    now: Instant,
) -> Send:
    """The message that tells the other side; said again every 30 days until it is answered (R-94)."""
    message = ConsentWithdrawn(
        consent_id=consent.consent_id, effective=now, wanted=wanted, replacement=replacement
    )
    return Send(message=message, to=to, thread=None, reply_to=None, urgency=Urgency.AT_ONCE)


def _erasure(consent_id: ConsentId, *, wanted: WithdrawalWanted, now: Instant) -> list[Effect]:
    lock = Lock(consent_id=consent_id)
    if wanted is WithdrawalWanted.STOP_USE:
        return [lock]
    return [lock, Erase(consent_id=consent_id, by=later(now, limits.ERASE_WITHIN_SECONDS))]


def on_withdrawal(
    withdrawal: ConsentWithdrawn,
    *,
    sender: NodeId,
    me: NodeId,
    known: Consent | None,
    held: Sequence[Hash],
    now: Instant,
) -> list[Effect]:
    """The other side tells us that she withdrew. Nothing is asked back; it is carried out (R-93).

    Args:
        withdrawal: what came.
        sender: who says so.
        me: this node.
        known: the consent, if we hold it.
        held: the hashes of the messages that came under it.
        now: the wall clock.
    """
    consent_id = withdrawal.consent_id
    bury = Bury(consent_id=consent_id, peer=sender)
    if known is None or known.other_party(me) != sender:
        gone = acknowledge(
            consent_id, status=WithdrawalStatus.ERASED, skeletons=(), to=sender, now=now
        )
        return [bury, gone]
    effects: list[Effect] = [
        bury,
        CancelUnsent(consent_id=consent_id),
        Withhold(consent_id=consent_id),
    ]
    is_held = _holds_something(known, me)
    if is_held:
        effects += _erasure(consent_id, wanted=withdrawal.wanted, now=now)
    # It could also be used to blind the holder: there her worker hears it from her.
    task = Task.WITHDRAWAL_ARRIVED if known.recipient == me else Task.HEAR_IT_FROM_HER
    status = WithdrawalStatus.LOCKED if is_held else WithdrawalStatus.ERASED
    answer = acknowledge(consent_id, status=status, skeletons=held, to=sender, now=now)
    due = later(now, 7 * limits.DAY)
    return [*effects, answer, Remind(task=task, peer=sender, thread=None, due=due)]


def named(effects: Sequence[Effect], *, thread: ThreadId | None) -> list[Effect]:
    """The same effects, where a person is told of it with the conversation it belongs to.

    A withdrawal names no conversation. Whoever is to hear it from her has to know who she is, and two who
    withdraw at one partner are two things to do.
    """
    return [
        Remind(task=effect.task, peer=effect.peer, thread=thread, due=effect.due)
        if isinstance(effect, Remind)
        else effect
        for effect in effects
    ]


def confirmed_first(effects: Sequence[Effect], *, sender: NodeId, now: Instant) -> list[Effect]:
    """The same withdrawal, told by a peer that is suspended: it locks, and a person confirms (R-169).

    Whoever took the computer may speak as it: a lock can be no harm to her, an erasure could be.
    """
    kept: list[Effect] = []
    for effect in effects:
        if isinstance(effect, Erase):
            waits = Erase(consent_id=effect.consent_id, by=effect.by, unconfirmed=sender)
            due = later(now, limits.DAY)
            task = Task.CONFIRM_ERASURE
            kept += [waits, Remind(task=task, peer=sender, thread=None, due=due)]
        else:
            kept.append(effect)
    return kept


def acknowledge(
    consent_id: ConsentId,
    *,
    status: WithdrawalStatus,
    skeletons: Sequence[Hash],
    to: NodeId,
    now: Instant,
) -> Send:
    """Our signed answer to a withdrawal."""
    answer = WithdrawnAcknowledgement(
        consent_id=consent_id,
        status=status,
        printed_copies=0,
        told=(),
        skeletons=tuple(skeletons)[: limits.RECEIPT_SINGLES_MAX],
        at=now,
        legal_hold=None,
    )
    return Send(message=answer, to=to, thread=None, reply_to=None, urgency=Urgency.AT_ONCE)

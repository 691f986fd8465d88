"""Consents: recorded after she was asked, confirmed by the holder's worker, withdrawn at a word."""

from collections.abc import Sequence

from node import showing, trusted_clock, withdrawing
from node.effects import Acting, apply, audit
from node.vault.records import CaseRecord, Referral, Self
from node.vault.tables import cases, consents, identity, outbox, peers, referrals
from node.vault.unit import Unit
from protocol import limits
from protocol.consent import Consent, ConsentEvent, ConsentState, sign_consent
from protocol.consent_rules import fits_age, may_tell_of_consent, on_our_withdrawal
from protocol.disclosure import build_consent_copy
from protocol.effects import Effect, Send, SendAbout, Urgency
from protocol.errors import MalformedError
from protocol.keys import fresh_handle
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.referral import ReferralRecall
from protocol.permits import Permit
from protocol.referral_flow import ReferralState
from protocol.values import (
    ConsentId,
    Handle,
    Instant,
    NodeId,
    consent_id,
    digest,
    language_tag,
    later,
    message_id,
    node_id,
    plain_text,
    pseudonym,
    sha256,
)
from protocol.vocabulary.codes import RecallReason

_BEFORE_DOSSIER = frozenset(
    {
        ReferralState.OFFERED,
        ReferralState.DELIVERED,
        ReferralState.NEEDS_INFO,
        ReferralState.ACCEPTED,
    }
)
_AFTER_DOSSIER = frozenset(
    {
        ReferralState.DOSSIER_SENT,
        ReferralState.PREPARED,
        ReferralState.ARRIVED,
        ReferralState.IN_CARE,
        ReferralState.OUTCOME_REPORTED,
        ReferralState.WITHDRAWN,
    }
)


# Until its first day or after it: she was not heard by the holder yet.
_TO_BE_ASKED = frozenset({ConsentState.UNCONFIRMED, ConsentState.NOT_YET})


def record_consent(
    unit: Unit, command: commands.RecordConsent, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Sign what she said yes to. Raises: MalformedError if it breaks a rule of the object."""
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        # It says when she was asked, and would end on another day than she was told.
        return refused(No.CLOCK_IN_DOUBT)
    case = cases.find_case(unit.vault, command.case_id)
    peer = node_id(command.peer, place="RecordConsent.peer")
    if case is None or peers.find_peer(unit.vault, peer) is None:
        return refused(No.NOT_FOUND)
    if (no := _why_not(unit, command, case, acting)) is not None:
        return refused(no)
    _check_texts(command.texts)
    consent = _consent(
        command, me=me, peer=peer, name=_name(unit, case, peer, acting), acting=acting
    )
    signed = sign_consent(consent, signing=me.signing)
    words = command.words
    consents.insert_consent(
        unit.vault,
        consent,
        signed,
        case_id=case.case_id,
        is_issued_here=True,
        asked_by=acting.actor,
        words=None
        if words is None
        else plain_text(words, characters_max=limits.TEXT_CHARACTERS_MAX),
        receipt_id=acting.entropy(16),
    )
    consents.add_event(
        unit.vault, consent.consent_id, ConsentEvent.GIVEN, by=acting.actor, now=acting.now
    )
    if consent.supersedes is not None:
        consents.add_event(
            unit.vault,
            consent.supersedes,
            ConsentEvent.SUPERSEDED,
            by=acting.actor,
            now=acting.now,
        )
    for text in command.texts:
        consents.add_tick(unit.vault, consent.consent_id, digest(text), now=acting.now)
    audit(unit, "consent.given", consent.consent_id, acting=acting)
    _tell_at_once(unit, consent.consent_id, case.case_id, me=me, acting=acting)
    return views.Done(ref=consent.consent_id)


def _why_not(
    unit: Unit, command: commands.RecordConsent, case: CaseRecord, acting: Acting
) -> No | None:
    if not _may_replace(unit, command, case):
        return No.NOT_FOUND
    if not fits_age(command.given_by, age_band=case.age_band):
        return No.GIVEN_BY_DOES_NOT_FIT
    # Who asked her cannot be the witness.
    return No.NOT_ALLOWED if command.witness == acting.actor else None


def _tell_at_once(
    unit: Unit, consent: ConsentId, case_id: bytes, *, me: Self, acting: Acting
) -> None:
    """Where the dossier is over there already, its other party gets a later consent now."""
    record = consents.find_consent(unit.vault, consent)
    if record is None:
        return
    peer = record.standing.consent.other_party(me.node_id)
    for referral in referrals.referrals_of_case(unit.vault, case_id):
        if referral.peer != peer or referral.state not in _AFTER_DOSSIER:
            continue
        level = peers.load_peer(unit.vault, referral.peer).level
        permit = may_tell_of_consent(
            record.standing, teller=me.node_id, level=level, now=acting.now
        )
        if isinstance(permit, Permit):
            copy = SendAbout(
                payload=build_consent_copy(record.signed, record.words, permit),
                to=referral.peer,
                thread=referral.thread,
                reply_to=None,
                urgency=Urgency.NORMAL,
            )
            apply([copy], unit, acting=acting)
        return


def _may_replace(unit: Unit, command: commands.RecordConsent, case: CaseRecord) -> bool:
    """Does this replace nothing, or an earlier consent of the same case?"""
    if command.supersedes is None:
        return True
    earlier = consents.find_consent(unit.vault, consent_id(command.supersedes))
    return earlier is not None and earlier.case_id == case.case_id


def _check_texts(texts: Sequence[bytes]) -> None:
    # More would not fit one section of a dossier, and the other side would refuse all of it.
    if len(texts) > limits.TEXTS_MAX:
        raise MalformedError(f"more than {limits.TEXTS_MAX} texts", place="texts")


def _name(unit: Unit, case: CaseRecord, peer: NodeId, acting: Acting) -> Handle:
    """Her name at this peer: random, and another one at every other peer."""
    known = cases.handle_of_case(unit.vault, case.case_id, peer)
    if known is not None:
        return known
    name = fresh_handle(entropy=acting.entropy)
    cases.insert_handle(unit.vault, name, case_id=case.case_id, peer=peer)
    return name


def _consent(
    command: commands.RecordConsent, *, me: Self, peer: NodeId, name: Handle, acting: Acting
) -> Consent:
    now = acting.now
    holder, recipient = (peer, me.node_id) if command.is_way_back else (me.node_id, peer)
    expires = later(now, command.days * limits.DAY)
    notice = plain_text(command.notice, characters_max=limits.TEXT_CHARACTERS_MAX)
    return Consent(
        consent_id=consent_id(acting.entropy(16)),
        handle=name,
        issuer=me.node_id,
        holder=holder,
        recipient=recipient,
        purpose=command.purpose,
        categories=frozenset(command.categories),
        excluded_fields=frozenset(command.excluded_fields),
        onward=frozenset(),
        given_by=command.given_by,
        method=command.method,
        language=language_tag(command.language, place="RecordConsent.language"),
        notice=sha256(notice.encode()),
        understood=command.understood,
        witness=None if command.witness is None else pseudonym(command.witness),
        asked_at=now,
        recorded_at=now,
        valid_from=now,
        expires=expires,
        erase_at=expires,
        conditions=frozenset(command.conditions),
        supersedes=None if command.supersedes is None else consent_id(command.supersedes),
    )


def tick_texts(unit: Unit, command: commands.TickTexts, *, acting: Acting) -> views.Done | Refused:
    """She ticked sentences; each tick is bound to exactly this text."""
    record = consents.find_consent(unit.vault, consent_id(command.consent_id))
    if record is None or not record.is_issued_here:
        return refused(No.NOT_FOUND)
    _check_texts([*record.standing.ticks, *command.texts])
    for text in command.texts:
        consents.add_tick(
            unit.vault, record.standing.consent.consent_id, digest(text), now=acting.now
        )
    audit(unit, "consent.ticked", command.consent_id, acting=acting)
    return views.Done()


def confirm_consent(
    unit: Unit, command: commands.ConfirmConsent, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """The holder's own worker heard it from her, in private."""
    record = consents.find_consent(unit.vault, consent_id(command.consent_id))
    if record is None:
        return refused(No.NOT_FOUND)
    consent = record.standing.consent
    if consent.holder != me.node_id or not consent.needs_confirmation:
        return refused(No.WRONG_STATE)
    if record.standing.state(now=_trusted(unit, acting)) is ConsentState.WITHDRAWN:
        # Her no at this very question, or anywhere, is not turned into a yes; she may be asked anew.
        return refused(No.WRONG_STATE)
    event = ConsentEvent.CONFIRMED_BY_HOLDER
    consents.add_event(unit.vault, consent.consent_id, event, by=acting.actor, now=acting.now)
    withdrawing.finish_asking(unit, consent, by=acting.actor, now=acting.now)
    audit(unit, "consent.confirmed", consent.consent_id, acting=acting)
    return views.Done()


def refuse_consent(
    unit: Unit, command: commands.RefuseConsent, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """She said no when the holder's own worker asked her, in private. Saying it twice changes nothing.

    Nothing is sent. A no is never shown or sent to anyone she refused (casework CR10), and the one who may
    not be told is the one to whom it would be sent: perhaps it was there that she could not say no. They do
    not learn of a yes either (R-54), so what they see is the same as before she was asked, and every report
    tells that she was seen and no more. If she wants them to know, she withdraws.
    """
    record = consents.find_consent(unit.vault, consent_id(command.consent_id))
    if record is None:
        return refused(No.NOT_FOUND)
    consent = record.standing.consent
    if consent.holder != me.node_id or not consent.needs_confirmation:
        return refused(No.WRONG_STATE)
    if ConsentEvent.REFUSED in record.standing.events:
        return views.Done()
    if record.standing.state(now=_trusted(unit, acting)) not in _TO_BE_ASKED:
        # What counts already, or has ended, she withdraws.
        return refused(No.WRONG_STATE)
    event = ConsentEvent.REFUSED
    consents.add_event(unit.vault, consent.consent_id, event, by=acting.actor, now=acting.now)
    withdrawing.finish_asking(unit, consent, by=acting.actor, now=acting.now)
    audit(unit, "consent.refused", consent.consent_id, acting=acting)
    return views.Done()


def _trusted(unit: Unit, acting: Acting) -> Instant:
    return max(acting.now, identity.latest_seen(unit.vault))


def withdraw_consent(
    unit: Unit, command: commands.WithdrawConsent, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """She changed her mind. A second withdrawal of the same consent changes nothing."""
    record = consents.find_consent(unit.vault, consent_id(command.consent_id))
    if record is None:
        return refused(No.NOT_FOUND)
    consent = record.standing.consent
    if ConsentEvent.WITHDRAWN in record.standing.events:
        return views.Done()
    event = ConsentEvent.WITHDRAWN
    consents.add_event(unit.vault, consent.consent_id, event, by=acting.actor, now=acting.now)
    peer = consent.other_party(me.node_id)
    if peer is not None:
        consents.bury(
            unit.vault, consent.consent_id, peer=peer, name=consent.handle, now=acting.now
        )
    effects = on_our_withdrawal(
        consent, me=me.node_id, wanted=command.wanted, replacement=None, now=acting.now
    )
    if record.is_issued_here and not outbox.was_sealed_under(unit.vault, consent.consent_id):
        # The other side never heard of it; a withdrawal would be the first word about her.
        effects = [effect for effect in effects if not isinstance(effect, Send)]
    effects += _end_referrals(unit, consent, acting)
    withdrawing.finish_asking(unit, consent, by=acting.actor, now=acting.now)
    withdrawing.finish_reading(unit, consent, me=me.node_id, by=acting.actor, now=acting.now)
    apply(effects, unit, acting=acting)
    audit(unit, "consent.withdrawn", consent.consent_id, acting=acting)
    return views.Done()


def _end_referrals(unit: Unit, consent: Consent, acting: Acting) -> list[Effect]:
    ended = withdrawing.end_referrals(
        unit, consent, is_heard=False, by=acting.actor, now=acting.now
    )
    # An offer that never got its number vanishes without a word, also without this one.
    return [
        _recall(referral)
        for referral in ended
        if referral.is_ours
        and referral.state in _BEFORE_DOSSIER
        and outbox.was_sealed(unit.vault, message_id(referral.thread))
    ]


def _recall(referral: Referral) -> Send:
    return Send(
        message=ReferralRecall(reason=RecallReason.OTHER),
        to=referral.peer,
        thread=referral.thread,
        reply_to=None,
        urgency=Urgency.SOON,
    )


def list_consents(unit: Unit, command: commands.ListConsents, *, acting: Acting) -> views.Consents:
    """Every consent of a case, and how far each holder has carried a withdrawal out."""
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    found = consents.of_case(unit.vault, command.case_id)
    return views.Consents(consents=showing.consents(unit, found, now=trusted))

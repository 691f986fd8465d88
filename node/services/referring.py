"""The side that refers: an offer that says nothing about her, and the dossier once somebody said yes."""

from node import showing
from node.effects import Acting, apply, audit
from node.vault.records import CaseRecord, ConsentRecord, Peer, Referral, Self
from node.vault.tables import (
    cases,
    consents,
    desk,
    disclosures,
    identity,
    outbox,
    peers,
    referrals,
)
from node.vault.unit import Unit
from protocol import limits, referral_flow
from protocol.consent_rules import Refusal, ShareRequest, may_share, may_tell_of_consent
from protocol.disclosure import (
    DossierShape,
    build_consent_copy,
    build_offer,
    build_payload,
    content_hash,
)
from protocol.effects import Effect, Send, SendAbout, Urgency
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.referral import (
    ReferralAnswer,
    ReferralOffer,
    ReferralRecall,
    area_code,
    month,
)
from protocol.messages.union import PublicMessage
from protocol.permits import Payload, Permit
from protocol.referral_flow import ReferralEvent, ReferralState, answer_by
from protocol.values import (
    Instant,
    instant,
    message_id,
    node_id,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose

# A plan that nobody asked her about cannot be the ground of a referral.
_POSITIONS = frozenset({"agreed", "agreed_with_changes", "dissents", "wants_time"})


def preview_offer(
    unit: Unit, command: commands.PreviewOffer, *, me: Self, acting: Acting
) -> views.Preview | Refused:
    """Exactly what they would see first, or which consent is missing for it."""
    built = _offer(unit, command, me=me, now=acting.now)
    if isinstance(built, Refused):
        return built
    payload, offer, _ = built
    return views.Preview(
        content=payload.content,
        hash=content_hash(payload),
        sentences=[],
        facts=[],
        hidden_fields=[],
        hidden_texts=[],
        offer=showing.offer(offer),
    )


def send_offer(
    unit: Unit, command: commands.SendOffer, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Send what was previewed; until it is sealed it can vanish without trace."""
    if command.offer.answer_by is None:
        return refused(No.CHANGED_SINCE_PREVIEW)
    built = _offer(unit, command, me=me, now=acting.now)
    if isinstance(built, Refused):
        return built
    payload, offer, peer = built
    if content_hash(payload) != command.preview:
        return refused(No.CHANGED_SINCE_PREVIEW)
    send = SendAbout(
        payload=payload, to=peer.node_id, thread=None, reply_to=None, urgency=Urgency.NORMAL
    )
    (message,) = apply([send], unit, acting=acting)
    referral = Referral(
        thread=thread_id(message),
        peer=peer.node_id,
        is_ours=True,
        case_id=command.case_id,
        consent_id=payload.permit.consent_id,
        state=ReferralState.READY,
        offer=offer,
        answer_by=offer.answer_by,
        worker=None,
        first_step=None,
        from_date=None,
        dossier_hash=None,
        arrived_at=None,
    )
    referrals.insert_referral(unit.vault, referral, now=acting.now)
    _move(unit, referral, ReferralEvent.OFFER, acting=acting, detail=None)
    audit(unit, "referral.offered", referral.thread, acting=acting)
    return views.Done(ref=referral.thread)


def _offer(
    unit: Unit,
    command: commands.PreviewOffer | commands.SendOffer,
    *,
    me: Self,
    now: Instant,
) -> tuple[Payload, ReferralOffer, Peer] | Refused:
    given = command.offer
    case = cases.find_case(unit.vault, command.case_id)
    peer = peers.find_peer(unit.vault, node_id(command.peer, place="peer"))
    if case is None or peer is None:
        return refused(No.NOT_FOUND)
    permit = _permit(unit, case, peer, frozenset(command.categories), me=me, now=now)
    if isinstance(permit, Refusal):
        return showing.refusal(permit)
    if not _is_position_recorded(unit, case):
        return refused(No.POSITION_NOT_RECORDED)
    by = _answer_by(given, now=now)
    if by is None:
        return refused(No.NAMES_NO_DAY)
    offer = ReferralOffer(
        service_group=given.service_group,
        area=area_code(given.area, place="offer.area"),
        priority=given.priority,
        language=case.language,
        age_band=case.age_band,
        month=month(given.month, place="offer.month"),
        answer_by=by,
        asks_about_needs=given.asks_about_needs,
    )
    return build_offer(offer, permit), offer, peer


def _is_position_recorded(unit: Unit, case: CaseRecord) -> bool:
    facts = cases.load_facts(unit.vault, case.case_id).facts
    return any(fact.field == "plan_position" and fact.value in _POSITIONS for fact in facts)


def _answer_by(given: commands.OfferInput, *, now: Instant) -> Instant | None:
    fixed = None if given.answer_by is None else instant(given.answer_by, place="offer.answer_by")
    if fixed is None:
        return answer_by(given.priority, planned=None, now=now)
    if not now < fixed <= now + limits.MESSAGE_LIFE_SECONDS:
        raise MalformedError("not within the next 60 days", place="offer.answer_by")
    return fixed


def _permit(
    unit: Unit,
    case: CaseRecord,
    peer: Peer,
    categories: frozenset[Category],
    *,
    me: Self,
    now: Instant,
) -> Permit | Refusal:
    records = consents.of_case(unit.vault, case.case_id)
    request = ShareRequest(
        holder=me.node_id,
        recipient=peer.node_id,
        purpose=Purpose.CARE_REFERRAL,
        categories=categories,
        handle=cases.handle_of_case(unit.vault, case.case_id, peer.node_id),
    )
    return may_share(
        [record.standing for record in records],
        request=request,
        level=peer.level,
        now=max(now, identity.latest_seen(unit.vault)),
    )


def preview_dossier(
    unit: Unit, command: commands.PreviewDossier, *, me: Self, acting: Acting
) -> views.Preview | Refused:
    """Exactly what they would see after acceptance, or which consent is missing for it."""
    built = _dossier(unit, command.thread, command.categories, me=me, now=acting.now)
    if isinstance(built, Refused):
        return built
    payload, referral, _ = built
    shown = showing.disclosed(showing.read_dossier(payload), with_names=command.with_names)
    if command.with_names and referral.case_id is not None:
        with unit.unseen():
            audit(unit, "case.read", referral.case_id, acting=acting, details="with names")
    return views.Preview(
        # The bytes say her name as well as the page does.
        content=b"" if shown.hidden_fields or shown.hidden_texts else payload.content,
        hash=content_hash(payload),
        sentences=shown.sentences,
        facts=shown.facts,
        hidden_fields=shown.hidden_fields,
        hidden_texts=shown.hidden_texts,
    )


def send_dossier(
    unit: Unit, command: commands.SendDossier, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """Send what was previewed, with the consents it rests on."""
    built = _dossier(unit, command.thread, command.categories, me=me, now=acting.now)
    if isinstance(built, Refused):
        return built
    payload, referral, peer = built
    if content_hash(payload) != command.preview:
        return refused(No.CHANGED_SINCE_PREVIEW)
    if not _move(unit, referral, ReferralEvent.DOSSIER, acting=acting, detail=None):
        return refused(No.WRONG_STATE)
    effects: list[Effect] = []
    for record in _copies_owed(unit, referral):
        effects += _copy(record, referral, peer, me=me, now=acting.now)
    effects.append(_about(payload, referral))
    apply(effects, unit, acting=acting)
    referrals.set_dossier(
        unit.vault,
        referral.thread,
        content_hash=content_hash(payload),
        consent=payload.permit.consent_id,
    )
    audit(unit, "referral.dossier", referral.thread, acting=acting)
    return views.Done(ref=referral.thread)


def _dossier(
    unit: Unit, thread: bytes, categories: list[Category], *, me: Self, now: Instant
) -> tuple[Payload, Referral, Peer] | Refused:
    referral = referrals.find_referral(unit.vault, thread_id(thread))
    if referral is None or not referral.is_ours or referral.case_id is None:
        return refused(No.NOT_FOUND)
    case = cases.find_case(unit.vault, referral.case_id)
    if case is None:
        return refused(No.NOT_FOUND)
    peer = peers.load_peer(unit.vault, referral.peer)
    permit = _permit(unit, case, peer, frozenset(categories), me=me, now=now)
    if isinstance(permit, Refusal):
        return showing.refusal(permit)
    if referral.state is not ReferralState.ACCEPTED:
        return refused(No.WRONG_STATE)
    facts = cases.load_facts(unit.vault, case.case_id)
    return build_payload(facts, permit, shape=DossierShape()), referral, peer


def _copies_owed(unit: Unit, referral: Referral) -> list[ConsentRecord]:
    """The consents between us and this peer about her that the peer has no copy of."""
    if referral.case_id is None:
        return []
    return [
        record
        for record in consents.of_case(unit.vault, referral.case_id)
        if referral.peer in (record.standing.consent.holder, record.standing.consent.recipient)
        and record.is_issued_here
        and not outbox.has_copy(unit.vault, record.standing.consent.consent_id)
    ]


def _copy(
    record: ConsentRecord, referral: Referral, peer: Peer, *, me: Self, now: Instant
) -> list[Effect]:
    permit = may_tell_of_consent(record.standing, teller=me.node_id, level=peer.level, now=now)
    if isinstance(permit, Refusal):
        return []
    return [_about(build_consent_copy(record.signed, record.words, permit), referral)]


def _about(payload: Payload, referral: Referral) -> SendAbout:
    return SendAbout(
        payload=payload,
        to=referral.peer,
        thread=referral.thread,
        reply_to=None,
        urgency=Urgency.NORMAL,
    )


def answer_question(
    unit: Unit, command: commands.AnswerQuestion, *, acting: Acting
) -> views.Done | Refused:
    """Answer by code."""
    answer = ReferralAnswer(question=command.question, answer=command.answer)
    return _say(
        unit,
        command.thread,
        answer,
        ReferralEvent.ANSWER,
        acting=acting,
        detail=command.answer.value,
    )


def recall_offer(
    unit: Unit, command: commands.RecallOffer, *, acting: Acting
) -> views.Done | Refused:
    """Take an offer back; it never counts as a service. One that never left vanishes without a word."""
    thread = thread_id(command.thread)
    referral = referrals.find_referral(unit.vault, thread)
    if referral is not None and not outbox.was_sealed(unit.vault, message_id(thread)):
        return _undo_offer(unit, referral, acting=acting, detail=command.reason.value)
    recall = ReferralRecall(reason=command.reason)
    return _say(
        unit,
        command.thread,
        recall,
        ReferralEvent.RECALL,
        acting=acting,
        detail=command.reason.value,
    )


def _undo_offer(
    unit: Unit, referral: Referral, *, acting: Acting, detail: str
) -> views.Done | Refused:
    if not referral.is_ours:
        return refused(No.NOT_FOUND)
    if not _move(unit, referral, ReferralEvent.RECALL, acting=acting, detail=detail):
        return refused(No.WRONG_STATE)
    outbox.drop(unit.vault, message_id(referral.thread))
    disclosures.drop(unit.vault, message_id(referral.thread))
    unit.destroyed()
    audit(unit, "referral.undone", referral.thread, acting=acting)
    return views.Done()


def _say(
    unit: Unit,
    thread: bytes,
    message: PublicMessage,
    event: ReferralEvent,
    *,
    acting: Acting,
    detail: str,
) -> views.Done | Refused:
    referral = referrals.find_referral(unit.vault, thread_id(thread))
    if referral is None or not referral.is_ours:
        return refused(No.NOT_FOUND)
    if not _move(unit, referral, event, acting=acting, detail=detail):
        return refused(No.WRONG_STATE)
    send = Send(
        message=message,
        to=referral.peer,
        thread=referral.thread,
        reply_to=None,
        urgency=Urgency.SOON,
    )
    apply([send], unit, acting=acting)
    audit(unit, f"referral.{event.value}", referral.thread, acting=acting)
    return views.Done()


def _move(
    unit: Unit, referral: Referral, event: ReferralEvent, *, acting: Acting, detail: str | None
) -> bool:
    moved = referral_flow.step(referral.state, event, heard=None)
    if moved is None:
        return False
    referrals.move_referral(
        unit.vault,
        referral.thread,
        event=event,
        state=moved[0],
        is_heard=False,
        detail=detail,
        now=acting.now,
    )
    desk.finish_all(
        unit.vault,
        referral_flow.tasks_over(moved[0]),
        thread=referral.thread,
        by=acting.actor,
        now=acting.now,
    )
    return True

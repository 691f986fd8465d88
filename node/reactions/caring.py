"""Reactions to referrals and follow-ups: the tables of `protocol` say whether an event fits."""

import base64

from node.effects import NODE_ITSELF
from node.reactions.arrival import Arrival, Reaction
from node.vault.records import CaseRecord, FollowUp, Referral, new_follow_up
from node.vault.tables import cases, consents, desk, name_words, peers, referrals, streams
from node.vault.unit import Unit
from protocol import follow_up_flow, referral_flow
from protocol.effects import Effect, Remind, Task
from protocol.errors import RefusalCode
from protocol.follow_up_flow import FollowUpEvent, FollowUpState
from protocol.limits import DAY, NAME_CHARACTERS_MAX
from protocol.messages.disclosed import Disclosed
from protocol.messages.follow_up import (
    FollowUpAccept,
    FollowUpReport,
    FollowUpRequest,
    FollowUpStatus,
)
from protocol.messages.referral import (
    ReferralAccept,
    ReferralAnswerPersonal,
    ReferralArrived,
    ReferralDossier,
    ReferralOffer,
    ReferralOutcome,
)
from protocol.messages.union import encode_content
from protocol.referral_flow import SHARED_STATES, Heard, ReferralEvent, ReferralState
from protocol.values import ConsentId, later, plain_text, sha256
from protocol.vocabulary.codes import CaseStatus
from protocol.vocabulary.facts import NAME_FIELDS


def on_offer(unit: Unit, offer: ReferralOffer, arrival: Arrival) -> Reaction:
    """Somebody asks us for a service; the thread is the offer's own id."""
    if bytes(arrival.thread) != bytes(arrival.message_id):
        return RefusalCode.E_STATE
    if referrals.find_referral(unit.vault, arrival.thread) is not None:
        return RefusalCode.E_STATE
    referral = Referral(
        thread=arrival.thread,
        peer=arrival.sender,
        is_ours=False,
        case_id=None,
        consent_id=None,
        state=ReferralState.READY,
        offer=offer,
        answer_by=offer.answer_by,
        worker=None,
        first_step=None,
        from_date=None,
        dossier_hash=None,
        arrived_at=None,
    )
    referrals.insert_referral(unit.vault, referral, now=arrival.now)
    return move(unit, arrival, ReferralEvent.OFFER, expects_ours=False, detail=None)


def move(
    unit: Unit, arrival: Arrival, event: ReferralEvent, *, expects_ours: bool, detail: str | None
) -> Reaction:
    """Move the referral of the message's thread, if it is with this peer and the event fits.

    Args:
        unit: the transaction.
        arrival: the message.
        event: what the peer told.
        expects_ours: which side may be told this: the one that refers, or the one that was asked.
        detail: a code for the history.
    """
    referral = referrals.find_referral(unit.vault, arrival.thread)
    if referral is None or referral.peer != arrival.sender or referral.is_ours != expects_ours:
        return RefusalCode.E_STATE
    heard = Heard(peer=arrival.sender, thread=arrival.thread, now=arrival.now)
    moved = referral_flow.step(referral.state, event, heard=heard)
    if moved is None:
        return RefusalCode.E_STATE
    state, effects = moved
    referrals.move_referral(
        unit.vault,
        arrival.thread,
        event=event,
        state=state,
        is_heard=True,
        detail=detail,
        now=arrival.now,
    )
    # What the other side took back, or did without our word, waits for nobody here.
    desk.finish_all(
        unit.vault,
        referral_flow.tasks_over(state),
        thread=arrival.thread,
        by=arrival.acting.actor,
        now=arrival.now,
    )
    return effects


def on_accept(unit: Unit, accept: ReferralAccept, arrival: Arrival) -> Reaction:
    """A place is held for her."""
    reaction = move(unit, arrival, ReferralEvent.ACCEPT, expects_ours=True, detail=None)
    if not isinstance(reaction, RefusalCode):
        referrals.set_acceptance(unit.vault, arrival.thread, accept)
    return reaction


def on_answer_personal(unit: Unit, answer: ReferralAnswerPersonal, arrival: Arrival) -> Reaction:
    """An answer to our question that tells something about her."""
    _index(unit, answer.disclosed, arrival)
    return move(
        unit, arrival, ReferralEvent.ANSWER, expects_ours=False, detail=answer.question.value
    )


def on_dossier(unit: Unit, dossier: ReferralDossier, arrival: Arrival) -> Reaction:
    """What she allowed to be told, after we accepted."""
    record = (
        None if arrival.consent is None else consents.find_by_hash(unit.vault, arrival.consent)
    )
    if record is None:
        return RefusalCode.E_CONSENT_MISSING
    event = _dossier_event(unit, arrival)
    reaction = move(unit, arrival, event, expects_ours=False, detail=None)
    if isinstance(reaction, RefusalCode):
        return reaction
    content_hash = sha256(encode_content(dossier))
    consent: ConsentId = record.standing.consent.consent_id
    referrals.set_dossier(unit.vault, arrival.thread, content_hash=content_hash, consent=consent)
    _begin_case(unit, arrival)
    _index(unit, dossier.disclosed, arrival)
    return reaction


def _dossier_event(unit: Unit, arrival: Arrival) -> ReferralEvent:
    """Is it the first one, or one that we lost in a restore, perhaps with the yes we said (R-141)?"""
    referral = referrals.find_referral(unit.vault, arrival.thread)
    if referral is None or referral.state is ReferralState.ACCEPTED:
        return ReferralEvent.DOSSIER
    is_again = streams.has_resumed(unit.vault, arrival.sender)
    return ReferralEvent.DOSSIER_AGAIN if is_again else ReferralEvent.DOSSIER


def _begin_case(unit: Unit, arrival: Arrival) -> None:
    """The place that was held becomes a case; what came about her stays in the message it came in."""
    referral = referrals.find_referral(unit.vault, arrival.thread)
    if referral is None or referral.case_id is not None:
        return
    noise = arrival.acting.entropy(5)
    peer = peers.load_peer(unit.vault, arrival.sender)
    case = CaseRecord(
        case_id=arrival.acting.entropy(16),
        # Random: a number for people must not give away the id of a message.
        case_number=plain_text(
            f"{peer.country.value}-{base64.b32encode(noise).decode('ascii')}",
            characters_max=NAME_CHARACTERS_MAX,
        ),
        status=CaseStatus.INTAKE,
        owner=NODE_ITSELF,
        age_band=referral.offer.age_band,
        language=referral.offer.language,
        opened_at=arrival.now,
    )
    cases.insert_case(unit.vault, case)
    desk.add_search_text(unit.vault, owner=case.case_id, owner_kind="case", text=case.case_number)
    referrals.set_case(unit.vault, arrival.thread, case.case_id)


def _index(unit: Unit, disclosed: Disclosed, arrival: Arrival) -> None:
    """Let her words be found here for as long as we may hold them."""
    referral = referrals.find_referral(unit.vault, arrival.thread)
    texts = [
        text
        for section in disclosed.sections
        for text in (
            *(fact.value for fact in section.facts if isinstance(fact.value, str) and fact.value),
            *(sentence.text for sentence in section.sentences),
        )
    ]
    desk.add_message_texts(
        unit.vault,
        texts,
        message=arrival.message_id,
        case_id=None if referral is None else referral.case_id,
    )
    if referral is not None and referral.case_id is not None:
        names = [
            fact.value
            for section in disclosed.sections
            for fact in section.facts
            if fact.field in NAME_FIELDS and isinstance(fact.value, str)
        ]
        name_words.replace(unit.vault, names, owner=arrival.message_id, case_id=referral.case_id)


def on_arrived(unit: Unit, arrived: ReferralArrived, arrival: Arrival) -> Reaction:
    """She is there. Our case stays open: from now on we accompany her."""
    reaction = move(unit, arrival, ReferralEvent.ARRIVE, expects_ours=True, detail=None)
    if isinstance(reaction, RefusalCode):
        return reaction
    referrals.set_arrived(unit.vault, arrival.thread, arrived.at)
    referral = referrals.find_referral(unit.vault, arrival.thread)
    if referral is not None and referral.case_id is not None:
        cases.set_status(unit.vault, referral.case_id, CaseStatus.ACCOMPANYING)
    return reaction


def on_outcome(unit: Unit, outcome: ReferralOutcome, arrival: Arrival) -> Reaction:
    """How it goes, in her words."""
    _index(unit, outcome.disclosed, arrival)
    return move(unit, arrival, ReferralEvent.OUTCOME, expects_ours=True, detail=outcome.seen.value)


def _shared_referral(unit: Unit, arrival: Arrival) -> Referral | None:
    """The referral of the thread, if it is with this peer and has come as far as acceptance."""
    referral = referrals.find_referral(unit.vault, arrival.thread)
    if referral is None or referral.peer != arrival.sender:
        return None
    return referral if referral.state in SHARED_STATES else None


def on_follow_up_request(unit: Unit, request: FollowUpRequest, arrival: Arrival) -> Reaction:
    """The other side asks us to see her."""
    if _shared_referral(unit, arrival) is None:
        return RefusalCode.E_STATE
    follow_up = new_follow_up(
        arrival.message_id,
        arrival.thread,
        arrival.sender,
        is_asked_by_us=False,
        due=request.due,
        state=FollowUpState.REQUESTED,
    )
    referrals.insert_follow_up(unit.vault, follow_up, now=arrival.now)
    return [_remind(Task.FOLLOW_UP_DUE, arrival)]


def on_follow_up_accept(unit: Unit, accept: FollowUpAccept, arrival: Arrival) -> Reaction:
    """The other side takes a follow-up on."""
    follow_up = _asked(unit, arrival)
    if follow_up is None:
        return RefusalCode.E_STATE
    state = follow_up_flow.step(follow_up.state, FollowUpEvent.TAKE_ON)
    if state is None:
        return RefusalCode.E_STATE
    referrals.set_follow_up_due(unit.vault, follow_up.follow_up_id, accept.due)
    _move_follow_up(unit, follow_up, state, arrival, was_seen=None)
    return []


def on_follow_up_unable(unit: Unit, arrival: Arrival) -> Reaction:
    """The other side cannot; a person decides what now."""
    follow_up = _asked(unit, arrival)
    if follow_up is None:
        return RefusalCode.E_STATE
    state = follow_up_flow.step(follow_up.state, FollowUpEvent.CANNOT)
    if state is None:
        return RefusalCode.E_STATE
    _move_follow_up(unit, follow_up, state, arrival, was_seen=None)
    return [_remind(Task.FOLLOW_UP_DUE, arrival)]


def on_status(unit: Unit, status: FollowUpStatus, arrival: Arrival) -> Reaction:
    """Seen or not seen, and nothing more."""
    return _report(unit, arrival, was_seen=status.seen, has_words=False)


def on_report(unit: Unit, report: FollowUpReport, arrival: Arrival) -> Reaction:
    """How she is, as she allows."""
    reaction = _report(unit, arrival, was_seen=report.seen is not None, has_words=True)
    if not isinstance(reaction, RefusalCode):
        _index(unit, report.disclosed, arrival)
    return reaction


def _report(unit: Unit, arrival: Arrival, *, was_seen: bool, has_words: bool) -> Reaction:
    if _shared_referral(unit, arrival) is None:
        return RefusalCode.E_STATE
    follow_up = _asked(unit, arrival)
    if follow_up is None and arrival.reply_to is not None:
        return RefusalCode.E_STATE
    if follow_up is None:
        follow_up = _begun(unit, arrival)
    event = FollowUpEvent.REPORT_SEEN if was_seen else FollowUpEvent.REPORT_NOT_SEEN
    state = follow_up_flow.step(follow_up.state, event)
    if state is None:
        return RefusalCode.E_STATE
    referrals.move_follow_up(
        unit.vault,
        follow_up.follow_up_id,
        state=state,
        was_seen=was_seen,
        seen_at=arrival.now,
        report=arrival.message_id if has_words else None,
        now=arrival.now,
    )
    return [_remind(Task.REPORT_TO_READ, arrival)]


def _begun(unit: Unit, arrival: Arrival) -> FollowUp:
    """A report that answers no request is a follow-up of its own."""
    follow_up = new_follow_up(
        arrival.message_id,
        arrival.thread,
        arrival.sender,
        is_asked_by_us=True,
        due=arrival.now,
        state=FollowUpState.PLANNED,
    )
    referrals.insert_follow_up(unit.vault, follow_up, now=arrival.now)
    return follow_up


def _asked(unit: Unit, arrival: Arrival) -> FollowUp | None:
    if arrival.reply_to is None:
        return None
    follow_up = referrals.find_follow_up(unit.vault, arrival.reply_to)
    if follow_up is None or follow_up.peer != arrival.sender or not follow_up.is_asked_by_us:
        return None
    return follow_up


def _move_follow_up(
    unit: Unit,
    follow_up: FollowUp,
    state: FollowUpState,
    arrival: Arrival,
    *,
    was_seen: bool | None,
) -> None:
    referrals.move_follow_up(
        unit.vault,
        follow_up.follow_up_id,
        state=state,
        was_seen=was_seen,
        seen_at=None,
        report=None,
        now=arrival.now,
    )


def _remind(task: Task, arrival: Arrival) -> Effect:
    due = later(arrival.now, DAY)
    return Remind(task=task, peer=arrival.sender, thread=arrival.thread, due=due)

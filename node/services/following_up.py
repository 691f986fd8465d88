"""Follow-ups: asked for, taken on, and reported back exactly as she allows."""

from typing import Final

from node.effects import Acting, apply, audit
from node.vault.records import FollowUp, Referral, Self, new_follow_up
from node.vault.tables import consents, desk, identity, peers, referrals
from node.vault.unit import Unit
from protocol import follow_up_flow, limits
from protocol.consent import Standing
from protocol.consent_rules import Refusal, ShareRequest, may_share
from protocol.disclosure import CaseFacts, ReportShape, build_payload
from protocol.effects import Send, SendAbout, Task, Urgency
from protocol.errors import MalformedError
from protocol.follow_up_flow import FollowUpEvent, FollowUpState
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.disclosed import Sentence, typed_fact
from protocol.messages.follow_up import (
    FollowUpAccept,
    FollowUpRequest,
    FollowUpStatus,
    FollowUpUnable,
)
from protocol.permits import Permit
from protocol.referral_flow import SHARED_STATES
from protocol.values import (
    Handle,
    Instant,
    MessageId,
    ThreadId,
    instant,
    language_tag,
    message_id,
    new_message_id,
    plain_text,
    thread_id,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose
from protocol.vocabulary.facts import FACT_FIELDS

_TEXT: Final = "text:"
_UNANSWERED: Final = frozenset({FollowUpState.REQUESTED, FollowUpState.OVERDUE})


def request(
    unit: Unit, command: commands.RequestFollowUp, *, acting: Acting
) -> views.Done | Refused:
    """Ask the other side to see her."""
    referral = _shared(unit, command.thread)
    if referral is None:
        return refused(No.WRONG_STATE)
    due = instant(command.due, place="RequestFollowUp.due")
    send = Send(
        message=FollowUpRequest(due=due),
        to=referral.peer,
        thread=referral.thread,
        reply_to=None,
        urgency=Urgency.NORMAL,
    )
    (message,) = apply([send], unit, acting=acting)
    _begin(unit, referral, message, due=due, is_asked_by_us=True, acting=acting)
    _finish_task(unit, referral.thread, acting=acting)
    audit(unit, "followup.request", message, acting=acting)
    return views.Done(ref=message)


def _begin(
    unit: Unit,
    referral: Referral,
    follow_up: MessageId,
    *,
    due: Instant,
    is_asked_by_us: bool,
    acting: Acting,
) -> FollowUp:
    begun = new_follow_up(
        follow_up,
        referral.thread,
        referral.peer,
        is_asked_by_us=is_asked_by_us,
        due=due,
        state=FollowUpState.REQUESTED if is_asked_by_us else FollowUpState.PLANNED,
    )
    referrals.insert_follow_up(unit.vault, begun, now=acting.now)
    return begun


def take_on(
    unit: Unit, command: commands.AcceptFollowUp, *, acting: Acting
) -> views.Done | Refused:
    """Take a follow-up on, by a day."""
    due = instant(command.due, place="AcceptFollowUp.due")
    message = FollowUpAccept(due=due)
    answer = _answer(unit, command.follow_up, message, FollowUpEvent.TAKE_ON, acting=acting)
    if isinstance(answer, views.Done):
        # The day we promise is the day on which we are reminded.
        referrals.set_follow_up_due(unit.vault, message_id(command.follow_up), due)
    return answer


def cannot(
    unit: Unit, command: commands.DeclineFollowUp, *, acting: Acting
) -> views.Done | Refused:
    """Say that we cannot."""
    message = FollowUpUnable(reason=command.reason)
    return _answer(unit, command.follow_up, message, FollowUpEvent.CANNOT, acting=acting)


def _answer(
    unit: Unit,
    follow_up: bytes,
    message: FollowUpAccept | FollowUpUnable,
    event: FollowUpEvent,
    *,
    acting: Acting,
) -> views.Done | Refused:
    known = referrals.find_follow_up(unit.vault, message_id(follow_up))
    if known is None or known.is_asked_by_us:
        return refused(No.NOT_FOUND)
    state = follow_up_flow.step(known.state, event)
    if state is None:
        return refused(No.WRONG_STATE)
    _move(unit, known, state, was_seen=None, acting=acting)
    send = Send(
        message=message,
        to=known.peer,
        thread=known.thread,
        reply_to=known.follow_up_id,
        urgency=Urgency.NORMAL,
    )
    apply([send], unit, acting=acting)
    _finish_task(unit, known.thread, acting=acting)
    audit(unit, f"followup.{event.value}", known.follow_up_id, acting=acting)
    return views.Done()


def _finish_task(unit: Unit, thread: ThreadId, *, acting: Acting) -> None:
    """Nobody is reminded any more, unless they wait for our word about another one."""
    for other in referrals.follow_ups_of(unit.vault, thread):
        if not other.is_asked_by_us and other.state in _UNANSWERED:
            return
    desk.finish_tasks(
        unit.vault,
        task=Task.FOLLOW_UP_DUE.value,
        thread=thread,
        by=acting.actor,
        now=acting.now,
    )


def report(
    unit: Unit, command: commands.ReportFollowUp, *, me: Self, acting: Acting
) -> views.ReportSent | Refused:
    """Tell how she is. Without her confirmed way-back consent only seen or not seen leaves.

    Raises:
        MalformedError: if a fact or a text is not legal, or it is neither seen nor not seen.
    """
    if (command.seen is None) == (command.not_seen is None):
        raise MalformedError("neither seen nor not seen", place="ReportFollowUp.seen")
    referral = _shared(unit, command.thread)
    if referral is None:
        return refused(No.WRONG_STATE)
    known = _answered(unit, referral, command, acting=acting)
    if isinstance(known, Refused):
        return known
    event = _event(command)
    state = follow_up_flow.step(known.state, event)
    if state is None:
        return refused(No.WRONG_STATE)
    facts = _facts(command)
    permit = _permit(unit, referral, facts, me=me, now=acting.now)
    effect = _report_effect(command, referral, known, facts, permit)
    apply([effect], unit, acting=acting)
    _move(unit, known, state, was_seen=command.seen is not None, acting=acting)
    _finish_task(unit, known.thread, acting=acting)
    audit(unit, f"followup.{event.value}", known.follow_up_id, acting=acting)
    return _sent(known, command, permit, effect)


def _sent(
    known: FollowUp,
    command: commands.ReportFollowUp,
    permit: Permit | Refusal,
    effect: Send | SendAbout,
) -> views.ReportSent:
    """What the worker is told, here alone: what left, and what stayed."""
    told = effect.payload.fields if isinstance(effect, SendAbout) else ()
    words = sum(name.startswith(_TEXT) for name in told)
    stayed = {int(FACT_FIELDS[field].category) for field in command.facts if field not in told}
    return views.ReportSent(
        follow_up=known.follow_up_id,
        with_her_words=words > 0,
        refusal=permit.code.value if isinstance(permit, Refusal) else None,
        left_out=sorted(stayed),
        texts_left_out=words < len({given.text for given in command.sentences}),
    )


def _event(command: commands.ReportFollowUp) -> FollowUpEvent:
    seen = command.seen is not None
    return FollowUpEvent.REPORT_SEEN if seen else FollowUpEvent.REPORT_NOT_SEEN


def _answered(
    unit: Unit, referral: Referral, command: commands.ReportFollowUp, *, acting: Acting
) -> FollowUp | Refused:
    """The follow-up that is reported: one that was asked for, or one of our own."""
    if command.follow_up is None:
        own = new_message_id(now=acting.now, entropy=acting.entropy)
        return _begin(unit, referral, own, due=acting.now, is_asked_by_us=False, acting=acting)
    known = referrals.find_follow_up(unit.vault, message_id(command.follow_up))
    if known is None or known.is_asked_by_us or known.thread != referral.thread:
        return refused(No.NOT_FOUND)
    return known


def _report_effect(
    command: commands.ReportFollowUp,
    referral: Referral,
    known: FollowUp,
    facts: CaseFacts,
    permit: Permit | Refusal,
) -> Send | SendAbout:
    at = instant(command.at, place="ReportFollowUp.at")
    reply_to = None if command.follow_up is None else known.follow_up_id
    if isinstance(permit, Refusal):
        # As C0: this says that somebody was seen or not, and nothing that she would have to allow.
        return Send(
            message=FollowUpStatus(seen=command.seen is not None, at=at),
            to=referral.peer,
            thread=referral.thread,
            reply_to=reply_to,
            urgency=Urgency.NORMAL,
        )
    shape = ReportShape(at=at, seen=command.seen, not_seen=command.not_seen)
    return SendAbout(
        payload=build_payload(facts, permit, shape=shape),
        to=referral.peer,
        thread=referral.thread,
        reply_to=reply_to,
        urgency=Urgency.NORMAL,
    )


def _facts(command: commands.ReportFollowUp) -> CaseFacts:
    """What was typed, without the texts that nobody read back to her: these stay here."""
    typed = [(given, _sentence(given)) for given in command.sentences]
    return CaseFacts(
        facts=tuple(typed_fact(field, value) for field, value in command.facts.items()),
        sentences=tuple((Category.PLAN_WISHES, text) for given, text in typed if given.read_back),
    )


def _sentence(given: commands.SentenceInput) -> Sentence:
    return Sentence(
        kind=given.kind,
        language=language_tag(given.language, place="ReportFollowUp.sentences"),
        text=plain_text(
            given.text,
            characters_max=limits.TEXT_CHARACTERS_MAX,
            place="ReportFollowUp.sentences",
        ),
    )


def _permit(
    unit: Unit, referral: Referral, facts: CaseFacts, *, me: Self, now: Instant
) -> Permit | Refusal:
    """Her way-back consent as it stands now, for all that it names, with the texts read back ticked.

    What was typed is not asked about: a report of another type would tell that there is more.
    """
    found = _may_report(unit, referral, frozenset(), me=me, now=now)
    if isinstance(found, Refusal):
        return found
    (named,) = (
        standing.consent.categories
        for standing in _standings(unit, referral)
        if standing.consent.consent_id == found.consent_id
    )
    for category, sentence in facts.sentences:
        if category in named:
            consents.add_tick(unit.vault, found.consent_id, sentence.hash, now=now)
    return _may_report(unit, referral, named, me=me, now=now)


def _may_report(
    unit: Unit,
    referral: Referral,
    categories: frozenset[Category],
    *,
    me: Self,
    now: Instant,
) -> Permit | Refusal:
    request = ShareRequest(
        holder=me.node_id,
        recipient=referral.peer,
        purpose=Purpose.FOLLOW_UP,
        categories=categories,
        handle=_handle(unit, referral),
    )
    return may_share(
        _standings(unit, referral),
        request=request,
        level=peers.load_peer(unit.vault, referral.peer).level,
        now=max(now, identity.latest_seen(unit.vault)),
    )


def _handle(unit: Unit, referral: Referral) -> Handle | None:
    if referral.consent_id is None:
        return None
    record = consents.find_consent(unit.vault, referral.consent_id)
    return None if record is None else record.standing.consent.handle


def _standings(unit: Unit, referral: Referral) -> list[Standing]:
    """The consents about her."""
    name = _handle(unit, referral)
    records = [] if name is None else consents.of_handle(unit.vault, name)
    return [record.standing for record in records]


def _shared(unit: Unit, thread: bytes) -> Referral | None:
    referral = referrals.find_referral(unit.vault, thread_id(thread))
    return referral if referral is not None and referral.state in SHARED_STATES else None


def _move(
    unit: Unit, known: FollowUp, state: FollowUpState, *, was_seen: bool | None, acting: Acting
) -> None:
    referrals.move_follow_up(
        unit.vault,
        known.follow_up_id,
        state=state,
        was_seen=was_seen,
        seen_at=acting.now if was_seen is not None else None,
        report=None,
        now=acting.now,
    )

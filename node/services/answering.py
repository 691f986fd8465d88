"""The side that was asked: questions, a place or a reason, readiness, arrival."""

from dataclasses import dataclass

from node.effects import Acting, apply, audit
from node.vault.tables import desk, referrals
from node.vault.unit import Unit
from protocol import limits, referral_flow
from protocol.effects import Send, Task, Urgency
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.referral import (
    ReferralAccept,
    ReferralArrived,
    ReferralAsk,
    ReferralDecline,
    ReferralPrepared,
)
from protocol.messages.union import PublicMessage
from protocol.referral_flow import ReferralEvent
from protocol.values import instant, plain_text, thread_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is told, which event it is, the code for the history, and the task it finishes."""

    message: PublicMessage
    event: ReferralEvent
    detail: str | None
    finishes: Task | None


def ask(unit: Unit, command: commands.AskAboutOffer, *, acting: Acting) -> views.Done | Refused:
    """Ask about an offer before answering it."""
    said = _Said(
        message=ReferralAsk(question=command.question),
        event=ReferralEvent.ASK,
        detail=command.question.value,
        finishes=Task.OFFER_TO_ANSWER,
    )
    return _say(unit, command.thread, said, acting=acting)


def accept(unit: Unit, command: commands.AcceptOffer, *, acting: Acting) -> views.Done | Refused:
    """Hold a place for her. Raises: MalformedError if the worker's name is not one."""
    message = ReferralAccept(
        worker=plain_text(
            command.worker, characters_max=limits.NAME_CHARACTERS_MAX, place="AcceptOffer.worker"
        ),
        first_step=command.first_step,
        from_date=instant(command.from_date, place="AcceptOffer.from_date"),
    )
    said = _Said(
        message=message,
        event=ReferralEvent.ACCEPT,
        detail=None,
        finishes=Task.OFFER_TO_ANSWER,
    )
    answer = _say(unit, command.thread, said, acting=acting)
    if not isinstance(answer, Refused):
        referrals.set_acceptance(unit.vault, thread_id(command.thread), message)
    return answer


def decline(unit: Unit, command: commands.DeclineOffer, *, acting: Acting) -> views.Done | Refused:
    """Say no, why, and who else could. Raises: MalformedError."""
    named = command.who_else
    message = ReferralDecline(
        reason=command.reason,
        who_else=None
        if named is None
        else plain_text(
            named, characters_max=limits.NAME_CHARACTERS_MAX, place="DeclineOffer.who_else"
        ),
    )
    said = _Said(
        message=message,
        event=ReferralEvent.DECLINE,
        detail=command.reason.value,
        finishes=Task.OFFER_TO_ANSWER,
    )
    return _say(unit, command.thread, said, acting=acting)


def report_prepared(
    unit: Unit, command: commands.ReportPrepared, *, acting: Acting
) -> views.Done | Refused:
    """A person read the dossier and got ready."""
    said = _Said(
        message=ReferralPrepared(plan=command.plan),
        event=ReferralEvent.PREPARE,
        detail=command.plan.value,
        finishes=Task.DOSSIER_TO_READ,
    )
    return _say(unit, command.thread, said, acting=acting)


def report_arrival(
    unit: Unit, command: commands.ReportArrival, *, acting: Acting
) -> views.Done | Refused:
    """She is here, and the first private contact was made."""
    at = instant(command.at, place="ReportArrival.at")
    said = _Said(
        message=ReferralArrived(at=at),
        event=ReferralEvent.ARRIVE,
        detail=None,
        finishes=None,
    )
    answer = _say(unit, command.thread, said, acting=acting)
    if not isinstance(answer, Refused):
        referrals.set_arrived(unit.vault, thread_id(command.thread), at)
    return answer


def _say(unit: Unit, thread: bytes, said: _Said, *, acting: Acting) -> views.Done | Refused:
    referral = referrals.find_referral(unit.vault, thread_id(thread))
    if referral is None or referral.is_ours:
        return refused(No.NOT_FOUND)
    moved = referral_flow.step(referral.state, said.event, heard=None)
    if moved is None:
        return refused(No.WRONG_STATE)
    referrals.move_referral(
        unit.vault,
        referral.thread,
        event=said.event,
        state=moved[0],
        is_heard=False,
        detail=said.detail,
        now=acting.now,
    )
    send = Send(
        message=said.message,
        to=referral.peer,
        thread=referral.thread,
        reply_to=None,
        urgency=Urgency.SOON,
    )
    apply([send], unit, acting=acting)
    if said.finishes is not None:
        desk.finish_tasks(
            unit.vault,
            task=said.finishes.value,
            thread=referral.thread,
            by=acting.actor,
            now=acting.now,
        )
    audit(unit, f"referral.{said.event.value}", referral.thread, acting=acting)
    return views.Done(ref=referral.thread)

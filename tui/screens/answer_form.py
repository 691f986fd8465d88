"""The small forms in which one side of a referral tells the other something, and their commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from protocol.local import commands
from protocol.local.commands import Command
from protocol.local.commands.desk import ABOUT_AN_ANSWER
from protocol.local.views import ReferralView
from protocol.vocabulary.codes import (
    AnswerCode,
    DeclineReason,
    FirstStep,
    PlanAnswer,
    Question,
    RecallReason,
)
from tui.desk import Desk
from tui.places import Saying
from tui.wording import N_

YEAR_DAYS: Final = 365
_ARRIVED_BEFORE_DAYS: Final = 60
_WEEK_DAYS: Final = 7
_NOON: Final = 12


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled in. `days` are counted from today, on the day it was begun (`begun`)."""

    saying: Saying
    code: str
    name: str
    days: int
    begun: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one of these forms asks.

    Attributes:
        heading: of the screen.
        about: what happens when it is sent.
        codes: the list it chooses from, and that list's label.
        name: the label of its line of text.
        day: the label of its day, and between which days it may lie.
    """

    heading: str
    about: str
    codes: tuple[str, type[StrEnum]] | None = None
    name: str | None = None
    day: tuple[str, tuple[int, int]] | None = None


FORMS: Final[Mapping[Saying, Asked]] = {
    Saying.ACCEPT: Asked(
        heading=N_("Yes, we keep a place"),
        about=N_("They learn who expects her, what comes first, and from when."),
        name=N_("Who expects her"),
        codes=(N_("First step"), FirstStep),
        day=(N_("From which day"), (0, YEAR_DAYS)),
    ),
    Saying.ASK: Asked(
        heading=N_("Ask a question"),
        about=N_("They answer by choosing from a list, in their own language."),
        codes=(N_("Question"), Question),
    ),
    Saying.DECLINE: Asked(
        heading=N_("No to this offer"),
        about=N_("A no needs a reason. It never counts against her."),
        codes=(N_("Reason"), DeclineReason),
        name=N_("Who else could"),
    ),
    Saying.ANSWER: Asked(
        heading=N_("Answer their question"),
        about=N_("An answer says nothing of her beyond this. Where you do not know, ask her."),
        codes=(N_("Answer"), AnswerCode),
    ),
    Saying.RECALL: Asked(
        heading=N_("Take the offer back"),
        about=N_("The place is free again for somebody else. It leaves at once."),
        codes=(N_("Reason"), RecallReason),
    ),
    Saying.PREPARED: Asked(
        heading=N_("Ready for her"),
        about=N_("Somebody here has read what she let them tell us. And her plan?"),
        codes=(N_("Her plan"), PlanAnswer),
    ),
    Saying.ARRIVED: Asked(
        heading=N_("She is here"),
        about=N_("Send this when somebody of us has met her, alone."),
        day=(N_("She came on"), (-_ARRIVED_BEFORE_DAYS, 0)),
    ),
    Saying.FOLLOW_UP: Asked(
        heading=N_("Ask them to see her"),
        about=N_("Ask for a day on which they see her. What they may tell is for her to say."),
        day=(N_("By which day"), (1, YEAR_DAYS)),
    ),
}


def draft_place(saying: Saying) -> str:
    """Where its draft is kept: one conversation may have half of a question and half of a no."""
    return f"{ABOUT_AN_ANSWER} {saying.value}"


def begin(saying: Saying, desk: Desk) -> AnswerForm:
    """The form before anybody filled it in: nothing is chosen for her or for them."""
    is_accepting = saying is Saying.ACCEPT and desk.person is not None
    return AnswerForm(
        saying=saying,
        code="",
        name=desk.person.name if is_accepting and desk.person is not None else "",
        days=_WEEK_DAYS if saying is Saying.FOLLOW_UP else 0,
        begun=desk.now,
    )


def instant_of(desk: Desk, form: AnswerForm) -> int:
    """Noon of the chosen day here; what has happened is never later than now."""
    day = datetime.fromtimestamp(form.begun, desk.zone) + timedelta(days=form.days)
    noon = int(day.replace(hour=_NOON, minute=0, second=0, microsecond=0).timestamp())
    return min(noon, desk.now) if form.saying is Saying.ARRIVED else noon


def question_of(view: ReferralView) -> Question | None:
    """The question that is open: the last one they asked."""
    asked = [line.detail for line in view.history if line.event == "ask" and line.is_heard]
    return Question(asked[-1]) if asked and asked[-1] in set(Question) else None


def command_of(desk: Desk, view: ReferralView, form: AnswerForm) -> Command | None:
    """What is sent; None where something is still missing."""
    thread, code = view.referral.thread, form.code
    if FORMS[form.saying].codes is not None and not code:
        return None
    command: Command | None
    match form.saying:
        case Saying.ACCEPT:
            command = commands.AcceptOffer(
                thread=thread,
                worker=form.name.strip(),
                first_step=FirstStep(code),
                from_date=instant_of(desk, form),
            )
            command = command if form.name.strip() else None
        case Saying.ASK:
            command = commands.AskAboutOffer(thread=thread, question=Question(code))
        case Saying.DECLINE:
            command = commands.DeclineOffer(
                thread=thread,
                reason=DeclineReason(code),
                who_else=form.name.strip() or None,
            )
        case Saying.ANSWER:
            command = _answer(view, AnswerCode(code))
        case Saying.RECALL:
            command = commands.RecallOffer(thread=thread, reason=RecallReason(code))
        case _:
            command = _after_yes(desk, thread, form)
    return command


def _answer(view: ReferralView, answer: AnswerCode) -> Command | None:
    question = question_of(view)
    if question is None:
        return None
    return commands.AnswerQuestion(thread=view.referral.thread, question=question, answer=answer)


def _after_yes(desk: Desk, thread: bytes, form: AnswerForm) -> Command:
    if form.saying is Saying.PREPARED:
        return commands.ReportPrepared(thread=thread, plan=PlanAnswer(form.code))
    if form.saying is Saying.ARRIVED:
        return commands.ReportArrival(thread=thread, at=instant_of(desk, form))
    return commands.RequestFollowUp(thread=thread, due=instant_of(desk, form))

"""One side of a referral tells the other something: a yes, a question, a no, an answer, a day."""

from collections.abc import Iterable
from typing import ClassVar, Final, final

import msgspec
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from protocol.local import commands, views
from protocol.vocabulary.codes import Question
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import Saying
from tui.plain import Text, lines_of, one_line, plain
from tui.screens import answer_form
from tui.screens.answer_form import FORMS, AnswerForm
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import BACK
from tui.screens.form_screen import FormScreen
from tui.screens.referral_lines import offer_pairs, two_columns
from tui.termwidth import wrap
from tui.widgets.choice import Choice
from tui.widgets.day_choice import DayChoice
from tui.widgets.field import Field
from tui.wording import N_

SEND: Final = Act(
    name="send",
    key="ctrl+s",
    label=N_("send"),
    help=N_("Send it; for ten seconds it can be stopped. Taking back leaves at once."),
    in_palette=False,
)
NAME_CHARACTERS_MAX: Final = 64
LABEL_CELLS: Final = 13


@final
class AnswerScreen(FormScreen[views.ReferralView, AnswerForm]):
    """A small form about one referral. Before a yes it shows what the offer says, and nothing else."""

    ABOUT = N_("Choose, then Ctrl+S. Enter sends nothing, and Esc leaves everything as it is.")
    ACTS: ClassVar[tuple[Act, ...]] = (SEND, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk, *, thread: bytes, saying: Saying) -> None:
        super().__init__(desk, about=thread, place=answer_form.draft_place(saying))
        self._thread = thread
        self._saying = saying

    def heading(self) -> str:
        """What is told."""
        return self.words.say(FORMS[self._saying].heading)

    async def load_ground(self, client: Client) -> views.ReferralView:
        """The referral."""
        return await client.show_referral(commands.ShowReferral(thread=self._thread))

    def form_type(self) -> type[AnswerForm]:
        """What a draft is read as."""
        return AnswerForm

    def begin(self, ground: views.ReferralView) -> AnswerForm:
        """Nothing is decided beforehand."""
        del ground
        return answer_form.begin(self._saying, self.desk)

    def accepts(self, form: AnswerForm) -> bool:
        """A draft says itself which answer it is."""
        return form.saying is self._saying

    def parts(self, ground: views.ReferralView, form: AnswerForm) -> Iterable[Widget]:
        """What the offer says, what is asked here, and what happens then."""
        yield Text(lines_of(self._offer(ground)), id="offer")
        asked = FORMS[self._saying]
        say = self.words.say
        if asked.codes is not None:
            label, codes = asked.codes
            chosen = [(code.value, self.words.code(code)) for code in codes]
            options = [("", say(N_("not chosen yet"))), *chosen]
            yield Choice[str](say(label), options, value=form.code, id="code")
        if asked.day is not None:
            label, between = asked.day
            yield DayChoice(say(label), self._day, between=between, days=form.days, id="day")
        if asked.name is not None:
            yield Field(say(asked.name), form.name, characters_max=NAME_CHARACTERS_MAX, id="name")
        yield Text(lines_of(["", *wrap(say(asked.about), self._width)]), id="about")

    @property
    def _width(self) -> int:
        return max(20, self.size.width - 3)

    def _offer(self, ground: views.ReferralView) -> list[Content]:
        line = ground.referral
        sentence = N_("From {partner}") if not line.is_ours else N_("To {partner}")
        lines = [
            plain(self.words.say(sentence, partner=one_line(line.peer_name)), "bold"),
            *two_columns(
                offer_pairs(self.desk, line.offer), width=self._width, label_cells=LABEL_CELLS
            ),
            plain(""),
        ]
        question = answer_form.question_of(ground)
        if self._saying is Saying.ANSWER and question is not None:
            lines += [
                plain(self.words.say(N_("They ask")), "$text-muted"),
                plain(f"  {self.words.code_of(Question, question.value)}", "bold"),
                plain(""),
            ]
        return lines

    def _day(self, days: int) -> str:
        form = self.form
        if form is None:
            return ""
        moved = msgspec.structs.replace(form, days=days)
        return self.desk.date(answer_form.instant_of(self.desk, moved))

    def read(self, form: AnswerForm) -> AnswerForm:
        """The form as the widgets stand."""
        asked = FORMS[self._saying]
        return msgspec.structs.replace(
            form,
            name=form.name if asked.name is None else self.query_one("#name", Field).value,
            code=form.code if asked.codes is None else self.query_one("#code", Choice).value,
            days=form.days if asked.day is None else self.query_one("#day", DayChoice).days,
        )

    def can(self, name: str) -> bool:
        """Sending needs everything that is asked."""
        return name != SEND.name or self._command() is not None

    def _command(self) -> commands.Command | None:
        if self.form is None or self._loaded is None:
            return None
        return answer_form.command_of(self.desk, self._loaded[0], self.form)

    def action_send(self) -> None:
        """Send it; what is taken back leaves at once, so it is asked for first."""
        command = self._command()
        if isinstance(command, commands.RecallOffer):
            question = self.words.say(N_("Take the offer back now? They free the place at once."))
            self.call_later(self.app.push_screen, AskScreen(self.desk, question), self._recall)
        elif command is not None:
            self.send_form(command)

    def _recall(self, is_yes: bool | None) -> None:  # noqa: FBT001  (as the answer comes)
        command = self._command()
        if is_yes and isinstance(command, commands.RecallOffer):
            self.attempt(lambda client: client.recall_offer(command), self._recalled)

    def _recalled(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("The offer was taken back.")))
        self.done()

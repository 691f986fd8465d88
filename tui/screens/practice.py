"""Practice: five small steps on a case that does not exist. Nothing is asked of the node, nothing leaves."""

from collections.abc import Iterable
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from protocol.vocabulary.categories import Category
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.messages import Edited
from tui.places import Back
from tui.plain import Text, lines_of
from tui.screens import case_lines
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.practice_case import CASE_NUMBER, PARTNER, TOLD, Step, look, offer
from tui.screens.referral_lines import offer_pairs, two_columns
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.path_of_care import PathOfCare
from tui.widgets.tick import Tick, Ticked
from tui.wording import N_

NEXT: Final = Act(
    name="next", key="n", label=N_("next"), help=N_("On to the next step of the practice.")
)
REFER: Final = Act(
    name="refer", key="r", label=N_("refer"), help=N_("Practice: look at the offer.")
)
CONSENT: Final = Act(
    name="consent", key="c", label=N_("consent"), help=N_("Practice: what she agrees to.")
)
WITHDRAW: Final = Act(
    name="withdraw", key="w", label=N_("she withdraws"), help=N_("Practice: she changes her mind.")
)
_KEYS: Final = {
    NEXT.name: frozenset({Step.LANGUAGE, Step.HIDE}),
    REFER.name: frozenset({Step.CASE}),
    CONSENT.name: frozenset({Step.OFFER}),
    WITHDRAW.name: frozenset({Step.CONSENT}),
}
_LABEL_CELLS: Final = 13
_MARGIN: Final = 4
_CATEGORIES: Final = (Category.PLAN_WISHES, Category.LOCATION_CONTACT, Category.HEALTH_BODY)


@final
class PracticeScreen(DeskScreen[None]):
    """One step at a time, each with what to do and why."""

    HEADING = N_("Practice")
    ABOUT = N_(
        "Five small steps on a case that does not exist. Nothing you press here is written down or sent,"
        " and you can leave at any time with Esc."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (NEXT, REFER, CONSENT, WITHDRAW, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        # Whoever has just unlocked after hiding goes on behind it.
        self._step = Step.CASE if desk.has_tried_hiding else Step.LANGUAGE
        self._ticked: frozenset[Category] = frozenset()
        self._is_over = False

    def heading(self) -> str:
        """Which step."""
        number = list(Step).index(self._step) + 1
        step = self.words.say(
            N_("Practice, step {number} of {count}"), number=number, count=len(Step)
        )
        return f"{step} · {CASE_NUMBER}"

    def mark(self) -> str:
        """It is nobody."""
        return self.words.say(N_("nobody's case"))

    def body(self) -> ComposeResult:
        """What to do, why, and the case."""
        with Vertical(id="step"):
            yield from self._parts()

    async def load(self, client: Client) -> None:
        """Nothing is asked."""

    def _parts(self) -> Iterable[Widget]:
        yield Paragraphs(self._told(), id="told")
        match self._step:
            case Step.CASE:
                path = PathOfCare()
                path.put(case_lines.stops(self.desk, look(self.desk)))
                yield path
                yield Paragraphs(list(case_lines.her_words(self.desk, look(self.desk))))
            case Step.OFFER:
                yield Text(
                    self.words.say(
                        N_("Exactly what {partner} will see"), partner=self.words.say(PARTNER)
                    ),
                    classes="heading",
                )
                yield Text(self._offer(), classes="frame")
            case Step.CONSENT:
                yield Text(
                    self.words.say(
                        N_("{partner} may know, for this referral only"),
                        partner=self.words.say(PARTNER),
                    ),
                    classes="heading",
                )
                for category in _CATEGORIES:
                    ticked = Ticked.YES if category in self._ticked else Ticked.NO
                    yield Tick(self.words.code(category), ticked, id=f"c{int(category)}")
            case _:
                pass

    def _told(self) -> list[Paragraph]:
        say, told = self.words.say, TOLD[self._step]
        if self._is_over:
            over = N_(
                "She changed her mind, and everything stopped at once. That was all: well done."
            )
            how = N_(
                "Esc leads to your work. F5 and p bring this practice back whenever you like."
            )
            return [
                Paragraph(text=say(over), style="bold $success", mark="✓ "),
                Paragraph(text=say(how), mark="  "),
            ]
        return [
            Paragraph(text=say(told.do), style="bold $accent", mark="▸ "),
            Paragraph(text=say(told.why), style="$text-muted", mark="  "),
            Paragraph(text=""),
        ]

    def _offer(self) -> Content:
        pairs = offer_pairs(self.desk, offer(self.desk))
        width = max(40, self.size.width - _MARGIN)
        return lines_of(two_columns(pairs, width=width, label_cells=_LABEL_CELLS))

    async def _lay_out(self) -> None:
        box = self.query_one("#step", Vertical)
        await box.remove_children()
        await box.mount(*self._parts())
        if self.focus_chain:
            self.set_focus(self.focus_chain[0])
        self.refresh_frame()

    def on_edited(self, event: Edited) -> None:
        """A tick of hers."""
        event.stop()
        self._ticked = frozenset(
            category
            for category in _CATEGORIES
            if any(tick.is_ticked for tick in self.query(f"#c{int(category)}").results(Tick))
        )

    # The keys.

    def can(self, name: str) -> bool:
        """Only what the step tells."""
        return self._step in _KEYS.get(name, frozenset()) and not self._is_over

    def _go_to(self, step: Step) -> None:
        self._step = step
        self.call_later(self._lay_out)

    def action_next(self) -> None:
        """From the language to hiding, and on without it."""
        self._go_to(Step.HIDE if self._step is Step.LANGUAGE else Step.CASE)

    def action_refer(self) -> None:
        """The offer."""
        self._go_to(Step.OFFER)

    def action_consent(self) -> None:
        """Her ticks."""
        self._go_to(Step.CONSENT)

    def action_withdraw(self) -> None:
        """She changes her mind; with that the practice is done, and remembered."""
        self._ticked = frozenset()
        self._is_over = True
        self.desk.has_practised = True
        self.attempt(lambda _client: self.desk.save_settings(), self._remembered)
        self.call_later(self._lay_out)

    def _remembered(self, _nothing: None) -> None:
        self.refresh_frame()

    def action_back(self) -> None:
        """While Esc is being tried, one press too slow does not end the practice."""
        if self._step is not Step.HIDE:
            self.post_message(Back())

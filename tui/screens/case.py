"""One case: her own words first, then her path of care, what she agreed to, what is known, what happened."""

from dataclasses import replace
from typing import ClassVar, Final, final

from msgspec.structs import replace as changed
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll

from protocol.local import commands, views
from protocol.vocabulary.codes import AgeBand
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import (
    ToConsents,
    ToFacts,
    ToLedger,
    ToMessage,
    ToOffer,
    ToReferral,
    ToSame,
    ToWithdraw,
    ToWords,
)
from tui.screens.case_lines import (
    Seen,
    agreed_to,
    files,
    happened,
    her_words,
    known,
    same_persons,
    stops,
    told_us,
)
from tui.screens.consent_source import agreed_of
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import files_of
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.path_of_care import PathOfCare
from tui.wording import N_

WIDE_CELLS: Final = 120

WORDS: Final = Act(
    name="words",
    key="n",
    label=N_("her words"),
    help=N_("Write down what she said, word for word."),
)
FACTS: Final = Act(
    name="facts",
    key="a",
    label=N_("facts"),
    help=N_("Add what is known, and where she stands on the plan."),
)
REFER: Final = Act(
    name="refer",
    key="r",
    label=N_("refer"),
    help=N_("Ask another organisation whether it has a place for her."),
)
CONSENT: Final = Act(
    name="consent", key="c", label=N_("consent"), help=N_("What she agreed to, and asking her.")
)
WITHDRAW: Final = Act(
    name="withdraw",
    key="w",
    label=N_("withdraw"),
    help=N_("She changed her mind: no reason is asked for."),
)
LEDGER: Final = Act(
    name="ledger", key="l", label=N_("who knows"), help=N_("Who knows what about her.")
)
REFERRAL: Final = Act(
    name="referral",
    key="o",
    label=N_("open station"),
    help=N_("Everything about the referral to the chosen station of her path."),
)
SAME: Final = Act(
    name="same",
    key="s",
    label=N_("same person?"),
    help=N_("Other cases that may be hers: look at both, and say whether they are."),
)
READ: Final = Act(
    name="read_told",
    key="enter",
    label=N_("read"),
    help=N_("Read what they told us about her: her own words first. The reading is written down."),
)
SCROLL: Final = Act(
    name="scroll(1)", key="down", label=N_("read on"), help=N_("Further down; up goes back.")
)
SCROLL_UP: Final = Act(name="scroll(-1)", key="up", label=N_("back up"), help=N_("Further up."))
PAGE_DOWN: Final = Act(
    name="turn_page(1)", key="pagedown", label=N_("next page"), help=N_("A page further down.")
)
PAGE_UP: Final = Act(
    name="turn_page(-1)", key="pageup", label=N_("page before"), help=N_("A page further up.")
)
_SCROLLING: Final = (SCROLL, SCROLL_UP, PAGE_DOWN, PAGE_UP)


@final
class CaseScreen(DeskScreen[Seen]):
    """Everything about one survivor that this organisation wrote down, without her name."""

    HEADING = N_("Case")
    ABOUT = N_(
        "Her own words come first, exactly as she said them. The path shows who was with her, who is, and"
        " who may be next; she may go back or skip. F9 shows the short name she chose, for a minute."
    )
    CSS = """
    CaseScreen #hers, CaseScreen #further { height: auto; width: 1fr; }
    CaseScreen #panes { height: auto; width: 1fr; layout: vertical; }
    CaseScreen.-wide #panes { layout: horizontal; }
    CaseScreen.-wide #further { border-left: solid $primary; padding: 0 0 0 1; }
    CaseScreen Paragraphs { margin: 0 0 1 0; }
    CaseScreen PathOfCare { margin: 0 0 1 0; }
    CaseScreen #path-name { margin: 0; }
    """
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012  (declared so by Textual)
        (0, "-narrow"),
        (WIDE_CELLS, "-wide"),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (
        READ,
        WORDS,
        FACTS,
        REFER,
        CONSENT,
        WITHDRAW,
        LEDGER,
        SAME,
        REFERRAL,
        BACK,
        SCROLL,
    )
    MORE_ACTS: ClassVar[tuple[Act, ...]] = (SCROLL_UP, PAGE_DOWN, PAGE_UP)
    BINDINGS: ClassVar[list[BindingType]] = bindings((*ACTS, *MORE_ACTS))

    def __init__(self, desk: Desk, *, case_id: bytes) -> None:
        super().__init__(desk)
        self._case_id = case_id

    def body(self) -> ComposeResult:
        """Her words; beside or below them the rest."""
        with Vertical(id="panes"):
            with Vertical(id="hers"):
                yield Paragraphs(id="same")
                yield Paragraphs(id="words")
            with Vertical(id="further"):
                yield Paragraphs(id="path-name")
                yield PathOfCare()
                yield Paragraphs(id="agreed")
                yield Paragraphs(id="files")
                yield Paragraphs(id="known")
                yield Paragraphs(id="happened")

    async def load(self, client: Client) -> Seen:
        """The case, her consents, who knows what, and the partners' names."""
        with_names = self.desk.names_are_shown
        look = await client.look_at_case(
            commands.LookAtCase(case_id=self._case_id, with_names=with_names, with_identity=False)
        )
        each = [await files_of(client, referral) for referral in look.referrals]
        return Seen(
            look=look,
            agreed=await agreed_of(client, look),
            ledger=await client.show_ledger(commands.ShowLedger(case_id=self._case_id)),
            files=[line for found in each for line in found],
            same=await client.look_for_same(commands.LookForSame(case_id=self._case_id)),
            with_names=with_names,
        )

    def show(self, seen: Seen) -> None:
        """All of it; an answer with names that came after they were hidden is stripped of them."""
        if seen.with_names and not self.desk.names_are_shown:
            seen = without_names(seen)
            self._loaded = seen
        desk, look = self.desk, seen.look
        self._put("same", list(same_persons(desk, seen)))
        self.query_one("#same", Paragraphs).display = bool(seen.others)
        self._put("words", [*told_us(desk, seen), *her_words(desk, look)])
        self._put(
            "path-name",
            [Paragraph(text=self.words.say(N_("Path of care")), style="bold $secondary")],
        )
        self.query_one(PathOfCare).put(stops(desk, look))
        self._put("agreed", list(agreed_to(desk, seen)))
        self._put("files", list(files(desk, seen)))
        self.query_one("#files", Paragraphs).display = bool(seen.files)
        self._put("known", list(known(desk, seen)))
        self._put("happened", list(happened(desk, seen)))
        if self.focused is None:
            self.query_one(PathOfCare).focus(scroll_visible=False)

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._loaded = None

    def _put(self, name: str, paragraphs: list[Paragraph]) -> None:
        self.query_one(f"#{name}", Paragraphs).put(paragraphs)

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        if self._loaded is not None and not self.desk.names_are_shown:
            self._loaded = without_names(self._loaded)
            self.show(self._loaded)
        super().names_turned()

    def heading(self) -> str:
        """Code, age, language, who is responsible here; her short name only with F9."""
        say = self.words.say
        if self._loaded is None:
            return say(self.HEADING)
        look = self._loaded.look
        name = look.known_as if self.desk.names_are_shown else None
        parts = [
            look.case_number,
            name or "░░░░░░",
            self.words.code_of(AgeBand, look.age_band),
            self.words.language_name(look.language),
        ]
        if look.owner_name:
            parts.append(look.owner_name)
        return " · ".join(parts)

    # Acts.

    def can(self, name: str) -> bool:
        """Nothing before the case has come; a station opens where a referral led there."""
        if name == REFERRAL.name:
            return self._thread() is not None
        if name == SAME.name:
            return self._loaded is not None and bool(self._loaded.others)
        if name == READ.name:
            return self._loaded is not None and bool(self._loaded.told)
        return name in {act.name for act in _SCROLLING} or self._loaded is not None

    def _thread(self) -> bytes | None:
        for path in self.query(PathOfCare):
            if path.chosen is not None:
                return path.chosen.thread
        return None

    def action_read_told(self) -> None:
        """What they told us; what began it stands first."""
        told = [] if self._loaded is None else self._loaded.told
        if told:
            self.go(ToMessage(peer=told[0].peer, message_id=told[0].message_id))

    def action_words(self) -> None:
        """What she said."""
        self.go(ToWords(case_id=self._case_id))

    def action_facts(self) -> None:
        """What is known."""
        self.go(ToFacts(case_id=self._case_id))

    def action_refer(self) -> None:
        """The offer."""
        self.go(ToOffer(case_id=self._case_id))

    def action_consent(self) -> None:
        """Her consents."""
        self.go(ToConsents(case_id=self._case_id))

    def action_withdraw(self) -> None:
        """She changed her mind."""
        self.go(ToWithdraw(case_id=self._case_id))

    def action_ledger(self) -> None:
        """Who knows what."""
        self.go(ToLedger(case_id=self._case_id))

    def action_same(self) -> None:
        """Other cases that may be hers."""
        self.go(ToSame(case_id=self._case_id))

    def action_referral(self) -> None:
        """The chosen station."""
        thread = self._thread()
        if thread is not None:
            self.go(ToReferral(thread=thread))

    def action_scroll(self, by: int) -> None:
        """A line."""
        self._body.scroll_relative(y=by, animate=False)

    def action_turn_page(self, by: int) -> None:
        """A page, with one line of the one before."""
        self._body.scroll_relative(y=by * (self._body.size.height - 1), animate=False)

    @property
    def _body(self) -> VerticalScroll:
        return self.query_one("#body", VerticalScroll)


def without_names(seen: Seen) -> Seen:
    """The same, as if her short name had not been asked for."""
    bare: views.CaseLook = changed(seen.look, known_as=None)
    return replace(seen, look=bare, with_names=False)

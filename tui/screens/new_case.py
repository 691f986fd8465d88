"""Begin a case: three things that say nothing about her, and then straight to her own words."""

import contextlib
from typing import ClassVar, Final, final

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.limits import NAME_CHARACTERS_MAX
from protocol.local import commands, views
from protocol.vocabulary.codes import AgeBand
from tui.acts import Act, bindings
from tui.client import Client, ClientError
from tui.desk import Desk
from tui.messages import Edited
from tui.places import ToCase
from tui.plain import Text
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.drafts import DraftKeeper, decode
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_
from tui.wording.labels.places import LANGUAGE_NAMES

SAVE: Final = Act(
    name="save",
    key="ctrl+s",
    label=N_("open the case"),
    help=N_("Open the case with this number."),
    in_palette=False,
)
NOT_KNOWN: Final = "not_known"
AGES: Final = (
    (NOT_KNOWN, N_("Not known: counts as under 18")),
    (AgeBand.UNDER_18.value, N_("Under 18")),
    (AgeBand.ADULT.value, N_("18 or older")),
)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed. `age` is one of AGES; an empty language is the reader's."""

    case_number: str = ""
    age: str = NOT_KNOWN
    language: str = ""


@final
class NewCaseScreen(DeskScreen[views.CasePage]):
    """A short form."""

    HEADING = N_("New case")
    ABOUT = N_(
        "A case needs a number of your own, whether she is under 18, and the language she speaks. Whoever"
        " is not known to be 18 is protected as a child."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (SAVE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.form = Form()
        self.draft = DraftKeeper(desk, place="case", about=b"")
        self._is_opening = False

    def body(self) -> ComposeResult:
        """The fields, and what they are for."""
        say = self.words.say
        yield Text(say(N_("Nothing here says who she is.")), classes="heading")
        yield Field(
            say(N_("Case number")),
            self.form.case_number,
            characters_max=NAME_CHARACTERS_MAX,
            id="number",
        )
        yield Choice[str](
            say(N_("Her age")),
            [(code, say(label)) for code, label in AGES],
            value=self.form.age,
            id="age",
        )
        yield Choice[str](
            say(N_("Her language")),
            [(tag, self.words.language_name(tag)) for tag in LANGUAGE_NAMES],
            value=self.form.language or self.words.tag,
            id="language",
        )
        yield Paragraphs(id="notes")

    def on_mount(self) -> None:
        """The number comes first."""
        super().on_mount()
        self.query_one("#number", Field).take_focus()

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._loaded, self.form = None, Form()

    async def load(self, client: Client) -> views.CasePage:
        """What was half-written, and the newest case: its number shows how you number."""
        kept = decode(await self.draft.load(client), Form)
        # What she typed while the answer was on its way is newer than any draft.
        if kept is not None and self.form == Form():
            self.form = kept
        return await client.page_cases(
            commands.PageCases(
                first=0, count=1, words="", status=None, mine=False, with_names=False
            )
        )

    def show(self, loaded: views.CasePage) -> None:
        """The draft, and how the last case was numbered."""
        number = self.query_one("#number", Field)
        if number.value != self.form.case_number:
            number.put(self.form.case_number)
        self.query_one("#age", Choice).choose(self.form.age)
        self.query_one("#language", Choice).choose(self.form.language or self.words.tag)
        self._tell(loaded.lines)

    def _tell(self, newest: list[views.CasePageLine]) -> None:
        say = self.words.say
        notes = [
            say(
                N_(
                    "Put no name, place or birthday into the number: it stands on every list, and a"
                    " partner never sees it."
                )
            ),
            say(N_("Not known counts as under 18, so that she has a child's protection.")),
        ]
        if newest:
            last = newest[0].case_number
            notes.insert(0, say(N_("The last case opened here is {number}."), number=last))
        self.query_one("#notes", Paragraphs).put(
            [Paragraph(text=note, style="$text-muted", mark="· ") for note in notes]
        )

    def mark(self) -> str:
        """When the draft was saved."""
        at = self.draft.saved_at
        return (
            ""
            if at is None
            else self.words.say(N_("draft saved {time}"), time=self.desk.clock(at))
        )

    def on_edited(self, event: Edited) -> None:
        """A draft is kept."""
        event.stop()
        self.form = Form(
            case_number=self.query_one("#number", Field).value,
            age=self.query_one("#age", Choice).value,
            language=self.query_one("#language", Choice).value,
        )
        self.draft.change(self, self.form)
        self.refresh_keys()

    async def keep_draft(self) -> None:
        """Before this closes or is locked; a case that is being opened is not there yet."""
        await (self.draft.drop() if self.form == Form() else self.draft.keep(self.form))

    def can(self, name: str) -> bool:
        """A case needs a number."""
        return name != SAVE.name or (bool(self.form.case_number.strip()) and not self._is_opening)

    def action_save(self) -> None:
        """Open it, once."""
        self._is_opening = True
        self.refresh_keys()
        age = AgeBand.ADULT if self.form.age == AgeBand.ADULT else AgeBand.UNDER_18
        command = commands.OpenCase(
            case_number=self.form.case_number.strip(),
            age_band=age,
            language=self.form.language or self.words.tag,
        )

        async def doing(client: Client) -> views.Done:
            try:
                done = await client.open_case(command)
            except ClientError:
                self._is_opening = False
                raise
            # The case is there; a draft that could not be dropped is dropped with the next one.
            self.form = Form()
            with contextlib.suppress(ClientError):
                await self.keep_draft()
            return done

        self.attempt(doing, self._opened)

    def _opened(self, done: views.Done) -> None:
        if done.ref is not None:
            self.go(ToCase(case_id=done.ref), instead=True)

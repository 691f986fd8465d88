"""The charter on the desk: what holds, what a file would change, and a partner's sheet that stops them."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.limits import CHARTER_REMINDER_SECONDS, ENCODED_BYTES_MAX
from protocol.local import commands, views
from protocol.vocabulary.codes import Country
from tui.acts import Act, bindings
from tui.client import Client, NotLegalError, RefusedError
from tui.desk import Desk
from tui.messages import Edited
from tui.plain import one_line
from tui.screens import introduction_file
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.introduction_file import TROUBLES, Trouble
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_
from tui.wording.labels.refusals import REFUSALS

DO: Final = Act(
    name="do",
    key="ctrl+s",
    label=N_("read the file"),
    help=N_("Look at a charter, or stop everything with the partner whose sheet it is."),
    in_palette=False,
)
HOLD: Final = Act(
    name="hold",
    key="f6",
    label=N_("the number is right"),
    help=N_("Hold the charter that was read, after you compared its number."),
    in_palette=False,
    needs=commands.ApplyCharter,
)
CHARTER: Final = "charter"
RISK_HIGH: Final = "high"
SHEET: Final = "sheet"
PATH_CHARACTERS_MAX: Final = 1_000
_STATES: Final = {
    "active": N_("member"),
    "suspended": N_("stopped"),
    "removed": N_("removed"),
    "new": N_("not there before"),
}
_MARKS: Final = {
    "active": ("✓ ", ""),
    "suspended": ("! ", "$warning"),
    "removed": ("✗ ", "$error"),
}
_NOT_TAKEN: Final = {
    "already_there": N_("This is the charter that holds already."),
    "not_allowed": N_("Taking a charter is for a supervisor."),
    "number_differs": N_("This is another charter than the one you looked at. Read it again."),
    "oneself": N_("This is our own sheet. It is for our partners, not for us."),
    "E_SENDER_UNKNOWN": N_("Nobody whom we know signed this. Nothing was done."),
    "E_SIG": N_("Somebody changed this file. Ask for it by another way."),
}
_NO_CHARTER: Final = N_("This is no charter, or a part of it is missing.")
_BY_COMMAND: Final = N_(
    "A charter is written and signed, and a partner stopped by a steward, with a paper key at the"
    " command line: {commands}."
)
_COMMANDS: Final = "sathi charter, sathi peer suspend"
_NO_SHEET: Final = N_("This is no sheet, or a line of it is missing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of a file: a charter to look at, something that was done, or why not."""

    look: views.CharterLook | None = None
    chain: bytes = b""
    done: str = ""
    why_not: str = ""


def charter_lines(desk: Desk, held: views.CharterLook | None) -> list[Paragraph]:
    """The charter that holds, in a line or two; loud when it is over or soon will be."""
    say = desk.words.say
    if held is None:
        return [Paragraph(text=say(N_("No charter: each partner is met one by one.")), mark="· ")]
    told = say(
        N_("Charter, version {version}, until {day}: {count} organisations."),
        version=held.version,
        day=desk.date(held.expires),
        count=sum(line.state == "active" for line in held.members),
    )
    lines = [Paragraph(text=told, mark="· ")]
    if held.is_over:
        over = N_(
            "THE CHARTER HAS ENDED. Work with known partners goes on; nobody new can be met until the"
            " stewards give a new one."
        )
        lines.append(Paragraph(text=say(over), style="bold $error", mark="✗ "))
    elif held.expires - desk.now <= CHARTER_REMINDER_SECONDS:
        soon = N_("The charter ends soon: ask the stewards for a new one.")
        lines.append(Paragraph(text=say(soon), style="$warning", mark="! "))
    return lines


def asked_lines(desk: Desk, look: views.CharterLook) -> list[Paragraph]:
    """What a charter asks of this computer and of the people at it, beyond who belongs."""
    say, lines = desk.words.say, []
    if look.risk == RISK_HIGH:
        asked = N_("It asks for high risk: this computer locks at once when everybody has left.")
        lines.append(Paragraph(text=say(asked), style="$warning", mark="! "))
    if look.erase_hours is not None:
        asked = N_("What she took back has to be erased within {count} hours of this being open.")
        lines.append(Paragraph(text=say(asked, count=look.erase_hours), mark="· "))
    if look.storage:
        names = [desk.words.code_of(Country, code) for code in look.storage]
        asked = N_("Her data may lie in: {countries}. It is for you to see to that.")
        lines.append(Paragraph(text=say(asked, countries=", ".join(names)), mark="· "))
    if look.complaints:
        asked = N_("It names who takes complaints. They go there by paper and by telephone.")
        lines.append(Paragraph(text=say(asked), mark="· "))
    return lines


@final
class MembershipScreen(DeskScreen[views.CharterView]):
    """What holds, and one file at a time."""

    HEADING = N_("Charter")
    ABOUT = N_(
        "The charter says which organisations belong, signed by several stewards. It makes nobody checked."
        " Hear the number of a first charter from two stewards before you take it."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (DO, HOLD, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._what = CHARTER
        self._path = ""
        self._came: Came | None = None

    def body(self) -> ComposeResult:
        """What holds, which file, and what is in it."""
        say = self.words.say
        yield Paragraphs(id="held")
        options = [
            (CHARTER, say(N_("a charter"))),
            (SHEET, say(N_("a sheet that stops a partner"))),
        ]
        yield Choice[str](say(N_("What")), options, value=self._what, id="what")
        yield Field(say(N_("File")), self._path, characters_max=PATH_CHARACTERS_MAX, id="path")
        yield Paragraphs(id="told")

    def on_mount(self) -> None:
        """The choice comes first."""
        super().on_mount()
        self.query_one("#what").focus()

    async def load(self, client: Client) -> views.CharterView:
        """What holds."""
        return await client.show_charter()

    def show(self, loaded: views.CharterView) -> None:
        """What holds, and what partners offered."""
        lines = charter_lines(self.desk, loaded.held)
        if loaded.held is not None:
            lines += asked_lines(self.desk, loaded.held)
        lines += [
            Paragraph(
                text=self.words.say(
                    N_(
                        "{partner} sent a charter. It does not count before somebody here takes it."
                    ),
                    partner=one_line(offered.peer_name),
                ),
                style="$warning",
                mark="? ",
            )
            for offered in loaded.offered
        ]
        lines.append(
            Paragraph(
                text=self.words.say(_BY_COMMAND, commands=_COMMANDS),
                style="$text-muted",
                mark="· ",
            )
        )
        self.query_one("#held", Paragraphs).put([*lines, Paragraph(text="")])
        self._tell()

    def on_edited(self, event: Edited) -> None:
        """Another file: what was said about the former one goes."""
        event.stop()
        what = self.query_one("#what", Choice).value
        path = self.query_one("#path", Field).value
        if (what, path) != (self._what, self._path):
            self._what, self._path, self._came = what, path, None
            self._tell()

    def _tell(self) -> None:
        self.query_one("#told", Paragraphs).put(self._told())
        self.refresh_keys()

    def _told(self) -> list[Paragraph]:
        say, came = self.words.say, self._came
        if came is None:
            hint = (
                N_("Where the file is. Without one, a charter that a partner sent is looked at.")
                if self._what == CHARTER
                else N_("It stops everything with the partner whose sheet it is, at once.")
            )
            return [Paragraph(text=""), Paragraph(text=say(hint), style="$text-muted")]
        if came.why_not:
            wrong = Paragraph(text=say(came.why_not), style="$error", mark="✗ ")
            return [Paragraph(text=""), wrong]
        if came.look is None:
            return [Paragraph(text=""), Paragraph(text=say(came.done), style="bold", mark="✓ ")]
        return [Paragraph(text=""), *self._looked_at(came.look)]

    def _looked_at(self, look: views.CharterLook) -> list[Paragraph]:
        say = self.words.say
        if look.changes_nothing:
            return [Paragraph(text=say(_NOT_TAKEN["already_there"]), mark="· ")]
        heard = (
            N_("Call two stewards. This number must be the same there; then press F6:")
            if look.is_first
            else N_("It follows the charter that holds. Its number; F6 takes it:")
        )
        told = say(
            N_("Version {version}, until {day}. {threshold} of {stewards} stewards sign."),
            version=look.version,
            day=self.desk.date(look.expires),
            threshold=look.threshold,
            stewards=len(look.stewards),
        )
        return [
            Paragraph(text=told, style="bold"),
            *asked_lines(self.desk, look),
            *(self._member(line) for line in look.members if line.was is not None),
            Paragraph(text=say(heard), style="$warning", mark="? "),
            # Never in other digits: people read them aloud.
            Paragraph(text="   ".join(look.number), style="bold $accent", mark="      "),
        ]

    def _member(self, line: views.MemberLine) -> Paragraph:
        say = self.words.say
        mark, style = _MARKS[line.state]
        name = one_line(line.name or line.node_id_text)
        if line.is_us:
            name = say(N_("{name}, this is us"), name=name)
        text = say(
            N_("{name}: {state} ({was})"),
            name=name,
            state=say(_STATES[line.state]),
            was=say(_STATES[line.was or "new"]),
        )
        return Paragraph(text=text, style=style, mark=mark)

    # The keys.

    def can(self, name: str) -> bool:
        """A file has to be named, or offered; what is to be held has to be looked at."""
        if name == HOLD.name:
            look = None if self._came is None else self._came.look
            return look is not None and not look.changes_nothing
        return bool(self._path.strip()) or (self._what == CHARTER and self._offered is not None)

    @property
    def _offered(self) -> bytes | None:
        offered = [] if self._loaded is None else self._loaded.offered
        return offered[0].chain if offered else None

    def action_do(self) -> None:
        """Look at a charter, or read a sheet in."""
        path, what, offered = self._path.strip(), self._what, self._offered

        async def doing(client: Client) -> Came:
            if what == SHEET:
                return await _stop(client, introduction_file.named(path))
            if path:
                return await _look(client, introduction_file.named(path))
            return await _look_at(client, offered or b"")

        self.attempt(doing, self._done)

    def action_hold(self) -> None:
        """Take the charter that was looked at."""
        came = self._came
        if came is None or came.look is None:
            return
        command = commands.ApplyCharter(chain=came.chain, number=list(came.look.number))

        async def doing(client: Client) -> Came:
            try:
                await client.apply_charter(command)
            except RefusedError as error:
                return Came(
                    why_not=_NOT_TAKEN.get(error.code) or REFUSALS.get(error.code, _NO_CHARTER)
                )
            return Came(done=N_("This charter holds from now on."))

        self.attempt(doing, self._held)

    def _held(self, came: Came) -> None:
        self._came = came
        self.reload()

    def _done(self, came: Came) -> None:
        self._came = came
        self._tell()


async def _look(client: Client, path: Path) -> Came:
    content = introduction_file.read(path, bytes_max=ENCODED_BYTES_MAX)
    if isinstance(content, Trouble):
        return Came(why_not=TROUBLES[content])
    return await _look_at(client, content)


async def _look_at(client: Client, chain: bytes) -> Came:
    try:
        look = await client.look_at_charter(commands.LookAtCharter(chain=chain))
    except NotLegalError:
        return Came(why_not=_NO_CHARTER)
    except RefusedError as error:
        return Came(why_not=_NOT_TAKEN.get(error.code) or REFUSALS.get(error.code, _NO_CHARTER))
    return Came(look=look, chain=chain)


async def _stop(client: Client, path: Path) -> Came:
    content = introduction_file.read(path)
    if isinstance(content, Trouble):
        return Came(why_not=TROUBLES[content])
    try:
        raw = sheet_of(content)
        await client.apply_suspend(commands.ApplySuspend(suspend=raw))
    except (NotLegalError, ValueError):
        return Came(why_not=_NO_SHEET)
    except RefusedError as error:
        return Came(why_not=_NOT_TAKEN.get(error.code, _NO_SHEET))
    return Came(done=N_("Nothing goes to this partner any more, and nothing is taken from them."))


def sheet_of(content: bytes) -> bytes:
    """The signed bytes on a suspend sheet: base32 after the last empty line. Raises: ValueError."""
    text = content.decode("ascii").rpartition("\n\n")[2]
    return base64.b32decode("".join(text.split()))

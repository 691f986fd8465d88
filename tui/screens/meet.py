"""Meeting a partner: a file of ours for them, and a file of theirs for us. Neither makes anybody trusted."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client, NotLegalError, RefusedError
from tui.desk import Desk
from tui.messages import Edited
from tui.places import ToPartner
from tui.plain import one_line
from tui.screens import introduction_file
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.introduction_file import TROUBLES, Trouble
from tui.screens.standing import LEVEL_CHECKED
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_

DO: Final = Act(
    name="do",
    key="ctrl+s",
    label=N_("do it"),
    help=N_("Read their file, or write ours."),
    in_palette=False,
)
COMPARE: Final = Act(
    name="compare",
    key="f6",
    label=N_("compare the number"),
    help=N_("Go on to the safety number of the partner whose file was read."),
)
PATH_CHARACTERS_MAX: Final = 1_000
READ: Final = "read"
MAKE: Final = "make"

_NOT_ADDED: Final = {
    "already_there": N_("This partner is known already: look at the list of partners."),
    "not_allowed": N_("This is our own file, or meeting partners is for another role."),
    "too_many_partners": N_(
        "There are as many partners as one computer can have. First end it with one you no longer work with."
    ),
    "E_INVITE_EXPIRED": N_("This file is older than seven days: ask them for a new one."),
    "E_EXPIRED": N_("The card in this file has ended: ask them for a new one."),
    "E_CLOCK": N_("This file seems to come from another day: look at the date of this computer."),
    "E_SIG": N_("Somebody changed this file. Ask for it by another way."),
    "E_SENDER_SUSPENDED": N_(
        "This organisation is stopped, or no member any more. Call a steward."
    ),
    "E_CHARTER_EXPIRED": N_("The charter has ended: nobody new can be met. Call a steward."),
}
_NO_INTRODUCTION: Final = N_("This is no introduction file, or a part of it is missing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of it: a partner, a file of ours, or an English text of why not."""

    partner: views.PeerView | None = None
    until: int | None = None
    why_not: str = ""


@final
class MeetScreen(DeskScreen[None]):
    """Two things to do with a file, and what came of it."""

    HEADING = N_("Meet a partner")
    ABOUT = N_(
        "Give each other an introduction file, by stick, mail or in person. It makes a partner known and"
        " not yet trusted: after it, compare the safety number."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (DO, COMPARE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._what = READ if desk.may(commands.AddPeer) else MAKE
        self._path = ""
        self._came: Came | None = None
        self._is_busy = False

    def body(self) -> ComposeResult:
        """What to do, with which file, and what came of it."""
        say = self.words.say
        options = [(MAKE, say(N_("make a file of ours")))]
        if self.desk.may(commands.AddPeer):
            options.insert(0, (READ, say(N_("read their file"))))
        yield Choice[str](say(N_("What")), options, value=self._what, id="what")
        yield Field(say(N_("File")), self._path, characters_max=PATH_CHARACTERS_MAX, id="path")
        yield Paragraphs(self._told(), id="told")

    def on_mount(self) -> None:
        """The choice comes first."""
        super().on_mount()
        self.query_one("#what").focus()

    async def load(self, client: Client) -> None:
        """Nothing is asked."""

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
                N_("Where their file is on this computer, such as /media/stick/introduction.sathi")
                if self._what == READ
                else N_(
                    "Where to write our file, which must not be there yet. It lets one partner in."
                )
            )
            return [Paragraph(text=""), Paragraph(text=say(hint), style="$text-muted")]
        if came.why_not:
            return [
                Paragraph(text=""),
                Paragraph(text=say(came.why_not), style="$error", mark="✗ "),
            ]
        told = self._of_theirs(came.partner) if came.partner else self._of_ours(came.until or 0)
        return [Paragraph(text=""), *told]

    def _of_theirs(self, partner: views.PeerView) -> list[Paragraph]:
        say = self.words.say
        if partner.level >= LEVEL_CHECKED:
            known = N_(
                "{partner} has a newer card or newer keys. The number you compared still holds."
            )
            return [
                Paragraph(text=say(known, partner=one_line(partner.name)), style="bold", mark="✓ ")
            ]
        return [
            Paragraph(
                text=say(
                    N_("The file says: {partner}, {country}."),
                    partner=one_line(partner.name),
                    country=self.words.country(partner.country),
                ),
                style="bold",
                mark="✓ ",
            ),
            Paragraph(text=""),
            Paragraph(
                text=say(
                    N_("Anybody could have written that. They are known now, and not yet checked.")
                ),
                style="$warning",
                mark="? ",
            ),
            Paragraph(text=say(N_("Our own introduction is on its way to them.")), mark="· "),
            Paragraph(
                text=say(
                    N_("Now call them on a number you knew before: F6 shows the twelve groups.")
                ),
                mark="· ",
            ),
        ]

    def _of_ours(self, until: int) -> list[Paragraph]:
        say = self.words.say
        return [
            Paragraph(text=say(N_("Our introduction is in this file:")), style="bold", mark="✓ "),
            Paragraph(text=self._path, mark="  "),
            Paragraph(text=""),
            Paragraph(
                text=say(
                    N_("It lets one partner in, until {day}, {time}. Hand it over by any way."),
                    day=self.desk.date(until),
                    time=self.desk.clock(until),
                ),
                mark="· ",
            ),
            Paragraph(
                text=say(
                    N_(
                        "When they have read it they stand under Partners. Then compare the number."
                    )
                ),
                mark="· ",
            ),
        ]

    # The keys.

    def can(self, name: str) -> bool:
        """A file has to be named; the number is there once theirs was read."""
        if name == COMPARE.name:
            return self._came is not None and self._came.partner is not None
        return bool(self._path.strip()) and not self._is_busy

    def action_do(self) -> None:
        """Read or write, once."""
        self._is_busy = True
        self.refresh_keys()
        path = introduction_file.named(self._path.strip())
        what = self._what

        async def doing(client: Client) -> Came:
            try:
                return await (_read(client, path) if what == READ else _make(client, path))
            finally:
                self._is_busy = False

        self.attempt(doing, self._done)

    def _done(self, came: Came) -> None:
        self._came = came
        if came.partner is not None:
            # What it said of the partners is no longer so; the next list says it anew.
            self.desk.standing = Content("")
        self._tell()

    def action_compare(self) -> None:
        """The twelve groups."""
        if self._came is not None and self._came.partner is not None:
            self.go(ToPartner(node_id=self._came.partner.node_id), instead=True)


async def _read(client: Client, path: Path) -> Came:
    """Theirs. Raises: ClientError, where it is not the file's fault."""
    content = introduction_file.read(path)
    if isinstance(content, Trouble):
        return Came(why_not=TROUBLES[content])
    try:
        partner = await client.add_peer(commands.AddPeer(introduction=content))
    except NotLegalError:
        return Came(why_not=_NO_INTRODUCTION)
    except RefusedError as error:
        return Came(why_not=_NOT_ADDED.get(error.code, _NO_INTRODUCTION))
    return Came(partner=partner)


async def _make(client: Client, path: Path) -> Came:
    """Ours. Raises: ClientError."""
    until: list[int] = []

    async def make() -> bytes:
        made = await client.make_introduction()
        until.append(made.expires)
        return made.introduction

    trouble = await introduction_file.write(path, make)
    return Came(until=until[-1]) if trouble is None else Came(why_not=TROUBLES[trouble])

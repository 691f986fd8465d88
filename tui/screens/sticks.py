"""Sticks: what came on one is taken in, and what waits for partners is written onto one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, TypeAlias, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client, NotLegalError, RefusedError
from tui.client.local_files import LocalFileError
from tui.client.local_sticks import files_in, remove, take_in, write_out
from tui.desk import Desk
from tui.messages import Edited
from tui.plain import one_line
from tui.screens import introduction_file
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.stick_lines import (
    BAD_FILES,
    DAMAGED,
    NONE_HERE,
    TROUBLES,
    TakenFile,
    lines_of_made,
    lines_of_taken,
    refusal_of,
)
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.tick import Tick
from tui.widgets.tick_list import TickList
from tui.wording import N_

DO: Final = Act(
    name="do",
    key="ctrl+s",
    label=N_("do it"),
    help=N_(
        "Take the stick's files in, or write onto the stick what waits for the ticked partners."
    ),
    in_palette=False,
)
ANSWER: Final = Act(
    name="answer",
    key="f6",
    label=N_("write our answer"),
    help=N_("Write onto the same stick that their letters arrived, and what else waits for them."),
    in_palette=False,
)
TAKE_OFF: Final = Act(
    name="take_off",
    key="f3",
    label=N_("take off"),
    help=N_("Take the files off the stick of which everything was taken in."),
    in_palette=False,
)
TAKE: Final = "take"
MAKE: Final = "make"
PATH_CHARACTERS_MAX: Final = 1_000
PASSPHRASE_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What is filled in."""

    what: str = TAKE
    path: str = ""
    passphrase: str = ""
    is_ferry: bool = False
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of it: files that were taken, one that was written, or an English text of why not."""

    files: tuple[TakenFile, ...] = ()
    made: tuple[views.StickMade, Path] | None = None
    why_not: str = ""

    @property
    def answers(self) -> list[bytes]:
        """Who is owed a receipt after the last of the files."""
        taken = [file.taken for file in self.files if file.taken is not None]
        return taken[-1].answers if taken else []


Doing: TypeAlias = Callable[[Client], Awaitable[Came]]


@final
class SticksScreen(DeskScreen[views.Peers]):
    """One stick at a time."""

    HEADING = N_("Sticks")
    ABOUT = N_(
        "Where there is no line, somebody carries it. What is written onto a stick stays in the list of what"
        " waits until they have answered. What comes on a stick is looked at like anything else that comes."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (DO, ANSWER, TAKE_OFF, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False
    DEFAULT_CSS = """
    SticksScreen #taking { height: auto; }
    SticksScreen #making { height: auto; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filled = Filled()
        self._came: Came | None = None
        self._is_busy = False

    def body(self) -> ComposeResult:
        """What to do, where, and what came of it."""
        say, filled = self.words.say, self._filled
        options = [(TAKE, say(N_("take a stick in"))), (MAKE, say(N_("write a stick")))]
        yield Choice[str](say(N_("What")), options, value=filled.what, id="what")
        yield Field(
            say(N_("Stick or file")), filled.path, characters_max=PATH_CHARACTERS_MAX, id="path"
        )
        yield Field(
            say(N_("Its passphrase")),
            filled.passphrase,
            characters_max=PASSPHRASE_CHARACTERS_MAX,
            is_secret=True,
            id="passphrase",
        )
        with Vertical(id="taking"):
            if self.desk.may_ferry:
                yield Tick(say(N_("Carry along what is for partners of ours")), id="ferry")
        with Vertical(id="making"):
            yield TickList(
                say(N_("For whom")), self._partners(), ticked=filled.partners, id="partners"
            )
        yield Paragraphs(self._told(), id="told")

    def on_mount(self) -> None:
        """The choice comes first."""
        super().on_mount()
        self._arrange()
        self.query_one("#what").focus()

    async def load(self, client: Client) -> views.Peers:
        """For whom a stick can be."""
        return await client.list_peers()

    def show(self, loaded: views.Peers) -> None:
        """The partners to choose from."""
        del loaded
        self.call_later(self._list_partners)

    async def _list_partners(self) -> None:
        box = self.query_one("#making", Vertical)
        await box.remove_children()
        ticked = self._filled.partners
        label = self.words.say(N_("For whom"))
        await box.mount(TickList(label, self._partners(), ticked=ticked, id="partners"))
        self._arrange()

    def _partners(self) -> list[tuple[str, str]]:
        known = [] if self._loaded is None else self._loaded.peers
        return [
            (peer.node_id.hex(), one_line(peer.name))
            for peer in known
            if peer.status in {"active", "invited"}
        ]

    def _arrange(self) -> None:
        """Each of the two has fields of its own."""
        self.query_one("#taking").display = self._filled.what == TAKE
        self.query_one("#making").display = self._filled.what == MAKE
        self.refresh_keys()

    def on_edited(self, event: Edited) -> None:
        """Something else: what was said about the former stick goes."""
        event.stop()
        filled = self._read()
        if filled != self._filled:
            self._filled, self._came = filled, None
            self._arrange()
            self._tell()

    def _read(self) -> Filled:
        ferry = list(self.query("#ferry").results(Tick))
        return Filled(
            what=self.query_one("#what", Choice).value,
            path=self.query_one("#path", Field).value,
            passphrase=self.query_one("#passphrase", Field).value,
            is_ferry=any(tick.is_ticked for tick in ferry),
            partners=tuple(self.query_one("#partners", TickList).value),
        )

    def _tell(self) -> None:
        self.query_one("#told", Paragraphs).put(self._told())
        self.refresh_keys()

    def _told(self) -> list[Paragraph]:
        say, came = self.words.say, self._came
        lines = [Paragraph(text="")]
        if came is None:
            hint = (
                N_("Where the stick is, such as /media/stick, or one file on it.")
                if self._filled.what == TAKE
                else N_(
                    "Where the stick is, such as /media/stick. For one partner no passphrase is needed; for"
                    " several agree on one by voice."
                )
            )
            return [*lines, Paragraph(text=say(hint), style="$text-muted")]
        if came.why_not:
            lines.append(Paragraph(text=say(came.why_not), style="$error", mark="✗ "))
        lines += lines_of_taken(self.desk, came.files)
        if came.made is not None:
            lines += lines_of_made(self.desk, *came.made)
        return lines

    # The keys.

    def can(self, name: str) -> bool:
        """A place has to be named, and somebody for whom; an answer needs letters that came."""
        if self._is_busy:
            return False
        if name == ANSWER.name:
            return self._came is not None and bool(self._came.answers)
        if name == TAKE_OFF.name:
            return self._came is not None and any(one.is_used_up for one in self._came.files)
        is_for_somebody = self._filled.what == TAKE or bool(self._filled.partners)
        return bool(self._filled.path.strip()) and is_for_somebody

    def action_do(self) -> None:
        """Take or write, once."""
        filled = self._filled
        path = introduction_file.named(filled.path.strip())
        word = filled.passphrase or None

        async def doing(client: Client) -> Came:
            if filled.what == TAKE:
                return await _take_all(client, path, word=word, is_ferry=filled.is_ferry)
            peers = [bytes.fromhex(one) for one in filled.partners]
            return await _write(client, path, peers, word=word)

        self._begin(doing)

    def action_answer(self) -> None:
        """Our receipts, onto the same stick."""
        came = self._came
        if came is None:
            return
        place, word = came.files[-1].path.parent, self._filled.passphrase or None
        self._begin(lambda client: _write(client, place, came.answers, word=word))

    def action_take_off(self) -> None:
        """The files of which everything was taken in."""
        came = self._came
        if came is None:
            return
        kept = [file for file in came.files if not (file.is_used_up and _is_off(file.path))]
        self._came = Came(files=tuple(kept))
        self.say(self.words.say(N_("Off the stick: {count}"), count=self._number(came, kept)))
        self._tell()

    def _number(self, came: Came, kept: Sequence[TakenFile]) -> str:
        return self.words.number(len(came.files) - len(kept))

    def _begin(self, doing: Doing) -> None:
        self._is_busy = True
        self.refresh_keys()

        async def once(client: Client) -> Came:
            try:
                return await doing(client)
            finally:
                self._is_busy = False

        self.attempt(once, self._done)

    def _done(self, came: Came) -> None:
        self._came = came
        self._tell()


async def _take_all(client: Client, path: Path, *, word: str | None, is_ferry: bool) -> Came:
    """Every file of ours in a folder, or one file; a bad one never stops the next. Raises: ClientError."""
    try:
        files = await asyncio.to_thread(_files_at, path)
    except LocalFileError as error:
        return Came(why_not=TROUBLES[error.trouble])
    if not files:
        return Came(why_not=NONE_HERE)
    taken = [await _take(client, file, word=word, is_ferry=is_ferry) for file in files]
    return Came(files=tuple(taken))


def _files_at(path: Path) -> list[Path]:
    return files_in(path) if path.is_dir() else [path]


async def _take(client: Client, path: Path, *, word: str | None, is_ferry: bool) -> TakenFile:
    try:
        taken = await take_in(client, path, passphrase=word, is_ferry=is_ferry)
    except LocalFileError as error:
        return TakenFile(path=path, why_not=TROUBLES[error.trouble])
    except NotLegalError as error:
        return TakenFile(path=path, why_not=BAD_FILES.get(error.place, DAMAGED))
    except RefusedError as error:
        return TakenFile(path=path, why_not=refusal_of(error.code))
    return TakenFile(path=path, taken=taken)


async def _write(client: Client, folder: Path, peers: list[bytes], *, word: str | None) -> Came:
    """What waits for these, as one file in this folder. Raises: ClientError."""
    command = commands.MakeStick(peers=peers, passphrase=word, is_open=False)
    try:
        made = await client.make_stick(command)
        path = await write_out(client, made, folder)
    except LocalFileError as error:
        return Came(why_not=TROUBLES[error.trouble])
    except RefusedError as error:
        return Came(why_not=refusal_of(error.code))
    return Came(made=(made, path))


def _is_off(path: Path) -> bool:
    try:
        remove(path)
    except LocalFileError:
        return False
    return True

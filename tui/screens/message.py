"""What came about her, opened: her own words first, as she said them. The reading is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client, RefusedError
from tui.desk import Desk
from tui.places import ToFiles
from tui.plain import plain
from tui.screens import about_her, conditions
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import in_one_line, sign_of
from tui.termwidth import wrap
from tui.widgets.page import Page
from tui.wording import N_

FRAME_CELLS: Final = 6
_GAP: Final = plain("")
FILES: Final = Act(
    name="files",
    key="l",
    label=N_("files"),
    help=N_("The files that came with it; there one can be taken out."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the node told. `with_names` is what it was asked for."""

    view: views.MessageView
    files: Sequence[views.FileLine]
    with_names: bool


@final
class MessageScreen(DeskScreen[Opened | str]):
    """One message about her. What is locked or erased is said, and nothing of it is shown.

    It is read once: when something changed, the screen asks only whether it may still be read.
    """

    HEADING = N_("About her")
    ABOUT = N_(
        "What she let them tell us. Her own words come first and stand as she said them. Reading"
        " is written down, so that she can be told who read it."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (FILES, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk, *, peer: bytes, message_id: bytes) -> None:
        super().__init__(desk)
        self._peer = peer
        self._message_id = message_id
        self._is_reading = False
        self._is_asked_again = False

    def heading(self) -> str:
        """What kind of message."""
        if isinstance(self._loaded, Opened):
            return self.words.message_type(self._loaded.view.type)
        return self.words.say(self.HEADING)

    def body(self) -> ComposeResult:
        """A page."""
        yield Page(id="page")

    async def load(self, client: Client) -> Opened | str:
        """Open it; a no is shown in the place of what it says."""
        opened, with_names = self._loaded, self.desk.names_are_shown
        try:
            if isinstance(opened, Opened) and opened.with_names >= with_names:
                check = commands.CheckMessage(peer=self._peer, message_id=self._message_id)
                await client.check_message(check)
                return replace(opened, files=await self._files(client, opened.view))
            return await self._read(client, with_names=with_names)
        except RefusedError as error:
            return error.code

    async def _read(self, client: Client, *, with_names: bool) -> Opened:
        read = commands.ReadMessage(
            peer=self._peer, message_id=self._message_id, with_names=with_names
        )
        self._is_reading = True
        try:
            view = await client.read_message(read)
            files = await self._files(client, view)
            return Opened(view=view, files=files, with_names=with_names)
        finally:
            self._is_reading = False

    async def _files(self, client: Client, view: views.MessageView) -> Sequence[views.FileLine]:
        """The files that followed this message."""
        found = await client.list_files(commands.ListFiles(thread=view.thread))
        return [line for line in found.files if line.follows == self._message_id]

    def reload(self) -> None:
        """A reading that is on its way is not begun again: it would be written down twice."""
        if self._is_reading:
            self._is_asked_again = True
        else:
            super().reload()

    def show(self, loaded: Opened | str) -> None:
        """Her words, then the facts; names that came after they were hidden go at once."""
        if isinstance(loaded, Opened) and loaded.with_names > self.desk.names_are_shown:
            view = about_her.without_names(loaded.view)
            loaded = replace(loaded, view=view, with_names=False)
            self._loaded = loaded
        page = self.query_one(Page)
        page.put(self._lines(loaded))
        page.focus()
        if self._is_asked_again:
            self._is_asked_again = False
            super().reload()

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        if self._loaded is not None:
            self.show(self._loaded)
        super().names_turned()

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._loaded = None

    def can(self, name: str) -> bool:
        """The files, where some came with it."""
        has_files = isinstance(self._loaded, Opened) and bool(self._loaded.files)
        return has_files if name == FILES.name else bool(name)

    def action_files(self) -> None:
        """Take one out."""
        if isinstance(self._loaded, Opened):
            self.go(ToFiles(thread=self._loaded.view.thread))

    def _lines(self, loaded: Opened | str) -> list[Content]:
        width = max(20, self.size.width - FRAME_CELLS)
        if isinstance(loaded, str):
            return [plain(line, "$warning") for line in wrap(self.words.refusal(loaded), width)]
        lines = about_her.page(self.desk, loaded.view, width=width)
        nothing = self.words.say(N_("Only that it came: she let them say nothing more."))
        kept_to = list(conditions.lines(conditions.texts(self.words, loaded.view), width=width))
        # What she wants kept to is read before what she let them say.
        page = [*kept_to, *([_GAP] if kept_to else []), *(lines or [plain(nothing)])]
        return [*page, *self._file_lines(loaded, width)]

    def _file_lines(self, loaded: Opened, width: int) -> list[Content]:
        """Which files came with it, and how far; what takes one out stands with the referral."""
        if not loaded.files:
            return []
        lines = [
            _GAP,
            plain(self.words.say(N_("Files that came with it")), "bold $secondary"),
        ]
        for line in loaded.files:
            sign, colour = sign_of(line)
            text = f"{sign} {in_one_line(self.words, line)}"
            lines += [plain(part, colour) for part in wrap(text, width)]
        return lines

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

"""Taking a file that came out of the desk, to a place that a person names; nobody can take that copy back."""

from pathlib import Path
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.local import views
from protocol.local.views import FileState
from tui.acts import Act, bindings
from tui.client import Client
from tui.client.about_files import find_file
from tui.client.local_files import FileTrouble, LocalFileError, take_out
from tui.desk import Desk
from tui.messages import Edited
from tui.places import ToTakeOut
from tui.screens.attach_file import PATH_CHARACTERS_MAX
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import shown_of, trouble
from tui.screens.introduction_file import named
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_

WRITE: Final = Act(
    name="write",
    key="ctrl+s",
    label=N_("write it"),
    help=N_("Write the file to this place, for this user alone. It is written down that you did."),
    in_palette=False,
)


@final
class TakeOutScreen(DeskScreen[views.FileLine]):
    """Where to, and what that means."""

    HEADING = N_("Take a file out")
    ABOUT = N_(
        "Writes a copy to a place outside of this desk. From then on nobody locks or erases that copy:"
        " it is yours to destroy."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (WRITE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk, to: ToTakeOut) -> None:
        super().__init__(desk)
        self._thread = to.thread
        self._file_id = to.file_id
        self._path = ""
        self._why_not = ""
        self._is_busy = False

    def body(self) -> ComposeResult:
        """The folder or the new file, and what that means."""
        yield Field(
            self.words.say(N_("Folder or new file")),
            self._path,
            characters_max=PATH_CHARACTERS_MAX,
            id="path",
        )
        yield Paragraphs([], id="told")

    def on_mount(self) -> None:
        """The place comes first."""
        super().on_mount()
        self.query_one("#path", Field).take_focus()

    async def load(self, client: Client) -> views.FileLine:
        """This one."""
        return await find_file(client, self._thread, self._file_id)

    def show(self, loaded: views.FileLine) -> None:
        """What it is."""
        self.query_one("#told", Paragraphs).put(self._told(loaded))
        self.refresh_keys()

    def _told(self, line: views.FileLine) -> list[Paragraph]:
        say = self.words.say
        if self._why_not:
            return [Paragraph(text=""), Paragraph(text=self._why_not, style="$error", mark="✗ ")]
        leaves = N_(
            "This copy leaves the protection of the desk: when she withdraws, nobody erases it. Destroy"
            " it as soon as it was used."
        )
        return [
            Paragraph(text=""),
            *shown_of(self.words, line),
            Paragraph(text=""),
            Paragraph(text=say(leaves), style="$warning", mark="! "),
            Paragraph(
                text=say(
                    N_("Deleting on a stick is not erasing. The file was checked by nobody.")
                ),
                mark="· ",
            ),
            Paragraph(
                text=say(N_("In a folder it gets a name that says nothing about her.")), mark="· "
            ),
            Paragraph(text=say(N_("It is written down that you took it out.")), mark="· "),
        ]

    def on_edited(self, event: Edited) -> None:
        """Another place."""
        event.stop()
        path = self.query_one("#path", Field).value
        if path != self._path:
            self._path, self._why_not = path, ""
        self._tell()

    def _tell(self) -> None:
        if self._loaded is not None:
            self.show(self._loaded)

    def can(self, name: str) -> bool:
        """A place has to be named, and the file be whole and open."""
        is_here = self._loaded is not None and self._loaded.state == FileState.WHOLE
        return bool(name and self._path.strip()) and is_here and not self._is_busy

    def action_write(self) -> None:
        """Once."""
        line = self._loaded
        if line is None:
            return
        self._is_busy = True
        self.refresh_keys()
        path = named(self._path.strip())

        async def doing(client: Client) -> Path | FileTrouble:
            try:
                return await take_out(client, line, path)
            except LocalFileError as error:
                return error.trouble
            finally:
                self._is_busy = False

        self.attempt(doing, self._was_written)

    def _was_written(self, came: Path | FileTrouble) -> None:
        if isinstance(came, FileTrouble):
            kind = None if self._loaded is None else self._loaded.kind
            self._why_not = trouble(self.words, came, kind=kind)
        else:
            there = N_("It is there as {name}. Destroy it as soon as it was used.")
            self.say(self.words.say(there, name=came.name))
        self._tell()

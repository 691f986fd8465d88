"""What came about her, opened: her own words first, as she said them. The reading is written down."""

from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from tui.acts import Act, bindings
from tui.client import Client, RefusedError
from tui.desk import Desk
from tui.plain import plain
from tui.screens import about_her
from tui.screens.desk_screen import BACK, DeskScreen
from tui.termwidth import wrap
from tui.widgets.page import Page
from tui.wording import N_

FRAME_CELLS: Final = 6


@final
class MessageScreen(DeskScreen[views.MessageView | str]):
    """One message about her. What is locked or erased is said, and nothing of it is shown."""

    HEADING = N_("About her")
    ABOUT = N_(
        "What she let them tell us. Her own words come first and stand as she said them. Reading"
        " is written down, so that she can be told who read it."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (BACK,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk, *, peer: bytes, message_id: bytes) -> None:
        super().__init__(desk)
        self._peer = peer
        self._message_id = message_id

    def heading(self) -> str:
        """What kind of message."""
        if isinstance(self._loaded, views.MessageView):
            return self.words.message_type(self._loaded.type)
        return self.words.say(self.HEADING)

    def body(self) -> ComposeResult:
        """A page."""
        yield Page(id="page")

    async def load(self, client: Client) -> views.MessageView | str:
        """Open it; a no is shown in the place of what it says."""
        command = commands.ReadMessage(peer=self._peer, message_id=self._message_id)
        try:
            return await client.read_message(command)
        except RefusedError as error:
            return error.code

    def show(self, loaded: views.MessageView | str) -> None:
        """Her words, then the facts."""
        page = self.query_one(Page)
        page.put(self._lines(loaded))
        page.focus()

    def _lines(self, loaded: views.MessageView | str) -> list[Content]:
        width = max(20, self.size.width - FRAME_CELLS)
        if isinstance(loaded, str):
            return [plain(line, "$warning") for line in wrap(self.words.refusal(loaded), width)]
        lines = about_her.page(
            self.desk, sentences=loaded.sentences, facts=loaded.facts, width=width
        )
        nothing = self.words.say(N_("Only that it came: she let them say nothing more."))
        return lines or [plain(nothing)]

    def on_resize(self) -> None:
        """Other lines."""
        if self._loaded is not None:
            self.show(self._loaded)

"""Her yes to exactly one file, and then it goes; until then nothing of it has left."""

from dataclasses import dataclass
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.local import commands, views
from protocol.local.views import FileState
from tui.acts import Act, bindings
from tui.client import Client
from tui.client.about_files import find_file
from tui.desk import Desk
from tui.messages import Edited
from tui.places import Back, ToSendFile
from tui.plain import one_line
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import as_it_is, shown_of
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.tick import Tick
from tui.wording import N_

LET_GO: Final = Act(
    name="let_go",
    key="ctrl+s",
    label=N_("let it go"),
    help=N_("Send exactly this file, part by part."),
    in_palette=False,
)
_NOTHING_TOLD: Final = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToGo:
    """The file, the partner it is for, and whether the dossier that it follows is on its way."""

    line: views.FileLine
    partner: str
    is_early: bool


@final
class SendFileScreen(DeskScreen[ToGo]):
    """Exactly what they will see of it, and her yes."""

    HEADING = N_("Her yes to this file")
    ABOUT = N_(
        "Show her the file itself, as it lies on this computer. Her yes is for exactly these bytes:"
        " another file, or a changed one, needs another yes."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (LET_GO, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk, to: ToSendFile) -> None:
        super().__init__(desk)
        self._thread = to.thread
        self._file_id = to.file_id

    def body(self) -> ComposeResult:
        """What they will see, and her yes."""
        yield Paragraphs([], id="told")
        yield Tick(self.words.say(N_("She was shown this very file, and said yes.")), id="yes")

    def on_mount(self) -> None:
        """Her yes comes first; it is off until somebody says so."""
        super().on_mount()
        self.query_one("#yes", Tick).focus()

    async def load(self, client: Client) -> ToGo:
        """This one, and where the referral stands."""
        line = await find_file(client, self._thread, self._file_id)
        view = await client.show_referral(commands.ShowReferral(thread=self._thread))
        held = await client.list_held()
        is_leaving = any(one.thread == self._thread and not one.refused for one in held.sendings)
        return ToGo(
            line=line,
            partner=one_line(view.referral.peer_name),
            is_early=view.referral.state == _NOTHING_TOLD and not is_leaving,
        )

    def show(self, loaded: ToGo) -> None:
        """What they will see."""
        self.query_one("#told", Paragraphs).put(self._told(loaded))
        self.refresh_keys()

    def _told(self, loaded: ToGo) -> list[Paragraph]:
        say = self.words.say
        title = say(N_("Exactly what {partner} will see of it"), partner=loaded.partner)
        goes = N_("It goes part by part, behind what was last told about her, and can take hours.")
        early = N_(
            "First send what she allows: a file follows the dossier, and waits here until then."
        )
        return [
            Paragraph(text=title, style="bold $secondary"),
            *shown_of(self.words, loaded.line),
            Paragraph(text=""),
            as_it_is(self.words),
            Paragraph(text=say(early), style="$warning", mark="! ")
            if loaded.is_early
            else Paragraph(text=say(goes), mark="· "),
            Paragraph(
                text=say(N_("When all of it has arrived, our copy here is destroyed.")), mark="· "
            ),
            Paragraph(text=""),
        ]

    def on_edited(self, event: Edited) -> None:
        """Yes or no."""
        event.stop()
        self.refresh_keys()

    def can(self, name: str) -> bool:
        """Nothing goes without her yes, before the dossier, or twice."""
        loaded = self._loaded
        if loaded is None or loaded.is_early or loaded.line.state != FileState.KEPT:
            return False
        return bool(name) and self.query_one("#yes", Tick).is_ticked

    def action_let_go(self) -> None:
        """Write her yes down, then send."""
        if self._loaded is None:
            return
        line = self._loaded.line
        tick = commands.TickFile(file_id=line.file_id, hash=line.hash or b"")
        self.attempt(lambda client: client.tick_file(tick), self._send_it)

    def _send_it(self, _done: views.Done) -> None:
        self.send(commands.SendFile(file_id=self._file_id), self._leave)

    def _leave(self) -> None:
        self.post_message(Back())

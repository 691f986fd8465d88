"""The files of one referral: what we read in and sent, what came, and how far each has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.local import commands, views
from protocol.local.views import FileState
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import ToAttach, ToSendFile, ToTakeOut
from tui.plain import line_of, one_line, plain
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import MAY_ATTACH, kind_of, sign_of, size_of, state_of, what_of
from tui.termwidth import cut, fit
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.widgets.rows import Row, Rows
from tui.wording import N_

ATTACH: Final = Act(
    name="attach",
    key="a",
    label=N_("attach one"),
    help=N_("Read a file of this computer in for them. It does not leave by that."),
)
SEND: Final = Act(
    name="send",
    key="y",
    label=N_("she said yes"),
    help=N_("She was shown this very file and said yes: let it go."),
)
TAKE_OUT: Final = Act(
    name="take_out",
    key="e",
    label=N_("take out"),
    help=N_("Write a file that came to a place outside of this desk."),
)
PUT_AWAY: Final = Act(
    name="put_away_file",
    key="x",
    label=N_("put away"),
    help=N_("Destroy our copy of a file of which nothing has left."),
    in_palette=False,
)
LABEL_CELLS: Final = 24
STATE_CELLS: Final = 32
WIDE: Final = 110
_MAY_BE_PUT_AWAY: Final = frozenset({FileState.READING, FileState.KEPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSeen:
    """The files of a referral, and where the referral stands."""

    referral: views.ReferralLine
    files: Sequence[views.FileLine]


@final
class FilesScreen(DeskScreen[FilesSeen]):
    """Ours first, then theirs."""

    HEADING = N_("Files")
    ABOUT = N_(
        "Papers, pictures and recordings that follow what was told about her. Each needs her yes to"
        " this very file. Nothing here opens them."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (ATTACH, SEND, TAKE_OUT, PUT_AWAY, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = "#files { height: auto; max-height: 1fr; }"

    def __init__(self, desk: Desk, *, thread: bytes) -> None:
        super().__init__(desk)
        self._thread = thread

    def body(self) -> ComposeResult:
        """The list, and what has to be done about it."""
        yield Rows[bytes](id="files")
        yield Paragraphs(id="told")

    async def load(self, client: Client) -> FilesSeen:
        """Both sides."""
        view = await client.show_referral(commands.ShowReferral(thread=self._thread))
        files = await client.list_files(commands.ListFiles(thread=self._thread))
        return FilesSeen(referral=view.referral, files=files.files)

    def show(self, loaded: FilesSeen) -> None:
        """Ours, then theirs."""
        ours = [line for line in loaded.files if line.is_ours]
        theirs = [line for line in loaded.files if not line.is_ours]
        partner = one_line(loaded.referral.peer_name)
        rows = [
            *self._group(self.words.say(N_("To {partner}"), partner=partner), ours),
            *self._group(self.words.say(N_("From {partner}"), partner=partner), theirs),
        ]
        listed = self.query_one("#files", Rows)
        listed.put(rows)
        listed.display = bool(rows)
        self.query_one("#told", Paragraphs).put(self._told(loaded))
        if rows:
            listed.focus()
        self.refresh_keys()

    def _told(self, loaded: FilesSeen) -> list[Paragraph]:
        say, states = self.words.say, {line.state for line in loaded.files}
        told = []
        if not loaded.files:
            told.append(Paragraph(text=say(N_("No file has gone or come with this referral."))))
        if FileState.AGAIN in states:
            text = N_(
                "A file was on its way, or waited to go, and our copy is gone: after a restore, or because"
                " they did not take all of it. It did not arrive whole. Attach it again."
            )
            told.append(Paragraph(text=say(text), style="$warning", mark="! "))
        if FileState.LOST in states:
            text = N_(
                "A file that had come was lost with the computer. Ask them to attach it again."
            )
            told.append(Paragraph(text=say(text), style="$warning", mark="! "))
        if FileState.ERASED in states or FileState.ENDED in states:
            text = N_("What she allows no more is erased on both sides, files too.")
            told.append(Paragraph(text=say(text), style="$text-muted", mark="· "))
        return [Paragraph(text=""), *told]

    def _group(self, title: str, lines: Sequence[views.FileLine]) -> list[Row[bytes]]:
        if not lines:
            return []
        heading: Row[bytes] = Row(key=None, lines=(plain(title, "bold $secondary"),))
        return [heading, *(Row(key=line.file_id, lines=(self._row(line),)) for line in lines)]

    def _row(self, line: views.FileLine) -> Content:
        words, width = self.words, self.size.width - 4
        glyph, colour = sign_of(line)
        size, kind = size_of(words, line.size), kind_of(words, line)
        last = f"{size}, {kind}" if kind and self.size.width >= WIDE else size
        left = max(1, width - LABEL_CELLS - STATE_CELLS - 2)
        return line_of(
            (fit(what_of(words, line), LABEL_CELLS) + " ", "bold"),
            (fit(f"{glyph} {state_of(words, line)}", STATE_CELLS) + " ", colour),
            (cut(last, left), "$text-muted"),
        )

    def on_resize(self) -> None:
        """Other columns."""
        if self._loaded is not None:
            self.show(self._loaded)

    # The keys.

    def _chosen(self) -> views.FileLine | None:
        if self._loaded is None or not self.is_mounted:
            return None
        chosen = self.query_one("#files", Rows).chosen
        return next((line for line in self._loaded.files if line.file_id == chosen), None)

    def can(self, name: str) -> bool:
        """What fits the referral and the file under the cursor."""
        if name == BACK.name:
            return True
        if name == ATTACH.name:
            return self._loaded is not None and self._loaded.referral.state in MAY_ATTACH
        line = self._chosen()
        if line is None:
            return False
        if name == SEND.name:
            return line.is_ours and line.state == FileState.KEPT
        if name == PUT_AWAY.name:
            return line.is_ours and line.state in _MAY_BE_PUT_AWAY
        return not line.is_ours and line.state == FileState.WHOLE

    def action_attach(self) -> None:
        """A file of this computer."""
        self.go(ToAttach(thread=self._thread))

    def action_send(self) -> None:
        """Her yes, and then it goes."""
        line = self._chosen()
        if line is not None:
            self.go(ToSendFile(thread=self._thread, file_id=line.file_id))

    def action_take_out(self) -> None:
        """A place outside."""
        line = self._chosen()
        if line is not None:
            self.go(ToTakeOut(thread=self._thread, file_id=line.file_id))

    def action_put_away_file(self) -> None:
        """Our copy goes, and cannot be brought back: a slip of a key may not do that."""
        line = self._chosen()
        if line is not None:
            question = self.words.say(
                N_(
                    "Destroy our copy of this file? Nothing of it has left, and nothing of it will."
                )
            )
            # About this one, whatever stands under the cursor when the answer comes.
            put_away = partial(self._put_away, line.file_id)
            self.call_later(self.app.push_screen, AskScreen(self.desk, question), put_away)

    def _put_away(self, file_id: bytes, is_so: bool | None) -> None:  # noqa: FBT001  (an answer)
        if is_so:
            command = commands.DropFile(file_id=file_id)
            self.attempt(lambda client: client.drop_file(command), self._was_put_away)

    def _was_put_away(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Our copy is destroyed. Nothing of it has left.")))
        self.reload()

"""Reading a file of this computer in, for the other side of a referral; it does not leave by that."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType

from protocol.local import commands, views
from protocol.vocabulary.categories import SHAREABLE, Category
from protocol.vocabulary.codes import FileLabel, Purpose
from tui.acts import Act, bindings
from tui.client import Client
from tui.client.local_files import FileTrouble, LocalFileError, read_in
from tui.desk import Desk
from tui.messages import Edited
from tui.places import ToAttach, ToSendFile
from tui.plain import one_line
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.file_lines import as_it_is, trouble
from tui.screens.introduction_file import named
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_

READ_IN: Final = Act(
    name="read_in",
    key="ctrl+s",
    label=N_("read it in"),
    help=N_("Take a copy into the desk, encrypted. It does not leave by that."),
    in_palette=False,
)
PATH_CHARACTERS_MAX: Final = 1_000
_LIVE: Final = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """For whom a file would be, and which categories she lets us tell them now."""

    partner: str
    categories: frozenset[int]


@final
class AttachScreen(DeskScreen[Allowed]):
    """Which file of this computer, what it tells about, and what they will see of it."""

    HEADING = N_("Attach a file")
    ABOUT = N_(
        "A copy is taken for the other side of this referral, for as long as her consent lives. It"
        " leaves only after she was shown it and said yes."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (READ_IN, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    RELOADS = False

    def __init__(self, desk: Desk, to: ToAttach) -> None:
        super().__init__(desk)
        self._thread = to.thread
        self._path = ""
        self._why_not = ""
        self._is_busy = False

    def body(self) -> ComposeResult:
        """The file, its category, its label, and what they will see."""
        say, words = self.words.say, self.words
        # Nothing is chosen beforehand: what nobody chose must not decide under which consent it goes.
        nothing = (None, say(N_("choose …")))
        about = [nothing, *((one, words.category(int(one))) for one in sorted(SHAREABLE))]
        labels = [nothing, *((label, words.code(label)) for label in FileLabel)]
        yield Field(say(N_("File")), self._path, characters_max=PATH_CHARACTERS_MAX, id="path")
        yield Choice[Category | None](say(N_("It tells about")), about, id="category")
        yield Choice[FileLabel | None](say(N_("It is a")), labels, id="label")
        yield Paragraphs([], id="told")

    def on_mount(self) -> None:
        """The name of the file comes first."""
        super().on_mount()
        self.query_one("#path", Field).take_focus()

    async def load(self, client: Client) -> Allowed:
        """What she lets us tell them now."""
        view = await client.show_referral(commands.ShowReferral(thread=self._thread))
        return Allowed(
            partner=one_line(view.referral.peer_name),
            categories=frozenset(_allowed(view)),
        )

    def show(self, loaded: Allowed) -> None:
        """What they will see."""
        del loaded
        self._tell()

    def on_edited(self, event: Edited) -> None:
        """Another file, category or label: what was said about the former one goes."""
        event.stop()
        self._path, self._why_not = self.query_one("#path", Field).value, ""
        self._tell()

    def _tell(self) -> None:
        self.query_one("#told", Paragraphs).put(self._told())
        self.refresh_keys()

    def _told(self) -> list[Paragraph]:
        if self._loaded is None:
            return []
        stopped = self._why_not or self._why_stopped(self._loaded)
        if stopped:
            return [Paragraph(text=""), Paragraph(text=stopped, style="$error", mark="✗ ")]
        return [Paragraph(text=""), *self._seen(self._loaded), as_it_is(self.words)]

    def _why_stopped(self, loaded: Allowed) -> str:
        """Why the chosen category cannot go: without her yes nothing about it is even read in."""
        category, _ = self._said()
        if not loaded.categories:
            return self.words.say(
                N_("She lets us tell {partner} nothing about her now. Ask her first."),
                partner=loaded.partner,
            )
        if category is None or int(category) in loaded.categories:
            return ""
        return self.words.say(
            N_(
                "Her consent does not let us tell {partner} about this: {category}. Without her yes no file"
                " of it can be attached. Ask her first."
            ),
            partner=loaded.partner,
            category=self.words.category(int(category)),
        )

    def _seen(self, loaded: Allowed) -> list[Paragraph]:
        say, (category, label) = self.words.say, self._said()
        chosen = [
            *([] if label is None else [self.words.code(label)]),
            say(N_("its kind and size, once it was read in")),
            *([] if category is None else [self.words.category(int(category))]),
        ]
        title = say(N_("What {partner} will see of it"), partner=loaded.partner)
        name = N_("The name of the file does not travel: the words chosen here stand for it.")
        return [
            Paragraph(text=title, style="bold $secondary"),
            Paragraph(text=" · ".join(chosen)),
            Paragraph(text=""),
            Paragraph(text=say(name), mark="· "),
            Paragraph(text=say(N_("PDF, JPEG, PNG or OGG, up to 16 MiB.")), mark="· "),
        ]

    def can(self, name: str) -> bool:
        """A file has to be named, both things said of it, and her yes be there."""
        if self._loaded is None or self._is_busy or not self._path.strip():
            return False
        category, label = self._said()
        is_allowed = category is not None and int(category) in self._loaded.categories
        return bool(name) and label is not None and is_allowed

    def _said(self) -> tuple[Category | None, FileLabel | None]:
        category: Choice[Category | None] = self.query_one("#category", Choice)
        label: Choice[FileLabel | None] = self.query_one("#label", Choice)
        return category.value, label.value

    def action_read_in(self) -> None:
        """Once."""
        path = named(self._path.strip())
        category, label = self._said()
        if category is None or label is None:
            return
        self._is_busy = True
        self.refresh_keys()

        async def doing(client: Client) -> views.FileLine | FileTrouble:
            try:
                return await read_in(
                    client, path, thread=self._thread, category=category, label=label
                )
            except LocalFileError as error:
                return error.trouble
            finally:
                self._is_busy = False

        self.attempt(doing, self._was_read)

    def _was_read(self, came: views.FileLine | FileTrouble) -> None:
        if isinstance(came, FileTrouble):
            self._why_not = trouble(self.words, came)
            self._tell()
        else:
            self.go(ToSendFile(thread=self._thread, file_id=came.file_id), instead=True)


def _allowed(view: views.ReferralView) -> Iterable[int]:
    """What she lets us tell them in this direction: the way back rests on a consent of its own."""
    purpose = Purpose.CARE_REFERRAL if view.referral.is_ours else Purpose.FOLLOW_UP
    for consent in view.consents:
        is_to_them = consent.recipient == view.referral.peer and consent.purpose == purpose.value
        if is_to_them and consent.state == _LIVE:
            yield from consent.categories

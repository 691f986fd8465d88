"""Who sits here: typed, never listed; also the screen that stands alone when the desk is locked."""

from functools import partial
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from protocol.local import views
from tui.acts import Act
from tui.client import BusyError, Client, ClientError, RefusedError
from tui.plain import Text, lines_of, plain
from tui.screens.desk_screen import DeskScreen
from tui.screens.problems import sentence
from tui.widgets.field import Field
from tui.wording import DRAFT, N_
from tui.working import in_background

NAME_CHARACTERS_MAX: Final = 64
PASSPHRASE_CHARACTERS_MAX: Final = 256
SHEET_AFTER: Final = 5

OPEN: Final = Act(name="open", key="enter", label=N_("open"), help=N_("Unlock."), in_palette=False)
LANGUAGE: Final = Act(
    name="app.language", key="f4", label=N_("language"), help=N_("Speak the next language.")
)
LEAVE: Final = Act(
    name="app.leave", key="ctrl+q", label=N_("close"), help=N_("Close this window.")
)


@final
class Unlocked(Message):
    """Somebody opened the desk."""

    def __init__(self, session: views.Session) -> None:
        super().__init__()
        self.session = session


@final
class UnlockScreen(DeskScreen[views.NodeStatus]):
    """Neutral: it says neither what this program is nor whose it is."""

    HEADING = N_("Notes")
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN,)
    IS_FOR_NOBODY = True
    # Before any widget sees the key: what is typed right after it is the passphrase, and must not be shown.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(OPEN.key, OPEN.name, show=False, priority=True)
    ]

    wrong_attempts = 0

    def body(self) -> ComposeResult:
        """Two fields and a sentence."""
        with Vertical(classes="box"):
            yield Text(self.words.say(N_("Locked.")), id="standing")
            yield Field(self.words.say(N_("Who")), characters_max=NAME_CHARACTERS_MAX, id="who")
            yield Field(
                self.words.say(N_("Passphrase")),
                characters_max=PASSPHRASE_CHARACTERS_MAX,
                is_secret=True,
                id="passphrase",
            )
            yield Text("", id="hint")
            if self.desk.demonstration is not None:
                yield Text(self._invented(*self.desk.demonstration), id="invented")
            yield Text(
                plain(
                    self.words.say(N_("Forgotten? Ask the keeper of the recovery sheet.")),
                    "$text-muted",
                )
            )
            if self.words.is_draft:
                yield Text(plain(self.words.say(DRAFT), "$text-muted"))

    def _invented(self, name: str, passphrase: str) -> str:
        text = N_("Everybody here is invented. Who: {name}. Passphrase: {passphrase}")
        return self.words.say(text, name=name, passphrase=passphrase)

    def on_mount(self) -> None:
        """The next keys are the name."""
        super().on_mount()
        self.query_one("#who", Field).take_focus()

    def mark(self) -> str:
        """Nothing about names."""
        return " "

    def acts_now(self) -> tuple[Act, ...]:
        """Nothing that needs a session."""
        return (OPEN, LANGUAGE, LEAVE)

    def acts_everywhere(self) -> tuple[Act, ...]:
        """Nothing works before somebody sits here."""
        return ()

    def can(self, name: str) -> bool:
        """In the passphrase Enter waits its turn behind the letters: the field itself says when it came."""
        return name == OPEN.name and not self.query_one("#passphrase", Field).has_focus_within

    async def load(self, client: Client) -> views.NodeStatus:
        """Is somebody there?"""
        return await client.show_status()

    def show(self, loaded: views.NodeStatus) -> None:
        """Counts only, and only of sealed things."""
        say = self.words.say
        standing = (
            N_("Locked. The computer goes on working.")
            if loaded.is_open
            else N_("Locked. Nothing is sent until somebody opens it.")
        )
        lines = [say(standing)]
        if loaded.outbox_waiting:
            lines.append(
                self.words.say_many(
                    "{count} thing waits to reach a partner.",
                    "{count} things wait to reach a partner.",
                    loaded.outbox_waiting,
                )
            )
        self.query_one("#standing", Text).put(lines_of(lines))

    def action_open(self) -> None:
        """From the name to the passphrase, at once: the very next letter must not be shown."""
        self.query_one("#passphrase", Field).take_focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter after the passphrase: try."""
        event.stop()
        who = self.query_one("#who", Field)
        passphrase = self.query_one("#passphrase", Field)
        if not who.value.strip():
            who.take_focus()
        elif passphrase.value:
            name, typed = who.value.strip(), passphrase.value
            passphrase.put("")
            self.say(self.words.say(N_("One moment …")), tone="note")
            in_background(self, partial(self._open, name, typed), group="act")

    async def _open(self, name: str, passphrase: str) -> None:
        try:
            session = await self.desk.client.open_session(name=name, passphrase=passphrase)
        except ClientError as error:
            self.post_message(NotOpened(error))
            return
        self.post_message(Unlocked(session))

    def on_not_opened(self, event: "NotOpened") -> None:
        """Say what is known, which is not whether there is such a person."""
        event.stop()
        if isinstance(event.error, RefusedError):
            self.wrong_attempts += 1
        sentence_ = (
            self.words.say(
                N_("Not yet: wait {count} seconds, then try again."),
                count=event.error.retry_after_seconds,
            )
            if isinstance(event.error, BusyError)
            else sentence(event.error, self.words)
        )
        self.say(sentence_, tone="wrong")
        self.query_one("#passphrase", Field).take_focus()
        if self.wrong_attempts >= SHEET_AFTER:
            hint = N_("Five times wrong. The keeper of the recovery sheet can help.")
            self.query_one("#hint", Text).put(plain(self.words.say(hint), "$warning"))


@final
class NotOpened(Message):
    """It stayed locked."""

    def __init__(self, error: ClientError) -> None:
        super().__init__()
        self.error = error

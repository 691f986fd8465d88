"""Is somebody still here? Idle, looking elsewhere, and Esc three times; all by the monotonic clock."""

from collections.abc import Callable
from typing import Final, final

from textual import events
from textual.message_pump import MessagePump
from textual.timer import Timer

HIDE_PRESSES: Final = 3
HIDE_WITHIN_SECONDS: Final = 1.5

_SIGNS: Final = (
    events.Key,
    events.MouseDown,
    events.MouseScrollDown,
    events.MouseScrollUp,
    events.Paste,
)


@final
class Presence:
    """Calls `leave` when nobody seems to be here any more, and `hide` when she asks to be hidden."""

    def __init__(
        self, owner: MessagePump, *, leave: Callable[[], None], hide: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._leave = leave
        self._hide = hide
        self._idle: Timer | None = None
        self._away: Timer | None = None
        self._away_seconds = 0.0
        self._escapes: list[float] = []

    def begin(self, *, lock_seconds: float, unfocused_seconds: float) -> None:
        """Somebody sat down."""
        self.end()
        self._away_seconds = unfocused_seconds
        self._idle = self._owner.set_timer(lock_seconds, self._leave)

    def end(self) -> None:
        """Nobody is expected."""
        for timer in (self._idle, self._away):
            if timer is not None:
                timer.stop()
        self._idle = self._away = None
        self._escapes = []

    def note(self, event: events.Event) -> None:
        """Every key, click and paste shows that somebody is here."""
        if not isinstance(event, _SIGNS):
            return
        if self._idle is not None:
            self._idle.reset()
        if isinstance(event, events.Key):
            self._count_escapes(event)

    def _count_escapes(self, event: events.Key) -> None:
        if event.key != "escape":
            self._escapes = []
            return
        recent = [at for at in self._escapes if event.time - at <= HIDE_WITHIN_SECONDS]
        self._escapes = [*recent, event.time]
        if len(self._escapes) >= HIDE_PRESSES:
            self._escapes = []
            self._hide()

    def look_away(self) -> None:
        """Another window is in front: perhaps she went away."""
        if self._idle is not None and self._away is None:
            self._away = self._owner.set_timer(self._away_seconds, self._leave)

    def look_back(self) -> None:
        """She is back."""
        if self._away is not None:
            self._away.stop()
            self._away = None

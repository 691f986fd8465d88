"""What screens and widgets tell each other."""

from collections.abc import Callable
from typing import Generic, TypeVar, final

from textual.message import Message

from protocol.local.views import Held
from tui.client import ClientError

LoadedT = TypeVar("LoadedT")


@final
class Loaded(Message, Generic[LoadedT]):
    """The node answered; `show` puts it on the screen, in the screen's own turn."""

    def __init__(self, show: Callable[[LoadedT], None], loaded: LoadedT) -> None:
        super().__init__()
        self._show = show
        self._loaded = loaded

    def carry_out(self) -> None:
        """Show it."""
        self._show(self._loaded)


@final
class Failed(Message):
    """The node did not do it; the application says so, or locks the screen if the session is over."""

    def __init__(self, error: ClientError) -> None:
        super().__init__()
        self.error = error


@final
class Sending(Message):
    """Something is held at the node for some seconds before it leaves."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self.held = held


@final
class Stopped(Message):
    """What was held was stopped."""


@final
class Edited(Message):
    """A value of a form changed: the draft is to be kept."""


@final
class Moved(Message):
    """The cursor stands on another row, so another act may be possible."""

"""Ten seconds to stop a sending: counted down where everybody sees it, then told as it ended.

Only the node knows whether something left, was refused or was stopped, so the node is asked. What was written
stays there as a draft until it has left.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, final

from textual.dom import DOMNode
from textual.timer import Timer

from protocol.local import commands
from protocol.local.views import Held, HeldEnd, HeldLine, HeldSendings, No
from tui.client import ClientError, RefusedError
from tui.desk import Desk
from tui.messages import Failed, Stopped
from tui.screens.desk_screen import DeskScreen
from tui.wording import N_
from tui.working import in_background

LEAVES_IN: Final = N_("Leaves in {count} s. u stops it: then nothing has happened.")
LEAVES_WHILE_TYPING: Final = N_("Leaves in {count} s. F7, then u, stops it.")
ON_ITS_WAY: Final = N_("On its way.")
NOT_SENT: Final = N_("Not sent: F7 shows it. {why}")
DID_NOT_LEAVE: Final = N_("It did not leave: it was stopped, or put away.")
NOT_KNOWN: Final = N_("It left, or it was stopped: look before you send it again.")
_GROUP: Final = "sending"


@final
class Undoing:
    """Guards what was sent last from this desk, until it is known what became of it."""

    def __init__(self, owner: DOMNode, desk: Desk, *, tell: Callable[[str, str], None]) -> None:
        self._owner = owner
        self._desk = desk
        self._tell = tell
        self._timer: Timer | None = None
        self._seconds = 0
        self._is_asking = False

    def begin(self, held: Held) -> None:
        """Something was sent; what was sent before it is the outbox's from now on."""
        self.forget()
        self._go_on(held)

    def look(self) -> None:
        """Something changed at the node: perhaps somebody else stopped it, and no second may count on."""
        held = self._desk.held
        if held is not None:
            self._begin_asking(held)

    def forget(self) -> None:
        """Count no further: the node sends it, and whoever wants to stop it finds it in the outbox."""
        self._cease()
        self._is_asking = False
        self._desk.held = None

    def _go_on(self, held: Held) -> None:
        self._count(held, seconds=held.leaves_at - self._desk.now)

    def _count(self, held: Held, *, seconds: int) -> None:
        self._desk.held = held
        self._seconds = seconds
        self._timer = self._owner.set_interval(1.0, self._count_down)
        self._say_when(held)

    def _cease(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _count_down(self) -> None:
        """Called by the timer, in a task that ends with it: nothing is waited for here."""
        held = self._desk.held
        if held is None:
            self._cease()
            return
        # A wall clock that is set back does not give it more seconds than the node does.
        self._seconds = min(self._seconds - 1, held.leaves_at - self._desk.now)
        self._say_when(held)

    def _say_when(self, held: Held) -> None:
        if self._seconds > 0:
            self._tell_how_to_stop()
        else:
            self._begin_asking(held)

    def _tell_how_to_stop(self) -> None:
        """While a text is typed `u` is a letter: whoever trusted the sentence would stop nothing."""
        front = self._owner.app.screen_stack[-1]
        is_typing = isinstance(front, DeskScreen) and front.is_typing
        told = LEAVES_WHILE_TYPING if is_typing else LEAVES_IN
        self._tell(self._desk.words.say(told, count=max(0, self._seconds)), "note")

    def _begin_asking(self, held: Held) -> None:
        if not self._is_asking:
            self._is_asking = True
            ask = partial(self._ask, held)
            in_background(self._owner, ask, group=_GROUP, is_exclusive=False)

    async def _ask(self, held: Held) -> None:
        """What became of it? As long as the node holds it, it is asked again with the next second."""
        try:
            listed = await self._desk.client.list_held()
        except ClientError as error:
            self._owner.post_message(Failed(error))
            return
        finally:
            self._is_asking = False
        self._owner.call_later(self._learn, held, listed)

    def _learn(self, held: Held, listed: HeldSendings) -> None:
        if self._desk.held != held:
            return
        line = next((one for one in listed.sendings if one.held_id == held.held_id), None)
        if line is not None and line.refused is None:
            self._tell_how_to_stop()
            return
        end = next((one for one in listed.ended if one.held_id == held.held_id), None)
        self.forget()
        self._say_how_it_ended(line, end)

    def _say_how_it_ended(self, line: HeldLine | None, end: HeldEnd | None) -> None:
        """That it is no longer in the list says nothing: what was put away is gone from it as well."""
        words = self._desk.words
        if line is not None:
            why = words.refusal(line.refused or "")
            self._tell(words.say(NOT_SENT, why=why), "wrong")
        elif end is None:
            self._tell(words.say(NOT_KNOWN), "warn")
        elif end.has_left:
            self._tell(words.say(ON_ITS_WAY), "done")
        else:
            self._tell(words.say(DID_NOT_LEAVE), "warn")

    async def stop(self) -> None:
        """Stop it at the node, where there is something to stop; its draft stays."""
        held = self._desk.held
        if held is None:
            return
        self.forget()
        try:
            await self._desk.client.stop_sending(commands.StopSending(held_id=held.held_id))
        except ClientError as error:
            self._owner.call_later(self._could_not_stop, held, error)
            return
        self._owner.post_message(Stopped())

    def _could_not_stop(self, held: Held, error: ClientError) -> None:
        if self._desk.person is None or self._desk.held is not None:
            return
        if isinstance(error, RefusedError) and error.code == No.NOT_FOUND:
            # It left, or somebody stopped it meanwhile: the node says which.
            self._count(held, seconds=0)
            return
        # Perhaps it was stopped, and only the answer is missing.
        self._go_on(held)
        self._owner.post_message(Failed(error))

"""Ten seconds to stop a sending: counted down where everybody sees it; who stops it has her form back."""

from collections.abc import Awaitable, Callable
from typing import Final, final

from textual.message_pump import MessagePump
from textual.timer import Timer

from protocol.local import commands
from tui.client import ClientError
from tui.desk import Desk
from tui.messages import Failed, Sending, Stopped
from tui.wording import N_

LEAVES_IN: Final = N_("Leaves in {count} s. u stops it: then nothing has happened.")
ON_ITS_WAY: Final = N_("On its way.")


@final
class Undoing:
    """Guards what was sent last from this desk, and the draft it was written in.

    The draft goes when the sending can no longer be stopped here, and not before.
    """

    def __init__(
        self, owner: MessagePump, desk: Desk, *, tell: Callable[[str, str], None]
    ) -> None:
        self._owner = owner
        self._desk = desk
        self._tell = tell
        self._timer: Timer | None = None
        self._drop_draft: Callable[[], Awaitable[None]] | None = None

    async def begin(self, sending: Sending) -> None:
        """Something was sent; what was sent before it is the outbox's from now on."""
        await self.settle()
        self._desk.held = sending.held
        self._drop_draft = sending.drop_draft
        self._timer = self._owner.set_interval(1.0, self._count_down)
        await self._count_down()

    async def _count_down(self) -> None:
        held = self._desk.held
        left = 0 if held is None else held.leaves_at - self._desk.now
        if left > 0:
            self._tell(self._desk.words.say(LEAVES_IN, count=left), "note")
        else:
            await self.settle()
            self._tell(self._desk.words.say(ON_ITS_WAY), "done")

    async def settle(self) -> None:
        """It cannot be stopped here any more: count no further, and let its draft go."""
        self._cease()
        self._desk.held = None
        drop, self._drop_draft = self._drop_draft, None
        if drop is not None:
            try:
                await drop()
            except ClientError as error:
                self._owner.post_message(Failed(error))

    def _cease(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    async def stop(self) -> None:
        """Stop it at the node, where there is something to stop; its draft stays."""
        held, self._desk.held = self._desk.held, None
        if held is None:
            return
        self._cease()
        try:
            await self._desk.client.stop_sending(commands.StopSending(held_id=held.held_id))
        except ClientError as error:
            self._owner.post_message(Failed(error))
            return
        self._drop_draft = None
        self._owner.post_message(Stopped())

"""What is half-written is kept at the node, encrypted like everything there, a second after each change."""

import asyncio
from functools import partial
from typing import Final, TypeVar, final

import msgspec
from textual.message_pump import MessagePump
from textual.timer import Timer

from protocol.local import commands
from tui.client import Client, ClientError
from tui.desk import Desk
from tui.messages import Failed

AFTER_SECONDS: Final = 1.0

FormT = TypeVar("FormT", bound=msgspec.Struct)


def decode(text: str, form: type[FormT]) -> FormT | None:
    """The form that was kept; None where there is none, or it was of another version of this program."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=form)
    except (msgspec.DecodeError, UnicodeEncodeError):
        # An old draft is no reason to stop; what it says would not fit the form any more.
        return None


@final
class DraftKeeper:
    """One draft: of one place, about one thing, of the person who sits here.

    Attributes:
        saved_at: the instant of the last saving; None while nothing was saved.
    """

    def __init__(self, desk: Desk, *, place: str, about: bytes) -> None:
        self._desk = desk
        self._place = place
        self._about = about
        self._timer: Timer | None = None
        self._kept = ""
        # Something may stand at the node, also where an answer was lost or not waited for.
        self._may_be_there = False
        self._turn = asyncio.Lock()
        self.saved_at: int | None = None

    async def load(self, client: Client) -> str:
        """What was kept; empty where there is none. Raises: ClientError."""
        draft = await client.load_draft(commands.LoadDraft(place=self._place, about=self._about))
        self._kept = draft.text
        self._may_be_there = bool(draft.text)
        return draft.text

    def change(self, owner: MessagePump, form: msgspec.Struct) -> None:
        """The form changed: it is kept when a second has passed without another change."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = owner.set_timer(AFTER_SECONDS, partial(self._keep_or_tell, owner, form))

    async def _keep_or_tell(self, owner: MessagePump, form: msgspec.Struct) -> None:
        try:
            await self.keep(form)
        except ClientError as error:
            owner.post_message(Failed(error))

    async def keep(self, form: msgspec.Struct) -> None:
        """Keep it now, unless it is kept as it stands. Raises: ClientError."""
        text = msgspec.json.encode(form).decode()
        async with self._turn:
            if text != self._kept:
                self._may_be_there = True
                await self._save(text)
                self._kept = text
                self.saved_at = self._desk.now

    async def drop(self) -> None:
        """It was sent or recorded: nothing half-written is left. Raises: ClientError."""
        if self._timer is not None:
            self._timer.stop()
        async with self._turn:
            if self._may_be_there:
                await self._save("")
                self._kept, self._may_be_there = "", False
            self.saved_at = None

    async def _save(self, text: str) -> None:
        command = commands.SaveDraft(place=self._place, about=self._about, text=text)
        await self._desk.client.save_draft(command)

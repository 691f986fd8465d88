"""Brings the mailbox file to what the vault says of our own mailboxes: made, served, and deleted in the end.

Beside the one that we tell others of lies our newest bundle (R-202).

The two files share no transaction. The vault is written first when a mailbox begins and last when it ends, so
whatever stops the computer in between, the next look mends it.
"""

import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, final

from node import logs
from node.gate import Gate, LockedError, OpenVault
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import DiskFullError, NewMailbox, UnknownMailboxError
from node.mailbox.store import MailboxStore
from node.services import moving
from node.writer import WriterBusyError
from protocol.errors import MalformedError
from protocol.keys import signing_secret
from protocol.prekeys import lay_out, take_up
from protocol.signing import Signed
from protocol.values import MailboxId

MOVES_SECONDS: Final = 60
_LOGGER: Final = logging.getLogger("sathi.moves")


@final
class Moves:
    """Moves one node from mailbox to mailbox.

    `name` leaves the name of the one we pick up at where a locked node finds it; `wake` tells the courier
    that a bundle is due.
    """

    def __init__(
        self,
        gate: Gate,
        store: MailboxStore,
        *,
        name: Callable[[MailboxId], None],
        wake: Callable[[], None],
    ) -> None:
        self._gate = gate
        self._store = store
        self._name = name
        self._wake = wake

    async def run(self) -> None:
        """Move if somebody was removed, and let go of what ended; nothing while the node is locked."""
        with contextlib.suppress(LockedError):
            await self._move()
            await self._end()
            await self._lay_bundle(self._gate.vault)

    async def settle(self, opened: OpenVault) -> None:
        """Make sure that each of our mailboxes is there, before anybody can be told of it."""
        current = opened.mailbox
        for mailbox in opened.mailboxes:
            if mailbox.is_local and await self._store.find(mailbox.mailbox_id) is None:
                await self._store.create(
                    NewMailbox(
                        mailbox_id=mailbox.mailbox_id,
                        owner_key=signing_secret(mailbox.seed).public,
                        deposit_hash=deposit_hash_of(mailbox.deposit_secret),
                        created=self._gate.acting().now,
                    ),
                    ticket=None,
                )
        self._name(current.mailbox_id)
        await self._lay_bundle(opened)

    async def _lay_bundle(self, opened: OpenVault) -> None:
        """Make sure that our newest bundle lies there; never beside a mailbox that we have left.

        Whoever was removed can still read there, and is not told where we pick up now.
        """
        mailbox, signed = opened.mailbox, opened.me.signed_bundle
        try:
            resting = await self._store.get_bundle(mailbox.mailbox_id)
            if resting is not None and _is_it(resting, signed, mailbox.deposit_secret):
                return
            laid = lay_out(
                signed,
                deposit_secret=mailbox.deposit_secret,
                entropy=self._gate.acting().entropy,
            )
            await self._store.put_bundle(mailbox.mailbox_id, laid)
        except (DiskFullError, UnknownMailboxError, WriterBusyError) as error:
            # A full disk keeps nobody out; the next look tries again.
            logs.event(_LOGGER, "bundle.not_laid", level=logging.WARNING, error=error)

    async def _move(self) -> None:
        opened, acting = self._gate.vault, self._gate.acting()
        moved = await self._gate.write(
            lambda unit: moving.move_if_due(unit, me=opened.me, acting=acting)
        )
        if moved is None:
            return
        await self._gate.refresh()
        await self.settle(opened)
        # Whoever waits at the former mailbox looks at the new one too.
        self._store.release_waiters()
        self._wake()

    async def _end(self) -> None:
        acting = self._gate.acting()
        over = await self._gate.write(lambda unit: moving.ended(unit, acting=acting))
        for mailbox in over:
            with contextlib.suppress(UnknownMailboxError):
                await self._store.delete_mailbox(mailbox)
            await self._gate.write(partial(moving.forget, mailbox=mailbox, acting=acting))
        if over:
            await self._gate.refresh()


def _is_it(resting: bytes, signed: Signed, deposit_secret: bytes) -> bool:
    try:
        return take_up(resting, deposit_secret=deposit_secret).raw == signed.raw
    except MalformedError:
        # Sealed under another secret, or cut off: it is laid anew.
        return False

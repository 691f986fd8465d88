"""The gate: the vault is open or it is locked, and everything else asks here.

A locked node has no key in memory, no open database and no connection to anybody. Opening it gives nobody
anything to see before what waits in the mailbox was applied: the courier's drain runs inside `unlock`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, final

from node import ballast, faults, trusted_clock
from node.effects import NODE_ITSELF, Acting
from node.services import backing_up, opening, renewing, resuming, retaining
from node.system import Clock
from node.vault import driver, keyring, rekeying, upgrading
from node.vault.database import Database
from node.vault.keyring import Cost, Credential, Keyring, Kind, Owner, Unlocked
from node.vault.records import OwnMailbox, Self, User
from node.vault.rekeying import Keys
from node.vault.unit import Unit
from protocol.errors import SathiError
from protocol.keys import PrekeySecret
from protocol.values import Entropy, MailboxId, PrekeyId, Pseudonym

ResultT = TypeVar("ResultT")

_NOBODY: Final = NODE_ITSELF


def _never() -> bool:
    return False


class LockedError(SathiError):
    """The node is locked: there is nothing to read and nothing is sent."""


@dataclass(slots=True, kw_only=True)
class OpenVault:
    """What is in memory while the node is open; `Gate.refresh` takes in what the node renewed."""

    database: Database
    me: Self
    mailboxes: tuple[OwnMailbox, ...]
    prekeys: Mapping[PrekeyId, PrekeySecret] = field(repr=False)
    # Mailboxes in which something stays that the disk did not take. Until it is taken, only her no leaves.
    behind: set[MailboxId] = field(default_factory=set)

    def note_behind(self, mailbox: MailboxId, *, is_behind: bool) -> None:
        """Note whether something stays in a mailbox because the disk did not take it."""
        (self.behind.add if is_behind else self.behind.discard)(mailbox)

    @property
    def mailbox(self) -> OwnMailbox:
        """The mailbox file of this node itself, of which we tell others; there always is one."""
        return next(m for m in self.mailboxes if m.is_local and m.ends is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Somebody showed what opens a slot, and the keyring in which it did."""

    ring: Keyring
    unlocked: Unlocked


@final
class Gate:
    """Opens and closes the vault of one node.

    `on_open` is awaited inside `unlock`, before anybody is let in; `on_close` inside `lock`, before the
    database is closed.
    """

    def __init__(self, folder: Path, *, clock: Clock, entropy: Entropy, cost: Cost) -> None:
        self._folder = folder
        self._clock = clock
        self._entropy = entropy
        self._cost = cost
        self._open: OpenVault | None = None
        self._turn = asyncio.Lock()
        self._sealing = asyncio.Lock()
        self._make_room = partial(ballast.give_up, folder)
        self.on_open: Callable[[OpenVault], Awaitable[None]] = _nothing_to_do
        self.on_close: Callable[[], Awaitable[None]] = _nothing_to_close

    @property
    def is_open(self) -> bool:
        """May anything be read or sent?"""
        return self._open is not None

    @property
    def vault(self) -> OpenVault:
        """What is open. Raises: LockedError."""
        if self._open is None:
            raise LockedError("the node is locked")
        return self._open

    def acting(self, actor: Pseudonym = _NOBODY) -> Acting:
        """Somebody acts now; without a name it is the node itself."""
        return Acting(actor=actor, now=self._clock.wall(), entropy=self._entropy)

    async def unlock(self, name: str, passphrase: str) -> User:
        """Open the vault, or let somebody in who comes to an open one.

        Raises:
            WrongPassphraseError: if no slot opens; nothing says whether there is such a person.
            KeyringError: if the keyring is not there or not whole.
        """
        person = keyring.credential(name, passphrase)
        shown = await self._show(person)
        async with self._turn:
            if shown.ring != keyring.load(self._folder):
                # Written anew meanwhile: whoever opened the old one may have no slot in this one.
                shown = await self._show(person)
            unlocked = shown.unlocked
            was_locked = self._open is None
            if was_locked:
                await self._open_vault(unlocked)
            user = await self.write_surely(
                lambda unit: opening.enter(unit, unlocked.slot_id, acting=self.acting())
            )
        if user is None:
            if was_locked:
                await self.lock()
            raise keyring.WrongPassphraseError("no slot opens")
        return user

    async def show_sheet(self, code: str) -> Shown:
        """Try the code of a recovery sheet; `recover` takes what comes of it.

        Raises:
            RecoveryCodeError: if something is mistyped.
            WrongPassphraseError: if it opens nothing.
            KeyringError: if the keyring is not there or not whole.
        """
        shown = await self._show(keyring.recovery_credential(code))
        if shown.unlocked.kind is not Kind.RECOVERY:
            raise keyring.WrongPassphraseError("no slot opens")
        return shown

    async def _show(self, person: Credential) -> Shown:
        return await asyncio.get_running_loop().run_in_executor(None, self._unwrap, person)

    def _unwrap(self, person: Credential) -> Shown:
        ring = keyring.load(self._folder)
        return Shown(ring=ring, unlocked=keyring.unlock(ring, person, cost=self._cost))

    async def _open_vault(self, unlocked: Unlocked) -> None:
        rekeying.settle(self._folder)
        database = self._open_files(unlocked.vault_key)
        database.make_room = self._make_room
        try:
            database.start()
            await self._begin_after_restore(database)
            opened = await self._load(database)
            # From here on things come and go: what was copied aside before an upgrade is not to come back.
            upgrading.forget(self._folder)
            self._open = opened
            if await database.read(opening.is_keyring_owed):
                # A full disk must not keep anybody out; it is tried again at the next opening.
                with contextlib.suppress(OSError):
                    await self.reseal_keyring()
            await self.on_open(opened)
        except BaseException:
            self._open = None
            database.close()
            raise

    def _open_files(self, key: bytes) -> Database:
        while True:
            try:
                return upgrading.open_upgraded(self._folder, key=key)
            except driver.DatabaseError as error:
                # Even a log file that is only made takes room.
                if not (driver.is_of_the_disk(error) and self._make_room()):
                    raise

    async def _begin_after_restore(self, database: Database) -> bool:
        """The first opening of a restored vault: new streams, new prekeys, and a word to every partner."""
        if await database.read(backing_up.restore_to_begin) is None:
            return False
        acting = self.acting()
        return await database.write(lambda unit: begin_restored(unit, acting=acting))

    async def begin_if_restored(self) -> bool:
        """What a restored vault could not begin at its first opening, once its clock is trusted.

        Returns:
            Whether it began now.

        Raises:
            LockedError: if the node is locked.
        """
        if not await self._begin_after_restore(self.vault.database):
            return False
        await self.refresh()
        return True

    async def _load(self, database: Database) -> OpenVault:
        acting = self.acting()
        await database.write_surely(lambda unit: retaining.sweep(unit, acting=acting))
        me = await database.read(opening.load_me)
        mailboxes = await database.read(opening.load_mailboxes)
        prekeys = await database.read(opening.load_prekeys)
        return OpenVault(database=database, me=me, mailboxes=tuple(mailboxes), prekeys=prekeys)

    async def refresh(self) -> None:
        """Keys, mailboxes or the card were renewed: from here on nothing works with the old ones.

        Raises:
            LockedError: if the node was locked meanwhile.
        """
        opened = self.vault
        opened.me = await opened.database.read(opening.load_me)
        opened.mailboxes = tuple(await opened.database.read(opening.load_mailboxes))
        opened.prekeys = await opened.database.read(opening.load_prekeys)

    async def lock(self, *, unless: Callable[[], bool] = _never) -> None:
        """Drop the key: nothing is sent and nothing can be read until somebody unlocks.

        Args:
            unless: asked when no unlocking is under way; True leaves the vault open.
        """
        async with self._turn:
            if not unless():
                await self._close_vault()

    async def _close_vault(self) -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        opened.database.changes.close()
        await self.on_close()
        await asyncio.get_running_loop().run_in_executor(None, opened.database.close)

    async def rekey(self, change: Callable[[Unit], ResultT]) -> ResultT:
        """Give the vault a new key in one step with a change; the node is locked afterwards.

        Raises:
            LockedError: if the node is locked.
            RekeyError: if the disk does not take it; nothing was done.
            Exception: whatever the change raised; nothing was done.
        """
        async with self._turn:
            return await self._rekey(self.vault.database.key, change)

    async def recover(self, shown: Shown, change: Callable[[Unit], ResultT]) -> ResultT:
        """As `rekey`, by a recovery sheet that `show_sheet` tried, whether the node is open or not.

        Raises:
            WrongPassphraseError: if the keyring was written anew meanwhile.
            RekeyError: if the disk does not take it; nothing was done.
            Exception: whatever the change raised; nothing was done.
        """
        async with self._turn:
            if shown.ring != keyring.load(self._folder):
                raise keyring.WrongPassphraseError("no slot opens")
            return await self._rekey(shown.unlocked.vault_key, change)

    async def _rekey(self, key: bytes, change: Callable[[Unit], ResultT]) -> ResultT:
        await self._close_vault()
        keys = Keys(old=key, new=self._entropy(keyring.VAULT_KEY_BYTES))
        # Who was added meanwhile is in the keyring before it is made anew, or in the vault it is made from.
        async with self._sealing:
            upgrading.settle(self._folder)
            result = await asyncio.get_running_loop().run_in_executor(
                None,
                partial(
                    rekeying.rekey,
                    self._folder,
                    keys,
                    change,
                    owners=opening.owners,
                    entropy=self._entropy,
                ),
            )
            # It counts already. What is aside has the old key, and the next opening throws it away too.
            with contextlib.suppress(OSError):
                upgrading.forget(self._folder)
            return result

    async def write(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """Run a use case. Raises: LockedError, and whatever the use case raises."""
        return await self.vault.database.write(job)

    async def write_surely(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """As `write`; on a full disk the ballast is given up for it."""
        return await self.vault.database.write_surely(job)

    async def read(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """Run a query. Raises: LockedError, and whatever the query raises."""
        return await self.vault.database.read(job)

    async def reseal_keyring(self) -> None:
        """Write the slots of everybody the vault remembers, after somebody got another one.

        Raises:
            LockedError: if the node was locked meanwhile.
            KeyringError: if the keyring is not there or not whole.
            OSError: if it cannot be written; the old one is there still.
        """
        loop = asyncio.get_running_loop()
        # One after the other, or an older list of people could be written last.
        async with self._sealing:
            current = keyring.load(self._folder)
            people = await self.read(opening.owners)
            key = self.vault.database.key
            renewed = keyring.seal(people, vault_key=key, salt=current.salt, entropy=self._entropy)
            faults.point("keyring.before_save")
            await loop.run_in_executor(None, keyring.save, self._folder, renewed)
            await self.write_surely(opening.pay_keyring)

    def new_sheet(self) -> tuple[str, Owner]:
        """The code of a new recovery sheet and what the vault must remember; costs one Argon2id."""
        code = keyring.new_recovery_code(entropy=self._entropy)
        current = keyring.load(self._folder)
        recovery = keyring.enrol(
            keyring.recovery_credential(code),
            kind=Kind.RECOVERY,
            salt=current.salt,
            entropy=self._entropy,
            cost=self._cost,
        )
        return code, recovery

    def new_owner(self, name: str, passphrase: str) -> Owner:
        """What the vault must remember of a new person; costs one Argon2id."""
        current = keyring.load(self._folder)
        return keyring.enrol(
            keyring.credential(name, passphrase),
            kind=keyring.Kind.USER,
            salt=current.salt,
            entropy=self._entropy,
            cost=self._cost,
        )


def begin_restored(unit: Unit, *, acting: Acting) -> bool:
    """All that a restored vault has to begin, in one step; False while its clock is in doubt.

    A stream that began in the year 2250 would be taken by nobody, and followed by no honest one. Until then
    nothing leaves, and nothing that came from others is shown.
    """
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        resuming.await_lists(unit, acting=acting)
        return False
    me = opening.load_me(unit)
    resuming.begin_epoch(unit, me=me, acting=acting)
    renewing.renew_bundle(unit, me=me, acting=acting)
    backing_up.note_begun(unit, acting=acting)
    retaining.tell_of_lost_files(unit, acting=acting)
    return True


async def _nothing_to_do(_opened: OpenVault) -> None:
    return


async def _nothing_to_close() -> None:
    return

"""The gate: the vault is open or it is locked, and everything else asks here.

A locked node has no key in memory, no open database and no connection to anybody. Opening it gives nobody
anything to see before what waits in the mailbox was applied: the courier's drain runs inside `unlock`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar, final

from node.effects import NODE_ITSELF, Acting
from node.services import opening, retaining
from node.system import Clock
from node.vault import keyring
from node.vault.database import Database
from node.vault.keyring import Cost, Unlocked
from node.vault.migrations import migrate_all
from node.vault.records import OwnMailbox, Self, User
from node.vault.unit import Unit
from protocol.errors import SathiError
from protocol.keys import PrekeySecret
from protocol.values import Entropy, PrekeyId, Pseudonym

ResultT = TypeVar("ResultT")

_NOBODY: Final = NODE_ITSELF


def _never() -> bool:
    return False


class LockedError(SathiError):
    """The node is locked: there is nothing to read and nothing is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVault:
    """What is in memory while the node is open."""

    database: Database
    me: Self
    mailboxes: tuple[OwnMailbox, ...]
    prekeys: Mapping[PrekeyId, PrekeySecret] = field(repr=False)


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
        loop = asyncio.get_running_loop()
        unlocked = await loop.run_in_executor(None, self._unwrap, person)
        async with self._turn:
            was_locked = self._open is None
            if was_locked:
                await self._open_vault(unlocked)
            user = await self.write(
                lambda unit: opening.enter(unit, unlocked.slot_id, acting=self.acting())
            )
        if user is None:
            if was_locked:
                await self.lock()
            raise keyring.WrongPassphraseError("no slot opens")
        return user

    def _unwrap(self, person: keyring.Credential) -> Unlocked:
        return keyring.unlock(keyring.load(self._folder), person, cost=self._cost)

    async def _open_vault(self, unlocked: Unlocked) -> None:
        database = Database.open(self._folder, key=unlocked.vault_key)
        try:
            migrate_all(database)
            database.start()
            opened = await self._load(database)
            self._open = opened
            await self.on_open(opened)
        except BaseException:
            self._open = None
            database.close()
            raise

    async def _load(self, database: Database) -> OpenVault:
        acting = self.acting()
        await database.write(lambda unit: retaining.sweep(unit, acting=acting))
        me = await database.read(opening.load_me)
        mailboxes = await database.read(opening.load_mailboxes)
        prekeys = await database.read(opening.load_prekeys)
        return OpenVault(database=database, me=me, mailboxes=tuple(mailboxes), prekeys=prekeys)

    async def lock(self, *, unless: Callable[[], bool] = _never) -> None:
        """Drop the key: nothing is sent and nothing can be read until somebody unlocks.

        Args:
            unless: asked when no unlocking is under way; True leaves the vault open.
        """
        async with self._turn:
            if unless():
                return
            opened, self._open = self._open, None
            if opened is None:
                return
            await self.on_close()
            await asyncio.get_running_loop().run_in_executor(None, opened.database.close)

    async def write(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """Run a use case. Raises: LockedError, and whatever the use case raises."""
        return await self.vault.database.write(job)

    async def read(self, job: Callable[[Unit], ResultT]) -> ResultT:
        """Run a query. Raises: LockedError, and whatever the query raises."""
        return await self.vault.database.read(job)

    async def reseal_keyring(self) -> None:
        """Write the slots of everybody the vault remembers, after somebody was added.

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
            await loop.run_in_executor(None, keyring.save, self._folder, renewed)

    def new_owner(self, name: str, passphrase: str) -> keyring.Owner:
        """What the vault must remember of a new person; costs one Argon2id."""
        current = keyring.load(self._folder)
        return keyring.enrol(
            keyring.credential(name, passphrase),
            kind=keyring.Kind.USER,
            salt=current.salt,
            entropy=self._entropy,
            cost=self._cost,
        )


async def _nothing_to_do(_opened: OpenVault) -> None:
    return


async def _nothing_to_close() -> None:
    return

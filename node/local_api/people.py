"""Carries out the commands about people: adding, removing, a new passphrase, and the recovery sheet.

Where a person must open nothing any more, the vault gets a new key in the same step, and every session ends.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from math import ceil
from typing import Final, final

from node.effects import Acting
from node.gate import Gate
from node.local_api.problems import ProblemError
from node.local_api.sessions import Guesses, Session, Sessions
from node.services import opening, people
from node.system import Clock
from node.vault.keyring import (
    NAME_CHARACTERS_MAX,
    PASSPHRASE_CHARACTERS_MAX,
    Owner,
    RecoveryCodeError,
)
from node.vault.unit import Unit
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.fitting import View
from protocol.local.transport import LocalProblem
from protocol.local.views import Refused
from protocol.values import node_id_text, plain_text

# All who try a code wait for each other: there is one sheet.
_THE_SHEET: Final = "recovery sheet"

PeopleCommand = commands.AddUser | commands.RemoveUser | commands.ResetUser | commands.RenewSheet


class _NotDoneError(Exception):
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


@final
class People:
    """The commands about people, for the desk of one node.

    `deriving` bounds how many Argon2id run at once, whoever asks for them.
    """

    def __init__(
        self,
        gate: Gate,
        sessions: Sessions,
        *,
        clock: Clock,
        deriving: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._gate = gate
        self._sessions = sessions
        self._clock = clock
        self._deriving = deriving
        self._guesses = Guesses()

    async def answer(self, command: PeopleCommand, session: Session) -> View:
        """Carry out a command of a supervisor. Raises: as the desk does."""
        acting = self._gate.acting(session.user_id)
        match command:
            case commands.AddUser():
                return await self._add(command, acting)
            case commands.RemoveUser():
                return await self._remove(command, acting)
            case commands.ResetUser():
                return await self._reset(command, acting)
            case commands.RenewSheet():
                return await self._renew_sheet(acting)

    async def _add(self, command: commands.AddUser, acting: Acting) -> View:
        name = plain_text(command.name, characters_max=NAME_CHARACTERS_MAX, place="AddUser.name")
        owner = await self._new_owner(name, command.passphrase, place="AddUser.passphrase")
        view = await self._gate.write(
            lambda unit: opening.add_user(
                unit, name=name, role=command.role, owner=owner, acting=acting
            )
        )
        # If the process ends before this, the vault knows somebody whom the keyring does not: that person
        # cannot unlock yet. The next opening of the vault mends it, and every later call.
        await self._gate.reseal_keyring()
        return view

    async def _remove(self, command: commands.RemoveUser, acting: Acting) -> View:
        found = await self._gate.read(
            lambda unit: people.may_remove(unit, command.user, acting=acting)
        )
        if isinstance(found, Refused):
            return found
        code, recovery = await self._new_sheet()
        return await self._with_new_key(
            lambda unit: people.remove(unit, command.user, recovery=recovery, acting=acting),
            code=code,
        )

    async def _renew_sheet(self, acting: Acting) -> View:
        code, recovery = await self._new_sheet()
        return await self._with_new_key(
            lambda unit: people.renew_sheet(unit, recovery=recovery, acting=acting), code=code
        )

    async def _reset(self, command: commands.ResetUser, acting: Acting) -> View:
        found = await self._gate.read(
            lambda unit: people.may_reset(unit, command.user, role=command.role)
        )
        if isinstance(found, Refused):
            return found
        owner = await self._new_owner(found.name, command.passphrase, place="ResetUser.passphrase")
        view = await self._gate.write(
            lambda unit: people.reset(
                unit, command.user, role=command.role, owner=owner, acting=acting
            )
        )
        if isinstance(view, views.Done):
            # Before anything else: from the commit on, her old passphrase is nobody's.
            self._sessions.close_of(found.user_id)
            await self._gate.reseal_keyring()
        return view

    async def recover(self, command: commands.RecoverUser) -> View:
        """Use the recovery sheet: no session is needed, and nobody is told what is not shown it.

        Raises:
            ProblemError: if too many codes were wrong.
            MalformedError: if the code is mistyped, or the passphrase is empty or too long.
            WrongPassphraseError: if it is the code of another sheet.
        """
        async with self._deriving():
            wait = self._guesses.begin(_THE_SHEET, now=self._clock.monotonic())
            if wait > 0:
                raise ProblemError(LocalProblem.RATE, retry_after_seconds=ceil(wait))
            try:
                shown = await self._gate.show_sheet(command.code)
            except RecoveryCodeError:
                raise MalformedError("not a recovery code", place="RecoverUser.code") from None
        self._guesses.succeeded(_THE_SHEET)
        name = plain_text(
            command.name, characters_max=NAME_CHARACTERS_MAX, place="RecoverUser.name"
        )
        owner = await self._new_owner(name, command.passphrase, place="RecoverUser.passphrase")
        if self._gate.is_open:
            found = await self._gate.read(lambda unit: people.may_recover(unit, name))
            if isinstance(found, Refused):
                return found
        code, recovery = await self._new_sheet()
        acting = self._gate.acting()
        try:
            node_id = await self._gate.recover(
                shown,
                _or_undone(
                    lambda unit: people.recover(
                        unit, name, owner=owner, recovery=recovery, acting=acting
                    )
                ),
            )
        except _NotDoneError as error:
            return error.refused
        return views.RecoverySheet(code=code, node_id=node_id)

    async def _with_new_key(
        self, change: Callable[[Unit], views.Done | Refused], *, code: str
    ) -> View:
        try:
            node_id = await self._gate.rekey(_or_undone(change))
        except _NotDoneError as error:
            return error.refused
        return views.RecoverySheet(code=code, node_id=node_id)

    async def _new_sheet(self) -> tuple[str, Owner]:
        async with self._deriving():
            return await asyncio.get_running_loop().run_in_executor(None, self._gate.new_sheet)

    async def _new_owner(self, name: str, passphrase: str, *, place: str) -> Owner:
        if not 0 < len(passphrase) <= PASSPHRASE_CHARACTERS_MAX:
            raise MalformedError("empty or too long", place=place)
        async with self._deriving():
            return await asyncio.get_running_loop().run_in_executor(
                None, self._gate.new_owner, name, passphrase
            )


def _or_undone(change: Callable[[Unit], views.Done | Refused]) -> Callable[[Unit], str]:
    """The change as a job that undoes itself where it is refused, and answers with the node's id."""

    def job(unit: Unit) -> str:
        view = change(unit)
        if isinstance(view, Refused):
            raise _NotDoneError(view)
        return node_id_text(opening.load_me(unit).node_id)

    return job

"""Sticks: makes a file of what waits, and takes a file that somebody brought.

The file is handed over in parts by whoever sits there, and stands in memory only: the node opens no stick and
knows no path. One file for each of a few people; the next one takes the place of the one before.
"""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar, assert_never, final

from node.effects import Acting
from node.gate import Gate, OpenVault
from node.mailbox import stick, wrapping
from node.mailbox.wrapping import NotOpenedError
from node.services import receiving, sticks
from node.services.sticks import Partner
from node.sticks import taking
from node.sticks.making import PASSPHRASE_CHARACTERS_MAX, GatherJob, Room, wrap_for
from node.sticks.taking import TakeJob
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import StickCommand
from protocol.local.fitting import View
from protocol.local.views import No, Refused, refused
from protocol.sealing import stick_passphrase
from protocol.values import Entropy, Pseudonym, node_id

ResultT = TypeVar("ResultT")

# Each may hold 64 MiB in memory.
PEOPLE_AT_ONCE_MAX: Final = 2
PART_BYTES: Final = limits.FILE_PART_BYTES
_ID_BYTES: Final = 16
_NAME_BYTES: Final = 5


class Wrapping(Protocol):
    """What wraps a file and opens it again; a test has one that costs nothing."""

    def wrap(self, data: bytes, *, passphrase: str, entropy: Entropy) -> bytes:
        """Wrap it."""
        ...

    def unwrap(self, data: bytes, *, passphrase: str) -> bytes:
        """Open it. Raises: MalformedError, NotOpenedError."""
        ...


@dataclass(slots=True, kw_only=True)
class _Handed:
    """A file that is handed over part by part."""

    stick_id: bytes
    size: int
    parts: list[bytes] = field(default_factory=list, repr=False)

    @property
    def left(self) -> int:
        return self.size - sum(map(len, self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A file that was made, until it is read."""

    stick_id: bytes
    content: bytes = field(repr=False)


@final
class Sticks:
    """The sticks of one node, while it is open.

    `settle` is awaited after something was taken: what she took back is erased, and receipts are due.
    """

    def __init__(
        self,
        gate: Gate,
        *,
        entropy: Entropy,
        may_ferry: bool,
        settle: Callable[[OpenVault], Awaitable[None]],
        wrapper: Wrapping = wrapping,
    ) -> None:
        self._gate = gate
        self._entropy = entropy
        self._may_ferry = may_ferry
        self._settle = settle
        self._wrapper = wrapper
        self._files: dict[Pseudonym, _Handed | _Made] = {}
        # Deriving a key takes up to a gigabyte for some seconds.
        self._wrapping = asyncio.Lock()

    def forget(self) -> None:
        """The vault is being locked: no file is kept."""
        self._files.clear()

    async def answer(self, command: StickCommand, *, user: Pseudonym) -> View:
        """Carry out what one person asks.

        Raises:
            LockedError: if the node is locked, or was locked meanwhile.
            MalformedError: if the file is none of ours.
        """
        _ = self._gate.vault
        match command:
            case commands.BeginStick():
                return self._begin(command, user)
            case commands.KeepStickPart():
                return self._keep(command, user)
            case commands.TakeStick():
                return await self._take(command, user)
            case commands.MakeStick():
                return await self._make(command, user)
            case commands.ReadStickPart():
                return self._read(command, user)
            case commands.CloseStick():
                return self._close(command, user)
            case _:
                assert_never(command)

    # A file that somebody brought.

    def _begin(self, command: commands.BeginStick, user: Pseudonym) -> View:
        if not 0 < command.size <= limits.STICK_FILE_BYTES_MAX:
            raise MalformedError("a size that no stick has", place="BeginStick.size")
        if self._is_crowded(user):
            return refused(No.STICK_BUSY)
        stick_id = self._entropy(_ID_BYTES)
        self._files[user] = _Handed(stick_id=stick_id, size=command.size)
        return views.Done(ref=stick_id)

    def _is_crowded(self, user: Pseudonym) -> bool:
        return len(self._files.keys() - {user}) >= PEOPLE_AT_ONCE_MAX

    def _keep(self, command: commands.KeepStickPart, user: Pseudonym) -> View:
        handed = self._files.get(user)
        if not isinstance(handed, _Handed) or handed.stick_id != command.stick_id:
            return refused(No.NOT_FOUND)
        if command.index != len(handed.parts):
            return refused(No.WRONG_STATE)
        if len(command.content) != min(handed.left, PART_BYTES) or not command.content:
            raise MalformedError("not as long as this part is", place="KeepStickPart.content")
        handed.parts.append(command.content)
        return views.Done()

    async def _take(self, command: commands.TakeStick, user: Pseudonym) -> View:
        handed = self._files.get(user)
        if not isinstance(handed, _Handed) or handed.stick_id != command.stick_id:
            return refused(No.NOT_FOUND)
        if handed.left:
            return refused(No.WRONG_STATE)
        data = await self._open(b"".join(handed.parts), command.passphrase)
        if isinstance(data, Refused):
            return data
        envelopes = await _aside(lambda: taking.unpacked(data))
        # It can be handed over again, and is not needed here any more.
        self._files.pop(user, None)
        return await self._take_all(envelopes, is_ferry=command.is_ferry, user=user)

    async def _open(self, data: bytes, passphrase: str | None) -> bytes | Refused:
        """What is inside; a file that is open, or wrapped for us, needs no passphrase."""
        if not wrapping.is_wrapped(data):
            return data
        own = [
            stick_passphrase(secret)
            for box in self._gate.vault.mailboxes
            for secret in (box.deposit_secret, box.former_secret)
            if secret is not None
        ]
        tried = own if passphrase is None else [passphrase[:PASSPHRASE_CHARACTERS_MAX]]
        async with self._wrapping:
            for one in tried:
                try:
                    return await _aside(partial(self._wrapper.unwrap, data, passphrase=one))
                except NotOpenedError:
                    continue
        return refused(No.STICK_WRAPPED if passphrase is None else No.STICK_NOT_OPENED)

    async def _take_what_overtakes(self, opened: OpenVault, envelopes: Sequence[bytes]) -> None:
        """On a full disk her no is taken from a stick all the same; the rest comes when it is read again."""
        acting = self._gate.acting()
        first = await self._gate.read(
            lambda unit: receiving.overtaking(
                unit, envelopes, me=opened.me, prekeys=opened.prekeys, acting=acting
            )
        )
        for raw in first:
            await self._gate.write_surely(TakeJob(opened, acting, [raw]))
        await self._settle(opened)

    async def _take_all(
        self, envelopes: Sequence[bytes], *, is_ferry: bool, user: Pseudonym
    ) -> views.StickTaken:
        opened = self._gate.vault
        acting = self._gate.acting(user)
        partners = await self._gate.read(
            lambda unit: sticks.prekeys_of_partners(unit, acting=acting)
        )
        found = taking.sort(envelopes, ours=opened.prekeys.keys(), partners=partners)
        fresh, known = 0, 0
        for batch in taking.batches(found.ours):
            try:
                taken, new = await self._gate.write(TakeJob(opened, self._gate.acting(), batch))
            except (GroupLostError, NotWrittenError):
                await self._take_what_overtakes(opened, found.ours)
                raise
            found.codes.update(taken.refused)
            fresh += new
            known += taken.taken - new
        ferried = 0
        if is_ferry and self._may_ferry:
            ferried = await self._gate.write(
                lambda unit: sticks.ferry(unit, found.for_partners, acting=acting)
            )
        count = len(envelopes)
        await self._gate.write(
            lambda unit: sticks.note_taken(unit, envelopes=count, acting=acting)
        )
        await self._settle(opened)
        standing = await self._gate.read(sticks.standing)
        return views.StickTaken(
            fresh=fresh,
            known=max(0, known),
            refused=[
                views.StickRefusal(code=code.value, count=count)
                for code, count in sorted(found.codes.items())
            ],
            ferried=ferried,
            for_partners=len(found.for_partners) - ferried,
            for_nobody=found.for_nobody,
            answers=list(standing.answers),
        )

    # A file of what waits.

    async def _make(self, command: commands.MakeStick, user: Pseudonym) -> View:
        if self._is_crowded(user):
            return refused(No.STICK_BUSY)
        acting = self._gate.acting(user)
        chosen = [
            node_id(raw, place="MakeStick.peers") for raw in command.peers[: limits.PEERS_MAX]
        ]
        partners = await self._gate.read(lambda unit: sticks.partners(unit, chosen, acting=acting))
        if not partners:
            return refused(No.NOT_FOUND)
        wrap = wrap_for(command, partners)
        if isinstance(wrap, Refused):
            return wrap
        kind, passphrase = wrap
        envelopes, told, is_all = await self._gather(partners, acting)
        if not envelopes:
            return refused(No.STICK_EMPTY)
        content = await _aside(lambda: stick.pack(envelopes))
        if passphrase is not None:
            async with self._wrapping:
                wrapping_it = partial(self._wrapper.wrap, content, passphrase=passphrase)
                content = await _aside(partial(wrapping_it, entropy=self._entropy))
        made = _Made(stick_id=self._entropy(_ID_BYTES), content=content)
        _ = self._gate.vault
        self._files[user] = made
        return views.StickMade(
            stick_id=made.stick_id,
            # whoever finds it learns nothing from what it is called.
            name=base64.b32encode(self._entropy(_NAME_BYTES)).decode("ascii").lower() + ".bin",
            size=len(content),
            parts=-(-len(content) // PART_BYTES),
            hash=hashlib.sha256(content).digest(),
            wrap=kind.value,
            is_all=is_all,
            partners=told,
        )

    async def _gather(
        self, partners: Sequence[Partner], acting: Acting
    ) -> tuple[list[bytes], list[views.StickFor], bool]:
        """Everything that waits for these, partner by partner, as far as there is room."""
        opened = self._gate.vault
        envelopes: list[bytes] = []
        told: list[views.StickFor] = []
        is_all = True
        for partner in partners:
            room = Room.after(envelopes)
            own, ferried = await self._gate.write(GatherJob(opened, partner, room, acting))
            envelopes += [*own.envelopes, *ferried.envelopes]
            is_all = is_all and own.is_all and ferried.is_all
            count = len(own.envelopes) + len(ferried.envelopes)
            told.append(
                views.StickFor(
                    peer=partner.node_id,
                    name=partner.name,
                    envelopes=count,
                    ferried=len(ferried.envelopes),
                )
            )
        return envelopes, told, is_all

    def _read(self, command: commands.ReadStickPart, user: Pseudonym) -> View:
        made = self._files.get(user)
        if not isinstance(made, _Made) or made.stick_id != command.stick_id:
            return refused(No.NOT_FOUND)
        start = command.index * PART_BYTES
        if not 0 <= start < len(made.content):
            return refused(No.NOT_FOUND)
        parts = -(-len(made.content) // PART_BYTES)
        return views.FilePartView(content=made.content[start : start + PART_BYTES], parts=parts)

    def _close(self, command: commands.CloseStick, user: Pseudonym) -> View:
        held = self._files.get(user)
        if held is None or held.stick_id != command.stick_id:
            return refused(No.NOT_FOUND)
        del self._files[user]
        return views.Done()


async def _aside(work: Callable[[], ResultT]) -> ResultT:
    return await asyncio.get_running_loop().run_in_executor(None, work)

"""Makes the content of a stick: what waits for each partner, what is carried along for it, and the wrap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from node.effects import Acting
from node.gate import OpenVault
from node.mailbox import stick
from node.services import delivering, sticks
from node.services.sticks import Partner
from node.vault.unit import Unit
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.sealing import stick_passphrase

PASSPHRASE_CHARACTERS_MIN: Final = 12
PASSPHRASE_CHARACTERS_MAX: Final = 1_024
_ROOM_BYTES: Final = limits.STICK_BYTES_MAX - stick.frame_bytes(limits.STICK_ENVELOPES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much a file still takes."""

    count: int
    bytes_left: int

    @classmethod
    def after(cls, envelopes: Sequence[bytes]) -> "Room":
        """What is left once these are in it."""
        return cls(
            count=limits.STICK_ENVELOPES_MAX - len(envelopes),
            bytes_left=_ROOM_BYTES - sum(map(len, envelopes)),
        )


@final
class GatherJob:
    """Seals what waits for one partner, and adds what is carried along for it."""

    __slots__ = ("_acting", "_opened", "_partner", "_room")

    def __init__(self, opened: OpenVault, partner: Partner, room: Room, acting: Acting) -> None:
        self._opened = opened
        self._partner = partner
        self._room = room
        self._acting = acting

    def __call__(self, unit: Unit) -> tuple[delivering.OnStick, delivering.OnStick]:
        """What is ours for it, and what others gave us for it."""
        node = self._partner.node_id
        own = delivering.for_stick(
            unit,
            node,
            me=self._opened.me,
            acting=self._acting,
            count=self._room.count,
            bytes_max=self._room.bytes_left,
        )
        waiting = sticks.ferried_for(unit, node)
        fitting = _fitting(waiting, self._room, after=own.envelopes)
        ferried = delivering.OnStick(envelopes=fitting, is_all=len(fitting) == len(waiting))
        count = len(own.envelopes) + len(fitting)
        if count:
            sticks.note_made(unit, node, envelopes=count, acting=self._acting)
        return own, ferried


def _fitting(waiting: Sequence[bytes], room: Room, *, after: Sequence[bytes]) -> tuple[bytes, ...]:
    left_bytes = room.bytes_left - sum(map(len, after))
    fitting: list[bytes] = []
    for raw in waiting[: room.count - len(after)]:
        left_bytes -= len(raw)
        if left_bytes < 0:
            break
        fitting.append(raw)
    return tuple(fitting)


def wrap_for(
    command: commands.MakeStick, partners: Sequence[Partner]
) -> tuple[views.Wrap, str | None] | Refused:
    """What is put around it; nothing only where a person asks for nothing."""
    passphrase = command.passphrase
    if command.is_open:
        return refused(No.WRONG_STATE) if passphrase is not None else (views.Wrap.OPEN, None)
    if passphrase is not None:
        if not PASSPHRASE_CHARACTERS_MIN <= len(passphrase) <= PASSPHRASE_CHARACTERS_MAX:
            return refused(No.PASSPHRASE_SHORT)
        return views.Wrap.PASSPHRASE, passphrase
    if len(partners) > 1 or partners[0].deposit_secret is None:
        return refused(No.PASSPHRASE_NEEDED)
    return views.Wrap.PARTNER, stick_passphrase(partners[0].deposit_secret)

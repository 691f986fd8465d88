"""Takes the envelopes of a stick: sorts them by for whom they are, and batch by batch what is ours."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

from node.effects import Acting
from node.gate import OpenVault
from node.mailbox import stick
from node.services import receiving, sticks
from node.vault.unit import Unit
from protocol import limits
from protocol.envelope import parse
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.values import NodeId, PrekeyId


@dataclass(slots=True, kw_only=True)
class Sorted:
    """The envelopes of a file, by for whom they are."""

    ours: list[bytes] = field(default_factory=list, repr=False)
    for_partners: list[tuple[NodeId, bytes]] = field(default_factory=list, repr=False)
    for_nobody: int = 0
    codes: Counter[RefusalCode] = field(default_factory=Counter)


def unpacked(data: bytes) -> tuple[bytes, ...]:
    """The envelopes of a file. Raises: MalformedError."""
    if len(data) > limits.STICK_BYTES_MAX:
        raise MalformedError("larger than a stick", place="stick", code=RefusalCode.E_STICKFILE)
    return stick.unpack(
        data, envelopes_max=limits.STICK_ENVELOPES_MAX, bytes_max=limits.STICK_BYTES_MAX
    )


def sort(
    envelopes: Iterable[bytes],
    *,
    ours: Iterable[PrekeyId],
    partners: Mapping[PrekeyId, NodeId],
) -> Sorted:
    """For whom each envelope is, by its prekey; the same one twice is one."""
    found, own = Sorted(), frozenset(ours)
    for raw in dict.fromkeys(envelopes):
        try:
            prekey = parse(raw).prekey_id
        except RemoteProtocolError as error:
            found.codes[error.code] += 1
            continue
        if prekey in own:
            found.ours.append(raw)
        elif prekey in partners:
            found.for_partners.append((partners[prekey], raw))
        else:
            found.for_nobody += 1
    return found


def batches(envelopes: Sequence[bytes]) -> Iterator[list[bytes]]:
    """As much as one transaction takes."""
    batch: list[bytes] = []
    size = 0
    for raw in envelopes:
        if len(batch) >= limits.BATCH_ENVELOPES_MAX or (
            batch and size + len(raw) > limits.BATCH_BYTES_MAX
        ):
            yield batch
            batch, size = [], 0
        batch.append(raw)
        size += len(raw)
    if batch:
        yield batch


@final
class TakeJob:
    """Takes one batch inside the writer's transaction; says also how many messages are new here."""

    __slots__ = ("_acting", "_envelopes", "_opened")

    def __init__(self, opened: OpenVault, acting: Acting, envelopes: Sequence[bytes]) -> None:
        self._opened = opened
        self._acting = acting
        self._envelopes = envelopes

    def __call__(self, unit: Unit) -> tuple[receiving.Taken, int]:
        """What became of it, and how many had not come before."""
        before = sticks.standing(unit).messages
        taken = receiving.take(
            unit,
            self._envelopes,
            me=self._opened.me,
            prekeys=self._opened.prekeys,
            acting=self._acting,
        )
        return taken, sticks.standing(unit).messages - before

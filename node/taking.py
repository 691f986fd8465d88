"""Takes what came into the vault; on a full disk only what overtakes, for which the ballast is given up."""

import logging
from collections.abc import Collection
from typing import Final, final

from node import faults, logs
from node.gate import Gate, OpenVault
from node.services import receiving
from node.services.receiving import Taken
from node.vault.unit import NotWrittenError, Unit
from node.writer import GroupLostError

_LOGGER: Final = logging.getLogger("sathi.taking")


async def take(gate: Gate, opened: OpenVault, envelopes: tuple[bytes, ...]) -> Collection[bytes]:
    """Take a batch in one step. On a disk that is full only what overtakes is taken, one by one.

    A withdrawal is small. It does not wait for room for what lies beside it, which takes none
    of its room.

    Returns:
        Those that are safe.

    Raises:
        NotWrittenError: if not even what overtakes could be written: then nothing may be shown.
        GroupLostError: the same.
    """
    try:
        await opened.database.write(_TakeJob(opened, gate, envelopes))
    except (GroupLostError, NotWrittenError) as error:
        logs.event(_LOGGER, "mail.not_written", level=logging.ERROR, error=error)
    else:
        return envelopes
    acting = gate.acting()
    first = await opened.database.read(
        lambda unit: receiving.overtaking(
            unit, envelopes, me=opened.me, prekeys=opened.prekeys, acting=acting
        )
    )
    for raw in first:
        await opened.database.write_surely(_TakeJob(opened, gate, (raw,)))
    return first


@final
class _TakeJob:
    """Takes one batch inside the writer's transaction."""

    __slots__ = ("_envelopes", "_gate", "_opened")

    def __init__(self, opened: OpenVault, gate: Gate, envelopes: tuple[bytes, ...]) -> None:
        self._opened = opened
        self._gate = gate
        self._envelopes = envelopes

    def __call__(self, unit: Unit) -> Taken:
        taken = receiving.take(
            unit,
            self._envelopes,
            me=self._opened.me,
            prekeys=self._opened.prekeys,
            acting=self._gate.acting(),
        )
        faults.point("inbox.before_commit")
        return taken

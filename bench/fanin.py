"""Many partners send to one node at once: how soon all of it is applied, and how long nothing else runs."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bench import end_to_end, two_nodes
from bench.end_to_end import ProductError
from bench.floors import processes, sizes
from bench.floors.readings import Reading
from bench.two_nodes import Pair
from node.mailbox import client
from node.mailbox.client import Delivered, Route
from node.mailbox.exchange import new_session


def seconds(
    folder: Path, *, peers: int = sizes.FAN_IN_PEERS, messages: int = sizes.FAN_IN_MESSAGES
) -> Reading:
    """From the first request to the last message applied; beside it, the same from one partner alone."""
    together, stall = _measured(folder, peers=peers, messages=messages)
    alone, _ = _measured(folder, peers=1, messages=messages)
    return Reading(value=together, beside={"from_one_partner": alone, "stall_milliseconds": stall})


def _measured(folder: Path, *, peers: int, messages: int) -> tuple[float, float]:
    with TemporaryDirectory(dir=folder) as place:
        crowd = two_nodes.make_crowd(Path(place), peers)
        sealed = [end_to_end.sealed(pair, messages=messages // peers) for pair in crowd]
        recipient = crowd[0].recipient
        with end_to_end.receiving(
            recipient, port=recipient.port, messages=messages // peers * peers
        ) as until_applied:
            begun = time.perf_counter()
            asyncio.run(_send(crowd, sealed))
            stall = until_applied()
            return time.perf_counter() - begun, stall


async def _send(crowd: Sequence[Pair], sealed: Sequence[Sequence[bytes]]) -> None:
    async with new_session() as session, asyncio.TaskGroup() as tasks:
        for pair, envelopes in zip(crowd, sealed, strict=True):
            mailbox = pair.recipient.begun.mailbox
            route = Route(
                origin=f"http://{processes.LOOPBACK}:{pair.recipient.port}",
                mailbox_id=mailbox.mailbox_id,
                deposit_secret=mailbox.deposit_secret,
                pin=None,
            )
            tasks.create_task(_leave(session, route, envelopes))


async def _leave(session: aiohttp.ClientSession, route: Route, envelopes: Sequence[bytes]) -> None:
    for first in range(0, len(envelopes), sizes.BATCH_MESSAGES):
        batch = envelopes[first : first + sizes.BATCH_MESSAGES]
        answer = await client.deposit_batch(session, route, batch)
        if not isinstance(answer, Delivered) or any(one.problem for one in answer.envelopes):
            raise ProductError("the recipient's mailbox did not take everything")

"""A node that was away for weeks comes back: how soon everything that waited for it is there, and answered.

All of it is queued before the first envelope leaves. Then it goes straight to the recipient's mailbox, over a
line of 1 Mbit/s that answers after 300 ms, or by way of a relay.
"""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import end_to_end, relays, two_nodes
from bench.end_to_end import ProductError
from bench.floors import processes, sizes
from bench.floors.readings import Reading
from bench.two_nodes import MadeNode, Pair
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import STANDARD_QUOTA, NewMailbox
from node.mailbox.store import MailboxStore
from node.wiring import MAILBOX_FILE
from protocol.keys import signing_secret
from tests.support.ports import free_port
from tests.support.slow_line import Quality, SlowLine, slow_line

_ONE_MEGABIT: Final = Quality(
    bytes_per_second=sizes.SLOW_BYTES_PER_SECOND,
    delay_seconds=sizes.SLOW_DELAY_SECONDS,
    cut_after_bytes=None,
)


def seconds(folder: Path, *, messages: int = sizes.DRAIN_MESSAGES) -> Reading:
    """From the first envelope to the last stored receipt, straight to the recipient's mailbox."""
    with TemporaryDirectory(dir=folder) as place:
        pair = two_nodes.make_pair(Path(place))
        with end_to_end.receiving(pair.recipient, port=pair.recipient.port):
            done = subprocess.run(
                end_to_end.sending(pair, messages=messages),
                cwd=processes.ROOT,
                check=True,
                stdout=subprocess.PIPE,
            )
        return Reading(value=_seconds(pair, done.stdout, messages))


def seconds_over_a_slow_line(
    folder: Path, *, messages: int = sizes.SLOW_DRAIN_MESSAGES
) -> Reading:
    """The same over a line of 1 Mbit/s and 300 ms; beside it, its bytes for each byte of an envelope."""
    with TemporaryDirectory(dir=folder) as place:
        pair, port = two_nodes.make_pair(Path(place)), free_port()
        with end_to_end.receiving(pair.recipient, port=port):
            printed, line = asyncio.run(_over_the_line(pair, port, messages))
        carried = line.up.carried / (messages * sizes.ENVELOPE_BYTES)
        return Reading(
            value=_seconds(pair, printed, messages), beside={"bytes_per_envelope_byte": carried}
        )


def seconds_by_a_relay(folder: Path, *, messages: int = sizes.DRAIN_MESSAGES) -> Reading:
    """The same by way of a relay that stands where the recipient's mailbox was, and is asked all the time."""
    with TemporaryDirectory(dir=folder) as place:
        pair = two_nodes.make_pair(Path(place))
        with (
            _relay_for(pair.recipient, Path(place) / "relay") as origin,
            end_to_end.receiving(pair.recipient, port=free_port(), relay=origin),
        ):
            done = subprocess.run(
                end_to_end.sending(pair, messages=messages),
                cwd=processes.ROOT,
                check=True,
                stdout=subprocess.PIPE,
            )
        return Reading(value=_seconds(pair, done.stdout, messages))


def least_over_the_slow_line(*, messages: int = sizes.SLOW_DRAIN_MESSAGES) -> Reading:
    """What the line itself takes for the envelopes alone, and for one round trip."""
    carrying = messages * sizes.ENVELOPE_BYTES / sizes.SLOW_BYTES_PER_SECOND
    return Reading(value=carrying + 2 * sizes.SLOW_DELAY_SECONDS)


async def _over_the_line(pair: Pair, port: int, messages: int) -> tuple[bytes, SlowLine]:
    async with slow_line(_ONE_MEGABIT, port=pair.recipient.port, to=port) as line:
        started = await asyncio.create_subprocess_exec(
            *end_to_end.sending(pair, messages=messages),
            cwd=processes.ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await started.communicate()
        if started.returncode:
            raise ProductError("the holder's node did not come to its end")
        return printed, line


def _seconds(pair: Pair, printed: bytes, messages: int) -> float:
    found = end_to_end.arrived(pair)
    if found != (messages, messages):
        raise ProductError(f"of {messages} messages {found[0]} arrived, {found[1]} have receipts")
    return float(printed)


@contextmanager
def _relay_for(made: MadeNode, place: Path) -> Iterator[str]:
    """A relay at the port of this node, with a mailbox of the same name; its address."""
    origin = f"http://{processes.LOOPBACK}:{made.port}"
    relays.make(place, address=origin, port=made.port, database="")
    asyncio.run(_have_mailbox(made, place))
    with relays.serving(place):
        yield origin


async def _have_mailbox(made: MadeNode, place: Path) -> None:
    mailbox = made.begun.mailbox
    store = await MailboxStore.open(place / MAILBOX_FILE, quota=STANDARD_QUOTA)
    await store.create(
        NewMailbox(
            mailbox_id=mailbox.mailbox_id,
            owner_key=signing_secret(mailbox.seed).public,
            deposit_hash=deposit_hash_of(mailbox.deposit_secret),
            created=made.begun.me.card.created,
        ),
        ticket=None,
    )
    await store.close()

"""A node that is open and has nothing to do: what it costs a computer, and a line, in a day.

The node runs with the settings of the product, and one mailbox at a relay. Of the processor a minute is
measured; what goes over the line is that of one visit to the relay, as often as there are visits in a day.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.end_to_end import ProductError
from bench.floors import processes, sizes
from bench.floors.readings import Reading
from node.config import (
    FILE_NAME,
    CourierSection,
    MailboxSection,
    NodeConfig,
    NodeSection,
    RelaySection,
)
from node.mailbox.access import to_base64url
from tests.support import relays
from tests.support.nodes import MadeNode, make_node, running_node
from tests.support.ports import free_port
from tests.support.slow_line import Quality, slow_line

_DAY_SECONDS: Final = 86_400
_SETTLING_SECONDS: Final = 5
# As fast as this computer is: it only counts.
_COUNTING: Final = Quality(bytes_per_second=100_000_000, delay_seconds=0.0, cut_after_bytes=None)


def processor_seconds(folder: Path, *, seconds: int = sizes.IDLE_SECONDS) -> Reading:
    """So much of one processor in a day."""
    measured = _measured(folder, seconds)
    return Reading(value=measured["processor_seconds"] * _DAY_SECONDS / seconds)


def line_kilobytes(folder: Path) -> Reading:
    """What goes over the line in a day, both ways."""
    measured = _measured(folder, 0)
    return Reading(value=measured["bytes_of_a_visit"] * visits_in_a_day() / 1_000)


def visits_in_a_day() -> float:
    """How often a relay is asked."""
    return _DAY_SECONDS / (CourierSection().visit_minutes * 60)


def _measured(folder: Path, seconds: int) -> dict[str, float]:
    with TemporaryDirectory(dir=folder) as place:
        done = subprocess.run(
            [sys.executable, "-m", "bench.idle", place, str(seconds)],
            cwd=processes.ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
    measured = json.loads(done.stdout)
    if not isinstance(measured, dict):
        raise ProductError("the idle node said nothing")
    return {str(name): float(value) for name, value in measured.items()}


async def _run(made: MadeNode, relay: relays.Made, *, ticket: str, seconds: int) -> None:
    config = NodeConfig(
        node=NodeSection(listen=f"{processes.LOOPBACK}:{made.port}"),
        mailbox=MailboxSection(relay=(RelaySection(url=relay.address, ticket=ticket),)),
    )
    to, port = (int(place.rpartition(":")[2]) for place in (relay.listen, relay.address))
    async with (
        relays.running(relay),
        slow_line(_COUNTING, port=port, to=to) as line,
        running_node(made, config=config) as node,
    ):
        await node.unlock()
        # The first makes the mailbox and lays the bundle beside it; the second is one of every day.
        await node.client.sync_now()
        before = line.up.carried + line.down.carried
        await node.client.sync_now()
        of_a_visit = line.up.carried + line.down.carried - before
        await asyncio.sleep(_SETTLING_SECONDS if seconds else 0)
        begun = time.process_time()
        await asyncio.sleep(seconds)
        used = time.process_time() - begun
    print(json.dumps({"bytes_of_a_visit": of_a_visit, "processor_seconds": used}), flush=True)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.idle")
    parser.add_argument("place", type=Path)
    parser.add_argument("seconds", type=int)
    given = parser.parse_args()
    port = free_port()
    made = make_node(given.place / "node")
    # All of them as they are by default, as a copy of it will say.
    (made.folder / FILE_NAME).touch()
    relay = relays.make(given.place / "relay", address=f"http://{processes.LOOPBACK}:{port}")
    ticket = to_base64url(relays.ticket_of(relay))
    asyncio.run(_run(made, relay, ticket=ticket, seconds=given.seconds))


if __name__ == "__main__":
    _main()

"""The product's side of the relay's rows: processes of `sathi relay serve`, asked as nodes ask them.

A deposit is one envelope in one request, with the token of its mailbox. A pick-up is one request that
the owner signs, answered by 64 envelopes. The requests are made in this process, as they are for the
floor.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
from yarl import URL

from bench.floors import processes, relay, sizes
from bench.floors.processes import FloorError
from node.mailbox import access
from node.mailbox.client import deposit_hash_of
from node.mailbox.postgres import PostgresStore
from node.mailbox.records import STANDARD_QUOTA, NewMailbox
from node.mailbox.store import MailboxStore
from node.system import SystemClock, entropy
from protocol.keys import SigningSecret, mailbox_id_of, signing_secret
from protocol.sealing import deposit_token
from protocol.values import MailboxId, envelope_id_of
from tests.support import postgresql
from tests.support.ports import free_port

_SECRET: Final = b"d" * 32
_AS_DEPOSITOR: Final = {"Authorization": access.deposit_header(deposit_token(_SECRET))}
_MANY: Final = "100000000"
_STORED: Final = 201
# Where temporary files are on a disk; `nobody`, as whom the server runs, cannot look into a checkout.
_ON_A_DISK: Final = Path("/var/tmp")  # noqa: S108


def in_a_file(
    folder: Path, *, pick_ups: int = 0
) -> tuple[Callable[[], float], Callable[[], float]]:
    """Floor and product with SQLite, each measuring once."""

    def floor() -> float:
        with TemporaryDirectory(dir=folder) as place:
            return relay.per_second(
                "sqlite", place, deposits=_deposits(pick_ups), pick_ups=pick_ups
            )

    def product() -> float:
        with TemporaryDirectory(dir=folder) as place:
            return _per_second([""], Path(place), pick_ups=pick_ups)

    return floor, product


def in_postgresql(
    folder: Path, *, servers: int, pick_ups: int = 0
) -> tuple[Callable[[], float], Callable[[], float]]:
    """Floor and product with PostgreSQL and so many processes, each measuring once."""

    def floor() -> float:
        with postgresql.running(folder=_ON_A_DISK) as server:
            address = asyncio.run(server.new_database())
            return relay.per_second(
                *("postgresql", address),
                servers=servers,
                deposits=_deposits(pick_ups),
                pick_ups=pick_ups,
            )

    def product() -> float:
        with (
            postgresql.running(folder=_ON_A_DISK) as server,
            TemporaryDirectory(dir=folder) as place,
        ):
            address = asyncio.run(server.new_database())
            return _per_second([address] * servers, Path(place), pick_ups=pick_ups)

    return floor, product


def _deposits(pick_ups: int) -> int:
    """For pick-ups each mailbox holds as much as one of them reads."""
    return sizes.RELAY_MAILBOXES * sizes.BATCH_MESSAGES if pick_ups else sizes.RELAY_DEPOSITS


def _per_second(databases: Sequence[str], folder: Path, *, pick_ups: int) -> float:
    """Deposits, or pick-ups, in a second."""
    address = f"http://{processes.LOOPBACK}:{free_port()}"
    ports = [free_port() for _ in databases]
    places = [folder / str(port) for port in ports]
    for place, port, database in zip(places, ports, databases, strict=True):
        make(place, address=address, port=port, database=database)
    asyncio.run(_make_mailboxes(places[0], databases[0]))
    with ExitStack() as closing:
        for place in places:
            closing.enter_context(serving(place))
        return asyncio.run(_measure(address, ports, pick_ups))


def make(place: Path, *, address: str, port: int, database: str) -> None:
    """Make the folder of a process of a relay."""
    listen = f"{processes.LOOPBACK}:{port}"
    subprocess.run(
        [
            *(sys.executable, "-m", "node.cli", "relay", "init", "--data", str(place)),
            *("--address", address, "--listen", listen, "--database", database),
        ],
        cwd=processes.ROOT,
        check=True,
        capture_output=True,
    )


async def _make_mailboxes(place: Path, database: str) -> None:
    store = (
        await PostgresStore.open(database, quota=STANDARD_QUOTA)
        if database
        else await MailboxStore.open(place / "mailbox.db", quota=STANDARD_QUOTA)
    )
    for number in range(sizes.RELAY_MAILBOXES):
        secret = _owner(number)
        await store.create(
            NewMailbox(
                mailbox_id=mailbox_id_of(secret.public),
                owner_key=secret.public,
                deposit_hash=deposit_hash_of(_SECRET),
                created=SystemClock().wall(),
            ),
            ticket=None,
        )
    await store.close()


def _owner(number: int) -> SigningSecret:
    return signing_secret(bytes([number + 1]) * 32)


@contextmanager
def serving(place: Path) -> Iterator[None]:
    """Run one process of a relay. Raises: FloorError."""
    command = (sys.executable, "-m", "node.cli", "relay", "serve", "--data", str(place))
    started = subprocess.Popen(
        [*command, "--deposits-per-minute", _MANY],
        cwd=processes.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with started as server:
        assert server.stdout is not None
        try:
            if not server.stdout.readline().startswith("ready"):
                raise FloorError("the relay did not start")
            yield
        finally:
            server.terminate()


async def _measure(address: str, ports: Sequence[int], pick_ups: int) -> float:
    owners = [_owner(number) for number in range(sizes.RELAY_MAILBOXES)]
    mailboxes = [mailbox_id_of(secret.public) for secret in owners]
    connector = aiohttp.TCPConnector(limit=sizes.POSTS_IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session:

        def url(number: int, path: str) -> URL:
            return URL(
                f"http://{processes.LOOPBACK}:{ports[number % len(ports)]}{path}", encoded=True
            )

        async def leave(number: int) -> None:
            envelope = _envelope(number)
            path = _path(mailboxes[number % len(mailboxes)]) + f"/{envelope_id_of(envelope).hex()}"
            async with session.put(
                url(number, path), data=envelope, headers=_AS_DEPOSITOR
            ) as answer:
                await answer.read()
                if answer.status != _STORED:
                    raise FloorError("an envelope was not stored")

        async def pick_up(number: int) -> None:
            place = number % len(mailboxes)
            path = _path(mailboxes[place]) + "?as=stick"
            claim = access.new_claim(
                origin=address,
                method="GET",
                path=path,
                body=b"",
                now=SystemClock().wall(),
                entropy=entropy,
            )
            headers = {"Authorization": access.owner_header(claim, secret=owners[place])}
            async with session.get(url(number, path), headers=headers) as answer:
                if len(await answer.read()) < sizes.BATCH_MESSAGES * sizes.ENVELOPE_BYTES:
                    raise FloorError("something else than 64 envelopes was read")

        left = await relay.timed(leave, _deposits(pick_ups))
        return await relay.timed(pick_up, pick_ups) if pick_ups else left


def _envelope(number: int) -> bytes:
    return b"SATH\x01\x01\x00\x00" + number.to_bytes(8) * (sizes.ENVELOPE_BYTES // 8 - 1)


def _path(mailbox: MailboxId) -> str:
    return f"/sathi/v1/mailboxes/{mailbox.hex()}/envelopes"

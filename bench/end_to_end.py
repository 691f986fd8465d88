"""The durable path through the product, in two processes: from a message's enqueueing to its stored receipt.

What runs is what a node runs: gate, courier, services, vault and mailbox, over HTTP on loopback. The sender
asks the consent gate and builds the content of each message anew, and queues 64 in a transaction, as the
floor does; the receiver judges them, lets them act, and answers with signed receipts, which come back into
the sender's own mailbox. Making the nodes and starting the processes is not measured.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
from aiohttp import web

from bench import two_nodes
from bench.floors import processes, sizes
from bench.two_nodes import MadeNode, Pair
from node.courier import Courier, Patience
from node.effects import NODE_ITSELF, Acting, apply
from node.gate import Gate, OpenVault
from node.mailbox.api import make_app, make_runner
from node.mailbox.exchange import new_session
from node.mailbox.rates import OwnBounds
from node.mailbox.records import STANDARD_QUOTA
from node.mailbox.serving import BODY_PATIENCE_SECONDS, Policy
from node.mailbox.store import MailboxStore
from node.services import delivering, opening
from node.system import SystemClock, entropy
from node.vault.tables import consents, identity, peers
from node.vault.unit import Unit
from node.visits import Hearer, Rhythm, Visits
from node.wiring import MAILBOX_FILE, read_own_mailbox
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.consent_rules import ShareRequest, may_share
from protocol.disclosure import ReportShape, build_payload
from protocol.effects import SendAbout, Urgency
from protocol.permits import Permit
from protocol.values import ConsentId, ThreadId, consent_id, thread_id
from protocol.vocabulary.codes import SeenHow

_DEPOSITS_PER_MINUTE: Final = 1_000_000
_POLL_SECONDS: Final = 60
_LOOK_SECONDS: Final = 0.01
# Measured from 4 batches to 32: the way back of a receipt is longer than in the floor.
_UNDER_WAY: Final = 8 * sizes.BATCH_MESSAGES
_READY: Final = "ready"
_WAITING: Final = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
_RECEIVED: Final = "SELECT count(*) FROM messages WHERE status = 'applied' AND key_id IS NOT NULL"
_STORED: Final = "SELECT count(*) FROM outbox WHERE state = 'stored' AND payload IS NULL"


class ProductError(Exception):
    """The product did not do what was to be measured."""


def delivered_per_second(folder: Path, *, messages: int = sizes.DURABLE_MESSAGES) -> float:
    """Messages in a second, from what is known of her to the durable signed receipt.

    Raises:
        ProductError: if not every message is applied and answered afterwards.
    """
    with TemporaryDirectory(dir=folder) as place:
        pair = two_nodes.make_pair(Path(place))
        with receiving(pair.recipient, port=pair.recipient.port):
            numbers = (pair.consent.consent_id.hex(), pair.thread.hex(), str(messages))
            done = subprocess.run(
                _command("send", pair.holder, pair.holder.port, *numbers),
                cwd=processes.ROOT,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
        found = arrived(pair)
    if found != (messages, messages):
        raise ProductError(f"of {messages} messages {found[0]} arrived, {found[1]} have receipts")
    return messages / float(done.stdout)


def sending(pair: Pair, *, messages: int) -> Sequence[str]:
    """The command that queues everything, then lets the holder's node leave it, and prints the seconds."""
    numbers = (pair.consent.consent_id.hex(), pair.thread.hex(), str(messages))
    return _command("send", pair.holder, pair.holder.port, *numbers, "--drain")


def arrived(pair: Pair) -> tuple[int, int]:
    """How many were applied at the recipient, and how many receipts the holder has."""
    return _count(pair.recipient, _RECEIVED), _count(pair.holder, _STORED)


def _command(role: str, made: MadeNode, port: int, *arguments: str) -> Sequence[str]:
    place = (str(made.folder), str(port))
    return (sys.executable, "-m", "bench.end_to_end", role, *place, *arguments)


@contextmanager
def receiving(
    made: MadeNode, *, port: int, relay: str = "", messages: int = 0
) -> Iterator[Callable[[], float]]:
    """Run a node that takes what comes to this port, and what lies for it at a relay, if it has one.

    The value waits until so many messages are applied, and gives the milliseconds its loop stood still.

    Raises:
        ProductError: if it does not start.
    """
    at_relay = ("--relay", relay) if relay else ()
    tell = ("--tell-after", str(messages)) if messages else ()
    started = subprocess.Popen(
        _command("receive", made, port, *at_relay, *tell),
        cwd=processes.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with started as receiver:
        assert receiver.stdout is not None
        try:
            if receiver.stdout.readline().strip() != _READY:
                raise ProductError("the receiver did not start")
            yield partial(_told, receiver)
        finally:
            receiver.terminate()


def _told(receiver: "subprocess.Popen[str]") -> float:
    assert receiver.stdout is not None
    return float(receiver.stdout.readline())


def sealed(pair: Pair, *, messages: int) -> list[bytes]:
    """The envelopes of so many reports, sealed as they would leave."""
    acting = Acting(actor=NODE_ITSELF, now=SystemClock().wall(), entropy=entropy)
    database = two_nodes.open_vault(pair.holder)
    me = database.read_now(opening.load_me)
    envelopes: list[bytes] = []
    for first in range(0, messages, sizes.BATCH_MESSAGES):
        count = min(sizes.BATCH_MESSAGES, messages - first)
        queue = partial(
            _queue, count=count, consent=pair.consent.consent_id, thread=pair.thread, acting=acting
        )
        database.write_now(queue)
        due = partial(
            delivering.due, me=me, acting=acting, cadence=WHEN_DUE, lines=delivering.FREE
        )
        for parcel in database.write_now(due):
            envelopes += [raw for _, raw in parcel.envelopes]
    database.close()
    return envelopes


def _count(made: MadeNode, query: str) -> int:
    database = two_nodes.open_vault(made)
    (count,) = database.read_now(lambda unit: unit.vault.execute(query).fetchone())
    database.close()
    return int(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """An open node that carries."""

    gate: Gate
    courier: Courier
    session: aiohttp.ClientSession


@contextlib.asynccontextmanager
async def _running(folder: Path, port: int) -> AsyncIterator[_Running]:
    """The node of a folder, without a desk and without a schedule."""
    store = await MailboxStore.open(folder / MAILBOX_FILE, quota=STANDARD_QUOTA)
    gate = Gate(folder, clock=SystemClock(), entropy=entropy, cost=two_nodes.CHEAP)
    async with new_session() as session, asyncio.TaskGroup() as tasks:
        patience = Patience(poll_seconds=_POLL_SECONDS)
        courier = Courier(gate, store, session, patience=patience, cadence=WHEN_DUE)

        async def carry(opened: OpenVault) -> None:
            await courier.begin(opened)
            tasks.create_task(courier.run(opened))

        gate.on_open, gate.on_close = carry, courier.rest
        door = await _open_door(store, folder, port)
        await gate.unlock(two_nodes.USER, two_nodes.PASSPHRASE)
        yield _Running(gate=gate, courier=courier, session=session)
        await gate.lock()
        await door.cleanup()
    await store.close()


async def _open_door(store: MailboxStore, folder: Path, port: int) -> web.AppRunner:
    policy = Policy(
        origin=f"http://{processes.LOOPBACK}:{port}",
        own_mailbox=read_own_mailbox(folder),
        deposits_per_minute=_DEPOSITS_PER_MINUTE,
        body_patience_seconds=BODY_PATIENCE_SECONDS,
    )
    bounds = OwnBounds(SystemClock(), deposits_per_minute=_DEPOSITS_PER_MINUTE)
    app = make_app(store, clock=SystemClock(), policy=policy, bounds=bounds)
    runner = make_runner(app)
    await runner.setup()
    await web.TCPSite(runner, processes.LOOPBACK, port).start()
    return runner


async def _receive(folder: Path, port: int, *, relay: str, messages: int) -> None:
    """Take what comes until this process is ended; a relay is asked again as soon as it answered.

    Once so many messages are applied, it says for how long the loop stood still at the most.
    """
    async with _running(folder, port) as node:
        print(_READY, flush=True)
        if messages:
            print(await _until_applied(node, messages), flush=True)
        if not relay:
            await asyncio.Event().wait()
        opened = node.gate.vault
        visits = Visits(
            node.gate,
            node.session,
            (),
            own=None,
            rhythm=Rhythm(seconds=limits.HOUR),
            tell=Hearer(settle=node.courier.tend, heard=node.courier.heard),
        )
        [own] = opened.mailboxes
        box = replace(own, origin=relay, is_local=False)
        while True:
            await visits.collect(opened, box, settles=True)
            await asyncio.sleep(_LOOK_SECONDS)


async def _until_applied(node: _Running, messages: int) -> float:
    """The longest time in milliseconds in which nothing else could run, until so many are applied."""
    longest, now = 0.0, time.perf_counter
    while True:
        looked = now()
        await asyncio.sleep(_LOOK_SECONDS)
        longest = max(longest, now() - looked - _LOOK_SECONDS)
        if await node.gate.read(_applied) >= messages:
            return longest * 1_000


def _applied(unit: Unit) -> int:
    (count,) = unit.vault.execute(_RECEIVED).fetchone()
    return int(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What is to be sent; `is_drain`: all of it waits before the first leaves."""

    consent: ConsentId
    thread: ThreadId
    messages: int
    is_drain: bool


async def _send(folder: Path, port: int, task: _Task) -> float:
    """Send everything; the value is the seconds until the last receipt was stored."""
    async with _running(folder, port) as node:
        begun = time.perf_counter()
        for first in range(0, task.messages, sizes.BATCH_MESSAGES):
            count = min(sizes.BATCH_MESSAGES, task.messages - first)
            if not task.is_drain:
                await _until_at_most(node, _UNDER_WAY - count)
            acting = node.gate.acting()
            queue = partial(
                _queue, count=count, consent=task.consent, thread=task.thread, acting=acting
            )
            await node.gate.write(queue)
            if not task.is_drain:
                node.courier.wake()
        if task.is_drain:
            begun = time.perf_counter()
            node.courier.wake()
        await _until_at_most(node, 0)
        return time.perf_counter() - begun


async def _until_at_most(node: _Running, count: int) -> None:
    """Wait until no more than so many messages are without their receipt."""
    # Nothing tells anybody outside that a receipt came.
    while await node.gate.read(_unanswered) > count:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)


def _unanswered(unit: Unit) -> int:
    (count,) = unit.vault.execute(_WAITING).fetchone()
    return int(count)


def _queue(
    unit: Unit, *, count: int, consent: ConsentId, thread: ThreadId, acting: Acting
) -> None:
    """Queue so many reports; the gate is asked and the content built for each of them."""
    trusted = identity.note_time(unit.vault, acting.now)
    for _ in range(count):
        record = consents.find_consent(unit.vault, consent)
        assert record is not None
        given = record.standing.consent
        request = ShareRequest(
            holder=given.holder,
            recipient=given.recipient,
            purpose=given.purpose,
            categories=given.categories,
            handle=given.handle,
        )
        level = peers.load_peer(unit.vault, given.recipient).level
        permit = may_share([record.standing], request=request, level=level, now=trusted)
        if not isinstance(permit, Permit):
            raise ProductError("the bench's own consent does not permit")
        shape = ReportShape(at=acting.now, seen=SeenHow.PHONE, not_seen=None)
        about = SendAbout(
            payload=build_payload(two_nodes.SAID, permit, shape=shape),
            to=given.recipient,
            thread=thread,
            reply_to=None,
            urgency=Urgency.NORMAL,
        )
        apply([about], unit, acting=acting)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.end_to_end")
    roles = parser.add_subparsers(dest="role", required=True)
    receive, send = roles.add_parser("receive"), roles.add_parser("send")
    for role in (receive, send):
        role.add_argument("folder", type=Path)
        role.add_argument("port", type=int)
    send.add_argument("consent", type=bytes.fromhex)
    send.add_argument("thread", type=bytes.fromhex)
    send.add_argument("messages", type=int)
    send.add_argument("--drain", action="store_true")
    receive.add_argument("--relay", default="")
    receive.add_argument("--tell-after", type=int, default=0)
    given = parser.parse_args()
    if given.role == "receive":
        receive_all = _receive(
            given.folder, given.port, relay=given.relay, messages=given.tell_after
        )
        asyncio.run(receive_all)
        return
    task = _Task(
        consent=consent_id(given.consent),
        thread=thread_id(given.thread),
        messages=given.messages,
        is_drain=given.drain,
    )
    print(asyncio.run(_send(given.folder, given.port, task)), flush=True)


if __name__ == "__main__":
    _main()

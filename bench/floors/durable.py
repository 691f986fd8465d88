"""Fe: the durable path from end to end, by bare libraries, in two processes.

The sender signs and seals a batch, commits it, and posts it. The receiver commits the sealed batch to its
mailbox, opens and verifies it, commits what it opened to its vault, and answers with one signed receipt for
the whole batch, which the sender verifies and commits. The vaults are SQLCipher, the mailbox is plain
SQLite, every commit is `synchronous=FULL`. A few batches are under way at a time, so that neither process
waits for the other or for its disk.
"""

import argparse
import asyncio
import hashlib
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
from aiohttp import web
from nacl.bindings import crypto_sign, crypto_sign_open

from bench.floors import crypto, databases, http, processes, sizes
from bench.floors.processes import FloorError
from bench.floors.readings import Reading

# Measured from 1 to 8: with fewer a process waits for the other, more gain nothing.
BATCHES_UNDER_WAY: Final = 4

_OUTBOX: Final = (
    "CREATE TABLE outbox(number INTEGER PRIMARY KEY, message_id BLOB UNIQUE, signed BLOB,"
    " payload BLOB)"
)
# A receipt is for a range, so nothing has to be written into the rows of the range.
_RECEIPT: Final = "CREATE TABLE receipt(first INTEGER PRIMARY KEY, last INTEGER, signed BLOB)"
_MAILBOX: Final = "CREATE TABLE envelope(number INTEGER PRIMARY KEY, envelope BLOB)"
_VAULT: Final = (
    "CREATE TABLE message(number INTEGER PRIMARY KEY, message_id BLOB UNIQUE, signed BLOB,"
    " payload BLOB)"
)
_TO_OUTBOX: Final = "INSERT INTO outbox(message_id, signed, payload) VALUES"
_TO_RECEIPTS: Final = "INSERT INTO receipt(first, last, signed) VALUES"
_TO_MAILBOX: Final = "INSERT INTO envelope(envelope) VALUES"
_TO_VAULT: Final = "INSERT INTO message(message_id, signed, payload) VALUES"
_PAYLOAD: Final = b"\x5a" * sizes.PAYLOAD_BYTES
_PAYLOAD_END: Final = sizes.SIGNED_BYTES + sizes.PAYLOAD_BYTES


def delivered_per_second(
    folder: Path,
    *,
    messages: int = sizes.DURABLE_MESSAGES,
    batches_under_way: int = BATCHES_UNDER_WAY,
) -> float:
    """Fe: messages in a second, from unsigned bytes to the durable signed receipt.

    Raises:
        FloorError: if not every message and every receipt is in the databases afterwards.
    """
    with TemporaryDirectory(dir=folder) as place:
        sender, receiver = Path(place, "sender.db"), Path(place, "receiver.db")
        with processes.serving("durable", "receive", place) as port:
            numbers = (str(port), str(messages), str(batches_under_way))
            done = subprocess.run(
                processes.command("durable", "send", place, *numbers),
                cwd=processes.ROOT,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
        found = (
            _count(databases.open_encrypted(receiver), "SELECT count(*) FROM message"),
            _count(databases.open_encrypted(sender), "SELECT sum(last + 1 - first) FROM receipt"),
        )
    if found != (messages, messages):
        raise FloorError(f"of {messages} messages {found[0]} arrived, {found[1]} have receipts")
    return messages / float(done.stdout)


def drained_seconds(folder: Path, *, messages: int = sizes.DRAIN_MESSAGES) -> Reading:
    """What all that waited for somebody who was away takes. Raises: FloorError."""
    return Reading(value=messages / delivered_per_second(folder, messages=messages))


def _count(connection: sqlite3.Connection, query: str) -> int:
    (count,) = connection.execute(query).fetchone()
    connection.close()
    return int(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """A database, and the one thread that writes it while the event loop goes on."""

    connection: sqlite3.Connection
    thread: ThreadPoolExecutor

    async def commit(self, statement: str, rows: Sequence[databases.Row]) -> None:
        await asyncio.get_running_loop().run_in_executor(
            self.thread, databases.commit_rows, self.connection, statement, rows
        )


def _store(connection: sqlite3.Connection, *tables: str) -> _Store:
    for table in tables:
        connection.execute(table)
    return _Store(connection=connection, thread=ThreadPoolExecutor(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    vault: _Store
    session: aiohttp.ClientSession
    url: str


async def _send(folder: Path, *, port: int, messages: int, batches_under_way: int) -> float:
    """Send everything; the value is the seconds it took."""
    waiting = crypto.skeletons(messages)
    batches = iter(
        (first, waiting[first : first + sizes.BATCH_MESSAGES])
        for first in range(0, messages, sizes.BATCH_MESSAGES)
    )
    async with aiohttp.ClientSession() as session:
        sender = _Sender(
            vault=_store(databases.open_encrypted(folder / "sender.db"), _OUTBOX, _RECEIPT),
            session=session,
            url=f"http://{processes.LOOPBACK}:{port}/",
        )

        async def one_after_another() -> None:
            for first, batch in batches:
                await _deliver(sender, first, batch)

        begun = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(batches_under_way):
                tasks.create_task(one_after_another())
        return time.perf_counter() - begun


async def _deliver(sender: _Sender, first: int, skeletons: Sequence[bytes]) -> None:
    made = [crypto.sign_and_seal(skeleton) for skeleton in skeletons]
    rows = [
        (skeleton[: sizes.MESSAGE_ID_BYTES], signed, _PAYLOAD)
        for skeleton, (signed, _) in zip(skeletons, made, strict=True)
    ]
    await sender.vault.commit(_TO_OUTBOX, rows)
    body = b"".join(envelope for _, envelope in made)
    async with sender.session.post(sender.url, data=body) as answer:
        receipt = await answer.read()
    if crypto_sign_open(receipt, crypto.VERIFY_KEY) != _digest(skeletons):
        raise FloorError("a receipt for other messages")
    last = first + len(skeletons) - 1
    await sender.vault.commit(_TO_RECEIPTS, [(first, last, receipt)])


def _digest(skeletons: Iterable[bytes]) -> bytes:
    return hashlib.sha256(b"".join(skeletons)).digest()


async def _receive(folder: Path) -> None:
    """Take batches until this process is ended."""
    mailbox = _store(databases.open_plain(folder / "mailbox.db"), _MAILBOX)
    vault = _store(databases.open_encrypted(folder / "receiver.db"), _VAULT)

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        envelopes = [
            body[start : start + sizes.ENVELOPE_BYTES]
            for start in range(0, len(body), sizes.ENVELOPE_BYTES)
        ]
        await mailbox.commit(_TO_MAILBOX, [(envelope,) for envelope in envelopes])
        opened = [crypto.open_and_verify(envelope) for envelope in envelopes]
        await vault.commit(_TO_VAULT, [_row(*message) for message in opened])
        receipt = crypto_sign(_digest(skeleton for skeleton, _ in opened), crypto.SIGNING_KEY)
        return web.Response(status=201, body=receipt)

    serving = http.application()
    serving.router.add_post("/", take)
    await http.listen(serving)


def _row(skeleton: bytes, plaintext: bytes) -> tuple[bytes, bytes, bytes]:
    return (
        skeleton[: sizes.MESSAGE_ID_BYTES],
        plaintext[: sizes.SIGNED_BYTES],
        plaintext[sizes.SIGNED_BYTES : _PAYLOAD_END],
    )


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floors.durable")
    roles = parser.add_subparsers(dest="role", required=True)
    roles.add_parser("receive").add_argument("folder", type=Path)
    send = roles.add_parser("send")
    send.add_argument("folder", type=Path)
    for name in ("port", "messages", "batches_under_way"):
        send.add_argument(name, type=int)
    given = vars(parser.parse_args())
    if given.pop("role") == "receive":
        asyncio.run(_receive(**given))
    else:
        print(asyncio.run(_send(**given)))


if __name__ == "__main__":
    _main()

"""Nodes as processes that a test may kill: each with its desk, and a list of what it said yes to.

`Post.start` answers False where the process died on the way up, and `Post.ask` raises `GoneError` where it
died before it answered, so that a killer can go on with whatever is left.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, final

from node.cli.founding import CHEAP_COST
from node.mailbox.records import STANDARD_QUOTA
from node.mailbox.store import MailboxStore
from node.vault import keyring
from node.wiring import MAILBOX_FILE, read_own_mailbox
from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View
from tests.support.command_line import PASSPHRASE, Founded, environment
from tui.client import Client, ConnectionLostError, NotRunningError

ViewT = TypeVar("ViewT", bound=View)

SOCKET: Final = "run/api.sock"
_START_SECONDS: Final = 30
_PROGRAM: Final = ("-m", "node.cli")
_TRIAL: Final = ("--cheap-passphrase", "--deposits-per-minute", "100000")


class GoneError(Exception):
    """The process ended before it answered: what was asked may be done or not."""


@final
class Ledger:
    """What one desk was told, one line each, on the disk before anything else is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.touch()

    def note(self, kind: str, name: bytes) -> None:
        """Write a line that no crash of this test takes back."""
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{kind} {name.hex()}\n")
            file.flush()
            os.fsync(file.fileno())

    def names(self, kind: str) -> list[bytes]:
        """Every name of this kind, as the file has it."""
        lines = [line.split(" ") for line in self._path.read_text("ascii").splitlines()]
        return [bytes.fromhex(name) for written, name in lines if written == kind]


@final
class Post:
    """One node: its process, one person at its desk, and the ledger beside it.

    `program` is what the interpreter is given in the place of the command, from the next start on.
    """

    def __init__(
        self, founded: Founded, *, is_cheap: bool = True, program: Sequence[str] = _PROGRAM
    ) -> None:
        self.founded = founded
        self.program = program
        self._is_cheap = is_cheap
        self.folder = founded.folder
        self.ledger = Ledger(founded.folder.parent / f"{founded.folder.name}.accepted")
        self._process: asyncio.subprocess.Process | None = None
        self._client: Client | None = None

    @property
    def is_up(self) -> bool:
        """Was it started, and has nobody noticed its end?"""
        return self._client is not None

    @property
    def vault_key(self) -> bytes:
        """The raw key, for reading the files without the product."""
        person = keyring.credential(self.founded.user, PASSPHRASE)
        cost = CHEAP_COST if self._is_cheap else keyring.PRODUCT_COST
        return keyring.unlock(keyring.load(self.folder), person, cost=cost).vault_key

    async def start(self, *trial: str) -> bool:
        """Start the process; True once it says that it is ready, False if it was killed before."""
        written = self.folder.parent / f"{self.folder.name}.log"
        with written.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *self.program, "serve"),
                *(*(_TRIAL if self._is_cheap else ()), "--data", str(self.folder), *trial),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment(),
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            line = await self._process.stdout.readline()
        if not line.startswith(b"ready"):
            code = await self.end_of_process()
            assert code == -signal.SIGKILL, written.read_text("utf-8")[-400:]
            return False
        self._client = Client(self.folder / SOCKET)
        await self._client.__aenter__()
        return True

    async def unlock(self) -> None:
        """The person at the desk types name and passphrase. Raises: GoneError."""
        try:
            await self._desk.open_session(name=self.founded.user, passphrase=PASSPHRASE)
        except (ConnectionLostError, NotRunningError) as error:
            raise GoneError from error

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give one command. Raises: GoneError, and RefusedError for an expected no."""
        try:
            return await self._desk.ask(command, view)
        except (ConnectionLostError, NotRunningError) as error:
            raise GoneError from error

    async def do(self, command: Command) -> bytes:
        """Give a command whose answer is the id of what was made, or nothing."""
        return (await self.ask(command, views.Done)).ref or b""

    @property
    def _desk(self) -> Client:
        if self._client is None:
            raise GoneError
        return self._client

    async def waiting(self) -> list[tuple[bytes, str]]:
        """What has not been answered yet, with where it stands."""
        outbox = await self.ask(commands.ListOutbox(), views.Outbox)
        return [(item.message_id, item.state) for item in outbox.items]

    def kill(self) -> None:
        """`kill -9` by its id, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> int:
        """Stop it in order; the code it ended with."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        return await self.end_of_process()

    async def end_of_process(self) -> int:
        """Wait for its end and hang up; the code it ended with."""
        assert self._process is not None
        async with asyncio.timeout(_START_SECONDS):
            code = await self._process.wait()
        client, self._client = self._client, None
        if client is not None:
            await client.__aexit__(None, None, None)
        return code

    async def abandon(self) -> None:
        """However the test ended: no process and no connection is left."""
        if self._process is not None:
            self.kill()
            await self.end_of_process()

    async def envelopes(self) -> int:
        """How many sealed envelopes lie in its mailbox file."""
        store = await MailboxStore.open(
            self.folder / MAILBOX_FILE, quota=STANDARD_QUOTA, threads=False
        )
        try:
            return (await store.waiting(read_own_mailbox(self.folder))).envelopes
        finally:
            await store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two posts that know each other; a thread between them is about one invented survivor."""

    alo: Post
    bandhan: Post
    peer_of_alo: bytes
    peer_of_bandhan: bytes
    thread: bytes
    consents: tuple[bytes, ...]

    @property
    def both(self) -> tuple[Post, Post]:
        """Alo, then Bandhan."""
        return self.alo, self.bandhan


async def carry(*posts: Post, rounds_max: int = 60) -> None:
    """Let everything move that can, until two rounds bring nothing new. Raises: GoneError."""
    quiet = 0
    for _ in range(rounds_max):
        before = [await post.waiting() for post in posts]
        for post in posts:
            await post.ask(commands.SyncNow(), views.Done)
        after = [await post.waiting() for post in posts]
        quiet = quiet + 1 if before == after else 0
        if quiet == 2:
            return
    raise AssertionError("there is no end to what moves")

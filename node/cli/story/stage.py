"""The stage: each node is a real process with a folder of its own, killed and started as in life."""

import asyncio
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, final

from node.cli.story.untrue import UntrueError, check
from node.mailbox.records import STANDARD_QUOTA
from node.mailbox.store import MailboxStore
from node.vault import keyring
from node.wiring import MAILBOX_FILE, read_own_mailbox
from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View
from tui.client import Client, NotRunningError, RefusedError

ViewT = TypeVar("ViewT", bound=View)

_SATHI: Final = (sys.executable, "-m", "node.cli")
_START_SECONDS: Final = 30
_LOOK_SECONDS: Final = 0.05
_SETTLE_SECONDS: Final = 30
_QUIET_ROUNDS: Final = 2
# Invented nodes with invented people: this opens nothing else.
PASSPHRASE: Final = "a demo passphrase nobody needs to keep"  # noqa: S105  (opens invented nodes only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Who plays: an organisation, its country, the person at its desk, the port of its mailbox."""

    name: str
    country: str
    person: str
    port: int
    folder: Path


@final
class Player:
    """One node: its process, and the desk of one person at it."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._process: asyncio.subprocess.Process | None = None
        self._client: Client | None = None

    @property
    def name(self) -> str:
        """What people call the organisation."""
        return self.part.name

    @property
    def vault_key(self) -> bytes:
        """The raw key, for the proof that reads every page; only a demo may ask for it."""
        person = keyring.credential(self.part.person, PASSPHRASE)
        return keyring.unlock(keyring.load(self.part.folder), person).vault_key

    def begin(self) -> None:
        """Set the node up with `sathi init`."""
        secret = self.part.folder.parent / f"{self.part.folder.name}-passphrase"
        secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
        secret.chmod(0o600)
        sheets = self.part.folder.parent / f"{self.part.folder.name}-sheets"
        sheets.mkdir(mode=0o700)
        address = f"http://127.0.0.1:{self.part.port}"
        done = subprocess.run(  # noqa: S603  (our own command, our own arguments)
            [
                *_SATHI, "init", "--demo", "--data", str(self.part.folder),
                "--name", self.part.name, "--country", self.part.country,
                "--user", self.part.person, "--passphrase-file", str(secret),
                "--listen", f"127.0.0.1:{self.part.port}",
                "--address", address, "--publish-address",
                "--root-sheet", str(sheets / "root"),
                "--recovery-sheet", str(sheets / "recovery"),
                "--suspend-sheet", str(sheets / "suspend"),
            ],
            capture_output=True,
            check=False,
        )  # fmt: skip
        check(done.returncode == 0, f"{self.name} could be set up")

    async def start(self) -> None:
        """Start the node's process and wait until its desk answers."""
        lines = self.part.folder / "serve.log"
        # As everything in the folder of a node: for this user alone.
        lines.touch(mode=0o600)
        with lines.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_SATHI,
                "serve",
                "--data",
                str(self.part.folder),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._client = Client(self.part.folder / "run" / "api.sock")
        await self._client.__aenter__()
        async with asyncio.timeout(_START_SECONDS):
            # Another process gives no event to wait for.
            while not await self._answers():  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_SECONDS)

    async def _answers(self) -> bool:
        try:
            await self.ask(commands.ShowStatus(), views.NodeStatus)
        except NotRunningError:
            check(self._is_alive(), f"{self.name} could be started")
            return False
        return True

    def _is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def unlock(self) -> None:
        """The person at the desk types name and passphrase."""
        if self._client is None:
            raise UntrueError(f"{self.name} runs")
        await self._client.open_session(name=self.part.person, passphrase=PASSPHRASE)

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give one command. Raises: RefusedError."""
        if self._client is None:
            raise UntrueError(f"{self.name} runs")
        return await self._client.ask(command, view)

    async def do(self, command: Command) -> bytes:
        """Give a command whose answer is the id of what was made, or nothing."""
        done = await self.ask(command, views.Done)
        return done.ref or b""

    async def refused(self, command: Command, view: type[View]) -> RefusedError:
        """Give a command that must be refused."""
        try:
            await self.ask(command, view)
        except RefusedError as error:
            return error
        raise UntrueError(f"{self.name} refuses {command.NAME}")

    async def is_open(self) -> bool:
        """Is the node unlocked?"""
        return (await self.ask(commands.ShowStatus(), views.NodeStatus)).is_open

    async def lock(self) -> None:
        """Lock the node."""
        await self.ask(commands.LockNode(), views.Done)

    async def kill(self) -> None:
        """Pull the power."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Stop the node in order."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.__aexit__(None, None, None)
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            await process.wait()

    async def waiting_envelopes(self) -> int:
        """How many sealed envelopes lie in the node's mailbox file; anybody may count them."""
        folder = self.part.folder
        store = await MailboxStore.open(folder / MAILBOX_FILE, quota=STANDARD_QUOTA, threads=False)
        try:
            return (await store.waiting(read_own_mailbox(folder))).envelopes
        finally:
            await store.close()


async def settle(*players: Player) -> None:
    """Let everything that can move move, until rounds bring nothing new."""
    quiet = 0
    async with asyncio.timeout(_SETTLE_SECONDS):
        while quiet < _QUIET_ROUNDS:
            before = [await _outbox(player) for player in players]
            for player in players:
                await player.ask(commands.SyncNow(), views.Done)
            after = [await _outbox(player) for player in players]
            quiet = quiet + 1 if before == after else 0


async def _outbox(player: Player) -> list[tuple[bytes, str]]:
    outbox = await player.ask(commands.ListOutbox(), views.Outbox)
    return [(item.message_id, item.state) for item in outbox.items]


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

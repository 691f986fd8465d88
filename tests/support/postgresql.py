"""A PostgreSQL server of our own, from Debian's binaries, in a folder and on a socket of its own.

Nothing of the machine's own PostgreSQL is used or touched. The server will not run as root, so under root
it runs as `nobody`, who owns the folder. It ends by its process id.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import asyncpg

INSTALLED: Final = Path("/usr/lib/postgresql")
MISSING: Final = "PostgreSQL is not here; on Debian: make postgresql"
_PATIENCE_SECONDS: Final = 60
_LOOK_SECONDS: Final = 0.02
_STATE_LINES: Final = 8
_NOBODY: Final = "nobody"
_NEW: Final = (
    "--username", "sathi", "--auth", "trust", "--encoding", "UTF8", "--locale", "C",
)  # fmt: skip
_SETTINGS: Final = (
    "listen_addresses=",
    "unix_socket_permissions=0777",
    "shared_buffers=32MB",
    "max_connections=60",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


@dataclass(slots=True, kw_only=True)
class Server:
    """A server that runs, or was stopped and may run again."""

    folder: Path
    settings: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = None
    made: int = 0

    @property
    def data(self) -> Path:
        """The folder with everything that the server writes."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    def start(self) -> None:
        """Run it, until it takes connections."""
        with self.log.open("ab") as log:
            self.process = _begin(
                "postgres", "-D", self.data, "-k", self.folder, *_options(self.settings), log=log
            )
        until = time.monotonic() + _PATIENCE_SECONDS
        # The eighth line of its file of state says so.
        while not _is_ready(self.data / "postmaster.pid"):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, "PostgreSQL did not get ready"
            time.sleep(_LOOK_SECONDS)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: whoever is still connected is sent away."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(_PATIENCE_SECONDS)
            self.process = None

    @property
    def _address(self) -> str:
        return f"postgresql://sathi@/postgres?host={self.folder}"

    async def new_database(self) -> str:
        """The address of a database in which nothing is: a schema of its own, which is made at once."""
        self.made += 1
        name = f"relay_{self.made}"
        await self.do(f"CREATE SCHEMA {name}")
        return f"{self._address}&search_path={name}"

    async def do(self, command: str) -> None:
        """Carry out one command."""
        connection = await asyncpg.connect(self._address)
        try:
            await connection.execute(command)
        finally:
            await connection.close()


def binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = [path.parent for path in INSTALLED.glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def running(*settings: str, folder: Path | None = None) -> Iterator[Server]:
    """Run a new server until the block ends, with its own folder in this one or that for temporary files.

    Raises:
        FileNotFoundError: if none is installed.
    """
    # A socket's path is short, and `nobody` has to reach it: no folder of the tests is both.
    place = Path(tempfile.mkdtemp(prefix="sathi-pg-", dir=folder))
    server = Server(folder=place, settings=settings)
    try:
        _hand_over(server.folder)
        with server.log.open("ab") as log:
            making = _begin("initdb", "--pgdata", server.data, "--no-sync", *_NEW, log=log)
        assert making.wait(_PATIENCE_SECONDS) == 0, server.log.read_text()
        server.start()
        yield server
    finally:
        # At once: what it holds is needed no more, so nothing has to reach the disk.
        server.stop(signal.SIGQUIT)
        shutil.rmtree(server.folder)


def _begin(program: str, *arguments: str | Path, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    place = binaries()
    if place is None:
        raise FileNotFoundError(MISSING)
    is_root = os.getuid() == 0
    somebody = pwd.getpwnam(_NOBODY)
    return subprocess.Popen(  # noqa: S603  (Debian's own)
        [place / program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        user=somebody.pw_uid if is_root else None,
        group=somebody.pw_gid if is_root else None,
        extra_groups=[] if is_root else None,
    )


def _hand_over(folder: Path) -> None:
    folder.chmod(0o755)
    if os.getuid() == 0:
        somebody = pwd.getpwnam(_NOBODY)
        os.chown(folder, somebody.pw_uid, somebody.pw_gid)


def _options(settings: Sequence[str]) -> list[str]:
    return [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]


def _is_ready(state: Path) -> bool:
    lines = state.read_text().splitlines() if state.exists() else []
    return len(lines) >= _STATE_LINES and lines[_STATE_LINES - 1].strip() == "ready"

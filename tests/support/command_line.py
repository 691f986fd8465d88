"""The `sathi` command as tests use it: in this process, or as a process of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from node.cli.main import main

ROOT: Final = Path(__file__).parents[2]
PASSPHRASE: Final = "four invented words here"  # noqa: S105  (of invented nodes)
PATIENCE_SECONDS: Final = 30
_PROGRAM: Final = ("-m", "node.cli")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command ended with."""

    code: int
    data: str
    talk: str

    def json(self) -> Any:  # noqa: ANN401  (whatever JSON holds)
        """The data, as JSON."""
        return json.loads(self.data)


def environment() -> dict[str, str]:
    """An environment in which nothing is said about a node."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SATHI_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "100"}


def sathi(*arguments: str | Path, typed: str = "") -> Ended:
    """Run the command as a process of its own, without a terminal."""
    ended = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "node.cli", *map(str, arguments)],
        input=typed,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Ended(code=ended.returncode, data=ended.stdout, talk=ended.stderr)


def sathi_here(*arguments: str) -> Ended:
    """Run the command in this process, outside any event loop; quicker than a process of its own."""
    mask = os.umask(0o022)
    try:
        result = CliRunner(env={"SATHI_DATA": None, "SATHI_USER": None}).invoke(main, arguments)
    finally:
        os.umask(mask)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return Ended(code=result.exit_code, data=result.stdout, talk=result.stderr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A node that `sathi init` made, with where its papers lie."""

    folder: Path
    user: str
    passphrase_file: Path
    root_sheet: Path
    recovery_sheet: Path
    suspend_sheet: Path
    port: int

    @property
    def credentials(self) -> tuple[str | Path, ...]:
        """The options by which its first person shows who she is."""
        return (
            "--data", self.folder, "--user", self.user, "--passphrase-file", self.passphrase_file
        )  # fmt: skip


def flags(folder: Path, *, port: int, name: str = "Alo Shelter", user: str = "Rina") -> list[str]:
    """The flags of an `init` that works, with every paper beside the folder."""
    beside = folder.parent
    passphrase = beside / f"{folder.name}.passphrase"
    passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
    passphrase.chmod(0o600)
    return [
        "--data", str(folder),
        "--name", name,
        "--country", "IN",
        "--user", user,
        "--passphrase-file", str(passphrase),
        "--listen", f"127.0.0.1:{port}",
        "--root-sheet", str(beside / f"{folder.name}.root"),
        "--recovery-sheet", str(beside / f"{folder.name}.recovery"),
        "--suspend-sheet", str(beside / f"{folder.name}.suspend"),
        "--demo",
        "--cheap-passphrase",
    ]  # fmt: skip


def founded(
    folder: Path,
    *,
    port: int,
    name: str = "Alo Shelter",
    user: str = "Rina",
    is_cheap: bool = True,
    run: Callable[..., Ended] = sathi_here,
) -> Founded:
    """Make a node; `run` runs the command."""
    arguments = flags(folder, port=port, name=name, user=user)
    ended = run("init", *(arguments if is_cheap else arguments[:-1]))
    assert ended.code == 0, ended.talk
    beside = folder.parent
    return Founded(
        folder=folder,
        user=user,
        passphrase_file=beside / f"{folder.name}.passphrase",
        root_sheet=beside / f"{folder.name}.root",
        recovery_sheet=beside / f"{folder.name}.recovery",
        suspend_sheet=beside / f"{folder.name}.suspend",
        port=port,
    )


def root_words(sheet: Path) -> list[str]:
    """The 24 words of a root sheet."""
    return re.findall(r"[0-9]+ ([a-z]+)", sheet.read_text(encoding="utf-8").partition("\n\n")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A node that runs."""

    process: subprocess.Popen[str]
    log: Path

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it and say with which code it ended."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def served(
    folder: Path, *more: str, is_cheap: bool = True, program: Sequence[str] = _PROGRAM
) -> Iterator[Served]:
    """Run a node until the block ends; inside, it said that it is ready.

    Args:
        folder: the node's.
        more: further arguments.
        is_cheap: is it a demo node whose passphrases cost little?
        program: what is given to the interpreter in the place of the command.
    """
    log = folder.parent / f"{folder.name}.log"
    cost = ["--cheap-passphrase"] if is_cheap else []
    with log.open("a", encoding="utf-8") as stderr:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, *program, "serve", *cost, "--data", str(folder), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=environment(),
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("ready"), log.read_text(encoding="utf-8")
        yield Served(process=process, log=log)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_SECONDS)
        for pipe in (process.stdin, process.stdout):
            pipe.close()

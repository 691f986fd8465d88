"""The second process of a floor: it is started, names its port, and is ended by whoever started it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LOOPBACK: Final = "127.0.0.1"


class FloorError(Exception):
    """A floor did not do what it was to measure."""


def command(module: str, *arguments: str) -> Sequence[str]:
    """The command line of a module of this folder, for a fresh interpreter."""
    return (sys.executable, "-m", f"bench.floors.{module}", *arguments)


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[int]:
    """Run a server beside this process; the value is its port.

    Raises:
        FloorError: if it ends before it listens.
    """
    started = subprocess.Popen(
        command(module, *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with started as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            if not line:
                raise FloorError(f"the server of '{module}' did not start")
            yield int(line)
        finally:
            server.terminate()

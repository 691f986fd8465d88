"""A process that has already imported what the tests stand on, and lets a copy of itself run them.

Importing the libraries anew takes a third of the time of a planted fault. It knows nothing of the project:
the code under test comes from the folder that each order names. Orders come as lines of JSON, answers so too.
"""

import importlib
import json
import os
import signal
import sys
import time
from typing import Final

import pytest

LIBRARIES: Final = (
    "aiohttp.test_utils",
    "aiohttp.web",
    "apscheduler.schedulers.asyncio",
    "asyncpg",
    "click.testing",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "msgspec",
    "nacl.bindings",
    "pyrage",
    "rich.console",
    "sqlcipher3",
    "textual.app",
    "textual.pilot",
    "textual.widgets",
)
HUNG: Final = -1
_LOOK_SECONDS: Final = 0.02


def main() -> None:
    """Serve orders until there are none."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(order)
        sys.stdout.write(f"{json.dumps(_wait(child, order['seconds_max']))}\n")
        sys.stdout.flush()


def _run(order: "dict[str, object]") -> None:
    """Be pytest in the copy, and never come back."""
    os.setsid()
    output = os.open(str(order["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for given, place in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(given, place)
    copy, environment, arguments = order["copy"], order["environment"], order["arguments"]
    assert isinstance(copy, str)
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    os.chdir(copy)
    os.environ.update(environment)
    sys.path.insert(0, copy)
    code = int(pytest.main(arguments))
    sys.stdout.flush()
    os._exit(code)


def _wait(child: int, seconds_max: float) -> int:
    """The exit code; whoever takes too long is ended with all that it started."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_LOOK_SECONDS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return HUNG


if __name__ == "__main__":
    main()

"""A report of a crash: where it happened, and nothing of what was there.

Textual's own report prints local variables, and they hold what people told us. A report code is the same for
the same mistake at the same place, so that two reports can be told to be one.
"""

import asyncio
import hashlib
import logging
import sys
import threading
import traceback
import warnings
from types import TracebackType
from typing import Final

from textual.worker import WorkerFailed

_CODE_LETTERS: Final = 8
_PLACES_MAX: Final = 3
_OURS: Final = ("/tui/", "/protocol/")


def report_code(error: BaseException) -> str:
    """Eight letters that stand for the kind of error and the lines it went through."""
    found = _cause(error)
    lines = [f"{type(found).__qualname__}", *_places(found)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_CODE_LETTERS]


def report_places(error: BaseException) -> str:
    """The innermost lines of this program, as `today.py:120`; never a value."""
    ours = [place for place in _places(_cause(error)) if place.startswith(_OURS)]
    return ", ".join(place.rpartition("/")[2] for place in ours[-_PLACES_MAX:]) or "-"


def keep_silent() -> None:
    """Have nothing of Python's own reports reach the terminal; to be called inside the running loop.

    What is raised where nobody waits for it, in a task, a thread or while something is thrown away, is
    printed with what it says, and in development mode with what was handed over. All of that may be hers.
    """
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    sys.excepthook = _say_where
    sys.unraisablehook = lambda _unraisable: None
    threading.excepthook = lambda _raised: None
    # Without a handler of anybody's, what is logged is written to the terminal.
    logging.lastResort = None
    logging.raiseExceptions = False
    warnings.simplefilter("ignore")


def _say_where(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    sys.stderr.write(f"Sathi stopped. Report {report_code(error)}, {report_places(error)}.\n")


def _cause(error: BaseException) -> BaseException:
    """What went wrong in a worker, rather than that one did."""
    return error.error if isinstance(error, WorkerFailed) else error


def _places(error: BaseException) -> list[str]:
    """Every line the error went through, as `/tui/screens/case.py:120`."""
    return [
        f"{_from_package(frame.filename)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def _from_package(path: str) -> str:
    for package in _OURS:
        if package in path:
            return package + path.rpartition(package)[2]
    return path.rpartition("/")[2]

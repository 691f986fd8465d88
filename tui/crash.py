"""A report of a crash: where it happened, and nothing of what was there.

Textual's own report prints local variables, and they hold what people told us. A report code is the same for
the same mistake at the same place, so that two reports can be told to be one.
"""

import hashlib
import traceback
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

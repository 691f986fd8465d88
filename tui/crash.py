"""A report of a crash: where it happened, and nothing of what was there.

Textual's own report prints local variables, and they hold what people told us. A report code is the same for
the same mistake at the same place, so that two reports can be told to be one.
"""

import hashlib
import traceback
from typing import Final

_CODE_LETTERS: Final = 8
_OURS: Final = ("/tui/", "/protocol/")


def report_code(error: BaseException) -> str:
    """Eight letters that stand for the kind of error and the lines it went through."""
    lines = [f"{type(error).__qualname__}", *_places(error)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_CODE_LETTERS]


def report_place(error: BaseException) -> str:
    """The innermost line of this program, as `case.py:120`; never a value."""
    ours = [place for place in _places(error) if place.startswith(_OURS)]
    return ours[-1].rpartition("/")[2] if ours else "?"


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

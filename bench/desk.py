"""The desk on a terminal, its node full of cases: how soon it is there, how quick, how large."""

import re
from pathlib import Path
from typing import Final

from bench import many_cases
from bench.floors import sizes
from bench.floors.desks import DOWN, ENTER, PAGE_DOWN, milliseconds_after
from bench.floors.readings import Reading, middle_and_most
from bench.floors.terminals import Terminal, memory_megabytes
from bench.many_cases import Made
from node.cli.founding import CHEAP_COST
from node.vault.keyring import PRODUCT_COST

_ASKS: Final = "Passphrase"
_TODAY: Final = "cases are open"
_CASES_PLACE: Final = b"2"
_MILLISECONDS: Final = 1_000
# The row under the cursor: its mark, perhaps a change of colours, its number.
_CHOSEN: Final = re.compile(rb"\xe2\x96\xb8 (?:\x1b\[[0-9;]*m)*K-([0-9]{6})")


def first_paint_seconds(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """From the start of `sathi tui` to the first frame of the screen that asks who is there."""
    made = many_cases.shared(folder, cases)
    with many_cases.serving(made), many_cases.at_the_desk(made) as terminal:
        return Reading(value=terminal.wait_for(_ASKS) - terminal.begun)


def key_milliseconds(folder: Path, *, cases: int = sizes.CASES, keys: int = sizes.KEYS) -> Reading:
    """From a key in the list of cases to the bytes of the row it goes to; of 95 in 100 keys."""
    made, taken = many_cases.shared(folder, cases), []
    with many_cases.serving(made), many_cases.at_the_desk(made) as terminal:
        _open_list(terminal, made)
        row = 0
        for number in range(keys):
            is_page = number % (sizes.ROWS_DOWN + 1) == sizes.ROWS_DOWN
            took, row = _go(terminal, made, PAGE_DOWN if is_page else DOWN, row=row)
            taken.append(took)
    p50, p95 = middle_and_most(taken)
    return Reading(value=p95, beside={"p50": p50, "rows": row})


def opening_milliseconds(folder: Path, *, cases: int = sizes.CASES) -> Reading:
    """From the passphrase to Today with what is in it, the vault opened between; less the KDF.

    The passphrase is one that costs next to nothing, and that is taken off. To take the product's own off
    would add its spread, which on a busy machine is larger than the rest; it is given beside.
    """
    made = many_cases.shared(folder, cases)
    cheap = many_cases.kdf_milliseconds(CHEAP_COST)
    with many_cases.serving(made), many_cases.at_the_desk(made) as terminal:
        opened = _unlock(terminal)
    beside = {
        "kdf_taken_off": cheap,
        "kdf_of_the_product": many_cases.kdf_milliseconds(PRODUCT_COST),
    }
    return Reading(value=opened - cheap, beside=beside)


def memory_of_the_list(
    folder: Path, *, cases: int = sizes.CASES, rows: int = sizes.SCROLLED_ROWS
) -> Reading:
    """What the desk's process holds after so many rows of the list went by, in megabytes."""
    made, row = many_cases.shared(folder, cases), 0
    with many_cases.serving(made), many_cases.at_the_desk(made) as terminal:
        _open_list(terminal, made)
        while row < rows:
            _, row = _go(terminal, made, PAGE_DOWN, row=row)
        now, most = memory_megabytes(terminal.pid)
    return Reading(value=now, beside={"most": most, "rows": row})


def _go(terminal: Terminal, made: Made, key: bytes, *, row: int) -> tuple[float, int]:
    """Press a key that goes down from a row; the milliseconds it took, and the row it came to."""
    taken = milliseconds_after(terminal, key, lambda drawn: _row(drawn, made) > row)
    return taken, _row(terminal.seen, made)


def _row(drawn: bytes, made: Made) -> int:
    """Where the cursor is; -1 if nothing says it, as on a row of dots, whose case is not there yet."""
    numbers = _CHOSEN.findall(drawn)
    return made.cases - 1 - int(numbers[-1]) if numbers else -1


def _unlock(terminal: Terminal) -> float:
    """Type who she is; the milliseconds from the last Enter to Today."""
    terminal.wait_for(_ASKS)
    terminal.look_away()
    terminal.send(many_cases.USER.encode())
    terminal.wait_for(many_cases.USER)
    terminal.send(ENTER)
    terminal.send(many_cases.PASSPHRASE.encode())
    terminal.wait(lambda drawn: drawn.count("•".encode()) > 0)
    terminal.look_away()
    sent = terminal.send(ENTER)
    return (terminal.wait_for(_TODAY) - sent) * _MILLISECONDS


def _open_list(terminal: Terminal, made: Made) -> None:
    _unlock(terminal)
    terminal.send(_CASES_PLACE)
    newest = many_cases.number_of(made.cases - 1).encode()
    terminal.wait(lambda drawn: newest in drawn)

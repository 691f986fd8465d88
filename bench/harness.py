"""How a row is measured and judged: floor and product in turns, the median of the ratios, a target."""

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PAIRS: Final = 5


class Verdict(StrEnum):
    """What became of a row."""

    MET = "met"
    MISSED = "MISSED"
    FLOOR_IS_WRONG = "THE FLOOR IS WRONG"
    NOT_MEASURED = "not measured yet"


# A missed target is news. These two mean that there is none.
FAILURES: Final = frozenset({Verdict.FLOOR_IS_WRONG, Verdict.NOT_MEASURED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: what bare libraries reach, and what the product reaches.

    Attributes:
        name: as in the table of targets.
        target: the least ratio of product to floor.
        floor: measures once; operations per second.
        product: the same for the product, or None while it has no such path.
    """

    name: str
    target: float
    floor: Callable[[], float]
    product: Callable[[], float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was measured for a row, in operations per second, in the order of measuring."""

    name: str
    target: float
    floors: tuple[float, ...]
    products: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Product to floor, pair by pair; empty if the product was not measured."""
        if not self.products:
            return ()
        return tuple(p / f for f, p in zip(self.floors, self.products, strict=True))

    @property
    def ratio(self) -> float | None:
        """The median of the ratios."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def verdict(self) -> Verdict:
        """Nothing can be faster than its own floor, so above 1 it is the floor that failed."""
        if self.ratio is None:
            return Verdict.NOT_MEASURED
        if self.ratio > 1:
            return Verdict.FLOOR_IS_WRONG
        return Verdict.MET if self.ratio >= self.target else Verdict.MISSED


def measure(row: Row, *, pairs: int = PAIRS) -> Outcome:
    """Measure floor and product in turns, so that what slows the machine slows both."""
    floors: list[float] = []
    products: list[float] = []
    for _ in range(pairs):
        floors.append(row.floor())
        if row.product is not None:
            products.append(row.product())
    return Outcome(
        name=row.name, target=row.target, floors=tuple(floors), products=tuple(products)
    )


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 if every row has a number that can be believed, whether or not it meets its target."""
    return int(any(outcome.verdict in FAILURES for outcome in outcomes))


def result_of(outcome: Outcome, *, machine: Mapping[str, float]) -> dict[str, object]:
    """The entry of `results.json` for one row; `machine` is what was measured before all rows."""
    return {
        "name": outcome.name,
        "ratio": outcome.ratio,
        "target": outcome.target,
        "higher_is_better": True,
        "detail": {
            "verdict": outcome.verdict.value,
            "floor_per_second": list(outcome.floors),
            "product_per_second": list(outcome.products),
            "ratios": list(outcome.ratios),
            "machine": dict(machine),
        },
    }


HEADING: Final = (
    f"{'row':<30} {'floor/s':>9} {'product/s':>10} {'ratio':>6}  {'spread':<11}"
    f" {'target':>6}  verdict"
)


def line_of(outcome: Outcome) -> str:
    """One line of the printed table, under `HEADING`."""
    floor = f"{statistics.median(outcome.floors):,.0f}"
    product, ratio, spread = "-", "-", "-"
    if outcome.ratio is not None:
        product = f"{statistics.median(outcome.products):,.0f}"
        ratio = f"{outcome.ratio:.2f}"
        spread = f"{min(outcome.ratios):.2f}-{max(outcome.ratios):.2f}"
    return (
        f"{outcome.name:<30} {floor:>9} {product:>10} {ratio:>6}  {spread:<11}"
        f" {outcome.target:>6.2f}  {outcome.verdict}"
    )

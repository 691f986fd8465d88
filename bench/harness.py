"""How a row is measured and judged: floor and product in turns, the median of the ratios, a target.

A row counts what is done in a second, or it is a cost: a time, or memory. The ratio of both is a share of
what is possible, so that 1 is the floor itself, more is better, and above 1 the floor is wrong.
"""

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bench.floors.readings import Reading

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
class Limit:
    """What a cost may be at most, whatever the machine, and its unit."""

    most: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One row in which less is better: what bare libraries cost, and what the product costs.

    Attributes:
        name: as in the table of targets.
        target: the least ratio of floor to product.
        limit: the most that the product's median may be; the unit is that of both.
        floor: measures once.
        product: the same for the product.
    """

    name: str
    target: float
    limit: Limit
    floor: Callable[[], Reading]
    product: Callable[[], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was measured for a row, in the order of measuring.

    Attributes:
        floors: operations per second; with a `limit`, costs in its unit.
        products: the same for the product; empty if it was not measured.
        limit: of a cost.
        beside: what else was read off at each cost of the floor, then of the product.
    """

    name: str
    target: float
    floors: tuple[float, ...]
    products: tuple[float, ...]
    limit: Limit | None = None
    beside: tuple[tuple[Mapping[str, float], ...], ...] = ((), ())

    @property
    def ratios(self) -> tuple[float, ...]:
        """Product to floor, or floor to product for a cost, pair by pair; empty if not measured."""
        if not self.products:
            return ()
        pairs = zip(self.floors, self.products, strict=True)
        if self.limit is not None:
            return tuple(f / p for f, p in pairs)
        return tuple(p / f for f, p in pairs)

    @property
    def ratio(self) -> float | None:
        """The median of the ratios."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def verdict(self) -> Verdict:
        """Nothing can beat its own floor, so above 1 it is the floor that failed."""
        if self.ratio is None:
            return Verdict.NOT_MEASURED
        if self.ratio > 1:
            return Verdict.FLOOR_IS_WRONG
        is_within = self.limit is None or statistics.median(self.products) <= self.limit.most
        return Verdict.MET if is_within and self.ratio >= self.target else Verdict.MISSED


def measure(row: Row | CostRow, *, pairs: int = PAIRS) -> Outcome:
    """Measure floor and product in turns, so that what slows the machine slows both."""
    return _measure_cost(row, pairs) if isinstance(row, CostRow) else _measure_rate(row, pairs)


def _measure_rate(row: Row, pairs: int) -> Outcome:
    floors: list[float] = []
    products: list[float] = []
    for _ in range(pairs):
        floors.append(row.floor())
        if row.product is not None:
            products.append(row.product())
    return Outcome(
        name=row.name, target=row.target, floors=tuple(floors), products=tuple(products)
    )


def _measure_cost(row: CostRow, pairs: int) -> Outcome:
    readings = [(row.floor(), row.product()) for _ in range(pairs)]
    floors, products = zip(*readings, strict=True)
    return Outcome(
        name=row.name,
        target=row.target,
        floors=tuple(reading.value for reading in floors),
        products=tuple(reading.value for reading in products),
        limit=row.limit,
        beside=tuple(tuple(reading.beside for reading in side) for side in (floors, products)),
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
            **_readings(outcome),
            "ratios": list(outcome.ratios),
            "machine": dict(machine),
        },
    }


def _readings(outcome: Outcome) -> dict[str, object]:
    floors, products = list(outcome.floors), list(outcome.products)
    if outcome.limit is None:
        return {"floor_per_second": floors, "product_per_second": products}
    return {
        "unit": outcome.limit.unit,
        "most": outcome.limit.most,
        "floor": floors,
        "product": products,
        "floor_beside": [dict(beside) for beside in outcome.beside[0]],
        "product_beside": [dict(beside) for beside in outcome.beside[1]],
    }


HEADING: Final = (
    f"{'row':<28} {'floor':>11} {'product':>11} {'at most':>9} {'ratio':>6}  {'spread':<11}"
    f" {'target':>6}  verdict"
)


def line_of(outcome: Outcome) -> str:
    """One line of the printed table, under `HEADING`."""
    unit = "/s" if outcome.limit is None else f" {outcome.limit.unit}"
    floor = _number(statistics.median(outcome.floors)) + unit
    most = "-" if outcome.limit is None else _number(outcome.limit.most) + unit
    product, ratio, spread = "-", "-", "-"
    if outcome.ratio is not None:
        product = _number(statistics.median(outcome.products)) + unit
        ratio = f"{outcome.ratio:.2f}"
        spread = f"{min(outcome.ratios):.2f}-{max(outcome.ratios):.2f}"
    return (
        f"{outcome.name:<28} {floor:>11} {product:>11} {most:>9} {ratio:>6}  {spread:<11}"
        f" {outcome.target:>6.2f}  {outcome.verdict}"
    )


def _number(value: float) -> str:
    """Three figures are enough: what is above a hundred has no fraction."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

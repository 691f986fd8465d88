"""The bench's own arithmetic: turns, medians, verdicts, exit codes, the file it writes."""

import pytest

from bench import harness
from bench.floors.readings import Reading, middle_and_most
from bench.harness import CostRow, Limit, Outcome, Row, Verdict

LIMIT = Limit(most=50.0, unit="ms")


def outcome(*, floors: tuple[float, ...], products: tuple[float, ...]) -> Outcome:
    return Outcome(name="row", target=0.6, floors=floors, products=products)


def cost(*, floors: tuple[float, ...], products: tuple[float, ...]) -> Outcome:
    return Outcome(name="cost", target=0.5, floors=floors, products=products, limit=LIMIT)


def test_floor_and_product_are_measured_in_turns_and_the_floor_first() -> None:
    order: list[str] = []

    def floor() -> float:
        order.append("floor")
        return 100.0

    def product() -> float:
        order.append("product")
        return 70.0

    measured = harness.measure(Row(name="row", target=0.6, floor=floor, product=product), pairs=2)
    assert order == ["floor", "product", "floor", "product"]
    assert measured == outcome(floors=(100.0, 100.0), products=(70.0, 70.0))


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    # The medians taken apart would give 50 / 100.
    measured = outcome(floors=(100.0, 200.0, 50.0), products=(90.0, 50.0, 40.0))
    assert measured.ratios == (0.9, 0.25, 0.8)
    assert measured.ratio == 0.8


@pytest.mark.parametrize(
    ("product", "verdict", "code"),
    [
        (59.9, Verdict.MISSED, 0),
        (60.0, Verdict.MET, 0),
        (100.0, Verdict.MET, 0),
        (100.1, Verdict.FLOOR_IS_WRONG, 1),
    ],
)
def test_a_row_is_judged_by_its_target_and_never_above_its_floor(
    product: float, verdict: Verdict, code: int
) -> None:
    measured = outcome(floors=(100.0,), products=(product,))
    assert (measured.verdict, harness.exit_code([measured])) == (verdict, code)


def test_a_row_without_a_product_is_reported_and_fails_the_run() -> None:
    row = Row(name="row", target=0.6, floor=lambda: 100.0, product=None)
    measured = harness.measure(row)
    assert measured == outcome(floors=(100.0,) * 5, products=())
    assert (measured.ratio, measured.verdict) == (None, Verdict.NOT_MEASURED)
    assert harness.exit_code([measured]) == 1
    assert harness.line_of(measured).endswith("not measured yet")


def test_a_printed_line_has_the_medians_the_ratio_its_spread_and_the_verdict() -> None:
    measured = outcome(floors=(10_000.0, 10_000.0), products=(5_000.0, 6_000.0))
    assert harness.line_of(measured).split() == [
        "row", "10,000/s", "5,500/s", "-", "0.55", "0.50-0.60", "0.60", "MISSED",
    ]  # fmt: skip


def test_a_result_holds_every_raw_number() -> None:
    measured = outcome(floors=(100.0,), products=(70.0,))
    assert harness.result_of(measured, machine={"commit_milliseconds": 0.3}) == {
        "name": "row",
        "ratio": 0.7,
        "target": 0.6,
        "higher_is_better": True,
        "detail": {
            "verdict": "met",
            "floor_per_second": [100.0],
            "product_per_second": [70.0],
            "ratios": [0.7],
            "machine": {"commit_milliseconds": 0.3},
        },
    }


def test_a_cost_is_measured_in_turns_with_what_was_read_off_beside_it() -> None:
    order: list[str] = []

    def reading(side: str, value: float) -> Reading:
        order.append(side)
        return Reading(value=value, beside={"p50": value / 2})

    row = CostRow(
        name="cost",
        target=0.5,
        limit=LIMIT,
        floor=lambda: reading("floor", 10.0),
        product=lambda: reading("product", 16.0),
    )
    measured = harness.measure(row, pairs=2)
    assert order == ["floor", "product", "floor", "product"]
    assert measured == Outcome(
        name="cost",
        target=0.5,
        floors=(10.0, 10.0),
        products=(16.0, 16.0),
        limit=LIMIT,
        beside=(({"p50": 5.0}, {"p50": 5.0}), ({"p50": 8.0}, {"p50": 8.0})),
    )


def test_the_ratio_of_a_cost_is_floor_to_product_so_that_more_is_better() -> None:
    measured = cost(floors=(10.0, 20.0, 30.0), products=(40.0, 25.0, 60.0))
    assert measured.ratios == (0.25, 0.8, 0.5)
    assert measured.ratio == 0.5


@pytest.mark.parametrize(
    ("floor", "product", "verdict", "code"),
    [
        (25.0, 50.0, Verdict.MET, 0),
        (26.0, 50.1, Verdict.MISSED, 0),
        (24.9, 50.0, Verdict.MISSED, 0),
        (40.0, 40.0, Verdict.MET, 0),
        (40.1, 40.0, Verdict.FLOOR_IS_WRONG, 1),
        (60.1, 60.0, Verdict.FLOOR_IS_WRONG, 1),
    ],
)
def test_a_cost_is_judged_by_its_limit_by_its_target_and_never_below_its_floor(
    floor: float, product: float, verdict: Verdict, code: int
) -> None:
    measured = cost(floors=(floor,), products=(product,))
    assert (measured.verdict, harness.exit_code([measured])) == (verdict, code)


def test_the_limit_of_a_cost_is_for_the_median() -> None:
    measured = cost(floors=(30.0, 30.0, 30.0), products=(49.0, 50.0, 500.0))
    assert measured.verdict == Verdict.MET


def test_a_printed_line_of_a_cost_has_its_limit_and_its_unit() -> None:
    measured = cost(floors=(4.0, 4.0), products=(8.0, 20.0))
    assert harness.line_of(measured).split() == [
        "cost", "4", "ms", "14", "ms", "50", "ms", "0.35", "0.20-0.50", "0.50", "MISSED",
    ]  # fmt: skip


def test_a_result_of_a_cost_holds_its_limit_and_every_raw_number() -> None:
    measured = Outcome(
        name="cost",
        target=0.5,
        floors=(8.0,),
        products=(10.0,),
        limit=LIMIT,
        beside=(({},), ({"p50": 6.0},)),
    )
    assert harness.result_of(measured, machine={}) == {
        "name": "cost",
        "ratio": 0.8,
        "target": 0.5,
        "higher_is_better": True,
        "detail": {
            "verdict": "met",
            "unit": "ms",
            "most": 50.0,
            "floor": [8.0],
            "product": [10.0],
            "floor_beside": [{}],
            "product_beside": [{"p50": 6.0}],
            "ratios": [0.8],
            "machine": {},
        },
    }


def test_of_twenty_values_one_may_be_larger_than_what_95_in_100_do_not_exceed() -> None:
    middle, most = middle_and_most([*([1.0] * 150), *([2.0] * 42), *([9.0] * 8)])
    assert (middle, most) == (1.0, 2.0)

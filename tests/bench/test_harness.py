"""The bench's own arithmetic: turns, medians, verdicts, exit codes, the file it writes."""

import pytest

from bench import harness
from bench.harness import Outcome, Row, Verdict


def outcome(*, floors: tuple[float, ...], products: tuple[float, ...]) -> Outcome:
    return Outcome(name="row", target=0.6, floors=floors, products=products)


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

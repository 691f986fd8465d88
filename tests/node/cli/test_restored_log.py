"""What `sathi audit verify` says of a restored log: a gap is one thing, a changed record another."""

from typing import Any

import pytest

from node.cli.auditing import is_only_restored
from protocol.local.views import AuditReport, Comparison, HeadCompared


def report(*compared: Comparison, **changes: Any) -> AuditReport:  # noqa: ANN401  (any field of it)
    """A log that is whole in itself, and what was compared with it."""
    usual: dict[str, Any] = {
        "is_whole": set(compared) <= {Comparison.FITS},
        "are_consents_whole": True,
        "entries": 9,
        "days": 2,
        "broken_entry": None,
        "broken_details": None,
        "broken_day": None,
        "compared": [HeadCompared(holder="Bandhan", day=1, comparison=one) for one in compared],
        "witnesses": 0,
        "witnessed_day": None,
        "unwitnessed": 9,
        "cut_day": None,
    }
    return AuditReport(**{**usual, **changes})


def test_a_log_of_which_only_the_days_after_the_backup_are_missing_is_called_restored() -> None:
    assert is_only_restored(report(Comparison.RESTORED))
    assert is_only_restored(report(Comparison.FITS, Comparison.RESTORED))


@pytest.mark.parametrize("other", [Comparison.DIFFERS, Comparison.MISSING, Comparison.NOT_OURS])
def test_a_restore_explains_nothing_else_that_does_not_fit(other: Comparison) -> None:
    assert not is_only_restored(report(Comparison.RESTORED, other))


@pytest.mark.parametrize(
    "changed",
    [
        {"broken_entry": 3},
        {"broken_details": 3},
        {"broken_day": 1},
        {"are_consents_whole": False},
    ],
    ids=lambda changed: str(*changed),
)
def test_a_restore_explains_no_change_of_the_record(changed: dict[str, Any]) -> None:
    assert not is_only_restored(report(Comparison.RESTORED, **changed))


def test_a_whole_log_is_not_called_restored() -> None:
    assert not is_only_restored(report(Comparison.FITS))
    assert not is_only_restored(report())

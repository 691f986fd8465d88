"""A pytest plugin: writes what became of each test to the file named by SATHI_OUTCOMES.

One JSON list per line: the test's id, `passed`, `failed` or `skipped`, and the type of the
exception where there was one. Loaded by the harness with `-p tests.faults.outcomes`.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add a line for the test's own phase, and for any other phase that did not pass."""
    report = yield
    if report.when == "call" or not report.passed:
        raised = call.excinfo.typename if call.excinfo is not None else ""
        line = json.dumps([item.nodeid, report.outcome, raised])
        with Path(os.environ["SATHI_OUTCOMES"]).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    return report

"""Failpoints fire where they were armed, when they were told to, and never otherwise."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import faults

ROOT = Path(__file__).parents[2]

KILLED = """
from node import faults
faults.arm_kill("inbox.after_commit", countdown=2)
faults.point("inbox.after_commit")
print("first", flush=True)
faults.point("inbox.after_commit")
print("second", flush=True)
"""


@pytest.fixture(autouse=True)
def harmless() -> Iterator[None]:
    yield
    faults.disarm()


def test_the_failpoints_are_these() -> None:
    assert {
        "deposit.before_commit",
        "deposit.after_commit",
        "inbox.before_commit",
        "inbox.after_commit",
        "inbox.after_delete",
        "sending.before_commit",
        "outbox.after_enqueue",
        "outbox.after_seal",
        "outbox.after_deposit",
        "outbox.after_settle",
        "vault.between_commits",
        "erase.before_checkpoint",
        "erase.after_checkpoint",
        "bundle.before_commit",
        "bundle.after_commit",
        "prekeys.before_commit",
        "prekeys.after_commit",
        "card.before_sheet",
        "keyring.before_save",
        "rekey.after_copy",
        "rekey.between_files",
        "rekey.before_keyring",
        "rekey.before_switch",
        "rekey.after_switch",
        "rekey.between_moves",
        "rekey.before_answer",
        "backup.after_copy",
        "backup.before_place",
        "backup.after_place",
        "upgrade.after_copy",
        "upgrade.before_steps",
        "upgrade.between_files",
        "upgrade.after_steps",
    } == faults.NAMES


def test_every_failpoint_says_in_one_sentence_how_things_stand_there() -> None:
    assert all(text.endswith(".") and text.count(". ") == 0 for text in faults.POINTS.values())


@pytest.mark.parametrize("name", sorted(faults.NAMES))
def test_a_failpoint_nobody_armed_does_nothing(name: str) -> None:
    faults.point(name)


def test_an_armed_failpoint_crashes_once_and_is_harmless_again() -> None:
    faults.arm("inbox.after_commit")
    with pytest.raises(faults.InjectedCrash):
        faults.point("inbox.after_commit")
    faults.point("inbox.after_commit")


def test_nothing_on_the_way_can_take_a_crash_for_a_failure() -> None:
    assert not issubclass(faults.InjectedCrash, Exception)


def test_a_failpoint_fires_at_the_visit_that_was_counted_to() -> None:
    fired: list[int] = []
    visits: list[int] = []
    faults.arm("outbox.after_seal", 3, action=lambda: fired.append(len(visits)))
    for visit in range(1, 6):
        visits.append(visit)
        faults.point("outbox.after_seal")
    assert fired == [3]


def test_arming_one_failpoint_leaves_the_others_alone() -> None:
    faults.arm("outbox.after_seal")
    faults.point("outbox.after_deposit")


def test_a_failpoint_may_be_reached_from_many_threads_and_fires_once() -> None:
    fired: list[str] = []
    faults.arm("deposit.after_commit", 50, action=lambda: fired.append("fired"))

    def visit() -> None:
        for _ in range(100):
            faults.point("deposit.after_commit")

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fired == ["fired"]


def test_an_unknown_name_is_an_error_even_when_nothing_is_armed() -> None:
    with pytest.raises(faults.UnknownFailpointError):
        faults.point("inbox.somewhere")
    with pytest.raises(faults.UnknownFailpointError):
        faults.arm("inbox.somewhere")


@pytest.mark.sockets
def test_a_killing_failpoint_ends_the_process_with_sigkill() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", KILLED], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "first\n")

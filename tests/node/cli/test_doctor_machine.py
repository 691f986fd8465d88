"""What `sathi doctor` makes of this computer: each rule, and the number on which it turns."""

import os
from pathlib import Path

import pytest

from node.cli.doctor import devices, machine
from node.cli.doctor.devices import CoreFiles, Sleeping, SwapPlace
from node.cli.doctor.findings import Check, Finding, bad, doubtful, exit_of, good, line_of, looked
from node.cli.talking import Exit
from protocol.values import instant

GOOD = good(Check.SPACE, "room")
DOUBTFUL = doubtful(Check.SWAP, "open", fix="close it")
BAD = bad(Check.KEYRING, "gone", fix="put it back")
MIB = 1024 * 1024
NOON = 1_900_000_000
DISK = SwapPlace(name="/dev/sda2", stays_in_memory=False, is_encrypted=False)
CRYPT = SwapPlace(name="/dev/dm-1", stays_in_memory=False, is_encrypted=True)
UNKNOWN = SwapPlace(name="/swap", stays_in_memory=False, is_encrypted=None)
ZRAM = SwapPlace(name="/dev/zram0", stays_in_memory=True, is_encrypted=None)


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([GOOD], Exit.DONE),
        ([GOOD, DOUBTFUL], Exit.WARNED),
        ([BAD, GOOD, DOUBTFUL], Exit.FAILED),
    ],
)
def test_the_worst_finding_decides_what_the_command_ends_with(
    findings: list[Finding], code: Exit
) -> None:
    assert exit_of(findings) == code


def test_a_finding_is_one_line_with_its_state_first_and_its_fix_last() -> None:
    assert line_of(GOOD) == "ok    space          room"
    assert line_of(BAD) == "FAIL  keyring        gone  -> put it back"
    assert line_of(good(Check.PARTNER, "Bandhan\nok    swap")).count("\n") == 0


@pytest.mark.parametrize("error", [ValueError, OSError, RuntimeError])
def test_a_look_that_breaks_off_is_told_by_its_kind_and_never_by_its_text(
    error: type[Exception],
) -> None:
    def look() -> Finding:
        raise error("canary of a case")

    finding = looked(Check.MAILBOX, look)
    assert (finding.state, finding.detail) == (
        "FAIL",
        f"could not be looked at ({error.__name__})",
    )
    assert "canary" not in line_of(finding)


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 99), "FAIL"), ((3, 11, 0), "ok"), ((3, 14, 1), "ok")]
)
def test_python_is_new_enough_from_3_11_on(version: tuple[int, int, int], state: str) -> None:
    assert machine.judge_python(version).state == state


@pytest.mark.parametrize(
    ("free", "state"),
    [
        (100 * MIB - 1, "FAIL"),
        (100 * MIB, "warn"),
        (1024 * MIB - 1, "warn"),
        (1024 * MIB, "ok"),
    ],
)
def test_there_is_room_from_a_gibibyte_on_and_too_little_below_a_hundred_mebibytes(
    free: int, state: str
) -> None:
    assert machine.judge_space(free).state == state


@pytest.mark.parametrize(
    ("newest", "is_kept", "state"),
    [
        (NOON, True, "ok"),
        (NOON + 1, True, "FAIL"),
        (None, True, "ok"),
        (NOON, None, "ok"),
        (NOON, False, "warn"),
    ],
)
def test_a_clock_is_wrong_that_stands_before_what_the_node_wrote(
    *, newest: int | None, is_kept: bool | None, state: str
) -> None:
    finding = machine.judge_clock(
        now=instant(NOON), newest=None if newest is None else instant(newest), is_kept=is_kept
    )
    assert finding.state == state
    assert (finding.fix is None) == (state == "ok")


@pytest.mark.parametrize(
    ("places", "state", "said"),
    [
        ([], "ok", "there is none"),
        ([ZRAM, CRYPT], "ok", "unencrypted"),
        ([CRYPT, DISK], "warn", "not encrypted: /dev/sda2"),
        ([UNKNOWN], "warn", "not known whether encrypted: /swap"),
        (None, "warn", "does not say"),
    ],
)
def test_swap_is_well_where_nothing_readable_reaches_a_disk(
    places: list[SwapPlace] | None, state: str, said: str
) -> None:
    finding = devices.judge_swap(places)
    assert finding.state == state
    assert said in finding.detail


@pytest.mark.parametrize(
    ("can", "masked", "places", "state"),
    [
        (True, False, [DISK], "warn"),
        (True, False, [UNKNOWN], "warn"),
        (True, False, None, "warn"),
        (True, True, [DISK], "ok"),
        (True, False, [CRYPT, ZRAM], "ok"),
        (True, False, [ZRAM], "ok"),
        (True, False, [], "ok"),
        (False, False, [DISK], "ok"),
    ],
)
def test_hibernation_is_warned_of_where_it_would_write_the_key_in_the_clear(
    *, can: bool, masked: bool, places: list[SwapPlace] | None, state: str
) -> None:
    seen = Sleeping(can_hibernate=can, is_masked=masked)
    assert devices.judge_hibernation(seen, places).state == state


@pytest.mark.parametrize(
    ("is_limited", "pattern", "state"),
    [
        (True, "core", "ok"),
        (False, "core", "warn"),
        (True, "", "ok"),
        (True, "|/usr/lib/systemd/systemd-coredump %P", "warn"),
        (False, "|/bin/false", "ok"),
    ],
)
def test_core_files_are_warned_of_where_a_crash_leaves_one(
    *, is_limited: bool, pattern: str, state: str
) -> None:
    seen = CoreFiles(is_limited=is_limited, pattern=pattern)
    assert devices.judge_core_files(seen).state == state


def tree(root: Path, *, swaps: str, links: dict[str, str], texts: dict[str, str]) -> Path:
    """A `proc` and a `sys` of their own."""
    for name, text in (
        texts | {"proc/swaps": "Filename Type Size Used Priority\n" + swaps}
    ).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for name, target in links.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / target).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(root / target)
    return root


def test_a_swap_place_is_encrypted_where_every_way_to_a_disk_is(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        swaps="/dev/dm-1 partition 1 0 -2\n/dev/sda2 partition 1 0 -3\n/two\\040words file 1 0 -4\n"
        "/dev/zram0 partition 1 0 5\n/dev/zram1 partition 1 0 5\n/on/a/tmpfs file 1 0 -5\n",
        links={
            "sys/dev/block/253:1": "sys/devices/dm-1",
            "sys/devices/dm-1/slaves/dm-0": "sys/devices/dm-0",
            "sys/devices/dm-0/slaves/sda3": "sys/devices/sda3",
            "sys/dev/block/8:2": "sys/devices/sda2",
            "sys/dev/block/253:2": "sys/devices/dm-2",
            "sys/devices/dm-2/slaves/dm-0": "sys/devices/dm-0",
            "sys/devices/dm-2/slaves/sdb1": "sys/devices/sdb1",
        },
        texts={
            "sys/devices/dm-1/dm/uuid": "LVM-invented\n",
            "sys/devices/dm-0/dm/uuid": "CRYPT-LUKS2-invented\n",
            "sys/devices/dm-2/dm/uuid": "LVM-invented\n",
            "sys/block/zram0/backing_dev": "none\n",
            "sys/block/zram1/backing_dev": "/dev/sda4\n",
        },
    )
    numbers = {"/dev/dm-1": (253, 1), "/dev/sda2": (8, 2), "/two words": (253, 2)}
    seen = devices.swap_places(root, number_of=lambda path: numbers.get(str(path)))
    assert seen is not None
    assert [(place.name, place.stays_in_memory, place.is_encrypted) for place in seen] == [
        ("/dev/dm-1", False, True),
        ("/dev/sda2", False, False),
        ("/two words", False, False),
        ("/dev/zram0", True, None),
        ("/dev/zram1", False, None),
        ("/on/a/tmpfs", False, None),
    ]


def test_where_the_system_does_not_tell_of_swap_nothing_is_claimed(tmp_path: Path) -> None:
    assert devices.swap_places(tmp_path, number_of=devices.number_of) is None


def test_a_file_lies_on_the_device_that_the_system_names(tmp_path: Path) -> None:
    number = devices.number_of(tmp_path)
    assert number == (os.major(tmp_path.stat().st_dev), os.minor(tmp_path.stat().st_dev))
    assert devices.number_of(tmp_path / "nothing") is None


@pytest.mark.parametrize("is_masked", [True, False])
def test_hibernation_is_switched_off_by_a_link_to_nothing(
    tmp_path: Path, *, is_masked: bool
) -> None:
    tree(tmp_path, swaps="", links={}, texts={"sys/power/state": "freeze mem disk\n"})
    if is_masked:
        link = tmp_path / "etc/systemd/system/hibernate.target"
        link.parent.mkdir(parents=True)
        link.symlink_to("/dev/null")
    assert devices.sleeping(tmp_path) == Sleeping(can_hibernate=True, is_masked=is_masked)


def test_the_newest_file_of_the_node_is_what_the_clock_is_compared_with(tmp_path: Path) -> None:
    assert machine.newest_file(tmp_path) is None
    for name, at in (("keyring", NOON), ("vault.db-wal", NOON + 5), ("somebodys.txt", NOON + 9)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at, at))
    assert machine.newest_file(tmp_path) == NOON + 5


def test_the_room_is_measured_where_a_folder_would_be(tmp_path: Path) -> None:
    assert machine.free_bytes(tmp_path / "not" / "there") > 0

"""A file whose place is held before its content is asked for: it is whole, or not there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from node.cli import reserving
from node.cli.sheets import reserved
from node.cli.talking import CommandFailedError


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_written_is_there_for_this_user_only(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with reserving.place(file, taken="taken", failed="failed") as write:
        assert file.read_bytes() == b""
        write(b"content")
    assert file.read_bytes() == b"content"
    assert file.stat().st_mode & 0o777 == 0o600


def test_where_something_is_already_it_stays_and_nothing_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"older")
    with (
        pytest.raises(CommandFailedError, match=r"^taken$"),
        reserving.place(file, taken="taken", failed="failed"),
    ):
        pytest.fail("the content was asked for")
    assert file.read_bytes() == b"older"


def test_if_the_asking_fails_nothing_is_left(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        reserving.place(tmp_path / "file", taken="taken", failed="failed"),
    ):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_does_not_take_it_is_said_with_what_to_type_and_nothing_is_left(
    tmp_path: Path,
) -> None:
    with (
        pytest.raises(CommandFailedError, match=r"^failed \(OSError\)$"),
        reserving.place(tmp_path / "file", taken="taken", failed="failed") as write,
        full_disk(),
    ):
        write(b"content")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("again", ["sathi card renew", "sathi user sheet"])
def test_a_sheet_that_could_not_be_written_names_the_command_that_makes_another(
    tmp_path: Path, again: str
) -> None:
    with (
        pytest.raises(CommandFailedError) as failed,
        reserved(tmp_path / "sheet", folder=tmp_path / "node", again=again) as write,
        full_disk(),
    ):
        write("the text")
    assert failed.value.message.startswith("it was done, but the new sheet could not be written")
    assert f"another sheet with `{again}`" in failed.value.message
    assert list(tmp_path.iterdir()) == []

"""`sathi stick`, between real processes that never run at the same time."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.command_line import Ended, Founded, founded, sathi, served
from tests.support.ports import free_port

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


@pytest.fixture
def alo(tmp_path: Path) -> Founded:
    return founded(tmp_path / "alo", port=free_port(), name="Alo Shelter", user="Rina")


@pytest.fixture
def bandhan(tmp_path: Path) -> Founded:
    return founded(tmp_path / "bandhan", port=free_port(), name="Bandhan", user="Salma")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the stick is in."""
    place = tmp_path / "stick"
    place.mkdir()
    return place


@pytest.fixture
def written(alo: Founded, bandhan: Founded, tmp_path: Path, folder: Path) -> Ended:
    """Bandhan read Alo's introduction, and what it says to that is on the stick."""
    card = tmp_path / "alo.card"
    with served(alo.folder):
        assert sathi("peer", "card", *alo.credentials, "--out", card).code == 0
    with served(bandhan.folder):
        assert sathi("peer", "add", *bandhan.credentials, card).code == 0
        return sathi("stick", "export", *bandhan.credentials, folder, "--to", "alo shelter")


def test_two_organisations_meet_by_sticks_alone(
    alo: Founded, bandhan: Founded, written: Ended, folder: Path
) -> None:
    assert written.code == 0, written.talk
    path, line = written.data.splitlines()
    assert Path(path).parent == folder
    assert line == "1\tAlo Shelter"
    assert "sees that a file is wrapped" in written.talk
    with served(alo.folder):
        came = sathi("stick", "import", *alo.credentials, folder, "--answer", "--remove", "--json")
        assert came.code == 0, came.talk
        (file,) = came.json()["files"]
        assert (file["taken"]["fresh"], file["why_not"]) == (1, None)
        answered = Path(came.json()["answered"]["file"])
    assert [entry.name for entry in folder.iterdir()] == [answered.name]
    with served(bandhan.folder):
        back = sathi("stick", "import", *bandhan.credentials, answered)
        assert back.code == 0, back.talk
        (peer,) = sathi("peer", "list", *bandhan.credentials, "--json").json()["peers"]
    assert peer["status"] == "active"


def test_a_bad_file_is_told_in_one_sentence_and_the_next_is_taken(
    alo: Founded, written: Ended, folder: Path, tmp_path: Path
) -> None:
    good = Path(written.data.splitlines()[0])
    (tmp_path / "elsewhere").write_bytes(good.read_bytes())
    (folder / "aaaaaaaa.bin").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "bbbbbbbb.bin")
    (folder / "cccccccc.bin").write_bytes(
        b"an old letter, and nothing else in it at all, of no use"
    )
    (folder / "dddddddd.bin").touch()
    shutil.copy(good, folder / "eeeeeeee.bin")
    os.truncate(folder / "eeeeeeee.bin", 300)
    with served(alo.folder):
        came = sathi("stick", "import", *alo.credentials, folder)
    told = dict(line.split(": ", 1) for line in came.talk.splitlines() if ".bin: " in line)
    assert came.code == 1
    assert told == {
        "aaaaaaaa.bin": "this is a link to another place; it was not followed",
        "bbbbbbbb.bin": "this is no ordinary file; nothing of it was read",
        "cccccccc.bin": "this is no stick file of Sathi",
        "dddddddd.bin": "this file is empty",
        "eeeeeeee.bin": told["eeeeeeee.bin"],
    }
    assert f"{good.name}\t1 new\t0 known\t0 refused" in came.data
    assert "5 of 6 files were not taken" in came.talk


def test_our_own_letters_on_the_stick_are_left_and_the_rest_is_taken(
    alo: Founded, bandhan: Founded, written: Ended, folder: Path
) -> None:
    with served(alo.folder):
        sathi("stick", "import", *alo.credentials, folder, "--answer")
    with served(bandhan.folder):
        alone = sathi("stick", "import", *bandhan.credentials, written.data.splitlines()[0])
        both = sathi("stick", "import", *bandhan.credentials, folder, "--remove", "--json")
    assert alone.code == 1
    assert "wrapped, and not for us alone" in alone.talk
    assert both.code == 3
    assert sorted(one["taken"] is None for one in both.json()["files"]) == [False, True]
    assert [entry.name for entry in folder.iterdir()] == [Path(written.data.split("\n")[0]).name]


def test_what_cannot_be_done_is_said_with_what_to_type_next(
    alo: Founded, folder: Path, tmp_path: Path
) -> None:
    with served(alo.folder):
        nobody = sathi("stick", "export", *alo.credentials, folder)
        unknown = sathi("stick", "export", *alo.credentials, folder, "--to", "Nobody")
        empty = sathi("stick", "import", *alo.credentials, folder)
        gone = sathi("stick", "import", *alo.credentials, tmp_path / "gone.bin")
        ferry = sathi("stick", "import", *alo.credentials, folder, "--ferry")
    assert (nobody.code, unknown.code, empty.code, gone.code, ferry.code) == (2, 1, 1, 1, 1)
    assert "name a partner with --to NAME" in nobody.talk
    assert "no organisation of that name" in unknown.talk
    assert "is it the right stick?" in empty.talk
    assert "there is no such file" in gone.talk
    assert "set stick.ferry in federation.toml first" in ferry.talk


def test_nothing_is_written_where_nothing_waits(
    alo: Founded, bandhan: Founded, written: Ended, folder: Path
) -> None:
    with served(alo.folder):
        sathi("stick", "import", *alo.credentials, folder)
        first = sathi("stick", "export", *alo.credentials, folder, "--to", "Bandhan")
        no_place = sathi("stick", "export", *alo.credentials, folder / "no", "--to", "Bandhan")
    assert written.code == 0
    assert first.code == 0
    assert no_place.code == 1
    assert "is the stick in?" in no_place.talk
    with served(bandhan.folder):
        word = sathi(
            "stick", "export", *bandhan.credentials, folder, "--to", "Alo Shelter",
            "--stick-passphrase-file", bandhan.passphrase_file, "--json",
        )  # fmt: skip
    assert word.json()["wrap"] == "passphrase"

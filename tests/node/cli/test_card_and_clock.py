"""`sathi card renew` with the words of the paper sheet, and `sathi clock`, against real processes."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from node.cli.root_words import existing
from node.cli.sheets import read_suspend
from node.cli.talking import CommandFailedError
from node.system import SystemClock
from protocol.labels import Kind
from protocol.signing import parse, verify
from tests.support.command_line import Founded, environment, founded, sathi, served
from tests.support.ports import free_port

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


@pytest.fixture
def alo(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "alo", port=free_port(), name="Alo Shelter", user="Rina")
    with served(node.folder):
        yield node


def day(off: int = 0) -> str:
    today = datetime.fromtimestamp(SystemClock().wall(), UTC)
    return (today + timedelta(days=off)).strftime("%Y-%m-%d")


def renew(node: Founded, words: Path, sheet: Path) -> tuple[int, str, str]:
    done = sathi(
        "card", "renew", *node.credentials, "--root-words-file", words, "--suspend-sheet", sheet
    )
    return done.code, done.data, done.talk


def test_the_words_of_the_sheet_make_a_new_card_and_a_new_suspend_for_it(
    alo: Founded, tmp_path: Path
) -> None:
    sheet = tmp_path / "new.suspend"
    before = sathi("card", "show", *alo.credentials, "--json").json()
    code, data, talk = renew(alo, alo.root_sheet, sheet)
    after = sathi("card", "show", *alo.credentials, "--json").json()

    assert code == 0, talk
    assert data.startswith("2\tuntil ")
    assert (before["sequence"], after["sequence"]) == (1, 2)
    assert after["expires"] >= before["expires"]
    root = existing(alo.root_sheet)
    suspend = parse(read_suspend(sheet.read_text(encoding="utf-8")), kind=Kind.SUSPEND)
    assert verify(suspend, keys=[root.secret.public]) == root.secret.public
    assert sheet.stat().st_mode & 0o077 == 0
    said = sathi("doctor", "--data", alo.folder)
    assert "ok    date" in said.data
    assert "ok    card" in said.data


def test_the_words_are_in_no_file_of_the_node_and_in_nothing_that_is_said(
    alo: Founded, tmp_path: Path
) -> None:
    root = existing(alo.root_sheet)
    _, data, talk = renew(alo, alo.root_sheet, tmp_path / "new.suspend")
    seed = root.secret.seed
    spellings = [seed, seed.hex().encode(), base64.b32encode(seed), root.words.encode()]
    files = [path for path in alo.folder.rglob("*") if path.is_file()]

    # One word may be one that we say too; two that follow each other in the key are not.
    pairs = [" ".join(pair) for pair in pairwise(root.words.split())]
    assert [pair for pair in pairs if pair in f"{data} {talk}"] == []
    assert files
    assert [
        path.name for path in files for spelling in spellings if spelling in path.read_bytes()
    ] == []


def test_words_of_another_node_renew_nothing_and_leave_no_sheet(
    alo: Founded, tmp_path: Path
) -> None:
    other = founded(tmp_path / "other", port=free_port(), name="Other", user="Rina")
    sheet = tmp_path / "new.suspend"
    code, _, talk = renew(alo, other.root_sheet, sheet)

    assert code == 1
    assert "another node's root" in talk
    assert not sheet.exists()
    assert sathi("card", "show", *alo.credentials, "--json").json()["sequence"] == 1


def test_a_mistyped_word_is_refused_without_saying_which(alo: Founded, tmp_path: Path) -> None:
    words = existing(alo.root_sheet).words.split()
    wrong = tmp_path / "words"
    wrong.write_text(" ".join(["zoo", *words[1:]]), encoding="utf-8")
    with pytest.raises(CommandFailedError) as refused:
        existing(wrong)

    assert "24 words" in refused.value.message
    assert [word for word in words if word in refused.value.message.split()] == []


def test_where_the_new_suspend_finds_no_room_the_command_that_makes_another_is_named(
    alo: Founded, tmp_path: Path
) -> None:
    sheet = tmp_path / "new.suspend"
    # No file of the command may grow; the node is another process.
    full = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable, "-B", "-m", "node.cli"]
    typed = ["card", "renew", *alo.credentials, "--root-words-file", alo.root_sheet]
    ended = subprocess.run(  # noqa: S603  (our own command)
        [*full, *map(str, typed), "--suspend-sheet", str(sheet)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=30,
        check=False,
    )
    failed = (ended.returncode, ended.stdout, sheet.exists())
    typed[1] = "sheet"
    again = sathi(*typed, "--suspend-sheet", sheet)

    assert failed == (1, "", False)
    assert "it was done, but the new sheet could not be written" in ended.stderr
    assert "`sathi card sheet`" in ended.stderr
    assert "user sheet" not in ended.stderr
    assert (again.code, again.data[:8], sheet.exists()) == (0, "2\tuntil ", True), again.talk


def test_the_clock_is_trusted_and_confirmed_only_with_the_day_of_today(alo: Founded) -> None:
    shown = sathi("clock", "show", *alo.credentials)
    wrong = sathi("clock", "confirm", *alo.credentials, "--day", day(off=2))
    right = sathi("clock", "confirm", *alo.credentials, "--day", day())

    assert (shown.code, shown.data.split("\t")[1]) == (0, "trusted\n")
    assert (wrong.code, "another day" in wrong.talk) == (1, True)
    assert right.code == 0
    assert sathi("clock", "show", *alo.credentials, "--json").json()["doubt"] is None

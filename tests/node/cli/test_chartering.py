"""`sathi charter` and `sathi peer suspend | remove`: by files, keys on paper, and a running node."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from node.system import SystemClock
from protocol.cards import read_introduction
from protocol.charter import Parameters, RiskProfile, parse_charter
from protocol.values import node_id_text
from protocol.vocabulary.codes import Country
from tests.support.command_line import Ended, Founded, founded, sathi, sathi_here, served
from tests.support.ports import free_port


@dataclass(frozen=True, slots=True, kw_only=True)
class Steward:
    """A steward's sheet, and the public half of the key."""

    sheet: Path
    key: str


@pytest.fixture
def stewards(tmp_path: Path) -> list[Steward]:
    return [steward(tmp_path / f"steward-{number}.txt") for number in range(3)]


def steward(sheet: Path) -> Steward:
    made = sathi_here("charter", "key", "--sheet", str(sheet))
    assert made.code == 0, made.talk
    return Steward(sheet=sheet, key=made.data.strip())


def here(*arguments: str | Path) -> Ended:
    return sathi_here(*map(str, arguments))


def draft(folder: Path, stewards: list[Steward], *more: str | Path, name: str = "draft") -> Path:
    legal = folder / "agreement.txt"
    legal.write_text("An invented agreement.", encoding="utf-8")
    keys = [part for one in stewards for part in ("--steward", one.key)]
    out = folder / name
    ended = here("charter", "draft", *keys, "--legal-text", legal, *more, "--out", out)
    assert ended.code == 0, ended.talk
    return out


def sign(file: Path, by: Steward, out: Path) -> Path:
    ended = here("charter", "sign", file, "--words-file", by.sheet, "--out", out)
    assert ended.code == 0, ended.talk
    return out


def signed_by(folder: Path, file: Path, stewards: list[Steward], *more: str | Path) -> Ended:
    """Each signs the draft alone, and the parts are brought together."""
    parts = [
        sign(file, one, folder / f"{file.name}-part-{number}")
        for number, one in enumerate(stewards)
    ]
    return here("charter", "combine", *parts, *more, "--out", folder / f"{file.name}-signed")


def test_a_stewards_key_is_on_its_sheet_and_its_words_nowhere_else(tmp_path: Path) -> None:
    sheet = tmp_path / "steward.txt"
    made = here("charter", "key", "--sheet", sheet)
    words = re.findall(r"[0-9]+ ([a-z]+)", sheet.read_text(encoding="utf-8"))

    assert re.fullmatch(r"[0-9a-f]{64}\n", made.data)
    assert len(words) == 24
    assert sheet.stat().st_mode & 0o077 == 0
    assert " ".join(words[:3]) not in made.data + made.talk


def test_a_sheet_is_never_written_over(tmp_path: Path) -> None:
    sheet = tmp_path / "steward.txt"
    sheet.write_text("something", encoding="utf-8")

    assert here("charter", "key", "--sheet", sheet).code == 1
    assert sheet.read_text(encoding="utf-8") == "something"


def test_k_stewards_who_sign_apart_make_a_charter(tmp_path: Path, stewards: list[Steward]) -> None:
    file = draft(tmp_path, stewards, "--threshold", "2")
    too_few = signed_by(tmp_path, file, stewards[:1])
    for part in tmp_path.glob("draft-part-*"):
        part.unlink()
    enough = signed_by(tmp_path, file, stewards[1:])

    assert (too_few.code, "not enough stewards" in too_few.talk) == (1, True)
    assert enough.code == 0, enough.talk
    assert (tmp_path / "draft-signed").exists()


def test_one_after_the_other_is_as_good_as_apart(tmp_path: Path, stewards: list[Steward]) -> None:
    file = draft(tmp_path, stewards, "--threshold", "2")
    first = sign(file, stewards[0], tmp_path / "first")
    second = sign(first, stewards[1], tmp_path / "second")
    combined = here("charter", "combine", second, "--out", tmp_path / "charter")

    assert combined.code == 0, combined.talk


def test_the_next_version_needs_the_stewards_before_it(
    tmp_path: Path, stewards: list[Steward]
) -> None:
    file = draft(tmp_path, stewards, "--threshold", "2")
    assert signed_by(tmp_path, file, stewards[:2]).code == 0
    charter = tmp_path / "draft-signed"
    other = steward(tmp_path / "other.txt")
    without = [part for one in stewards for part in ("--without-steward", one.key)]
    ended = here(
        "charter", "draft", "--after", charter, "--steward", other.key, *without,
        "--threshold", "1", "--out", tmp_path / "taken-over",
    )  # fmt: skip
    assert ended.code == 0, ended.talk
    alone = signed_by(tmp_path, tmp_path / "taken-over", [other], "--after", charter)

    assert (alone.code, "charter before" in alone.talk) == (1, True)


@pytest.mark.parametrize(
    "more",
    [
        ("--threshold", "4"),
        ("--threshold", "2", "--days", "401"),
        ("--threshold", "2", "--erase-hours", "73"),
        ("--threshold", "2", "--storage", "XX"),
        ("--threshold", "2", "--complaints", "sn1nobody"),
        ("--threshold", "2", "--remove", "sn1nobody"),
        ("--threshold", "2", "--without-steward", "00" * 32),
        ("--threshold", "2", "--steward", "short"),
        ("--threshold", "2", "--successor", "nobody"),
        (),
    ],
)
def test_a_draft_that_would_be_no_charter_is_not_written(
    tmp_path: Path, stewards: list[Steward], more: tuple[str, ...]
) -> None:
    legal = tmp_path / "agreement.txt"
    legal.write_text("An invented agreement.", encoding="utf-8")
    keys = [part for one in stewards for part in ("--steward", one.key)]
    out = tmp_path / "draft"
    ended = here("charter", "draft", *keys, "--legal-text", legal, *more, "--out", out)

    assert ended.code == 1, ended.talk
    assert not out.exists()


def test_a_draft_says_what_is_asked_of_every_member_and_the_next_one_keeps_it(
    tmp_path: Path, stewards: list[Steward]
) -> None:
    asked = ("--risk", "high", "--erase-hours", "24", "--storage", "IN", "--storage", "BD")
    file = draft(tmp_path, stewards, "--threshold", "2", *asked)
    assert signed_by(tmp_path, file, stewards[:2]).code == 0
    following = tmp_path / "next"
    charter = tmp_path / "draft-signed"
    months = ("--skeleton-months", "12")
    assert here("charter", "draft", "--after", charter, *months, "--out", following).code == 0
    first, second = (parse_charter(one.read_bytes()).parameters for one in (file, following))

    assert first == Parameters(
        erase_hours=24, risk=RiskProfile.HIGH, storage=(Country.BANGLADESH, Country.INDIA)
    )
    assert second == replace(first, skeleton_months=12)


def test_words_that_are_mistyped_sign_nothing_and_are_not_repeated(
    tmp_path: Path, stewards: list[Steward]
) -> None:
    file = draft(tmp_path, stewards, "--threshold", "2")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("canary " * 24, encoding="utf-8")
    ended = here("charter", "sign", file, "--words-file", wrong, "--out", tmp_path / "part")

    assert ended.code == 1
    assert "canary" not in ended.talk + ended.data
    assert not (tmp_path / "part").exists()


def test_what_is_neither_draft_nor_part_is_not_signed(
    tmp_path: Path, stewards: list[Steward]
) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"junk")
    ended = here(
        "charter", "sign", junk, "--words-file", stewards[0].sheet, "--out", tmp_path / "part"
    )

    assert ended.code == 1
    assert here("charter", "combine", junk, "--out", tmp_path / "x").code == 1


# With nodes that run.


@pytest.fixture
def alo(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "alo", port=free_port(), name="Alo Shelter", user="Rina")
    with served(node.folder):
        yield node


@pytest.fixture
def bandhan(tmp_path: Path) -> Iterator[Founded]:
    node = founded(tmp_path / "bandhan", port=free_port(), name="Bandhan", user="Salma")
    with served(node.folder):
        yield node


@pytest.mark.slow
@pytest.mark.sockets
def test_a_charter_is_held_and_a_partner_suspended_and_removed(
    tmp_path: Path, alo: Founded, bandhan: Founded, stewards: list[Steward]
) -> None:
    files = {}
    for node, name in ((alo, "alo"), (bandhan, "bandhan")):
        files[name] = tmp_path / f"{name}.sathi"
        assert sathi("peer", "card", *node.credentials, "--out", files[name]).code == 0
    assert sathi("peer", "add", *alo.credentials, files["bandhan"]).code == 0
    added = [part for file in files.values() for part in ("--add", file)]
    taking = read_introduction(files["bandhan"].read_bytes(), now=SystemClock().wall()).card
    agreed = ("--risk", "high", "--complaints", node_id_text(taking.node_id))
    file = draft(tmp_path, stewards, *added, *agreed, "--threshold", "2")
    assert signed_by(tmp_path, file, stewards[:2]).code == 0
    charter = tmp_path / "draft-signed"

    none_yet = sathi("charter", "show", *alo.credentials)
    wrong = sathi("charter", "apply", *alo.credentials, charter, "--number", "0 0 0 0 0 0")
    [number] = re.findall(r"number: ([0-9 ]+)", wrong.talk)
    applied = sathi("charter", "apply", *alo.credentials, charter, "--number", number)
    shown = sathi("charter", "show", *alo.credentials, "--json")
    assert "asks: risk high" in applied.talk
    assert shown.json()["complaints"] == [node_id_text(taking.node_id)]
    assert (none_yet.code, wrong.code, applied.code, applied.data) == (1, 1, 0, "version 1\n")
    assert {one["name"] for one in shown.json()["members"]} == {"Alo Shelter", "Bandhan"}
    assert sathi("charter", "apply", *alo.credentials, charter, "--number", number).code == 1

    as_steward = sathi(
        "peer", "suspend", *alo.credentials, "--steward", "Bandhan",
        "--words-file", stewards[2].sheet,
    )  # fmt: skip
    assert as_steward.code == 0, as_steward.talk
    assert status_of(alo) == "suspended"
    own = sathi("peer", "suspend", *alo.credentials, "--sheet", alo.suspend_sheet)
    again = sathi("peer", "suspend", *alo.credentials, "--sheet", bandhan.suspend_sheet)
    assert (own.code, again.code) == (1, 0)

    asked = sathi("peer", "remove", *alo.credentials, "Bandhan")
    removed = sathi("peer", "remove", *alo.credentials, "--yes", "Bandhan")
    assert (asked.code, removed.code) == (2, 0)
    assert status_of(alo) == "removed"


def status_of(node: Founded) -> str:
    [peer] = sathi("peer", "list", *node.credentials, "--json").json()["peers"]
    return str(peer["status"])

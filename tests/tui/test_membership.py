"""Who belongs, on the desk: a charter is looked at before it holds, and a sheet stops a partner at once."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.charter import MemberState, Parameters, RiskProfile
from protocol.charter_chain import charter_number, encode_chain
from protocol.values import NodeId, later
from protocol.vocabulary.codes import Country
from tests.support.belonging import (
    apply_charter,
    charter_of,
    entry,
    held_version,
    sheet_of,
    status,
    suspend,
)
from tests.support.charters import STEWARDS, after, held, signed, with_entry
from tests.support.desk_app import LARGE, SMALL, press, rows, shown, unlocked, write
from tests.support.federation import Federation, Node, done
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tests.support.story import Story
from tui.places import ToMembership, ToPartner

DAY = 86_400


def sheet_text(raw: bytes) -> str:
    """A suspend sheet as it is typed from paper."""
    return "SATHI: SUSPEND\nsome words\n\n" + base64.b32encode(raw).decode() + "\n"


async def test_a_charter_is_looked_at_with_its_number_and_holds_when_a_person_says_so(
    federation: Federation, alo: Node, tmp_path: Path
) -> None:
    charter = charter_of(federation)
    file = tmp_path / "charter"
    file.write_bytes(encode_chain([signed(charter)]))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        looked = " ".join(shown(pilot.app).split())
        await press(pilot, "f6")
        taken = shown(pilot.app)

    assert all(group in looked for group in charter_number(held(charter).body_hash))
    assert "Call two stewards" in looked
    assert "This charter holds from now on." in taken
    assert held_version(alo) == 1


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (Parameters(risk=RiskProfile.HIGH), "It asks for high risk: this computer locks at once"),
        (Parameters(erase_hours=24), "has to be erased within 24 hours of this being open"),
        (
            Parameters(storage=(Country.BANGLADESH, Country.INDIA)),
            "Her data may lie in: Bangladesh, India. It is for you to see to that.",
        ),
        (Parameters(complaints=(NodeId(bytes(32)),)), "It names who takes complaints."),
    ],
    ids=["risk", "erasing", "storage", "complaints"],
)
async def test_what_a_charter_asks_is_said_before_it_is_taken_and_while_it_holds(
    federation: Federation, alo: Node, tmp_path: Path, parameters: Parameters, said: str
) -> None:
    file = tmp_path / "charter"
    charter = replace(charter_of(federation), parameters=parameters)
    file.write_bytes(encode_chain([signed(charter)]))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        before = " ".join(shown(pilot.app).split())
        await press(pilot, "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        looked = " ".join(shown(pilot.app).split())
        await press(pilot, "f6")
        holds = " ".join(shown(pilot.app).split())

    assert [said in text for text in (before, looked, holds)] == [False, True, True]


async def test_looking_at_a_charter_holds_nothing(
    federation: Federation, alo: Node, tmp_path: Path
) -> None:
    file = tmp_path / "charter"
    file.write_bytes(encode_chain([signed(charter_of(federation))]))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s", "escape")

    assert held_version(alo) == 0


async def test_a_charter_that_a_partner_sent_is_looked_at_without_a_file(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    done(apply_charter(alo, charter_of(federation)))
    federation.settle_all()
    async with unlocked(bandhan) as pilot:
        await visit(pilot, ToMembership())
        offered = " ".join(shown(pilot.app).split())
        await press(pilot, "ctrl+s", "f6")

    assert "Alo Shelter sent a charter." in offered
    assert held_version(bandhan) == 1


@pytest.mark.parametrize("content", [b"an old letter", bytes(4_096), b"[b]x[/]\x1b[2J"], ids=repr)
async def test_a_file_that_is_no_charter_is_refused_plainly(
    alo: Node, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "charter"
    file.write_bytes(content)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        said = shown(pilot.app)

    assert "This is no charter" in said
    assert held_version(alo) == 0


async def test_a_charter_of_too_few_stewards_says_so(
    federation: Federation, alo: Node, tmp_path: Path
) -> None:
    file = tmp_path / "charter"
    file.write_bytes(encode_chain([signed(charter_of(federation), STEWARDS[:1])]))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        said = " ".join(shown(pilot.app).split())

    assert "Too few stewards signed this charter." in said


async def test_a_sheet_stops_its_partner_and_the_list_says_so(
    alo: Node, bandhan: Node, tmp_path: Path
) -> None:
    file = tmp_path / "sheet.txt"
    file.write_text(sheet_text(sheet_of(bandhan)), encoding="ascii")
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "right", "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")
        said = shown(pilot.app)
        await press(pilot, "escape", "6")
        row = next(row for row in rows(pilot.app) if "Bandhan" in row and "Stopped" in row)

    assert "Nothing goes to this partner any more" in said
    assert status(bandhan, alo) == (2, "suspended")
    assert row.startswith(" ✗ Bandhan")


@pytest.mark.parametrize("text", ["", "no lines of it", "x\n\n!!!!"])
async def test_a_file_that_is_no_sheet_stops_nobody(
    alo: Node, bandhan: Node, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "sheet.txt"
    file.write_text(text, encoding="ascii")
    async with unlocked(alo) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "right", "tab")
        await write(pilot, str(file))
        await press(pilot, "ctrl+s")

    assert status(bandhan, alo) == (2, "active")


async def test_a_charter_that_is_over_is_told_loudly(federation: Federation, alo: Node) -> None:
    charter = replace(charter_of(federation), expires=later(federation.clock.now, DAY))
    done(apply_charter(alo, charter))
    async with unlocked(alo) as pilot:
        await press(pilot, "6")
        soon = " ".join(shown(pilot.app).split())
    federation.clock.forward(DAY)
    async with unlocked(alo) as pilot:
        await press(pilot, "6")
        over = " ".join(shown(pilot.app).split())

    assert "The charter ends soon" in soon
    assert "THE CHARTER HAS ENDED." in over


async def test_a_withdrawal_told_by_a_stopped_partner_is_confirmed_on_its_screen(
    story: Story,
) -> None:
    story.up_to_dossier()
    done(suspend(story.bandhan, sheet_of(story.alo)))
    story.withdraw()
    story.settle()
    async with unlocked(story.bandhan) as pilot:
        await visit(pilot, ToPartner(node_id=story.alo.node_id))
        asked = " ".join(shown(pilot.app).split())
        await press(pilot, "e", "y")

    assert "1 of her withdrawals came from them" in asked
    assert unconfirmed(story.bandhan) == 0


def unconfirmed(node: Node) -> int:
    ((count,),) = node.rows("SELECT count(*) FROM erasures WHERE unconfirmed IS NOT NULL")
    return int(count)


async def test_what_cannot_be_brought_back_is_erased_only_after_a_y(story: Story) -> None:
    story.up_to_dossier()
    done(suspend(story.bandhan, sheet_of(story.alo)))
    story.withdraw()
    story.settle()
    async with unlocked(story.bandhan) as pilot:
        await visit(pilot, ToPartner(node_id=story.alo.node_id))
        await press(pilot, "e")
        asked = " ".join(shown(pilot.app).split())
        await press(pilot, "enter", "n")

    assert "cannot be brought back" in asked
    assert unconfirmed(story.bandhan) == 1


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is named without a folder, so that a picture of it is the same everywhere."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "২"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_the_charter_looks(
    federation: Federation,
    beside: Path,
    size: tuple[int, int],
    language: str,
) -> None:
    alo, bandhan = federation["Alo Shelter"], federation["Bandhan"]
    first = charter_of(federation)
    done(apply_charter(alo, first))
    gone = entry(bandhan, MemberState.SUSPENDED)
    second = after(first, members=with_entry(first, gone))
    put(beside, encode_chain([signed(second)]))
    async with unlocked(alo, size=size, language=language) as pilot:
        await visit(pilot, ToMembership())
        await press(pilot, "tab")
        await write(pilot, beside.name)
        await press(pilot, "ctrl+s")
        check_snapshot(pilot.app, "membership")
        await press(pilot, "f6")
        await press(pilot, "escape", "6")
        check_snapshot(pilot.app, "partners-stopped")

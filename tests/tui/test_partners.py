"""Partners on the desk: known is not checked, and only two people who compared the number make it so."""

from typing import Any

import pytest
from textual.pilot import Pilot

from protocol.safety import safety_number
from tests.support.desk_app import LARGE, SMALL, press, rows, shown, unlocked
from tests.support.federation import Federation, Node
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tests.support.story import meet
from tui.places import ToPartner

LEVEL = "SELECT level, verified_how FROM peers"


def met(strangers: Federation) -> tuple[Node, Node]:
    """Bandhan has read Alo's card; nobody compared anything."""
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    return alo, bandhan


async def compare(pilot: Pilot[Any], partner: Node, *keys: str) -> None:
    await visit(pilot, ToPartner(node_id=partner.node_id))
    await press(pilot, *keys)


async def test_a_card_that_was_read_is_not_checked_and_says_so(strangers: Federation) -> None:
    alo, _ = met(strangers)
    async with unlocked(alo) as pilot:
        await press(pilot, "6")
        row = next(row for row in rows(pilot.app) if "Bandhan" in row and "Card read" in row)
    assert row.startswith(" ? Bandhan")
    assert "Card read, not checked" in row


@pytest.mark.parametrize(("key", "how"), [("v", "voice"), ("p", "in_person")])
async def test_numbers_that_match_make_a_partner_checked_in_the_way_that_was_said(
    strangers: Federation, key: str, how: str
) -> None:
    alo, bandhan = met(strangers)
    async with unlocked(alo) as pilot:
        await compare(pilot, bandhan, "m", key)
        assert "✓ Checked" in shown(pilot.app)
    assert alo.rows(LEVEL) == [(2, how)]


@pytest.mark.parametrize("keys", [("x",), ("l",), ("m", "escape"), ("m", "enter"), ("enter",)])
async def test_nothing_else_makes_a_partner_checked(
    strangers: Federation, keys: tuple[str, ...]
) -> None:
    alo, bandhan = met(strangers)
    async with unlocked(alo) as pilot:
        await compare(pilot, bandhan, *keys)
    assert alo.rows(LEVEL) == [(1, None)]


async def test_numbers_that_differ_are_no_dead_end(strangers: Federation) -> None:
    alo, bandhan = met(strangers)
    async with unlocked(alo) as pilot:
        await compare(pilot, bandhan, "x")
        assert "Nothing was confirmed, and nothing of hers goes there." in shown(pilot.app)
        assert "Ask them, by another way, for a new introduction file" in shown(pilot.app)


@pytest.mark.parametrize("language", ["en", "bn"])
async def test_the_number_stands_in_the_same_digits_in_every_language(
    strangers: Federation, language: str
) -> None:
    alo, bandhan = met(strangers)
    groups = safety_number(alo.me.root, bandhan.me.root)
    async with unlocked(alo, language=language) as pilot:
        await visit(pilot, ToPartner(node_id=bandhan.node_id))
        words = " ".join(rows(pilot.app)).split()
    assert [word for word in words if word in groups] == list(groups)


async def test_a_partner_nobody_knows_is_said_to_be_so(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPartner(node_id=b"\x05" * 32))
        assert "We do not know this partner." in shown(pilot.app)
        await press(pilot, "m", "x")
        assert "We do not know this partner." in shown(pilot.app)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_partners_look(
    strangers: Federation, size: tuple[int, int], language: str
) -> None:
    alo, bandhan = met(strangers)
    async with unlocked(alo, size=size, language=language) as pilot:
        await press(pilot, "6")
        check_snapshot(pilot.app, "partners")
        await compare(pilot, bandhan, "x")
        check_snapshot(pilot.app, "partner")
        await press(pilot, "m")
        check_snapshot(pilot.app, "partner-how")

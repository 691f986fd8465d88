"""Our own computer on the desk: which day it is, and whether another one speaks for us."""

import re
from datetime import UTC, datetime

import pytest

from node import trusted_clock
from node.vault.tables import streams
from protocol.messages.recovery import Resync
from protocol.values import Instant
from protocol.vocabulary.codes import Role
from tests.support.desk_app import (
    LARGE,
    SMALL,
    desk_on,
    press,
    rows,
    seated,
    shown,
    unlock,
    unlocked,
    write,
)
from tests.support.federation import Node
from tests.support.forging import forge, place_of
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tests.support.story import Story
from tui.places import Place, ToPlace

DAY = 86_400


def moved(node: Node, *, days: int) -> None:
    """The clock of this computer went by so much, and nobody says that it is right."""
    node.ahead = days * DAY


def replaced(node: Node, partner: Node) -> None:
    """The partner asks for a stream that this computer never began: another one speaks for us."""
    epoch, _, _ = place_of(node, partner)
    asked = forge(Resync(epoch=Instant(epoch + 60), ranges=()), sender=partner, recipient=node)
    node.take([asked])


def is_in_doubt(node: Node) -> bool:
    return node.read(lambda unit: trusted_clock.is_in_doubt(unit, now=node.now))


def is_replaced(node: Node) -> bool:
    return node.read(lambda unit: streams.find_superseded(unit.vault) is not None)


def day_of(node: Node) -> str:
    return datetime.fromtimestamp(node.now, UTC).strftime("%Y-%m-%d")


async def test_a_supervisor_says_which_day_stands_on_another_clock_and_the_date_is_trusted(
    story: Story,
) -> None:
    alo = story.alo
    moved(alo, days=60)
    before = is_in_doubt(alo)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        told = " ".join(shown(pilot.app).split())
        await press(pilot, "d")
        await write(pilot, day_of(alo))
        await press(pilot, "ctrl+s")
        said = shown(pilot.app)

    assert before
    assert "that may be wrong" in told
    assert "The date is trusted from now on." in said
    assert not is_in_doubt(alo)


async def test_a_day_in_bengali_digits_is_the_same_day(story: Story) -> None:
    alo = story.alo
    moved(alo, days=60)
    native = day_of(alo).translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        await press(pilot, "d")
        await write(pilot, native)
        await press(pilot, "ctrl+s")

    assert not is_in_doubt(alo)


@pytest.mark.parametrize("typed", ["2027-01-01", "today", ""])
async def test_another_day_on_the_telephone_leaves_the_date_in_doubt(
    story: Story, typed: str
) -> None:
    alo = story.alo
    moved(alo, days=60)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        await press(pilot, "d")
        await write(pilot, typed)
        await press(pilot, "ctrl+s")
        said = shown(pilot.app)

    assert ("This computer says another day." in said) == bool(typed)
    assert is_in_doubt(alo)


async def test_a_computer_that_was_replaced_goes_on_only_after_a_yes(story: Story) -> None:
    alo, bandhan = story.alo, story.bandhan
    replaced(alo, bandhan)
    story.federation.clock.forward(3_600)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        told = " ".join(shown(pilot.app).split())
        await press(pilot, "o", "n")
    after_no = is_replaced(alo)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        await press(pilot, "o", "y")
        said = shown(pilot.app)

    assert "Another computer speaks for us: nothing but her no leaves this one." in told
    assert after_no
    assert "This computer begins anew with every partner." in said
    assert not is_replaced(alo)


async def test_from_today_it_is_one_key_to_where_our_computer_is_put_right(story: Story) -> None:
    replaced(story.alo, story.bandhan)
    async with unlocked(story.alo) as pilot:
        assert "Another computer speaks for us" in shown(pilot.app)
        await press(pilot, "enter")
        assert "a supervisor presses o." in " ".join(shown(pilot.app).split())


async def test_where_nothing_is_wrong_neither_key_does_anything(alo: Node, bandhan: Node) -> None:
    epoch = place_of(alo, bandhan)
    async with unlocked(alo) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        await press(pilot, "d", "o", "y")
        assert not [row for row in rows(pilot.app) if re.search("Which day|off for good", row)]

    assert place_of(alo, bandhan) == epoch


async def test_a_caseworker_is_told_and_has_neither_key(story: Story) -> None:
    replaced(story.alo, story.bandhan)
    moved(story.alo, days=60)
    async with seated(story.alo, role=Role.CASEWORKER) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        told = " ".join(shown(pilot.app).split())
        await press(pilot, "d", "o", "y")

    assert "that may be wrong" in told
    assert is_replaced(story.alo)
    assert is_in_doubt(story.alo)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_our_computer_looks_that_needs_a_person(
    story: Story, size: tuple[int, int], language: str
) -> None:
    replaced(story.alo, story.bandhan)
    moved(story.alo, days=60)
    async with unlocked(story.alo, size=size, language=language) as pilot:
        await visit(pilot, ToPlace(place=Place.PARTNERS))
        check_snapshot(pilot.app, "partners-our_computer")
        await press(pilot, "d")
        check_snapshot(pilot.app, "partners-day")

"""A role sees the places and the keys that are its own, and none that would be refused."""

from typing import Any, Final, get_args

import pytest
from textual.pilot import Pilot

from protocol.local import commands
from protocol.local.commands import may_use
from protocol.vocabulary.codes import Role
from tests.support.desk_app import LARGE, desk_on, press, rows, seated, shown, unlock, write
from tests.support.federation import Federation, Node
from tests.support.passing import visit
from tests.support.story import Story, meet
from tui import rights
from tui.everywhere import EVERYWHERE
from tui.places import (
    Destination,
    Place,
    ToCase,
    ToOutbox,
    ToPartner,
    ToPlace,
    ToPlainWords,
    ToSettings,
)
from tui.screens.desk_screen import DeskScreen

ROLES: Final = pytest.mark.parametrize("role", list(Role))
REFUSED: Final = "another role"
KEYS_OF_PLACES: Final = tuple(place.value for place in Place)
FOOTER_ROWS: Final = 2
# What the desk's places are made of, as the design says of each role: casework is for those who do casework.
SEEN_BY: Final = {
    Role.CASEWORKER: set(Place),
    Role.COUNSELLOR: set(Place),
    Role.SUPERVISOR: set(Place),
    Role.DATA_OFFICER: {Place.PARTNERS},
}


def front(pilot: Pilot[Any]) -> DeskScreen[Any]:
    screen = pilot.app.screen
    assert isinstance(screen, DeskScreen)
    return screen


def offered(pilot: Pilot[Any]) -> list[str]:
    """The keys of places, the outbox and the settings that the footer or the palette offers."""
    acts = (*front(pilot).acts_now(), *front(pilot).acts_everywhere())
    return [act.key for act in acts if act.key in {*KEYS_OF_PLACES, "f2", "f5", "f7"}]


@ROLES
async def test_no_place_that_is_offered_is_refused(alo: Node, story: Story, role: Role) -> None:
    story.open_case()
    async with seated(alo, role=role) as seat, desk_on(seat, size=LARGE) as pilot:
        await unlock(pilot)
        seen = {Place(key) for key in offered(pilot) if key in KEYS_OF_PLACES}
        for key in offered(pilot):
            await press(pilot, key)
            assert REFUSED not in shown(pilot.app), key
            assert rows(pilot.app)[0].strip(), key

    assert seen == SEEN_BY[role]


@ROLES
async def test_the_desk_begins_where_the_role_may_look(alo: Node, role: Role) -> None:
    async with seated(alo, role=role) as seat, desk_on(seat) as pilot:
        await unlock(pilot)
        begins = rows(pilot.app)[0].split()[0]
        refused = REFUSED in shown(pilot.app)

    assert (begins, refused) == (
        "Partners" if role is Role.DATA_OFFICER else "Today",
        False,
    )


async def test_a_place_of_another_role_is_in_no_footer_no_help_and_no_palette_and_its_key_does_nothing(
    alo: Node,
) -> None:
    async with seated(alo, role=Role.DATA_OFFICER) as seat, desk_on(seat, size=LARGE) as pilot:
        await unlock(pilot)
        footer = " ".join(rows(pilot.app)[-FOOTER_ROWS:])
        await press(pilot, "2")
        after = rows(pilot.app)[0]
        await press(pilot, "f1")
        await write(pilot, "every case")
        help_ = shown(pilot.app)

    assert "2 Cases" not in footer
    assert "6 Partners" in footer
    assert after.split()[0] == "Partners"
    assert "Nothing of that name here." in help_


@ROLES
async def test_who_may_not_compare_the_number_sees_no_key_for_it(
    strangers: Federation, role: Role
) -> None:
    alo, bandhan = strangers["Alo Shelter"], strangers["Bandhan"]
    meet(strangers, bandhan, alo)
    async with seated(alo, role=role) as seat, desk_on(seat, size=LARGE) as pilot:
        await unlock(pilot)
        await visit(pilot, ToPartner(node_id=bandhan.node_id))
        text = shown(pilot.app)
        await press(pilot, "m")
        is_asked = shown(pilot.app) != text

    does_casework = role is not Role.DATA_OFFICER
    assert ("they match" in text, is_asked) == (does_casework, does_casework)


@ROLES
def test_every_destination_is_open_to_exactly_those_whose_first_question_is_answered(
    role: Role,
) -> None:
    """Nothing about a case is a destination for who does no casework."""
    does_casework = role is not Role.DATA_OFFICER
    about_a_case: list[Destination] = [
        ToPlace(place=place) for place in Place if place is not Place.PARTNERS
    ]
    everybody: list[Destination] = [
        ToPlace(place=Place.PARTNERS),
        ToOutbox(),
        ToSettings(),
        ToPlainWords(),
    ]

    to_cases: list[Destination] = [*about_a_case, ToCase(case_id=b"")]
    assert {rights.may(role, rights.needs_of(to)) for to in to_cases} == {does_casework}
    assert all(rights.may(role, rights.needs_of(to)) for to in everybody)


def test_no_destination_is_forgotten_and_nobody_may_nothing() -> None:
    kinds = {kind for kind in get_args(Destination) if kind is not ToPlace}

    assert set(rights._OF_SCREENS) == kinds
    assert set(rights._OF_PLACES) == set(Place)
    assert not rights.may(None, commands.ShowToday)
    assert rights.may(None, None)
    assert may_use(Role.DATA_OFFICER, commands.ListPeers)
    assert {act.key for act in EVERYWHERE if act.needs is not None} == {*KEYS_OF_PLACES, "f7"}

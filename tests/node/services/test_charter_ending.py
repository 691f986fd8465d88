"""A charter that ends is told in good time, louder once it is over, and no longer when the next one holds."""

from dataclasses import replace
from typing import Final

from node.services import belonging, timekeeping
from protocol import limits
from protocol.values import later
from tests.support.belonging import apply_charter, charter_of, tasks
from tests.support.builders import NOON
from tests.support.charters import after
from tests.support.federation import Federation, Node, done

DAY: Final = limits.DAY
ENDS: Final = later(NOON, limits.CHARTER_LIFE_SECONDS)


def look_after(node: Node, *, at: int) -> list[str]:
    """What people are to do once the node has looked at an instant."""
    node.clock.forward(at - node.now)
    node.use(belonging.look_after_charter)
    return tasks(node)


def test_a_charter_that_ends_is_told_60_days_before_and_once_it_is_over(
    federation: Federation, alo: Node
) -> None:
    done(apply_charter(alo, charter_of(federation)))
    told = [
        look_after(alo, at=at) for at in (ENDS - 60 * DAY - 1, ENDS - 60 * DAY, ENDS - 1, ENDS)
    ]

    assert told == [[], ["charter_ending"], ["charter_ending"], ["charter_over"]]


def test_the_next_charter_ends_the_reminder_of_the_former_one(
    federation: Federation, alo: Node
) -> None:
    first = charter_of(federation)
    second = after(first, issued=ENDS, expires=later(ENDS, limits.CHARTER_LIFE_SECONDS))
    done(apply_charter(alo, first))
    before = look_after(alo, at=ENDS)
    done(apply_charter(alo, first, second))

    assert (before, look_after(alo, at=ENDS)) == (["charter_over"], [])


def test_a_charter_that_follows_and_ends_as_soon_is_told_as_well(
    federation: Federation, alo: Node
) -> None:
    first = charter_of(federation)
    done(apply_charter(alo, first))
    look_after(alo, at=ENDS - 1)
    done(apply_charter(alo, first, after(first)))

    assert look_after(alo, at=ENDS - 1) == ["charter_ending"]


def test_while_the_clock_is_in_doubt_nobody_is_told_that_a_charter_ends(
    federation: Federation, alo: Node
) -> None:
    charter = replace(charter_of(federation), expires=later(federation.clock.now, 200 * DAY))
    done(apply_charter(alo, charter))
    alo.clock.jump(400 * DAY)
    alo.use(belonging.look_after_charter)

    assert tasks(alo) == []


def test_a_clock_that_is_set_back_makes_no_charter_good_for_longer(
    federation: Federation, alo: Node
) -> None:
    done(apply_charter(alo, charter_of(federation)))
    look_after(alo, at=ENDS - 60 * DAY)
    alo.use(timekeeping.look)
    alo.clock.jump(-DAY)
    left = alo.read(lambda unit: belonging.charter_seconds_left(unit, now=alo.now))

    assert left == 60 * DAY


def test_whoever_holds_no_charter_is_reminded_of_none(alo: Node) -> None:
    assert look_after(alo, at=ENDS) == []
    left = alo.read(lambda unit: belonging.charter_seconds_left(unit, now=alo.now))
    assert left is None

"""docs/sticks.md is true: each line of it is typed, here and at the partner's, and what it shows is seen."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from protocol.limits import DAY
from protocol.local import commands, views
from tests.support import guides, laptops
from tests.support.command_line import PASSPHRASE
from tests.support.following import People
from tests.support.laptops import NODE, Laptops
from tui.client import Client

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

PAGE: Final = Path(__file__).parents[2] / "docs" / "sticks.md"


@pytest.fixture
def well() -> Iterator[Laptops]:
    """A socket's path is short, so all of it lies in a folder with a short name."""
    base = Path(tempfile.mkdtemp(prefix="sathi-"))
    yield laptops.arrange(base)
    shutil.rmtree(base)


async def say_something(made: Laptops) -> None:
    """Somebody asks the partner, whose computer is off, to see her."""
    async with Client(made.our_home / NODE / "run" / "api.sock") as client:
        await client.open_session(name="Rina", passphrase=PASSPHRASE)
        (referral,) = (await client.list_referrals(commands.ListReferrals(is_ours=True))).referrals
        now = (await client.ask(commands.ShowClock(), views.ClockView)).now
        await client.request_follow_up(
            commands.RequestFollowUp(thread=referral.thread, due=now + 30 * DAY)
        )
        await client.close_session()


def test_whoever_follows_the_page_about_sticks_sees_what_stands_in_it(well: Laptops) -> None:
    [page] = guides.read(PAGE)
    with ExitStack() as terminals:
        People(well, terminals).serve(at_the_partner=False)
        asyncio.run(say_something(well))
    for block in page.blocks:
        # Whoever types is there alone: where both computers are on at once, the line is quicker than a stick.
        with ExitStack() as terminals:
            people = People(well, terminals)
            people.serve(at_the_partner=block.is_at_the_partner)
            shown = people.follow(block)
            seen = tuple(people.filled_in(line) for line in block.seen)
        assert guides.missing(seen, shown) == [], shown

"""The guides for a lost, stolen and broken laptop are true: each line is typed, and what it shows is seen.

A person sits at a terminal of a new computer, and another one at the partner's. Both nodes are real. What she
took back after the backup is the test's own knowledge, and asked for at the end.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from protocol.local import commands, views
from tests.support import guides, laptops
from tests.support.command_line import PASSPHRASE
from tests.support.following import People
from tests.support.guides import Guide
from tests.support.laptops import NODE, Laptops
from tui.client import Client

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

DOCS: Final = Path(__file__).parents[2] / "docs"
GUIDES: Final = ("lost-laptop", "stolen-laptop", "broken-laptop")
WAYS: Final = [way for name in GUIDES for way in guides.read(DOCS / f"{name}.md")]


@pytest.fixture(scope="module")
def once() -> Iterator[Laptops]:
    """Made once. A socket's path is short, so all of it lies in a folder with a short name."""
    base = Path(tempfile.mkdtemp(prefix="sathi-"))
    (base / "w").mkdir()
    yield laptops.arrange(base / "w")
    shutil.rmtree(base)


@pytest.fixture
def lost(once: Laptops) -> Iterator[Laptops]:
    """Our computer is gone; the partner's, the stick and the paper are there."""
    with laptops.copied(once) as made:
        made.lose()
        yield made


@pytest.mark.parametrize("guide", WAYS, ids=lambda guide: guide.name)
def test_whoever_follows_a_guide_sees_what_stands_in_it_and_ends_with_a_whole_node(
    lost: Laptops, guide: Guide
) -> None:
    with ExitStack() as terminals:
        people = People(lost, terminals)
        people.serve(at_the_partner=True)
        for block in guide.blocks:
            shown = people.follow(block)
            seen = tuple(people.filled_in(line) for line in block.seen)
            assert guides.missing(seen, shown) == [], shown
        assert asyncio.run(what_she_took_back(lost)) == "withdrawn"


async def what_she_took_back(made: Laptops) -> str:
    """How our new computer sees the consent that no backup knows to be withdrawn."""
    async with Client(made.our_home / NODE / "run" / "api.sock") as client:
        await client.open_session(name="Rina", passphrase=PASSPHRASE)
        (case,) = (await client.ask(commands.ListCases(), views.Cases)).cases
        asked = commands.ListConsents(case_id=case.case_id)
        listed = (await client.ask(asked, views.Consents)).consents
        (care,) = (each for each in listed if each.consent_id == made.withdrawn)
        await client.close_session()
    return care.state

"""docs/relay.md is true: each line of it is typed at a new computer, and what it shows is seen."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.support import guides
from tests.support.ports import free_port
from tests.support.postgresql import Server
from tests.support.shell import Shell, make_home, shell

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

PAGE: Final = Path(__file__).parents[2] / "docs" / "relay.md"


@pytest.fixture
def home() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="sathi-"))
    yield make_home(base / "home")
    shutil.rmtree(base)


def filled_in(line: str, words: Mapping[str, str]) -> str:
    """A line with what the words in capitals are here."""
    for word, value in words.items():
        line = line.replace(word, value)
    return line


def test_whoever_follows_the_page_about_relays_sees_what_stands_in_it(
    home: Path, postgresql: Server
) -> None:
    words = {
        "ADDRESS": "https://relay.example.org",
        "DATABASE": f"'{asyncio.run(postgresql.new_database())}'",
        **{word: str(free_port()) for word in ("PORT_1", "PORT_2", "PORT")},
    }
    [page] = guides.read(PAGE)
    with ExitStack() as terminals:

        def sit_down() -> Shell:
            return terminals.enter_context(shell(home))

        here = sit_down()
        for block in page.blocks:
            lines = [filled_in(line, words) for line in block.lines]
            if block.stays:
                shown = sit_down().begin(lines[0], until="ready")
            else:
                shown = "".join(here.run(line).shown for line in lines)
            seen = tuple(filled_in(line, words) for line in block.seen)
            assert guides.missing(seen, shown) == [], shown

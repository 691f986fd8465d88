"""docs/backups.md is true: each line of it is typed at a computer that is well, and what it shows is seen."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from node.vault import keyring, upgrading
from node.vault.database import Database
from node.vault.driver import Connection
from tests.support import guides, laptops
from tests.support.command_line import PASSPHRASE
from tests.support.following import People
from tests.support.laptops import NODE, Laptops

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

PAGE: Final = Path(__file__).parents[2] / "docs" / "backups.md"
GOING_BACK: Final = ("sathi upgrade back",)


@pytest.fixture
def well() -> Iterator[Laptops]:
    """A socket's path is short, so all of it lies in a folder with a short name."""
    base = Path(tempfile.mkdtemp(prefix="sathi-"))
    yield laptops.arrange(base)
    shutil.rmtree(base)


def stop_in_the_middle_of_an_update(made: Laptops) -> None:
    """The vault was copied aside, and the power went before any step was taken."""
    folder = made.our_home / NODE
    person = keyring.credential("Rina", PASSPHRASE)
    key = keyring.unlock(keyring.load(folder), person).vault_key

    def forget_the_last_step(vault: Connection, _keys: Connection) -> None:
        vault.execute(
            "DELETE FROM _sqlite_migrations WHERE name = (SELECT max(name) FROM _sqlite_migrations)"
        )

    database = Database.open(folder, key=key)
    database.maintain(forget_the_last_step)
    database.close()
    upgrading.open_upgraded(folder, key=key, migrate=lambda _database: None).close()
    assert (folder / upgrading.ASIDE).exists()


def test_whoever_follows_the_page_about_backups_sees_what_stands_in_it(well: Laptops) -> None:
    [page] = guides.read(PAGE)
    assert [block.lines for block in page.blocks if block.lines == GOING_BACK] == [GOING_BACK]
    with ExitStack() as terminals:
        people = People(well, terminals)
        node = people.serve(at_the_partner=False)
        for block in page.blocks:
            if block.lines == GOING_BACK:
                node.stop()
                stop_in_the_middle_of_an_update(well)
            shown = people.follow(block)
            seen = tuple(people.filled_in(line) for line in block.seen)
            assert guides.missing(seen, shown) == [], shown
    assert not (well.our_home / NODE / upgrading.ASIDE).exists()

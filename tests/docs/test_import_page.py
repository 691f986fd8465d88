"""docs/import.md is true: each line of it is typed, and what it shows is seen."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.support import guides
from tests.support.command_line import sathi_here
from tests.support.nodes import PASSPHRASE, SUPERVISOR, RunningNode, make_node, running_node

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

PAGE: Final = Path(__file__).parents[2] / "docs" / "import.md"
ROWS: Final = """\
case_number,prs_FirstName,prs_Birthdate,con_Consent
K-1,Asha,1999-03-27,TRUE
K-2,Mina,03/04/1999,
"""


@pytest.fixture
async def alo(tmp_path: Path) -> AsyncIterator[RunningNode]:
    made = make_node(tmp_path / "alo", name="Alo Shelter")
    (made.folder / "federation.toml").touch()
    async with running_node(made) as node:
        await node.unlock()
        yield node


async def test_whoever_follows_the_page_sees_what_stands_in_it(
    alo: RunningNode, tmp_path: Path
) -> None:
    names = {
        "FILE": tmp_path / "cases.csv",
        "MAP": tmp_path / "map.toml",
        "OUT": tmp_path / "out.csv",
    }
    names["FILE"].write_text(ROWS, encoding="utf-8")
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    credentials = ["--data", alo.folder, "--user", SUPERVISOR, "--passphrase-file", passphrase]
    [page] = guides.read(PAGE)

    for block in page.blocks:
        for line in block.lines:
            words = [str(names.get(word, word)) for word in shlex.split(line)[1:]]
            ended = await asyncio.to_thread(sathi_here, *words, *map(str, credentials))
            seen = tuple(each.replace("OUT", str(names["OUT"])) for each in block.seen)
            assert guides.missing(seen, ended.data + ended.talk) == []
    assert (await alo.client.list_cases()).count == 2

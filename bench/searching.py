"""Finding cases while somebody types, with as many cases as an organisation has in decades."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bench import many_cases
from bench.floors import sizes
from bench.floors.readings import Reading, middle_and_most
from node.cli.founding import CHEAP_COST
from node.effects import Acting
from node.services import paging
from node.system import SystemClock, entropy
from node.vault import keyring
from node.vault.database import Database
from protocol.local import commands
from protocol.values import instant, pseudonym

_PAGE: Final = commands.PageCases(
    first=0, count=100, words="", status=None, mine=False, with_names=True
)
_MILLISECONDS: Final = 1_000


def finding_milliseconds(
    folder: Path, typed: Sequence[str], *, cases: int = sizes.CASES
) -> Reading:
    """From what was typed to the first page of what is found; of 99 in 100 words."""
    made = many_cases.shared(folder, cases)
    person = keyring.credential(many_cases.USER, many_cases.PASSPHRASE)
    unlocked = keyring.unlock(keyring.load(made.folder), person, cost=CHEAP_COST)
    database = Database.open(made.folder, key=unlocked.vault_key)
    acting = Acting(
        actor=pseudonym(b"somebody of ours"), now=instant(SystemClock().wall()), entropy=entropy
    )
    taken, found = [], 0
    try:
        for words in typed:
            asked = replace(_PAGE, words=words)
            begun = time.perf_counter()
            page = database.read_now(partial(paging.page_cases, command=asked, acting=acting))
            taken.append((time.perf_counter() - begun) * _MILLISECONDS)
            found += page.count > 0
    finally:
        database.close()
    p50, p99 = middle_and_most(taken, share=0.99)
    return Reading(value=p99, beside={"p50": p50, "found": found / len(typed)})

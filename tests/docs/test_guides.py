"""The guides for a lost, stolen and broken laptop are true: each line is typed, and what it shows is seen.

A person sits at a terminal of a new computer, and another one at the partner's. Both nodes are real. What she
took back after the backup is the test's own knowledge, and asked for at the end.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from node.vault.backup import folder as backup_folder
from protocol.local import commands, views
from tests.support import guides, laptops
from tests.support.command_line import PASSPHRASE
from tests.support.guides import Block, Guide
from tests.support.laptops import NODE, OURS, PARTNER, Laptops
from tests.support.shell import Answer, Done, Shell, shell
from tui.client import Client

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

DOCS: Final = Path(__file__).parents[2] / "docs"
GUIDES: Final = ("lost-laptop", "stolen-laptop", "broken-laptop")
WAYS: Final = [way for name in GUIDES for way in guides.read(DOCS / f"{name}.md")]
HANDED_OVER: Final = "our-introduction.sathi"
# What the guides say to try again: the other side has not answered yet.
NOT_YET: Final = ("nobody waits for that", "\nwaits\t")
WAIT_SECONDS: Final = 20
DOCTOR: Final = "sathi doctor"
WARNED: Final = 3


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


class People:
    """Whoever follows a guide, here and at the partner's: each types what stands there, and answers."""

    def __init__(self, made: Laptops, terminals: ExitStack) -> None:
        self._made = made
        self._terminals = terminals
        self._here = self._sit_down(at_the_partner=False)
        self._there = self._sit_down(at_the_partner=True)

    def _sit_down(self, *, at_the_partner: bool) -> Shell:
        home = self._made.partner_home if at_the_partner else self._made.our_home
        return self._terminals.enter_context(shell(home))

    def go_on_at_the_partner(self) -> None:
        """There nothing happened: their node runs."""
        self._sit_down(at_the_partner=True).begin("sathi serve", until="ready")

    def follow(self, block: Block) -> str:
        """Type a block; everything that was shown."""
        if block.stays:
            [line] = block.lines
            own = self._sit_down(at_the_partner=block.is_at_the_partner)
            return own.begin(self.filled_in(line), until="ready")
        if block.is_at_the_partner:
            self._bring_over()
        return "".join(self._type(line, block).shown for line in block.lines)

    def _type(self, line: str, block: Block) -> Done:
        """Type one line, again as long as the guide says to wait for the other side."""
        at = self._there if block.is_at_the_partner else self._here
        until = time.monotonic() + WAIT_SECONDS
        while True:
            done = at.run(self.filled_in(line), answers=self._answers(block))
            if time.monotonic() > until or not any(word in done.shown for word in NOT_YET):
                break
        allowed = (0, WARNED) if line == DOCTOR else (0,)
        assert done.code in allowed, done.shown
        assert not any(word in done.shown for word in NOT_YET), done.shown
        return done

    def filled_in(self, line: str) -> str:
        """A line with what the words in capitals are here."""
        for word, value in self._values.items():
            line = line.replace(word, value)
        return line

    @property
    def _values(self) -> dict[str, str]:
        """What the words in capitals are here."""
        newest = backup_folder.finished(self._made.stick)[-1]
        return {
            "STICK": str(self._made.stick),
            "FILE": newest.path.name,
            "OURS": OURS,
            "PARTNER": PARTNER,
            "OLD": str(self._made.gone),
        }

    def _answers(self, block: Block) -> tuple[Answer, ...]:
        name = "Salma" if block.is_at_the_partner else "Rina"
        return (
            Answer(question="Your name: ", text=name),
            Answer(question="Passphrase: ", text=PASSPHRASE),
            Answer(question="The code of the recovery sheet: ", text=self._made.recovery_code),
            Answer(question="The 24 words of the root key: ", text=self._made.root_words),
            Answer(question="is it they who began anew? [y/N]: ", text="y"),
            Answer(question="cat > suspend.txt\n", text=self._made.suspend_lines, is_file=True),
        )

    def _bring_over(self) -> None:
        """An introduction file goes to the partner by any way."""
        made = self._made.our_home / HANDED_OVER
        if made.exists():
            shutil.copy(made, self._made.partner_home)


@pytest.mark.parametrize("guide", WAYS, ids=lambda guide: guide.name)
def test_whoever_follows_a_guide_sees_what_stands_in_it_and_ends_with_a_whole_node(
    lost: Laptops, guide: Guide
) -> None:
    with ExitStack() as terminals:
        people = People(lost, terminals)
        people.go_on_at_the_partner()
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

"""A shelter's laptop on the day before it is gone: a case, a partner, a stick with a backup, three sheets.

Two computers, each a home of its own. What happens at the desks goes through the desks. After the backup was
made, she takes her consent back at the partner: nothing on the stick knows of it.
"""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node.cli.sheets import read_recovery
from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support import crossing
from tests.support.command_line import founded, root_words
from tests.support.ports import free_port
from tests.support.processes import Post, Two, carry
from tests.support.shell import make_home

NODE: Final = Path(".local/share/sathi")
OURS: Final = "Alo Shelter"
PARTNER: Final = "Bandhan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Laptops:
    """Where everything lies.

    Attributes:
        base: the folder of all this.
        root_words, recovery_code, suspend_lines: what our three sheets say.
        withdrawn: the consent that she took back after the backup.
    """

    base: Path
    root_words: str = field(repr=False)
    recovery_code: str = field(repr=False)
    suspend_lines: str = field(repr=False)
    withdrawn: bytes

    @property
    def our_home(self) -> Path:
        """The home of whoever sits at our computer, the old one and then the new one."""
        return self.base / "alo"

    @property
    def partner_home(self) -> Path:
        """The home of whoever sits at the partner's."""
        return self.base / "bandhan"

    @property
    def gone(self) -> Path:
        """The old computer's disk."""
        return self.base / "old-disk"

    @property
    def stick(self) -> Path:
        """The stick that was in."""
        return self.base / "stick"

    @property
    def other_stick(self) -> Path:
        """A second stick, with nothing on it."""
        return self.base / "other"

    def lose(self) -> None:
        """The old computer is gone; beside the stick and the paper there is a new one, with nothing on it."""
        (self.our_home / NODE).rename(self.gone)
        shutil.rmtree(self.our_home)
        make_home(self.our_home)


def arrange(base: Path) -> Laptops:
    """Set all of it up and stop both nodes; to be called outside any event loop."""
    (base / "stick").mkdir()
    (base / "other").mkdir()
    nodes = [
        founded(_place(base / home), port=free_port(), name=name, user=user, is_cheap=False)
        for home, name, user in (("alo", OURS, "Rina"), ("bandhan", PARTNER, "Salma"))
    ]
    ours = nodes[0]
    with (ours.folder / "federation.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[backup]\nfolder = "{base / "stick"}"\n')
    withdrawn = asyncio.run(_live(*(Post(node, is_cheap=False) for node in nodes)))
    return Laptops(
        base=base,
        root_words=" ".join(root_words(ours.root_sheet)),
        recovery_code=" ".join(read_recovery(ours.recovery_sheet.read_text("utf-8")).split()),
        suspend_lines=ours.suspend_sheet.read_text("utf-8").rpartition("\n\n")[2],
        withdrawn=withdrawn,
    )


def _place(home: Path) -> Path:
    make_home(home)
    (home / NODE).parent.mkdir(parents=True)
    return home / NODE


async def _live(alo: Post, bandhan: Post) -> bytes:
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        await alo.ask(commands.CreateBackup(), views.BackupMade)
        await _take_back(two)
        assert await alo.stop() == 0
        assert await bandhan.stop() == 0
    finally:
        for post in (alo, bandhan):
            await post.abandon()
    return two.consents[0]


async def _take_back(two: Two) -> None:
    await two.bandhan.do(
        commands.WithdrawConsent(consent_id=two.consents[0], wanted=WithdrawalWanted.ERASE)
    )
    await carry(two.bandhan, two.alo)


@contextmanager
def copied(made: Laptops) -> Iterator[Laptops]:
    """The same again for one test: what it does to the folders is undone, and they lie where they lay."""
    kept = made.base.with_name(f"{made.base.name}-kept")
    shutil.copytree(made.base, kept)
    try:
        yield made
    finally:
        shutil.rmtree(made.base)
        kept.rename(made.base)

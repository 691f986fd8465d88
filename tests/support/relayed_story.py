"""One survivor's story over relays that misbehave, and what must hold at its end."""

from dataclasses import dataclass
from pathlib import Path

from protocol import limits
from tests.support.federation import Node
from tests.support.mailboxes import Place
from tests.support.misbehaving import Relayed
from tests.support.story import Story
from tests.support.streams import head_of, referrals_at


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One survivor's story, and the relays that it goes over."""

    story: Story
    relayed: Relayed

    @property
    def both(self) -> tuple[Node, Node]:
        return self.story.alo, self.story.bandhan

    def act(self, what: str) -> None:
        self.relayed.relays[0].act = what

    async def days(self, count: int) -> None:
        """Days go by, on each of which everybody leaves and collects."""
        for _ in range(count):
            self.relayed.forward(limits.DAY)
            await self.relayed.settle(rounds=4)


def place(folder: Path, name: str) -> Place:
    (folder / name).mkdir()
    return Place(folder=folder / name, address=None)


def begin(story: Story) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()


async def go_on(there: There) -> None:
    """What comes after the offer: the stream that carried it is not stuck, either way."""
    there.story.accept()
    await there.relayed.settle()
    there.story.dossier()
    await there.relayed.settle()


def check_whole(there: There) -> None:
    alo, bandhan = there.both
    assert referrals_at(bandhan) == [("dossier_sent",)]
    assert referrals_at(alo) == [("dossier_sent",)]
    assert bandhan.rows("SELECT count(*) FROM messages WHERE type = 'referral.offer/1'") == [(1,)]
    assert bandhan.rows("SELECT count(*) FROM messages WHERE type = 'referral.dossier/1'") == [
        (1,)
    ]
    for node, peer in ((alo, bandhan), (bandhan, alo)):
        assert head_of(node, peer)[1] is False
        # Nobody answers a receipt, so the last one stays as it was left.
        waiting = (
            "SELECT type FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
            " AND type <> 'receipt/1'"
        )
        assert node.rows(waiting) == []


def check_nobody_else_was_told(there: There) -> None:
    """Chautari was told nothing, whatever came into its hands."""
    chautari = there.story.federation["Chautari"]
    assert referrals_at(chautari) == []
    assert chautari.rows("SELECT count(*) FROM messages WHERE type LIKE 'referral.%'") == [(0,)]

"""A node that was restored from each of twenty real backups meets its partner again.

The partner holds what it sent, and her word that she takes everything back. What the restored node shows or
sends is read from its rows and from the envelopes that leave it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from node.vault.database import Database
from protocol.messages.core import Receipt
from tests.support import backups, restoring
from tests.support import federation as federations
from tests.support.backups import Taken
from tests.support.federation import Federation
from tests.support.restored import lose_and_restore
from tests.support.story import Story

POINTS: Final = 20
ABOUT_HER: Final = frozenset({"referral.offer/1", "referral.dossier/1", "consent.copy/1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The whole story, Bandhan's backup after each act of it, and how many envelopes had left by then."""

    federation: Federation
    taken: list[Taken]
    left: list[int]


def acts(story: Story) -> list[Callable[[], object]]:
    """Twenty acts, at the end of which she has taken both her consents back."""
    wait = story.federation.clock.forward
    return [
        story.open_case,
        story.agree,
        story.agree_way_back,
        story.offer,
        story.settle,
        story.accept,
        story.settle,
        story.dossier,
        story.settle,
        story.arrive,
        story.settle,
        story.confirm,
        story.report,
        story.settle,
        lambda: wait(3_600),
        story.report,
        story.settle,
        lambda: wait(3_600),
        lambda: story.withdraw(story.way_back),
        story.withdraw,
    ]


@pytest.fixture
def told(story: Story, tmp_path: Path) -> Told:
    stick = tmp_path / "stick"
    stick.mkdir()
    taken, left = [], []
    for number, act in enumerate(acts(story), start=1):
        act()
        left.append(len(story.federation.sent))
        story.federation.clock.forward(60)
        now = story.bandhan.now
        taken.append(backups.take(story.bandhan.database, stick, now=now, name=f"point-{number}"))
    story.settle()
    assert len(taken) == POINTS
    return Told(federation=story.federation, taken=taken, left=left)


@pytest.fixture
def copies(told: Told, tmp_path: Path) -> Iterator[Callable[[int], Federation]]:
    """Copies of the federation as it is at the end, each with Bandhan restored from one point."""
    made: list[Federation] = []

    def copy(point: int) -> Federation:
        fresh = federations.copy(told.federation, tmp_path / f"copy-{point}")
        made.append(fresh)
        fresh.clock.forward(3_600)
        lose_and_restore(fresh["Bandhan"], told.taken[point - 1])
        return fresh

    yield copy
    for one in made:
        one.close()


def personal_shown(database: Database) -> int:
    """How many personal contents can be read."""
    [count] = database.read_now(
        lambda unit: unit.vault.execute(
            "SELECT count(*) FROM messages WHERE consent IS NOT NULL AND payload IS NOT NULL"
            " AND is_locked = 0"
        ).fetchone()
    )
    return int(count)


def personal_left(fed: Federation, sender: str, *, since: int) -> list[str]:
    """The types of what left one node with something about her in it."""
    node = fed[sender]
    others = [one for one in fed.nodes.values() if one is not node]
    return [
        seen.skeleton.type
        for other in others
        for seen in (fed.seen(one) for one in fed.sent[since:] if one.recipient == other.node_id)
        if seen.skeleton.sender == node.node_id
        and seen.skeleton.consent is not None
        and seen.content is not None
    ]


@pytest.mark.slow
def test_nothing_she_took_back_comes_again_and_nothing_that_the_partner_holds_is_lost(
    told: Told,
    copies: Callable[[int], Federation],
) -> None:
    written = written_by_alo(told)
    for point in range(1, POINTS + 1):
        should = {
            name: became(type_name, is_in_backup=sent <= told.left[point - 1])
            for name, (type_name, sent) in written.items()
        }
        came = meets_again(copies(point))
        assert {
            name: came.get(name) in allowed for name, allowed in should.items()
        } == dict.fromkeys(written, True), point


def written_by_alo(told: Told) -> dict[bytes, tuple[str, int]]:
    """Each message from Alo to Bandhan but receipts: its type, and the place of its envelope among all."""
    fed, found = told.federation, dict[bytes, tuple[str, int]]()
    bandhan = fed["Bandhan"].node_id
    for number, sent in enumerate(fed.sent, start=1):
        type_name = fed.seen(sent).skeleton.type if sent.recipient == bandhan else Receipt.TYPE
        if type_name != Receipt.TYPE:
            found.setdefault(bytes(sent.message_id), (type_name, number))
    assert {"referral.offer/1", "referral.dossier/1", "consent.withdrawn/1"} <= {
        type_name for type_name, _ in found.values()
    }
    return found


def became(type_name: str, *, is_in_backup: bool) -> set[str]:
    """What may have become of a message of Alo's, now that she has taken everything back."""
    if is_in_backup or type_name not in ABOUT_HER:
        return {"applied"}
    return {"withheld", "refused"}


def meets_again(fed: Federation) -> dict[bytes, str]:
    """Restored, greeted, phoned; what must not be, is looked for at each step. Returns: what came."""
    alo, bandhan = fed["Alo Shelter"], fed["Bandhan"]
    since = len(fed.sent)
    fed.deliver(bandhan)
    assert personal_left(fed, "Bandhan", since=since) == []
    assert personal_shown(bandhan.database) == 0

    fed.settle_all()
    restoring.confirm(alo, bandhan)
    fed.settle_all()

    assert personal_left(fed, "Bandhan", since=since) == []
    assert personal_left(fed, "Alo Shelter", since=since) == []
    assert personal_shown(bandhan.database) == 0
    assert restoring.waits(bandhan, alo) == (False, False)
    return dict(
        bandhan.rows("SELECT message_id, status FROM messages WHERE peer = ?", alo.node_id)
    )

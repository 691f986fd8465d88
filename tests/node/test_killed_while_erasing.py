"""A node is killed in the middle of an erasure: it is carried to its end, and said once.

Real processes. The oracle reads every page of the stopped node's files with the raw key; it finds what she
said while it must still be there, also in the log of a node that was killed before the log was emptied.
"""

import signal
from pathlib import Path
from typing import Final

import pytest

from node.vault import pages
from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalStatus, WithdrawalWanted
from tests.support import books, crossing
from tests.support.crossing import TOWN, WISH
from tests.support.processes import GoneError, Post, Two, carry

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

ACKNOWLEDGED: Final = "consent.withdrawn_ack/1"
WORDS: Final = (WISH, TOWN)


def found(post: Post) -> set[str]:
    """Which of her words stand in any file of a node's folder."""
    canaries = [text.encode() for text in WORDS]
    hits = pages.find(post.folder, key=post.vault_key, canaries=canaries)
    assert all(hit.canary >= 0 for hit in hits)
    return {WORDS[hit.canary] for hit in hits}


async def withdraw_until_it_dies(two: Two) -> None:
    """She takes the referral back at Alo; Bandhan is killed on the way."""
    await two.alo.do(
        commands.WithdrawConsent(consent_id=two.consents[0], wanted=WithdrawalWanted.ERASE)
    )
    with pytest.raises(GoneError):
        await carry(two.alo, two.bandhan)
    assert await two.bandhan.end_of_process() == -signal.SIGKILL


async def holder_of(two: Two) -> views.HolderView:
    """How far Bandhan has told Alo that it is."""
    cases = await two.alo.ask(commands.ListCases(), views.Cases)
    (case,) = cases.cases
    listed = await two.alo.ask(commands.ListConsents(case_id=case.case_id), views.Consents)
    (care,) = (each for each in listed.consents if each.consent_id == two.consents[0])
    (holder,) = care.holders
    return holder


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    return Post(alo), Post(bandhan)


@pytest.mark.parametrize(
    ("point", "left"),
    [("erase.before_checkpoint", set(WORDS)), ("erase.after_checkpoint", set())],
)
async def test_an_erasure_that_was_cut_off_is_finished_and_said_once(
    posts: tuple[Post, Post], point: str, left: set[str]
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        assert await bandhan.stop() == 0
        assert found(bandhan) == set(WORDS)
        assert await bandhan.start("--fault", point)
        await bandhan.unlock()
        await withdraw_until_it_dies(two)
        assert found(bandhan) == left
        assert (await holder_of(two)).erased_at is None
        assert await bandhan.start()
        await bandhan.unlock()
        await carry(bandhan, alo)
        holder = await holder_of(two)
        status = await bandhan.ask(commands.ShowStatus(), views.NodeStatus)
        assert not status.is_erasure_pending
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()
    assert holder.status == WithdrawalStatus.ERASED
    assert found(bandhan) == set()
    at_bandhan, at_alo = books.read(bandhan), books.read(alo)
    said = [row.type for row in at_bandhan.told].count(ACKNOWLEDGED)
    came = [row.status for row in at_alo.came if row.type == ACKNOWLEDGED]
    # One answer that it is locked, one that it is gone.
    assert (said, came) == (2, ["applied", "applied"])

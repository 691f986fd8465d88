"""What is about her was sealed and not delivered when the node was locked; then she takes it back there."""

from pathlib import Path
from typing import Final

import pytest

from node.vault import pages
from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support import books, crossing
from tests.support.books import REPORT
from tests.support.crossing import TOWN, WISH
from tests.support.processes import Post, Two, carry
from tui.client import RefusedError

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

WORDS: Final = "নদীর ধারে বিটপলতা নামের দোকানটা এখন আমার।"
DOSSIER: Final = "referral.dossier/1"


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    return Post(alo), Post(bandhan)


def found(post: Post, *words: str) -> set[str]:
    """Which of these words stand in any page of a stopped node's files."""
    hits = pages.find(post.folder, key=post.vault_key, canaries=[word.encode() for word in words])
    return {words[hit.canary] for hit in hits}


async def seal_while_nobody_is_there(two: Two) -> None:
    """Bandhan tells how she is; Alo's computer is off, so that it stays sealed where it is."""
    asked = await two.alo.do(crossing.request(two))
    await carry(*two.both)
    assert await two.alo.stop() == 0
    sent = await two.bandhan.ask(crossing.report(two, asked, [WORDS]), views.ReportSent)
    assert sent.with_her_words
    await carry(two.bandhan)
    outbox = await two.bandhan.ask(commands.ListOutbox(), views.Outbox)
    assert [item.state for item in outbox.items if item.type == REPORT] == ["sealed"]


async def take_everything_back(two: Two) -> None:
    """At Alo she ends both: what Bandhan has of her, and what it may tell of her."""
    assert await two.alo.start()
    await two.alo.unlock()
    for consent in two.consents:
        await two.alo.do(
            commands.WithdrawConsent(consent_id=consent, wanted=WithdrawalWanted.ERASE)
        )
    await carry(two.alo)


async def dossier_at(two: Two) -> bytes:
    """The message id of the dossier that Bandhan was sent."""
    view = await two.bandhan.ask(commands.ShowReferral(thread=two.thread), views.ReferralView)
    (line,) = (each for each in view.messages if each.type == DOSSIER)
    return line.message_id


async def test_what_was_sealed_before_a_lock_never_leaves_after_her_no_and_her_dossier_is_not_drawn(
    posts: tuple[Post, Post],
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        dossier = await dossier_at(two)
        await seal_while_nobody_is_there(two)
        await bandhan.ask(commands.LockNode(), views.Done)
        await take_everything_back(two)
        await bandhan.unlock()
        with pytest.raises(RefusedError) as refused:
            await bandhan.ask(
                commands.ReadMessage(
                    peer=two.peer_of_bandhan, message_id=dossier, with_names=True
                ),
                views.MessageView,
            )
        await carry(bandhan, alo)
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()

    assert refused.value.code in {"locked", "erased"}
    assert found(alo, WORDS) == set()
    assert found(bandhan, WORDS, WISH, TOWN) == set()
    at_alo = books.read(alo)
    assert [row.status for row in at_alo.heard if row.type == REPORT] == ["withheld"]

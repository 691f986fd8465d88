"""A node is killed when `keys.db` is committed and `vault.db` is not: what it took can be opened."""

import signal
from pathlib import Path

import pytest

from protocol.local import views
from tests.support import books, crossing
from tests.support.processes import GoneError, Post, carry

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

WORDS = "দোকানটা খুলেছি, ভালো আছি।"


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    return Post(alo), Post(bandhan)


async def test_a_report_is_never_kept_without_the_key_that_opens_it(
    posts: tuple[Post, Post],
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        asked = await alo.do(crossing.request(two))
        await carry(alo, bandhan)
        assert await alo.stop() == 0
        # The first visit is the sweep after unlocking, the second one takes the report.
        assert await alo.start("--fault", "vault.between_commits:2")
        await alo.unlock()
        sent = await bandhan.ask(crossing.report(two, asked, [WORDS]), views.ReportSent)
        with pytest.raises(GoneError):
            await carry(bandhan, alo)
        assert await alo.end_of_process() == -signal.SIGKILL
        assert await alo.start()
        await alo.unlock()
        await carry(alo, bandhan)
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()
    at_alo = books.read(alo)
    (line,) = [row for row in at_alo.heard if row.type == books.REPORT]
    assert (line.reply_to, line.status) == (sent.follow_up, "applied")
    assert WORDS.encode() in at_alo.opened.get(line.message_id, b"")
    assert at_alo.follow_ups[asked] == (True, "done")
    assert at_alo.keys == at_alo.keys_named

"""A node is killed or locked while a sending is held: it leaves once, after all, or she was heard first."""

import asyncio
import signal
from pathlib import Path
from typing import Final

import pytest

from protocol.local import commands, views
from protocol.local.commands import Command, encode_command
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support import books, crossing
from tests.support.books import REPORT, REQUEST
from tests.support.processes import Post, carry

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

WORDS: Final = "পাটের দোকানে কাজ পেয়েছি।"
ONE_SECOND: Final = "\n[desk]\nundo_seconds = 1\n"
PATIENCE_SECONDS: Final = 20


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    for founded in (alo, bandhan):
        settings = founded.folder / "federation.toml"
        settings.write_text(settings.read_text("utf-8") + ONE_SECOND, "utf-8")
    return Post(alo), Post(bandhan)


async def hold(post: Post, command: Command) -> views.Held:
    held = commands.HoldSending(name=command.NAME, body=encode_command(command))
    return await post.ask(held, views.Held)


async def listed(post: Post) -> list[str | None]:
    """For everything that is held or was refused: why, or None."""
    held = await post.ask(commands.ListHeld(), views.HeldSendings)
    return [line.refused for line in held.sendings]


async def until_nothing_is_held(post: Post) -> list[str | None]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while None in await listed(post):
            pass
    return await listed(post)


@pytest.mark.parametrize("point", ["sending.before_commit", "outbox.after_enqueue"])
async def test_a_kill_around_the_commit_neither_loses_nor_doubles_a_held_sending(
    point: str, posts: tuple[Post, Post]
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        assert await alo.stop() == 0
        assert await alo.start("--fault", f"{point}:1")
        await alo.unlock()
        await hold(alo, crossing.request(two))
        assert await alo.end_of_process() == -signal.SIGKILL
        assert await alo.start()
        await alo.unlock()
        assert await until_nothing_is_held(alo) == []
        await carry(alo, bandhan)
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()
    at_alo, at_bandhan = (books.read(post) for post in posts)
    asked = [row.message_id for row in at_alo.told if row.type == REQUEST]
    assert len(asked) == 1
    assert [row.message_id for row in at_bandhan.heard if row.type == REQUEST] == asked


async def test_what_is_held_when_the_node_is_locked_leaves_after_it_was_unlocked(
    posts: tuple[Post, Post],
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        await hold(alo, crossing.request(two))
        await alo.ask(commands.LockNode(), views.Done)
        await alo.unlock()
        assert await until_nothing_is_held(alo) == []
        await carry(alo, bandhan)
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()
    at_alo, at_bandhan = (books.read(post) for post in posts)
    asked = [row.message_id for row in at_alo.told if row.type == REQUEST]
    assert len(asked) == 1
    assert [row.message_id for row in at_bandhan.heard if row.type == REQUEST] == asked


async def test_a_withdrawal_that_waits_in_the_mailbox_is_heard_before_what_is_held_leaves(
    posts: tuple[Post, Post],
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        asked = await alo.do(crossing.request(two))
        await carry(alo, bandhan)
        await hold(bandhan, crossing.report(two, asked, [WORDS]))
        await bandhan.ask(commands.LockNode(), views.Done)
        withdraw = commands.WithdrawConsent(
            consent_id=two.consents[1], wanted=WithdrawalWanted.ERASE
        )
        await alo.do(withdraw)
        await carry(alo)
        await bandhan.unlock()
        assert await until_nothing_is_held(bandhan) == ["erased"]
        tasks = await bandhan.ask(commands.ListTasks(), views.Tasks)
        assert [task.thread for task in tasks.tasks if task.task == "sending_refused"] == [
            two.thread
        ]
        await carry(bandhan, alo)
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()
    at_alo, at_bandhan = (books.read(post) for post in posts)
    assert [row for row in at_bandhan.told if row.type == REPORT] == []
    assert [row for row in at_alo.heard if row.type == REPORT] == []

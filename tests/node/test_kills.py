"""Two nodes exchange messages while one or the other is killed all the time: nothing is lost or doubled.

Real processes on loopback. Each of ten failpoints kills three times, at the visit that was counted to, and
twenty times the process is killed whenever it happens to be. What a desk was told is written to a file of the
test's own before anything else is done, and compared at the end with what stands in both vaults.
"""

import asyncio
import random
import signal
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from node.faults import NAMES
from protocol.local import commands, views
from tests.support import books, crossing
from tests.support.books import REPORT, REQUEST, TROUBLE, Books
from tests.support.processes import GoneError, Post, Two, carry
from tui.client import RefusedError

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

SEED: Final = 20_311
POINTS: Final = (
    "deposit.before_commit",
    "deposit.after_commit",
    "inbox.before_commit",
    "inbox.after_commit",
    "inbox.after_delete",
    "outbox.after_enqueue",
    "outbox.after_seal",
    "outbox.after_deposit",
    "outbox.after_settle",
    "vault.between_commits",
)
VISITS: Final = (1, 2, 4)
RANDOM_KILLS: Final = 20
MESSAGES: Final = 200
BURST: Final = 2
# A process that is not killed by chance so soon after it is ready is killed then.
RANDOM_SECONDS_MAX: Final = 0.4
TURNS_MAX: Final = 400
LAST_TURNS_MAX: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """How a process is to end: at a failpoint, or by chance so many seconds after it is ready."""

    fault: str | None
    seconds: float


@dataclass(slots=True, kw_only=True)
class Storm:
    """The messages, and the deaths that are still to come for each post."""

    two: Two
    planned: dict[Post, deque[Death]]
    died: list[tuple[str, str | None]] = field(default_factory=list)
    meant: dict[Post, Death | None] = field(default_factory=dict)
    asked: deque[bytes] = field(default_factory=deque)
    cut_off: dict[Post, int] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Has every death happened, and was enough said?"""
        said = sum(
            len(post.ledger.names(kind)) for post in self.two.both for kind in (REQUEST, REPORT)
        )
        waiting = any(self.planned.values()) or any(self.meant.values())
        return not waiting and said >= MESSAGES

    async def turn(self) -> None:
        """Bring up what is down, say something at both desks, and let it be carried."""
        await asyncio.gather(*(self._bring_up(post) for post in self.two.both))
        await asyncio.gather(*(self._say(post) for post in self.two.both))
        try:
            await carry(*self.two.both)
        except GoneError:
            await self._look_for_the_dead()

    async def _bring_up(self, post: Post) -> None:
        while not post.is_up:
            death = self.planned[post].popleft() if self.planned[post] else None
            self.meant[post] = death
            armed = () if death is None or death.fault is None else ("--fault", death.fault)
            if not await post.start(*armed):
                await self._bury(post)
                continue
            if death is not None and death.fault is None:
                asyncio.get_running_loop().call_later(death.seconds, post.kill)
            try:
                await post.unlock()
            except GoneError:
                await self._bury(post)

    async def _look_for_the_dead(self) -> None:
        """Somebody hung up: whoever it was has ended, or ends now."""
        for post in filter(lambda each: each.is_up, self.two.both):
            try:
                await post.ask(commands.ShowStatus(), views.NodeStatus)
            except GoneError:
                await self._bury(post)

    async def _bury(self, post: Post) -> None:
        assert await post.end_of_process() == -signal.SIGKILL
        death, self.meant[post] = self.meant[post], None
        assert death is not None, f"{post.folder.name} was killed by nobody"
        self.died.append((post.folder.name, death.fault))

    async def _say(self, post: Post) -> None:
        try:
            for number in range(BURST):
                if post is self.two.bandhan and number % 2 and self.asked:
                    await self._report()
                else:
                    await self._request(post)
        except GoneError:
            self.cut_off[post] = self.cut_off.get(post, 0) + 1
            await self._bury(post)

    async def _request(self, post: Post) -> None:
        name = await post.do(crossing.request(self.two))
        post.ledger.note(REQUEST, name)
        if post is self.two.alo:
            self.asked.append(name)

    async def _report(self) -> None:
        """Answer the oldest request; one that has not come yet is left for later."""
        follow_up = self.asked.popleft()
        command = crossing.report(self.two, follow_up, [words_about(follow_up)])
        try:
            sent = await self.two.bandhan.ask(command, views.ReportSent)
        except RefusedError as error:
            if error.code != views.No.NOT_FOUND:
                raise
            self.asked.append(follow_up)
            return
        assert sent.with_her_words
        self.two.bandhan.ledger.note(REPORT, sent.follow_up)


def words_about(follow_up: bytes) -> str:
    """Her words in the answer to one request: no two alike."""
    return f"ভালো আছি {follow_up.hex()}"


def plan(posts: Sequence[Post], dice: random.Random) -> dict[Post, deque[Death]]:
    """The deaths of each post, mixed."""
    deaths = [
        Death(fault=f"{point}:{visits}", seconds=0.0) for point in POINTS for visits in VISITS
    ]
    deaths += [
        Death(fault=None, seconds=dice.uniform(0.0, RANDOM_SECONDS_MAX))
        for _ in range(RANDOM_KILLS)
    ]
    # By turns, so that each failpoint kills both of them.
    shares = [deaths[number :: len(posts)] for number in range(len(posts))]
    for share in shares:
        dice.shuffle(share)
    return {post: deque(share) for post, share in zip(posts, shares, strict=True)}


async def come_to_rest(storm: Storm) -> None:
    """Nobody is killed any more: after a word from each side nothing waits anywhere.

    What was cut off in the middle of an attempt is tried again at the first sign of life.
    """
    posts = storm.two.both
    for _ in range(LAST_TURNS_MAX):
        await storm.turn()
        if not any([await post.waiting() for post in posts]):
            break
    assert [await post.waiting() for post in posts] == [[], []]
    for post in posts:
        audit = await post.ask(commands.CheckAudit(), views.AuditState)
        assert audit.is_whole
        assert await post.stop() == 0


def compare(sender: Books, recipient: Books, accepted: dict[str, list[bytes]]) -> None:
    """Hold what one desk was told against both vaults."""
    told = {row.message_id: row for row in sender.told}
    requests = {name for name, row in told.items() if row.type == REQUEST}
    reports = [row.reply_to for row in told.values() if row.type == REPORT]
    assert set(accepted[REQUEST]) <= requests
    assert set(accepted[REPORT]) <= set(reports)
    assert len(reports) == len(set(reports))
    assert {(row.state, row.code) for row in sender.told} == {("stored", None)}
    # What is in the one outbox is at the other end, and nothing else is, each once.
    assert sorted((row.message_id, "applied") for row in sender.told) == sorted(
        (row.message_id, row.status) for row in recipient.heard
    )
    effects = {name: recipient.events["message.applied", name] for name in told}
    assert effects == dict.fromkeys(told, 1)
    assert {name: recipient.follow_ups.get(name, (None, None))[0] for name in requests} == (
        dict.fromkeys(requests, False)
    )
    compare_words(recipient, [name for name in reports if name is not None])


def compare_words(recipient: Books, follow_ups: Sequence[bytes]) -> None:
    """What she said arrived once, can be opened, and is found once by whoever searches for it."""
    said = sorted(words_about(name) for name in follow_ups)
    assert sorted(text for text in recipient.words if text in said) == said
    came = [row for row in recipient.heard if row.type == REPORT]
    unread = [
        row.message_id
        for row in came
        if words_about(row.reply_to or b"").encode()
        not in recipient.opened.get(row.message_id, b"")
    ]
    assert unread == []


def check_alone(own: Books) -> None:
    """What has to hold at each end by itself."""
    assert own.damage == ()
    assert (own.owed, own.kept_sealed, own.in_mailbox) == (0, 0, 0)
    assert [event for event in own.events if event[0] in TROUBLE] == []
    assert books.is_chained(own)
    assert own.keys == own.keys_named


def check_streams(sender: Books, recipient: Books) -> None:
    """The recipient holds the whole chain of the sender, up to its head."""
    assert not recipient.stream.is_frozen
    assert recipient.stream.into == sender.stream.out
    chain = sorted(recipient.came, key=lambda row: row.sequence)
    assert [row.sequence for row in chain] == list(range(1, sender.stream.out[0] + 1))
    assert [row.previous for row in chain[1:]] == [row.hash for row in chain[:-1]]
    assert {row.sequence: row.hash for row in sender.sent} == {
        row.sequence: row.hash for row in chain
    }


_ELSEWHERE = ("rekey.", "keyring.", "backup.", "upgrade.", "bundle.", "prekeys.")


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    return Post(alo), Post(bandhan)


@pytest.mark.parametrize("seed", [SEED])
async def test_fifty_kills_lose_nothing_and_double_nothing(
    posts: tuple[Post, Post], seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  (a test's dice)
    # Those of erasing, held sendings, prekeys, a new key, backups and updates kill in tests of their own.
    elsewhere = {
        "erase.before_checkpoint",
        "erase.after_checkpoint",
        "sending.before_commit",
        "card.before_sheet",
    }
    elsewhere |= {name for name in NAMES if name.startswith(_ELSEWHERE)}
    assert set(POINTS) | elsewhere == NAMES
    try:
        two = await crossing.meet_and_refer(*posts)
        storm = Storm(two=two, planned=plan(posts, dice))
        for post in posts:
            assert await post.stop() == 0
        for _ in range(TURNS_MAX):
            await storm.turn()
            if storm.is_over:
                break
        await come_to_rest(storm)
    finally:
        for post in posts:
            await post.abandon()
    assert sorted(fault for _, fault in storm.died if fault is not None) == sorted(
        f"{point}:{visits}" for point in POINTS for visits in VISITS
    )
    assert len(storm.died) == len(POINTS) * len(VISITS) + RANDOM_KILLS
    alo, bandhan = (books.read(post) for post in posts)
    for own in (alo, bandhan):
        check_alone(own)
    for sender, recipient, post in ((alo, bandhan, posts[0]), (bandhan, alo, posts[1])):
        accepted = {kind: post.ledger.names(kind) for kind in (REQUEST, REPORT)}
        assert all(len(names) == len(set(names)) for names in accepted.values())
        compare(sender, recipient, accepted)
        check_streams(sender, recipient)
        unanswered = sum(row.type in (REQUEST, REPORT) for row in sender.told)
        unanswered -= sum(map(len, accepted.values()))
        assert unanswered <= storm.cut_off.get(post, 0)

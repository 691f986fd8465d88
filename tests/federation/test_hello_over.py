"""A hello or its answer that is over before it is read: it is said again, and nobody waits for ever."""

from pathlib import Path
from typing import Final

import pytest

from node.services import resuming
from protocol import limits
from protocol.messages.recovery import Hello
from protocol.messages.union import message_class, parse_content, split_payload
from protocol.skeleton import Head
from tests.support.federation import Node
from tests.support.forging import place_of
from tests.support.restored import lose
from tests.support.restoring import confirm, save, tasks_of, waits
from tests.support.silence import Houses, ask
from tests.support.story import Story

DAY, HOUR = limits.DAY, limits.HOUR
LIFE_DAYS: Final = 60
STEP_DAYS: Final = 3
TTL_DAYS: Final = 21


@pytest.fixture
def houses(story: Story) -> Houses:
    """Alo and Bandhan in the middle of their work; Chautari is never there."""
    story.up_to_dossier()
    made = Houses(federation=story.federation)
    made.off.add(story.federation["Chautari"].node_id)
    for node in (story.alo, story.bandhan):
        made.work(node)
    return made


def be_off(houses: Houses, off: Node, *, on: Node, days: int) -> None:
    """One computer is off, and the mailbox on it; the other works on."""
    clock = houses.federation.clock
    looks = [look for look in clock.watching if getattr(look, "__self__", None) is off]
    clock.watching = [look for look in clock.watching if look not in looks]
    houses.off.add(off.node_id)
    for _ in range(0, days, STEP_DAYS):
        clock.jump(STEP_DAYS * DAY)
        on.look_at_clock()
        houses.work(on)
    houses.off.discard(off.node_id)
    clock.watching += looks


def work(houses: Houses, *nodes: Node, hours: int = 5) -> None:
    for _ in range(hours):
        for node in nodes:
            node.look_at_clock()
            houses.work(node)
        houses.federation.clock.jump(HOUR)


def hellos(node: Node, other: Node) -> list[tuple[int, Head]]:
    """Each hello of a node to another: its epoch, and what it says was sent before."""
    rows = node.rows(
        "SELECT epoch, payload FROM outbox WHERE type = 'hello/1' AND peer = ?", other.node_id
    )
    said = []
    for epoch, payload in rows:
        of_class = message_class("hello/1", cites_consent=False)
        hello = parse_content(split_payload(payload), type_name="hello/1", of_class=of_class)
        assert isinstance(hello, Hello)
        said.append((epoch, hello.sent))
    return said


@pytest.mark.parametrize("days", [30, 72])
def test_a_restored_node_is_answered_also_by_a_partner_that_was_off_longer_than_a_message_lives(
    story: Story, houses: Houses, tmp_path: Path, days: int
) -> None:
    alo, bandhan = story.alo, story.bandhan
    saved = save(bandhan, tmp_path / "saved")
    lose(story, bandhan, saved)
    be_off(houses, alo, on=bandhan, days=days)
    work(houses, alo, bandhan)

    assert waits(bandhan, alo) == (False, False)
    assert "state_awaited" not in tasks_of(bandhan)
    # In one epoch, and each names the same former stream: by another one the partner could tell nothing.
    said = hellos(bandhan, alo)
    assert len(set(said)) == 1
    assert len(said) <= 1 + days // LIFE_DAYS
    confirm(alo, bandhan)
    work(houses, alo, bandhan)
    assert bandhan.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []
    assert alo.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []


@pytest.mark.parametrize("days", [30, 72])
def test_a_restored_node_that_was_off_while_the_answer_lay_for_it_asks_again(
    story: Story, houses: Houses, tmp_path: Path, days: int
) -> None:
    alo, bandhan = story.alo, story.bandhan
    saved = save(bandhan, tmp_path / "saved")
    lose(story, bandhan, saved)
    houses.work(bandhan)
    houses.work(alo)
    be_off(houses, bandhan, on=alo, days=days)
    story.federation.box(bandhan).clear()
    # A list that came before its receipts is left alone, and comes again with them a day later.
    work(houses, alo, bandhan, hours=30)

    assert waits(bandhan, alo) == (False, False)
    assert waits(alo, bandhan) == (False, True)
    assert "state_awaited" not in tasks_of(bandhan)


def test_what_was_on_its_way_at_the_backup_leaves_once_also_where_the_hello_was_over(
    story: Story, houses: Houses, tmp_path: Path
) -> None:
    alo, bandhan = story.alo, story.bandhan
    [taken] = ask(alo, story.thread, 1)
    houses.work(alo)
    saved = save(alo, tmp_path / "saved")
    houses.work(bandhan)
    lose(story, alo, saved)
    be_off(houses, bandhan, on=alo, days=72)
    work(houses, alo, bandhan)
    confirm(bandhan, alo)
    work(houses, alo, bandhan)

    assert waits(alo, bandhan) == (False, False)
    assert bandhan.rows(
        "SELECT message_id, status FROM messages WHERE type = 'followup.request/1'"
    ) == [(bytes(taken), "applied")]
    assert bandhan.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []


def test_a_hello_that_was_read_and_not_answered_is_said_again_after_a_week(
    story: Story, houses: Houses, tmp_path: Path
) -> None:
    alo, bandhan = story.alo, story.bandhan
    saved = save(bandhan, tmp_path / "saved")
    lose(story, bandhan, saved)
    houses.work(bandhan)
    # The partner took it, and lost it with its computer before its answer left.
    bandhan.write(
        lambda unit: unit.vault.execute(
            "UPDATE outbox SET state = 'stored', settled_at = ? WHERE type = 'hello/1'",
            (bandhan.now,),
        )
    )
    early = bandhan.use(resuming.say_hello_again)
    story.federation.clock.forward(limits.HELLO_AGAIN_SECONDS - 1)
    just_before = bandhan.use(resuming.say_hello_again)
    story.federation.clock.forward(1)
    late = [bandhan.use(resuming.say_hello_again) for _ in range(2)]

    assert (early, just_before, late) == (0, 0, [1, 0])
    assert place_of(bandhan, alo)[1] > 0


def test_once_it_was_answered_no_hello_is_said_again(story: Story, tmp_path: Path) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    lose(story, story.bandhan, saved)
    story.settle()
    story.federation.clock.forward(2 * LIFE_DAYS * DAY)

    assert story.bandhan.use(resuming.say_hello_again) == 0


def test_nobody_who_began_no_stream_anew_says_hello(story: Story) -> None:
    story.up_to_dossier()

    assert story.bandhan.use(resuming.say_hello_again) == 0

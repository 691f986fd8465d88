"""The seconds in which a sending can be stopped: nobody moves their clock, and a crash keeps them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest

from node import faults
from node.gate import Gate, LockedError, OpenVault
from node.local_api.held import LOOK_SECONDS, Held
from node.local_api.problems import ProblemError
from node.local_api.sessions import Session
from node.vault.keyring import PRODUCT_COST
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import Command, encode_command
from protocol.local.transport import LocalProblem
from protocol.values import Instant, later
from protocol.vocabulary.codes import Role
from tests.support import sendings
from tests.support.federation import Node, done
from tests.support.sendings import queued
from tests.support.story import Story

SECONDS: Final = 10
A_YEAR: Final = 366 * 86_400


@dataclass(slots=True, kw_only=True)
class Hands:
    """Two clocks that a test moves by hand, each alone."""

    seconds: Instant
    ticks: float = 0.0
    fails: int = 0

    def wall(self) -> Instant:
        return self.seconds

    def monotonic(self) -> float:
        if self.fails > 0:
            self.fails -= 1
            raise OSError
        return self.ticks

    def slept(self) -> float:
        return 0.0

    def both(self, seconds: float) -> None:
        self.seconds = later(self.seconds, int(seconds))
        self.ticks += seconds


@dataclass(slots=True, kw_only=True)
class Holder:
    """One node's held sendings; `woken` counts what the courier was told."""

    node: Node
    clock: Hands
    gate: Gate
    undo_seconds: int = SECONDS
    woken: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    held: Held = field(init=False)

    def __post_init__(self) -> None:
        self.begin_again()

    def begin_again(self) -> None:
        """The process is another one: nothing is known but what stands in the vault."""
        self.held = Held(
            self.gate, wake=self.wake, clock=self.clock, undo_seconds=self.undo_seconds
        )

    def wake(self) -> None:
        self.woken += 1
        self.heard.set()

    async def hold(self, command: Command) -> views.Held:
        session = Session(user_id=sendings.supervisor(self.node), role=Role.SUPERVISOR)
        given = commands.HoldSending(name=command.NAME, body=encode_command(command))
        return done(await self.held.hold(given, session))

    def waiting(self) -> int:
        return len(self.node.rows("SELECT 1 FROM held WHERE code IS NULL"))


@pytest.fixture
def holder(alo: Node) -> Holder:
    return holder_at(alo)


def holder_at(node: Node) -> Holder:
    clock = Hands(seconds=node.now)
    gate = Gate(node.folder, clock=clock, entropy=node.entropy, cost=PRODUCT_COST)
    gate._open = OpenVault(
        database=node.database, me=node.me, mailboxes=(node.mailbox,), prekeys=node.prekeys
    )
    return Holder(node=node, clock=clock, gate=gate)


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    """No failpoint stays armed."""
    yield
    faults.disarm()


async def test_a_sending_leaves_when_its_seconds_are_over_and_not_a_tick_before(
    holder: Holder, story: Story
) -> None:
    _, command = sendings.offer(story)
    view = await holder.hold(command)
    holder.clock.both(SECONDS - 0.5)
    seconds = await holder.held.tend()
    before = (holder.waiting(), queued(holder.node)[-1][0], holder.woken)
    holder.clock.both(0.5)
    await holder.held.tend()
    assert view.leaves_at == later(story.alo.now, SECONDS)
    assert (seconds, before) == (0.5, (1, "receipt/1", 0))
    assert (holder.waiting(), queued(holder.node)[-1][0], holder.woken) == (
        0,
        "referral.offer/1",
        1,
    )


async def test_a_sending_that_was_stopped_never_leaves(holder: Holder, story: Story) -> None:
    node, command = sendings.offer(story)
    view = await holder.hold(command)
    sendings.stop(node, view.held_id)
    holder.clock.both(SECONDS)
    await holder.held.tend()
    assert (holder.waiting(), queued(node)[-1][0], holder.woken) == (0, "receipt/1", 0)


@pytest.mark.parametrize("jump", [A_YEAR, -A_YEAR])
async def test_a_wall_clock_that_is_moved_changes_nothing_while_the_node_runs(
    jump: int, holder: Holder, story: Story
) -> None:
    _, command = sendings.ask(story)
    holder = holder_at(story.bandhan)
    await holder.hold(command)
    holder.clock.seconds = Instant(holder.clock.seconds + jump)
    holder.clock.ticks += SECONDS - 1
    await holder.held.tend()
    early = holder.waiting()
    holder.clock.ticks += 1
    await holder.held.tend()
    assert (early, holder.waiting()) == (1, 0)


@pytest.mark.parametrize(
    ("passed", "left"), [(0, 10), (4, 6), (10, 0), (A_YEAR, 0), (-A_YEAR, 10)]
)
async def test_another_process_holds_for_what_was_left_and_never_for_longer(
    passed: int, left: int, story: Story
) -> None:
    _, command = sendings.ask(story)
    holder = holder_at(story.bandhan)
    await holder.hold(command)
    holder.clock = Hands(seconds=Instant(holder.clock.seconds + passed), ticks=4_711.0)
    holder.begin_again()
    seen: list[int] = []
    for ticks in (0, left - 1, 1) if left else (0,):
        holder.clock.ticks += ticks
        await holder.held.tend()
        seen.append(holder.waiting())
    assert seen == ([1, 1, 0] if left else [0])


async def test_what_was_sent_first_leaves_first(story: Story) -> None:
    _, command = sendings.request(story)
    holder = holder_at(story.alo)
    assert isinstance(command, commands.RequestFollowUp)
    dues = [command.due + day * 86_400 for day in (3, 1, 2)]
    for due in dues:
        await holder.hold(commands.RequestFollowUp(thread=story.thread, due=due))
    holder.clock.both(SECONDS)
    await holder.held.tend()
    asked = story.alo.rows(
        "SELECT f.due FROM outbox o JOIN follow_ups f ON f.follow_up_id = o.message_id"
        " ORDER BY o.number"
    )
    assert asked == [(due,) for due in dues]


async def test_a_locked_node_holds_on(holder: Holder, story: Story) -> None:
    _, command = sendings.offer(story)
    await holder.hold(command)
    holder.clock.both(A_YEAR)
    opened, holder.gate._open = holder.gate._open, None
    with pytest.raises(LockedError):
        await holder.held.tend()
    held = holder.waiting()
    holder.gate._open = opened
    await holder.held.tend()
    assert (held, holder.waiting()) == (1, 0)


async def test_a_crash_before_the_commit_sends_nothing_and_it_leaves_later_once(
    holder: Holder, story: Story
) -> None:
    _, command = sendings.offer(story)
    await holder.hold(command)
    holder.clock.both(SECONDS)
    faults.arm("sending.before_commit")
    with pytest.raises(faults.InjectedCrash):
        await holder.held.tend()
    after_the_crash = (holder.waiting(), queued(holder.node)[-1][0])
    holder.begin_again()
    await holder.held.tend()
    offers = [kind for kind, _ in queued(holder.node) if kind == "referral.offer/1"]
    assert (after_the_crash, len(offers)) == ((1, "receipt/1"), 1)


async def test_a_crash_after_the_commit_sends_nothing_twice(holder: Holder, story: Story) -> None:
    _, command = sendings.offer(story)
    await holder.hold(command)
    holder.clock.both(SECONDS)
    faults.arm("outbox.after_enqueue")
    with pytest.raises(faults.InjectedCrash):
        await holder.held.tend()
    holder.begin_again()
    await holder.held.tend()
    offers = [kind for kind, _ in queued(holder.node) if kind == "referral.offer/1"]
    assert (holder.waiting(), len(offers)) == (0, 1)


async def test_one_that_cannot_be_written_keeps_back_nobody_else(story: Story) -> None:
    def fail() -> None:
        raise OSError

    _, command = sendings.request(story)
    holder = holder_at(story.alo)
    assert isinstance(command, commands.RequestFollowUp)
    for day in (1, 2):
        later_one = commands.RequestFollowUp(thread=story.thread, due=command.due + day)
        await holder.hold(later_one)
    holder.clock.both(SECONDS)
    faults.arm("sending.before_commit", action=fail)
    await holder.held.tend()
    after_the_failure = (holder.waiting(), holder.woken)
    holder.clock.both(LOOK_SECONDS)
    await holder.held.tend()
    assert (after_the_failure, holder.waiting(), holder.woken) == ((1, 1), 0, 2)


async def test_while_the_vault_is_open_what_is_due_leaves_by_itself(
    holder: Holder, story: Story
) -> None:
    _, command = sendings.offer(story)
    holder.undo_seconds = 0
    holder.begin_again()
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        holder.held.begin(tasks)
        await holder.hold(command)
        await holder.heard.wait()
        await holder.held.rest()
    assert (holder.waiting(), queued(holder.node)[-1][0]) == (0, "referral.offer/1")


async def test_once_the_vault_is_being_locked_nothing_more_leaves(story: Story) -> None:
    _, command = sendings.ask(story)
    holder = holder_at(story.bandhan)
    async with asyncio.TaskGroup() as tasks:
        holder.held.begin(tasks)
        await holder.hold(command)
        await holder.held.rest()
        holder.clock.both(SECONDS)
    assert (holder.waiting(), holder.woken) == (1, 0)


def lock(holder: Holder) -> None:
    holder.gate._open = None


def break_the_clock(holder: Holder) -> None:
    holder.clock.fails = 1


@pytest.mark.parametrize("go_wrong", [lock, break_the_clock])
async def test_whatever_goes_wrong_once_does_not_end_the_holding(
    go_wrong: Callable[[Holder], None], holder: Holder, story: Story
) -> None:
    _, command = sendings.offer(story)
    holder.undo_seconds = 0
    holder.begin_again()
    opened = holder.gate._open
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        go_wrong(holder)
        holder.held.begin(tasks)
        await asyncio.sleep(0)
        holder.gate._open = opened
        await holder.hold(command)
        await holder.heard.wait()
        await holder.held.rest()
    assert (holder.clock.fails, holder.waiting()) == (0, 0)


async def test_a_role_that_may_not_send_may_not_hold(holder: Holder, story: Story) -> None:
    _, command = sendings.offer(story)
    session = Session(user_id=sendings.supervisor(holder.node), role=Role.DATA_OFFICER)
    given = commands.HoldSending(name=command.NAME, body=encode_command(command))
    with pytest.raises(ProblemError) as told:
        await holder.held.hold(given, session)
    assert (told.value.problem, holder.waiting()) == (LocalProblem.NOT_ALLOWED, 0)


@pytest.mark.parametrize(
    ("name", "body", "place"),
    [
        ("consent/withdraw", b"\xa0", "HoldSending.name"),
        ("referral/recall", b"\xa0", "HoldSending.name"),
        ("sending/hold", b"\xa0", "HoldSending.name"),
        ("case/open", b"\xa0", "HoldSending.name"),
        ("nope", b"\xa0", "HoldSending.name"),
        ("referral/offer", b"\xa0", "SendOffer"),
        ("referral/offer", b"", "byte 0"),
    ],
)
async def test_what_may_not_be_held_or_has_not_the_form_is_refused_at_once(
    name: str, body: bytes, place: str, holder: Holder
) -> None:
    session = Session(user_id=sendings.supervisor(holder.node), role=Role.SUPERVISOR)
    with pytest.raises(MalformedError) as told:
        await holder.held.hold(commands.HoldSending(name=name, body=body), session)
    assert (told.value.place, holder.waiting()) == (place, 0)

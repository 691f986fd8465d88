"""Five nodes behind two relays, of which one is killed for good; one of the five has sticks and nothing else.

What was said is the test's own list, taken where it was said. At the end each has what was said to it, once
and in its order, and nobody waits for an answer any more.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest

from node.services import visiting
from node.services.visiting import Wanted
from protocol import limits
from protocol.values import MessageId
from tests.support import federation as federations
from tests.support.auditing import say_something
from tests.support.federation import Federation, Node
from tests.support.misbehaving import Relayed, over_relays
from tests.support.relayed_story import place
from tests.support.sticks import carry, there_and_back, written
from tests.support.story import meet_and_verify

pytestmark = pytest.mark.sockets

NAMES: Final = ("Alo Shelter", "Bandhan", "Chautari", "Dhara", "Ekota")
BY_STICK: Final = "Ekota"
# They fall silent when the relay is killed: no later receipt says what the lost one said.
SILENT: Final = ("Bandhan", "Dhara")
TURNS: Final = 40
KILLED_AT: Final = 15
HOURS: Final = 6
LAST_DAYS: Final = 4

QUEUED: Final = "SELECT message_id FROM outbox WHERE peer = ? AND type = 'card/1' ORDER BY number"
CAME: Final = (
    "SELECT message_id FROM messages WHERE peer = ? AND type = 'card/1' AND status = 'applied'"
    " ORDER BY sequence"
)
UNANSWERED: Final = (
    "SELECT type FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
    " AND type != 'receipt/1'"
)
DOUBTED: Final = "SELECT code FROM stream_evidence"
TWICE: Final = "SELECT hash, count(*) FROM messages GROUP BY hash HAVING count(*) > 1"


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Five that know each other, each both ways; the one with sticks has told that it has no mailbox."""
    made = federations.begin(tmp_path_factory.mktemp("five"), *NAMES)
    for one, other in combinations(NAMES, 2):
        meet_and_verify(made, made[one], made[other])
    far, nowhere = made[BY_STICK], Wanted(own=None, relays=(), pins={})
    told = far.write(
        lambda unit: visiting.tell_if_changed(unit, nowhere, me=far.me, acting=far.acting())
    )
    assert told is not None
    far.refresh()
    for node in made.nodes.values():
        if node is not far:
            there_and_back(far, node)
    yield made
    made.close()


@dataclass(slots=True, kw_only=True)
class Five:
    """The five, their relays and what they have said to each other."""

    relayed: Relayed
    dice: random.Random
    said: dict[tuple[str, str], list[MessageId]] = field(default_factory=lambda: defaultdict(list))
    lost_sticks: int = 0
    is_killed: bool = False

    @property
    def nodes(self) -> list[Node]:
        return [*self.relayed.federation.nodes.values()]

    @property
    def far(self) -> Node:
        return self.relayed.federation[BY_STICK]

    @property
    def near(self) -> list[Node]:
        return [node for node in self.nodes if node is not self.far]

    def say_anything(self) -> None:
        sender, recipient = self.dice.sample(self.nodes, 2)
        if not self.is_killed or {sender.name, recipient.name} != {*SILENT}:
            self.say(sender, recipient)

    def say(self, sender: Node, recipient: Node) -> None:
        say_something(sender, recipient.node_id)
        queued = [row[0] for row in sender.rows(QUEUED, recipient.node_id)]
        self.said[sender.name, recipient.name].append(queued[-1])

    async def carry(self) -> None:
        """Some of those with a line leave and collect; now and then somebody walks with a stick."""
        for node in self.near:
            if self.dice.random() < 0.6:
                await self.relayed.leave(node)
            if self.dice.random() < 0.4:
                await self.relayed.collect(node)
        if self.dice.random() < 0.3:
            ends = [self.far, self.dice.choice(self.near)]
            self.dice.shuffle(ends)
            self.walk(*ends)

    def walk(self, sender: Node, recipient: Node) -> None:
        if self.dice.random() < 0.3:
            self.lost_sticks += bool(written(sender, recipient))
        else:
            carry(sender, recipient)

    async def kill(self) -> int:
        """Kill the first relay while much lies there; how many envelopes that nobody else has.

        One was taken, and lies there as its receipt alone: only its sender, who leaves it again, brings that.
        """
        first, second = self.relayed.relays
        first.act, second.act = "honest", "fail"
        sender, recipient = (self.relayed.federation[name] for name in SILENT)
        self.say(sender, recipient)
        await self.relayed.leave(sender)
        await self.relayed.collect(recipient)
        for node in self.near:
            await self.relayed.leave(node)
        lying = [await first.store.waiting(one.mailbox.mailbox_id) for one in self.near]
        await self.relayed.servers[0].close()
        second.act, self.is_killed = "honest", True
        return sum(one.envelopes for one in lying)

    def at_both(self) -> int:
        """How many envelopes were picked up at the one relay and at the other."""
        first, second = (
            {raw for lying in relay.left.values() for raw in lying}
            for relay in self.relayed.relays
        )
        return len(first & second)

    async def come_to_rest(self) -> None:
        """Days in which everybody does what it does by itself, and somebody walks every day."""
        for _ in range(LAST_DAYS):
            self.relayed.forward(limits.DAY)
            await self.relayed.settle(rounds=6)
            for node in self.near:
                there_and_back(self.far, node)


@pytest.mark.parametrize("seed", [1, 2])
async def test_with_one_relay_killed_for_good_and_one_node_on_sticks_everything_comes_once(
    strangers: Federation, tmp_path: Path, seed: int
) -> None:
    places = [place(tmp_path, name) for name in ("first", "second")]
    with federations.copied(strangers, tmp_path / "federation", seed=f"five {seed}") as federation:
        async with over_relays(federation, *places) as relayed:
            five = Five(relayed=relayed, dice=random.Random(seed))  # noqa: S311  (a test's dice)
            lost = 0
            for turn in range(TURNS):
                five.say_anything()
                # Of what a relay took and did not say so the next one has a copy.
                relayed.relays[0].act = five.dice.choice(("honest", "lose answers"))
                await five.carry()
                if turn == KILLED_AT:
                    lost = await five.kill()
                relayed.forward(five.dice.randrange(HOURS) * limits.HOUR)
            await five.come_to_rest()
        came = {
            (sender.name, recipient.name): [row[0] for row in recipient.rows(CAME, sender.node_id)]
            for sender in five.nodes
            for recipient in five.nodes
        }
        assert {pair: ids for pair, ids in came.items() if ids} == five.said
        for node in five.nodes:
            assert node.rows(UNANSWERED) == []
            assert node.rows(TWICE) == []
            assert node.rows(DOUBTED) == []
    # Otherwise nothing of this was tried.
    assert lost > 0
    assert five.lost_sticks > 0
    assert five.at_both() > 0

"""Whole nodes in one process, without HTTP: real vaults, one clock that stands, and a post in memory.

A node here is everything the product has but the carrying: its vault on disk, the services, the erasing in
two transactions. The post is a list of envelopes for each mailbox, so a test can lose, repeat, mix and hold
them. Everything random is drawn from a seed and counted, so a run is the same each time.
"""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from node import trusted_clock
from node.effects import NODE_ITSELF, Acting
from node.services import delivering, opening, receiving, retaining
from node.services.delivering import FREE, Settled
from node.services.opening import Beginning
from node.services.receiving import Taken
from node.vault.database import Database
from node.vault.keyring import Kind, Owner
from node.vault.migrations import migrate_all
from node.vault.records import OwnMailbox, Self
from node.vault.unit import Unit
from protocol import limits
from protocol.cadence import WHEN_DUE, Cadence
from protocol.codec import Value
from protocol.envelope import OpenedEnvelope, open_envelope, parse
from protocol.errors import RefusalCode
from protocol.keys import PrekeySecret, SigningSecret, new_signing_secret, signing_secret
from protocol.local.views import Refused
from protocol.messages.union import split_payload
from protocol.skeleton import Skeleton, parse_skeleton
from protocol.values import (
    Entropy,
    Instant,
    MailboxId,
    MessageId,
    NodeId,
    PlainText,
    PrekeyId,
    Pseudonym,
    later,
    pseudonym,
)
from protocol.vocabulary.codes import Country
from tests.support.builders import NOON, entropy

ResultT = TypeVar("ResultT")
COUNTRIES: Final = {
    "Alo Shelter": Country.INDIA,
    "Bandhan": Country.BANGLADESH,
    "Chautari": Country.NEPAL,
}
ROUNDS_MAX: Final = 60
LOOK_SECONDS: Final = 3 * limits.DAY
WORKER: Final = pseudonym(b"a worker of ours")


@dataclass(slots=True, kw_only=True)
class Clock:
    """One clock for a whole federation; it stands until somebody moves it.

    `forward` is time that goes by while the nodes are open, so that none of them doubts its clock;
    `jump` is a clock that somebody set, or weeks in which everything was off.
    """

    now: Instant = NOON
    watching: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def forward(self, seconds: int) -> None:
        while seconds > LOOK_SECONDS:
            self.jump(LOOK_SECONDS)
            seconds -= LOOK_SECONDS
            for look in self.watching:
                look()
        self.jump(seconds)

    def jump(self, seconds: int) -> None:
        self.now = Instant(self.now + seconds)


_NO_ROOT: Final = signing_secret(bytes(32))


@dataclass(slots=True, kw_only=True)
class Node:
    """One organisation: its open vault and what is in memory with it. `ahead` moves its clock alone."""

    name: str
    folder: Path
    key: bytes = field(repr=False)
    clock: Clock
    entropy: Entropy = field(repr=False)
    database: Database
    me: Self
    mailbox: OwnMailbox
    prekeys: dict[PrekeyId, PrekeySecret] = field(repr=False)
    root: SigningSecret = field(default=_NO_ROOT, repr=False)
    ahead: int = 0
    is_locked: bool = False

    @property
    def node_id(self) -> NodeId:
        return self.me.node_id

    @property
    def now(self) -> Instant:
        return later(self.clock.now, self.ahead)

    def acting(self, actor: Pseudonym = WORKER) -> Acting:
        return Acting(actor=actor, now=self.now, entropy=self.entropy)

    def look_at_clock(self) -> None:
        """What an open node does all the time."""
        self.write(lambda unit: trusted_clock.note_time(unit, now=self.now))

    def write(self, job: Callable[[Unit], ResultT]) -> ResultT:
        return self.database.write_now(job)

    def read(self, job: Callable[[Unit], ResultT]) -> ResultT:
        return self.database.read_now(job)

    def use(self, service: Callable[..., ResultT], *arguments: object) -> ResultT:
        """Run a use case as a worker, with `me` and `acting` where it asks for them."""
        wanted = signature(service).parameters
        given: dict[str, Any] = {"me": self.me, "acting": self.acting()}
        named = {name: value for name, value in given.items() if name in wanted}
        return self.write(lambda unit: service(unit, *arguments, **named))

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the vault, by a query of the test's own."""
        return [
            tuple(row)
            for row in self.read(lambda unit: unit.vault.execute(sql, values).fetchall())
        ]

    def take(self, envelopes: Sequence[bytes]) -> Taken:
        """Receive as the node itself does, without erasing afterwards."""
        return self.write(
            lambda unit: receiving.take(
                unit,
                envelopes,
                me=self.me,
                prekeys=self.prekeys,
                acting=self.acting(NODE_ITSELF),
            )
        )

    def erase(self) -> bool:
        """Destroy what is locked, and say so once the logs are empty; True if there was something."""
        acting = self.acting(NODE_ITSELF)
        erased = self.write(lambda unit: retaining.erase_locked(unit, acting=acting))
        if not erased or self.database.is_erasure_pending:
            return False
        self.write(lambda unit: retaining.confirm_erased(unit, erased, me=self.me, acting=acting))
        return True

    def refresh(self) -> None:
        """Take in what the node renewed, as its gate does."""
        self.me = self.database.read_now(opening.load_me)
        self.prekeys = dict(self.database.read_now(opening.load_prekeys))

    def reopen(self) -> None:
        """Close the vault and open it again, with the sweep that follows a crash."""
        self.database.close()
        self.open_again()

    def open_again(self) -> None:
        """Open a vault that is closed, with the sweep that follows a crash."""
        self.database = Database.open(self.folder, key=self.key)
        self.use(retaining.sweep)


def done(answer: ResultT | Refused) -> ResultT:
    """The answer of a use case that must have worked."""
    assert not isinstance(answer, Refused), answer
    return answer


def code_of(answer: object) -> str:
    """The code of a use case that must have been refused."""
    assert isinstance(answer, Refused), answer
    return answer.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One envelope that left: by whom, for whom, which message, its bytes."""

    sender: NodeId
    recipient: NodeId
    message_id: MessageId
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a recipient could look at in one envelope: size, skeleton, content (None: withheld)."""

    bucket: int
    skeleton: Skeleton
    content: Value
    opened: OpenedEnvelope = field(repr=False)


class Road(Protocol):
    """What happens to envelopes between two nodes."""

    def __call__(self, envelopes: Sequence[bytes], /) -> Sequence[bytes]:
        """What arrives of them, in which order, how often."""
        ...


def straight(envelopes: Sequence[bytes]) -> Sequence[bytes]:
    """Everything arrives once, in order."""
    return envelopes


def rough(seed: int) -> Road:
    """A road on which a quarter is lost, a quarter comes twice, and all of it is mixed."""
    dice = random.Random(seed)  # noqa: S311  (a test's dice)

    def carry(envelopes: Sequence[bytes]) -> Sequence[bytes]:
        arriving = [raw for raw in envelopes for _ in range(dice.choice((0, 1, 1, 2)))]
        dice.shuffle(arriving)
        return arriving

    return carry


@dataclass(slots=True, kw_only=True)
class Federation:
    """Some nodes, their clock and the post between them."""

    clock: Clock
    nodes: dict[str, Node]
    boxes: dict[MailboxId, list[bytes]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    refused: list[RefusalCode] = field(default_factory=list)
    road: Road = straight
    batch: int = limits.BATCH_ENVELOPES_MAX
    cadence: Cadence = WHEN_DUE

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def box(self, node: Node) -> list[bytes]:
        """What waits for a node; the test may change the list as it likes."""
        return self.boxes.setdefault(node.mailbox.mailbox_id, [])

    def deliver(self, node: Node) -> int:
        """Let everything that is due leave one node; how many envelopes left."""
        if node.is_locked:
            return 0
        count = 0
        for _ in range(ROUNDS_MAX):
            parcels = node.write(
                lambda unit: delivering.due(
                    unit,
                    me=node.me,
                    acting=node.acting(NODE_ITSELF),
                    cadence=self.cadence,
                    lines=FREE,
                )
            )
            if not parcels:
                return count
            for parcel in parcels:
                count += self._carry(node, parcel)
        raise AssertionError("there is no end to what is due")

    def _carry(self, node: Node, parcel: delivering.Parcel) -> int:
        messages = [message for message, _ in parcel.envelopes]
        raws = [raw for _, raw in parcel.envelopes]
        self.sent += [
            Sent(sender=node.node_id, recipient=parcel.peer, message_id=message, raw=raw)
            for message, raw in parcel.envelopes
        ]
        self.boxes.setdefault(parcel.routes[0].mailbox_id, []).extend(self.road(raws))
        settled = Settled(peer=parcel.peer, deposited=frozenset(messages), failed=frozenset())
        node.write(lambda unit: delivering.settle(unit, settled, acting=node.acting(NODE_ITSELF)))
        return len(raws)

    def collect(self, node: Node) -> int:
        """Let one node take what waits for it, then erase what it has to; how many were taken."""
        if node.is_locked:
            return 0
        box, count = self.box(node), 0
        while box:
            batch, box[:] = box[: self.batch], box[self.batch :]
            self.refused += node.take(batch).refused
            count += len(batch)
        node.erase()
        return count

    def settle_all(self) -> None:
        """Deliver and collect everywhere until nothing moves any more."""
        for _ in range(ROUNDS_MAX):
            nodes = [*self.nodes.values()]
            moved = sum(self.deliver(node) for node in nodes)
            moved += sum(self.collect(node) for node in nodes)
            if not moved:
                return
        raise AssertionError("the federation does not come to rest")

    def seen(self, sent: Sent) -> Seen:
        """Open an envelope as its recipient could."""
        (recipient,) = (node for node in self.nodes.values() if node.node_id == sent.recipient)
        opened = open_envelope(parse(sent.raw), prekeys=recipient.prekeys)
        return Seen(
            bucket=len(sent.raw),
            skeleton=parse_skeleton(opened.signed.body),
            content=split_payload(opened.payload) if opened.payload else None,
            opened=opened,
        )

    def to(self, node: Node, *, since: int = 0) -> list[Seen]:
        """Everything that left for a node, opened, from the `since`-th envelope on."""
        return [self.seen(one) for one in self.sent[since:] if one.recipient == node.node_id]

    def close(self) -> None:
        self.clock.watching.clear()
        for node in self.nodes.values():
            node.database.close()


def begin(folder: Path, *names: str, seed: str = "federation") -> Federation:
    """New nodes that do not know each other."""
    clock = Clock()
    nodes = {name: _new_node(folder / name, name, clock=clock, seed=seed) for name in names}
    return Federation(clock=clock, nodes=nodes)


def _new_node(folder: Path, name: str, *, clock: Clock, seed: str) -> Node:
    draw = entropy(f"{seed} {name}")
    key = draw(32)
    database = Database.create(folder, key=key)
    migrate_all(database)
    root = new_signing_secret(entropy=draw)
    beginning = Beginning(
        display_name=PlainText(name),
        country=COUNTRIES.get(name, Country.INDIA),
        origin=f"https://{name.split(maxsplit=1)[0].lower()}.example",
        is_demo=True,
        user_name=PlainText("Supervisor"),
        user=Owner(slot_id=draw(16), kind=Kind.USER, public=draw(32)),
        recovery=Owner(slot_id=draw(16), kind=Kind.RECOVERY, public=draw(32)),
    )
    database.write_now(
        lambda unit: opening.begin(unit, beginning, root=root, now=clock.now, entropy=draw)
    )
    node = _node(folder, name, database=database, clock=clock, draw=draw)
    node.root = root
    return node


def _node(folder: Path, name: str, *, database: Database, clock: Clock, draw: Entropy) -> Node:
    (mailbox,) = database.read_now(opening.load_mailboxes)
    node = Node(
        name=name,
        folder=folder,
        key=database.key,
        clock=clock,
        entropy=draw,
        database=database,
        me=database.read_now(opening.load_me),
        mailbox=mailbox,
        prekeys=dict(database.read_now(opening.load_prekeys)),
    )
    clock.watching.append(node.look_at_clock)
    return node


def copy(template: Federation, folder: Path, *, seed: str = "copy") -> Federation:
    """The same federation in other files, as it stands now; making nodes anew takes far longer."""
    clock = Clock(now=template.clock.now)
    nodes = {}
    for name, original in template.nodes.items():
        assert original.database.checkpoint()
        shutil.copytree(original.folder, folder / name)
        database = Database.open(folder / name, key=original.key)
        draw = entropy(f"{seed} {name}")
        nodes[name] = _node(folder / name, name, database=database, clock=clock, draw=draw)
        nodes[name].root = original.root
    return Federation(clock=clock, nodes=nodes)


@contextmanager
def copied(template: Federation, folder: Path, *, seed: str = "copy") -> Iterator[Federation]:
    """A copy that is closed and taken away again at the end."""
    made = copy(template, folder, seed=seed)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)

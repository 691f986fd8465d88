"""Weeks in which two nodes hear nothing of each other: mailboxes with a bound and an end, and upkeep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from node.effects import NODE_ITSELF
from node.services import (
    delivering,
    fetching,
    following_up,
    receiving,
    renewing,
    resuming,
    retaining,
    timekeeping,
)
from node.services.delivering import FREE, Parcel, Settled
from node.services.fetching import Found, Wanted
from protocol import limits
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.prekeys import lay_out
from protocol.values import Instant, MailboxId, MessageId, NodeId, ThreadId, later
from tests.support.federation import ROUNDS_MAX, Federation, Node, done
from tests.support.restoring import read_again

SMALL: Final = limits.BUCKETS[0]


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """A mailbox on a relay: it refuses what it has no room for, and lets go of what lay there for 21 days.

    A stick that somebody carries lets go of nothing: `kept_seconds` is as long as it takes.
    """

    room: int
    kept_seconds: int = limits.MAILBOX_TTL_SECONDS
    lying: list[tuple[Instant, bytes]] = field(default_factory=list)

    def put(self, raw: bytes, *, now: Instant) -> bool:
        """Leave one envelope; the last places are for small ones."""
        reserve = 0 if len(raw) == SMALL else self.room // 16
        if len(self.lying) >= self.room - reserve:
            return False
        self.lying.append((now, raw))
        return True

    def forget(self, *, now: Instant) -> None:
        """What lay there too long is gone."""
        since = now - self.kept_seconds
        self.lying = [(at, raw) for at, raw in self.lying if at > since]

    def take(self) -> list[bytes]:
        """Everything, the oldest first."""
        taken, self.lying = [raw for _, raw in self.lying], []
        return taken


def leave(node: Node, mailbox: Mailbox, federation: Federation) -> None:
    """Let everything that is due at a node be left at the other's mailbox, as far as there is room."""
    _leave(node, federation, lambda _peer, raw: mailbox.put(raw, now=node.now))


def _leave(node: Node, federation: Federation, put: Callable[[NodeId, bytes], bool]) -> None:
    for _ in range(ROUNDS_MAX):
        parcels = node.write(
            lambda unit: delivering.due(
                unit,
                me=node.me,
                acting=node.acting(NODE_ITSELF),
                cadence=federation.cadence,
                lines=FREE,
            )
        )
        if not parcels:
            return
        for parcel in parcels:
            _settle(node, parcel, put)
    raise AssertionError("there is no end to what is due")


def _settle(node: Node, parcel: Parcel, put: Callable[[NodeId, bytes], bool]) -> None:
    laid = frozenset(message for message, raw in parcel.envelopes if put(parcel.peer, raw))
    every = frozenset(message for message, _ in parcel.envelopes)
    settled = Settled(peer=parcel.peer, deposited=laid, failed=every - laid)
    node.write(lambda unit: delivering.settle(unit, settled, acting=node.acting(NODE_ITSELF)))


def look_after(node: Node) -> None:
    """What an open node does by itself: all of its upkeep, and what it does each hour."""
    acting = node.acting(NODE_ITSELF)
    if node.use(timekeeping.look):
        again = partial(receiving.take_again, me=node.me, prekeys=node.prekeys, acting=acting)
        node.write(again)
    node.write(lambda unit: renewing.renew_if_due(unit, me=node.me, acting=acting))
    read_again(node)
    _destroy_prekeys(node, grace_seconds=limits.PREKEY_GRACE_SECONDS)
    node.use(retaining.forget_old)
    node.use(resuming.forget_payloads)
    node.use(retaining.repeat_withdrawals)
    node.use(resuming.ask_for_gaps)
    node.use(resuming.say_hello_again)
    if node.use(retaining.may_forget_today):
        node.use(retaining.forget_skeletons)


def find_empty(node: Node) -> None:
    """Nothing is left in its own mailbox: what a prekey was kept for has come."""
    node.use(renewing.note_emptied, node.mailbox.mailbox_id)


def destroy_prekeys(node: Node, *, grace_seconds: int) -> None:
    """Its own mailbox was found empty, and what is over by then is destroyed."""
    find_empty(node)
    _destroy_prekeys(node, grace_seconds=grace_seconds)


def _destroy_prekeys(node: Node, *, grace_seconds: int) -> None:
    node.write(
        lambda unit: renewing.destroy_prekeys(
            unit, grace_seconds=grace_seconds, acting=node.acting(NODE_ITSELF)
        )
    )
    read_again(node)


def ask(node: Node, thread: ThreadId, count: int) -> list[MessageId]:
    """A worker asks so many times to see her; the ids of what is to leave, in order."""
    command = commands.RequestFollowUp(thread=thread, due=later(node.now, limits.DAY))
    return [
        MessageId(done(node.use(following_up.request, command)).ref or b"") for _ in range(count)
    ]


@dataclass(slots=True, kw_only=True)
class Houses:
    """Nodes that serve their own mailbox as long as their computer is on, and what lies beside each.

    `beside` are the bundles, as their owners sealed them; `is_reached` says whether anything gets through.
    """

    federation: Federation
    beside: dict[MailboxId, bytes] = field(default_factory=dict)
    off: set[NodeId] = field(default_factory=set)
    is_reached: bool = True
    found: list[Found | RefusalCode] = field(default_factory=list)

    def is_there(self, peer: NodeId) -> bool:
        return self.is_reached and peer not in self.off

    def work(self, node: Node) -> None:
        """One look of everything that an open node does by itself."""
        federation = self.federation
        look_after(node)
        self.lay(node)
        self.ask(node)
        _leave(node, federation, self._put)
        federation.collect(node)
        find_empty(node)

    def lay(self, node: Node) -> None:
        """The newest bundle lies beside its mailbox."""
        self.beside[node.mailbox.mailbox_id] = lay_out(
            node.me.signed_bundle,
            deposit_secret=node.mailbox.deposit_secret,
            entropy=node.entropy,
        )

    def ask(self, node: Node) -> None:
        """Ask the mailboxes of whoever is there for what is wanted of them."""
        for one in node.use(fetching.wanted):
            if self.is_there(one.peer):
                self._ask(node, one)

    def _ask(self, node: Node, one: Wanted) -> None:
        [owner] = [n for n in self.federation.nodes.values() if n.node_id == one.peer]
        for route in one.routes:
            said, resting = owner.now, self.beside.get(route.mailbox_id)
            acting = node.acting(NODE_ITSELF)
            if one.time:
                hear = partial(fetching.hear_time, origin=route.origin, said=said, acting=acting)
                node.write(hear)
            if one.bundle and resting is not None:
                self.found.append(
                    node.write(
                        partial(
                            fetching.take,
                            node=one.peer,
                            resting=resting,
                            route=route,
                            acting=acting,
                        )
                    )
                )

    def _put(self, peer: NodeId, raw: bytes) -> bool:
        if not self.is_there(peer):
            return False
        [owner] = [n for n in self.federation.nodes.values() if n.node_id == peer]
        self.federation.box(owner).append(raw)
        return True

"""Weeks in which two nodes hear nothing of each other: mailboxes with a bound and an end, and upkeep."""

from dataclasses import dataclass, field
from typing import Final

from node.effects import NODE_ITSELF
from node.services import delivering, following_up, renewing, resuming
from node.services.delivering import Parcel, Settled
from protocol import limits
from protocol.local import commands
from protocol.values import Instant, MessageId, ThreadId, later
from tests.support.federation import ROUNDS_MAX, Federation, Node, done
from tests.support.restoring import read_again

SMALL: Final = limits.BUCKETS[0]


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """A mailbox on a relay: it refuses what it has no room for, and lets go of what lay there for 21 days."""

    room: int
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
        since = now - limits.MAILBOX_TTL_SECONDS
        self.lying = [(at, raw) for at, raw in self.lying if at > since]

    def take(self) -> list[bytes]:
        """Everything, the oldest first."""
        taken, self.lying = [raw for _, raw in self.lying], []
        return taken


def leave(node: Node, mailbox: Mailbox, federation: Federation) -> None:
    """Let everything that is due at a node be left at the other's mailbox, as far as there is room."""
    for _ in range(ROUNDS_MAX):
        parcels = node.write(
            lambda unit: delivering.due(
                unit, me=node.me, acting=node.acting(NODE_ITSELF), cadence=federation.cadence
            )
        )
        if not parcels:
            return
        for parcel in parcels:
            _settle(node, parcel, mailbox)
    raise AssertionError("there is no end to what is due")


def _settle(node: Node, parcel: Parcel, mailbox: Mailbox) -> None:
    laid = frozenset(
        message for message, raw in parcel.envelopes if mailbox.put(raw, now=node.now)
    )
    every = frozenset(message for message, _ in parcel.envelopes)
    settled = Settled(peer=parcel.peer, deposited=laid, failed=every - laid)
    node.write(lambda unit: delivering.settle(unit, settled, acting=node.acting(NODE_ITSELF)))


def look_after(node: Node) -> None:
    """What an open node does by itself each day."""
    renewed = node.write(
        lambda unit: renewing.renew_if_due(unit, me=node.me, acting=node.acting(NODE_ITSELF))
    )
    if renewed is not None:
        read_again(node)
    node.use(resuming.ask_for_gaps)
    node.use(resuming.forget_payloads)


def ask(node: Node, thread: ThreadId, count: int) -> list[MessageId]:
    """A worker asks so many times to see her; the ids of what is to leave, in order."""
    command = commands.RequestFollowUp(thread=thread, due=later(node.now, limits.DAY))
    return [
        MessageId(done(node.use(following_up.request, command)).ref or b"") for _ in range(count)
    ]

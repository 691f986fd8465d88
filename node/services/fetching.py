"""What we ask for beside a peer's mailbox: a bundle newer than ours, and the time (SPEC 5, 3.4).

Weeks after both sides fell silent, or where both were restored, each holds prekeys that the other has no
more, and no message can bring newer ones. Its mailbox can: it is asked before anything is made to wait.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from node import bundles, trusted_clock
from node.effects import Acting, audit
from node.vault.records import Peer
from node.vault.tables import peers, upkeep
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.prekeys import Route, is_ending, take_up
from protocol.values import Instant, NodeId, later

# Who is stopped is neither written to nor believed, on this way either.
_ASKED: Final = frozenset({"active", "invited"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of one peer, and the mailboxes where it may lie."""

    peer: NodeId
    routes: tuple[Route, ...]
    bundle: bool
    time: bool


class Found(Enum):
    """What lay there, where it was not refused."""

    NEWER = auto()
    HELD = auto()
    """The very bundle that we hold."""


def wanted(unit: Unit, *, acting: Acting) -> list[Wanted]:
    """Whom to ask for what; nobody where prekeys last, everything is answered and the clock is trusted."""
    is_in_doubt = trusted_clock.is_in_doubt(unit, now=acting.now)
    # By a clock in doubt the later time counts: asking in vain costs nothing.
    now = max(acting.now, trusted_clock.time_to_sign(unit, now=acting.now))
    asked = [
        _wanted(unit, peer, now=now, is_in_doubt=is_in_doubt)
        for peer in peers.load_peers(unit.vault)
        if peer.status in _ASKED
    ]
    return [one for one in asked if one.bundle or one.time]


def _wanted(unit: Unit, peer: Peer, *, now: Instant, is_in_doubt: bool) -> Wanted:
    held = bundles.held_of(peer, now=now)
    return Wanted(
        peer=peer.node_id,
        routes=held.routes,
        bundle=is_ending(held, now=now) or _may_not_open_ours(unit, peer, now=now),
        time=is_in_doubt,
    )


def _may_not_open_ours(unit: Unit, peer: Peer, *, now: Instant) -> bool:
    """Ours may be older than the prekeys they still have: we were restored, or they do not answer."""
    since = later(now, -limits.DAY)
    return peer.state_awaited is not None or upkeep.is_unanswered(
        unit.vault, peer.node_id, since=since
    )


def take(
    unit: Unit, node: NodeId, resting: bytes, *, route: Route, acting: Acting
) -> Found | RefusalCode:
    """Take what rested beside a peer's mailbox, exactly as if it had come in a message of that peer (R-203).

    Returns:
        Why it was refused; then nothing was changed.
    """
    peer = peers.find_peer(unit.vault, node)
    if peer is None or peer.status not in _ASKED:
        return RefusalCode.E_SENDER_SUSPENDED
    try:
        signed = take_up(resting, deposit_secret=route.deposit_secret)
        if signed.raw == peer.bundle_raw:
            return Found.HELD
        bundles.take(unit, peer, signed, acting=acting)
    except RemoteProtocolError as error:
        return error.code
    audit(unit, "bundle.fetched", node, acting=acting)
    return Found.NEWER


def hear_time(unit: Unit, *, origin: str, said: Instant, acting: Acting) -> None:
    """A mailbox was asked for the time and told it (R-204)."""
    with unit.unseen():
        trusted_clock.hear_asked(unit, origin=origin, said=said, now=acting.now)

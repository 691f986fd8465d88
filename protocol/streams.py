"""Streams: every message from one node to another has a number and names its predecessor (SPEC 8).

`place` says where an arriving message belongs. It changes nothing: the caller keeps the state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from protocol.values import ZERO_HASH, Hash, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What we hold of one peer's stream: up to `sequence` without a gap, ending in `hash`."""

    epoch: Instant
    sequence: int
    hash: Hash
    is_frozen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Our own stream to one peer: the number and the hash of the last message sealed."""

    epoch: Instant
    sequence: int
    hash: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One message of a stream as the chain sees it."""

    sequence: int
    previous: Hash
    hash: Hash


class Placement(StrEnum):
    """Where a message belongs in its stream."""

    NEXT = "next"
    EARLY = "early"
    PAST = "past"
    """At or below the head, and no longer held: refused without a word, it was answered long ago."""
    SUPERSEDED = "superseded"
    FORK = "fork"
    BROKEN_CHAIN = "broken_chain"


def start(epoch: Instant) -> Incoming:
    """The state before the first message of an epoch."""
    return Incoming(epoch=epoch, sequence=0, hash=ZERO_HASH, is_frozen=False)


def place(
    stream: Incoming | None, *, epoch: Instant, link: Link, held: Mapping[int, Link]
) -> Placement:
    """Decide where a message belongs.

    Args:
        stream: what we hold of this peer, or None before its first message.
        epoch: the message's epoch.
        link: the message.
        held: links of the same epoch that we still hold, by number: at least those above the head.
    """
    if stream is not None and epoch < stream.epoch:
        return Placement.SUPERSEDED
    if stream is None or epoch > stream.epoch:
        stream, held = start(epoch), {}
    if stream.is_frozen:
        return Placement.FORK
    known = held.get(link.sequence)
    if known is not None and known.hash != link.hash:
        return Placement.FORK
    # The head's own hash is always kept: two computers that run one node meet here first.
    if link.sequence == stream.sequence > 0 and link.hash != stream.hash:
        return Placement.FORK
    if link.sequence <= stream.sequence:
        return Placement.PAST
    return _above_head(stream, link=link, held=held)


def _above_head(stream: Incoming, *, link: Link, held: Mapping[int, Link]) -> Placement:
    successor = held.get(link.sequence + 1)
    if successor is not None and successor.previous != link.hash:
        return Placement.BROKEN_CHAIN
    if link.sequence == stream.sequence + 1:
        return Placement.NEXT if link.previous == stream.hash else Placement.BROKEN_CHAIN
    predecessor = held.get(link.sequence - 1)
    if predecessor is not None and predecessor.hash != link.previous:
        return Placement.BROKEN_CHAIN
    return Placement.EARLY


def advance(stream: Incoming, *, held: Mapping[int, Link]) -> Incoming:
    """Move the head over every message that now follows without a gap."""
    sequence, link_hash = stream.sequence, stream.hash
    while (link := held.get(sequence + 1)) is not None:
        sequence, link_hash = link.sequence, link.hash
    return Incoming(
        epoch=stream.epoch, sequence=sequence, hash=link_hash, is_frozen=stream.is_frozen
    )

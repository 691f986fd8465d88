"""Whether this node trusts its clock, inside a transaction; everything that destroys by date asks here.

While the clock is in doubt nothing is destroyed by it, and a supervisor is asked.
"""

import datetime as dt
from collections.abc import Mapping

from node.vault.tables import clock, identity
from node.vault.unit import Unit
from protocol import limits
from protocol.clock import Doubt, Evidence, Sample, believed, doubt, offsets_of
from protocol.values import Instant, NodeId, later, sha256


def is_in_doubt(unit: Unit, *, now: Instant) -> bool:
    """May nothing be destroyed by date, because nobody knows which day it is (R-110, R-111)?"""
    return why_in_doubt(unit, now=now) is not None


def why_in_doubt(unit: Unit, *, now: Instant) -> Doubt | None:
    """Why the clock is not trusted; None where it is."""
    return doubt(clock.load(unit.vault), now=now)


def evidence(unit: Unit) -> Evidence:
    """What is known of the clock, for whoever is asked about it."""
    return clock.load(unit.vault)


def time_to_sign(unit: Unit, *, now: Instant) -> Instant:
    """The time that we put our name to (R-112)."""
    return believed(clock.load(unit.vault), now=now)


def note_time(unit: Unit, *, now: Instant) -> Instant:
    """Remember a clock that is trusted; a jump to another century leaves no trace once it is corrected.

    Returns:
        The later of the clock and the latest time ever seen: whether a consent has ended is judged by it, so
        that no clock revives one (R-58).
    """
    if not is_in_doubt(unit, now=now):
        clock.trust(unit.vault, now=now)
        identity.note_time(unit.vault, now)
    return max(now, identity.latest_seen(unit.vault))


def hear_peers(unit: Unit, said: Mapping[NodeId, Instant], *, now: Instant) -> None:
    """Keep when each peer sealed the newest of what just came from it."""
    for peer, created in said.items():
        _hear(unit, Sample(source=peer, said=created, heard_at=now))


def hear_mailbox(unit: Unit, *, origin: str, said: Instant, now: Instant) -> None:
    """Keep what a mailbox said the time is, when it would not take what we signed or left."""
    _hear(unit, Sample(source=sha256(origin.encode()), said=said, heard_at=now))


def hear_asked(unit: Unit, *, origin: str, said: Instant, now: Instant) -> None:
    """Keep what a mailbox said when we asked it for the time, unless it says a time that has been (R-204).

    Two computers that both woke in 1970 must not vouch for each other.
    """
    if said >= later(identity.latest_seen(unit.vault), -limits.CLOCK_SKEW_SECONDS):
        hear_mailbox(unit, origin=origin, said=said, now=now)


def _hear(unit: Unit, sample: Sample) -> None:
    agrees = abs(sample.said - sample.heard_at) <= limits.CLOCK_SKEW_SECONDS
    if agrees:
        clock.restore_source(unit.vault, sample.source)
    elif clock.is_overruled(unit.vault, sample.source, now=sample.heard_at):
        return
    clock.add_sample(unit.vault, sample)


def is_day(day: str, *, now: Instant) -> bool:
    """Is this the day that a clock says, as a person writes it? Somewhere on earth it is one more or less."""
    today = dt.datetime.fromtimestamp(now, tz=dt.UTC).date()
    return day in {(today + dt.timedelta(days=off)).isoformat() for off in (-1, 0, 1)}


def confirm(unit: Unit, *, now: Instant) -> None:
    """A person compared the date with another clock: from now on ours is trusted (R-113)."""
    held = clock.load(unit.vault)
    for source, offset in offsets_of(held.samples, now=now).items():
        if abs(offset) > limits.CLOCK_SKEW_SECONDS:
            until = later(now, limits.CLOCK_MOVE_SECONDS)
            clock.overrule(unit.vault, source, until=until)
    clock.forget_samples(unit.vault)
    note_time_confirmed(unit, now=now)


def note_time_confirmed(unit: Unit, *, now: Instant) -> None:
    """Nothing speaks against the clock any more, whatever it was before."""
    clock.trust(unit.vault, now=now)
    identity.note_time(unit.vault, now)

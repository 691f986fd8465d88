"""Closes the days of the audit log, and says which head a peer is to be told (SPEC 7.2).

Every day has a head, also one on which nothing was written: that nothing was written is nobody's business.
"""

from typing import Final

from node.trusted_clock import is_in_doubt
from node.vault.records import Peer
from node.vault.tables import audit, audit_days, heads
from node.vault.tables.audit_days import ClosedDay
from node.vault.unit import Unit
from protocol.audit import NOTHING_YET, day_hash, day_of, first_instant
from protocol.signing import Signed
from protocol.skeleton import DayHead, Skeleton
from protocol.values import Instant

# A node that was never opened for years catches up in several transactions.
_DAYS_AT_ONCE: Final = 400


def close_days(unit: Unit, *, now: Instant) -> None:
    """Give each day that is over its head (R-180).

    Not while the clock is in doubt: a head of a day that is still to come could never be taken back.
    """
    newest = audit_days.newest(unit.vault)
    if newest is None:
        began = audit.written_at(unit.vault, 0)
        if began is None:
            return
        newest = ClosedDay(
            day=day_of(began) - 1, last_number=0, last_entry=NOTHING_YET, hash=NOTHING_YET
        )
    days = range(newest.day + 1, day_of(now))[:_DAYS_AT_ONCE]
    if not days or is_in_doubt(unit, now=now):
        return
    for day in days:
        newest = _close(unit, day, previous=newest)


def _close(unit: Unit, day: int, *, previous: ClosedDay) -> ClosedDay:
    last = audit.last_before(unit.vault, first_instant(day + 1))
    number, entry = previous.last_number, previous.last_entry
    # An entry written under a clock that was set back since belongs to the next day that is closed.
    if last is not None and last.number > number:
        number, entry = last.number, last.hash
    closed = ClosedDay(
        day=day,
        last_number=number,
        last_entry=entry,
        hash=day_hash(day, previous=previous.hash, last_entry=entry),
    )
    audit_days.insert(unit.vault, closed)
    return closed


def yesterday(unit: Unit, *, now: Instant) -> DayHead | None:
    """The head of the day before this one; None while it has none."""
    newest = audit_days.newest(unit.vault)
    return newest.head if newest is not None and newest.day == day_of(now) - 1 else None


def to_tell(unit: Unit, peer: Peer, *, now: Instant) -> DayHead | None:
    """The head that the next message to a peer carries, or None if it was told today (R-181)."""
    head = yesterday(unit, now=now)
    if head is None or peer.status != "active":
        return None
    told = heads.newest_told(unit.vault, peer.node_id)
    return head if told is None or told < head.day else None


def note_told(unit: Unit, skeleton: Skeleton, signed: Signed) -> None:
    """Remember that a message told our head, if it did; its receipt will be the peer's word for it."""
    if skeleton.day_head is None:
        return
    heads.insert_told(
        unit.vault,
        skeleton.recipient,
        skeleton.day_head,
        epoch=skeleton.epoch,
        sequence=skeleton.sequence,
        skeleton=signed.raw,
    )

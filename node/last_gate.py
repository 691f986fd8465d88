"""The gate, once more, before each seal: she may have changed her mind since it was queued (R-58).

Nothing here seals. It says of one item whether it goes, waits, or may never leave.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from node.vault.records import OutboxItem, Peer
from node.vault.tables import consents
from node.vault.unit import Unit
from protocol import limits
from protocol.consent import ConsentState
from protocol.consent_rules import LEVEL_VERIFIED
from protocol.messages.consent import ConsentCopy
from protocol.messages.union import OVERTAKING
from protocol.values import ConsentId, Instant

_LIVE: Final = frozenset({ConsentState.LIVE})
_LIVE_FOR_COPY: Final = frozenset(
    {
        ConsentState.LIVE,
        ConsentState.UNCONFIRMED,
        ConsentState.NOT_YET,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What time it is, for each purpose.

    `now` is the wall clock. `trusted` is the later of it and the latest time ever seen: whether a consent
    lives is judged by it. `signed` is what we put our name to, also while the clock is in doubt;
    `is_unvouched` if it is so only because it moved, and nobody says that it is right or wrong.
    """

    now: Instant
    trusted: Instant
    signed: Instant
    is_in_doubt: bool
    is_unvouched: bool

    @property
    def is_behind(self) -> bool:
        """Is the clock in doubt because it went back?"""
        return self.is_in_doubt and self.now < self.trusted


class Gate(Enum):
    """What the gate says of an item: it goes, it waits, or what it says never leaves."""

    GO = auto()
    WAIT = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGate:
    """What is asked for the items of one peer.

    `states` are the consents read so far: within this transaction nobody else can change what she said.
    """

    unit: Unit
    peer: Peer
    times: Times
    states: dict[ConsentId, ConsentState | None] = field(default_factory=dict)


def ask(gate: LastGate, item: OutboxItem) -> Gate:
    """The gate, once more: consent and level as they are now, not as they were when it was queued."""
    if item.is_withheld:
        return Gate.NEVER
    if is_over(gate.times, item):
        return _when_over(gate)
    if _must_wait(gate.times, item):
        return Gate.WAIT
    if item.consent_id is None:
        return Gate.GO
    state = _consent_state(gate, item.consent_id)
    if state is None or gate.peer.level < LEVEL_VERIFIED:
        return Gate.NEVER
    return _by_state(gate, item, state)


def _by_state(gate: LastGate, item: OutboxItem, state: ConsentState) -> Gate:
    if state in (_LIVE_FOR_COPY if item.type == ConsentCopy.TYPE else _LIVE):
        return Gate.GO
    if state is ConsentState.EXPIRED:
        return _when_over(gate)
    # It was live when this was queued: the clock went back a little, and she is still willing.
    return Gate.WAIT if state is ConsentState.NOT_YET else Gate.NEVER


def is_over(times: Times, item: OutboxItem) -> bool:
    """Did it expire (R-144)? What overtakes acts also later (R-93)."""
    if item.expires is None or item.type in OVERTAKING:
        return False
    return times.now >= item.expires


def _must_wait(times: Times, item: OutboxItem) -> bool:
    """Does it wait because nobody knows which day it is?"""
    if item.consent_id is not None and times.is_behind:
        # Nobody knows for how long it was off: her consent may have ended meanwhile.
        return True
    return _would_be_over(times, item)


def _would_be_over(times: Times, item: OutboxItem) -> bool:
    """Would it lose half of its time or more by being signed, if the clock is right after all (R-205)?

    After weeks switched off it would carry the last day on which the clock was trusted. It waits for the
    first word of what day it is; her no never does.
    """
    if item.sequence is not None or item.type in OVERTAKING:
        return False
    return times.is_unvouched and times.now - times.signed >= limits.MESSAGE_LIFE_SECONDS // 2


def _when_over(gate: LastGate) -> Gate:
    """Its time is over, if the clock is right; by a clock in doubt it neither goes nor is dropped (R-114)."""
    return Gate.WAIT if gate.times.is_in_doubt else Gate.NEVER


def _consent_state(gate: LastGate, consent: ConsentId) -> ConsentState | None:
    if consent not in gate.states:
        record = consents.find_consent(gate.unit.vault, consent)
        gate.states[consent] = (
            None if record is None else record.standing.state(now=gate.times.trusted)
        )
    return gate.states[consent]

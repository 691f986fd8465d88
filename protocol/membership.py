"""Where another organisation stands with us, and what moves it (SPEC 11.5).

Rule: everything that moves the status of a peer stands in this table. What is not listed changes nothing.
"""

from enum import StrEnum
from typing import Final

from protocol.charter import Member, MemberState
from protocol.values import Instant


class PeerStatus(StrEnum):
    """What we do with an organisation that is pinned."""

    INVITED = "invited"
    """We introduced ourselves and wait for the answer."""
    ACTIVE = "active"
    PAUSED = "paused"
    """Nothing is sent to it until a person has verified it."""
    SUSPENDED = "suspended"
    """Nothing is sent to it or taken from it; what waits for it is kept."""
    REMOVED = "removed"
    """It is a member no more; what waited for it is gone."""


class MembershipEvent(StrEnum):
    """What can happen."""

    ANSWER = "answer"
    """It answered our introduction."""
    SUSPEND = "suspend"
    """Its root or one steward says: stop. Or the charter does."""
    LIFT = "lift"
    """A charter, and so k stewards, made it active again."""
    RENEW = "renew"
    """It showed a newer card than the suspend holds up to."""
    VERIFY = "verify"
    """A person of ours compared the safety number."""
    PAUSE = "pause"
    """It is the successor of a node whose root was lost."""
    REMOVE = "remove"
    """k stewards, or we ourselves, ended it."""


TRANSITIONS: Final[dict[PeerStatus, dict[MembershipEvent, PeerStatus]]] = {
    PeerStatus.INVITED: {
        MembershipEvent.ANSWER: PeerStatus.ACTIVE,
        MembershipEvent.SUSPEND: PeerStatus.SUSPENDED,
        MembershipEvent.PAUSE: PeerStatus.PAUSED,
        MembershipEvent.REMOVE: PeerStatus.REMOVED,
    },
    PeerStatus.ACTIVE: {
        MembershipEvent.SUSPEND: PeerStatus.SUSPENDED,
        MembershipEvent.PAUSE: PeerStatus.PAUSED,
        MembershipEvent.REMOVE: PeerStatus.REMOVED,
    },
    PeerStatus.PAUSED: {
        MembershipEvent.VERIFY: PeerStatus.ACTIVE,
        MembershipEvent.SUSPEND: PeerStatus.SUSPENDED,
        MembershipEvent.REMOVE: PeerStatus.REMOVED,
    },
    PeerStatus.SUSPENDED: {
        MembershipEvent.LIFT: PeerStatus.ACTIVE,
        MembershipEvent.RENEW: PeerStatus.ACTIVE,
        MembershipEvent.VERIFY: PeerStatus.ACTIVE,
        MembershipEvent.REMOVE: PeerStatus.REMOVED,
    },
    # Whoever was removed comes back as a new organisation does: with a new root, and by meeting people.
    PeerStatus.REMOVED: {},
}

SPEAKING: Final = frozenset({PeerStatus.INVITED, PeerStatus.ACTIVE})
"""To these something is sealed, and from these something is taken."""


def step(status: PeerStatus, event: MembershipEvent) -> PeerStatus | None:
    """The next status, or None where the event changes nothing."""
    return TRANSITIONS[status].get(event)


def event_of(member: Member, *, suspended_at: Instant | None) -> MembershipEvent | None:
    """What a charter's entry does to a peer (R-164).

    Args:
        member: the entry.
        suspended_at: since when the peer is suspended here; None if it is not.
    """
    if member.state is MemberState.REMOVED:
        return MembershipEvent.REMOVE
    if member.state is MemberState.SUSPENDED:
        return MembershipEvent.SUSPEND
    # An entry that is older than the suspension did not know of it, and lifts nothing.
    is_lifted = suspended_at is not None and member.since >= suspended_at
    return MembershipEvent.LIFT if is_lifted else None


def may_end_here(event: MembershipEvent, *, member: Member | None) -> bool:
    """May this end a suspension without a charter that says so (R-168)?

    A newer card ends what a suspend did, never what k stewards decided. A person who compares the number
    again ends it only where no charter names the node.
    """
    if event is MembershipEvent.RENEW:
        return member is None or member.state is MemberState.ACTIVE
    return event is not MembershipEvent.VERIFY or member is None

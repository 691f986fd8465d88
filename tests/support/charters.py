"""A charter of invented stewards over the invented organisations, and ways to change it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from protocol import limits
from protocol.charter import (
    Charter,
    HeldCharter,
    Member,
    MemberState,
    Parameters,
    encode_charter,
    held_charter,
    sign_charter,
)
from protocol.keys import SigningSecret, new_signing_secret
from protocol.values import ZERO_HASH, Instant, NodeId, later, sha256
from tests.support.builders import ALO, BANDHAN, CHAUTARI, NOON, Organisation, entropy

STEWARDS: Final = tuple(
    sorted(
        (new_signing_secret(entropy=entropy(f"steward {number}")) for number in range(3)),
        key=lambda secret: secret.public,
    )
)
"""Three people, of whom two are needed."""
STRANGER: Final = new_signing_secret(entropy=entropy("somebody who is no steward"))


def member(
    of: Organisation,
    state: MemberState = MemberState.ACTIVE,
    *,
    since: Instant = NOON,
    successor: NodeId | None = None,
) -> Member:
    """The entry of an organisation."""
    return Member(
        node_id=of.node_id,
        root=of.root.public,
        country=of.card.country,
        state=state,
        since=since,
        successor=successor,
    )


def members(*entries: Member) -> tuple[Member, ...]:
    """Entries in the order in which a charter has them."""
    return tuple(sorted(entries, key=lambda entry: entry.node_id))


FIRST: Final = Charter(
    federation=sha256(b"an invented federation"),
    version=1,
    previous=ZERO_HASH,
    issued=NOON,
    expires=later(NOON, limits.CHARTER_LIFE_SECONDS),
    threshold=2,
    stewards=tuple(secret.public for secret in STEWARDS),
    members=members(member(ALO), member(BANDHAN), member(CHAUTARI)),
    parameters=Parameters(),
    legal_text=sha256(b"the agreement on paper"),
)


def signed(charter: Charter, by: Sequence[SigningSecret] = STEWARDS[:2]) -> bytes:
    """A charter as it travels."""
    return sign_charter(encode_charter(charter), by=by).raw


def held(charter: Charter) -> HeldCharter:
    """A charter as a node holds it."""
    return held_charter(signed(charter))


def after(charter: Charter, **changes: Any) -> Charter:  # noqa: ANN401  (any field of it)
    """The version that follows."""
    next_one: dict[str, Any] = {
        "version": charter.version + 1,
        "previous": sha256(encode_charter(charter)),
    }
    return replace(charter, **{**next_one, **changes})


def with_entry(charter: Charter, entry: Member) -> tuple[Member, ...]:
    """The members with another entry in the place of one."""
    others = [one for one in charter.members if one.node_id != entry.node_id]
    return members(*others, entry)

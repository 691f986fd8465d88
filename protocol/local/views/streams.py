"""What is shown of a peer's stream: what it waits for, and signed skeletons side by side."""

from protocol.local.fitting import View


class SkeletonView(View, frozen=True, kw_only=True):
    """One signed skeleton: ids, hashes and times, and no content. `signed` is what can be handed on."""

    message_id: bytes
    hash: bytes
    epoch: int
    sequence: int
    previous: bytes
    created: int
    signed: bytes


class EvidenceView(View, frozen=True, kw_only=True):
    """Two skeletons that do not go together, or one that came alone.

    `code` is a refusal code, or `restored`: the sender is older than what it signed before.
    """

    code: str
    at: int
    held: SkeletonView | None
    came: SkeletonView


class StreamView(View, frozen=True, kw_only=True):
    """How a peer's stream stands. Instants say since when something is waited for.

    `state_awaited`: its list of consents, after we were restored. `confirm_awaited`: somebody who phones it,
    because it began anew.
    """

    peer: bytes
    name: str
    is_frozen: bool
    state_awaited: int | None
    confirm_awaited: int | None
    evidence: list[EvidenceView]

"""What is shown of the desk itself: sendings that may still be stopped, and how the screen behaves."""

from protocol.local.fitting import View


class Held(View, frozen=True, kw_only=True):
    """A sending that may be stopped until it leaves."""

    held_id: bytes
    leaves_at: int


class HeldLine(View, frozen=True, kw_only=True):
    """One held sending: which command, by whom, to whom, about which conversation or case.

    `refused` says why it was not sent when its seconds were over; until then it is None.
    """

    held_id: bytes
    name: str
    user_id: bytes
    peer: bytes
    thread: bytes | None
    case_id: bytes | None
    leaves_at: int
    refused: str | None


class HeldEnd(View, frozen=True, kw_only=True):
    """What became of a sending that is held no more.

    `has_left` is no for one that was stopped or refused, whether or not it was put away since.
    """

    held_id: bytes
    has_left: bool


class HeldSendings(View, frozen=True, kw_only=True):
    """What is held and what was refused, in the order in which it was sent.

    `ended` tells whoever asks what became of her own last ones. What stands in neither list, nobody knows any
    more.
    """

    sendings: list[HeldLine]
    ended: list[HeldEnd]


class DeskSettings(View, frozen=True, kw_only=True):
    """What federation.toml says about every desk of this node.

    `batch_seconds` lie between two batches in which things leave; 0: they leave as soon as they are due.
    `may_ferry`: may a stick's envelopes for partners be carried along to them, where a person says yes?
    """

    lock_seconds: int
    unfocused_seconds: int
    undo_seconds: int
    batch_seconds: int
    may_ferry: bool = False


class UserSettings(View, frozen=True, kw_only=True):
    """How one person wants the screen; `language` is empty as long as none was chosen."""

    language: str
    digits: str
    has_practised: bool

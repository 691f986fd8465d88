"""What is shown of the clock and the card."""

from protocol.local.fitting import View


class ClockSource(View, frozen=True, kw_only=True):
    """What somebody said the time is: a partner by its name, or a mailbox, whose name is empty."""

    name: str
    heard_at: int
    said: int
    is_counted: bool


class ClockView(View, frozen=True, kw_only=True):
    """How our clock stands. `doubt` is nothing while it is trusted, else `moved` or `disagrees`."""

    now: int
    doubt: str | None
    trusted_at: int | None
    latest_seen: int
    sources: list[ClockSource]


class CardView(View, frozen=True, kw_only=True):
    """Our card. While the former key is kept, some partner may know us by it still."""

    sequence: int
    name: str
    created: int
    expires: int
    former_key_is_kept: bool


class CardDraft(View, frozen=True, kw_only=True):
    """The body of a card that waits for the signature of the root."""

    body: bytes

"""Commands about the clock and the card: what only a person can put right or renew."""

from typing import ClassVar

from protocol.local.commands.form import Command


class ShowClock(Command, frozen=True, kw_only=True):
    """Is our clock trusted, and what do the others say?"""

    NAME: ClassVar[str] = "clock/show"


class ConfirmClock(Command, frozen=True, kw_only=True):
    """A person compared the date with another clock; `day` is the day she saw there, YYYY-MM-DD."""

    NAME: ClassVar[str] = "clock/confirm"
    day: str


class ShowCard(Command, frozen=True, kw_only=True):
    """Our card, and when it ends."""

    NAME: ClassVar[str] = "card/show"


class PrepareCard(Command, frozen=True, kw_only=True):
    """Make a new signing key and a card for it, which the root of the paper sheet has to sign."""

    NAME: ClassVar[str] = "card/prepare"


class RenewCard(Command, frozen=True, kw_only=True):
    """Take the card that was prepared; `signature` is the root's, 64 bytes."""

    NAME: ClassVar[str] = "card/renew"
    signature: bytes

"""What is shown of sticks: what went onto one and what it gives away, and what became of one that came."""

from enum import StrEnum

from protocol.local.fitting import View


class Wrap(StrEnum):
    """What is around a stick's file."""

    PASSPHRASE = "passphrase"  # noqa: S105  (a code, not a secret)
    """One that people agreed on."""
    PARTNER = "partner"
    """What the one partner it is for opens without any word."""
    OPEN = "open"
    """Nothing: whoever finds it sees that it is Sathi's, and how much is in it."""


class StickFor(View, frozen=True, kw_only=True):
    """How many envelopes are for one partner; `ferried` of them came from others."""

    peer: bytes
    name: str
    envelopes: int
    ferried: int


class StickMade(View, frozen=True, kw_only=True):
    """A stick's file, ready to be read part by part.

    `name` is what it is to be called, and says nothing. `hash` is the SHA-256 of all parts. `is_all`: nothing
    that waits had to stay here for want of room. `wrap` is one of `Wrap`.
    """

    stick_id: bytes
    name: str
    size: int
    parts: int
    hash: bytes
    wrap: str
    is_all: bool
    partners: list[StickFor]


class StickRefusal(View, frozen=True, kw_only=True):
    """How many envelopes were refused with one code."""

    code: str
    count: int


class StickTaken(View, frozen=True, kw_only=True):
    """What became of a stick's envelopes; each was judged on its own.

    `fresh` were taken and had not come before, `known` were here already. `ferried` are for partners and
    carried along from now on, `for_partners` are for partners and were left. `for_nobody` are sealed to a key
    that nobody here knows: they are for others, or so old that the key is gone. `answers` are the partners
    who are owed a receipt.
    """

    fresh: int
    known: int
    refused: list[StickRefusal]
    ferried: int
    for_partners: int
    for_nobody: int
    answers: list[bytes]

"""What a mailbox knows, as frozen values: whose it is, what waits in it, what became of it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from protocol import limits
from protocol.file_rules import FREE_BYTES_MIN
from protocol.keys import VerifyingKey
from protocol.values import EnvelopeId, Hash, Instant, MailboxId


class UnknownMailboxError(Exception):
    """There is no such mailbox (any more); nothing was done."""


class DiskFullError(Exception):
    """The disk has no room; nothing was done, and whoever asked still holds what it sent."""


class StoreAwayError(Exception):
    """Nobody can be reached who keeps the mailboxes. What was asked may be done or not: ask again."""


class CreateResult(StrEnum):
    """What became of a new mailbox."""

    CREATED = "created"
    IDENTICAL = "identical"
    CONFLICT = "conflict"
    NO_TICKET = "no-ticket"


class RevokeResult(StrEnum):
    """What became of a ticket that was taken back."""

    REVOKED = "revoked"
    USED = "used"
    UNKNOWN = "unknown"


class DepositResult(StrEnum):
    """What became of one envelope; from NOT_A_BUCKET on these are names of problems (SPEC 10)."""

    STORED = "stored"
    HELD = "held"
    NOT_A_BUCKET = "not-a-bucket"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much one mailbox holds, and how much of it only the smallest envelopes may fill.

    Where less than `free_bytes_min` of the disk is free, only the smallest are taken too: what withdraws
    still finds room.
    """

    envelopes_max: int
    bytes_max: int
    reserve_envelopes: int
    reserve_bytes: int
    free_bytes_min: int

    def for_the_smallest(self) -> "Quota":
        """The same with room for the smallest envelopes only."""
        return replace(self, reserve_bytes=self.bytes_max)


STANDARD_QUOTA: Final = Quota(
    envelopes_max=limits.MAILBOX_ENVELOPES_MAX,
    bytes_max=limits.MAILBOX_BYTES_MAX,
    reserve_envelopes=limits.MAILBOX_RESERVE_ENVELOPES,
    reserve_bytes=limits.MAILBOX_RESERVE_BYTES,
    free_bytes_min=FREE_BYTES_MIN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Whose a mailbox is, and which deposit tokens open it (their SHA-256)."""

    mailbox_id: MailboxId
    owner_key: VerifyingKey
    deposit_hash: Hash = field(repr=False)
    previous_deposit_hash: Hash | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMailbox:
    """A mailbox to be made; two of them are the same if all of this is."""

    mailbox_id: MailboxId
    owner_key: VerifyingKey
    deposit_hash: Hash = field(repr=False)
    created: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One waiting envelope by name and size."""

    envelope_id: EnvelopeId
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Waiting envelopes, oldest first; `more` if others wait behind them."""

    envelopes: tuple[Listed, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Envelopes that were read and still lie there, oldest first; `more` if others wait behind."""

    envelopes: tuple[bytes, ...] = field(repr=False)
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much lies in a mailbox."""

    envelopes: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much a service keeps altogether; of no mailbox is anything said.

    Attributes:
        mailboxes: how many there are.
        tickets: how many more may be made.
        envelopes: how many wait.
        bytes: how large these are together.
    """

    mailboxes: int
    tickets: int
    envelopes: int
    bytes: int

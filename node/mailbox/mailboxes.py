"""What the mailbox API needs of whatever keeps the mailboxes: one SQLite file, or PostgreSQL.

`store.MailboxStore` is the file, on a node and on a relay of one process. `postgres.PostgresStore` serves
several relay processes. One set of tests runs against both.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from node.mailbox.records import (
    CreateResult,
    DepositResult,
    Listing,
    Mailbox,
    NewMailbox,
    RevokeResult,
    Taken,
    Totals,
    Waiting,
)
from protocol.values import EnvelopeId, Hash, Instant, MailboxId


class Mailboxes(Protocol):
    """Mailboxes and what lies in them. Every method may be called for one that does not exist.

    Whatever changes something is durable when it returns. Each method raises StoreAwayError if nobody can be
    reached who keeps the mailboxes; then nobody knows whether the change was made, and asking again is right.
    """

    @property
    def look_again_seconds(self) -> float:
        """How long a bell may stay silent although there is mail."""
        ...

    async def find(self, mailbox: MailboxId) -> Mailbox | None:
        """Whose the mailbox is and which tokens open it, if it exists."""
        ...

    async def own(self) -> list[Mailbox]:
        """Every mailbox of a node, which has few; none on a relay."""
        ...

    async def add_ticket(self, ticket: Hash) -> None:
        """Let one mailbox be made with the ticket whose SHA-256 this is."""
        ...

    async def revoke_ticket(self, ticket: Hash) -> RevokeResult:
        """Let no mailbox be made with the ticket whose SHA-256 this is; one that was made stays."""
        ...

    async def revoke_unused(self) -> int:
        """Let no mailbox be made with any ticket that was given out until now; how many there were."""
        ...

    async def create(self, new: NewMailbox, *, ticket: Hash | None) -> CreateResult:
        """Make a mailbox; the same request again is IDENTICAL, another for the same id a CONFLICT."""
        ...

    async def set_deposit_hashes(
        self, mailbox: MailboxId, *, current: Hash, previous: Hash | None
    ) -> None:
        """Change which deposit tokens open the mailbox. Raises: UnknownMailboxError."""
        ...

    async def delete_mailbox(self, mailbox: MailboxId) -> None:
        """Delete the mailbox with everything in it. Raises: UnknownMailboxError."""
        ...

    async def deposit(
        self, mailbox: MailboxId, envelopes: Sequence[bytes]
    ) -> tuple[tuple[EnvelopeId, DepositResult], ...]:
        """Lay envelopes into the mailbox, each on its own. Raises: UnknownMailboxError, DiskFullError."""
        ...

    async def waiting(self, mailbox: MailboxId) -> Waiting:
        """How much lies in the mailbox."""
        ...

    async def listing(
        self, mailbox: MailboxId, *, limit: int, after: EnvelopeId | None = None
    ) -> Listing:
        """Names and sizes, oldest first; behind `after`, if that envelope still lies there."""
        ...

    async def take(
        self, mailbox: MailboxId, *, limit: int, bytes_max: int, after: EnvelopeId | None = None
    ) -> Taken:
        """Read envelopes, oldest first, without deleting them; a first one that is larger comes alone."""
        ...

    async def fetch(self, mailbox: MailboxId, name: EnvelopeId) -> bytes | None:
        """One envelope, if it lies there."""
        ...

    async def delete(self, mailbox: MailboxId, names: Sequence[EnvelopeId]) -> int:
        """Delete envelopes and say how many there were; one that is gone already is no fault."""
        ...

    async def purge(self, *, now: Instant) -> int:
        """Delete what has waited for 21 days of service, and say how much that was."""
        ...

    async def put_bundle(self, mailbox: MailboxId, content: bytes) -> None:
        """Keep the owner's sealed bundle, at most 64 KiB. Raises: UnknownMailboxError."""
        ...

    async def get_bundle(self, mailbox: MailboxId) -> bytes | None:
        """The owner's sealed bundle, if there is one."""
        ...

    async def totals(self) -> Totals:
        """How much is kept altogether, naming no mailbox."""
        ...

    def bell(self, mailbox: MailboxId) -> asyncio.Event:
        """An event that is set when mail has come, or nobody shall wait any longer.

        Whoever wants to wait takes the bell first and looks into the mailbox then: in the other
        order a deposit between the two would ring for nobody.
        """
        ...

    def release_waiters(self) -> None:
        """Ring every bell, so that those who wait come back with what there is."""
        ...

    async def close(self) -> None:
        """Let all pollers go, finish what waits and close."""
        ...

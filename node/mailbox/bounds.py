"""What a mailbox service has to remember of requests: how many came, and which signatures it has seen.

Where one process serves, its own memory does (`rates.OwnBounds`). Where several serve the same mailboxes,
all of them have to remember the same (`postgres_bounds.SharedBounds`).
"""

from enum import Enum
from typing import Final, Protocol

from protocol.values import MailboxId

# An owner asks about every 15 minutes, and in bursts while draining; this is 2 a second.
OWNER_REQUESTS_REMEMBERED_MAX: Final = 1_200
CREATIONS_PER_MINUTE: Final = 60


class Note(Enum):
    """What the memory says of a value."""

    NEW = "new"
    SEEN = "seen"
    CROWDED = "crowded"


class Bounds(Protocol):
    """What is remembered of requests, for a bounded time."""

    async def deposit_wait_seconds(self, mailbox: MailboxId) -> int:
        """Count a deposit to an existing mailbox; 0 if it may be, else in how many seconds it may."""
        ...

    async def creation_wait_seconds(self) -> int:
        """Count a request for a new mailbox; 0 if it may be, else in how many seconds it may."""
        ...

    async def note(self, mailbox: MailboxId, nonce: bytes) -> Note:
        """Was this nonce of an owner seen in the last 600 s? If not, it is remembered from now on."""
        ...

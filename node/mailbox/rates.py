"""How often something may be done, and what was done already: memories of bounded size in one process.

Both run on the monotonic clock, so setting the clock neither opens nor closes anything.
"""

import math
from collections.abc import Hashable
from typing import Final, Generic, TypeVar, final

from node.mailbox.bounds import CREATIONS_PER_MINUTE, OWNER_REQUESTS_REMEMBERED_MAX, Note
from node.system import Clock
from protocol import limits
from protocol.values import MailboxId

Key = TypeVar("Key", bound=Hashable)

_MINUTE: Final = 60.0


class Allowance(Generic[Key]):
    """So many requests a minute for each key: a bucket of tokens that fills again evenly.

    The caller sees to it that only existing keys are asked for: there are no more buckets than keys.
    """

    def __init__(self, *, per_minute: int) -> None:
        self._per_minute = per_minute
        self._levels: dict[Key, tuple[float, float]] = {}

    def wait_seconds(self, key: Key, *, now: float) -> int:
        """Take one token; 0 if there was one, else after how many whole seconds there will be."""
        level, since = self._levels.get(key, (float(self._per_minute), now))
        level = min(self._per_minute, level + (now - since) * self._per_minute / _MINUTE)
        if level >= 1:
            self._levels[key] = (level - 1, now)
            return 0
        self._levels[key] = (level, now)
        return max(1, math.ceil((1 - level) * _MINUTE / self._per_minute))


class Remembered(Generic[Key]):
    """Which values were seen for each key in the last so many seconds."""

    def __init__(self, *, seconds: float, values_max: int) -> None:
        self._seconds = seconds
        self._values_max = values_max
        # A dict keeps the order of insertion, so the oldest value stands first.
        self._seen: dict[Key, dict[bytes, float]] = {}

    def note(self, key: Key, value: bytes, *, now: float) -> Note:
        """Was this value seen already? If not, it is remembered from now on, if there is room."""
        seen = self._seen.setdefault(key, {})
        while seen and now - (oldest := next(iter(seen.items())))[1] > self._seconds:
            del seen[oldest[0]]
        if value in seen:
            return Note.SEEN
        if len(seen) >= self._values_max:
            return Note.CROWDED
        seen[value] = now
        return Note.NEW


@final
class OwnBounds:
    """What the one process remembers that serves its mailboxes; it begins with nothing."""

    def __init__(self, clock: Clock, *, deposits_per_minute: int) -> None:
        self._clock = clock
        self._deposits: Allowance[MailboxId] = Allowance(per_minute=deposits_per_minute)
        self._creations: Allowance[None] = Allowance(per_minute=CREATIONS_PER_MINUTE)
        self._nonces: Remembered[MailboxId] = Remembered(
            seconds=limits.MAILBOX_NONCE_SECONDS, values_max=OWNER_REQUESTS_REMEMBERED_MAX
        )

    async def deposit_wait_seconds(self, mailbox: MailboxId) -> int:
        """Count a deposit to an existing mailbox; 0 if it may be, else in how many seconds it may."""
        return self._deposits.wait_seconds(mailbox, now=self._clock.monotonic())

    async def creation_wait_seconds(self) -> int:
        """Count a request for a new mailbox; 0 if it may be, else in how many seconds it may."""
        return self._creations.wait_seconds(None, now=self._clock.monotonic())

    async def note(self, mailbox: MailboxId, nonce: bytes) -> Note:
        """Was this nonce of an owner seen in the last 600 s? If not, it is remembered from now on."""
        return self._nonces.note(mailbox, nonce, now=self._clock.monotonic())

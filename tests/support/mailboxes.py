"""Builders for everything around a mailbox: envelopes, keys, a clock that stands, and a served API."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestClient

from node.mailbox import access, api
from node.mailbox.bounds import Bounds
from node.mailbox.client import deposit_hash_of
from node.mailbox.mailboxes import Mailboxes
from node.mailbox.postgres import PostgresStore
from node.mailbox.postgres_bounds import SharedBounds
from node.mailbox.rates import OwnBounds
from node.mailbox.records import STANDARD_QUOTA, NewMailbox, Quota
from node.mailbox.serving import Policy
from node.mailbox.store import MailboxStore
from protocol.keys import SigningSecret, mailbox_id_of, signing_secret
from protocol.sealing import deposit_token
from protocol.values import Hash, Instant, MailboxId, sha256

NOON: Final = Instant(1_800_000_000)
ORIGIN: Final = "https://relay.example:8443"
TICKET: Final = bytes(range(32))
DEPOSIT_SECRET: Final = b"D" * 32
TOKEN: Final = deposit_token(DEPOSIT_SECRET)
SMALLEST: Final = 4_096

Browser = TestClient[web.Request, web.Application]


@dataclass(slots=True)
class StandingClock:
    """A clock that moves only when it is told to."""

    seconds: Instant = NOON
    ticks: float = 0.0
    asleep: float = 0.0

    def wall(self) -> Instant:
        return self.seconds

    def monotonic(self) -> float:
        return self.ticks

    def slept(self) -> float:
        return self.asleep


@dataclass(slots=True)
class CountingEntropy:
    """Bytes that are different at each call and the same in each run."""

    calls: int = 0

    def __call__(self, count: int) -> bytes:
        self.calls += 1
        return hashlib.shake_256(self.calls.to_bytes(8)).digest(count)


def envelope(number: int, *, size: int = SMALLEST) -> bytes:
    """An envelope as far as a mailbox can see; each number gives another one."""
    return b"SATH\x01\x01\x00\x00" + hashlib.shake_256(number.to_bytes(8)).digest(size - 8)


def envelopes(count: int, *, start: int = 0, size: int = SMALLEST) -> tuple[bytes, ...]:
    return tuple(envelope(number, size=size) for number in range(start, start + count))


def owner(number: int = 1) -> SigningSecret:
    return signing_secret(bytes([number]) * 32)


def new_mailbox(secret: SigningSecret, *, created: Instant = NOON) -> NewMailbox:
    return NewMailbox(
        mailbox_id=mailbox_id_of(secret.public),
        owner_key=secret.public,
        deposit_hash=deposit_hash_of(DEPOSIT_SECRET),
        created=created,
    )


def small_quota(*, envelopes_max: int, reserve_envelopes: int) -> Quota:
    return Quota(
        envelopes_max=envelopes_max,
        bytes_max=64 * 1_048_576,
        reserve_envelopes=reserve_envelopes,
        reserve_bytes=0,
        free_bytes_min=0,
    )


@asynccontextmanager
async def open_store(
    folder: Path,
    *,
    quota: Quota = STANDARD_QUOTA,
    on_stored: Callable[[MailboxId], None] = lambda _: None,
    threads: bool = True,
) -> AsyncIterator[MailboxStore]:
    store = await MailboxStore.open(
        folder / "mailbox.db", quota=quota, on_stored=on_stored, threads=threads
    )
    try:
        yield store
    finally:
        await store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the mailboxes of one test are: a folder with the file, or a database.

    Attributes:
        folder: for the file, which has no address.
        address: of the database.
    """

    folder: Path
    address: str | None

    @asynccontextmanager
    async def opened(self, *, quota: Quota = STANDARD_QUOTA) -> AsyncIterator[Mailboxes]:
        """The store, until the block ends; whoever opens it again finds what was there."""
        if self.address is None:
            async with open_store(self.folder, quota=quota) as file:
                yield file
            return
        store = await PostgresStore.open(self.address, quota=quota, is_new=True)
        try:
            yield store
        finally:
            await store.close()


def bounds_of(store: Mailboxes, clock: StandingClock, *, deposits_per_minute: int = 60) -> Bounds:
    """What is remembered of requests, beside this store."""
    if isinstance(store, PostgresStore):
        return SharedBounds(store, deposits_per_minute=deposits_per_minute, clock=clock)
    return OwnBounds(clock, deposits_per_minute=deposits_per_minute)


@dataclass(slots=True, kw_only=True)
class Served:
    """A running API, seen by its owner and by depositors."""

    browser: Browser
    store: Mailboxes
    secret: SigningSecret
    clock: StandingClock
    entropy: CountingEntropy = field(default_factory=CountingEntropy)
    origin: str = ORIGIN

    @property
    def mailbox(self) -> MailboxId:
        return mailbox_id_of(self.secret.public)

    @property
    def path(self) -> str:
        return f"/sathi/v1/mailboxes/{self.mailbox.hex()}"

    def claim(self, method: str, path: str, body: bytes = b"") -> access.Claim:
        return access.new_claim(
            origin=self.origin,
            method=method,
            path=path,
            body=body,
            now=self.clock.wall(),
            entropy=self.entropy,
        )

    def as_owner(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        return signed(self.claim(method, path, body), self.secret)


def signed(claim: access.Claim, secret: SigningSecret) -> dict[str, str]:
    return {"Authorization": access.owner_header(claim, secret=secret)}


def as_depositor(token: bytes = TOKEN) -> dict[str, str]:
    return {"Authorization": access.deposit_header(token)}


def with_ticket(ticket: bytes = TICKET) -> dict[str, str]:
    return {access.TICKET_HEADER: access.to_base64url(ticket)}


def ticket_hash(ticket: bytes = TICKET) -> Hash:
    return sha256(ticket)


def relay_policy(
    *, deposits_per_minute: int = 60, body_patience_seconds: float = 10.0, origin: str = ORIGIN
) -> Policy:
    return Policy(
        origin=origin,
        own_mailbox=None,
        deposits_per_minute=deposits_per_minute,
        body_patience_seconds=body_patience_seconds,
    )


def own_policy(mailbox: MailboxId) -> Policy:
    return Policy(
        origin=ORIGIN, own_mailbox=mailbox, deposits_per_minute=60, body_patience_seconds=10.0
    )


def app_of(store: Mailboxes, clock: StandingClock, policy: Policy) -> web.Application:
    bounds = bounds_of(store, clock, deposits_per_minute=policy.deposits_per_minute)
    return api.make_app(store, clock=clock, policy=policy, bounds=bounds)

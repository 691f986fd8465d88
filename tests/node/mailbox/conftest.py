"""A served mailbox in both modes; failpoints are harmless again after each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.pytest_plugin import AiohttpClient

from node import faults
from tests.support.mailboxes import (
    Place,
    Served,
    StandingClock,
    app_of,
    new_mailbox,
    open_store,
    own_policy,
    owner,
    relay_policy,
    ticket_hash,
)
from tests.support.postgresql import Server


@pytest.fixture(autouse=True)
def _harmless_failpoints() -> Iterator[None]:
    yield
    faults.disarm()


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where mailboxes are, of each kind in turn."""
    if request.param == "sqlite":
        return Place(folder=tmp_path, address=None)
    server: Server = request.getfixturevalue("postgresql")
    return Place(folder=tmp_path, address=await server.new_database())


@pytest.fixture
async def relay(place: Place, aiohttp_client: AiohttpClient) -> AsyncIterator[Served]:
    """A relay with one ticket not used yet, and no mailbox."""
    clock = StandingClock()
    async with place.opened() as store:
        await store.add_ticket(ticket_hash())
        browser = await aiohttp_client(app_of(store, clock, relay_policy()))
        yield Served(browser=browser, store=store, secret=owner(), clock=clock)
        await browser.close()


@pytest.fixture
async def there(relay: Served) -> Served:
    """The relay, with the owner's mailbox."""
    await relay.store.create(new_mailbox(relay.secret), ticket=ticket_hash())
    return relay


@pytest.fixture
async def own(tmp_path: Path, aiohttp_client: AiohttpClient) -> AsyncIterator[Served]:
    """A node's own mailbox."""
    clock, secret = StandingClock(), owner()
    async with open_store(tmp_path) as store:
        await store.create(new_mailbox(secret), ticket=None)
        policy = own_policy(new_mailbox(secret).mailbox_id)
        browser = await aiohttp_client(app_of(store, clock, policy))
        yield Served(browser=browser, store=store, secret=secret, clock=clock)
        await browser.close()

"""A database server that goes away and comes back, and one that says done too early."""

import pytest
from aiohttp.pytest_plugin import AiohttpClient

from node.mailbox.postgres import PostgresStore
from node.mailbox.postgres_schema import UnfitDatabaseError
from node.mailbox.records import STANDARD_QUOTA, Waiting
from tests.support import postgresql as servers
from tests.support.mailbox_requests import as_owner, assert_problem, deposit
from tests.support.mailboxes import (
    Served,
    StandingClock,
    app_of,
    envelope,
    new_mailbox,
    owner,
    relay_policy,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("postgresql")]
MAILBOX = new_mailbox(owner()).mailbox_id


async def test_while_the_server_is_away_everybody_is_told_to_come_again_and_nothing_is_lost(
    aiohttp_client: AiohttpClient,
) -> None:
    with servers.running() as server:
        address = await server.new_database()
        store = await PostgresStore.open(address, quota=STANDARD_QUOTA, is_new=True)
        try:
            await store.create(new_mailbox(owner()), ticket=None)
            browser = await aiohttp_client(app_of(store, StandingClock(), relay_policy()))
            there = Served(browser=browser, store=store, secret=owner(), clock=StandingClock())
            assert (await deposit(there, envelope(1))).status == 200
            server.stop()
            refused = await deposit(there, envelope(2))
            await assert_problem(refused, "busy", 503)
            assert refused.headers["Retry-After"] == "30"
            await assert_problem(await as_owner(there, "GET", "/envelopes"), "busy", 503)
            server.start()
            assert (await deposit(there, envelope(2))).status == 200
            assert await store.waiting(MAILBOX) == Waiting(envelopes=2, bytes=8_192)
            await browser.close()
        finally:
            await store.close()


async def test_a_server_that_says_done_before_it_is_durable_is_refused() -> None:
    with servers.running("fsync=off") as server, pytest.raises(UnfitDatabaseError):
        await PostgresStore.open(await server.new_database(), quota=STANDARD_QUOTA, is_new=True)

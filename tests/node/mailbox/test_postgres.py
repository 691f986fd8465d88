"""Several processes at one database: each is one store, and none knows anything that the others do not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest
from aiohttp.pytest_plugin import AiohttpClient

from node.mailbox import stick
from node.mailbox.bounds import Note
from node.mailbox.postgres import PostgresStore
from node.mailbox.postgres_bounds import SharedBounds
from node.mailbox.postgres_schema import UnfitDatabaseError
from node.mailbox.records import (
    STANDARD_QUOTA,
    CreateResult,
    DepositResult,
    Quota,
    StoreAwayError,
    Taken,
)
from protocol import limits
from protocol.values import envelope_id_of, later
from tests.support.mailbox_requests import as_owner, assert_problem, deposit
from tests.support.mailboxes import (
    NOON,
    TICKET,
    Served,
    StandingClock,
    app_of,
    envelope,
    envelopes,
    new_mailbox,
    owner,
    relay_policy,
    small_quota,
    ticket_hash,
)
from tests.support.postgresql import Server

MAILBOX = new_mailbox(owner()).mailbox_id
STORED, HELD, FULL = DepositResult.STORED, DepositResult.HELD, DepositResult.FULL
MANY = 99_999_999


@pytest.fixture
async def database(postgresql: Server) -> str:
    """The address of a database that two processes will use."""
    return await postgresql.new_database()


@asynccontextmanager
async def process(
    database: str, *, quota: Quota = STANDARD_QUOTA, attends: bool = False
) -> AsyncIterator[PostgresStore]:
    """What one process of a relay has; it hears of the others' mail only if it `attends`."""
    store = await PostgresStore.open(database, quota=quota, is_new=True)
    attending = asyncio.ensure_future(store.attend()) if attends else None
    try:
        yield store
    finally:
        if attending is not None:
            attending.cancel()
        await store.close()


@dataclass(slots=True, kw_only=True)
class Two:
    """Two processes with the owner's mailbox."""

    one: PostgresStore
    other: PostgresStore


@asynccontextmanager
async def two(database: str, *, quota: Quota = STANDARD_QUOTA) -> AsyncIterator[Two]:
    async with process(database, quota=quota) as one, process(database, quota=quota) as other:
        await one.create(new_mailbox(owner()), ticket=None)
        yield Two(one=one, other=other)


@pytest.fixture
async def served(
    database: str, aiohttp_client: AiohttpClient
) -> AsyncIterator[tuple[Served, Served]]:
    """Two processes that serve the owner's mailbox over HTTP."""
    clock = StandingClock()
    async with AsyncExitStack() as closing:
        both: list[Served] = []
        for _ in range(2):
            store = await closing.enter_async_context(process(database))
            browser = await aiohttp_client(app_of(store, clock, relay_policy()))
            closing.push_async_callback(browser.close)
            both.append(Served(browser=browser, store=store, secret=owner(), clock=clock))
        await both[0].store.create(new_mailbox(owner()), ticket=None)
        yield both[0], both[1]


async def test_what_one_process_took_the_other_gives_and_what_it_deleted_is_gone(
    database: str,
) -> None:
    async with two(database) as pair:
        await pair.one.deposit(MAILBOX, envelopes(3))
        taken = await pair.other.take(MAILBOX, limit=64, bytes_max=MANY)
        assert taken == Taken(envelopes=envelopes(3), more=False)
        await pair.other.delete(MAILBOX, [envelope_id_of(envelope(1))])
        left = (envelope(0), envelope(2))
        assert (await pair.one.take(MAILBOX, limit=64, bytes_max=MANY)).envelopes == left
        assert await pair.one.fetch(MAILBOX, envelope_id_of(envelope(1))) is None


async def test_a_quota_is_not_overfilled_by_processes_that_count_at_the_same_time(
    database: str,
) -> None:
    async with two(database, quota=small_quota(envelopes_max=50, reserve_envelopes=0)) as pair:
        both = (pair.one, pair.other)
        outcomes = await asyncio.gather(
            *(both[number % 2].deposit(MAILBOX, [envelope(number)]) for number in range(80))
        )
        results = [result for [(_, result)] in outcomes]
        assert (results.count(STORED), results.count(FULL)) == (50, 30)
        assert (await pair.one.waiting(MAILBOX)).envelopes == 50


async def test_one_envelope_that_comes_to_both_processes_at_once_is_stored_once(
    database: str,
) -> None:
    async with two(database) as pair:
        both = (pair.one, pair.other)
        outcomes = await asyncio.gather(
            *(both[number % 2].deposit(MAILBOX, envelopes(8)) for number in range(10))
        )
        results = [result for outcome in outcomes for _, result in outcome]
        assert (results.count(STORED), results.count(HELD)) == (8, 72)


async def test_whoever_reads_on_behind_an_envelope_misses_none_that_comes_meanwhile(
    database: str,
) -> None:
    async with two(database) as pair:
        both = (pair.one, pair.other)
        leaving = asyncio.gather(
            *(both[number % 2].deposit(MAILBOX, [envelope(number)]) for number in range(120))
        )
        seen: list[bytes] = []
        while len(seen) < 120:
            was_done = leaving.done()
            after = envelope_id_of(seen[-1]) if seen else None
            taken = await pair.other.take(MAILBOX, limit=7, bytes_max=MANY, after=after)
            seen += taken.envelopes
            if was_done and not taken.envelopes:
                break
        await leaving
        assert sorted(seen) == sorted(envelopes(120))


async def test_a_ticket_that_is_shown_to_both_processes_makes_one_mailbox(database: str) -> None:
    async with process(database) as one, process(database) as other:
        await one.add_ticket(ticket_hash(TICKET))
        results = await asyncio.gather(
            one.create(new_mailbox(owner(1)), ticket=ticket_hash(TICKET)),
            other.create(new_mailbox(owner(2)), ticket=ticket_hash(TICKET)),
        )
        assert sorted(results) == [CreateResult.CREATED, CreateResult.NO_TICKET]


async def test_two_processes_that_purge_count_each_day_once(database: str) -> None:
    async with two(database) as pair:
        await pair.one.purge(now=NOON)
        await pair.one.deposit(MAILBOX, envelopes(2))
        for day in range(1, 22):
            now = later(NOON, day * limits.DAY)
            gone = await asyncio.gather(pair.one.purge(now=now), pair.other.purge(now=now))
            assert sum(gone) == 0
        assert (await pair.one.waiting(MAILBOX)).envelopes == 2


async def test_the_days_are_counted_by_the_clock_of_the_server(database: str) -> None:
    async with process(database) as store:
        connection = await asyncpg.connect(database)
        said = await connection.fetchval("SELECT extract(epoch FROM now())::bigint")
        await connection.close()
        assert abs(await store.time() - said) <= 5


# Waiting


async def test_a_deposit_at_one_process_rings_the_bell_of_the_other(database: str) -> None:
    async with process(database, attends=True) as one, process(database, attends=True) as other:
        await one.create(new_mailbox(owner()), ticket=None)
        number = 0
        async with asyncio.timeout(20):
            bell = other.bell(MAILBOX)
            # Until the listener stands, nobody hears; what comes after it is heard.
            while not bell.is_set():
                await one.deposit(MAILBOX, [envelope(number)])
                number += 1
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await bell.wait()


async def test_mail_that_nobody_told_of_is_found_by_looking_again(
    served: tuple[Served, Served],
) -> None:
    one, other = served
    vars(other.store)["look_again_seconds"] = 0.05
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(as_owner(other, "GET", "/envelopes?as=stick&wait=25"))
        while other.mailbox not in vars(other.store)["_bells"]:  # noqa: ASYNC110 - the condition
            await asyncio.sleep(0)
        await deposit(one, envelope(1))
    assert await (await waiting).read() == stick.pack([envelope(1)])


# What is remembered of requests


async def test_a_signed_request_that_one_process_carried_out_is_refused_by_the_other(
    served: tuple[Served, Served],
) -> None:
    one, other = served
    headers = one.as_owner("GET", one.path + "/envelopes")
    assert (await one.browser.get(one.path + "/envelopes", headers=headers)).status == 200
    again = await other.browser.get(one.path + "/envelopes", headers=headers)
    await assert_problem(again, "auth", 401)


async def test_sixty_deposits_a_minute_are_counted_over_all_processes(
    served: tuple[Served, Served],
) -> None:
    one, other = served
    for _ in range(30):
        assert (await deposit(one, envelope(1))).status == 200
        assert (await deposit(other, envelope(1))).status == 200
    await assert_problem(await deposit(one, envelope(2)), "rate", 429)
    await assert_problem(await deposit(other, envelope(2)), "rate", 429)


async def test_a_clock_that_is_set_back_makes_nobody_wait(database: str) -> None:
    async with process(database) as store:
        clock = StandingClock(ticks=1_000_000.0)
        bounds = SharedBounds(store, deposits_per_minute=60, clock=clock)
        assert await bounds.deposit_wait_seconds(MAILBOX) == 0
        clock.ticks = 1_000.0
        assert await bounds.deposit_wait_seconds(MAILBOX) == 0


async def test_what_was_seen_is_swept_out_when_its_ten_minutes_are_over(database: str) -> None:
    async with process(database) as store:
        clock = StandingClock(ticks=299.0)
        bounds = SharedBounds(store, deposits_per_minute=60, clock=clock)
        assert await bounds.note(MAILBOX, bytes(16)) is Note.NEW
        for ticks in (300.0, 600.0, 899.0):
            clock.ticks = ticks
            await bounds.sweep()
            assert await bounds.note(MAILBOX, bytes(16)) is Note.SEEN
        clock.ticks = 1_200.0
        await bounds.sweep()
        assert await count(database, "seen") == 0


async def test_nothing_is_left_of_a_rate_when_its_minute_is_over(database: str) -> None:
    async with process(database) as store:
        clock = StandingClock()
        bounds = SharedBounds(store, deposits_per_minute=60, clock=clock)
        await bounds.deposit_wait_seconds(MAILBOX)
        assert await count(database, "allowance") == 1
        clock.ticks = 1.1
        await bounds.sweep()
        assert await count(database, "allowance") == 0


async def count(database: str, table: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608
    finally:
        await connection.close()


# The server


async def do(database: str, *commands: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        for command in commands:
            await connection.execute(command)
    finally:
        await connection.close()


async def test_a_commit_is_durable_also_where_the_servers_default_says_otherwise(
    database: str,
) -> None:
    async with process(f"{database}&synchronous_commit=off") as store:
        for _ in range(3):
            async with store.connection() as connection:
                assert await connection.fetchval("SHOW synchronous_commit") == "on"


async def test_a_database_without_a_relays_tables_or_of_another_version_is_not_touched(
    database: str,
) -> None:
    with pytest.raises(UnfitDatabaseError):
        await PostgresStore.open(database, quota=STANDARD_QUOTA)
    async with process(database):
        pass
    await do(database, "UPDATE service SET version = 2")
    with pytest.raises(UnfitDatabaseError):
        await PostgresStore.open(database, quota=STANDARD_QUOTA, is_new=True)


async def test_a_user_who_may_make_no_tables_is_told_so(postgresql: Server, database: str) -> None:
    await postgresql.do("CREATE ROLE weak LOGIN")
    weak = database.replace("sathi@", "weak@")
    with pytest.raises(UnfitDatabaseError) as caught:
        await PostgresStore.open(weak, quota=STANDARD_QUOTA, is_new=True)
    assert "make the user its owner" in str(caught.value)


async def test_a_database_that_does_not_exist_is_said_to_be_away(database: str) -> None:
    with pytest.raises(StoreAwayError):
        await PostgresStore.open(database.replace("/postgres?", "/nothing?"), quota=STANDARD_QUOTA)


FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$
"""


async def test_a_full_disk_of_the_server_is_answered_507_and_the_sender_keeps_it(
    served: tuple[Served, Served], database: str
) -> None:
    on_envelope = "BEFORE INSERT ON envelope FOR EACH ROW EXECUTE FUNCTION full_disk()"
    await do(database, FULL_DISK, f"CREATE TRIGGER full_disk {on_envelope}")
    await assert_problem(await deposit(served[0], envelope(1)), "full", 507)
    await do(database, "DROP TRIGGER full_disk ON envelope")
    assert (await deposit(served[0], envelope(1))).status == 200


async def test_a_server_that_is_not_there_is_said_to_be_away() -> None:
    with pytest.raises(StoreAwayError):
        await PostgresStore.open("postgresql://sathi@127.0.0.1:9/nothing", quota=STANDARD_QUOTA)

"""The mailbox store in time: how long mail lies, what a crash leaves, who is told, what is gone."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from node import faults
from node.mailbox.database import UnknownSchemaError
from node.mailbox.mailboxes import Mailboxes
from node.mailbox.records import (
    CreateResult,
    DepositResult,
    Taken,
)
from protocol import limits
from protocol.values import Instant, MailboxId, envelope_id_of, later
from tests.support import mailboxes
from tests.support.mailboxes import (
    NOON,
    Place,
    envelope,
    envelopes,
    new_mailbox,
    open_store,
    owner,
)

OWNER = owner()
MAILBOX = new_mailbox(OWNER).mailbox_id
STORED, HELD, FULL = DepositResult.STORED, DepositResult.HELD, DepositResult.FULL


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.iterdir()}


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def made(store: Mailboxes) -> Mailboxes:
    assert await store.create(new_mailbox(OWNER), ticket=None) is CreateResult.CREATED
    return store


async def results(store: Mailboxes, *batch: bytes) -> list[DepositResult]:
    return [result for _, result in await store.deposit(MAILBOX, batch)]


async def test_an_envelope_lies_for_21_days_of_service_and_goes_on_the_22nd(
    place: Place,
) -> None:
    async with place.opened() as store:
        await made(store)
        await store.purge(now=NOON)
        await store.deposit(MAILBOX, envelopes(300))
        for day in range(1, 22):
            assert await store.purge(now=later(NOON, day * limits.DAY)) == 0
            # Asked again on the same day, nothing is counted twice.
            assert await store.purge(now=later(NOON, day * limits.DAY + 1)) == 0
        await store.deposit(MAILBOX, [envelope(999)])
        assert await store.purge(now=later(NOON, 22 * limits.DAY)) == 300
        assert (await store.waiting(MAILBOX)).envelopes == 1


async def test_a_clock_that_jumps_ends_no_life(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        await store.purge(now=Instant(0))
        await store.deposit(MAILBOX, envelopes(2))
        for now in (Instant(8_835_000_000), NOON, Instant(0), NOON):
            assert await store.purge(now=now) == 0
        assert (await store.waiting(MAILBOX)).envelopes == 2


async def test_the_file_says_of_no_envelope_when_it_came(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await made(store)
        await store.purge(now=NOON)
        await store.deposit(MAILBOX, envelopes(1))
    connection = sqlite3.connect(tmp_path / "mailbox.db")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(envelope)")]
    rows = connection.execute("SELECT service_day FROM envelope").fetchall()
    connection.close()
    assert columns == [
        "position", "mailbox_id", "envelope_id", "size", "service_day", "content",
    ]  # fmt: skip
    assert rows == [(1,)]


async def test_a_deposit_that_was_answered_is_there_after_a_restart(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        await store.deposit(MAILBOX, envelopes(3))
    async with place.opened() as store:
        assert (await store.waiting(MAILBOX)).envelopes == 3


async def test_a_crash_before_the_commit_leaves_nothing_and_a_repetition_stores(
    place: Place,
) -> None:
    async with place.opened() as store:
        await made(store)
        faults.arm("deposit.before_commit")
        with pytest.raises(faults.InjectedCrash):
            await store.deposit(MAILBOX, envelopes(3))
        assert (await store.waiting(MAILBOX)).envelopes == 0
        assert await results(store, *envelopes(3)) == [STORED] * 3


async def test_a_crash_between_commit_and_answer_is_repeated_without_double_effect(
    place: Place,
) -> None:
    async with place.opened() as store:
        await made(store)
        faults.arm("deposit.after_commit")
        with pytest.raises(faults.InjectedCrash):
            await store.deposit(MAILBOX, envelopes(3))
        assert await results(store, *envelopes(3)) == [HELD] * 3
        assert (await store.waiting(MAILBOX)).envelopes == 3


class _PlannedError(Exception):
    pass


def _fail() -> None:
    raise _PlannedError


async def test_a_failing_deposit_does_not_undo_its_neighbours(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        faults.arm("deposit.before_commit", 3, action=_fail)
        outcomes = await asyncio.gather(
            *(store.deposit(MAILBOX, [one]) for one in envelopes(8)), return_exceptions=True
        )
        assert len([one for one in outcomes if isinstance(one, _PlannedError)]) == 1
        assert (await store.waiting(MAILBOX)).envelopes == 7


async def test_news_of_mail_comes_after_it_is_durable_and_only_for_what_is_new(
    tmp_path: Path,
) -> None:
    news: list[tuple[MailboxId, int]] = []

    def listen(mailbox: MailboxId) -> None:
        reader = sqlite3.connect(tmp_path / "mailbox.db")
        news.append((mailbox, reader.execute("SELECT count(*) FROM envelope").fetchone()[0]))
        reader.close()

    async with open_store(tmp_path, on_stored=listen) as store:
        await made(store)
        await store.deposit(MAILBOX, envelopes(2))
        await store.deposit(MAILBOX, envelopes(2))
    assert news == [(MAILBOX, 2)]


async def test_the_bell_rings_for_mail_for_closing_and_for_deletion(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        bell = store.bell(MAILBOX)
        assert store.bell(MAILBOX) is bell
        assert not bell.is_set()
        await store.deposit(MAILBOX, envelopes(1))
        assert bell.is_set()
        closing = store.bell(MAILBOX)
        assert not closing.is_set()
        store.release_waiters()
        assert closing.is_set()
        deleted = store.bell(MAILBOX)
        await store.delete_mailbox(MAILBOX)
        assert deleted.is_set()


async def test_without_threads_everything_works_the_same(tmp_path: Path) -> None:
    async with open_store(tmp_path, threads=False) as store:
        await made(store)
        assert await results(store, *envelopes(2)) == [STORED, STORED]
        taken = await store.take(MAILBOX, limit=64, bytes_max=99_999)
        assert taken == Taken(envelopes=envelopes(2), more=False)


async def test_a_file_of_another_version_is_not_touched(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "mailbox.db")
    connection.execute("PRAGMA user_version=2")
    connection.close()
    with pytest.raises(UnknownSchemaError):
        async with open_store(tmp_path):
            pass


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await made(store)
        assert modes(tmp_path) == {0o600}


async def test_what_was_deleted_is_not_left_in_the_file(tmp_path: Path) -> None:
    marked = [b"SATH" + f"CANARY-{number:04}-".encode() * 341 + b"!" for number in range(20)]
    assert {len(one) for one in marked} == {4_097}
    marked = [one[:4_096] for one in marked]
    async with open_store(tmp_path) as store:
        await made(store)
        await store.deposit(MAILBOX, marked)
        await store.delete(MAILBOX, [envelope_id_of(one) for one in marked])
    # Closing the last connection empties the log into the file and removes it.
    assert names(tmp_path) == ["mailbox.db"]
    assert b"CANARY" not in (tmp_path / "mailbox.db").read_bytes()


async def test_the_canaries_would_be_seen_if_they_were_there(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await made(store)
        await store.deposit(MAILBOX, [b"SATH" + b"CANARY" * 682])
    assert b"CANARY" in (tmp_path / "mailbox.db").read_bytes()


def test_the_builders_make_what_a_mailbox_takes() -> None:
    assert {len(mailboxes.envelope(1, size=size)) for size in limits.BUCKETS} == set(
        limits.BUCKETS
    )

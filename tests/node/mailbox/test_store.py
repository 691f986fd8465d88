"""The mailbox store: idempotent, each envelope on its own, oldest first, refusing when full."""

from dataclasses import replace
from pathlib import Path

import pytest

from node.mailbox.mailboxes import Mailboxes
from node.mailbox.records import (
    STANDARD_QUOTA,
    CreateResult,
    DepositResult,
    Listed,
    Listing,
    Mailbox,
    Quota,
    RevokeResult,
    Taken,
    UnknownMailboxError,
    Waiting,
)
from protocol import limits
from protocol.values import envelope_id_of, later, sha256
from tests.support.mailboxes import (
    NOON,
    Place,
    envelope,
    envelopes,
    new_mailbox,
    open_store,
    owner,
    small_quota,
    ticket_hash,
)

OWNER = owner()
MAILBOX = new_mailbox(OWNER).mailbox_id
STORED, HELD, FULL = DepositResult.STORED, DepositResult.HELD, DepositResult.FULL


async def made(store: Mailboxes) -> Mailboxes:
    assert await store.create(new_mailbox(OWNER), ticket=None) is CreateResult.CREATED
    return store


async def results(store: Mailboxes, *batch: bytes) -> list[DepositResult]:
    return [result for _, result in await store.deposit(MAILBOX, batch)]


async def test_making_the_same_mailbox_twice_changes_nothing(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        assert await store.create(new_mailbox(OWNER), ticket=None) is CreateResult.IDENTICAL
        other = new_mailbox(OWNER, created=later(NOON, 1))
        assert await store.create(other, ticket=None) is CreateResult.CONFLICT
        assert await store.find(MAILBOX) == Mailbox(
            mailbox_id=MAILBOX,
            owner_key=OWNER.public,
            deposit_hash=new_mailbox(OWNER).deposit_hash,
            previous_deposit_hash=None,
        )


async def test_a_ticket_makes_one_mailbox_and_its_repetition(place: Place) -> None:
    async with place.opened() as store:
        first, second = new_mailbox(owner(1)), new_mailbox(owner(2))
        assert await store.create(first, ticket=ticket_hash()) is CreateResult.NO_TICKET
        await store.add_ticket(ticket_hash())
        assert await store.create(first, ticket=ticket_hash()) is CreateResult.CREATED
        assert await store.create(first, ticket=ticket_hash()) is CreateResult.IDENTICAL
        assert await store.create(second, ticket=ticket_hash()) is CreateResult.NO_TICKET
        # Adding it again does not make it new.
        await store.add_ticket(ticket_hash())
        assert await store.create(second, ticket=ticket_hash()) is CreateResult.NO_TICKET


async def test_with_a_ticket_that_was_taken_back_no_mailbox_is_made(place: Place) -> None:
    async with place.opened() as store:
        await store.add_ticket(ticket_hash())
        assert await store.revoke_ticket(ticket_hash()) is RevokeResult.REVOKED
        made_with_it = await store.create(new_mailbox(OWNER), ticket=ticket_hash())
        assert made_with_it is CreateResult.NO_TICKET
        assert await store.revoke_ticket(ticket_hash()) is RevokeResult.UNKNOWN


async def test_a_ticket_that_was_used_is_not_taken_back_and_its_mailbox_stays(
    place: Place,
) -> None:
    other = sha256(b"another ticket")
    async with place.opened() as store:
        for ticket in (ticket_hash(), other):
            await store.add_ticket(ticket)
        await store.create(new_mailbox(OWNER), ticket=ticket_hash())
        assert await store.revoke_ticket(ticket_hash()) is RevokeResult.USED
        assert [await store.revoke_unused(), await store.revoke_unused()] == [1, 0]
        assert await store.find(MAILBOX) is not None
        # Its owner may still ask for it again, whose first answer was lost.
        again = await store.create(new_mailbox(OWNER), ticket=ticket_hash())
        assert again is CreateResult.IDENTICAL
        assert await store.create(new_mailbox(owner(2)), ticket=other) is CreateResult.NO_TICKET


async def test_what_was_deposited_is_taken_oldest_first_and_stays(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        batch = envelopes(5)
        assert await store.deposit(MAILBOX, batch) == tuple(
            (envelope_id_of(one), STORED) for one in batch
        )
        for _ in range(2):
            taken = await store.take(MAILBOX, limit=64, bytes_max=limits.BATCH_BYTES_MAX)
            assert taken == Taken(envelopes=batch, more=False)
        assert await store.listing(MAILBOX, limit=2) == Listing(
            envelopes=tuple(
                Listed(envelope_id=envelope_id_of(one), size=4_096) for one in batch[:2]
            ),
            more=True,
        )
        assert await store.fetch(MAILBOX, envelope_id_of(batch[3])) == batch[3]
        assert await store.fetch(MAILBOX, envelope_id_of(envelope(99))) is None


async def test_a_repeated_deposit_is_held_once(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        one, two = envelopes(2)
        assert await results(store, one, one) == [STORED, HELD]
        assert await results(store, two, one) == [STORED, HELD]
        assert await store.waiting(MAILBOX) == Waiting(envelopes=2, bytes=8_192)


async def test_one_bad_envelope_among_64_leaves_63_stored(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        batch = list(envelopes(64))
        batch[17] = b"XXXX" + batch[17][4:]
        expected = [STORED] * 64
        expected[17] = DepositResult.NOT_A_BUCKET
        assert await results(store, *batch) == expected
        assert (await store.waiting(MAILBOX)).envelopes == 63


async def test_a_batch_repeated_after_a_lost_answer_has_no_double_effect(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        batch = envelopes(64)
        assert await results(store, *batch) == [STORED] * 64
        assert await results(store, *batch) == [HELD] * 64
        assert (await store.waiting(MAILBOX)).envelopes == 64


async def test_the_last_places_are_for_the_smallest_envelopes(place: Place) -> None:
    async with place.opened(quota=small_quota(envelopes_max=4, reserve_envelopes=2)) as store:
        await made(store)
        large = envelopes(3, size=16_384)
        assert await results(store, *large) == [STORED, STORED, FULL]
        assert await results(store, *envelopes(3, start=10)) == [STORED, STORED, FULL]
        # Full refuses what is new; what lies there already is still answered so, and nothing left.
        assert await results(store, large[0], large[2]) == [HELD, FULL]
        taken = await store.take(MAILBOX, limit=64, bytes_max=limits.BATCH_BYTES_MAX)
        assert taken.envelopes == (*large[:2], *envelopes(2, start=10))


async def test_the_last_bytes_are_for_the_smallest_envelopes(place: Place) -> None:
    quota = Quota(
        envelopes_max=100,
        bytes_max=40_960,
        reserve_envelopes=0,
        reserve_bytes=8_192,
        free_bytes_min=0,
    )
    async with place.opened(quota=quota) as store:
        await made(store)
        assert await results(store, *envelopes(3, size=16_384)) == [STORED, STORED, FULL]
        assert await results(store, *envelopes(3, start=10)) == [STORED, STORED, FULL]
        assert await store.waiting(MAILBOX) == Waiting(envelopes=4, bytes=40_960)


async def test_while_the_disk_is_short_only_the_smallest_envelopes_are_taken(
    tmp_path: Path,
) -> None:
    short = replace(STANDARD_QUOTA, free_bytes_min=2**62)
    async with open_store(tmp_path, quota=short) as store:
        await made(store)
        assert await results(store, *envelopes(1, size=16_384)) == [FULL]
        assert await results(store, *envelopes(1, size=1_048_576)) == [FULL]
        assert await results(store, *envelopes(2)) == [STORED, STORED]


@pytest.mark.slow
async def test_the_standard_quota_is_4096_envelopes_of_which_256_are_reserved(
    place: Place,
) -> None:
    async with place.opened() as store:
        await made(store)
        for start in range(0, 3_840, 256):
            assert await results(store, *envelopes(256, start=start)) == [STORED] * 256
        large = envelope(9_999, size=16_384)
        assert await results(store, large) == [FULL]
        assert await results(store, *envelopes(257, start=5_000)) == [STORED] * 256 + [FULL]


async def test_a_mailbox_does_not_fill_another(place: Place) -> None:
    async with place.opened(quota=small_quota(envelopes_max=1, reserve_envelopes=0)) as store:
        await made(store)
        other = new_mailbox(owner(2))
        await store.create(other, ticket=None)
        assert await results(store, envelope(1), envelope(2)) == [STORED, FULL]
        [(_, result)] = await store.deposit(other.mailbox_id, [envelope(1)])
        assert result is STORED


async def test_a_pick_up_stops_before_the_envelope_that_is_too_much(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        small, large, last = envelope(1), envelope(2, size=16_384), envelope(3)
        await store.deposit(MAILBOX, [small, large, last])
        take = store.take
        assert await take(MAILBOX, limit=64, bytes_max=20_479) == Taken(
            envelopes=(small,), more=True
        )
        assert await take(MAILBOX, limit=64, bytes_max=20_480) == Taken(
            envelopes=(small, large), more=True
        )
        assert await take(MAILBOX, limit=2, bytes_max=99_999) == Taken(
            envelopes=(small, large), more=True
        )
        after = envelope_id_of(small)
        # The first comes in any case, or it would lie there for ever.
        assert await take(MAILBOX, limit=64, bytes_max=1, after=after) == Taken(
            envelopes=(large,), more=True
        )
        assert await take(
            MAILBOX, limit=64, bytes_max=99_999, after=envelope_id_of(last)
        ) == Taken(envelopes=(), more=False)


async def test_deleting_twice_is_no_fault(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        batch = envelopes(3)
        await store.deposit(MAILBOX, batch)
        gone = [envelope_id_of(one) for one in batch[:2]]
        assert await store.delete(MAILBOX, gone) == 2
        assert await store.delete(MAILBOX, gone) == 0
        taken = await store.take(MAILBOX, limit=64, bytes_max=99_999)
        assert taken == Taken(envelopes=(batch[2],), more=False)


async def test_a_deleted_mailbox_takes_nothing_and_gives_nothing(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        await store.deposit(MAILBOX, envelopes(2))
        await store.put_bundle(MAILBOX, b"bundle")
        await store.delete_mailbox(MAILBOX)
        assert await store.find(MAILBOX) is None
        assert await store.waiting(MAILBOX) == Waiting(envelopes=0, bytes=0)
        assert await store.get_bundle(MAILBOX) is None
        for refused in (
            store.deposit(MAILBOX, envelopes(1)),
            store.put_bundle(MAILBOX, b"bundle"),
            store.delete_mailbox(MAILBOX),
            store.set_deposit_hashes(MAILBOX, current=sha256(b"1"), previous=None),
        ):
            with pytest.raises(UnknownMailboxError):
                await refused


async def test_deposit_hashes_are_replaced_together(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        await store.set_deposit_hashes(MAILBOX, current=sha256(b"1"), previous=sha256(b"0"))
        found = await store.find(MAILBOX)
        assert found is not None
        assert found.deposit_hash == sha256(b"1")
        assert found.previous_deposit_hash == sha256(b"0")


async def test_a_bundle_replaces_the_one_before(place: Place) -> None:
    async with place.opened() as store:
        await made(store)
        assert await store.get_bundle(MAILBOX) is None
        await store.put_bundle(MAILBOX, b"first")
        await store.put_bundle(MAILBOX, b"second")
        assert await store.get_bundle(MAILBOX) == b"second"

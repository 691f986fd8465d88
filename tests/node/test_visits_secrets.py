"""What relays are told of our mailboxes: another deposit secret after a removal, and the end of a mailbox."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest

from node.gate import OpenVault
from node.visits import Relay
from protocol import limits
from protocol.values import sha256
from tests.support.federation import Federation
from tests.support.one_relay import TICKET, There, beside_a_relay, visits_of

pytestmark = pytest.mark.sockets

PATIENCE_SECONDS: Final = 5


@pytest.fixture
async def there(federation: Federation) -> AsyncIterator[There]:
    async with beside_a_relay(federation["Alo Shelter"]) as made:
        yield made


async def test_after_a_removal_partners_are_told_of_another_deposit_secret_that_the_relay_knows(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    await there.visit()
    current = there.box.deposit_secret
    assert current != former
    assert there.told == [current]
    assert [await there.is_taken(current, 1), await there.is_taken(former, 2)] == [True, True]


async def test_the_former_secret_opens_for_28_days_and_not_a_second_longer(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    await there.visit()
    there.forward(limits.FORMER_MAILBOX_SECONDS - 1)
    await there.visit()
    on_its_last_second = await there.is_taken(former, 1)
    there.forward(1)
    await there.visit()
    assert on_its_last_second
    assert not await there.is_taken(former, 2)
    assert await there.is_taken(there.box.deposit_secret, 3)
    assert there.box.former_secret is None


async def test_no_secret_ends_while_the_clock_is_in_doubt(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    await there.visit()
    # The computer was off, or its clock jumped: nobody can tell.
    there.node.ahead = limits.FORMER_MAILBOX_SECONDS
    there.clock.seconds = there.node.now
    await there.visit()
    in_doubt = await there.is_taken(former, 1)
    there.trust()
    await there.visit()
    assert in_doubt
    assert not await there.is_taken(former, 2)


async def test_whoever_was_removed_reads_no_bundle_there_from_then_on(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    assert await there.is_readable(former)
    await there.remove(federation["Bandhan"])
    # The relay cannot be told; then nothing is laid there that the former secret opens.
    there.down = {"PATCH"}
    await there.visit()
    assert not await there.is_readable(former)
    there.down = set()
    await there.visit()
    assert not await there.is_readable(former)
    assert await there.is_readable(there.box.deposit_secret)


async def test_partners_are_told_of_no_secret_that_the_relay_does_not_know(
    there: There, federation: Federation
) -> None:
    former = there.box.deposit_secret
    await there.remove(federation["Bandhan"])
    there.down = {"PATCH"}
    await there.visit()
    await there.visit()
    assert there.told == [former]
    assert await there.is_taken(former, 1)
    there.down = set()
    await there.visit()
    assert there.told == [there.box.deposit_secret]
    assert there.told != [former]


async def test_a_relay_whose_answer_was_lost_is_told_the_same_again(
    there: There, federation: Federation
) -> None:
    await there.remove(federation["Bandhan"])
    drawn = there.box.next_secret
    assert drawn is not None
    there.lost = {"PATCH"}
    await there.visit()
    assert there.told != [drawn]
    await there.remove(federation["Chautari"])
    there.lost = set()
    await there.visit()
    assert there.told == [there.box.deposit_secret] == [drawn]
    assert await there.is_taken(drawn, 1)


async def test_a_relay_is_told_once_for_each_time_the_vault_is_opened(there: There) -> None:
    await there.visit()
    assert "PATCH" not in there.asked
    await there.restart(Relay(origin=there.origin, ticket=TICKET, pin=None))
    await there.visit()
    assert there.asked.count("PATCH") == 1


async def test_a_relay_that_was_restored_learns_again_which_secret_is_good(there: There) -> None:
    secret = there.box.deposit_secret
    forgotten = sha256(b"of before the copy")
    await there.store.set_deposit_hashes(there.box.mailbox_id, current=forgotten, previous=None)
    assert not await there.is_taken(secret, 1)
    await there.restart(Relay(origin=there.origin, ticket=TICKET, pin=None))
    await there.visit()
    assert await there.is_taken(secret, 2)


# The end of a mailbox at a relay


async def test_a_mailbox_that_was_given_up_is_deleted_at_its_relay_28_days_later(
    there: There,
) -> None:
    box = there.box
    await there.restart()
    await there.visit()
    there.forward(limits.FORMER_MAILBOX_SECONDS - 1)
    await there.visit()
    on_its_last_second = await there.store.find(box.mailbox_id)
    there.forward(1)
    await there.visit()
    assert on_its_last_second is not None
    assert await there.store.find(box.mailbox_id) is None
    assert [box.is_local for box in there.gate.vault.mailboxes] == [True]


async def test_a_relay_that_does_not_answer_is_asked_again_until_it_has_deleted_the_mailbox(
    there: There,
) -> None:
    box = there.box
    await there.restart()
    await there.visit()
    there.forward(limits.FORMER_MAILBOX_SECONDS)
    there.down = {"DELETE"}
    await there.visit()
    assert there.box.mailbox_id == box.mailbox_id
    there.down = set()
    await there.visit()
    assert await there.store.find(box.mailbox_id) is None
    assert [box.is_local for box in there.gate.vault.mailboxes] == [True]


async def test_a_mailbox_at_a_relay_that_is_gone_for_good_is_forgotten_21_days_after_its_end(
    there: There,
) -> None:
    await there.restart()
    await there.visit()
    there.down = {"GET", "DELETE"}
    there.forward(limits.FORMER_MAILBOX_SECONDS + limits.MAILBOX_TTL_SECONDS - 1)
    await there.visit()
    before = [box.is_local for box in there.gate.vault.mailboxes]
    there.forward(1)
    await there.visit()
    assert before == [True, False]
    assert [box.is_local for box in there.gate.vault.mailboxes] == [True]


async def test_no_mailbox_is_deleted_at_a_relay_while_the_clock_is_in_doubt(there: There) -> None:
    box = there.box
    await there.restart()
    await there.visit()
    there.node.ahead = limits.FORMER_MAILBOX_SECONDS
    there.clock.seconds = there.node.now
    there.node.write(lambda unit: unit.vault.execute("UPDATE own_mailboxes SET emptied_at = ends"))
    await there.visit()
    in_doubt = await there.store.find(box.mailbox_id)
    there.trust()
    await there.visit()
    await there.visit()
    assert in_doubt is not None
    assert await there.store.find(box.mailbox_id) is None


# The lock


async def test_the_lock_ends_the_visits_also_where_something_failed_at_that_very_moment(
    there: There,
) -> None:
    failing = asyncio.Event()

    async def fail_when_cancelled(_opened: OpenVault) -> None:
        failing.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("the disk, just now") from None

    relay = Relay(origin=there.origin, ticket=TICKET, pin=None)
    visits = visits_of(there.gate, there.session, relay, settle=fail_when_cancelled)
    await visits.begin(there.gate.vault)
    assert await there.is_taken(there.box.deposit_secret, 1)
    running = asyncio.ensure_future(visits.run(there.gate.vault))
    await failing.wait()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await visits.rest()
    assert running.done()

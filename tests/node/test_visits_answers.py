"""How the relays of the settings answer, as it is told to whoever looks after the node."""

from collections.abc import AsyncIterator

import pytest

from node.visits import Relay
from protocol.local.views import RelayStatus
from tests.support.federation import Federation
from tests.support.one_relay import TICKET, There, beside_a_relay

pytestmark = pytest.mark.sockets


@pytest.fixture
async def there(federation: Federation) -> AsyncIterator[There]:
    async with beside_a_relay(federation["Alo Shelter"]) as made:
        yield made


async def test_of_each_relay_is_told_when_it_last_did_what_it_was_asked_and_what_is_wrong(
    there: There,
) -> None:
    answered = RelayStatus(address=there.origin, is_made=True, answered_seconds=0, problem="")
    assert there.visits.relays() == [answered]
    there.forward(60)
    there.down = {"GET"}
    await there.visit()
    silent = RelayStatus(
        address=there.origin, is_made=True, answered_seconds=60, problem="trouble"
    )
    assert there.visits.relays() == [silent]


async def test_of_a_relay_that_does_not_take_the_ticket_is_told_that_it_made_no_mailbox(
    there: There,
) -> None:
    await there.restart()
    await there.visit()
    # The ticket was used for the mailbox that was given up.
    await there.restart(Relay(origin=there.origin, ticket=TICKET, pin=None))
    await there.visit()
    [seen] = there.visits.relays()
    assert (seen.is_made, seen.problem) == (False, "ticket")


async def test_what_a_relay_answered_before_the_vault_was_opened_says_nothing_of_now(
    there: There,
) -> None:
    await there.visits.begin(there.gate.vault)
    there.down = {"GET"}
    await there.visits.begin(there.gate.vault)
    [seen] = there.visits.relays()
    assert (seen.answered_seconds, seen.problem) == (None, "trouble")

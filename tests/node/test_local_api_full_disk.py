"""What people are told of a full disk, and that her no is written down at the desk all the same."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol.file_rules import FREE_BYTES_MIN
from protocol.local import commands, views
from protocol.local.views import parse_view
from protocol.vocabulary.codes import AgeBand, WithdrawalWanted
from tests.support.auditing import saying
from tests.support.desk_app import RINA, seated
from tests.support.desks import Counter, open_counter
from tests.support.full_disk import full, with_ballast
from tests.support.nodes import PASSPHRASE, make_node
from tests.support.story import Story
from tui.client import Client, ClientError


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as opened:
        yield opened


async def test_today_says_that_the_disk_is_nearly_full_as_long_as_it_is(counter: Counter) -> None:
    token = await counter.enter()
    told = []
    for free in (FREE_BYTES_MIN - 1, FREE_BYTES_MIN):
        counter.desk.free_bytes = lambda free=free: free  # type: ignore[misc]  # bound at once
        answer = await counter.ask(commands.ShowToday(), token)
        told.append(parse_view(answer.body, views.Today).is_disk_short)

    assert told == [True, False]


async def open_cases(client: Client) -> None:
    """As many as a disk takes that is not full."""
    for number in range(40):
        case = f"ALO-{number}"
        await client.open_case(
            commands.OpenCase(case_number=case, age_band=AgeBand.ADULT, language="ben")
        )


async def test_her_no_is_written_down_at_the_desk_of_a_full_disk_and_nothing_else_is(
    story: Story,
) -> None:
    story.up_to_dossier()
    alo, job = story.alo, saying(story.alo, story.bandhan.node_id)
    withdraw = commands.WithdrawConsent(consent_id=story.consent, wanted=WithdrawalWanted.ERASE)
    async with seated(alo) as seat, Client(seat.socket) as client:
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        database = seat.gate.vault.database
        with full(database):
            with suppress(NotWrittenError, GroupLostError):
                for _ in range(200):
                    await database.write(job)
            kept = with_ballast(database, parts=4)
            with pytest.raises(ClientError):
                await open_cases(client)
            given_for_a_case = kept.given
            await client.withdraw_consent(withdraw)
            given_for_her_no = kept.given

    assert given_for_a_case == 0 < given_for_her_no
    assert alo.rows("SELECT count(*) FROM withdrawals_told") == [(1,)]

"""A stick that is read where the disk is full: her no is taken from it, and the rest when there is room."""

from contextlib import suppress

import pytest

from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from tests.support.auditing import saying
from tests.support.desk_app import RINA, seated
from tests.support.full_disk import full, with_ballast
from tests.support.nodes import PASSPHRASE
from tests.support.sticks import give_sticks, make, take
from tests.support.story import Story
from tui.client import Client, ClientError

LOCKED = "SELECT count(*) FROM erasures"


async def test_on_a_full_disk_her_no_is_taken_from_a_stick_and_the_rest_when_it_is_read_again(
    story: Story,
) -> None:
    story.up_to_dossier()
    story.settle()
    alo, bandhan = story.alo, story.bandhan
    for _ in range(40):
        alo.write(saying(alo, bandhan.node_id))
    story.withdraw()
    async with seated(alo) as seat, Client(seat.socket) as client:
        give_sticks(seat, may_ferry=False)
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        _, content = await make(client, [bandhan])
    something = saying(bandhan, alo.node_id)
    async with seated(bandhan) as seat, Client(seat.socket) as client:
        give_sticks(seat, may_ferry=False)
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        database = seat.gate.vault.database
        with full(database):
            with suppress(NotWrittenError, GroupLostError):
                for _ in range(200):
                    await database.write(something)
            with_ballast(database, parts=4)
            with pytest.raises(ClientError):
                await take(client, content)
            locked = await database.read(lambda unit: unit.vault.execute(LOCKED).fetchone()[0])
        again = await take(client, content)

    assert locked == 1
    assert (again.fresh >= 40, again.known >= 1) == (True, True)

"""A stick that was on its way when somebody was removed is opened as long as our former secret is good."""

from node.mailbox import stick
from protocol.sealing import stick_passphrase
from tests.support.desk_app import RINA, seated
from tests.support.nodes import PASSPHRASE
from tests.support.sticks import PaperWrap, give_sticks, take, written
from tests.support.story import Story
from tui.client import Client

CHANGED = (
    "UPDATE own_mailboxes SET former_secret = deposit_secret, former_until = ?, deposit_secret = ?"
)


async def test_a_stick_that_was_wrapped_before_our_secret_changed_is_opened(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    bandhan = story.bandhan
    content = PaperWrap().wrap(
        stick.pack(written(story.alo, bandhan)),
        passphrase=stick_passphrase(bandhan.mailbox.deposit_secret),
        entropy=bandhan.entropy,
    )
    now = bandhan.now
    bandhan.write(lambda unit: unit.vault.execute(CHANGED, (now, b"n" * 32)))
    async with seated(bandhan) as seat, Client(seat.socket) as client:
        give_sticks(seat, may_ferry=False)
        await client.open_session(name=RINA, passphrase=PASSPHRASE)
        taken = await take(client, content)
    assert (taken.fresh, taken.known, taken.refused) == (1, 0, [])

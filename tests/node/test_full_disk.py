"""A database that is really full: nothing is half done, it is said in words, and her no comes first."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from node.courier import Courier, Patience
from node.effects import NODE_ITSELF
from node.gate import Gate, OpenVault
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import NewMailbox
from node.mailbox.store import MailboxStore
from node.services import casework, consenting, delivering, renewing
from node.vault.keyring import PRODUCT_COST
from node.vault.unit import NotWrittenError
from node.writer import GroupLostError
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.keys import signing_secret
from protocol.local import commands
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, TextKind, WithdrawalWanted
from tests.support.auditing import say_something
from tests.support.desks import Counter, open_counter
from tests.support.federation import Node, done
from tests.support.full_disk import content, full, with_ballast
from tests.support.mailboxes import StandingClock, open_store
from tests.support.nodes import make_node
from tests.support.story import Story
from tests.support.streams import offers, referrals_at

NOT_WRITTEN: Final = (NotWrittenError, GroupLostError)
LONG_CASE: Final = commands.OpenCase(case_number="KHU-18", age_band=AgeBand.ADULT, language="ben")


def sentence(story: Story) -> commands.RecordSentence:
    """Her words, longer than a page."""
    return commands.RecordSentence(
        case_id=story.case_id,
        category=Category.PLAN_WISHES,
        kind=TextKind.WISH,
        language="ben",
        text="ক" * limits.TEXT_CHARACTERS_MAX,
    )


def withdrawing(story: Story) -> Callable[[], object]:
    command = commands.WithdrawConsent(consent_id=story.consent, wanted=WithdrawalWanted.ERASE)
    return partial(story.alo.use, consenting.withdraw_consent, command)


def sealing(node: Node) -> object:
    acting = node.acting(NODE_ITSELF)
    return node.write(
        lambda unit: delivering.due(
            unit, me=node.me, acting=acting, cadence=WHEN_DUE, lines=delivering.FREE
        )
    )


def until_it_is_refused(node: Node, act: Callable[[], object]) -> int:
    """Do it until there is no room, which leaves both files as they were; how often it was done.

    A page that is not full takes a little more, so that the first small write is not the one that fails.
    """
    for count in range(200):
        before = content(node)
        try:
            act()
        except NOT_WRITTEN:
            assert content(node) == before
            return count
    raise AssertionError("the disk is not full")


# People, and the node by itself


def test_what_somebody_writes_on_a_full_disk_is_kept_whole_or_not_at_all(story: Story) -> None:
    story.open_case()
    write = partial(story.alo.use, casework.record_sentence, sentence(story))
    with full(story.alo.database):
        refused_after = until_it_is_refused(story.alo, write)

    assert refused_after == 0
    done(write())


def test_an_offer_on_a_full_disk_is_not_queued_and_goes_once_there_is_room(story: Story) -> None:
    story.open_case()
    story.agree()
    with full(story.alo.database):
        left = until_it_is_refused(story.alo, story.offer)
    story.offer()
    story.settle()

    assert referrals_at(story.bandhan) == [("offered",)] * (left + 1)


def test_what_is_due_on_a_full_disk_gets_no_number_and_goes_once_there_is_room(
    story: Story,
) -> None:
    story.open_case()
    story.agree()
    for _ in range(12):
        story.offer()
    with full(story.alo.database):
        assert until_it_is_refused(story.alo, partial(sealing, story.alo)) == 0
    story.settle()

    assert referrals_at(story.bandhan) == [("offered",)] * 12
    assert story.bandhan.rows("SELECT in_frozen FROM peers") == [(0,)]


def test_what_comes_on_a_full_disk_is_taken_once_when_there_is_room_and_is_no_defect(
    alo: Node, bandhan: Node
) -> None:
    envelopes = offers(alo, bandhan, 12)
    with full(bandhan.database):
        assert until_it_is_refused(bandhan, partial(bandhan.take, envelopes)) == 0
    bandhan.take(envelopes)

    assert referrals_at(bandhan) == [("offered",)] * 12
    assert bandhan.rows("SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.parametrize("spare", range(6))
def test_however_little_room_there_is_a_message_is_no_defect_and_nothing_is_torn(
    alo: Node, bandhan: Node, spare: int
) -> None:
    envelopes = offers(alo, bandhan, 12)
    before = content(bandhan)
    with full(bandhan.database, spare=spare):
        try:
            bandhan.take(envelopes)
        except NOT_WRITTEN:
            assert content(bandhan) == before
        else:
            assert referrals_at(bandhan) == [("offered",)] * 12
    bandhan.take(envelopes)

    assert referrals_at(bandhan) == [("offered",)] * 12
    assert bandhan.rows("SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.parametrize("spare", range(5))
def test_her_no_on_a_full_disk_is_carried_out_whole_or_refused_whole_and_then_carried_out(
    story: Story, spare: int
) -> None:
    story.up_to_dossier()
    alo = story.alo
    with full(alo.database, spare=spare):
        until_it_is_refused(alo, partial(say_something, alo, story.bandhan.node_id))
        before = content(alo)
        try:
            withdrawing(story)()
        except NOT_WRITTEN:
            assert content(alo) == before
    told = alo.rows("SELECT count(*) FROM withdrawals_told")
    if told == [(0,)]:
        withdrawing(story)()
    story.settle()

    assert alo.rows("SELECT count(*) FROM withdrawals_told") == [(1,)]
    assert story.bandhan.rows(
        "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(0,)]


def test_where_an_offer_has_no_room_her_no_still_has(story: Story) -> None:
    story.up_to_dossier()
    with full(story.alo.database, spare=8):
        with pytest.raises(NOT_WRITTEN):
            story.alo.use(casework.record_sentence, sentence(story))
        done(withdrawing(story)())
        stopped = story.alo.rows("SELECT count(*) FROM withdrawals_told")

    assert stopped == [(1,)]


def test_what_is_erased_on_a_full_disk_is_erased(story: Story) -> None:
    story.up_to_dossier()
    story.withdraw()
    story.federation.deliver(story.alo)
    bandhan = story.bandhan
    bandhan.take(story.federation.box(bandhan))
    # Locked, and not destroyed yet.
    with full(bandhan.database, spare=2):
        bandhan.erase()
        gone = bandhan.rows(
            "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
        )

    assert gone == [(0,)]


def test_a_renewal_on_a_full_disk_leaves_the_keys_that_work_and_is_whole_afterwards(
    alo: Node,
) -> None:
    alo.clock.forward(limits.PREKEY_SLICE_SECONDS)
    renew = partial(alo.use, renewing.renew_if_due)
    with full(alo.database):
        assert until_it_is_refused(alo, renew) == 0
    assert renew() is not None
    alo.refresh()

    assert {known.prekey.prekey_id for known in alo.me.bundle.slices} <= alo.prekeys.keys()


def test_what_a_full_disk_keeps_from_being_destroyed_is_destroyed_by_the_next_look(
    alo: Node,
) -> None:
    first = alo.me.bundle.slices[0]
    grace = limits.PREKEY_GRACE_SECONDS
    alo.clock.forward(first.not_after + grace + 1 - alo.now)
    alo.use(renewing.note_emptied, alo.mailbox.mailbox_id)

    def destroy() -> int:
        return alo.write(
            lambda unit: renewing.destroy_prekeys(
                unit, grace_seconds=grace, acting=alo.acting(NODE_ITSELF)
            )
        )

    before = content(alo)
    counts = []
    with full(alo.database):
        try:
            counts.append(destroy())
        except NOT_WRITTEN:
            assert content(alo) == before
    counts.append(destroy())
    alo.refresh()

    assert sum(counts) == 1
    assert first.prekey.prekey_id not in alo.prekeys


# What people are told


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as opened:
        yield opened


async def test_on_a_full_disk_people_are_told_in_words_that_nothing_was_done(
    counter: Counter,
) -> None:
    token = await counter.enter()
    with full(counter.gate.vault.database):
        answers = [
            await counter.ask(
                commands.OpenCase(
                    case_number=f"ALO-{number}", age_band=AgeBand.ADULT, language="ben"
                ),
                token,
            )
            for number in range(40)
        ]
        listed = await counter.ask(commands.ListCases(), token)
    again = await counter.ask(LONG_CASE, token)

    refused = [answer for answer in answers if answer.status != 200]
    assert refused
    assert {answer.status for answer in refused} == {507}
    assert all(b"The disk did not take it; nothing was done." in a.body for a in refused)
    # Reading goes on, and everything that was answered as done is there.
    assert listed.status == 200
    assert listed.body.count(b"ALO-") == 40 - len(refused)
    assert again.status == 200


# What lies in the mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A node with its mailbox file and its courier."""

    node: Node
    store: MailboxStore
    courier: Courier
    opened: OpenVault

    async def waiting(self) -> int:
        return (await self.store.waiting(self.node.mailbox.mailbox_id)).envelopes


@pytest.fixture
async def carried(bandhan: Node) -> AsyncIterator[Carried]:
    gate = Gate(
        bandhan.folder,
        clock=StandingClock(seconds=bandhan.now),
        entropy=bandhan.entropy,
        cost=PRODUCT_COST,
    )
    opened = OpenVault(
        database=bandhan.database,
        me=bandhan.me,
        mailboxes=(bandhan.mailbox,),
        prekeys=bandhan.prekeys,
    )
    mailbox = NewMailbox(
        mailbox_id=bandhan.mailbox.mailbox_id,
        owner_key=signing_secret(bandhan.mailbox.seed).public,
        deposit_hash=deposit_hash_of(bandhan.mailbox.deposit_secret),
        created=bandhan.now,
    )
    async with open_store(bandhan.folder) as store, aiohttp.ClientSession() as session:
        await store.create(mailbox, ticket=None)
        courier = Courier(
            gate, store, session, patience=Patience(poll_seconds=1), cadence=WHEN_DUE
        )
        yield Carried(node=bandhan, store=store, courier=courier, opened=opened)


async def test_on_a_full_disk_her_no_is_taken_before_what_lies_in_front_of_it_and_the_rest_waits(
    carried: Carried, story: Story
) -> None:
    story.up_to_dossier()
    node, mailbox = carried.node, carried.node.mailbox.mailbox_id
    before = referrals_at(node)
    # A whole batch lies in front of her no, and most of another beside it; there is no room for either.
    envelopes = offers(story.alo, node, 2 * limits.BATCH_ENVELOPES_MAX - 1)
    await carried.store.deposit(mailbox, envelopes)
    story.withdraw()
    story.federation.deliver(story.alo)
    await carried.store.deposit(mailbox, story.federation.box(node))
    lying = await carried.waiting()
    with full(node.database, spare=12):
        await carried.courier.begin(carried.opened)
        behind = set(carried.opened.behind)
        locked = node.rows("SELECT count(*) FROM erasures")
        left = await carried.waiting()
        during = len(referrals_at(node))
    await carried.courier.begin(carried.opened)

    assert (locked, during) == ([(1,)], len(before))
    assert (left, behind) == (lying - 1, {mailbox})
    assert carried.opened.behind == set()
    assert await carried.waiting() == 0
    assert len(referrals_at(node)) == len(before) + len(envelopes)
    assert node.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert node.rows(
        "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
    ) == [(0,)]


async def test_with_a_ballast_her_no_is_taken_out_of_the_mailbox_where_not_one_page_is_left(
    carried: Carried, story: Story
) -> None:
    story.up_to_dossier()
    node, mailbox = carried.node, carried.node.mailbox.mailbox_id
    await carried.store.deposit(mailbox, offers(story.alo, node, limits.BATCH_ENVELOPES_MAX - 1))
    story.withdraw()
    story.federation.deliver(story.alo)
    await carried.store.deposit(mailbox, story.federation.box(node))
    lying = await carried.waiting()
    with full(node.database):
        until_it_is_refused(node, partial(say_something, node, story.alo.node_id))
        kept = with_ballast(node.database, parts=4)
        await carried.courier.begin(carried.opened)
        erased = node.rows(
            "SELECT payload IS NOT NULL FROM messages WHERE type = 'referral.dossier/1'"
        )

    assert (await carried.waiting(), kept.given > 0) == (lying - 1, True)
    assert (erased, node.database.is_erasure_pending) == ([(0,)], False)

"""A message that went as withheld although it had come whole: what was said of it is taken back."""

from pathlib import Path
from typing import Final

import pytest

from node.services import following_up, ledger, renewing
from protocol import limits
from protocol.local import commands, views
from protocol.values import MessageId
from tests.support.federation import Node, done
from tests.support.files import let_go, paper, states_at
from tests.support.restoring import restore, save, tasks_of
from tests.support.story import Story

DOSSIER: Final = "SELECT state, is_withheld FROM outbox WHERE type = 'referral.dossier/1'"
DAY: Final = limits.DAY


def hand_over_bundle(giver: Node, taker: Node) -> None:
    """The taker holds a bundle of this day, so that it can go on sealing."""
    giver.use(renewing.renew_bundle)
    giver.refresh()
    taker.write(
        lambda unit: unit.vault.execute(
            "UPDATE peers SET bundle = ?, bundle_generation = ? WHERE node_id = ?",
            (giver.me.signed_bundle.raw, giver.me.bundle.generation, giver.node_id),
        )
    )
    # No word of it leaves: the two hear nothing of each other.
    giver.write(lambda unit: unit.vault.execute("DELETE FROM outbox WHERE type = 'bundle/1'"))


def take_in_silence(node: Node, envelopes: list[bytes], *, is_answer_lost: bool) -> None:
    """Take what came; the answer waits here, or never arrives."""
    node.take(envelopes)
    envelopes.clear()
    if is_answer_lost:
        node.write(lambda unit: unit.vault.execute("DELETE FROM receipts_due"))


def let_its_time_end(story: Story) -> None:
    """Sixty days go by at the sender, which leaves it once more on the last of them."""
    story.federation.clock.forward(40 * DAY)
    hand_over_bundle(story.bandhan, story.alo)
    hand_over_bundle(story.alo, story.bandhan)
    story.federation.clock.forward(20 * DAY)
    story.federation.deliver(story.alo)


def line_of_dossier(story: Story) -> views.LedgerLine:
    shown = done(story.alo.use(ledger.show_ledger, commands.ShowLedger(case_id=story.case_id)))
    [line] = [one for one in shown.lines if one.fields]
    return line


@pytest.fixture
def sealed(story: Story) -> Story:
    """A dossier under a year's consent lies in Bandhan's mailbox."""
    story.open_case()
    story.agree(days=365)
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.federation.deliver(story.alo)
    return story


@pytest.mark.parametrize(
    "is_answer_lost",
    [pytest.param(True, id="the answer was lost"), pytest.param(False, id="the answer is late")],
)
def test_what_had_come_before_its_time_was_over_is_told_as_arrived(
    sealed: Story, *, is_answer_lost: bool
) -> None:
    box = sealed.federation.box(sealed.bandhan)
    take_in_silence(sealed.bandhan, box, is_answer_lost=is_answer_lost)
    let_its_time_end(sealed)
    told = (sealed.alo.rows(DOSSIER), line_of_dossier(sealed).is_withheld, tasks_of(sealed.alo))
    sealed.settle()
    line = line_of_dossier(sealed)

    assert told[:2] == ([("deposited", 1)], True)
    assert "not_delivered" in told[2]
    assert sealed.alo.rows(DOSSIER) == [("stored", 0)]
    assert (line.is_withheld, line.received_at is not None) == (False, True)
    assert "not_delivered" not in tasks_of(sealed.alo)


def test_what_never_came_whole_is_told_as_missed_for_good(sealed: Story) -> None:
    sealed.federation.box(sealed.bandhan).clear()
    let_its_time_end(sealed)
    sealed.settle()

    assert sealed.alo.rows(DOSSIER) == [("stored", 1)]
    assert line_of_dossier(sealed).is_withheld
    assert line_of_dossier(sealed).is_confirmed
    assert "not_delivered" in tasks_of(sealed.alo)


def ask(story: Story) -> MessageId:
    command = commands.RequestFollowUp(thread=story.thread, due=story.alo.now + DAY)
    ref = done(story.alo.use(following_up.request, command)).ref
    story.federation.deliver(story.alo)
    return MessageId(ref or b"")


def test_as_long_as_one_of_a_conversation_is_missed_a_person_is_told(sealed: Story) -> None:
    sealed.settle()
    box = sealed.federation.box(sealed.bandhan)
    lost = ask(sealed)
    box.clear()
    came = ask(sealed)
    take_in_silence(sealed.bandhan, box, is_answer_lost=True)
    let_its_time_end(sealed)
    sealed.settle()

    withheld = sealed.alo.rows("SELECT message_id FROM outbox WHERE is_withheld = 1")
    assert lost != came
    assert withheld == [(lost,)]
    assert "not_delivered" in tasks_of(sealed.alo)


def test_what_she_took_back_when_it_had_come_already_is_told_as_arrived(sealed: Story) -> None:
    take_in_silence(sealed.bandhan, sealed.federation.box(sealed.bandhan), is_answer_lost=True)
    sealed.withdraw()
    sealed.settle()
    line = line_of_dossier(sealed)

    assert (line.is_withheld, line.received_at is not None) == (False, True)
    assert line.withdrawal is not None
    assert line.withdrawal.erased_at is not None


def test_a_file_that_had_come_when_she_took_it_back_is_told_as_sent(sealed: Story) -> None:
    """What they erase now is what they had; nobody may think that it never left."""
    sealed.settle()
    let_go(sealed, paper(3_000))
    sealed.federation.deliver(sealed.alo)
    take_in_silence(sealed.bandhan, sealed.federation.box(sealed.bandhan), is_answer_lost=True)
    sealed.withdraw()
    told = states_at(sealed.alo, sealed)
    sealed.settle()

    assert told == [("stopped", 0, 1)]
    assert sealed.alo.rows("SELECT state FROM own_files") == [("sent",)]
    # It came, and her yes for it ended.
    assert states_at(sealed.alo, sealed) == [("ended", 1, 1)]


def test_a_file_of_which_nothing_came_stays_stopped(sealed: Story) -> None:
    sealed.settle()
    let_go(sealed, paper(3_000))
    sealed.federation.deliver(sealed.alo)
    sealed.federation.box(sealed.bandhan).clear()
    sealed.withdraw()
    sealed.settle()

    assert states_at(sealed.alo, sealed) == [("stopped", 0, 1)]


def test_a_head_alone_takes_nothing_back(sealed: Story) -> None:
    take_in_silence(sealed.bandhan, sealed.federation.box(sealed.bandhan), is_answer_lost=True)
    let_its_time_end(sealed)
    take_in_silence(sealed.bandhan, sealed.federation.box(sealed.bandhan), is_answer_lost=True)
    sealed.arrive()
    sealed.settle()

    assert sealed.alo.rows(DOSSIER) == [("stored", 1)]
    assert not line_of_dossier(sealed).is_confirmed
    assert "not_delivered" in tasks_of(sealed.alo)


def test_a_restored_node_hears_which_of_its_messages_came_without_their_payload(
    sealed: Story, tmp_path: Path
) -> None:
    sealed.federation.box(sealed.bandhan).clear()
    saved = save(sealed.alo, tmp_path / "saved")
    sealed.withdraw()
    sealed.settle()
    # What it answered then it lets go of after a while, and cannot say again.
    sealed.bandhan.write(
        lambda unit: unit.vault.execute(
            "UPDATE outbox SET payload = NULL WHERE type = 'receipt/1'"
        )
    )
    sealed.federation.clock.forward(DAY)
    restore(sealed.federation, sealed.alo, saved)
    sealed.settle()

    assert sealed.alo.rows(DOSSIER) == [("stored", 1)]

"""An old laptop is switched on again: partners refuse what it says, and it stops speaking."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.services import opening, resuming
from node.vault.database import Database
from protocol import limits
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.builders import entropy
from tests.support.federation import Node, done
from tests.support.restoring import begin_anew, confirm, read_again, restore, save, tasks_of
from tests.support.story import OFFER, Story


@pytest.fixture
def old(story: Story, tmp_path: Path) -> Iterator[Node]:
    """The computer on which Alo worked until it was lost; the new one goes on as `story.alo`."""
    story.up_to_dossier()
    lost = save(story.alo, tmp_path / "lost")
    saved = save(story.alo, tmp_path / "saved")
    found = replace(
        story.alo,
        folder=lost,
        database=Database.open(lost, key=story.alo.key),
        entropy=entropy("the old computer"),
    )
    found.me = found.read(opening.load_me)
    story.federation.clock.forward(limits.HOUR)
    restore(story.federation, story.alo, saved)
    story.settle()
    yield found
    found.database.close()


def speak(story: Story, old: Node) -> None:
    """Somebody works on the old computer as if nothing had happened."""
    story.federation.clock.forward(limits.MINUTE)
    new, story.alo = story.alo, old
    story.offer(replace_month(OFFER))
    story.federation.deliver(old)
    story.alo = new


def replace_month(offer: commands.OfferInput) -> commands.OfferInput:
    return commands.OfferInput(
        service_group=offer.service_group,
        area=offer.area,
        priority=offer.priority,
        month="2027-03",
        answer_by=None,
        asks_about_needs=False,
    )


def hear(story: Story, old: Node) -> None:
    """The old computer opens what the partner answers, which was sealed to a prekey it still has."""
    federation = story.federation
    federation.deliver(story.bandhan)
    box = federation.box(story.alo)
    waiting, box[:] = box[:], []
    old.take(waiting)


@pytest.fixture
def heard(story: Story, tmp_path: Path) -> Iterator[Node]:
    """The same old computer, where the partner has no newer bundle yet: it can open the answer."""
    story.up_to_dossier()
    lost = save(story.alo, tmp_path / "lost")
    found = replace(
        story.alo,
        folder=lost,
        database=Database.open(lost, key=story.alo.key),
        entropy=entropy("the old computer"),
    )
    found.me = found.read(opening.load_me)
    story.federation.clock.forward(limits.HOUR)
    story.alo.use(resuming.begin_epoch)
    story.settle()
    yield found
    found.database.close()


def test_what_an_old_computer_says_is_refused_and_people_see_its_skeleton(
    story: Story, old: Node
) -> None:
    speak(story, old)
    story.federation.collect(story.bandhan)

    assert [code.value for code in story.federation.refused] == ["E_EPOCH_SUPERSEDED"]
    assert story.bandhan.rows("SELECT count(*) FROM referrals") == [(1,)]
    assert "old_computer" in tasks_of(story.bandhan)
    shown = story.bandhan.use(resuming.show_stream, commands.ShowStream(peer=story.alo.node_id))
    assert isinstance(shown, views.StreamView)
    assert [one.code for one in shown.evidence] == ["E_EPOCH_SUPERSEDED", "restored"]
    came = shown.evidence[0].came
    assert came.epoch < shown.evidence[1].came.epoch
    assert came.created > shown.evidence[1].came.created


def test_an_old_computer_that_is_told_stops_speaking_and_says_so(
    story: Story, heard: Node
) -> None:
    speak(story, heard)
    story.federation.collect(story.bandhan)
    hear(story, heard)
    since = len(story.federation.sent)
    speak(story, heard)

    assert story.federation.sent[since:] == []
    assert "other_computer" in tasks_of(heard)


def test_her_no_leaves_also_a_computer_that_was_replaced(story: Story, heard: Node) -> None:
    speak(story, heard)
    story.federation.collect(story.bandhan)
    hear(story, heard)
    new, story.alo = story.alo, heard
    story.withdraw(wanted=WithdrawalWanted.ERASE)
    story.federation.deliver(heard)
    story.alo = new
    story.federation.collect(story.bandhan)

    assert story.bandhan.rows("SELECT state FROM referrals") == [("withdrawn",)]
    assert story.bandhan.rows("SELECT consent_id FROM tombstones") == [(story.consent,)]


def test_a_head_of_a_stream_that_it_never_began_tells_a_computer_that_it_was_replaced(
    story: Story, heard: Node
) -> None:
    confirm(story.bandhan, story.alo)
    story.arrive()
    hear(story, heard)

    assert "other_computer" in tasks_of(heard)


def test_a_supervisor_lets_the_old_computer_take_over_and_it_asks_first(
    story: Story, heard: Node
) -> None:
    confirm(story.bandhan, story.alo)
    story.arrive()
    hear(story, heard)
    story.federation.clock.forward(limits.HOUR)

    done(heard.use(resuming.take_over, commands.TakeOver()))
    begin_anew(heard)
    story.federation.nodes["Alo Shelter"], new = heard, story.alo
    story.settle()
    confirm(story.bandhan, heard)
    story.settle()
    story.federation.nodes["Alo Shelter"] = new

    assert "other_computer" not in tasks_of(heard)
    assert heard.rows("SELECT 1 FROM superseded") == []
    assert heard.rows("SELECT state FROM referrals") == [("arrived",)]
    read_again(heard)
    assert isinstance(new.use(resuming.take_over, commands.TakeOver()), Refused)


def test_nobody_takes_over_where_nobody_was_replaced(story: Story) -> None:
    answer = story.alo.use(resuming.take_over, commands.TakeOver())

    assert isinstance(answer, Refused)
    assert answer.code == "wrong_state"

"""Finding together again by a wrong clock: no stream begins in another year, and no yes of hers ends."""

from pathlib import Path

import pytest

from node import trusted_clock
from node.services import resuming
from protocol import limits
from protocol.consent import ConsentEvent
from protocol.local import commands
from protocol.messages.recovery import ConsentStates, ListedConsent, Resync
from protocol.values import Instant
from protocol.vocabulary.codes import ListedState
from tests.support.federation import Node, code_of, done
from tests.support.forging import forge, place_of
from tests.support.restored import lose, readable
from tests.support.restoring import confirm, save, waits
from tests.support.silence import ask, look_after
from tests.support.story import Story

DAY = limits.DAY
AHEAD = [-20 * DAY, 45 * DAY, 400 * DAY]


def is_in_doubt(node: Node) -> bool:
    return node.read(lambda unit: trusted_clock.is_in_doubt(unit, now=node.now))


def events(node: Node) -> set[str]:
    return {row[0] for row in node.rows("SELECT event FROM consent_events")}


@pytest.mark.parametrize("ahead", [10 * DAY, 50 * DAY])
def test_a_stream_that_begins_while_the_clock_is_in_doubt_is_taken_by_a_clock_that_is_right(
    story: Story, ahead: int
) -> None:
    story.up_to_dossier()
    alo, bandhan = story.alo, story.bandhan
    epoch, _, _ = place_of(alo, bandhan)
    again = Resync(epoch=Instant(epoch), ranges=())
    asked = forge(again, sender=bandhan, recipient=alo, advance=True)
    alo.ahead = ahead
    was_in_doubt = is_in_doubt(alo)
    alo.take([asked])
    begun, _, _ = place_of(alo, bandhan)
    alo.ahead = 0
    said = ask(alo, story.thread, 1)
    story.settle()

    assert was_in_doubt
    assert epoch < begun <= alo.now + limits.CLOCK_SKEW_SECONDS
    assert bandhan.rows("SELECT in_epoch FROM peers WHERE node_id = ?", alo.node_id) == [(begun,)]
    assert bandhan.rows(
        "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    ) == [(bytes(said[0]),)]


@pytest.mark.parametrize("ahead", AHEAD)
def test_nobody_takes_over_by_a_clock_that_is_in_doubt(story: Story, ahead: int) -> None:
    story.up_to_dossier()
    alo, bandhan = story.alo, story.bandhan
    epoch, _, _ = place_of(alo, bandhan)
    newer = Resync(epoch=Instant(epoch + 60), ranges=())
    alo.take([forge(newer, sender=bandhan, recipient=alo, advance=True)])
    alo.ahead = ahead
    in_doubt = alo.use(resuming.take_over, commands.TakeOver())
    kept = place_of(alo, bandhan)[0]
    story.federation.clock.forward(limits.HOUR)
    alo.ahead = 0
    done(alo.use(resuming.take_over, commands.TakeOver()))

    assert code_of(in_doubt) == "clock_in_doubt"
    assert kept == epoch
    assert place_of(alo, bandhan)[0] == alo.now


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_partner_whose_clock_is_wrong_ends_no_yes_of_hers_that_lives(
    story: Story, tmp_path: Path, ahead: int
) -> None:
    story.up_to_dossier()
    alo, bandhan = story.alo, story.bandhan
    story.federation.clock.forward(50 * DAY)
    saved = save(bandhan, tmp_path / "saved")
    lose(story, bandhan, saved)
    alo.ahead = ahead
    was_in_doubt = is_in_doubt(alo)
    story.federation.deliver(bandhan)
    alo.take([*story.federation.box(alo)])
    story.federation.deliver(alo)
    alo.ahead = 0
    story.settle()
    confirm(alo, bandhan)
    story.settle()

    assert was_in_doubt
    assert waits(bandhan, alo) == (False, False)
    for node in (alo, bandhan):
        assert "expired" not in events(node)
        assert node.rows("SELECT DISTINCT state FROM listed_consents") == [
            (int(ListedState.GIVEN),)
        ]
    assert "referral.dossier/1" in readable(bandhan)


def test_what_is_over_by_its_date_each_side_reckons_itself(story: Story) -> None:
    story.up_to_dossier()
    alo, bandhan = story.alo, story.bandhan

    def say_that_it_is_over() -> None:
        told = ListedConsent(
            consent_id=story.consent, state=ListedState.EXPIRED, since=Instant(alo.now)
        )
        epoch, _, _ = place_of(bandhan, alo)
        states = ConsentStates(epoch=Instant(epoch), consents=(told,), part=1, parts=1, receipts=0)
        bandhan.take([forge(states, sender=alo, recipient=bandhan, advance=True)])

    say_that_it_is_over()
    early = (events(bandhan), readable(bandhan))
    story.federation.clock.forward(91 * DAY)
    look_after(bandhan)
    say_that_it_is_over()

    assert "expired" not in early[0]
    assert "referral.dossier/1" in early[1]
    assert ConsentEvent.EXPIRED.value in events(bandhan)
    assert "referral.dossier/1" not in readable(bandhan)

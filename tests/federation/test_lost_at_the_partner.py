"""A partner lost its computer: what it had goes again, and of what cannot go by itself a person is told."""

from pathlib import Path
from typing import Final

import pytest

from node.vault.tables import consents
from protocol import limits
from protocol.consent import ConsentEvent
from tests.support import backups
from tests.support.files import let_go, paper
from tests.support.restored import lose, lose_and_restore, readable
from tests.support.restoring import confirm, save, tasks_of
from tests.support.silence import ask
from tests.support.story import Story

PART: Final = "SELECT status, code FROM messages WHERE type = 'blob.chunk/1'"
COPIES: Final = "SELECT consent_id FROM consents WHERE is_issued_here = 0 AND is_unlisted = 0"


def find_together(story: Story, saved: Path) -> None:
    """Bandhan is restored, and somebody at Alo phoned."""
    lose(story, story.bandhan, saved)
    story.settle()
    confirm(story.alo, story.bandhan)
    story.settle()


@pytest.mark.parametrize("has_file", [False, True], ids=["a dossier alone", "and a file"])
def test_a_file_that_a_restored_partner_lost_is_to_be_attached_again_by_a_person(
    story: Story,
    tmp_path: Path,
    has_file: bool,  # noqa: FBT001  (a parameter of the table above)
) -> None:
    story.up_to_dossier()
    if has_file:
        let_go(story, paper(3_000))
        story.settle()
    find_together(story, save(story.bandhan, tmp_path / "saved"))

    assert readable(story.bandhan) == ["referral.dossier/1"]
    assert ("tell_again" in tasks_of(story.alo)) == has_file


def test_a_file_under_a_yes_that_is_over_is_asked_for_by_nobody(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    let_go(story, paper(3_000))
    story.settle()
    story.withdraw()
    story.settle()
    find_together(story, save(story.bandhan, tmp_path / "saved"))

    assert "tell_again" not in tasks_of(story.alo)


def test_her_yes_to_hear_of_her_goes_again_also_where_the_dossier_may_not(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    saved = save(story.bandhan, tmp_path / "saved")
    way_back = story.agree_way_back()
    story.dossier()
    story.settle()
    before = story.bandhan.rows(COPIES)
    # She keeps the way back: they may still tell how she is.
    story.alo.write(
        lambda unit: consents.add_event(
            unit.vault, story.consent, ConsentEvent.EXPIRED, by=None, now=story.alo.now
        )
    )
    find_together(story, saved)

    assert (bytes(way_back),) in before
    assert (bytes(way_back),) in story.bandhan.rows(COPIES)
    assert readable(story.bandhan) == []


def test_of_what_waited_for_its_turn_and_was_lost_nobody_says_that_she_withdrew(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    federation, alo, bandhan = story.federation, story.alo, story.bandhan
    ask(alo, story.thread, 1)
    federation.deliver(alo)
    federation.box(bandhan).clear()
    let_go(story, paper(3_000))
    federation.deliver(alo)
    federation.collect(bandhan)
    before = bandhan.rows(PART)
    taken = backups.take(bandhan.database, tmp_path, now=bandhan.now)
    federation.clock.forward(limits.HOUR)
    lose_and_restore(bandhan, taken)
    story.settle()
    confirm(alo, bandhan)
    for _ in range(2):
        federation.clock.forward(limits.DAY + 1)
        story.settle()

    assert before == [("early", None)]
    assert bandhan.rows(PART) == [("withheld", None)]
    assert alo.rows("SELECT code FROM outbox WHERE type = 'blob.chunk/1'") == [(None,)]
    assert "tell_again" in tasks_of(alo)

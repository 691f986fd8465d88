"""What she withdrew stays withdrawn, whichever laptop is lost, and whenever its backup was made."""

from pathlib import Path

from protocol import limits
from protocol.local.views import Refused
from tests.support.restored import lose, readable
from tests.support.restoring import confirm, save, tasks_of
from tests.support.story import Story


def test_restored_to_before_a_withdrawal_nothing_of_it_is_shown_before_the_list_came_and_nothing_after(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    story.withdraw()
    story.settle()

    lose(story, story.bandhan, saved)
    before = readable(story.bandhan)
    story.settle()
    confirm(story.alo, story.bandhan)
    story.settle()

    assert (before, readable(story.bandhan)) == ([], [])
    assert story.bandhan.rows("SELECT state FROM referrals") == [("withdrawn",)]
    assert story.bandhan.rows(
        "SELECT count(*) FROM tombstones WHERE consent_id = ?", story.consent
    ) == [(1,)]
    assert story.bandhan.rows("SELECT 1 FROM messages WHERE payload IS NOT NULL AND consent IN"
        " (SELECT hash FROM consents WHERE consent_id = ?)", story.consent) == []  # fmt: skip


def test_restored_to_before_a_grant_that_was_withdrawn_the_grant_is_refused_for_ever(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    saved = save(story.bandhan, tmp_path / "saved")
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.withdraw()
    story.settle()

    lose(story, story.bandhan, saved)
    story.settle()
    confirm(story.alo, story.bandhan)
    story.settle()

    assert story.bandhan.rows("SELECT consent_id FROM tombstones") == [(story.consent,)]
    assert readable(story.bandhan) == []


def test_a_holder_that_was_restored_stops_sharing_what_she_withdrew_at_the_other_side(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.alo, tmp_path / "saved")
    story.withdraw(at=story.bandhan)
    story.settle()

    lose(story, story.alo, saved)
    story.settle()
    confirm(story.bandhan, story.alo)
    story.settle()

    again = story.preview_offer()
    assert isinstance(again, Refused)
    assert again.code == "E_CONSENT_WITHDRAWN"
    assert "hear_it_from_her" in tasks_of(story.alo)


def test_a_dossier_that_was_under_way_when_the_laptop_was_lost_never_arrives_after_her_no(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    saved = save(story.bandhan, tmp_path / "saved")
    story.dossier()
    story.federation.deliver(story.alo)

    lose(story, story.bandhan, saved)
    story.withdraw()
    story.settle()
    confirm(story.alo, story.bandhan)
    story.federation.clock.forward(2 * limits.DAY)
    story.settle()

    assert readable(story.bandhan) == []
    assert story.bandhan.rows("SELECT status FROM messages WHERE type = 'referral.dossier/1'") == [
        ("withheld",)
    ]


def test_a_consent_of_which_the_partner_never_heard_is_not_in_the_list(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    unknown = story.agree()
    saved = save(story.bandhan, tmp_path / "saved")

    lose(story, story.bandhan, saved)
    story.settle()

    assert story.bandhan.rows("SELECT count(*) FROM listed_consents") == [(0,)]
    assert story.alo.rows("SELECT 1 FROM listed_consents WHERE consent_id = ?", unknown) == []


def test_a_consent_that_its_issuer_lost_too_is_not_used_until_it_comes_again(
    story: Story, tmp_path: Path
) -> None:
    empty = save(story.alo, tmp_path / "saved at alo")
    story.up_to_dossier()
    lose(story, story.alo, empty)
    story.settle()
    saved = save(story.bandhan, tmp_path / "saved")

    lose(story, story.bandhan, saved)
    story.settle()
    confirm(story.alo, story.bandhan)
    story.settle()

    assert story.bandhan.rows("SELECT consent_id, is_unlisted FROM consents ORDER BY 1") == sorted(
        [(story.consent, 1), (story.way_back, 1)]
    )
    assert readable(story.bandhan) == []


def test_the_list_names_what_she_withdrew_and_what_she_still_allows(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    story.withdraw()
    story.settle()

    lose(story, story.bandhan, saved)
    story.settle()

    assert story.bandhan.rows(
        "SELECT consent_id, state FROM listed_consents ORDER BY 1"
    ) == sorted([(story.consent, 4), (story.way_back, 1)])

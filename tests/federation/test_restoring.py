"""A restored node finds together with its partners again: nothing is lost, nothing withdrawn comes back."""

from pathlib import Path

from node.services import casework
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.federation import done
from tests.support.restored import ask, lose, readable, sent, types_to
from tests.support.restoring import confirm, save, tasks_of, waits
from tests.support.story import HER_WORDS, Story

# What waits, and until when


def test_a_restored_node_is_answered_with_every_consent_and_waits_no_longer(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")

    lose(story, story.bandhan, saved)
    before = waits(story.bandhan, story.alo)
    story.settle()

    assert before == (True, False)
    assert waits(story.bandhan, story.alo) == (False, False)
    assert waits(story.alo, story.bandhan) == (False, True)
    assert "confirm_restored" in tasks_of(story.alo)
    assert story.bandhan.rows(
        "SELECT consent_id, state FROM listed_consents ORDER BY 1"
    ) == sorted([(story.consent, 1), (story.way_back, 1)])


def test_until_the_list_has_come_nothing_about_anybody_leaves_a_restored_node(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    lose(story, story.bandhan, saved)
    story.arrive()
    since = len(sent(story))

    story.federation.deliver(story.bandhan)

    assert types_to(story, story.alo, since=since) == {"hello/1", "bundle/1"}
    [(state,)] = story.bandhan.rows("SELECT state FROM outbox WHERE type = 'referral.arrived/1'")
    assert state == "queued"


def test_until_the_list_has_come_nothing_of_the_partner_is_shown_or_found(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    [(case_id, number)] = story.bandhan.rows("SELECT case_id, case_number FROM cases")
    about = [
        commands.ShowCase(case_id=case_id),
        commands.LookAtCase(case_id=case_id, with_names=False, with_identity=False),
        commands.ShowReferral(thread=story.thread),
        commands.ShowLedger(case_id=case_id),
        commands.ReportArrival(thread=story.thread, at=story.bandhan.now),
    ]

    lose(story, story.bandhan, saved)
    answers = [ask(story.bandhan, command) for command in about]
    today = ask(story.bandhan, commands.ShowToday())
    cases = ask(story.bandhan, commands.ListCases())
    found = ask(story.bandhan, commands.Search(words=number))
    listed = ask(story.bandhan, commands.ListReferrals(is_ours=None))

    assert [one.code for one in answers if isinstance(one, Refused)] == ["state_awaited"] * 5
    assert isinstance(today, views.Today)
    assert today.cases.total == 0
    assert {task.task for task in today.tasks} == {"state_awaited"}
    assert isinstance(cases, views.Cases)
    assert (cases.cases, cases.count) == ([], 0)
    assert isinstance(found, views.Found)
    assert (found.cases, found.messages) == ([], [])
    assert isinstance(listed, views.Referrals)
    assert listed.referrals == []


def test_once_the_list_has_come_the_case_is_shown_again(story: Story, tmp_path: Path) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    lose(story, story.bandhan, saved)

    story.settle()

    shown = story.bandhan.use(casework.list_cases)
    assert shown.count == 1
    assert "state_awaited" not in tasks_of(story.bandhan)


def test_her_own_case_stays_open_on_a_restored_node_and_she_can_withdraw_there(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.alo, tmp_path / "saved")
    lose(story, story.alo, saved)
    since = len(sent(story))

    looked = ask(story.alo, commands.ShowCase(case_id=story.case_id))
    withdrawn = ask(
        story.alo,
        commands.WithdrawConsent(consent_id=story.consent, wanted=WithdrawalWanted.ERASE),
    )
    story.federation.deliver(story.alo)

    assert isinstance(looked, views.CaseView)
    assert isinstance(withdrawn, views.Done)
    assert "consent.withdrawn/1" in types_to(story, story.bandhan, since=since)


# Nothing that a partner still has is lost


def test_a_restored_node_gets_the_dossier_again_once_somebody_phoned(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    lose(story, story.bandhan, saved)
    story.settle()
    before = readable(story.bandhan)

    confirm(story.alo, story.bandhan)
    story.settle()

    assert before == []
    assert readable(story.bandhan) == ["referral.dossier/1"]
    assert waits(story.alo, story.bandhan) == (False, False)


def test_a_node_that_lost_its_own_yes_gets_offer_and_dossier_again(
    story: Story, tmp_path: Path
) -> None:
    saved = save(story.bandhan, tmp_path / "saved")
    story.up_to_dossier()

    lose(story, story.bandhan, saved)
    story.settle()
    awaited = waits(story.bandhan, story.alo)[0]
    confirm(story.alo, story.bandhan)
    story.settle()

    # The list did not wait for what is sent again only after the call.
    assert not awaited
    assert story.bandhan.rows("SELECT state FROM referrals") == [("dossier_sent",)]
    assert readable(story.bandhan) == ["referral.dossier/1"]


def test_what_was_erased_comes_again_withheld_and_its_place_is_kept(
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
    story.settle()

    lose(story, story.bandhan, saved)
    story.settle()
    confirm(story.alo, story.bandhan)
    story.settle()

    came = story.bandhan.rows(
        "SELECT status, payload IS NULL FROM messages WHERE type = 'referral.dossier/1'"
        " ORDER BY sequence"
    )
    assert came == [("withheld", 1), ("applied", 0)]


def test_a_dossier_of_a_case_that_was_changed_since_waits_for_a_person(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_dossier()
    saved = save(story.bandhan, tmp_path / "saved")
    changed = commands.RecordFacts(case_id=story.case_id, facts={"skills": ["weaving"]})
    done(story.alo.use(casework.record_facts, changed))

    lose(story, story.bandhan, saved)
    story.settle()
    confirm(story.alo, story.bandhan)
    story.settle()

    assert readable(story.bandhan) == []
    assert "tell_again" in tasks_of(story.alo)


def test_words_that_only_the_lost_computer_had_are_asked_of_whoever_told_them(
    story: Story, tmp_path: Path
) -> None:
    story.up_to_reports()
    saved = save(story.alo, tmp_path / "saved")

    lose(story, story.alo, saved)
    story.settle()
    confirm(story.bandhan, story.alo)
    story.settle()

    assert HER_WORDS not in str(story.alo.rows("SELECT text FROM search_texts"))
    assert "tell_again" in tasks_of(story.bandhan)


def test_what_the_lost_computer_had_left_and_nobody_had_taken_leaves_again_once(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    saved = save(story.alo, tmp_path / "saved")
    story.federation.box(story.bandhan).clear()

    lose(story, story.alo, saved)
    story.settle()
    confirm(story.bandhan, story.alo)
    story.settle()

    assert story.bandhan.rows("SELECT state FROM referrals") == [("offered",)]
    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [
        ("stored",)
    ]
    assert story.federation.refused == []


def test_what_the_partner_had_taken_meanwhile_does_not_leave_twice(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    saved = save(story.alo, tmp_path / "saved")
    story.settle()

    lose(story, story.alo, saved)
    since = len(sent(story))
    story.settle()

    assert "referral.offer/1" not in types_to(story, story.bandhan, since=since)
    assert story.bandhan.rows("SELECT count(*) FROM referrals") == [(1,)]
    assert story.alo.rows("SELECT state FROM outbox WHERE type = 'referral.offer/1'") == [
        ("stored",)
    ]


def test_a_message_of_the_lost_computer_that_comes_late_is_left_once_more_by_the_restored_one(
    story: Story, tmp_path: Path
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.deliver(story.alo)
    saved = save(story.alo, tmp_path / "saved")
    late = story.federation.box(story.bandhan)[:]
    story.federation.box(story.bandhan).clear()

    lose(story, story.alo, saved)
    story.federation.deliver(story.alo)
    story.federation.collect(story.bandhan)
    story.federation.box(story.bandhan).extend(late)
    story.settle()
    confirm(story.bandhan, story.alo)
    story.settle()

    assert story.bandhan.rows("SELECT state FROM referrals") == [("offered",)]
    assert "old_computer" in tasks_of(story.bandhan)
    assert "other_computer" not in tasks_of(story.alo)


# Nothing that was withdrawn comes back

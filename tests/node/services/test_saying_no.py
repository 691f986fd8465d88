"""At the second asking she may say no: it stays with the one who asked, and nothing personal leaves."""

from typing import Any, Final

import pytest

from node.services import consenting, reading, resuming
from protocol.effects import Task
from protocol.local import commands, views
from tests.support.federation import Node, code_of, done
from tests.support.story import Story

REFUSED: Final = [("given",), ("refused",)]


def refuse(story: Story, *, at: Node | None = None) -> Any:  # noqa: ANN401  (an answer or a no)
    command = commands.RefuseConsent(consent_id=story.way_back)
    return (at or story.bandhan).use(consenting.refuse_consent, command)


def events(node: Node, consent: bytes) -> list[tuple[Any, ...]]:
    return node.rows(
        "SELECT event FROM consent_events WHERE consent_id = ? ORDER BY number", consent
    )


def tasks(node: Node) -> list[str]:
    return [task.task for task in node.use(reading.list_tasks).tasks]


def consent_at(story: Story, node: Node) -> views.ConsentView:
    shown = done(node.use(reading.show_referral, commands.ShowReferral(thread=story.thread)))
    (found,) = (one for one in shown.consents if one.consent_id == story.way_back)
    return found


def outgoing(node: Node) -> list[tuple[Any, ...]]:
    return node.rows("SELECT type FROM outbox WHERE type != 'receipt/1' ORDER BY queued_at, type")


def test_her_no_is_recorded_and_ends_the_asking(story: Story) -> None:
    story.up_to_dossier()
    before = tasks(story.bandhan)

    done(refuse(story))

    assert events(story.bandhan, story.way_back) == REFUSED
    assert (Task.CONFIRM_WITH_HER in before, Task.CONFIRM_WITH_HER in tasks(story.bandhan)) == (
        True,
        False,
    )
    consent = consent_at(story, story.bandhan)
    assert (consent.state, consent.is_refused, consent.is_confirmed) == ("withdrawn", True, False)


def test_the_one_she_refused_never_learns_of_it(story: Story) -> None:
    story.up_to_dossier()
    before = outgoing(story.bandhan), events(story.alo, story.way_back), tasks(story.alo)

    done(refuse(story))
    story.settle()

    assert (outgoing(story.bandhan), events(story.alo, story.way_back), tasks(story.alo)) == before
    assert consent_at(story, story.alo).state == "unconfirmed"


def test_after_her_no_a_report_says_that_she_was_seen_and_no_more(story: Story) -> None:
    story.up_to_dossier()
    story.arrive()
    story.settle()
    done(refuse(story))

    sent = story.report()
    story.settle()

    assert (sent.with_her_words, sent.refusal) == (False, "E_CONSENT_WITHDRAWN")
    assert story.alo.rows(
        "SELECT count(*) FROM messages WHERE type = 'followup.report/1' AND consent IS NOT NULL"
    ) == [(0,)]
    assert story.alo.rows("SELECT was_seen FROM follow_ups") == [(1,)]


def test_a_no_is_not_turned_into_a_yes(story: Story) -> None:
    story.up_to_dossier()
    done(refuse(story))
    command = commands.ConfirmConsent(consent_id=story.way_back)

    assert code_of(story.bandhan.use(consenting.confirm_consent, command)) == "wrong_state"
    assert events(story.bandhan, story.way_back) == REFUSED


def test_saying_no_twice_is_saying_it_once(story: Story) -> None:
    story.up_to_dossier()

    assert [refuse(story), refuse(story)] == [views.Done(), views.Done()]
    assert events(story.bandhan, story.way_back) == REFUSED


def test_what_she_confirmed_she_withdraws_and_does_not_refuse(story: Story) -> None:
    story.up_to_dossier()
    story.confirm()

    assert code_of(refuse(story)) == "wrong_state"


def test_only_the_holder_of_a_consent_that_needs_it_records_her_no(story: Story) -> None:
    story.up_to_dossier()
    care = commands.RefuseConsent(consent_id=story.consent)
    missing = commands.RefuseConsent(consent_id=bytes(16))

    assert code_of(refuse(story, at=story.alo)) == "wrong_state"
    assert code_of(story.bandhan.use(consenting.refuse_consent, care)) == "wrong_state"
    assert code_of(story.bandhan.use(consenting.refuse_consent, missing)) == "not_found"


def test_she_may_still_withdraw_so_that_they_know(story: Story) -> None:
    story.up_to_dossier()
    done(refuse(story))

    story.withdraw(story.way_back, at=story.bandhan)
    story.settle()

    assert consent_at(story, story.alo).state == "withdrawn"
    assert consent_at(story, story.bandhan).is_refused is False


@pytest.mark.parametrize("has_refused", [True, False])
def test_a_partner_that_begins_anew_is_not_told_of_her_no(
    story: Story, *, has_refused: bool
) -> None:
    story.up_to_dossier()
    if has_refused:
        done(refuse(story))
    story.federation.clock.forward(60)
    alo = story.alo
    alo.write(lambda unit: resuming.begin_epoch(unit, me=alo.me, acting=alo.acting()))
    story.settle()

    assert consent_at(story, story.alo).state == "unconfirmed"

"""What is over asks for nobody any more: after she withdrew, at either desk, on either side."""

from typing import Final

import pytest

from node.services import following_up, overview, reading
from protocol.effects import Task
from protocol.local import commands
from tests.support.federation import Node, done
from tests.support.story import Story

DAY: Final = 86_400
FOR_HER_SAKE: Final = {
    Task.TELL_HER_WHO_AND_WHEN,
    Task.REPORT_TO_READ,
    Task.FOLLOW_UP_DUE,
    Task.OFFER_TO_ANSWER,
    Task.QUESTION_TO_ANSWER,
    Task.DOSSIER_TO_SEND,
    Task.DOSSIER_TO_READ,
}
"""What is asked of people so that the referral goes on."""


def asked(node: Node) -> set[Task]:
    """What Today asks about her, but for the news that she withdrew."""
    found = {Task(task.task) for task in node.use(reading.list_tasks).tasks}
    return found & (FOR_HER_SAKE | {Task.CONFIRM_WITH_HER})


def follow_ups_today(node: Node) -> int:
    return len(node.use(overview.show_today, commands.ShowToday()).follow_ups)


def request(story: Story) -> None:
    command = commands.RequestFollowUp(thread=story.thread, due=story.alo.now + 5 * DAY)
    done(story.alo.use(following_up.request, command))


def up_to_the_dossier_and_a_request(story: Story) -> None:
    """Alo is to tell her who expects her; Bandhan is to read, to hear her and to see her."""
    story.up_to_dossier()
    request(story)
    story.settle()


def desk(story: Story, name: str) -> Node:
    return story.alo if name == "alo" else story.bandhan


@pytest.mark.parametrize("where", ["alo", "bandhan"])
def test_after_she_withdrew_nobody_is_asked_to_go_on(story: Story, where: str) -> None:
    up_to_the_dossier_and_a_request(story)
    before = (asked(story.alo), asked(story.bandhan))

    story.withdraw(at=desk(story, where))
    story.settle()

    assert before == (
        {Task.TELL_HER_WHO_AND_WHEN},
        {Task.DOSSIER_TO_READ, Task.FOLLOW_UP_DUE, Task.CONFIRM_WITH_HER},
    )
    # What they may tell us is a consent of its own, which she did not withdraw.
    assert (asked(story.alo), asked(story.bandhan)) == (set(), {Task.CONFIRM_WITH_HER})


@pytest.mark.parametrize("where", ["alo", "bandhan"])
def test_after_she_withdrew_nobody_is_asked_to_read_how_she_is(story: Story, where: str) -> None:
    story.up_to_reports()
    before = asked(story.alo)

    story.withdraw(at=desk(story, where))
    story.settle()

    assert Task.REPORT_TO_READ in before
    assert asked(story.alo) == set()


@pytest.mark.parametrize("where", ["alo", "bandhan"])
def test_a_report_that_she_takes_back_is_not_waited_for_though_the_referral_goes_on(
    story: Story, where: str
) -> None:
    story.up_to_reports()
    before = asked(story.alo)

    story.withdraw(story.way_back, at=desk(story, where))
    story.settle()

    assert (Task.REPORT_TO_READ in before, Task.REPORT_TO_READ in asked(story.alo)) == (
        True,
        False,
    )


@pytest.mark.parametrize("where", ["alo", "bandhan"])
def test_a_consent_that_she_took_back_is_not_asked_about_any_more(
    story: Story, where: str
) -> None:
    story.up_to_dossier()
    before = asked(story.bandhan)

    story.withdraw(story.way_back, at=desk(story, where))
    story.settle()

    assert Task.CONFIRM_WITH_HER in before
    assert Task.CONFIRM_WITH_HER not in asked(story.bandhan)


def test_a_follow_up_of_a_referral_she_ended_is_not_for_today_and_stays_in_its_list(
    story: Story,
) -> None:
    up_to_the_dossier_and_a_request(story)
    before = (follow_ups_today(story.alo), follow_ups_today(story.bandhan))

    story.withdraw()
    story.settle()

    assert before == (1, 1)
    assert (follow_ups_today(story.alo), follow_ups_today(story.bandhan)) == (0, 0)
    listed = story.bandhan.use(overview.list_follow_ups, commands.ListFollowUps())
    assert [line.is_open for line in listed.lines] == [True]


def test_once_she_has_arrived_nobody_is_asked_to_tell_her_who_expects_her(story: Story) -> None:
    story.up_to_dossier()
    before = asked(story.alo)

    story.arrive()
    story.settle()

    assert (before, asked(story.alo)) == ({Task.TELL_HER_WHO_AND_WHEN}, set())

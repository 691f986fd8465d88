"""Today and the follow-ups: everything that needs a person, in its order, with the names of today."""

from typing import Final

import pytest

from node.services import answering, following_up, overview, reading, referring
from node.vault.tables import desk
from node.vault.unit import Unit
from protocol.effects import Task
from protocol.local import commands, views
from protocol.values import later
from protocol.vocabulary.codes import AnswerCode, CaseStatus, Question, RecallReason, SeenHow
from tests.support.federation import Node, code_of, done
from tests.support.story import Story

DAY: Final = 86_400


def today(node: Node) -> views.Today:
    return node.use(overview.show_today, commands.ShowToday())


def follow_ups(node: Node) -> views.FollowUps:
    return node.use(overview.list_follow_ups, commands.ListFollowUps())


def put(node: Node, story: Story, *tasks: Task) -> None:
    def job(unit: Unit) -> None:
        for place, task in enumerate(tasks):
            desk.insert_task(
                unit.vault,
                task=task.value,
                peer=story.bandhan.node_id,
                thread=None,
                due=later(node.now, place),
                now=node.now,
            )

    node.write(job)


def finish(node: Node, task_id: int) -> object:
    return node.use(overview.finish_task, commands.FinishTask(task_id=task_id))


def test_who_waits_comes_first_then_promises_then_news(story: Story) -> None:
    put(story.alo, story, Task.REPORT_TO_READ, Task.FOLLOW_UP_DUE, Task.OFFER_TO_ANSWER)
    shown = today(story.alo)

    assert [(task.task, task.kind) for task in shown.tasks] == [
        ("offer_to_answer", "waiting"),
        ("follow_up_due", "promise"),
        ("report_to_read", "news"),
    ]
    assert (shown.waiting, shown.promises, shown.news) == (1, 1, 1)
    assert shown.tasks == story.alo.use(reading.list_tasks).tasks


def test_a_task_names_the_organisation_and_our_own_case_only(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    [theirs] = today(story.bandhan).tasks
    story.accept()
    story.settle()
    ours = today(story.alo).tasks

    assert (theirs.task, theirs.peer_name, theirs.case_number) == (
        "offer_to_answer",
        "Alo Shelter",
        None,
    )
    assert {(task.peer_name, task.case_number, task.case_id) for task in ours} == {
        ("Bandhan", "ALO-17", story.case_id)
    }


def test_a_task_that_no_act_ends_is_done_when_a_person_says_so(story: Story) -> None:
    put(story.alo, story, Task.WITHDRAWAL_ARRIVED)
    [task] = today(story.alo).tasks
    done(finish(story.alo, task.task_id))

    assert task.is_done_by_saying
    assert today(story.alo).tasks == []
    assert code_of(finish(story.alo, task.task_id)) == "not_found"
    assert story.alo.rows("SELECT event FROM audit ORDER BY number DESC LIMIT 1") == [
        ("task.done",)
    ]


def test_a_task_that_an_act_ends_is_not_done_by_saying_so(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    [task] = today(story.bandhan).tasks

    assert not task.is_done_by_saying
    assert code_of(finish(story.bandhan, task.task_id)) == "wrong_state"
    assert today(story.bandhan).waiting == 1


def test_an_answered_question_waits_no_longer(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    put_question(story)
    before = [task.task for task in today(story.alo).tasks]
    answer = commands.AnswerQuestion(
        thread=story.thread, question=Question.LANGUAGE, answer=AnswerCode.YES
    )
    done(story.alo.use(referring.answer_question, answer))

    assert (before, today(story.alo).tasks) == (["question_to_answer"], [])


def put_question(story: Story) -> None:
    ask = commands.AskAboutOffer(thread=story.thread, question=Question.LANGUAGE)
    done(story.bandhan.use(answering.ask, ask))
    story.settle()


def test_an_offer_that_was_taken_back_waits_for_nobody(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    before = today(story.bandhan).waiting
    recall = commands.RecallOffer(thread=story.thread, reason=RecallReason.OTHER)
    done(story.alo.use(referring.recall_offer, recall))
    story.settle()

    assert (before, today(story.bandhan).waiting) == (1, 0)


def test_asking_her_again_may_be_put_away_after_she_ended_the_referral(story: Story) -> None:
    story.up_to_dossier()
    [before] = [task for task in today(story.bandhan).tasks if task.task == "confirm_with_her"]
    story.withdraw()
    story.settle()
    [task] = [task for task in today(story.bandhan).tasks if task.task == "confirm_with_her"]

    assert (before.is_done_by_saying, task.is_done_by_saying) == (False, True)
    assert finish(story.bandhan, task.task_id) == views.Done()


def test_a_confirmed_consent_is_not_asked_about_again(story: Story) -> None:
    story.up_to_dossier()
    before = [task.task for task in today(story.bandhan).tasks]
    story.confirm()

    assert "confirm_with_her" in before
    assert "confirm_with_her" not in [task.task for task in today(story.bandhan).tasks]


def request(story: Story, due: int) -> bytes:
    asked = commands.RequestFollowUp(thread=story.thread, due=due)
    ref = done(story.alo.use(following_up.request, asked)).ref
    assert ref is not None
    story.settle()
    return ref


def report(story: Story, follow_up: bytes) -> None:
    seen = commands.ReportFollowUp(
        thread=story.thread,
        follow_up=follow_up,
        at=story.bandhan.now,
        seen=SeenHow.PHONE,
        not_seen=None,
        facts={},
        sentences=[],
    )
    done(story.bandhan.use(following_up.report, seen))
    story.settle()


def test_a_reported_follow_up_is_promised_no_longer_while_another_one_is(story: Story) -> None:
    story.up_to_dossier()
    first, second = (request(story, story.alo.now + days * DAY) for days in (3, 9))
    promises = [today(story.bandhan).promises]
    for follow_up in (first, second):
        report(story, follow_up)
        promises.append(today(story.bandhan).promises)

    assert promises == [1, 1, 0]


def test_follow_ups_are_counted_by_their_day_and_closed_ones_are_last(story: Story) -> None:
    story.up_to_dossier()
    now = story.alo.now
    made = {days: request(story, now + days * DAY) for days in (7, -1, 0, 6, 29, 30)}
    report(story, made[0])
    shown = follow_ups(story.alo)

    assert [line.follow_up for line in shown.lines] == [
        made[days] for days in (-1, 6, 7, 29, 30, 0)
    ]
    assert [line.is_open for line in shown.lines] == [True] * 5 + [False]
    assert (shown.late, shown.in_7_days, shown.in_30_days) == (1, 1, 3)
    assert {(line.peer_name, line.case_number) for line in shown.lines} == {("Bandhan", "ALO-17")}
    assert [line.follow_up for line in today(story.alo).follow_ups] == [made[-1], made[6]]


def test_where_she_withdrew_a_follow_up_is_nobodys_promise_any_more(story: Story) -> None:
    story.up_to_dossier()
    made = {days: request(story, story.alo.now + days * DAY) for days in (-1, 3, 20)}
    before = [follow_ups(node) for node in (story.alo, story.bandhan)]
    story.withdraw()
    story.settle()
    after = [follow_ups(node) for node in (story.alo, story.bandhan)]

    for shown, has_withdrawn in ((before, False), (after, True)):
        for one in shown:
            assert [(line.follow_up, line.has_withdrawn) for line in one.lines] == [
                (made[days], has_withdrawn) for days in (-1, 3, 20)
            ]
    assert [(one.late, one.in_7_days, one.in_30_days) for one in after] == [(0, 0, 0)] * 2


def test_a_closed_follow_up_is_shown_for_thirty_days(story: Story) -> None:
    story.up_to_dossier()
    report(story, request(story, story.alo.now))
    counts = []
    for seconds in (30 * DAY, 1):
        story.federation.clock.forward(seconds)
        counts.append(len(follow_ups(story.alo).lines))

    assert counts == [1, 0]


@pytest.mark.parametrize(("days", "is_shown"), [(14, True), (15, False)])
def test_a_consent_that_ends_within_fourteen_days_is_shown(
    story: Story,
    days: int,
    is_shown: bool,  # noqa: FBT001
) -> None:
    story.open_case()
    story.agree(days=days)
    ending = today(story.alo).consents

    assert [(one.case_number, one.peer_name) for one in ending] == [
        ("ALO-17", "Bandhan")
    ] * is_shown


def test_a_consent_that_she_withdrew_or_that_ended_is_not_asked_for_again(story: Story) -> None:
    story.open_case()
    story.agree(days=10)
    story.agree(days=1)
    story.withdraw(story.consent)
    shown = [len(today(story.alo).consents)]
    story.federation.clock.forward(10 * DAY)
    shown.append(len(today(story.alo).consents))

    assert shown == [1, 0]


def test_what_waits_is_counted_by_organisation(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    [waiting] = today(story.alo).unsent
    [line] = story.alo.use(reading.list_outbox).items

    assert (waiting.peer_name, waiting.count, waiting.oldest) == ("Bandhan", 1, story.alo.now)
    assert (line.peer_name, line.case_number, line.due) == ("Bandhan", "ALO-17", story.alo.now)
    story.settle()
    assert today(story.alo).unsent == []


def test_cases_are_counted_without_the_closed_ones(story: Story) -> None:
    for number in ("ALO-1", "ALO-2", "ALO-3"):
        story.open_case(number=number)
    story.alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE cases SET status = ? WHERE case_number = 'ALO-2'", (CaseStatus.CLOSED.value,)
        )
    )
    story.alo.write(
        lambda unit: unit.vault.execute(
            "UPDATE cases SET owner = ? WHERE case_number = 'ALO-3'", (bytes(16),)
        )
    )

    assert today(story.alo).cases == views.CaseCounts(total=3, open=2, mine=1)


def test_referrals_are_listed_by_direction_and_say_whose_turn_it_is(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()

    def lines(node: Node, is_ours: bool | None) -> list[tuple[str, str | None, bool]]:  # noqa: FBT001
        shown = node.use(reading.list_referrals, commands.ListReferrals(is_ours=is_ours))
        return [(line.peer_name, line.case_number, line.waits_for_us) for line in shown.referrals]

    assert [lines(story.alo, way) for way in (None, True, False)] == [
        [("Bandhan", "ALO-17", False)],
        [("Bandhan", "ALO-17", False)],
        [],
    ]
    assert [lines(story.bandhan, way) for way in (None, True, False)] == [
        [("Alo Shelter", None, True)],
        [],
        [("Alo Shelter", None, True)],
    ]

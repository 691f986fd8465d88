"""Today: what needs a person, in its order, with a way to each; what has to be done is never put away."""

import pytest

from node.services import following_up
from node.vault.tables import desk, identity
from node.vault.unit import Unit
from protocol.effects import DONE_BY_SAYING, Task
from protocol.limits import DAY
from protocol.local import commands, views
from protocol.local.views.node import NoticeCode
from protocol.values import thread_id
from tests.support.desk_app import (
    LARGE,
    SMALL,
    desk_on,
    press,
    rows,
    seated,
    settled,
    shown,
    unlock,
    unlocked,
    until,
    write,
)
from tests.support.federation import Node, done
from tests.support.passing import visit
from tests.support.snapshots import check_snapshot
from tests.support.story import Story
from tui.places import (
    Place,
    ToConsents,
    ToDossier,
    ToFiles,
    ToLedger,
    ToNewCase,
    ToOffer,
    ToOutbox,
    ToPartner,
    ToPlace,
    ToReferral,
    ToReport,
)
from tui.screens.today_needs import LEADS

PEER, THREAD, CASE = b"p" * 32, b"t" * 16, b"c" * 16
LEADS_TO = {
    Task.HEAR_IT_FROM_HER: ToLedger(case_id=CASE),
    Task.TELL_HER_WHO_AND_WHEN: ToReferral(thread=THREAD),
    Task.OFFER_TO_ANSWER: ToReferral(thread=THREAD),
    Task.QUESTION_TO_ANSWER: ToReferral(thread=THREAD),
    Task.DOSSIER_TO_SEND: ToDossier(thread=THREAD),
    Task.DOSSIER_TO_READ: ToReferral(thread=THREAD),
    Task.OFFER_AGAIN: ToOffer(case_id=CASE),
    Task.FOLLOW_UP_DUE: ToPlace(place=Place.FOLLOW_UPS),
    Task.REPORT_TO_READ: ToReferral(thread=THREAD),
    Task.ASK_HER_AGAIN: ToConsents(case_id=CASE),
    Task.WITHDRAWAL_ARRIVED: ToLedger(case_id=CASE),
    Task.STREAM_FROZEN: ToPartner(node_id=PEER),
    Task.COMPARE_SAFETY_NUMBER: ToPartner(node_id=PEER),
    Task.CONFIRM_WITH_HER: ToReport(thread=THREAD, follow_up=None),
    Task.MESSAGE_REFUSED: ToReferral(thread=THREAD),
    Task.NOT_SENT: ToReferral(thread=THREAD),
    Task.SENDING_REFUSED: ToOutbox(),
    Task.FILE_CAME: ToFiles(thread=THREAD),
    Task.FILE_NOT_WHOLE: ToFiles(thread=THREAD),
    Task.FILE_AGAIN: ToFiles(thread=THREAD),
    Task.BUNDLE_STALE: ToPartner(node_id=PEER),
    Task.STATE_AWAITED: ToPartner(node_id=PEER),
    Task.CONFIRM_RESTORED: ToPartner(node_id=PEER),
    Task.OTHER_COMPUTER: ToPlace(place=Place.PARTNERS),
    Task.OLD_COMPUTER: ToPartner(node_id=PEER),
    Task.MESSAGE_MISUSED: ToPartner(node_id=PEER),
    Task.UPDATE_NEEDED: ToPlace(place=Place.PARTNERS),
    Task.NOT_DELIVERED: ToReferral(thread=THREAD),
    Task.TELL_AGAIN: ToReferral(thread=THREAD),
    Task.AUDIT_DIFFERS: ToPartner(node_id=PEER),
    Task.AUDIT_RESTORED: ToPartner(node_id=PEER),
    Task.AUDIT_QUESTIONED: ToPartner(node_id=PEER),
    Task.CLOCK_IN_DOUBT: ToPlace(place=Place.PARTNERS),
    Task.CARD_ENDING: ToPlace(place=Place.PARTNERS),
    Task.CARD_OVER: ToPlace(place=Place.PARTNERS),
    Task.BACKUP_OLD: ToOutbox(),
    Task.PEER_SUSPENDED: ToPartner(node_id=PEER),
    Task.SUSPENDED_OURSELVES: ToPlace(place=Place.PARTNERS),
    Task.MEMBER_REMOVED: ToPartner(node_id=PEER),
    Task.CHARTER_TO_LOOK_AT: ToPlace(place=Place.PARTNERS),
    Task.CHARTER_REFUSED: ToPlace(place=Place.PARTNERS),
    Task.CHARTER_ENDING: ToPlace(place=Place.PARTNERS),
    Task.CHARTER_OVER: ToPlace(place=Place.PARTNERS),
    Task.CONFIRM_ERASURE: ToPartner(node_id=PEER),
    Task.ERASURE_OVERDUE: ToPartner(node_id=PEER),
    Task.RISK_RAISED: ToPlace(place=Place.PARTNERS),
}


def task(name: Task, **changes: object) -> views.TaskView:
    known: dict[str, object] = {
        "task_id": 1,
        "task": name.value,
        "kind": "waiting",
        "is_done_by_saying": name in DONE_BY_SAYING,
        "peer": PEER,
        "peer_name": "Bandhan",
        "thread": THREAD,
        "case_id": CASE,
        "case_number": "ALO-17",
        "due": 0,
        "made_at": 0,
    }
    return views.TaskView(**{**known, **changes})  # type: ignore[arg-type]  # each field has its type above


@pytest.mark.parametrize("name", list(Task))
def test_every_task_leads_to_the_screen_on_which_it_is_done(name: Task) -> None:
    _, lead = LEADS[name.value]
    assert lead(task(name)) == LEADS_TO[name]


@pytest.mark.parametrize("name", list(Task))
def test_a_task_without_a_case_or_a_conversation_still_leads_somewhere(name: Task) -> None:
    _, lead = LEADS[name.value]
    bare = task(name, thread=None, case_id=None, case_number=None)
    assert lead(bare) in {
        ToPartner(node_id=PEER),
        ToOutbox(),
        ToPlace(place=Place.FOLLOW_UPS),
        ToPlace(place=Place.SHARING),
        ToPlace(place=Place.PARTNERS),
    }


def at_bandhan(story: Story) -> None:
    """A dossier has come, a consent is to be asked for again, and a follow-up is due in three days."""
    story.up_to_dossier()
    story.arrive()
    story.settle()
    due = story.alo.now + 3 * DAY
    asked = commands.RequestFollowUp(thread=story.thread, due=due)
    done(story.alo.use(following_up.request, asked))
    story.settle()


def place_of(screen: list[str], text: str) -> int:
    return next(number for number, row in enumerate(screen) if text in row)


async def test_who_waits_for_us_stands_above_what_we_promised_and_that_above_news(
    story: Story, bandhan: Node
) -> None:
    at_bandhan(story)
    async with unlocked(bandhan) as pilot:
        screen = rows(pilot.app)
        waiting = place_of(screen, "She agreed at the partner")
        promised = place_of(screen, "Follow-ups due this week")
        rest = place_of(screen, "Nothing else.")
    assert waiting < promised < rest


async def test_where_nothing_needs_a_person_one_calm_line_says_so(chautari: Node) -> None:
    async with unlocked(chautari) as pilot:
        assert "Nothing needs you now." in shown(pilot.app)


async def test_enter_leads_to_where_she_is_asked_again(story: Story, bandhan: Node) -> None:
    at_bandhan(story)
    async with unlocked(bandhan) as pilot:
        await press(pilot, "down", "enter")
        assert "Ask her again, in private" in shown(pilot.app)


def put(node: Node, thread: bytes, *tasks: Task, number: int = 1) -> None:
    def job(unit: Unit) -> None:
        for name in tasks:
            for n in range(number):
                desk.insert_task(
                    unit.vault,
                    task=name.value,
                    peer=node.node_id,
                    thread=thread_id(thread if n == 0 else bytes([200 + n, *thread[1:]])),
                    due=node.now,
                    now=node.now,
                )

    node.write(job)


def open_tasks(node: Node) -> list[str]:
    return [row[0] for row in node.rows("SELECT task FROM tasks WHERE done_at IS NULL")]


async def test_what_was_only_to_know_is_put_away_at_the_node_too(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    put(alo, story.offer(), Task.REPORT_TO_READ)
    async with unlocked(alo) as pilot:
        assert "They wrote how she is" in shown(pilot.app)
        await press(pilot, "d")
        assert "They wrote how she is" not in shown(pilot.app)
    assert open_tasks(alo) == []


async def test_what_an_act_has_to_end_is_not_put_away(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    async with unlocked(alo) as pilot:
        await press(pilot, "down")
        assert "read, done" not in rows(pilot.app)[-2]
        await press(pilot, "d")
        assert "Your referral was" in shown(pilot.app)
    assert Task.DOSSIER_TO_SEND in open_tasks(alo)


async def test_several_of_one_sort_are_one_row_until_it_is_opened(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree()
    put(alo, story.offer(), Task.REPORT_TO_READ, number=3)
    async with unlocked(alo) as pilot:
        before = shown(pilot.app).count("They wrote how she is")
        await press(pilot, "enter")
        opened = shown(pilot.app).count("They wrote how she is")
        await press(pilot, "down", "d")
        one_less = shown(pilot.app).count("They wrote how she is")
    assert (before, opened, one_less) == (1, 4, 3)
    assert len(open_tasks(alo)) == 2


async def test_a_notice_stands_above_all_until_it_was_read_once(chautari: Node) -> None:
    async with seated(chautari) as seat, desk_on(seat) as pilot:

        def told(unit: Unit) -> None:
            (rina,) = unit.vault.execute(
                "SELECT user_id FROM users WHERE name = 'Rina'"
            ).fetchone()
            identity.insert_notice(
                unit.vault, rina, code=NoticeCode.SHEET_USED.value, now=chautari.now
            )

        await seat.gate.write(told)
        await unlock(pilot)
        assert "The recovery sheet was used." in rows(pilot.app)[1]
        await press(pilot, "d")
        assert "The recovery sheet was used." not in shown(pilot.app)
        await press(pilot, "2", "1")
        assert "The recovery sheet was used." not in shown(pilot.app)


async def test_a_draft_is_reopened_where_she_stopped(alo: Node) -> None:
    async with unlocked(alo) as pilot:
        await visit(pilot, ToNewCase())
        await write(pilot, "ALO-99")
        await press(pilot, "escape")
        await until(pilot, lambda: "Half-written: a new case" in shown(pilot.app))
        await settled(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "ALO-99" in shown(pilot.app))


async def test_a_consent_that_ends_soon_leads_to_asking_her_again(story: Story, alo: Node) -> None:
    story.open_case()
    story.agree(days=10)
    async with unlocked(alo) as pilot:
        assert "Consent ends in 10 days" in shown(pilot.app)
        assert "25 Jan" in shown(pilot.app)


async def test_the_row_above_the_keys_says_who_was_silent_while_something_waits(
    story: Story, alo: Node
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.federation.clock.forward(2 * DAY)
    async with unlocked(alo) as pilot:
        standing = rows(pilot.app)[-3]
        assert standing.startswith(" ! Bandhan: last word 15 Jan, ")
        assert "● Chautari" in standing
        await press(pilot, "6")
        assert rows(pilot.app)[-3] == standing


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80", "120"])
@pytest.mark.parametrize("language", ["en", "bn"])
async def test_how_today_looks(
    story: Story, bandhan: Node, size: tuple[int, int], language: str
) -> None:
    at_bandhan(story)
    async with unlocked(bandhan, size=size, language=language) as pilot:
        check_snapshot(pilot.app, "today")

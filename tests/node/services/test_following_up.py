"""Follow-ups: asked for, taken on, and told back exactly as she allows."""

from typing import Any

import msgspec
import pytest

from node.services import following_up
from protocol import limits
from protocol.errors import MalformedError, RefusalCode
from protocol.local import commands, views
from protocol.messages.follow_up import (
    FollowUpAccept,
    FollowUpStatus,
    FollowUpUnable,
)
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import NotSeenReason, SeenHow, TextKind, UnableReason
from tests.support.federation import code_of, done
from tests.support.forging import forge
from tests.support.story import HER_WORDS, Story


@pytest.fixture
def arrived(story: Story) -> Story:
    """She is with Bandhan, and nobody has asked her again yet."""
    story.up_to_dossier()
    story.arrive()
    story.settle()
    return story


def said(text: str = HER_WORDS, **changes: Any) -> commands.SentenceInput:  # noqa: ANN401
    usual = commands.SentenceInput(
        kind=TextKind.HER_WORDS, language="ben", text=text, read_back=True
    )
    return msgspec.structs.replace(usual, **changes)


def report_command(story: Story, **changes: Any) -> commands.ReportFollowUp:  # noqa: ANN401
    usual = commands.ReportFollowUp(
        thread=story.thread,
        follow_up=None,
        at=story.bandhan.now,
        seen=SeenHow.PHONE,
        not_seen=None,
        facts={},
        sentences=[said()],
    )
    return msgspec.structs.replace(usual, **changes)


def ask(story: Story) -> bytes:
    command = commands.RequestFollowUp(thread=story.thread, due=story.alo.now + 7 * limits.DAY)
    ref = done(story.alo.use(following_up.request, command)).ref
    story.settle()
    assert ref is not None
    return ref


def follow_ups(story: Story) -> list[list[tuple[Any, ...]]]:
    """State and whether she was seen, at both ends."""
    return [
        node.rows("SELECT state, was_seen FROM follow_ups ORDER BY due")
        for node in (story.alo, story.bandhan)
    ]


def content_of_last(story: Story) -> object:
    """What the last envelope to Alo says."""
    story.settle()
    return story.federation.to(story.alo)[-1].content


def ticks(story: Story) -> list[tuple[bytes, bytes]]:
    """Consent and text of every tick at Bandhan."""
    return story.bandhan.rows("SELECT consent_id, text_hash FROM ticks ORDER BY text_hash")


def reports(story: Story) -> list[object]:
    return [
        one.content
        for one in story.federation.to(story.alo)
        if one.skeleton.type == FollowUpStatus.TYPE
    ]


def test_a_follow_up_is_asked_for_taken_on_and_reported(arrived: Story) -> None:
    follow_up = ask(arrived)
    asked = follow_ups(arrived)
    take_on = commands.AcceptFollowUp(follow_up=follow_up, due=arrived.bandhan.now + limits.DAY)
    done(arrived.bandhan.use(following_up.take_on, take_on))
    arrived.settle()
    taken = follow_ups(arrived)
    done(arrived.bandhan.use(following_up.report, report_command(arrived, follow_up=follow_up)))
    arrived.settle()

    assert asked == [[("requested", None)]] * 2
    assert taken == [[("taken_on", None)]] * 2
    assert follow_ups(arrived) == [[("done", 1)]] * 2


def test_the_day_on_which_it_is_taken_on_counts_on_both_sides(arrived: Story) -> None:
    follow_up = ask(arrived)
    day = arrived.bandhan.now + 10 * limits.DAY
    take_on = commands.AcceptFollowUp(follow_up=follow_up, due=day)
    done(arrived.bandhan.use(following_up.take_on, take_on))
    arrived.settle()
    due = "SELECT due FROM follow_ups"
    assert (arrived.bandhan.rows(due), arrived.alo.rows(due)) == ([(day,)], [(day,)])


def test_a_follow_up_that_cannot_be_done_is_said_to_be_so(arrived: Story) -> None:
    follow_up = ask(arrived)
    cannot = commands.DeclineFollowUp(follow_up=follow_up, reason=UnableReason.NO_CAPACITY)
    done(arrived.bandhan.use(following_up.cannot, cannot))
    arrived.settle()

    assert follow_ups(arrived) == [[("unable", None)]] * 2
    assert code_of(
        arrived.bandhan.use(following_up.report, report_command(arrived, follow_up=follow_up))
    ) == ("wrong_state")
    assert code_of(arrived.bandhan.use(following_up.cannot, cannot)) == "wrong_state"


@pytest.mark.parametrize(
    ("changes", "content"),
    [
        ({}, {1: True}),
        ({"seen": None, "not_seen": NotSeenReason.PHONE_OFF}, {1: False}),
        ({"facts": {"medicines": "বড়ি"}}, {1: True}),
    ],
)
def test_before_she_was_asked_again_only_seen_or_not_seen_leaves(
    arrived: Story, changes: dict[str, Any], content: dict[int, bool]
) -> None:
    command = report_command(arrived, **changes)
    sent = done(arrived.bandhan.use(following_up.report, command))
    arrived.settle()

    assert (sent.with_her_words, sent.refusal) == (False, "E_CONSENT_UNCONFIRMED")
    assert reports(arrived) == [{**content, 2: arrived.bandhan.now}]
    assert (sent.left_out, sent.texts_left_out) == ([5] if "facts" in changes else [], True)
    assert ticks(arrived) == []


@pytest.mark.parametrize(
    ("changes", "left_out", "texts_left_out"),
    [
        ({}, [], False),
        ({"facts": {"plan_position": "agreed", "medicines": "বড়ি"}}, [5], False),
        (
            {
                "facts": {"plan_position": "agreed", "wish_about": ["work"], "skills": ["sewing"]},
                "sentences": [said(), said("কাউকে বলবেন না।", read_back=False)],
            },
            [8, 9],
            True,
        ),
    ],
)
def test_what_she_did_not_allow_stays_here_and_only_our_worker_is_told(
    arrived: Story, changes: dict[str, Any], left_out: list[int], *, texts_left_out: bool
) -> None:
    arrived.withdraw(arrived.way_back)
    arrived.settle()
    arrived.agree_way_back(excluded_fields=["wish_about"])
    arrived.settle()
    arrived.confirm()
    command = report_command(arrived, **{"facts": {"plan_position": "agreed"}, **changes})

    sent = done(arrived.bandhan.use(following_up.report, command))

    assert sent == views.ReportSent(
        follow_up=sent.follow_up,
        with_her_words=True,
        refusal=None,
        left_out=left_out,
        texts_left_out=texts_left_out,
    )
    told = [8, {"plan_position": "agreed"}, [["her_words", "ben", HER_WORDS]]]
    assert content_of_last(arrived) == {0: [told], 2: arrived.bandhan.now, 3: "phone"}


def test_only_a_text_that_was_read_back_is_ticked_and_on_this_consent_alone(
    arrived: Story,
) -> None:
    arrived.confirm()
    ended = arrived.way_back
    arrived.agree_way_back(supersedes=ended)
    arrived.settle()
    arrived.confirm()
    sentences = [said(), said("এটা এখানেই থাক।", read_back=False)]

    command = report_command(arrived, sentences=sentences)
    done(arrived.bandhan.use(following_up.report, command))

    assert ticks(arrived) == [(arrived.way_back, sha256(HER_WORDS.encode()))]


def test_a_text_told_once_stays_here_when_it_is_not_read_back_again(arrived: Story) -> None:
    arrived.confirm()
    arrived.report()
    command = report_command(arrived, sentences=[said(read_back=False)])

    sent = done(arrived.bandhan.use(following_up.report, command))

    assert (sent.with_her_words, sent.refusal, sent.texts_left_out) == (False, None, True)
    assert content_of_last(arrived) == {0: [], 2: arrived.bandhan.now, 3: "phone"}


def test_a_text_stays_here_unticked_where_the_way_back_does_not_name_her_plans(
    arrived: Story,
) -> None:
    arrived.agree_way_back(categories=[Category.WORK_LEARNING], supersedes=arrived.way_back)
    arrived.settle()
    arrived.confirm()
    command = report_command(arrived, facts={"skills": ["sewing"]})

    sent = done(arrived.bandhan.use(following_up.report, command))

    assert (sent.with_her_words, sent.left_out, sent.texts_left_out) == (False, [], True)
    assert ticks(arrived) == []


def test_without_any_way_back_consent_only_seen_leaves(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.arrive()

    assert story.report().refusal == "E_CONSENT_MISSING"


@pytest.mark.parametrize(("seconds", "words"), [(-1, True), (0, False)])
def test_her_words_go_back_until_the_second_in_which_the_way_back_ends(
    story: Story,
    seconds: int,
    words: bool,  # noqa: FBT001
) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back(days=30)
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.confirm()
    story.federation.clock.forward(30 * limits.DAY + seconds)

    assert story.report().with_her_words is words


@pytest.mark.parametrize(
    "changes",
    [
        {"seen": None},
        {"not_seen": NotSeenReason.MOVED},
        {"facts": {"no_such_field": "x"}},
        {"facts": {"number_of_children": "x"}},
        {"sentences": [said("")]},
        {"sentences": [said(language="x")]},
        {"sentences": [said("", read_back=False)]},
    ],
)
def test_a_report_that_is_not_legal_changes_nothing(
    arrived: Story, changes: dict[str, Any]
) -> None:
    with pytest.raises(MalformedError):
        arrived.bandhan.use(following_up.report, report_command(arrived, **changes))

    assert follow_ups(arrived) == [[], []]


def test_nothing_is_asked_or_told_before_a_place_is_held(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    request = commands.RequestFollowUp(thread=story.thread, due=1)

    assert code_of(story.alo.use(following_up.request, request)) == "wrong_state"
    assert code_of(story.bandhan.use(following_up.report, report_command(story))) == "wrong_state"


@pytest.mark.parametrize("mine", [False, True])
def test_a_follow_up_of_the_other_side_or_of_nobody_is_not_answered(
    arrived: Story, *, mine: bool
) -> None:
    follow_up = ask(arrived)
    node, named = (arrived.alo, follow_up) if mine else (arrived.bandhan, bytes(arrived.thread))
    take_on = commands.AcceptFollowUp(follow_up=named, due=1)
    cannot = commands.DeclineFollowUp(follow_up=named, reason=UnableReason.OTHER)
    command = report_command(arrived, follow_up=named)

    assert code_of(node.use(following_up.take_on, take_on)) == "not_found"
    assert code_of(node.use(following_up.cannot, cannot)) == "not_found"
    assert code_of(node.use(following_up.report, command)) == "not_found"


@pytest.mark.parametrize(
    "message",
    [
        FollowUpAccept(due=1_800_000_000),  # type: ignore[arg-type]
        FollowUpUnable(reason=UnableReason.OTHER),
        FollowUpStatus(seen=True, at=1_800_000_000),  # type: ignore[arg-type]
    ],
)
def test_an_answer_to_a_follow_up_nobody_asked_for_is_refused(
    arrived: Story,
    message: Any,  # noqa: ANN401
) -> None:
    stray = forge(
        message,
        sender=arrived.bandhan,
        recipient=arrived.alo,
        thread=arrived.thread,
        reply_to=arrived.thread,
    )

    assert arrived.alo.take([stray]).refused == (RefusalCode.E_STATE,)

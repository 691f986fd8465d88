"""Both desks of a referral: what each use case does, and every way in which it says no."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from node.services import answering, casework, reading, referring
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import commands
from protocol.vocabulary.codes import (
    AnswerCode,
    DeclineReason,
    FirstStep,
    PlanAnswer,
    Priority,
    Question,
    RecallReason,
)
from tests.support.federation import Node, code_of, done
from tests.support.story import FACTS, OFFER, SCOPE, Story

NOWHERE = bytes(6) + b"\x70\x00\x80" + bytes(7)


def offer_of(story: Story, **changes: Any) -> commands.SendOffer:  # noqa: ANN401
    """The command that sends what a preview showed."""
    preview = done(story.preview_offer())
    assert preview.offer is not None
    usual = commands.SendOffer(
        case_id=story.case_id,
        peer=story.bandhan.node_id,
        offer=msgspec.structs.replace(OFFER, answer_by=preview.offer.answer_by),
        categories=[*SCOPE],
        preview=preview.hash,
    )
    return msgspec.structs.replace(usual, **changes)


def send(story: Story, command: commands.SendOffer) -> object:
    return story.alo.use(referring.send_offer, command)


@pytest.fixture
def agreed(story: Story) -> Story:
    """She consented, and nothing was sent."""
    story.open_case()
    story.agree()
    return story


@pytest.fixture
def offered(agreed: Story) -> Story:
    """Bandhan has the offer."""
    agreed.offer()
    agreed.settle()
    return agreed


@pytest.fixture
def held(offered: Story) -> Story:
    """Bandhan holds a place for her."""
    offered.accept()
    offered.settle()
    return offered


def queued(node: Node) -> list[tuple[Any, ...]]:
    return node.rows("SELECT type FROM outbox WHERE state = 'queued'")


# Previews


def test_an_offer_that_is_not_the_one_previewed_is_refused(agreed: Story) -> None:
    command = offer_of(agreed)
    changed = [
        msgspec.structs.replace(command, preview=bytes(32)),
        msgspec.structs.replace(
            command, offer=msgspec.structs.replace(command.offer, area="BD-dhaka")
        ),
        msgspec.structs.replace(
            command, offer=msgspec.structs.replace(command.offer, answer_by=None)
        ),
        msgspec.structs.replace(
            command,
            offer=msgspec.structs.replace(command.offer, answer_by=agreed.alo.now + limits.DAY),
        ),
    ]

    assert [code_of(send(agreed, one)) for one in changed] == ["changed_since_preview"] * 4
    assert queued(agreed.alo) == []
    assert agreed.alo.rows("SELECT count(*) FROM referrals") == [(0,)]


def test_a_dossier_after_a_fact_changed_must_be_looked_at_again(held: Story) -> None:
    preview = done(held.preview_dossier())
    held.alo.use(
        casework.record_facts,
        commands.RecordFacts(case_id=held.case_id, facts={"present_town": "যশোর"}),
    )
    command = commands.SendDossier(thread=held.thread, categories=[*SCOPE], preview=preview.hash)

    assert code_of(held.alo.use(referring.send_dossier, command)) == "changed_since_preview"
    assert queued(held.alo) == []
    assert held.alo.rows("SELECT state FROM referrals") == [("accepted",)]


def test_a_fact_outside_the_consent_changes_nothing_in_the_preview(held: Story) -> None:
    before = done(held.preview_dossier())
    held.alo.use(
        casework.record_facts,
        commands.RecordFacts(case_id=held.case_id, facts={"medicines": "অন্য"}),
    )

    assert held.preview_dossier() == before


# Offers


def test_an_offer_needs_her_position_to_the_plan(story: Story) -> None:
    story.open_case(facts={k: v for k, v in FACTS.items() if k != "plan_position"})
    story.agree()

    assert code_of(story.preview_offer()) == "position_not_recorded"


def test_a_planned_offer_names_its_day(agreed: Story) -> None:
    planned = msgspec.structs.replace(OFFER, priority=Priority.PLANNED)

    assert code_of(agreed.preview_offer(planned)) == "names_no_day"


@pytest.mark.parametrize(
    "changes",
    [
        {"area": "Khulna"},
        {"month": "2027-13"},
        {"answer_by": 1_800_000_000},
        {"answer_by": 1_800_000_000 + limits.MESSAGE_LIFE_SECONDS + 1},
    ],
)
def test_an_offer_that_is_not_legal_is_an_error_that_names_the_place(
    agreed: Story, changes: dict[str, Any]
) -> None:
    with pytest.raises(MalformedError) as caught:
        agreed.preview_offer(msgspec.structs.replace(OFFER, **changes))

    assert caught.value.place.startswith("offer.")


@pytest.mark.parametrize("unknown", ["case", "peer"])
def test_an_offer_of_nobody_or_to_nobody_is_refused(agreed: Story, unknown: str) -> None:
    changes = {"case_id": bytes(16)} if unknown == "case" else {"peer": bytes(32)}

    assert code_of(send(agreed, offer_of(agreed, **changes))) == "not_found"


def test_a_second_referral_of_the_same_case_stands_beside_the_first(agreed: Story) -> None:
    threads = {agreed.offer(), agreed.offer()}
    agreed.settle()

    assert len(threads) == 2
    assert agreed.bandhan.rows("SELECT state FROM referrals") == [("offered",)] * 2


# Answers


def answers(story: Story, thread: bytes) -> dict[str, Callable[[], object]]:
    """Every use case of the side that was asked."""
    node = story.bandhan
    ask = commands.AskAboutOffer(thread=thread, question=Question.LANGUAGE)
    accept = commands.AcceptOffer(
        thread=thread, worker="Rehana", first_step=FirstStep.CALL_HER, from_date=node.now
    )
    decline = commands.DeclineOffer(
        thread=thread, reason=DeclineReason.NO_CAPACITY, who_else="Chautari"
    )
    prepared = commands.ReportPrepared(thread=thread, plan=PlanAnswer.ADOPT)
    arrived = commands.ReportArrival(thread=thread, at=node.now)
    return {
        "ask": lambda: node.use(answering.ask, ask),
        "accept": lambda: node.use(answering.accept, accept),
        "decline": lambda: node.use(answering.decline, decline),
        "prepared": lambda: node.use(answering.report_prepared, prepared),
        "arrived": lambda: node.use(answering.report_arrival, arrived),
    }


ANSWERS = ("ask", "accept", "decline", "prepared", "arrived")


@pytest.mark.parametrize("name", ANSWERS)
def test_nobody_answers_a_referral_that_is_not_there(story: Story, name: str) -> None:
    assert code_of(answers(story, NOWHERE)[name]()) == "not_found"


@pytest.mark.parametrize("name", ANSWERS)
def test_the_sender_does_not_answer_its_own_offer(offered: Story, name: str) -> None:
    offered.alo, offered.bandhan = offered.bandhan, offered.alo

    assert code_of(answers(offered, offered.thread)[name]()) == "not_found"


@pytest.mark.parametrize("name", ANSWERS)
def test_a_declined_referral_takes_no_further_answer(offered: Story, name: str) -> None:
    done(answers(offered, offered.thread)["decline"]())

    assert code_of(answers(offered, offered.thread)[name]()) == "wrong_state"


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["ask"], "needs_info"),
        (["accept"], "accepted"),
        (["decline"], "declined"),
        (["ask", "accept"], "accepted"),
        (["accept", "arrived"], "arrived"),
    ],
)
def test_both_sides_stand_at_the_same_state(offered: Story, steps: list[str], state: str) -> None:
    for name in steps:
        done(answers(offered, offered.thread)[name]())
    offered.settle()

    for node in (offered.alo, offered.bandhan):
        assert node.rows("SELECT state FROM referrals") == [(state,)]


def test_a_question_is_answered_by_code(offered: Story) -> None:
    done(answers(offered, offered.thread)["ask"]())
    offered.settle()
    command = commands.AnswerQuestion(
        thread=offered.thread, question=Question.LANGUAGE, answer=AnswerCode.YES
    )
    done(offered.alo.use(referring.answer_question, command))
    offered.settle()

    shown = done(
        offered.bandhan.use(reading.show_referral, commands.ShowReferral(thread=offered.thread))
    )
    assert [(line.event, line.is_heard, line.detail) for line in shown.history] == [
        ("offer", True, None),
        ("ask", False, "language"),
        ("answer", True, "yes"),
    ]


def test_a_worker_without_a_name_holds_no_place(offered: Story) -> None:
    accept = commands.AcceptOffer(
        thread=offered.thread, worker="", first_step=FirstStep.CALL_HER, from_date=1
    )
    with pytest.raises(MalformedError):
        offered.bandhan.use(answering.accept, accept)

    assert offered.bandhan.rows("SELECT state FROM referrals") == [("offered",)]


# Dossier and after


def test_a_dossier_before_acceptance_is_refused(offered: Story) -> None:
    assert code_of(offered.preview_dossier()) == "wrong_state"


def test_a_dossier_is_sent_once(held: Story) -> None:
    held.dossier()

    assert code_of(held.preview_dossier()) == "wrong_state"


@pytest.mark.parametrize("is_ours", [False, True])
def test_a_dossier_of_nobody_is_refused(held: Story, *, is_ours: bool) -> None:
    node, thread = (held.alo, NOWHERE) if is_ours else (held.bandhan, held.thread)
    command = commands.PreviewDossier(thread=thread, categories=[], with_names=True)

    assert code_of(node.use(referring.preview_dossier, command)) == "not_found"


def test_prepared_and_arrived_follow_the_dossier(held: Story) -> None:
    held.dossier()
    held.settle()
    for name in ("prepared", "arrived"):
        done(answers(held, held.thread)[name]())
    held.settle()

    shown = done(held.alo.use(reading.show_referral, commands.ShowReferral(thread=held.thread)))
    assert [line.state for line in shown.history] == [
        "offered", "delivered", "accepted", "dossier_sent", "prepared", "arrived",
    ]  # fmt: skip
    assert (shown.worker, shown.first_step) == ("Rehana", "meet_at_border")


def test_an_accepted_place_can_be_given_back_but_not_after_the_dossier(held: Story) -> None:
    command = commands.RecallOffer(thread=held.thread, reason=RecallReason.PLACE_FOUND_ELSEWHERE)
    held.dossier()

    assert code_of(held.alo.use(referring.recall_offer, command)) == "wrong_state"


def test_a_referral_that_is_not_ours_is_not_taken_back(offered: Story) -> None:
    recall = commands.RecallOffer(thread=offered.thread, reason=RecallReason.OTHER)
    missing = commands.RecallOffer(thread=NOWHERE, reason=RecallReason.OTHER)

    assert code_of(offered.bandhan.use(referring.recall_offer, recall)) == "not_found"
    assert code_of(offered.alo.use(referring.recall_offer, missing)) == "not_found"


def test_a_referral_that_is_not_there_is_not_shown(alo: Node) -> None:
    command = commands.ShowReferral(thread=NOWHERE)

    assert code_of(alo.use(reading.show_referral, command)) == "not_found"


def test_messages_that_are_not_about_her_are_not_opened(offered: Story) -> None:
    peer, message = offered.bandhan.rows(
        "SELECT peer, message_id FROM messages WHERE type = 'referral.offer/1'"
    )[0]
    read = commands.ReadMessage(peer=peer, message_id=message, with_names=True)

    assert code_of(offered.bandhan.use(reading.read_message, read)) == "not_found"


def test_what_waits_is_shown_until_it_is_answered(agreed: Story) -> None:
    agreed.offer()
    before = [(item.type, item.state) for item in agreed.alo.use(reading.list_outbox).items]
    agreed.settle()

    assert before == [("referral.offer/1", "queued")]
    assert agreed.alo.use(reading.list_outbox).items == []

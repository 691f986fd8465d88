"""Nodes between which there is no line: what one says comes by stick, once, whatever becomes of a stick."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from protocol.values import MessageId
from protocol.vocabulary.codes import WithdrawalStatus
from tests.support import federation as federations
from tests.support.federation import Federation, Node
from tests.support.silence import ask
from tests.support.sticks import carry, nothing_went_by_line, there_and_back, written
from tests.support.story import Story, tell

ASKED: Final = (
    "SELECT message_id FROM messages WHERE type = 'followup.request/1' AND status = 'applied'"
    " ORDER BY sequence"
)
UNANSWERED: Final = (
    "SELECT type FROM outbox WHERE state IN ('queued', 'sealed', 'deposited')"
    " AND type != 'receipt/1'"
)
REPORTS: Final = "SELECT status FROM messages WHERE type = 'followup.report/1'"
TWICE: Final = "SELECT hash, count(*) FROM messages GROUP BY hash HAVING count(*) > 1"


def by_stick(story: Story) -> int:
    return there_and_back(story.alo, story.bandhan)


def up_to_reports(story: Story) -> None:
    """The whole story until her own words have come back, each step by stick."""
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    by_stick(story)
    story.accept()
    by_stick(story)
    story.dossier()
    by_stick(story)
    story.arrive()
    by_stick(story)
    story.confirm()
    story.report()
    by_stick(story)


def test_two_nodes_live_by_stick_alone_and_everything_arrives_once(story: Story) -> None:
    up_to_reports(story)
    assert nothing_went_by_line(story.federation)
    for node in (story.alo, story.bandhan):
        assert node.rows(UNANSWERED) == []
        assert node.rows(TWICE) == []
    assert story.alo.rows("SELECT state FROM referrals") == [("arrived",)]
    reports = story.alo.rows(REPORTS)
    assert reports == [("applied",)]


def test_a_withdrawal_comes_by_stick_and_the_erasure_is_confirmed_by_stick(story: Story) -> None:
    up_to_reports(story)
    story.withdraw()
    by_stick(story)
    told = story.alo.rows("SELECT status FROM withdrawals_told")
    assert told == [(WithdrawalStatus.ERASED,)]
    assert nothing_went_by_line(story.federation)


def test_a_lost_stick_costs_a_walk_and_nothing_else(story: Story) -> None:
    story.open_case()
    story.agree()
    story.offer()
    for _ in range(3):
        assert len(written(story.alo, story.bandhan)) == 1
    assert by_stick(story) > 0
    assert story.bandhan.rows("SELECT count(*) FROM referrals") == [(1,)]


@pytest.fixture(scope="module")
def referred(acquainted: Federation, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """A referral is under way, and both are at rest."""
    made = federations.copy(
        acquainted, tmp_path_factory.mktemp("referred") / "federation", seed="referred"
    )
    tell(made).up_to_dossier()
    return made


class Post(RuleBasedStateMachine):
    """Two nodes, a mailbox for each, and sticks that are lost, found late, copied and brought again."""

    template: Federation

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="sathi-post-"))
        self.federation = federations.copy(self.template, self.folder / "federation", seed="post")
        self.nodes = [*self.federation.nodes.values()][:2]
        ((thread,),) = self.nodes[0].rows("SELECT thread FROM referrals")
        self.thread = thread
        self.said: tuple[list[MessageId], list[MessageId]] = ([], [])
        self.sticks: list[tuple[int, list[bytes]]] = []

    def far(self, one: int) -> Node:
        return self.nodes[1 - one]

    @rule(one=st.integers(0, 1), count=st.integers(1, 3))
    def say(self, one: int, count: int) -> None:
        self.said[one].extend(ask(self.nodes[one], self.thread, count))

    @rule(one=st.integers(0, 1))
    def write(self, one: int) -> None:
        envelopes = written(self.nodes[one], self.far(one))
        if envelopes:
            self.sticks.append((1 - one, envelopes))

    @rule(place=st.integers(0, 9), reversed_=st.booleans())
    def bring(self, place: int, *, reversed_: bool) -> None:
        """Some stick, whether it was brought before or not, in any order of what lies on it."""
        if self.sticks:
            to, envelopes = self.sticks[place % len(self.sticks)]
            self.nodes[to].take(envelopes[::-1] if reversed_ else envelopes)

    @rule(place=st.integers(0, 9))
    def lose(self, place: int) -> None:
        if self.sticks:
            del self.sticks[place % len(self.sticks)]

    @rule(one=st.integers(0, 1))
    def leave_at_the_mailbox(self, one: int) -> None:
        self.federation.deliver(self.nodes[one])

    @rule(one=st.integers(0, 1))
    def collect(self, one: int) -> None:
        self.federation.collect(self.nodes[one])

    @rule(one=st.integers(0, 1))
    def lose_a_mailbox(self, one: int) -> None:
        self.federation.box(self.nodes[one]).clear()

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.federation.clock.forward(hours * 3_600)

    @invariant()
    def nothing_comes_twice_or_out_of_order(self) -> None:
        for one in (0, 1):
            came = [row[0] for row in self.far(one).rows(ASKED)]
            assert came == self.said[one][: len(came)]

    def teardown(self) -> None:  # type: ignore[explicit-override]  # typing.override is 3.12's
        try:
            self.federation.boxes.clear()
            there_and_back(*self.nodes)
            for one in (0, 1):
                assert [row[0] for row in self.far(one).rows(ASKED)] == self.said[one]
                assert self.nodes[one].rows(UNANSWERED) == []
        finally:
            self.federation.close()
            shutil.rmtree(self.folder)


@pytest.mark.slow
def test_whatever_becomes_of_sticks_and_mailboxes_each_message_arrives_once_and_in_order(
    referred: Federation,
) -> None:
    machine = type("PostOfThis", (Post,), {"template": referred})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=14))


@pytest.mark.parametrize("lost", [0, 1])
def test_receipts_come_back_by_stick_and_end_the_waiting(story: Story, lost: int) -> None:
    story.open_case()
    story.agree()
    story.offer()
    carry(story.alo, story.bandhan)
    for _ in range(lost):
        written(story.bandhan, story.alo)
    carry(story.bandhan, story.alo)
    assert story.alo.rows(UNANSWERED) == []

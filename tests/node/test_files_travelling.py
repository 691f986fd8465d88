"""A file goes from one node to the other in parts: all of it or none of it, and only what she allowed.

The oracle is the content itself, which the test makes and compares; what is on the way is opened as its
recipient could.
"""

import hashlib

import pytest

from node import faults
from node.services import retaining
from protocol import limits
from protocol.file_rules import PARTS_UNDER_WAY_MAX
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.federation import Federation, Node, code_of, done, rough
from tests.support.files import (
    PART,
    attach,
    export_part,
    files_at,
    let_go,
    paper,
    send,
    states_at,
    taken_out,
    tick,
)
from tests.support.story import C8, Story

SMALL = paper(3_000)
LONG = paper(4 * PART + 17, name="long")
CHUNK = "blob.chunk/1"


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived; she allowed C8, C2 and C9."""
    story.up_to_dossier()
    return story


def chunks_to(federation: Federation, node: Node) -> list[dict[int | str, object]]:
    """The contents of all parts that left for a node."""
    seen = federation.to(node)
    return [
        dict(one.content)
        for one in seen
        if one.skeleton.type == CHUNK and isinstance(one.content, dict)
    ]


def tasks(node: Node) -> list[str]:
    return [
        task
        for (task,) in node.rows("SELECT task FROM tasks WHERE done_at IS NULL ORDER BY task_id")
    ]


def test_a_file_that_she_ticked_arrives_as_it_was(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()

    [file] = files_at(told.bandhan, told)
    assert (file.state, file.kind, file.label, file.category) == (
        "whole",
        "pdf",
        "school_paper",
        8,
    )
    assert file.hash == hashlib.sha256(SMALL).digest()
    assert taken_out(told.bandhan, file) == SMALL


def test_a_file_of_several_parts_arrives_as_it_was(told: Story) -> None:
    let_go(told, LONG)
    told.settle()

    [file] = files_at(told.bandhan, told)
    assert (file.state, file.parts_done, file.parts) == ("whole", 5, 5)
    assert taken_out(told.bandhan, file) == LONG
    assert states_at(told.alo, told) == [("sent", 5, 5)]


def test_whoever_is_there_is_told_that_a_file_came(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()

    assert "file_came" in tasks(told.bandhan)


def test_a_file_that_she_did_not_tick_does_not_leave(told: Story) -> None:
    file = attach(told, SMALL)

    assert code_of(send(file, at=told.alo)) == "not_ticked"
    told.settle()
    assert chunks_to(told.federation, told.bandhan) == []
    assert files_at(told.bandhan, told) == []


def test_a_tick_for_one_file_does_not_let_another_go(told: Story) -> None:
    file, other = attach(told, SMALL), attach(told, paper(3_000, name="other"))
    tick(file, at=told.alo)

    assert code_of(send(other, at=told.alo)) == "not_ticked"


def test_a_file_follows_what_was_told_about_her(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()

    seen = told.federation.to(told.bandhan)
    [dossier] = [one.skeleton for one in seen if one.skeleton.type == "referral.dossier/1"]
    [chunk] = [one.skeleton for one in seen if one.skeleton.type == CHUNK]
    assert (chunk.reply_to, chunk.thread, chunk.consent) == (
        dossier.message_id,
        dossier.thread,
        dossier.consent,
    )


def test_a_file_comes_back_with_a_report_under_the_way_back(told: Story) -> None:
    told.arrive()
    told.settle()
    told.confirm()
    told.report()
    let_go(told, SMALL, at=told.bandhan)
    told.settle()

    [file] = files_at(told.alo, told)
    assert (file.state, file.is_ours) == ("whole", False)
    assert taken_out(told.alo, file) == SMALL


def test_nothing_of_the_senders_disk_travels_with_a_file(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()

    [content] = chunks_to(told.federation, told.bandhan)
    assert content == {
        0: hashlib.sha256(SMALL).digest(),
        1: int(C8),
        2: "pdf",
        3: "school_paper",
        4: len(SMALL),
        5: 0,
        6: SMALL,
    }


def test_only_a_few_parts_stand_in_the_outbox_at_a_time(told: Story) -> None:
    let_go(told, paper(9 * PART))
    standing = []
    for _ in range(3):
        told.federation.deliver(told.alo)
        [(count, total)] = told.alo.rows(
            "SELECT count(*), coalesce(sum(length(payload)), 0) FROM outbox"
            " WHERE type = ? AND state IN ('queued', 'sealed', 'deposited')",
            CHUNK,
        )
        standing.append((count, total < (PARTS_UNDER_WAY_MAX + 1) * PART))

    assert standing == [(PARTS_UNDER_WAY_MAX, True)] * 3


def test_a_rough_road_changes_nothing(told: Story) -> None:
    let_go(told, LONG)
    told.federation.road = rough(5)
    for _ in range(40):
        told.settle()
        told.federation.clock.forward(limits.DAY)
        if states_at(told.bandhan, told) == [("whole", 5, 5)]:
            break
    told.federation.road = lambda envelopes: envelopes
    told.settle()

    [file] = files_at(told.bandhan, told)
    assert taken_out(told.bandhan, file) == LONG
    assert told.bandhan.rows("SELECT count(*) FROM received_file_parts") == [(5,)]


def test_a_crash_at_either_end_only_delays(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    told.alo.reopen()
    box = told.federation.box(told.bandhan)
    told.bandhan.take(box[:2])
    told.bandhan.reopen()
    told.settle()

    [file] = files_at(told.bandhan, told)
    assert taken_out(told.bandhan, file) == LONG


def test_after_weeks_of_silence_a_file_goes_on(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    told.federation.box(told.bandhan).clear()
    told.federation.clock.forward(20 * limits.DAY)
    told.settle()

    assert states_at(told.bandhan, told) == [("whole", 5, 5)]


def test_withdrawn_in_the_middle_nothing_more_leaves_and_our_copy_is_gone(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    told.withdraw()
    before = len(told.federation.sent)
    told.settle()

    later = [told.federation.seen(one) for one in told.federation.sent[before:]]
    assert [one.content for one in later if one.skeleton.type == CHUNK] == [None] * 4
    assert [state for state, _, _ in states_at(told.alo, told)] == ["stopped"]
    assert told.alo.rows("SELECT count(*) FROM own_file_parts WHERE content IS NOT NULL") == [(0,)]
    assert told.alo.rows("SELECT count(*) FROM own_files WHERE key_id IS NOT NULL") == [(0,)]


def test_what_came_of_a_file_is_locked_with_its_consent_and_then_erased(told: Story) -> None:
    let_go(told, SMALL)
    told.settle()
    [file] = files_at(told.bandhan, told)
    told.withdraw(wanted=WithdrawalWanted.STOP_USE)
    told.settle()
    [locked] = files_at(told.bandhan, told)
    told.federation.clock.forward(limits.DAY)
    answer = code_of(export_part(told.bandhan, file, 0))

    assert (locked.state, locked.hash, locked.label) == ("locked", None, None)
    assert answer == "locked"


def test_an_erased_file_leaves_neither_parts_nor_what_it_was(told: Story) -> None:
    let_go(told, LONG)
    told.settle()
    [file] = files_at(told.bandhan, told)
    told.withdraw()
    told.settle()

    assert told.bandhan.rows(
        "SELECT count(*) FROM messages WHERE type = 'blob.chunk/1' AND payload IS NOT NULL"
    ) == [(0,)]
    assert told.bandhan.rows("SELECT state, hash, category, kind, label FROM received_files") == [
        ("erased", None, None, None, None)
    ]
    assert code_of(export_part(told.bandhan, file, 0)) == "erased"


def test_of_two_files_both_arrive_one_after_the_other(told: Story) -> None:
    let_go(told, LONG)
    let_go(told, SMALL)
    told.settle()

    lengths = [len(taken_out(told.bandhan, file)) for file in files_at(told.bandhan, told)]
    assert lengths == [len(LONG), len(SMALL)]


def test_while_her_consent_lives_a_copy_is_kept_and_with_its_end_it_goes(told: Story) -> None:
    attach(told, SMALL)
    told.federation.clock.forward(89 * limits.DAY)
    told.alo.use(retaining.forget_old)
    before = [state for state, _, _ in states_at(told.alo, told)]
    told.federation.clock.forward(2 * limits.DAY)
    told.alo.use(retaining.forget_old)

    assert before == ["kept"]
    assert [state for state, _, _ in states_at(told.alo, told)] == ["stopped"]
    assert told.alo.rows("SELECT count(*) FROM own_file_parts WHERE content IS NOT NULL") == [(0,)]


def test_half_a_file_is_given_up_after_60_days_and_a_person_is_told(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    box = told.federation.box(told.bandhan)
    told.bandhan.take(box[:2])
    box.clear()
    told.federation.clock.forward(60 * limits.DAY - 1)
    told.bandhan.use(retaining.forget_old)
    before = states_at(told.bandhan, told)
    told.federation.clock.forward(1)
    told.bandhan.use(retaining.forget_old)
    told.bandhan.erase()

    assert before == [("arriving", 2, 5)]
    assert [state for state, _, _ in states_at(told.bandhan, told)] == ["given_up"]
    assert tasks(told.bandhan)[-1] == "file_not_whole"
    assert told.bandhan.rows(
        "SELECT count(*) FROM messages WHERE type = ? AND payload IS NOT NULL", CHUNK
    ) == [(0,)]


def test_taking_a_file_out_is_written_down_part_by_part(told: Story) -> None:
    let_go(told, LONG)
    told.settle()
    [file] = files_at(told.bandhan, told)
    done(export_part(told.bandhan, file, 0))
    done(export_part(told.bandhan, file, 3))

    assert told.bandhan.rows("SELECT count(*) FROM audit WHERE event = 'file.exported'") == [(2,)]
    assert code_of(export_part(told.bandhan, file, 5)) == "not_found"


def test_a_crash_between_the_answer_and_its_note_loses_no_part(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    told.federation.collect(told.bandhan)
    told.federation.deliver(told.bandhan)
    answer = told.federation.box(told.alo)[:]
    told.federation.box(told.alo).clear()
    faults.arm("vault.between_commits")
    with pytest.raises(faults.InjectedCrash):
        told.alo.take(answer)
    told.alo.reopen()
    told.federation.clock.forward(2 * limits.DAY)
    told.settle()

    assert states_at(told.alo, told) == [("sent", 5, 5)]
    assert states_at(told.bandhan, told) == [("whole", 5, 5)]


def test_a_crash_while_she_withdraws_lets_nothing_more_go(told: Story) -> None:
    let_go(told, LONG)
    told.federation.deliver(told.alo)
    faults.arm("vault.between_commits")
    with pytest.raises(faults.InjectedCrash):
        told.withdraw()
    told.alo.reopen()
    before = len(told.federation.sent)
    told.settle()

    later = [told.federation.seen(one) for one in told.federation.sent[before:]]
    assert [one.content for one in later if one.skeleton.type == CHUNK and one.content] == []
    # Of the withdrawal itself nothing was kept: whoever typed it is told so, and types it again.
    assert [state for state, _, _ in states_at(told.alo, told)] == ["again"]
    told.withdraw()
    assert [state for state, _, _ in states_at(told.alo, told)] == ["stopped"]
    assert "file_again" not in tasks(told.alo)

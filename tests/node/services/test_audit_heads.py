"""Every day of the log has a head; peers are told it once a day, hold it, and say when two do not fit."""

import pytest

from node.services import delivering
from protocol import limits
from protocol.cadence import WHEN_DUE
from protocol.messages.core import CardUpdate
from protocol.skeleton import DayHead
from protocol.values import ZERO_HASH, later, sha256
from tests.support.auditing import (
    DAY,
    change,
    days_go_by,
    days_of,
    held_heads,
    model_of_days,
    say_something,
    tasks_of,
    write_entries,
)
from tests.support.federation import Federation, Node
from tests.support.forging import forge


@pytest.fixture
def alo(federation: Federation) -> Node:
    return federation["Alo Shelter"]


@pytest.fixture
def bandhan(federation: Federation) -> Node:
    return federation["Bandhan"]


def told(federation: Federation, to: Node, *, since: int = 0) -> list[DayHead | None]:
    """The head in each message that left for a node."""
    return [seen.skeleton.day_head for seen in federation.to(to, since=since)]


def rewrite_yesterday(sender: Node) -> None:
    """The log was changed, and yesterday's head is told once more, as another one."""
    change(
        sender,
        "UPDATE audit_days SET hash = zeroblob(32) WHERE day = (SELECT max(day) FROM audit_days)",
        "DELETE FROM shared_heads",
    )


# Days


def test_every_day_that_is_over_has_a_head_also_one_without_an_entry(
    federation: Federation, alo: Node
) -> None:
    write_entries(alo, 5)
    for _ in range(4):
        federation.clock.forward(DAY)
        federation.deliver(alo)
    write_entries(alo, 1)
    federation.clock.forward(DAY)
    federation.deliver(alo)
    expected = model_of_days(alo, until=alo.now // DAY)

    assert days_of(alo) == expected
    assert len({link for _, link in expected}) == len(expected) == 5


def test_a_node_that_was_off_for_weeks_closes_every_day_of_them(
    federation: Federation, alo: Node
) -> None:
    federation.clock.forward(40 * DAY)
    federation.deliver(alo)

    assert days_of(alo) == model_of_days(alo, until=alo.now // DAY)


def test_no_day_is_closed_by_a_clock_that_is_in_doubt(federation: Federation, alo: Node) -> None:
    federation.clock.forward(DAY)
    federation.deliver(alo)
    before = days_of(alo)
    alo.ahead = 200 * 365 * DAY
    federation.deliver(alo)
    at_the_jump = days_of(alo)
    alo.ahead = 0
    federation.clock.forward(DAY)
    federation.deliver(alo)

    assert at_the_jump == before
    assert [day for day, _ in days_of(alo)] == [*(d for d, _ in before), alo.now // DAY - 1]


def test_an_entry_written_under_a_clock_that_went_back_belongs_to_the_next_day_that_is_closed(
    federation: Federation, alo: Node
) -> None:
    federation.clock.forward(DAY)
    federation.deliver(alo)
    alo.ahead = -DAY
    write_entries(alo, 1)
    alo.ahead = 0
    federation.clock.forward(DAY)
    federation.deliver(alo)
    [(first, _), (second, _)] = alo.rows("SELECT last_number, day FROM audit_days ORDER BY day")

    assert second - first >= 0
    assert alo.rows("SELECT max(number) FROM audit") == [(second,)] or second > first


# What is told


def test_the_first_message_of_a_day_tells_each_peer_the_head_of_the_day_before(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.clock.forward(DAY)
    since = len(federation.sent)
    for _ in range(3):
        say_something(alo, bandhan.node_id)
    federation.deliver(alo)
    [(day, link)] = days_of(alo)[-1:]

    assert told(federation, bandhan, since=since) == [
        DayHead(day=day, hash=link),  # type: ignore[arg-type]  # a model's own bytes
        None,
        None,
    ]
    assert day == alo.now // DAY - 1


def test_two_nodes_with_three_and_three_thousand_entries_a_day_tell_heads_of_equal_size_and_cadence(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    counts = {alo.name: 3, bandhan.name: 3_000}
    since = len(federation.sent)
    for _ in range(3):
        federation.clock.forward(DAY)
        for writer, other in ((alo, bandhan), (bandhan, alo)):
            write_entries(writer, counts[writer.name])
            for _ in range(2):
                say_something(writer, other.node_id)
        federation.settle_all()
    shapes = [
        [
            (one.bucket, one.skeleton.day_head is not None)
            for one in federation.to(reader, since=since)
            if one.skeleton.type == "card/1"
        ]
        for reader in (bandhan, alo)
    ]
    sizes = {
        len(one.opened.signed.body)
        for reader in (alo, bandhan)
        for one in federation.to(reader, since=since)
        if one.skeleton.day_head is not None
    }

    assert shapes == [[(4_096, True), (4_096, False)] * 3] * 2
    assert len(sizes) == 1


def test_a_peer_that_did_not_answer_our_introduction_is_told_no_head(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    change(alo, "UPDATE peers SET status = 'invited'")
    federation.clock.forward(DAY)
    since = len(federation.sent)
    say_something(alo, bandhan.node_id)
    federation.deliver(alo)

    assert told(federation, bandhan, since=since) == [None]


def test_a_message_left_again_tells_the_head_it_told_at_first(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    federation.clock.forward(DAY)
    since = len(federation.sent)
    say_something(alo, bandhan.node_id)
    federation.deliver(alo)
    federation.box(bandhan).clear()
    federation.clock.forward(DAY + 60)
    federation.deliver(alo)
    first, again = told(federation, bandhan, since=since)

    assert first == again is not None


# Witnesses


def test_a_peer_holds_the_last_head_in_the_message_that_its_sender_signed(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 3)
    [(day, link)] = days_of(alo)[-1:]
    rows = bandhan.rows("SELECT peer, day, hash, standing FROM witnessed_heads")

    assert rows == [(alo.node_id, day, link, "held")]
    assert len(held_heads(bandhan, alo)) == 1
    assert tasks_of(bandhan) == tasks_of(alo) == []


def test_a_second_head_for_one_day_is_told_to_people_on_both_sides_and_refuses_no_message(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 1)
    rewrite_yesterday(alo)
    say_something(alo, bandhan.node_id)
    federation.settle_all()

    assert federation.refused == []
    assert tasks_of(bandhan) == ["audit_differs"]
    assert tasks_of(alo) == ["audit_questioned"]
    assert bandhan.rows("SELECT standing FROM witnessed_heads ORDER BY number") == [
        ("held",),
        ("contradicted",),
        ("differs",),
    ]
    assert bandhan.rows(
        "SELECT status FROM messages WHERE type = 'card/1' AND peer = ?", alo.node_id
    )[-1:] == [("applied",)]


def test_a_day_that_goes_back_is_told_to_people_on_both_sides(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 3)
    held = days_of(alo)[-1][0]
    older = DayHead(day=held - 1, hash=sha256(b"another past"))
    message = CardUpdate(card=alo.me.signed_card.raw)
    federation.clock.forward(60)
    raw = forge(message, sender=alo, recipient=bandhan, advance=True, day_head=older)
    federation.box(bandhan).append(raw)
    federation.settle_all()

    assert (tasks_of(bandhan), tasks_of(alo)) == (["audit_differs"], ["audit_questioned"])
    assert bandhan.rows("SELECT day FROM witnessed_heads WHERE standing = 'held'") == [(held,)]


def test_the_same_contradiction_is_told_once_and_kept_once(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 1)
    rewrite_yesterday(alo)
    since = len(federation.sent)
    for _ in range(3):
        change(alo, "DELETE FROM shared_heads")
        say_something(alo, bandhan.node_id)
        federation.settle_all()
    said = [seen.skeleton.type for seen in federation.to(alo, since=since)]

    assert said.count("audit.differs/1") == 1
    assert bandhan.rows("SELECT count(*) FROM witnessed_heads") == [(3,)]


def test_evidence_has_a_bound_whoever_sends_it(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 1)
    day = days_of(alo)[-1][0]
    for number in range(40):
        other = DayHead(day=day, hash=sha256(bytes([number])))
        message = CardUpdate(card=alo.me.signed_card.raw)
        raw = forge(message, sender=alo, recipient=bandhan, advance=True, day_head=other)
        federation.box(bandhan).append(raw)
    federation.collect(bandhan)

    assert bandhan.rows("SELECT count(*) FROM witnessed_heads") == [(17,)]
    assert federation.refused == []


def test_after_a_restore_an_older_head_is_explained_recorded_and_still_shown(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 3)
    older = DayHead(day=days_of(alo)[0][0], hash=sha256(b"as the backup had it"))
    message = CardUpdate(card=alo.me.signed_card.raw)
    federation.clock.forward(60)
    raw = forge(
        message,
        sender=alo,
        recipient=bandhan,
        day_head=older,
        epoch=alo.now,
        sequence=1,
        previous=ZERO_HASH,
    )
    federation.box(bandhan).append(raw)
    federation.collect(bandhan)

    assert tasks_of(bandhan) == ["audit_restored"]
    assert bandhan.rows(
        "SELECT day, standing FROM witnessed_heads ORDER BY number DESC LIMIT 2"
    ) == [
        (older.day, "held"),
        (older.day, "restored"),
    ]


def test_messages_mixed_on_the_road_contradict_nothing(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    for _ in range(4):
        federation.clock.forward(DAY)
        say_something(alo, bandhan.node_id)
        federation.deliver(alo)
    federation.box(bandhan).reverse()
    federation.settle_all()

    assert tasks_of(bandhan) == []
    assert bandhan.rows("SELECT day FROM witnessed_heads") == [(alo.now // DAY - 1,)]


def test_what_a_peer_says_of_two_heads_that_are_both_ours_worries_nobody(
    federation: Federation, alo: Node, bandhan: Node
) -> None:
    days_go_by(federation, 2)
    [(first, _), (second, _)] = days_of(alo)[-2:]
    change(bandhan, "UPDATE witnessed_heads SET created = created + 999999")
    older = DayHead(day=first, hash=days_of(alo)[-2][1])  # type: ignore[arg-type]  # a model's own bytes
    message = CardUpdate(card=alo.me.signed_card.raw)
    raw = forge(
        message,
        sender=alo,
        recipient=bandhan,
        advance=True,
        day_head=older,
        created=later(alo.now, limits.DAY),
    )
    federation.box(bandhan).append(raw)
    federation.settle_all()

    assert second > first
    assert tasks_of(alo) == []


def test_closing_days_shows_on_no_screen(federation: Federation, alo: Node) -> None:
    federation.deliver(alo)
    federation.clock.forward(DAY)

    def looked(unit: object) -> bool:
        before = unit.vault.total_changes  # type: ignore[attr-defined]
        delivering.due(
            unit,  # type: ignore[arg-type]
            me=alo.me,
            acting=alo.acting(),
            cadence=WHEN_DUE,
            lines=delivering.FREE,
        )
        return bool(unit.changed_since(before))  # type: ignore[attr-defined]

    assert alo.write(looked) is False
    assert days_of(alo)[-1][0] == alo.now // DAY - 1

"""One story, real backups after each of twenty steps, either computer lost at the end: restored from any.

What must be true of each message is told by the test's own model: from the envelopes that left, in which step
each came, and which survivor it is about.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from node.services import reading
from node.vault import journal
from protocol.local import commands, views
from tests.support import federation as federations
from tests.support import points
from tests.support.federation import Federation, Node
from tests.support.points import POINTS, Told, Written
from tests.support.restored import HOUR, lose_and_restore
from tests.support.restoring import confirm, tasks_of, waits

DAYS: Final = 3
QUICK: Final = (2, 9, 13, 17)
POINT: Final = pytest.mark.parametrize(
    "point",
    [pytest.param(at, marks=[] if at in QUICK else [pytest.mark.slow]) for at in range(POINTS)],
)


@pytest.fixture(scope="module")
def told(acquainted: Federation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with points.told(acquainted, tmp_path_factory.mktemp("twenty")) as made:
        yield made


def statuses(node: Node, sender: Node) -> dict[bytes, str]:
    """What became of each message from a peer, as it stands in the vault."""
    return dict(
        node.rows("SELECT message_id, status FROM messages WHERE peer = ?", sender.node_id)
    )


def readable(node: Node) -> list[tuple[bytes, str]]:
    """The conversations and types of what is personal and may be opened at a node."""
    rows = node.rows(
        "SELECT peer, message_id, thread, type FROM messages WHERE consent IS NOT NULL"
        " AND type != 'consent.copy/1'"
    )
    opened = []
    for peer, message, thread, type_name in rows:
        command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
        if isinstance(node.use(reading.read_message, command), views.MessageView):
            opened.append((thread, type_name))
    return opened


def find_together(made: Federation, lost: Node, other: Node) -> None:
    """They greet, somebody phones, and what was left without an answer is left again."""
    made.settle_all()
    confirm(other, lost)
    for _ in range(DAYS):
        made.settle_all()
        made.clock.forward(25 * HOUR)
    made.settle_all()


def should_be(told: Told, one: Written, point: int) -> set[str]:
    """What must have become of a message from the partner at a computer that was restored to this point."""
    if one.step <= point or one.type == "consent.withdrawn/1":
        return {"applied"}
    if told.is_over(one):
        return {"withheld", "refused"}
    if one.consent is not None:
        # The partner destroyed what is personal when it had come.
        return {"withheld"}
    lost_word = points.OFFERED if one.sender == told.kept.bandhan.node_id else points.ACCEPTED
    if one.thread == told.kept.thread and point < lost_word < one.step:
        # It stands on a word of the lost computer that is in no backup.
        return {"applied", "refused"}
    return {"applied"}


def untold(told: Told, lost: Node, other: Node) -> set[bytes]:
    """The conversations in which something was refused after the loss, and nobody at the sender was told."""
    came = statuses(lost, other)
    refused = {
        one.thread
        for one in told.from_to(other)
        if came.get(one.message_id) == "refused" and not told.is_over(one)
    }
    tasks = other.rows("SELECT thread FROM tasks WHERE task = 'message_refused'")
    return refused - {thread for (thread,) in tasks}


def assert_each_message_is_accounted_for(told: Told, lost: Node, other: Node, point: int) -> None:
    """Everything that the partner wrote has come, once; what the lost computer wrote came no second time."""
    assert untold(told, lost, other) == set()
    came = statuses(lost, other)
    wrong = {
        (one.type, one.step): came.get(one.message_id)
        for one in told.from_to(other)
        if came.get(one.message_id) not in should_be(told, one, point)
    }
    assert wrong == {}
    mine = {one.message_id for one in told.from_to(lost)}
    before = statuses(told.federation[other.name], told.federation[lost.name])
    after = statuses(other, lost)
    assert {name: after.get(name) for name in mine} == {name: before[name] for name in mine}


def assert_nothing_waits(lost: Node, other: Node) -> None:
    """Nobody waits for the other, nothing is frozen, and nothing that has left is without an answer."""
    assert waits(lost, other) == waits(other, lost) == (False, False)
    for node, peer in ((lost, other), (other, lost)):
        assert node.rows("SELECT in_frozen FROM peers WHERE in_frozen = 1") == []
        assert (
            node.rows(
                "SELECT type FROM outbox WHERE peer = ? AND type != 'receipt/1'"
                " AND state IN ('queued', 'sealed', 'deposited')",
                peer.node_id,
            )
            == []
        )


def assert_what_she_took_back_is_nowhere(told: Told, made: Federation, since: int) -> None:
    """It is opened nowhere, its rows hold nothing, and nothing of it left again with its payload."""
    cited = told.consents(told.withdrawn)
    bandhan = made["Bandhan"]
    texts = {text for (text,) in bandhan.rows("SELECT text FROM search_texts")}
    assert points.HER_TOWN not in texts
    assert told.withdrawn.thread not in {thread for thread, _ in readable(bandhan)}
    for consent in cited:
        assert (
            bandhan.rows(
                "SELECT 1 FROM messages WHERE consent = ? AND payload IS NOT NULL", consent
            )
            == []
        )
    left = [made.seen(one) for one in made.sent[since:]]
    assert not [
        one.skeleton.type
        for one in left
        if one.content is not None
        and one.skeleton.consent is not None
        and bytes(one.skeleton.consent) in cited
    ]


@POINT
def test_the_asked_side_restored_from_any_point_has_everything_back_but_what_was_withdrawn(
    told: Told, tmp_path: Path, point: int
) -> None:
    with federations.copied(told.federation, tmp_path / "federation") as made:
        alo, bandhan = made["Alo Shelter"], made["Bandhan"]
        lose_and_restore(bandhan, told.taken["Bandhan"][point])
        journal.copy_beside(told.stick / "Bandhan" / journal.FILE_NAME, bandhan.folder)
        find_together(made, bandhan, alo)

        assert_each_message_is_accounted_for(told, bandhan, alo, point)
        assert_nothing_waits(bandhan, alo)
        assert points.left_in_journal(bandhan.folder / journal.FILE_NAME) == told.spent
        assert_what_she_took_back_is_nowhere(told, made, 0)
        assert readable(bandhan) == [(told.kept.thread, "referral.dossier/1")]
        assert bandhan.rows(
            "SELECT count(*) FROM tombstones WHERE consent_id = ?", told.withdrawn.consent
        ) == [(1,)]


@POINT
def test_the_referring_side_restored_from_any_point_revives_nothing_and_freezes_nothing(
    told: Told, tmp_path: Path, point: int
) -> None:
    with federations.copied(told.federation, tmp_path / "federation") as made:
        alo, bandhan = made["Alo Shelter"], made["Bandhan"]
        lose_and_restore(alo, told.taken["Alo Shelter"][point])
        journal.copy_beside(told.stick / "Alo Shelter" / journal.FILE_NAME, alo.folder)
        find_together(made, alo, bandhan)

        assert_each_message_is_accounted_for(told, alo, bandhan, point)
        assert_nothing_waits(alo, bandhan)
        assert points.left_in_journal(alo.folder / journal.FILE_NAME) == told.spent
        assert_what_she_took_back_is_nowhere(told, made, 0)
        known = alo.rows("SELECT 1 FROM consents WHERE consent_id = ?", told.withdrawn.consent)
        ended = alo.rows(
            "SELECT 1 FROM consent_events WHERE consent_id = ? AND event = 'withdrawn'",
            told.withdrawn.consent,
        )
        assert bool(known) == bool(ended)
        assert alo.rows(
            "SELECT state FROM listed_consents WHERE consent_id = ?", told.withdrawn.consent
        ) == [(4,)]
        assert bandhan.rows("SELECT state FROM referrals WHERE thread = ?", told.kept.thread) == [
            ("arrived",)
        ]
        # The words of a report are nowhere but at whoever wrote them.
        assert "tell_again" in tasks_of(bandhan)

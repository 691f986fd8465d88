"""One node is restored from each of twenty earlier points of one story.

What a backup held is compared with rows that the test read by itself at that point, and what the node has
spent with the test's own list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from node.services import backing_up, casework
from node.vault import journal
from node.vault.backup.lists import COPIED
from node.vault.database import Database
from protocol.codec import Value
from protocol.local import commands
from protocol.values import Hash, Instant
from protocol.vocabulary.codes import AgeBand
from tests.support import backups
from tests.support.backups import Taken
from tests.support.federation import Node
from tests.support.story import Story

POINTS: Final = 20
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A moment of the story: its backup, and what the test itself read then."""

    taken: Taken
    rows: Rows
    chain: Hash
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The whole story at Bandhan, with everything that was spent on the way."""

    points: list[Point]
    spent: list[Value]
    stick: Path
    withdrawn: bytes


def steps(story: Story) -> list[Callable[[], object]]:
    """Twenty acts: she is referred, reported on, and takes everything back; Bandhan has cases of its own."""
    acts: list[Callable[[], object]] = [
        story.open_case,
        story.agree,
        story.agree_way_back,
        story.offer,
        story.settle,
        story.accept,
        story.settle,
        story.dossier,
        story.settle,
        story.arrive,
        story.confirm,
        story.report,
        story.settle,
        lambda: own_case(story.bandhan, "B-1"),
        lambda: own_case(story.bandhan, "B-2"),
        story.report,
        lambda: story.withdraw(story.way_back),
        story.settle,
        story.withdraw,
        story.settle,
    ]
    assert len(acts) == POINTS
    return acts


def own_case(node: Node, number: str) -> None:
    node.use(
        casework.open_case,
        commands.OpenCase(case_number=number, age_band=AgeBand.ADULT, language="ben"),
    )


@pytest.fixture
def told(story: Story, tmp_path: Path) -> Told:
    stick = tmp_path / "stick"
    stick.mkdir()
    node, own = story.bandhan, story.bandhan.folder / journal.FILE_NAME
    spent: list[Value] = []
    points: list[Point] = []
    for number, act in enumerate(steps(story), start=1):
        act()
        story.federation.clock.forward(3_600)
        spent.append({0: 1, 1: number})
        journal.append(own, spent[-1])
        kept = journal.mark(own, made_at=node.now)
        journal.copy_beside(own, stick)
        taken = backups.take(node.database, stick, now=node.now, name=f"point-{number}")
        points.append(
            Point(taken=taken, rows=plain_rows(node.database), chain=kept.chain, at=node.now)
        )
    return Told(points=points, spent=spent, stick=stick, withdrawn=bytes(story.consent))


def plain_rows(database: Database) -> Rows:
    """Every row of the tables that are copied as they are, by queries of the test's own."""
    plain = [table for table, copied in COPIED.items() if not (copied.instead or copied.where)]
    there = {name for (name,) in rows(database, "SELECT name FROM sqlite_master")}
    return {
        table: sorted(rows(database, f"SELECT * FROM {table}"), key=repr)  # noqa: S608
        for table in plain
        if table in there
    }


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in database.read_now(lambda unit: unit.vault.execute(sql).fetchall())
    ]


@pytest.mark.slow
def test_from_each_of_twenty_points_everything_of_its_own_comes_back_and_nothing_that_came(
    told: Told, tmp_path: Path
) -> None:
    for number, point in enumerate(told.points):
        database = backups.restore(point.taken, tmp_path / f"again-{number}", vault_key=bytes(32))
        try:
            assert plain_rows(database) == point.rows, number
            personal = (
                "SELECT count(*) FROM messages WHERE consent IS NOT NULL AND payload IS NOT NULL"
            )
            assert rows(database, personal) == [(0,)]
            assert rows(database, "SELECT count(*) FROM outbox WHERE key_id IS NOT NULL") == [(0,)]
        finally:
            database.close()


@pytest.mark.slow
def test_whichever_point_is_restored_nothing_that_was_spent_is_forgotten(told: Told) -> None:
    copy = journal.load(told.stick / journal.FILE_NAME)

    def may_spend(record: Value) -> bool:
        return record not in copy.records

    for point in told.points:
        gap = backing_up.gap_of(copy, chain=point.chain, is_of_the_end=False)
        assert gap == told.points[-1].at
        assert not any(may_spend(record) for record in told.spent)
    assert may_spend({0: 1, 1: POINTS + 1})


@pytest.mark.slow
def test_a_journal_that_does_not_reach_the_point_says_that_nothing_is_known(told: Told) -> None:
    whole = journal.load(told.stick / journal.FILE_NAME)
    early = journal.parse(journal.dump(whole.bodies[:10]))
    gaps = [
        backing_up.gap_of(early, chain=point.chain, is_of_the_end=is_of_the_end)
        for point in told.points
        for is_of_the_end in (False, True)
    ]

    # Five points are in it; of the others nobody knows what was spent, from the beginning on.
    assert gaps[:10] == [told.points[4].at, None] * 5
    assert gaps[10:] == [0] * 30

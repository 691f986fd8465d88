"""What is in a backup, looked for in the pages of what its sheet opens, and what a vault made of it is.

The oracle is `node.vault.pages`, which decrypts the copy with its own key and knows no query of ours. Each
search is made in the vault's own folder too, where it must find everything.
"""

from pathlib import Path
from typing import Any, Final

import pytest

from node.services import backing_up, casework, paging
from node.vault import pages
from node.vault.backup.lists import COPIED
from node.vault.database import Database
from node.vault.keyring import Kind, Owner
from protocol.local import commands
from protocol.values import Instant
from protocol.vocabulary.codes import AgeBand, TextKind
from tests.support import backups
from tests.support.federation import Node, done
from tests.support.story import FACTS, Story, sentence

HER_TOWN: Final = "wortkloster"
HER_WISH: Final = "violettmoos"
HER_REPORT: Final = "mondscheibe"
DRAFT: Final = "halbgeschrieben"
OWN: Final = "eigenwortkasten"
OWN_NAME: Final = ("রহিমা", "Raheema")
_PIECE_BYTES: Final = 24


@pytest.fixture
def told(story: Story) -> Story:
    """Bandhan holds a dossier that came, and a report on its way; Alo its case, and a report that came."""
    wish = sentence(TextKind.WISH, f"আমি {HER_WISH} চাই।")
    story.open_case(facts={**FACTS, "present_town": HER_TOWN}, sentences=(wish,))
    story.agree(texts=[wish.hash])
    story.agree_way_back()
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    story.arrive()
    story.confirm()
    story.report(HER_REPORT)
    story.settle()
    story.report(HER_REPORT)
    _own_case(story.bandhan)
    for node in (story.alo, story.bandhan):
        draft = commands.SaveDraft(place="thread", about=bytes(story.thread), text=DRAFT)
        node.use(casework.save_draft, draft)
    return story


def _own_case(node: Node) -> None:
    opened = commands.OpenCase(case_number="B-1", age_band=AgeBand.ADULT, language="ben")
    ref = done(node.use(casework.open_case, opened)).ref
    assert ref is not None
    facts = commands.RecordFacts(case_id=ref, facts={"present_town": OWN, "known_as": OWN_NAME[0]})
    done(node.use(casework.record_facts, facts))


def secrets_of(node: Node) -> dict[str, list[bytes]]:
    """What may be in no backup of a node, by its name: keys, and what rests under them."""
    found: dict[str, list[bytes]] = {"draft": [DRAFT.encode()]}
    seeds = node.read(lambda unit: unit.keys.execute("SELECT seed FROM prekeys").fetchall())
    for number, (seed,) in enumerate(seeds):
        found[f"seed {number}"] = [seed]
    keys = node.read(lambda unit: unit.keys.execute("SELECT key FROM disclosure_keys").fetchall())
    for number, (key,) in enumerate(keys):
        found[f"disclosure key {number}"] = [key]
    payloads = node.rows(
        "SELECT payload FROM messages WHERE key_id IS NOT NULL"
        " UNION ALL SELECT payload FROM outbox WHERE key_id IS NOT NULL"
    )
    for number, (payload,) in enumerate(payloads):
        starts = range(0, len(payload) - _PIECE_BYTES, _PIECE_BYTES)
        found[f"payload {number}"] = [payload[at : at + _PIECE_BYTES] for at in starts]
    return found


def found_in(folder: Path, key: bytes, wanted: dict[str, list[bytes]]) -> set[str]:
    flat = [(place, raw) for place, raws in wanted.items() for raw in raws]
    findings = pages.find(folder, key=key, canaries=[raw for _, raw in flat])
    return {flat[one.canary][0] if one.canary >= 0 else one.form for one in findings}


def in_backup(node: Node, folder: Path, wanted: dict[str, list[bytes]]) -> set[str]:
    """The places of which something is in a backup of a node, decrypted page by page."""
    folder.mkdir()
    taken = backups.take(node.database, folder, now=node.now)
    copy, key, _ = backups.unpack(taken, folder)
    assert copy.suffix == ".db"
    return found_in(folder, key, wanted)


def test_a_backup_holds_no_seed_no_disclosure_key_and_nothing_that_came_from_others(
    told: Story, tmp_path: Path
) -> None:
    wanted = secrets_of(told.bandhan)
    wanted |= {"her town": [HER_TOWN.encode()], "her wish": [HER_WISH.encode()]}
    in_vault = found_in(told.bandhan.folder, told.bandhan.key, wanted)

    assert in_vault == wanted.keys()
    assert {place.partition(" ")[0] for place in wanted} >= {"seed", "disclosure", "payload"}
    assert in_backup(told.bandhan, tmp_path / "b", wanted) == set()


def test_the_same_search_finds_in_a_backup_what_belongs_there(told: Story, tmp_path: Path) -> None:
    own = {"own": [OWN.encode()]}
    hers = {"her town": [HER_TOWN.encode()], "her wish": [HER_WISH.encode()]}

    assert in_backup(told.bandhan, tmp_path / "b", own) == own.keys()
    assert in_backup(told.alo, tmp_path / "a", hers) == hers.keys()


def test_what_came_back_about_her_is_in_no_backup_of_who_asked(
    told: Story, tmp_path: Path
) -> None:
    wanted = secrets_of(told.alo) | {"her report": [HER_REPORT.encode()]}
    in_vault = found_in(told.alo.folder, told.alo.key, wanted)

    assert in_vault == wanted.keys()
    assert in_backup(told.alo, tmp_path / "a", wanted) == set()


@pytest.fixture
def again(told: Story, tmp_path: Path) -> Any:  # noqa: ANN401
    """A vault made of a backup of Bandhan."""
    taken = backups.take(told.bandhan.database, tmp_path, now=told.bandhan.now)
    database = backups.restore(taken, tmp_path / "again", vault_key=bytes(32))
    yield database
    database.close()


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in database.read_now(lambda unit: unit.vault.execute(sql).fetchall())
    ]


def whole_table(database: Database, table: str) -> list[tuple[Any, ...]]:
    return sorted(rows(database, f"SELECT * FROM {table}"), key=repr)  # noqa: S608


def test_every_row_that_is_backed_up_as_it_is_comes_back_as_it_was(
    told: Story, again: Database
) -> None:
    there = {name for (name,) in rows(again, "SELECT name FROM sqlite_master")}
    plain = {table for table, copied in COPIED.items() if not (copied.instead or copied.where)}

    assert len(plain & there) > 20
    for table in plain & there:
        assert whole_table(again, table) == whole_table(told.bandhan.database, table), table


def test_what_came_stays_as_a_skeleton_that_nobody_can_read(told: Story, again: Database) -> None:
    query = "SELECT message_id, skeleton, hash, status FROM messages ORDER BY message_id"
    personal = "SELECT payload, key_id, is_locked FROM messages WHERE consent IS NOT NULL"

    assert rows(again, query) == rows(told.bandhan.database, query)
    assert {*rows(again, personal)} == {(None, None, 1)}
    assert len(rows(again, personal)) >= 2
    public = "SELECT message_id, payload FROM messages WHERE consent IS NULL ORDER BY message_id"
    assert rows(again, public) == rows(told.bandhan.database, public)


def test_a_report_that_was_never_numbered_vanishes_with_its_disclosure(
    told: Story, again: Database
) -> None:
    unsent = rows(
        told.bandhan.database,
        "SELECT message_id FROM outbox WHERE key_id IS NOT NULL AND sequence IS NULL",
    )
    assert len(unsent) == 1
    left = rows(again, "SELECT message_id FROM outbox UNION SELECT message_id FROM disclosures")

    assert not {*unsent} & {*left}
    assert rows(again, "SELECT count(*) FROM outbox WHERE key_id IS NOT NULL") == [(0,)]


def test_the_keys_of_a_restored_vault_are_none(again: Database) -> None:
    counts = again.read_now(
        lambda unit: [
            unit.keys.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("prekeys", "disclosure_keys")
        ]
    )

    assert counts == [0, 0]


def restored(node: Node, database: Database) -> list[Owner]:
    recovery = Owner(slot_id=b"n" * 16, kind=Kind.RECOVERY, public=b"p" * 32)
    return database.write_now(
        lambda unit: backing_up.restored(
            unit,
            made_at=node.now,
            journal_gap_since=Instant(7),
            recovery=recovery,
            acting=node.acting(),
        )
    )


def search(database: Database, words: str) -> tuple[int, int]:
    """How many cases and messages are found."""
    found = database.read_now(lambda unit: casework.search(unit, commands.Search(words=words)))
    return len(found.cases), len(found.messages)


def test_the_words_of_own_cases_are_found_again_and_what_came_is_not(
    told: Story, again: Database
) -> None:
    restored(told.bandhan, again)
    found = {word: search(again, word) for word in (OWN, HER_TOWN, HER_WISH)}

    assert found == {OWN: (1, 0), HER_TOWN: (0, 0), HER_WISH: (0, 0)}


def test_own_cases_are_found_again_by_a_name_as_it_sounds(told: Story, again: Database) -> None:
    restored(told.bandhan, again)
    typed = commands.PageCases(
        first=0, count=1, words=OWN_NAME[1], status=None, mine=False, with_names=False
    )
    acting = told.bandhan.acting()
    shown = again.read_now(lambda unit: paging.page_cases(unit, typed, acting=acting))

    assert [line.case_number for line in shown.lines] == ["B-1"]


def test_the_next_entry_of_the_audit_log_begins_an_epoch_and_names_the_last_head_that_is_known(
    told: Story, again: Database
) -> None:
    head = b"a head of a day that was closed."
    again.write_now(
        lambda unit: unit.vault.execute(
            "INSERT INTO audit_days (day, last_number, last_entry, hash) VALUES (7, 1, ?, ?)",
            (bytes(32), head),
        )
    )
    (number, last) = rows(again, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")[0]
    restored(told.bandhan, again)
    entry = rows(
        again,
        "SELECT a.number, a.previous, a.event, a.epoch, d.object, d.details FROM audit a"
        " JOIN audit_details d USING (number) ORDER BY a.number DESC LIMIT 1",
    )

    assert entry == [(number + 1, last, "restore", told.bandhan.now, head, "7")]


def test_the_sheet_that_opened_the_backup_is_void_and_everybody_is_told(
    told: Story, again: Database
) -> None:
    sheets = "SELECT slot_id FROM slots WHERE kind = 2"
    former = rows(again, sheets)
    owners = restored(told.bandhan, again)

    assert rows(again, sheets) == [(b"n" * 16,)]
    assert former not in ([], [(b"n" * 16,)])
    assert {owner.slot_id for owner in owners} == {
        row[0] for row in rows(again, "SELECT slot_id FROM slots WHERE is_open = 1")
    }
    users = rows(again, "SELECT count(*) FROM users WHERE is_active = 1")[0][0]
    told_codes = rows(again, "SELECT code, count(*) FROM notices GROUP BY code ORDER BY code")
    assert told_codes == [("restored", users), ("sheet_used", users)]


def test_a_gap_in_the_journal_is_remembered_from_its_last_record_to_the_restore(
    told: Story, again: Database
) -> None:
    assert again.read_now(backing_up.journal_gap) is None
    restored(told.bandhan, again)

    assert again.read_now(backing_up.journal_gap) == (7, told.bandhan.now)

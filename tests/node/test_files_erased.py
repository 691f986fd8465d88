"""A file that she takes back is gone at both ends: from every page, every log frame and every other file.

As for her words in `test_erasure`: the oracle decrypts the files of the folder with the raw key and knows no
query of ours, and finds everything before. A file rests under keys of its own: what is looked for are those
keys and pieces of its encrypted bytes; and pieces of the file itself, which must never be found at all.
"""

from typing import Final

import pytest

from node.vault import pages
from protocol.values import sha256
from tests.support.federation import Node
from tests.support.files import PART, attach, files_at, let_go, paper, states_at, tick
from tests.support.story import Story

FILE: Final = paper(PART + 5_000)
_PIECE_BYTES: Final = 24
_PIECES: Final = 40


@pytest.fixture
def told(story: Story) -> Story:
    """The dossier has arrived."""
    story.up_to_dossier()
    return story


def pieces(raw: bytes) -> list[bytes]:
    """Some pieces from everywhere in it, each shorter than a page by far."""
    step = max(_PIECE_BYTES, len(raw) // _PIECES)
    return [raw[at : at + _PIECE_BYTES] for at in range(0, len(raw) - _PIECE_BYTES, step)]


def resting(node: Node) -> list[bytes]:
    """Keys, and pieces of the encrypted bytes, of every part of a file that rests in a vault."""
    rows = node.rows(
        "SELECT payload, key_id FROM messages WHERE type = 'blob.chunk/1' AND key_id IS NOT NULL"
        " UNION ALL SELECT payload, key_id FROM outbox"
        " WHERE type = 'blob.chunk/1' AND key_id IS NOT NULL"
        " UNION ALL SELECT p.content, f.key_id FROM own_files f JOIN own_file_parts p"
        " ON p.file_id = f.file_id WHERE f.key_id IS NOT NULL"
    )
    keys = dict(
        node.read(
            lambda unit: unit.keys.execute("SELECT key_id, key FROM disclosure_keys").fetchall()
        )
    )
    found = {keys[key_id] for _, key_id in rows}
    return [*found, *(piece for content, _ in rows for piece in pieces(content))]


def found_at(node: Node, canaries: list[bytes]) -> set[int]:
    """Which canaries are still somewhere in the folder; every file of it must be searchable."""
    findings = pages.find(node.folder, key=node.key, canaries=canaries)
    assert all(one.canary >= 0 for one in findings), findings
    return {one.canary for one in findings}


def is_all_there(found: set[int], canaries: list[bytes]) -> bool:
    """Was everything found, but for the few pieces that the border of a page cuts in two?"""
    return len(canaries) > _PIECES and len(found) > 0.95 * len(canaries)


def test_the_file_itself_is_in_no_page_of_either_vault(told: Story) -> None:
    let_go(told, FILE)
    told.federation.deliver(told.alo)
    at_alo = found_at(told.alo, pieces(FILE))
    told.settle()

    assert at_alo == set()
    assert found_at(told.bandhan, pieces(FILE)) == set()


def test_a_file_that_came_is_gone_after_her_no(told: Story) -> None:
    let_go(told, FILE)
    told.settle()
    canaries = [*resting(told.bandhan), sha256(FILE)]
    before = found_at(told.bandhan, canaries)
    told.withdraw()
    told.settle()

    assert is_all_there(before, canaries)
    assert found_at(told.bandhan, canaries) == set()


def test_half_a_file_is_gone_after_her_no(told: Story) -> None:
    let_go(told, FILE)
    told.federation.deliver(told.alo)
    told.bandhan.take(told.federation.box(told.bandhan)[:1])
    canaries = resting(told.bandhan)
    before = found_at(told.bandhan, canaries)
    told.withdraw()
    told.settle()

    assert is_all_there(before, canaries)
    assert [state for state, _, _ in states_at(told.bandhan, told)] == ["erased"]
    assert found_at(told.bandhan, canaries) == set()


def test_our_copy_for_sending_is_gone_after_her_no(told: Story) -> None:
    file = attach(told, FILE)
    tick(file, at=told.alo)
    canaries = resting(told.alo)
    before = found_at(told.alo, canaries)
    told.withdraw()

    assert is_all_there(before, canaries)
    assert found_at(told.alo, canaries) == set()


def test_what_is_on_its_way_is_gone_from_our_side_after_her_no(told: Story) -> None:
    let_go(told, FILE)
    told.federation.deliver(told.alo)
    canaries = resting(told.alo)
    before = found_at(told.alo, canaries)
    told.withdraw()

    assert is_all_there(before, canaries)
    assert found_at(told.alo, canaries) == set()


def test_once_all_of_it_arrived_no_copy_stays_here(told: Story) -> None:
    let_go(told, FILE)
    canaries = resting(told.alo)
    before = found_at(told.alo, canaries)
    told.settle()

    assert is_all_there(before, canaries)
    assert states_at(told.alo, told) == [("sent", 2, 2)]
    assert found_at(told.alo, canaries) == set()


def test_a_crash_between_key_and_row_is_mended_at_either_end(told: Story) -> None:
    attach(told, FILE)
    told.alo.write(lambda unit: unit.keys.execute("DELETE FROM disclosure_keys"))
    told.alo.reopen()

    assert [state for state, _, _ in states_at(told.alo, told)] == ["again"]
    assert told.alo.rows("SELECT count(*) FROM own_file_parts WHERE content IS NOT NULL") == [(0,)]


def test_a_sweep_keeps_the_key_of_a_copy_that_waits(told: Story) -> None:
    file = attach(told, FILE)
    told.alo.reopen()
    tick(file, at=told.alo)
    let_go(told, paper(100, name="small"))
    told.settle()

    assert [one.state for one in files_at(told.alo, told)] == ["kept", "sent"]

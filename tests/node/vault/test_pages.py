"""The proof tool itself: it finds what is there, and nothing only when nothing is there."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.vault import driver, pages
from node.vault.driver import Connection
from node.vault.pages import Finding, PageError

KEY = bytes(range(32))
CANARY = b"zqxvjkwanderwort"
WORD = CANARY.decode()


def connect(folder: Path) -> Connection:
    return driver.connect(folder / "some.db", key=KEY)


def filled(folder: Path) -> Connection:
    connection = connect(folder)
    connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO words (id, word) VALUES (1, 'ordinary')")
    connection.execute("INSERT INTO words (id, word) VALUES (2, ?)", (WORD,))
    return connection


def empty_log(connection: Connection) -> None:
    row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert tuple(row) == (0, 0, 0)


def found_in(folder: Path) -> list[Finding]:
    return pages.find(folder, key=KEY, canaries=[CANARY])


def test_a_word_is_found_in_the_log_and_after_a_checkpoint_in_the_file(tmp_path: Path) -> None:
    connection = filled(tmp_path)
    in_log = found_in(tmp_path)
    empty_log(connection)
    in_file = found_in(tmp_path)
    connection.close()
    assert {(bool(finding.frame), finding.form) for finding in in_log} == {
        (True, "raw"),
        (True, "folded"),
        (True, "index tail"),
    }
    assert {finding.frame for finding in in_file} == {0}
    assert {finding.page for finding in in_file} == {2}


def test_after_secure_delete_and_checkpoint_nothing_is_found(tmp_path: Path) -> None:
    connection = filled(tmp_path)
    empty_log(connection)
    connection.execute("DELETE FROM words WHERE id = 2")
    empty_log(connection)
    left = found_in(tmp_path)
    connection.close()
    assert left == []


def test_without_secure_delete_the_word_is_still_found(tmp_path: Path) -> None:
    connection = filled(tmp_path)
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("DELETE FROM words WHERE id = 2")
    empty_log(connection)
    left = found_in(tmp_path)
    connection.close()
    assert {(finding.page, finding.frame) for finding in left} == {(2, 0)}


def test_without_a_checkpoint_the_word_is_still_found_in_old_frames(tmp_path: Path) -> None:
    connection = filled(tmp_path)
    connection.execute("DELETE FROM words WHERE id = 2")
    assert connection.execute("SELECT count(*) FROM words").fetchone() == (1,)
    left = found_in(tmp_path)
    connection.close()
    assert left
    assert all(finding.frame for finding in left)


def test_frames_past_the_last_commit_are_searched_too(tmp_path: Path) -> None:
    connection = filled(tmp_path)
    connection.execute("DELETE FROM words WHERE id = 2")
    # The file is caught up and the log begins anew, over its old frames, which stay behind the
    # new.
    connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    connection.execute("INSERT INTO words (id, word) VALUES (3, 'short')")
    left = found_in(tmp_path)
    connection.close()
    assert left
    assert all(finding.frame > 1 for finding in left)


@pytest.mark.parametrize("is_secure", [True, False])
def test_a_deleted_word_stays_in_a_full_text_index_without_its_own_secure_delete(
    tmp_path: Path, *, is_secure: bool
) -> None:
    connection = connect(tmp_path)
    connection.execute("CREATE VIRTUAL TABLE found USING fts5(word, prefix='2 3')")
    connection.execute("INSERT INTO found (found, rank) VALUES ('secure-delete', ?)", (is_secure,))
    connection.execute("INSERT INTO found (rowid, word) VALUES (1, 'ordinary zqxvjother')")
    connection.execute("INSERT INTO found (rowid, word) VALUES (2, ?)", (WORD.title(),))
    empty_log(connection)
    before = found_in(tmp_path)
    connection.execute("DELETE FROM found WHERE rowid = 2")
    empty_log(connection)
    left = found_in(tmp_path)
    connection.close()
    assert before
    assert bool(left) is not is_secure


def test_every_page_is_seen_with_its_number(tmp_path: Path) -> None:
    connection = filled(tmp_path)
    empty_log(connection)
    [count] = connection.execute("PRAGMA page_count").fetchone()
    seen = [(page.number, page.frame) for page in pages.pages(tmp_path / "some.db", key=KEY)]
    connection.close()
    assert seen == [(number, 0) for number in range(1, count + 1)]


def test_a_wrong_key_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with pytest.raises(PageError):
        pages.find(tmp_path, key=bytes(32), canaries=[CANARY])


def test_a_damaged_page_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    filled(tmp_path).close()
    raw = bytearray((tmp_path / "some.db").read_bytes())
    raw[5000] ^= 1
    (tmp_path / "some.db").write_bytes(raw)
    with pytest.raises(PageError) as caught:
        found_in(tmp_path)
    assert str(caught.value) == "page 2 of 'some.db' does not decrypt"


def test_a_frame_nobody_can_read_is_a_finding(tmp_path: Path) -> None:
    connection = connect(tmp_path)
    connection.execute("CREATE TABLE words (word TEXT)")
    log = tmp_path / "some.db-wal"
    frames = (log.stat().st_size - 32) // (24 + 4096)
    with log.open("ab") as file:
        file.write(bytes(24) + b"torn")
    left = found_in(tmp_path)
    unreadable = pages.unreadable_frames(tmp_path / "some.db", key=KEY)
    connection.close()
    assert left == [
        Finding(file="some.db", page=0, frame=frames + 1, canary=-1, form=pages.UNREADABLE)
    ]
    assert unreadable == [frames + 1]


def test_every_other_file_is_searched_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "notes.txt").write_bytes(b"x" + CANARY + b"y")
    (tmp_path / "empty.db").write_bytes(b"")
    assert {(finding.file, finding.form) for finding in found_in(tmp_path)} == {
        ("run/notes.txt", "raw"),
        ("run/notes.txt", "folded"),
        ("run/notes.txt", "index tail"),
    }


@given(canary=st.binary(min_size=12, max_size=40), before=st.binary(max_size=9), after=st.binary())
def test_an_encoded_canary_is_found_wherever_it_begins(
    canary: bytes, before: bytes, after: bytes
) -> None:
    looks = pages.forms(canary)
    whole = before + canary + after
    for form, encoded in [
        ("hex", whole.hex().encode()),
        ("base32", base64.b32encode(whole)),
        ("base32", base64.b32encode(whole).lower()),
        ("base64", base64.b64encode(whole)),
        ("base64", base64.urlsafe_b64encode(whole)),
    ]:
        assert any(look in encoded for look in looks[form])


@pytest.mark.parametrize("before", [0, 1, 4_000, 4_080, 9_999])
@pytest.mark.parametrize("after", [0, 1, 5_000])
def test_a_canary_is_found_wherever_it_stands_and_among_whatever_else_is_looked_for(
    tmp_path: Path, before: int, after: int
) -> None:
    others = [b"another word of sixteen", b"and a third one, longer than both of them"]
    (tmp_path / "notes").write_bytes(b"." * before + CANARY + b"." * after)
    found = pages.find(tmp_path, key=KEY, canaries=[*others, CANARY])
    assert {finding.canary for finding in found} == {len(others)}
    assert "raw" in {finding.form for finding in found}


def test_where_nothing_is_looked_for_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(CANARY)
    assert pages.find(tmp_path, key=KEY, canaries=[]) == []


def test_a_canary_in_utf_16_is_found(tmp_path: Path) -> None:
    for order in ("le", "be"):
        (tmp_path / order).write_bytes(WORD.encode(f"utf-16-{order}"))
    assert [(finding.file, finding.form) for finding in found_in(tmp_path)] == [
        ("be", "utf-16"),
        ("le", "utf-16"),
    ]

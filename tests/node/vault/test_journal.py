"""What was spent is in the journal and stays there, whatever a crash or a restored backup leaves."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.vault import journal
from node.vault.journal import EMPTY, JournalError
from protocol.codec import Value, encode
from protocol.values import Instant

NAME = journal.FILE_NAME
RECORDS = st.lists(st.integers(1, 2**40), max_size=12, unique=True)


def spend(number: int) -> Value:
    return {0: 1, 1: number}


def kept(path: Path, numbers: list[int]) -> bytes:
    for number in numbers:
        journal.append(path, spend(number))
    return path.read_bytes()


def spent(path: Path) -> list[Value]:
    return journal.load(path).records


def test_a_node_that_never_counted_has_an_empty_journal(tmp_path: Path) -> None:
    assert journal.load(tmp_path / NAME) == EMPTY


def test_records_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / NAME
    kept(path, [3, 1, 2])

    assert spent(path) == [spend(3), spend(1), spend(2)]
    assert path.stat().st_mode & 0o777 == 0o600


def test_wherever_a_crash_cuts_the_last_record_off_the_others_stay_and_the_next_one_fits(
    tmp_path: Path,
) -> None:
    path = tmp_path / NAME
    short = kept(path, [1, 2])
    long = kept(path, [3])
    for size in range(len(short), len(long)):
        path.write_bytes(long[:size])
        assert spent(path) == [spend(1), spend(2)]
    journal.append(path, spend(4))

    assert spent(path) == [spend(1), spend(2), spend(4)]


def test_a_journal_that_was_only_begun_is_empty(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"SATH")
    kept(path, [1])

    assert spent(path) == [spend(1)]


def test_behind_a_record_that_was_changed_nothing_is_believed(tmp_path: Path) -> None:
    path = tmp_path / NAME
    whole = bytearray(kept(path, [1, 2, 3]))
    second = whole.index(encode(spend(2)))
    whole[second + 3] ^= 1
    path.write_bytes(whole)

    assert spent(path) == [spend(1)]


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"something else")

    with pytest.raises(JournalError):
        journal.load(tmp_path / NAME)


@given(raw=st.binary(max_size=400))
def test_whatever_stands_in_the_file_only_a_journal_error_comes_out(raw: bytes) -> None:
    for content in (raw, b"SATHJN01" + raw):
        try:
            journal.parse(content)
        except JournalError:
            assert not content.startswith(b"SATHJN01")


@given(common=RECORDS, ours=RECORDS, theirs=RECORDS)
def test_of_two_journals_nothing_that_either_spent_is_forgotten(
    common: list[int], ours: list[int], theirs: list[int]
) -> None:
    one = journal.parse(journal.dump([encode(spend(n)) for n in [*common, *ours]]))
    other = journal.parse(journal.dump([encode(spend(n)) for n in [*common, *theirs]]))
    both = journal.merge(one, other)

    assert {*both} == {*one.bodies, *other.bodies}
    assert tuple(both[: len(max(one.bodies, other.bodies, key=len))]) == max(
        one.bodies, other.bodies, key=len
    )


def test_a_copy_beside_a_backup_never_becomes_shorter(tmp_path: Path) -> None:
    own, stick = tmp_path / "own", tmp_path / "stick"
    own.mkdir()
    stick.mkdir()
    kept(own / NAME, [1, 2])
    assert journal.copy_beside(own / NAME, stick)
    kept(own / NAME, [3])
    assert journal.copy_beside(own / NAME, stick)
    # A node that was restored without its journal.
    (own / NAME).unlink()
    kept(own / NAME, [9])
    journal.copy_beside(own / NAME, stick)

    assert spent(stick / NAME) == [spend(1), spend(2), spend(3), spend(9)]


def test_a_node_without_a_journal_leaves_no_copy(tmp_path: Path) -> None:
    assert not journal.copy_beside(tmp_path / NAME, tmp_path)
    assert not (tmp_path / NAME).exists()


def test_the_last_mark_says_up_to_when_everything_is_known(tmp_path: Path) -> None:
    path = tmp_path / NAME
    journal.mark(path, made_at=Instant(100))
    before = journal.load(path)
    kept(path, [1])
    journal.mark(path, made_at=Instant(200))
    after = journal.load(path)
    kept(path, [2])

    assert (EMPTY.last_mark, before.last_mark, after.last_mark) == (0, 100, 200)
    assert journal.load(path).last_mark == 200
    assert after.reaches(before.chain)
    assert not before.reaches(after.chain)

"""A vault gets a new key whole or not at all, wherever the process ends."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node import faults
from node.vault import driver, keyring, rekeying
from node.vault.database import Database
from node.vault.keyring import Cost, Kind, Owner, WrongPassphraseError
from node.vault.migrations import migrate_all
from node.vault.rekeying import Keys, RekeyError
from node.vault.tables import identity
from node.vault.unit import Unit
from protocol.values import Entropy

ROOT = Path(__file__).parents[3]
CHEAP = Cost(memory_bytes=8_192, passes=1)
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
SALT = bytes(range(100, 116))
MIRA = keyring.credential("mira", "rain on a tin roof")
TARA = keyring.credential("tara", "the kettle sings early")
# In the order in which they are reached, and whether the new vault counts there.
POINTS = {
    "rekey.after_copy:1": False,
    "rekey.between_files:1": False,
    "rekey.between_files:2": False,
    "rekey.before_keyring:1": False,
    "rekey.before_switch:1": False,
    "rekey.after_switch:1": True,
    "rekey.between_moves:1": True,
    "rekey.between_moves:2": True,
    "rekey.before_answer:1": True,
}
CRASHING = """
import sys
from pathlib import Path
from node import faults
from tests.node.vault import test_rekeying
name, _, count = sys.argv[2].partition(":")
faults.arm_kill(name, int(count))
test_rekeying.take_mira_out(Path(sys.argv[1]))
print("nobody was killed")
"""


def counted(seed: str) -> Entropy:
    calls = 0

    def entropy(count: int) -> bytes:
        nonlocal calls
        calls += 1
        return hashlib.shake_256(f"{seed} {calls}".encode()).digest(count)

    return entropy


def owner_of(person: keyring.Credential) -> Owner:
    entropy = counted(person.name)
    return keyring.enrol(person, kind=Kind.USER, salt=SALT, entropy=entropy, cost=CHEAP)


def owners(unit: Unit) -> list[Owner]:
    return [
        Owner(slot_id=slot_id, kind=Kind(kind), public=public)
        for slot_id, kind, public in identity.load_slots(unit.vault)
    ]


def insert(unit: Unit, person: keyring.Credential) -> None:
    owner = owner_of(person)
    identity.insert_slot(
        unit.vault, slot_id=owner.slot_id, kind=int(owner.kind), public=owner.public
    )


def take_mira_out(folder: Path) -> None:
    """What the tests do to a vault: Mira loses her slot, in one step with the new key."""

    def change(unit: Unit) -> None:
        unit.vault.execute("DELETE FROM slots WHERE slot_id = ?", (owner_of(MIRA).slot_id,))
        unit.keys.execute("INSERT INTO disclosure_keys VALUES (?, ?, 2)", (b"2" * 16, b"B" * 32))

    rekeying.rekey(folder, Keys(old=OLD, new=NEW), change, owners=owners, entropy=counted("rekey"))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a folder holds, with what the two of them know."""

    opens: tuple[bool, bool]
    key: bytes
    people: int
    keys: int


BEFORE = Seen(opens=(True, True), key=OLD, people=2, keys=1)
AFTER = Seen(opens=(False, True), key=NEW, people=1, keys=2)


def opens(folder: Path, person: keyring.Credential) -> bool:
    try:
        keyring.unlock(keyring.load(folder), person, cost=CHEAP)
    except WrongPassphraseError:
        return False
    return True


def look(folder: Path) -> Seen:
    """Unlock as Tara does at the gate, and look."""
    rekeying.settle(folder)
    key = keyring.unlock(keyring.load(folder), TARA, cost=CHEAP).vault_key
    database = Database.open(folder, key=key)
    try:
        people, keys = database.read_now(
            lambda unit: (
                len(owners(unit)),
                unit.keys.execute("SELECT count(*) FROM disclosure_keys").fetchone()[0],
            )
        )
        for connection in (database._files.vault, database._files.keys):
            assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        database.close()
    return Seen((opens(folder, MIRA), opens(folder, TARA)), key, people, keys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "node"
    database = Database.create(place, key=OLD)
    migrate_all(database)

    def begin(unit: Unit) -> None:
        insert(unit, MIRA)
        insert(unit, TARA)
        unit.keys.execute("INSERT INTO disclosure_keys VALUES (?, ?, 1)", (b"1" * 16, b"A" * 32))

    database.write_now(begin)
    people = database.read_now(owners)
    database.close()
    ring = keyring.seal(people, vault_key=OLD, salt=SALT, entropy=counted("first"))
    keyring.save(place, ring)
    return place


@pytest.fixture(autouse=True)
def harmless() -> Iterator[None]:
    yield
    faults.disarm()


def test_who_stays_opens_the_vault_under_its_new_key_and_who_goes_does_not(folder: Path) -> None:
    assert look(folder) == BEFORE
    take_mira_out(folder)
    assert look(folder) == AFTER


def test_no_page_of_the_old_key_is_left_and_nothing_lies_beside(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in ("vault.db", "keys.db")}
    take_mira_out(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["keyring", "keys.db", "vault.db"]
    for name, old in before.items():
        new = (folder / name).read_bytes()
        pages = {new[start : start + 4_096] for start in range(0, len(new), 4_096)}
        assert not pages & {old[start : start + 4_096] for start in range(0, len(old), 4_096)}
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        with pytest.raises(driver.WrongKeyError):
            driver.connect(folder / name, key=OLD)


@pytest.mark.parametrize(("place", "counts"), POINTS.items())
def test_wherever_it_ends_the_next_to_unlock_finds_a_whole_vault(
    folder: Path, place: str, *, counts: bool
) -> None:
    name, _, count = place.partition(":")
    faults.arm(name, int(count))
    with pytest.raises(faults.InjectedCrash):
        take_mira_out(folder)
    assert look(folder) == (AFTER if counts else BEFORE)
    assert not {"rekeying", "rekeyed"} & {path.name for path in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.parametrize(("place", "counts"), POINTS.items())
def test_a_killed_process_leaves_a_whole_vault(folder: Path, place: str, *, counts: bool) -> None:
    done = subprocess.run(  # noqa: S603  (our own interpreter and text)
        [sys.executable, "-c", CRASHING, str(folder), place],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, ""), done.stderr
    assert look(folder) == (AFTER if counts else BEFORE)


@pytest.mark.parametrize("place", [place for place, counts in POINTS.items() if not counts])
def test_what_a_crash_left_is_not_in_the_way_of_the_next_attempt(folder: Path, place: str) -> None:
    name, _, count = place.partition(":")
    faults.arm(name, int(count))
    with pytest.raises(faults.InjectedCrash):
        take_mira_out(folder)
    take_mira_out(folder)
    assert look(folder) == AFTER


def test_mending_that_is_cut_off_is_finished_by_the_next(folder: Path) -> None:
    faults.arm("rekey.after_switch")
    with pytest.raises(faults.InjectedCrash):
        take_mira_out(folder)
    faults.arm("rekey.between_moves")
    with pytest.raises(faults.InjectedCrash):
        look(folder)
    assert look(folder) == AFTER


def test_a_vault_that_was_to_be_thrown_away_is_never_taken_for_one_that_counts(
    folder: Path,
) -> None:
    faults.arm("rekey.before_switch")
    with pytest.raises(faults.InjectedCrash):
        take_mira_out(folder)
    # As a crash in the middle of throwing it away may leave it.
    (folder / "rekeyed").rename(folder / "rekeying")
    (folder / "rekeying" / "keyring").unlink()
    assert look(folder) == BEFORE


def test_a_change_that_raises_leaves_everything_as_it_was(folder: Path) -> None:
    def change(unit: Unit) -> None:
        unit.vault.execute("DELETE FROM slots")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        rekeying.rekey(
            folder, Keys(old=OLD, new=NEW), change, owners=owners, entropy=counted("rekey")
        )
    assert look(folder) == BEFORE


def test_rows_that_a_killed_node_left_in_its_log_are_taken_along(folder: Path) -> None:
    left = folder.parent / "left"
    database = Database.open(folder, key=OLD)
    database.write_now(
        lambda unit: unit.keys.execute(
            "INSERT INTO disclosure_keys VALUES (?, ?, 3)", (b"3" * 16, b"C" * 32)
        )
    )
    shutil.copytree(folder, left)
    database.close()
    assert (left / "keys.db-wal").stat().st_size > 0
    take_mira_out(left)
    assert look(left) == Seen(opens=(False, True), key=NEW, people=1, keys=3)


def test_where_a_log_cannot_be_emptied_nothing_is_done(folder: Path) -> None:
    holding = Database.open(folder, key=OLD)
    holding.write_now(
        lambda unit: unit.keys.execute(
            "INSERT INTO disclosure_keys VALUES (?, ?, 3)", (b"3" * 16, b"C" * 32)
        )
    )
    reader = driver.connect(folder / "keys.db", key=OLD)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM disclosure_keys").fetchone()
    holding.write_now(
        lambda unit: unit.keys.execute(
            "INSERT INTO disclosure_keys VALUES (?, ?, 4)", (b"4" * 16, b"D" * 32)
        )
    )
    with pytest.raises(RekeyError):
        take_mira_out(folder)
    reader.close()
    holding.close()
    assert look(folder) == Seen(opens=(True, True), key=OLD, people=2, keys=3)


def test_a_full_disk_leaves_everything_as_it_was(folder: Path) -> None:
    # A folder of that name that cannot be moved over stands for whatever the disk refuses.
    def change(unit: Unit) -> None:
        del unit
        (folder / "rekeyed").mkdir()
        (folder / "rekeyed" / "in the way").touch()

    with pytest.raises(RekeyError):
        rekeying.rekey(
            folder, Keys(old=OLD, new=NEW), change, owners=owners, entropy=counted("rekey")
        )
    shutil.rmtree(folder / "rekeyed", ignore_errors=True)
    assert look(folder) == BEFORE


@pytest.mark.parametrize("new", [b"", bytes(31), bytes(33)])
def test_a_new_key_has_32_bytes(folder: Path, new: bytes) -> None:
    with pytest.raises(driver.WrongKeyError):
        driver.rekey(folder / "vault.db", key=OLD, new_key=new)
    assert look(folder) == BEFORE

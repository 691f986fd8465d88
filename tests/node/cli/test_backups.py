"""`sathi backup` and `sathi restore`: what a volunteer types, and what comes of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from node.cli.founding import CHEAP_COST
from node.vault import driver, journal, keyring
from node.vault.backup import folder as backup_folder
from node.vault.backup import packing
from tests.support.builders import entropy
from tests.support.command_line import Founded, founded, sathi_here, served
from tests.support.ports import free_port

CHEAP = "--cheap-passphrase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A node with one backup on a stick, and the sheet that opens it."""

    node: Founded
    stick: Path

    @property
    def file(self) -> Path:
        return backup_folder.finished(self.stick)[-1].path

    @property
    def code(self) -> list[str]:
        return ["--code-file", str(self.node.recovery_sheet)]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Made once: a node that ran, made a backup, and was stopped."""
    base = tmp_path_factory.mktemp("backups")
    node = founded(base / "alo", port=free_port())
    stick = base / "stick"
    stick.mkdir()
    with served(node.folder):
        made = sathi_here("backup", "create", *map(str, node.credentials), "--to", str(stick))
        assert made.code == 0, made.talk
        assert Path(made.data.strip()).parent == stick
    return Kept(node=node, stick=stick)


@pytest.fixture
def kept(once: Kept, tmp_path: Path) -> Kept:
    """A stick of its own."""
    stick = tmp_path / "stick"
    shutil.copytree(once.stick, stick)
    return Kept(node=once.node, stick=stick)


def restore(kept: Kept, to: Path, *more: str | Path) -> tuple[int, str, str]:
    ended = sathi_here(
        "restore", str(kept.file), "--to", str(to), *kept.code, CHEAP, *map(str, more)
    )
    return ended.code, ended.data, ended.talk


def test_create_leaves_one_in_the_nodes_folder_and_one_on_the_stick_with_the_journal(
    kept: Kept,
) -> None:
    own = backup_folder.finished(kept.node.folder / "backups")

    assert [one.path.name for one in own] == [kept.file.name]
    assert own[0].path.read_bytes() == kept.file.read_bytes()
    assert journal.load(kept.stick / journal.FILE_NAME).bodies


def test_list_needs_no_passphrase_and_no_running_node(kept: Kept) -> None:
    ended = sathi_here("backup", "list", "--data", str(kept.node.folder), "--json")

    assert ended.code == 0
    assert [(line["name"], line["is_whole"]) for line in ended.json()] == [(kept.file.name, True)]


def test_list_says_which_one_is_damaged_and_fails(kept: Kept) -> None:
    kept.file.write_bytes(kept.file.read_bytes()[:-100])
    ended = sathi_here("backup", "list", "--data", str(kept.node.folder), "--in", str(kept.stick))

    assert ended.code == 1
    assert "DAMAGED" in ended.data
    assert kept.file.name in ended.talk


def test_list_warns_where_there_is_none(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = sathi_here(
        "backup", "list", "--data", str(kept.node.folder), "--in", str(tmp_path / "empty")
    )

    assert (ended.code, ended.data) == (3, "")


def test_check_restores_it_with_the_sheet_alone_and_leaves_nothing(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = tmp_path / "places"
    places.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(places))
    ended = sathi_here("backup", "check", str(kept.file), *kept.code, CHEAP, "--json")

    assert ended.code == 0, ended.talk
    said = ended.json()
    assert (said["rows"]["users"], said["rows"]["cases"], said["is_demo"]) == (1, 0, True)
    assert list(places.iterdir()) == []


def test_check_sees_a_copy_that_does_not_become_a_vault(kept: Kept, tmp_path: Path) -> None:
    broken = backup_with_a_row_that_belongs_to_nobody(kept, tmp_path)
    ended = sathi_here("backup", "check", str(broken), *kept.code, CHEAP)

    assert ended.code == 1
    assert "do not belong together" in ended.talk


def backup_with_a_row_that_belongs_to_nobody(kept: Kept, place: Path) -> Path:
    salt = packing.salt_of(kept.file)
    code = keyring.recovery_credential(sheet_code(kept.node.recovery_sheet))
    secret = keyring.secret_of(code, salt=salt, cost=CHEAP_COST)
    copy, broken = place / "copy.db", place / "broken.backup"
    key = packing.unpack(kept.file, copy, secret=secret)
    opened = driver.connect(copy, key=key)
    opened.execute("PRAGMA foreign_keys=OFF")
    opened.execute(
        "INSERT INTO case_facts (case_id, field, value, recorded_at, recorded_by)"
        " VALUES (zeroblob(16), 'x', x'00', 1, zeroblob(16))"
    )
    opened.close()
    packing.pack(
        copy,
        broken,
        key=key,
        sheet=bytes(PrivateKey(secret).public_key),
        salt=salt,
        entropy=entropy("broken"),
    )
    return broken


def sheet_code(sheet: Path) -> str:
    return sheet.read_text(encoding="utf-8").rstrip("\n").rpartition("\n\n")[2]


def test_the_code_of_another_sheet_opens_nothing(kept: Kept, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text(keyring.new_recovery_code(entropy=bytes), encoding="utf-8")
    ended = sathi_here("backup", "check", str(kept.file), "--code-file", str(other), CHEAP)

    assert ended.code == 1
    assert "another recovery sheet" in ended.talk


def test_a_dry_run_says_what_is_there_and_what_will_not_come_back_and_keeps_nothing(
    kept: Kept, tmp_path: Path
) -> None:
    code, data, talk = restore(kept, tmp_path / "new", "--dry-run")

    assert code == 0, talk
    assert "Alo Shelter" in data
    assert "0\tcases" in data
    for lost in ("prekeys", "dossiers", "half-written", "Nothing was kept"):
        assert lost in talk
    assert not (tmp_path / "new").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["stick"]


def test_a_restored_node_is_served_and_opens_with_the_passphrase_of_then(
    kept: Kept, tmp_path: Path
) -> None:
    new, sheet = tmp_path / "new", tmp_path / "sheet"
    code, data, talk = restore(kept, new, "--recovery-sheet", sheet)
    assert code == 0, talk
    assert data.startswith("sn1")
    who = ["--user", kept.node.user, "--passphrase-file", str(kept.node.passphrase_file)]
    with served(new):
        users = sathi_here("user", "list", "--data", str(new), *who)
        audit = sathi_here("audit", "check", "--data", str(new), *who)
        status = sathi_here("status", "--data", str(new), "--json")

    assert (users.code, users.data) == (0, f"{kept.node.user}\tsupervisor\n")
    assert "made of a backup" in users.talk
    assert audit.code == 0
    assert status.json()["node_id"] == data.strip()
    assert sheet_code(sheet) != sheet_code(kept.node.recovery_sheet)
    assert (new / "federation.toml").read_bytes() == (
        kept.node.folder / "federation.toml"
    ).read_bytes()
    assert new.stat().st_mode & 0o777 == 0o700


def test_the_sheet_that_opened_the_backup_opens_no_restored_node(
    kept: Kept, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    assert restore(kept, new, "--recovery-sheet", tmp_path / "sheet")[0] == 0
    ring = keyring.load(new)
    former = keyring.recovery_credential(sheet_code(kept.node.recovery_sheet))
    now = keyring.recovery_credential(sheet_code(tmp_path / "sheet"))

    with pytest.raises(keyring.WrongPassphraseError):
        keyring.unlock(ring, former, cost=CHEAP_COST)
    assert keyring.unlock(ring, now, cost=CHEAP_COST).kind is keyring.Kind.RECOVERY


def test_nothing_is_restored_over_a_folder_that_holds_something(
    kept: Kept, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "notes").write_text("mine", encoding="utf-8")
    code, _, talk = restore(kept, taken, "--recovery-sheet", tmp_path / "sheet")

    assert code == 1
    assert "not an empty folder" in talk
    assert [path.name for path in taken.iterdir()] == ["notes"]
    assert not (tmp_path / "sheet").exists()
    assert restore(kept, kept.node.folder, "--recovery-sheet", tmp_path / "sheet")[0] == 1


def test_a_restore_that_fails_leaves_no_folder_and_no_sheet(kept: Kept, tmp_path: Path) -> None:
    kept.file.write_bytes(kept.file.read_bytes()[:-100])
    code, _, talk = restore(kept, tmp_path / "new", "--recovery-sheet", tmp_path / "sheet")

    assert code == 1
    assert "damaged" in talk
    assert [path.name for path in tmp_path.iterdir()] == ["stick"]


def test_the_journal_comes_back_and_what_it_does_not_reach_is_said(
    kept: Kept, tmp_path: Path
) -> None:
    assert restore(kept, tmp_path / "one", "--recovery-sheet", tmp_path / "sheet-1")[0] == 0
    _, _, of_a_copy = restore(kept, tmp_path / "two", "--dry-run")
    own = kept.node.folder / journal.FILE_NAME
    _, _, of_the_end = restore(kept, tmp_path / "three", "--dry-run", "--journal", own)
    (kept.stick / journal.FILE_NAME).unlink()
    _, _, of_none = restore(kept, tmp_path / "four", "--dry-run")

    assert journal.load(tmp_path / "one" / journal.FILE_NAME) == journal.load(own)
    assert ["will be refused" in talk for talk in (of_a_copy, of_the_end, of_none)] == [
        True,
        False,
        True,
    ]

"""`sathi init` without a terminal: what it makes, and that a failure makes nothing."""

import asyncio
import base64
import os
import re
import stat
from pathlib import Path

import pytest
from mnemonic import Mnemonic

from node.cli import founding
from node.cli.sheets import read_suspend
from node.mailbox.records import STANDARD_QUOTA, Mailbox
from node.mailbox.store import MailboxStore
from node.vault import keyring
from node.vault.database import Database
from node.vault.driver import Connection
from node.vault.tables import identity
from node.wiring import read_own_mailbox
from protocol.keys import node_id_of, signing_secret
from protocol.labels import Kind
from protocol.signing import parse, verify
from protocol.values import node_id_text
from tests.support.command_line import PASSPHRASE, flags, root_words, sathi_here

FILES = ["demo", "federation.toml", "keyring", "keys.db", "mailbox.db", "own-mailbox", "vault.db"]


def init(*arguments: str) -> tuple[int, str, str]:
    ended = sathi_here("init", *arguments)
    return ended.code, ended.data, ended.talk


def without(arguments: list[str], flag: str) -> list[str]:
    if flag not in arguments:
        return arguments
    place = arguments.index(flag)
    return arguments[:place] + arguments[place + 2 :]


def changed(arguments: list[str], flag: str, value: str) -> list[str]:
    return [*without(arguments, flag), flag, value]


async def find_mailbox(folder: Path) -> Mailbox | None:
    store = await MailboxStore.open(folder / "mailbox.db", quota=STANDARD_QUOTA, threads=False)
    try:
        return await store.find(read_own_mailbox(folder))
    finally:
        await store.close()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def all_cells(connection: Connection) -> list[object]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        cell
        for (table,) in tables
        for row in connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
        for cell in row
    ]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "node"


@pytest.fixture
def good(place: Path) -> list[str]:
    return flags(place, port=8470)


def test_a_node_is_made_readable_by_its_user_only(place: Path, good: list[str]) -> None:
    code, out, _talk = init(*good)
    assert code == 0
    assert re.fullmatch(r"sn1[a-z2-7]{32}\n", out)
    assert names_in(place) == FILES
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()}
    assert modes == dict.fromkeys(FILES, 0o600)
    assert names_in(place.parent) == [
        "node", "node.passphrase", "node.recovery", "node.root", "node.suspend"
    ]  # fmt: skip


def test_the_root_words_make_the_node_and_are_on_the_sheet_alone(
    place: Path, good: list[str]
) -> None:
    _code, out, talk = init(*good)
    sheet = place.parent / "node.root"
    words = root_words(sheet)
    seed = bytes(Mnemonic("english").to_entropy(words))
    assert out == node_id_text(node_id_of(signing_secret(seed).public)) + "\n"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    everything = [path.read_bytes() for path in place.parent.rglob("*") if path.is_file()]
    others = [raw for raw in everything if raw != sheet.read_bytes()]
    others += [out.encode(), talk.encode()]
    spellings = [
        " ".join(words).encode(), " ".join(words[:3]).encode(), seed, seed.hex().encode(),
        base64.b32encode(seed), base64.b64encode(seed),
    ]  # fmt: skip
    assert [s for s in spellings if any(s in raw for raw in others)] == []


def test_no_page_of_the_open_vault_holds_the_root_seed(place: Path, good: list[str]) -> None:
    init(*good)
    seed = bytes(Mnemonic("english").to_entropy(root_words(place.parent / "node.root")))
    unlocked = keyring.unlock(
        keyring.load(place), keyring.credential("Rina", PASSPHRASE), cost=founding.CHEAP_COST
    )
    database = Database.open(place, key=unlocked.vault_key)
    try:
        cells = database.maintain(lambda vault, keys: [*all_cells(vault), *all_cells(keys)])
    finally:
        database.close()
    assert len(cells) > 100
    assert [
        cell for cell in cells if cell == seed or (isinstance(cell, bytes) and seed in cell)
    ] == []


def test_the_first_person_and_the_recovery_sheet_open_the_same_vault(
    place: Path, good: list[str]
) -> None:
    init(*good)
    code = (place.parent / "node.recovery").read_text(encoding="utf-8").partition("\n\n")[2]
    ring = keyring.load(place)
    user = keyring.unlock(ring, keyring.credential("rina", PASSPHRASE), cost=founding.CHEAP_COST)
    recovery = keyring.unlock(ring, keyring.recovery_credential(code), cost=founding.CHEAP_COST)
    assert user.vault_key == recovery.vault_key
    assert (user.kind, recovery.kind) == (keyring.Kind.USER, keyring.Kind.RECOVERY)


def test_the_sheet_of_the_keeper_says_how_a_partner_reads_it_in(
    place: Path, good: list[str]
) -> None:
    init(*good)
    told = (place.parent / "node.suspend").read_text(encoding="utf-8").partition("\n\n")[0]
    assert "sathi peer suspend --sheet file" in " ".join(told.split()).lower()


def test_the_recovery_sheet_names_the_command_that_takes_its_code(
    place: Path, good: list[str]
) -> None:
    init(*good)
    told = (place.parent / "node.recovery").read_text(encoding="utf-8").partition("\n\n")[0]
    assert "`sathi user recover` takes the code" in " ".join(told.split())


def test_the_suspend_sheet_is_signed_by_the_root_key(place: Path, good: list[str]) -> None:
    init(*good)
    seed = bytes(Mnemonic("english").to_entropy(root_words(place.parent / "node.root")))
    raw = read_suspend((place.parent / "node.suspend").read_text(encoding="utf-8"))
    verify(parse(raw, kind=Kind.SUSPEND), keys=[signing_secret(seed).public])


def test_a_locked_node_has_a_mailbox_that_takes_deposits(place: Path, good: list[str]) -> None:
    init(*good)
    found = asyncio.run(find_mailbox(place))
    unlocked = keyring.unlock(
        keyring.load(place), keyring.credential("Rina", PASSPHRASE), cost=founding.CHEAP_COST
    )
    database = Database.open(place, key=unlocked.vault_key)
    mailboxes = database.read_now(lambda unit: identity.load_mailboxes(unit.vault))
    database.close()
    assert found is not None
    assert [mailbox.mailbox_id for mailbox in mailboxes] == [found.mailbox_id]


def test_a_folder_that_holds_a_node_is_left_alone(place: Path, good: list[str]) -> None:
    init(*good)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    code, out, talk = init(*good)
    assert (code, out) == (1, "")
    assert "holds a node already" in talk
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_a_folder_with_something_in_it_is_left_alone(place: Path, good: list[str]) -> None:
    place.mkdir()
    (place / "letter").write_text("mine", encoding="utf-8")
    code, _out, talk = init(*good)
    assert code == 1
    assert "is not an empty folder" in talk
    assert names_in(place) == ["letter"]


@pytest.mark.parametrize(
    ("flag", "value", "problem"),
    [
        ("--listen", "0.0.0.0:8470", "'--listen'|--listen is not on loopback"),
        ("--listen", "127.0.0.1:0", "--listen needs a port"),
        ("--address", "example.org", "--address is not an address"),
        ("--risk", "canary-risk", "--risk has none of the values it may have"),
        ("--country", "canary-country", "--country is one of IN, BD, NP"),
        ("--name", "canary\u202ename", "a direction-override character"),
        ("--name", "", "an empty text"),
        ("--user", "canary\nuser", "--user"),
    ],
)
def test_a_wrong_answer_is_named_in_one_line_and_nothing_is_made(
    place: Path, good: list[str], flag: str, value: str, problem: str
) -> None:
    before = names_in(place.parent)
    code, out, talk = init(*changed(good, flag, value))
    assert (code, out) == (1, "")
    assert re.search(problem, talk)
    assert talk.count("\n") == 1
    assert "canary" not in talk
    assert names_in(place.parent) == before


@pytest.mark.parametrize("passphrase", ["brief", "a b c d e", "", "x" * 257])
def test_a_passphrase_that_breaks_the_rule_makes_nothing(
    place: Path, good: list[str], passphrase: str
) -> None:
    (place.parent / "node.passphrase").write_text(passphrase + "\n", encoding="utf-8")
    code, _out, talk = init(*good)
    assert code == 1
    assert talk.count("\n") == 1
    assert not place.exists()
    assert len(passphrase) < 2 or passphrase not in talk


@pytest.mark.parametrize("flag", ["--root-sheet", "--recovery-sheet", "--suspend-sheet"])
def test_a_sheet_is_never_written_over_anything(place: Path, good: list[str], flag: str) -> None:
    sheet = Path(good[good.index(flag) + 1])
    sheet.write_text("mine", encoding="utf-8")
    code, _out, talk = init(*good)
    assert code == 1
    assert "is there already" in talk
    assert sheet.read_text(encoding="utf-8") == "mine"
    assert names_in(place.parent) == sorted(["node.passphrase", sheet.name])


def test_a_sheet_does_not_lie_in_the_nodes_own_folder(place: Path, good: list[str]) -> None:
    place.mkdir()
    code, _out, talk = init(*changed(good, "--root-sheet", str(place / "root")))
    assert code == 1
    assert "in the node's own folder" in talk


def test_two_sheets_do_not_share_a_file(place: Path, good: list[str]) -> None:
    code, _out, talk = init(*changed(good, "--root-sheet", str(place.parent / "node.suspend")))
    assert code == 2
    assert "a file of its own" in talk
    assert names_in(place.parent) == ["node.passphrase"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_sheet_that_cannot_be_written_leaves_no_node_behind(
    place: Path, good: list[str]
) -> None:
    shut = place.parent / "shut"
    shut.mkdir(mode=0o500)
    code, _out, _talk = init(*changed(good, "--suspend-sheet", str(shut / "suspend")))
    assert code == 1
    assert names_in(place.parent) == ["node.passphrase", "shut"]


def test_a_failure_at_the_last_sheet_takes_everything_back(place: Path, good: list[str]) -> None:
    too_long = place.parent / ("s" * 300)
    code, _out, talk = init(*changed(good, "--suspend-sheet", str(too_long)))
    assert code == 1
    assert "Traceback" not in talk
    assert names_in(place.parent) == ["node.passphrase"]


def test_without_a_terminal_what_is_missing_is_named(place: Path, good: list[str]) -> None:
    code, out, talk = init(*without(without(good, "--root-sheet"), "--name"))
    assert (code, out) == (2, "")
    assert "--name, --root-sheet; see `sathi init --help`" in talk
    assert names_in(place.parent) == ["node.passphrase"]


def test_the_answers_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    answers = tmp_path / "answers.toml"
    answers.write_text(
        'data = "made"\nname = "Bandhan"\ncountry = "BD"\nuser = "Salma"\n'
        'passphrase_file = "passphrase"\nlisten = "127.0.0.1:8471"\nrisk = "high"\n'
        'root_sheet = "root"\nrecovery_sheet = "recovery"\nsuspend_sheet = "suspend"\n'
        "demo = true\n",
        encoding="utf-8",
    )
    code, _out, _talk = init("--from", str(answers), "--name", "Bandhan Two")
    assert code == 0
    assert names_in(tmp_path / "made") == FILES
    shown = sathi_here("config", "show", "--data", str(tmp_path / "made"))
    assert 'profile.risk = "high"' in shown.data


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('colour = "canary"\n', "answers.toml: 'colour' is no answer"),
        ("name = 13\n", "answers.toml: 'name' is of another type"),
        ("name = canary\n", "answers.toml: not TOML"),
    ],
)
def test_a_wrong_file_of_answers_is_named_in_one_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(text, encoding="utf-8")
    code, out, talk = init("--from", str(answers), "--data", str(tmp_path / "made"))
    assert (code, out) == (1, "")
    assert problem in talk
    assert talk.count("\n") == 1
    assert "canary" not in talk
    assert names_in(tmp_path) == ["answers.toml"]

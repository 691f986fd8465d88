"""`sathi relay`: made once, lets in whoever has a ticket, says how much it keeps and nothing else."""

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from node.mailbox import client
from node.mailbox.access import from_base64url
from node.mailbox.client import Collected, Delivered
from node.mailbox.exchange import Refused, new_session
from protocol.values import envelope_id_of
from tests.support import certificates, relays
from tests.support.command_line import Ended, environment, sathi, sathi_here
from tests.support.mailboxes import NOON, envelope, envelopes
from tests.support.postgresql import Server
from tests.support.relays import Made

ADDRESS = "https://relay.example.org"


def relay(*arguments: str | Path) -> Ended:
    return sathi_here("relay", *map(str, arguments))


def init(folder: Path, *more: str) -> Ended:
    return relay("init", "--data", folder, "--address", ADDRESS, *more)


def test_a_relay_is_a_folder_for_its_owner_alone_with_settings_and_mailboxes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "relay"
    ended = init(folder)
    assert (ended.code, ended.data) == (0, f"made\t{folder}\n")
    assert sorted(path.name for path in folder.iterdir()) == ["mailbox.db", "relay.toml"]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"relay": 0o700, "mailbox.db": 0o600, "relay.toml": 0o600}


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "relay").mkdir()
    (tmp_path / "relay" / "letter").write_text("hers", encoding="utf-8")
    ended = init(tmp_path / "relay")
    assert ended.code == 1
    assert [path.name for path in (tmp_path / "relay").iterdir()] == ["letter"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--listen", "0.0.0.0:8480"),
        ("--database", "mysql://hidden@a/b"),
        ("--address", "http://relay.example.org"),
    ],
)
def test_settings_that_cannot_be_right_make_nothing_and_are_not_quoted(
    tmp_path: Path, wrong: tuple[str, str]
) -> None:
    ended = init(tmp_path / "relay", *wrong)
    assert ended.code == 1
    assert "nothing was made" in ended.talk
    assert "hidden" not in ended.talk
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_reached_leaves_nothing_behind(tmp_path: Path) -> None:
    ended = init(tmp_path / "relay", "--database", "postgresql://sathi:hidden@127.0.0.1:9/a")
    assert ended.code == 1
    assert "cannot be reached" in ended.talk
    assert "hidden" not in ended.talk
    assert list(tmp_path.iterdir()) == []


WITHOUT_DRIVER = (
    "import sys; sys.modules['asyncpg'] = None; from node.cli.main import main;"
    " main(['relay', 'init', '--data', sys.argv[1], '--address', sys.argv[2],"
    " '--database', 'postgresql:///nothing'])"
)


def test_where_the_library_for_postgresql_is_missing_its_name_is_told(tmp_path: Path) -> None:
    ended = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", WITHOUT_DRIVER, str(tmp_path / "relay"), ADDRESS],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "sathi: PostgreSQL needs one more library; install Sathi as sathi[relay]\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_each_invitation_is_a_ticket_of_its_own_and_status_counts_it(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    init(folder)
    told = [relay("invite", "--data", folder, "--json").json() for _ in range(2)]
    assert {each["url"] for each in told} == {ADDRESS}
    assert len({each["ticket"] for each in told}) == 2
    ended = relay("status", "--data", folder, "--json")
    assert (ended.code, ended.json()) == (
        3,
        {"answers": False, "mailboxes": 0, "tickets": 2, "envelopes": 0, "bytes": 0},
    )


def test_a_ticket_is_kept_as_its_hash_alone(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    init(folder)
    ticket = relay("invite", "--data", folder, "--json").json()["ticket"]
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert ticket.encode() not in kept
    assert from_base64url(ticket) not in kept


def test_a_ticket_is_taken_back_once_by_its_name_or_with_all_that_nobody_used(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "relay"
    init(folder)
    first, *_ = (relay("invite", "--data", folder, "--json").json()["ticket"] for _ in range(3))
    assert relay("revoke", "--data", folder, first).data == "revoked\t1\n"
    for gone in (first, "-" + "A" * 42):
        again = relay("revoke", "--data", folder, gone)
        assert (again.code, again.data) == (1, "")
        assert "no such ticket" in again.talk
    assert relay("status", "--data", folder, "--json").json()["tickets"] == 1 + 1
    assert relay("revoke", "--data", folder, "--unused").data == "revoked\t2\n"
    assert relay("status", "--data", folder, "--json").json()["tickets"] == 0


@pytest.mark.parametrize("arguments", [(), ("A" * 43, "--unused"), ("A" * 42,), ("A" * 44,)])
def test_where_it_is_not_clear_which_ticket_is_meant_none_is_taken_back(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "relay"
    init(folder)
    relay("invite", "--data", folder)
    ended = relay("revoke", "--data", folder, *arguments)
    assert ended.code == 1
    assert "nothing was done" in ended.talk
    assert relay("status", "--data", folder, "--json").json()["tickets"] == 1


def test_who_is_invited_by_a_relay_that_speaks_tls_itself_is_told_the_pin_of_its_key(
    tmp_path: Path,
) -> None:
    identity = certificates.self_made()
    made = relays.make(tmp_path / "relay", identity=identity)
    told = relay("invite", "--data", made.folder, "--json").json()
    assert told["pin"] == identity.pin.hex()
    assert relay("pin", made.folder / "service.pem").data == f"pin\t{identity.pin.hex()}\n"


def test_a_file_without_a_certificate_has_no_pin_and_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "letter.pem").write_text("hidden", encoding="utf-8")
    for name in ("letter.pem", "nothing.pem"):
        ended = relay("pin", tmp_path / name)
        assert (ended.code, ended.data) == (1, "")
        assert name in ended.talk
        assert "hidden" not in ended.talk


def test_a_relay_whose_mailboxes_are_missing_does_not_begin_anew(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    init(folder)
    (folder / "mailbox.db").unlink()
    for command in ("serve", "invite", "status"):
        # A process of its own: `serve` changes what the process may do.
        ended = sathi("relay", command, "--data", folder)
        assert (ended.code, ended.data) == (1, "")
        assert "mailbox.db is missing" in ended.talk
    assert [path.name for path in folder.iterdir() if path.name != "running"] == ["relay.toml"]


def test_where_no_relay_is_the_way_to_one_is_told(tmp_path: Path) -> None:
    ended = relay("serve", "--data", tmp_path)
    assert ended.code == 1
    assert "sathi relay init" in ended.talk


@pytest.fixture(params=["sqlite", "postgresql"])
async def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    database = ""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        database = await server.new_database()
    return await asyncio.to_thread(relays.make, tmp_path / "relay", database=database)


@pytest.mark.sockets
async def test_a_relay_takes_gives_and_deletes_for_whoever_has_a_ticket(made: Made) -> None:
    async with relays.running(made) as [process], new_session() as session:
        ticket = await asyncio.to_thread(relays.ticket_of, made)
        owner = relays.owner(session, made.address)
        await owner.make(ticket)
        second = relays.owner(session, made.address, number=2)
        refused = await client.create(
            session,
            second.home,
            deposit_secret=b"e" * 32,
            ticket=ticket,
            created=NOON,
        )
        assert isinstance(refused, Refused)
        assert refused.problem == "ticket"

        assert isinstance(
            await client.deposit_batch(session, owner.route, envelopes(3)), Delivered
        )
        assert await owner.collect() == Collected(envelopes=envelopes(3), more=False)
        await owner.delete([envelope_id_of(envelope(1))])

        ended = await asyncio.to_thread(relay, "status", "--data", made.folder, "--json")
        assert (ended.code, ended.json()) == (
            0,
            {"answers": True, "mailboxes": 1, "tickets": 0, "envelopes": 2, "bytes": 8_192},
        )
        assert await process.stop() == 0
        # What was taken is there after a restart, and what was deleted is not.
        await process.start()
        assert await owner.collect() == Collected(envelopes=(envelope(0), envelope(2)), more=False)


@pytest.mark.sockets
async def test_a_relay_says_nothing_of_what_it_is_asked(made: Made) -> None:
    async with relays.running(made) as [process], new_session() as session:
        owner = relays.owner(session, made.address)
        await owner.make(await asyncio.to_thread(relays.ticket_of, made))
        await client.deposit_batch(session, owner.route, envelopes(1))
        await owner.collect()
        await process.stop()
    log = (made.folder.parent / f"{made.folder.name}.log").read_text(encoding="utf-8")
    assert "relay.ready" in log
    assert owner.home.mailbox_id.hex() not in log
    assert "127.0.0.1" not in log
    assert len(log.splitlines()) == 1

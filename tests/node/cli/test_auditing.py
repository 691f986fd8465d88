"""`sathi audit`: what an auditor types, against running nodes whose first day is over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.cli.auditing import _date
from node.system import SystemClock
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.local import commands
from protocol.signing import parse as parse_signed
from protocol.values import Instant, later
from tests.support.command_line import Ended, sathi_here
from tests.support.nodes import PASSPHRASE, SUPERVISOR, RunningNode, make_node, running_node

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """The clocks of this machine, a day later."""

    system: SystemClock

    def wall(self) -> Instant:
        return later(self.system.wall(), DAY)

    def monotonic(self) -> float:
        return self.system.monotonic()

    def slept(self) -> float:
        return self.system.slept()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[RunningNode, RunningNode]]:
    """Alo's first day is over when Bandhan meets it, so its answer tells Bandhan the head of that day."""
    alo = make_node(tmp_path / "alo", name="Alo Shelter")
    bandhan = make_node(tmp_path / "bandhan", name="Bandhan")
    for made in (alo, bandhan):
        (made.folder / "federation.toml").touch()
    clock = Tomorrow(SystemClock())
    async with running_node(alo, clock=clock) as one, running_node(bandhan, clock=clock) as other:
        await one.unlock()
        await other.unlock()
        file = await one.client.make_introduction()
        await other.client.add_peer(commands.AddPeer(introduction=file.introduction))
        for node in (other, one, other):
            await node.client.sync_now()
        yield one, other


async def audit(node: RunningNode, *arguments: str | Path) -> Ended:
    """`sathi audit …` as the supervisor of a node."""
    passphrase = node.folder.parent / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    passphrase.chmod(0o600)
    who = ("--data", node.folder, "--user", SUPERVISOR, "--passphrase-file", passphrase)
    given = [str(argument) for argument in (*arguments[:1], *who, *arguments[1:])]
    return await asyncio.to_thread(sathi_here, "audit", *given)


async def test_what_a_partner_holds_and_a_checkpoint_fit_the_log_of_the_node_they_are_about(
    two: tuple[RunningNode, RunningNode], tmp_path: Path
) -> None:
    alo, bandhan = two
    heads, checkpoint = tmp_path / "heads", tmp_path / "checkpoint"
    exported = await audit(bandhan, "heads", "--peer", "Alo Shelter", "--out", heads)
    signed = await audit(alo, "checkpoint", "--out", checkpoint)
    verified = await audit(alo, "verify", "--heads", heads, "--checkpoint", checkpoint)
    yesterday = _date(SystemClock().wall() // DAY)
    lines = verified.data.splitlines()

    assert (exported.code, signed.code, verified.code) == (0, 0, 0), verified.talk
    assert exported.data.startswith(f"{yesterday}\theld\t")
    assert lines[0].startswith("whole\t")
    assert f"Bandhan\t{yesterday}\tfits" in lines
    assert f"a checkpoint\t{yesterday}\tfits" in lines
    assert "entries after that only this computer vouches for" in verified.talk


async def test_a_checkpoint_is_a_signed_file_and_lines_that_people_can_read_to_each_other(
    two: tuple[RunningNode, RunningNode], tmp_path: Path
) -> None:
    file = tmp_path / "checkpoint"
    made = await audit(two[0], "checkpoint", "--out", file)
    again = await audit(two[0], "checkpoint", "--out", file)
    rows = made.data.splitlines()[-2:]
    raw = file.read_bytes()
    signed = parse_signed(raw[4:], kind=Kind.CHECKPOINT)

    assert bytes.fromhex("".join(rows).replace(" ", "")) in signed.body
    assert [len(row.split()) for row in rows] == [8, 8]
    assert int.from_bytes(raw[:4]) == len(raw) - 4
    assert file.stat().st_mode & 0o777 == 0o600
    assert (again.code, "is there already" in again.talk) == (1, True)


async def test_the_heads_of_another_node_fail_the_audit_of_this_one(
    two: tuple[RunningNode, RunningNode], tmp_path: Path
) -> None:
    alo, bandhan = two
    heads = tmp_path / "heads"
    await audit(bandhan, "heads", "--peer", "Alo Shelter", "--out", heads)
    verified = await audit(bandhan, "verify", "--heads", heads)
    as_json = await audit(bandhan, "verify", "--heads", heads, "--json")

    assert (verified.code, as_json.code) == (1, 1)
    assert "is no head that this node signed" in verified.data
    assert as_json.json()["is_whole"] is False
    assert "call the data officer" in verified.talk
    del alo


async def test_without_two_partners_nothing_is_taken_off(
    two: tuple[RunningNode, RunningNode], tmp_path: Path
) -> None:
    today = _date(SystemClock().wall() // DAY + 1)
    cut = await audit(two[0], "truncate", "--yes", "--before", today, "--out", tmp_path / "cut")
    early = await audit(
        two[0], "truncate", "--yes", "--before", "1970-01-01", "--out", tmp_path / "cut"
    )

    assert (cut.code, early.code) == (1, 1)
    assert "fewer than two partners" in cut.talk
    assert "nothing before that day" in early.talk
    assert not (tmp_path / "cut").exists()


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"\x00\x00\x00\x05abc", b"\x00\x00\x00\x00", b"\xff" * 64]
)
async def test_a_file_that_holds_no_heads_is_refused_before_anybody_is_asked(
    two: tuple[RunningNode, RunningNode], tmp_path: Path, raw: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(raw)
    refused = await audit(two[0], "verify", "--heads", file)
    missing = await audit(two[0], "verify", "--heads", tmp_path / "nowhere")

    assert (refused.code, missing.code) == (1, 1)
    assert "holds no heads and no checkpoint" in refused.talk
    assert "cannot be read" in missing.talk


async def test_a_partner_who_has_told_nothing_yet_has_no_heads(
    two: tuple[RunningNode, RunningNode], tmp_path: Path
) -> None:
    alo, _ = two
    out = tmp_path / "heads"
    exported = await audit(alo, "heads", "--peer", "nobody", "--out", out)

    assert (exported.code, out.exists()) == (1, False)

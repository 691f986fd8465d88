"""A floor is what bare libraries do: it knows nothing of the product, and does the whole of its work."""

import ast
import asyncio
from pathlib import Path

import pytest

from bench.floors import commits, crypto, desks, durable, http, relay, sizes
from tests.support.postgresql import Server

FLOORS = Path(__file__).parents[2] / "bench" / "floors"
PRODUCT = {"node", "protocol", "tui"}


def imported(path: Path) -> set[str]:
    """Every module that is imported, `from x import y` as `x.y`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names |= {f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", sorted(FLOORS.rglob("*.py")), ids=lambda path: path.stem)
def test_a_floor_imports_nothing_of_the_product(path: Path) -> None:
    names = imported(path)
    assert sorted(name for name in names if name.partition(".")[0] in PRODUCT) == []
    # Nor by way of the product's side of the bench, nor under a name that is put together.
    ours = {name for name in names if name.startswith(("bench", "."))}
    assert sorted(name for name in ours if not name.startswith("bench.floors")) == []
    assert sorted(name for name in names if name.startswith(("importlib", "runpy"))) == []
    assert "__import__" not in path.read_text(encoding="utf-8")


def test_the_crypto_floor_makes_and_reads_an_envelope_of_the_product_s_size() -> None:
    [skeleton] = crypto.skeletons(1)
    signed, envelope = crypto.sign_and_seal(skeleton)
    opened, plaintext = crypto.open_and_verify(envelope)
    assert (len(signed), len(envelope)) == (sizes.SIGNED_BYTES, sizes.ENVELOPE_BYTES)
    assert (opened, plaintext[: sizes.SIGNED_BYTES]) == (skeleton, signed)
    assert len(plaintext) == sizes.PLAINTEXT_BYTES


def test_the_crypto_floors_give_a_number() -> None:
    assert crypto.sent_per_second(messages=10) > 0
    assert crypto.received_per_second(messages=10) > 0


def test_the_commit_floors_give_a_number(tmp_path: Path) -> None:
    assert commits.rows_per_second(tmp_path, groups=2) > 0
    assert commits.commit_milliseconds(tmp_path, commits=3) > 0


@pytest.mark.slow
@pytest.mark.sockets
def test_the_http_floor_gives_a_number() -> None:
    assert http.posts_per_second(posts=20) > 0


@pytest.mark.slow
@pytest.mark.sockets
def test_the_durable_floor_finds_every_message_and_receipt_in_the_databases(
    tmp_path: Path,
) -> None:
    # Not a whole number of batches, so that the last one is short.
    assert durable.delivered_per_second(tmp_path, messages=150) > 0


@pytest.mark.slow
@pytest.mark.sockets
def test_the_floors_of_the_desk_give_a_number(tmp_path: Path) -> None:
    assert desks.first_frame_seconds().value > 0
    assert desks.key_milliseconds(keys=25).value > 0
    assert desks.opening_milliseconds(tmp_path, cases=20).value > 0
    memory = desks.memory_of_a_list()
    assert 0 < memory.value <= memory.beside["most"]


@pytest.mark.slow
@pytest.mark.sockets
def test_the_floor_of_a_relay_gives_numbers_with_a_file(tmp_path: Path) -> None:
    assert relay.per_second("sqlite", str(tmp_path), deposits=600, pick_ups=10) > 0


@pytest.mark.slow
@pytest.mark.sockets
async def test_the_floor_of_a_relay_gives_numbers_with_postgresql(postgresql: Server) -> None:
    address = await postgresql.new_database()
    where = ("postgresql", address)
    found = await asyncio.to_thread(relay.per_second, *where, servers=2, deposits=600, pick_ups=10)
    assert found > 0

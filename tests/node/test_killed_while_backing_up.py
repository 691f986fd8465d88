"""A node is killed while it makes a backup: the finished ones stay whole, and the next attempt cleans up."""

import contextlib
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import Founded, Served, founded, sathi_here, served
from tests.support.ports import free_port

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


ATTEMPTS_MAX = 20


def create(node: Founded) -> bool:
    """Try to make one; two of one second would have one name, and the later is refused."""
    return sathi_here("backup", "create", *map(str, node.credentials)).code == 0


def create_once(node: Founded) -> None:
    assert any(create(node) for _ in range(ATTEMPTS_MAX))


def kill_while_creating(node: Founded, running: Served) -> int | None:
    """What the node ended with."""
    for _ in range(ATTEMPTS_MAX):
        assert not create(node)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return running.process.wait(1)
    return None


def whole(node: Founded) -> list[bool]:
    listed = sathi_here("backup", "list", "--data", str(node.folder), "--json")
    return [line["is_whole"] for line in listed.json()]


def remains(node: Founded) -> list[str]:
    return [path.name for path in Path(node.folder).rglob(".sathi-*")]


@pytest.mark.parametrize(
    ("point", "left"),
    [("backup.after_copy", 1), ("backup.before_place", 1), ("backup.after_place", 2)],
)
def test_wherever_it_is_killed_the_finished_ones_are_whole(
    tmp_path: Path, point: str, left: int
) -> None:
    node = founded(tmp_path / "node", port=free_port())
    with served(node.folder):
        create_once(node)
    with served(node.folder, "--fault", point) as running:
        assert kill_while_creating(node, running) == -signal.SIGKILL
    assert whole(node) == [True] * left
    assert remains(node)
    with served(node.folder):
        create_once(node)

    assert all(whole(node))
    assert remains(node) == []

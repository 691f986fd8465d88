"""The whole story, as a user walks it: real processes, from `sathi demo --headless` to its last sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

SECONDS_MAX = 120
COLUMNS = 80
TITLES = [
    "1. Alo Shelter and Bandhan meet",
    "2. Alo records what she says",
    "3. She is asked, and says yes and no",
    "4. An offer, a yes, a dossier",
    "5. The power goes",
    "6. Care comes back",
    "7. She withdraws",
]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "node.cli", "demo", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.sockets
def test_the_story_is_true_from_the_first_step_to_the_last(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    done = demo("--headless", "--keep", str(kept))
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line for line in lines if line[:1].isdigit()] == TITLES
    assert "every sentence above was checked and is true" in lines
    assert [line for line in lines[:-1] if len(line) > COLUMNS] == []
    assert {path.name for path in kept.iterdir() if path.is_dir()} >= {"alo", "bandhan"}


def test_a_folder_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    done = demo("--headless", "--keep", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert [*tmp_path.iterdir()] == []

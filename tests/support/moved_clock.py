"""Nodes as processes whose wall clock a test moves: by a file that their `time.time` reads.

Everything lies in the past, so that what the scheduler of the node takes from the real clock is due.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.command_line import PATIENCE_SECONDS, Ended, environment

_PROGRAM: Final = """
import time
from pathlib import Path
apart, real = Path({file!r}), time.time
time.time = lambda: real() + float(apart.read_text(encoding="ascii"))
from node import faults, schedule
from node.cli.main import main
# Whether its clock was moved a node asks every five seconds; nobody waits for that here.
schedule._WATCH_SECONDS = 0.05
{arming}
main(prog_name="sathi")
"""


@dataclass(frozen=True, slots=True)
class MovedClock:
    """How far the clocks of all nodes that read this file are from the real one."""

    file: Path

    @property
    def now(self) -> int:
        """What these clocks say."""
        return int(time.time() + float(self.file.read_text(encoding="ascii")))

    def go_to(self, instant: int) -> None:
        """Set them."""
        beside = self.file.with_suffix(".new")
        beside.write_text(str(instant - int(time.time())), encoding="ascii")
        # In one step: whoever reads the time meanwhile finds one.
        beside.replace(self.file)

    def forward(self, seconds: int) -> None:
        """Move them on."""
        self.go_to(self.now + seconds)

    def program(self, place: str = "", then: str = "") -> tuple[str, str]:
        """What the interpreter is given in the place of the command.

        Args:
            place: the failpoint at which it is killed; nowhere without one.
            then: where it is killed in its place, the next time it comes by after `place`.
        """
        arming = f"faults.arm_kill({place!r})" if place else ""
        if then:
            arming = f"faults.arm({place!r}, action=lambda: faults.arm_kill({then!r}))"
        return "-c", _PROGRAM.format(file=str(self.file), arming=arming)

    def run(self, *arguments: str) -> Ended:
        """Run the command by this clock, as a process of its own."""
        ended = subprocess.run(  # noqa: S603  (our own command)
            [sys.executable, *self.program(), *arguments],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Ended(code=ended.returncode, data=ended.stdout, talk=ended.stderr)


def behind(file: Path, *, days: int) -> MovedClock:
    """Clocks that are so many days behind the real one."""
    clock = MovedClock(file)
    clock.go_to(int(time.time()) - days * 86_400)
    return clock

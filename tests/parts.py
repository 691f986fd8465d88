"""`python -m tests.parts [--measure] [ARGUMENT …]`: every test, in two processes beside each other.

The tests of the desk take about as long as all others; of the slow ones those of the federation and the walk
go beside them, so each process has about half of the work. What one prints is shown whole when it ends. With
`--measure` both write what coverage saw, to be combined. The exit code is 0 if both are green.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DESK: Final = ("tests/tui",)
SLOW: Final = ("tests/tui", "tests/federation", "tests/walk")
NO_TESTS: Final = 5


def main(arguments: Sequence[str]) -> int:
    """Run both parts; the exit code."""
    is_measured = "--measure" in arguments
    given = [argument for argument in arguments if argument != "--measure"]
    first = SLOW if "slow" in given else DESK
    rest = [f"--ignore={folder}" for folder in first]
    runs = [_start([*first, *given], is_measured), _start([*rest, *given], is_measured)]
    codes = [_finish(*run) for run in runs]
    # A part in which nothing fits the arguments is no failure, as long as the other one has tests.
    failed = [code for code in codes if code not in {0, NO_TESTS}]
    return failed[0] if failed else min(codes)


def _start(
    arguments: Sequence[str],
    is_measured: bool,  # noqa: FBT001
) -> "tuple[subprocess.Popen[bytes], Path]":
    how = ["-m", "coverage", "run", "--parallel-mode"] if is_measured else []
    with tempfile.NamedTemporaryFile(prefix="sathi-tests-", delete=False) as output:
        run = subprocess.Popen(  # noqa: S603  (our own interpreter)
            [sys.executable, *how, "-m", "pytest", "-q", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return run, Path(output.name)


def _finish(run: "subprocess.Popen[bytes]", output: Path) -> int:
    code = run.wait()
    sys.stdout.buffer.write(output.read_bytes())
    # Whoever is killed says nothing of it.
    killed = f"this part was ended by signal {-code}\n" if code < 0 else ""
    sys.stdout.write(killed)
    sys.stdout.flush()
    output.unlink()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

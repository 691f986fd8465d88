"""`python -m bench [NAME …]`: measure the product against its floors, print and write what came out.

The exit code is 1 if a row came out above its floor, which means that the floor is wrong, or could not be
measured. A missed target is shown as missed and is no failure of the run.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import harness, rows

BENCH: Final = Path(__file__).parent
# Beside the code, where a disk is: a system's folder for temporary files is often in memory, and there a
# commit costs nothing.
WORK: Final = BENCH.parent / "build"


def main(arguments: Sequence[str]) -> int:
    """Measure the rows named, or all; the exit code."""
    options = _options(arguments)
    WORK.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=WORK) as place:
        every = rows.rows(Path(place))
        unknown = sorted(set(options.names) - {row.name for row in every})
        if unknown:
            print(f"no such row: {', '.join(unknown)}", file=sys.stderr)
            return 2
        machine = rows.machine(Path(place))
        for name, value in machine.items():
            print(f"{name:<44} {value:>10,.2f}")
        print(f"\n{harness.HEADING}")
        outcomes = []
        for row in every:
            if not options.names or row.name in options.names:
                outcomes.append(harness.measure(row))
                print(harness.line_of(outcomes[-1]), flush=True)
    results = [harness.result_of(outcome, machine=machine) for outcome in outcomes]
    options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return harness.exit_code(outcomes)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these rows")
    parser.add_argument(
        "--results", type=Path, default=BENCH / "results.json", help="the file to write"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

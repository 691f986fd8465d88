"""`python -m tests.faults [NAME …] [--jobs N]`: each planted fault turns its named test red."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests.faults import planted

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
PRINTED_LINES_MAX = 40
# The first run has one test for each fault, so it may take longer than that of any fault.
TIMES_ALL = 4


def main() -> int:
    """Run the harness; 0 only if every chosen fault was found by exactly its test."""
    options = arguments()
    paths = {path.stem: path for path in sorted(FOLDER.glob("*.patch"))}
    unknown = sorted(set(options.names) - paths.keys())
    if unknown or not paths:
        print(f"no such fault: {', '.join(unknown)}" if unknown else "there is no planted fault")
        return 2
    try:
        faults = [planted.read(paths[name]) for name in options.names or part_of(paths, options)]
    except planted.FaultError as error:
        print(error)
        return 2
    with TemporaryDirectory(prefix="sathi-clean-") as folder:
        clean = planted.copy_of(ROOT, Path(folder))
        if not green_without_any(faults, clean=clean, seconds_max=options.seconds):
            return 1
        found = plant_each(faults, clean=clean, jobs=options.jobs, seconds_max=options.seconds)
    print(f"{found} of {len(faults)} planted faults found")
    return 0 if found == len(faults) else 1


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these faults")
    parser.add_argument("--part", type=part, default=(0, 1), metavar="K/N", help="only one in N")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--seconds", type=int, default=300, help="how long one run may take")
    return parser.parse_args()


def part_of(paths: dict[str, Path], options: argparse.Namespace) -> list[str]:
    """The names of this part, one after the other in the order of the alphabet."""
    number, parts = options.part
    names = [*paths]
    return names[len(names) * number // parts : len(names) * (number + 1) // parts]


def part(given: str) -> tuple[int, int]:
    """`1/3` -> (0, 3): the first of three parts."""
    number, _, parts = given.partition("/")
    if not 1 <= int(number) <= int(parts):
        raise ValueError(given)
    return int(number) - 1, int(parts)


def green_without_any(faults: list[planted.Fault], *, clean: Path, seconds_max: int) -> bool:
    """Run every named test once in the clean copy."""
    tests = sorted({fault.test for fault in faults})
    with planted.Worker() as worker:
        unharmed = planted.run(
            tests, copy=clean, root=ROOT, worker=worker, seconds_max=TIMES_ALL * seconds_max
        )
    reason = planted.why_not_clean(faults, unharmed)
    if reason is not None:
        print(reason)
        print_end_of(unharmed.printed)
    return reason is None


def plant_each(faults: list[planted.Fault], *, clean: Path, jobs: int, seconds_max: int) -> int:
    """Plant each fault alone, say what became of it, and count those that were found."""
    found = 0
    free: SimpleQueue[planted.Worker] = SimpleQueue()

    def try_one(fault: planted.Fault) -> tuple[str | None, str]:
        worker = free.get()
        try:
            return planted.try_one(
                fault, clean=clean, root=ROOT, worker=worker, seconds_max=seconds_max
            )
        finally:
            free.put(worker)

    with ExitStack() as workers, ThreadPoolExecutor(max_workers=jobs) as pool:
        for _ in range(jobs):
            free.put(workers.enter_context(planted.Worker()))
        waiting = {pool.submit(try_one, fault): fault for fault in faults}
        for done in as_completed(waiting):
            reason, printed = done.result()
            fault = waiting[done]
            found += reason is None
            verdict = "found" if reason is None else "NOT FOUND"
            print(f"{verdict:9}  {fault.name}: {fault.sentence}", flush=True)
            if reason is not None:
                print(f"           {reason}", flush=True)
                print_end_of(printed)
    return found


def print_end_of(printed: str) -> None:
    """Show the last lines of what pytest printed."""
    for line in printed.splitlines()[-PRINTED_LINES_MAX:]:
        print(f"    | {line}")


if __name__ == "__main__":
    sys.exit(main())

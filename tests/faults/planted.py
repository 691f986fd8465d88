"""Planted faults: small patches, each of which must turn exactly one named test red.

A fault is a file `NAME.patch` in this folder: header lines, then a unified diff.

    fault: consent is still good in the second in which it ends
    test: tests/protocol/test_consent.py::test_a_consent_ends_on_its_second
    also: test_another_one_of_the_same_file, test_a_third
    --- a/protocol/consent.py
    +++ b/protocol/consent.py

`fault` and `test` stand there once. `also` is there only where another test of the same file is
bound to turn red with it. The patch is applied to a copy; the working tree is never touched.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

COPIED: Final = (
    "protocol", "node", "tui", "tests", "docs", "pyproject.toml", "federation.toml.example",
    "relay.toml.example",
)  # fmt: skip
LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
HIDDEN: Final = shutil.ignore_patterns(".*")
PATCHED: Final = re.compile(r"^\+\+\+ b/(\S+)$", re.MULTILINE)
KEYS: Final = ("fault", "test", "also")

ALL_GREEN: Final = 0
SOME_RED: Final = 1
HUNG: Final = -1

# A patch that only breaks the code proves nothing about the test.
BROKEN_CODE: Final = frozenset(
    {"ImportError", "ModuleNotFoundError", "NameError", "SyntaxError", "UnboundLocalError"}
)


class FaultError(Exception):
    """A fault's file is not as it should be, or its patch does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted fault, as its file says."""

    name: str
    sentence: str
    test: str
    also: frozenset[str]
    patch: str = field(repr=False)

    @property
    def file(self) -> str:
        """The test file that is run."""
        return self.test.partition("::")[0]

    @property
    def function(self) -> str:
        """The named test without its file and parameters."""
        return function_of(self.test)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one pytest process did: its exit code, each test's outcome, and what it printed."""

    exit_code: int
    outcomes: tuple[tuple[str, str, str], ...]
    printed: str = field(repr=False)

    def named(self, outcome: str) -> frozenset[str]:
        """The functions of which at least one case had this outcome."""
        return frozenset(
            function_of(test) for test, became, _ in self.outcomes if became == outcome
        )

    def raised(self, function: str) -> frozenset[str]:
        """The types of exception with which this function's cases turned red."""
        return frozenset(
            kind
            for test, became, kind in self.outcomes
            if became == "failed" and function_of(test) == function
        )


def function_of(test: str) -> str:
    """`tests/a/test_b.py::test_c[d]` -> `test_c`."""
    return test.partition("[")[0].rpartition("::")[2]


def read(path: Path) -> Fault:
    """Read one fault's file.

    Raises:
        FaultError: if its header is not exactly as described above.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if line.startswith(("--- ", "diff "))]
    if not starts:
        raise FaultError(f"{path.name} has no diff")
    header: dict[str, str] = {}
    for line in lines[: starts[0]]:
        key, colon, value = line.strip().partition(": ")
        if not colon or key not in KEYS or key in header:
            raise FaultError(f"{path.name}: not a header line, or a second one: {line.strip()!r}")
        header[key] = value
    if not {"fault", "test"} <= header.keys() or header["test"].count("::test_") != 1:
        raise FaultError(f"{path.name} must have one `fault:` and one `test: file::test_name`")
    return Fault(
        name=path.stem,
        sentence=header["fault"],
        test=header["test"],
        also=frozenset(header["also"].split(", ")) if "also" in header else frozenset(),
        patch="".join(lines[starts[0] :]),
    )


def copy_of(root: Path, into: Path) -> Path:
    """Copy what the tests need into an empty folder, without anything compiled."""
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=LEFT_OUT)
        elif source.exists():
            shutil.copy2(source, into / name)
    return into


def twin_of(copy: Path, into: Path) -> Path:
    """Copy a copy into an empty folder, with what was compiled there: nothing in it is compiled twice."""
    return Path(shutil.copytree(copy, into, ignore=HIDDEN, dirs_exist_ok=True))


def plant(fault: Fault, copy: Path) -> None:
    """Apply the patch to the copy, strictly, and drop what was compiled of the files it changes.

    A compiled file is told from its source by a time and a size alone, and a patch may keep both.

    Raises:
        FaultError: if it does not apply: the code has moved on, and the fault must follow.
    """
    if shutil.which("git"):
        command = ["git", "apply", "--whitespace=nowarn", "-"]
    else:
        command = ["patch", "--strip=1", "--fuzz=0", "--batch", "--forward", "--silent"]
    done = subprocess.run(  # noqa: S603  # one of two fixed commands, on our own patch
        command,
        input=fault.patch,
        cwd=copy,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise FaultError(f"the patch does not apply: {(done.stderr or done.stdout).strip()}")
    for patched in map(copy.joinpath, PATCHED.findall(fault.patch)):
        for compiled in (patched.parent / "__pycache__").glob(f"{patched.stem}.*"):
            compiled.unlink()


class Worker:
    """A process that has imported the libraries already (`warm.py`), and runs what it is told to."""

    def __init__(self) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own file
            [sys.executable, "-P", str(Path(__file__).with_name("warm.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Nothing of the project may be found from where it stands.
            cwd=os.sep,
            env=environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """It ends when no more orders can come."""
        self._process.communicate()

    def order(self, **order: object) -> int:
        """Have something run; the exit code of pytest, or HUNG."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def run(tests: list[str], *, copy: Path, root: Path, worker: Worker, seconds_max: int) -> Run:
    """Run these tests in the copy, in a process of their own that sees the copy's code only."""
    report, output = copy / ".outcomes", copy / ".printed"
    vectors = root.parent / "shared" / "data" / "vectors"
    environment = {"PYTHONPATH": str(copy), "SATHI_OUTCOMES": str(report)}
    if "SATHI_VECTORS" not in os.environ and vectors.is_dir():
        environment["SATHI_VECTORS"] = str(vectors)
    plugins = ["-p", "no:cacheprovider", "-p", "tests.faults.outcomes"]
    exit_code = worker.order(
        copy=str(copy),
        arguments=["-q", *plugins, *tests],
        environment=environment,
        output=str(output),
        seconds_max=seconds_max,
    )
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    outcomes = tuple((test, became, kind) for test, became, kind in map(json.loads, lines))
    printed = output.read_text(encoding="utf-8", errors="replace")
    return Run(exit_code=exit_code, outcomes=outcomes, printed=printed)


def why_not_clean(faults: list[Fault], clean: Run) -> str | None:
    """Judge the run without any fault: each named test ran and was green, or a reason."""
    missing = sorted(
        {fault.test for fault in faults if fault.function not in clean.named("passed")}
    )
    if clean.exit_code == ALL_GREEN and not missing:
        return None
    if clean.exit_code == HUNG:
        return "without any fault, the named tests do not come to an end"
    return f"without any fault, not green: {', '.join(missing) or 'see below'}"


def why_not_found(fault: Fault, faulty: Run) -> str | None:
    """Judge the run with the fault: exactly the named test turned red (None), or a reason."""
    red = faulty.named("failed")
    if faulty.exit_code == HUNG:
        return "the tests do not come to an end; a fault must be found, not waited for"
    if faulty.exit_code not in {ALL_GREEN, SOME_RED}:
        return f"pytest ended with {faulty.exit_code}: the fault breaks more than a test can say"
    if fault.function not in red:
        return "the named test stayed green"
    return why_not_exact(fault, faulty, red=red)


def why_not_exact(fault: Fault, faulty: Run, *, red: frozenset[str]) -> str | None:
    """Judge a run in which the named test turned red: for its own reason, and it alone."""
    if broken := faulty.raised(fault.function) & BROKEN_CODE:
        return f"the patch breaks the code instead of its behaviour: {', '.join(sorted(broken))}"
    if others := red - fault.also - {fault.function}:
        return f"other tests turned red too: {', '.join(sorted(others))}"
    if green := fault.also - red:
        return f"named in `also` but green: {', '.join(sorted(green))}"
    return None


def try_one(
    fault: Fault, *, clean: Path, root: Path, worker: Worker, seconds_max: int
) -> tuple[str | None, str]:
    """Plant one fault in a fresh copy of the clean one and run its test file.

    Returns:
        Why it was not found (None: it was), and what pytest printed.
    """
    with TemporaryDirectory(prefix="sathi-fault-") as folder:
        copy = twin_of(clean, Path(folder))
        try:
            plant(fault, copy)
        except FaultError as error:
            return str(error), ""
        faulty = run([fault.file], copy=copy, root=root, worker=worker, seconds_max=seconds_max)
    return why_not_found(fault, faulty), faulty.printed

"""The harness for planted faults is held to what it promises, on a small project of its own."""

import ast
import py_compile
from pathlib import Path

import pytest

from tests.faults import planted

ROOT = Path(__file__).parents[2]
PATCHES = sorted(Path(__file__).parent.glob("*.patch"))

HEADER = "fault: the last second counts\ntest: tests/test_end.py::test_it_ends_on_its_second\n"
RULE = "def ended(end: int, now: int) -> bool:\n    return now >= end\n"
TESTS = """from protocol.rule import ended

def test_it_ends_on_its_second():
    assert ended(5, 5)

def test_it_lasts_until_then():
    assert not ended(5, 4)
"""


def diff(new: str) -> str:
    return (
        "--- a/protocol/rule.py\n+++ b/protocol/rule.py\n@@ -1,2 +1,2 @@\n"
        f" def ended(end: int, now: int) -> bool:\n-    return now >= end\n+    {new}\n"
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "protocol").mkdir(parents=True)
    (root / "protocol" / "rule.py").write_text(RULE)
    (root / "tests" / "faults").mkdir(parents=True)
    (root / "tests" / "test_end.py").write_text(TESTS)
    (root / "tests" / "faults" / "outcomes.py").write_text(
        (ROOT / "tests" / "faults" / "outcomes.py").read_text()
    )
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return root


def fault(folder: Path, text: str) -> planted.Fault:
    path = folder / "a_fault.patch"
    path.write_text(text)
    return planted.read(path)


def tried(project: Path, text: str) -> str | None:
    with planted.Worker() as worker:
        reason, _ = planted.try_one(
            fault(project.parent, text),
            clean=project,
            root=project,
            worker=worker,
            seconds_max=60,
        )
    return reason


@pytest.mark.slow
def test_a_fault_that_turns_exactly_its_test_red_is_found(project: Path) -> None:
    assert tried(project, HEADER + diff("return now > end")) is None


@pytest.mark.slow
def test_a_fault_that_no_test_notices_is_reported(project: Path) -> None:
    assert tried(project, HEADER + diff("return not now < end")) == "the named test stayed green"


@pytest.mark.slow
def test_a_fault_that_turns_another_test_red_is_reported(project: Path) -> None:
    reason = tried(project, HEADER + diff("return now < end"))
    assert reason == "other tests turned red too: test_it_lasts_until_then"


@pytest.mark.slow
def test_a_fault_may_name_the_tests_that_turn_red_with_it(project: Path) -> None:
    also = "also: test_it_lasts_until_then\n"
    assert tried(project, HEADER + also + diff("return now < end")) is None
    assert tried(project, HEADER + also + diff("return now > end")) == (
        "named in `also` but green: test_it_lasts_until_then"
    )


@pytest.mark.slow
def test_a_patch_that_only_breaks_the_code_is_no_fault(project: Path) -> None:
    also = "also: test_it_lasts_until_then\n"
    reason = tried(project, HEADER + also + diff("return later >= end"))
    assert reason == "the patch breaks the code instead of its behaviour: NameError"
    reason = tried(project, HEADER + diff("return ("))
    assert reason == "pytest ended with 2: the fault breaks more than a test can say"


def test_a_patch_that_the_code_has_outgrown_is_reported(project: Path) -> None:
    (project / "protocol" / "rule.py").write_text("def other() -> None: ...\n")
    assert (tried(project, HEADER + diff("return now > end")) or "").startswith(
        "the patch does not apply"
    )


def test_what_was_compiled_of_a_file_is_dropped_when_the_file_is_patched(project: Path) -> None:
    rule, other = project / "protocol" / "rule.py", project / "protocol" / "other.py"
    other.write_text("")
    py_compile.compile(str(rule), doraise=True)
    py_compile.compile(str(other), doraise=True)
    planted.plant(fault(project.parent, HEADER + diff("return now > end")), project)
    left = {path.name.partition(".")[0] for path in rule.parent.rglob("*.pyc")}
    assert left == {"other"}


@pytest.mark.slow
def test_a_test_that_is_red_or_skipped_without_the_fault_proves_nothing(project: Path) -> None:
    one = fault(project.parent, HEADER + diff("return now > end"))
    skipped = "import pytest\n" + TESTS.replace(
        "def test_it_ends", "@pytest.mark.skip\ndef test_it_ends"
    )
    (project / "tests" / "test_end.py").write_text(skipped)
    with planted.Worker() as worker:
        clean = planted.run([one.test], copy=project, root=project, worker=worker, seconds_max=60)
    assert planted.why_not_clean([one], clean) == f"without any fault, not green: {one.test}"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "fault: it has no test\n",
        HEADER + "fault: a second one\n",
        HEADER + "note: an unknown key\n",
        "fault: two tests\ntest: tests/a.py::test_a tests/b.py::test_b\n",
    ],
)
def test_a_header_is_read_strictly(tmp_path: Path, header: str) -> None:
    with pytest.raises(planted.FaultError):
        fault(tmp_path, header + diff("return now > end"))


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_every_planted_fault_names_a_test_that_exists(path: Path) -> None:
    one = planted.read(path)
    tree = ast.parse((ROOT / one.file).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = {n.name for n in ast.walk(tree) if isinstance(n, functions)}
    assert {one.function, *one.also} <= names

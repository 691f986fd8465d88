"""The house style, as tests: what ruff, mypy and import-linter cannot say."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("protocol", "node", "tui")
SOURCES = sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))
BESIDE = sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))
EVERY = SOURCES + BESIDE
TABLES = [path for path in SOURCES if path.is_relative_to(ROOT / "node" / "vault" / "tables")]

LINES_PER_FILE = 400
LINES_PER_FUNCTION = 50

# A proof type, and the one place that may earn it.
GUARDED = {
    "SealedEnvelope": "protocol/envelope.py",
    "OpenedEnvelope": "protocol/envelope.py",
    "VerifiedMessage": "protocol/envelope.py",
    "Permit": "protocol/consent_rules.py",
    "Payload": "protocol/disclosure.py",
}
MAKERS = {*GUARDED.values(), "protocol/permits.py"}
COPIERS = {"replace", "dataclasses.replace", "copy.copy", "copy.deepcopy", "copy.replace"}

# The checked values: made by the checking functions of this file and nowhere else.
VALUES = ROOT / "protocol" / "values.py"

LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX)\b")
# A module of leftovers collects what nobody placed.
NAMES_OF_NOTHING = {"utils", "util", "helpers", "common", "base", "manager", "misc"}

IO = {"aiohttp", "asyncio", "socket", "sqlite3", "ssl", "textual"}
LOADS_NOT = {
    "protocol": IO,
    "protocol.permits": IO,
    "protocol.consent_rules": IO,
    "protocol.disclosure": IO,
    "protocol.acceptance": IO,
    "protocol.local.commands": IO,
    "node.cli.relaying": {"asyncpg", "textual"},
    "node.services.referring": {"aiohttp", "asyncio", "textual"},
    "tui.client": {"rich", "sqlite3", "sqlcipher3", "textual"},
    "tui.wording": {"babel", "nacl", "rich", *IO},
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def called(path: Path) -> frozenset[str]:
    return frozenset(
        ast.unparse(n.func) for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call)
    )


@cache
def checked_values() -> frozenset[str]:
    names = frozenset(
        node.targets[0].id
        for node in tree_of(VALUES).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "NewType"
    )
    assert "NodeId" in names
    return names


def exists(module: str) -> bool:
    place = ROOT.joinpath(*module.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def broken(
    rule: Callable[[Path], Sequence[str]], paths: Iterable[Path]
) -> dict[str, Sequence[str]]:
    """Each file that breaks a rule, with where it does: one test asks about all files at once."""
    return {name_of(path): found for path in paths if (found := rule(path))}


def test_a_file_fits_in_one_sitting() -> None:
    def too_much(path: Path) -> list[str]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        return [f"{lines} lines"] if lines > LINES_PER_FILE else []

    assert broken(too_much, EVERY) == {}


def test_a_function_fits_on_one_screen() -> None:
    def too_long(path: Path) -> list[str]:
        return [
            f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= LINES_PER_FUNCTION
        ]

    assert broken(too_long, EVERY) == {}


def test_every_module_says_what_it_is_for() -> None:
    def unsaid(path: Path) -> list[str]:
        is_mark = path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip()
        if (is_mark and path in BESIDE) or ast.get_docstring(tree_of(path)):
            return []
        return ["no docstring"]

    assert broken(unsaid, EVERY) == {}


def test_nothing_is_left_for_later() -> None:
    def left(path: Path) -> list[str]:
        return LEFTOVERS.findall(path.read_text(encoding="utf-8"))

    assert broken(left, [path for path in EVERY if path != Path(__file__)]) == {}


def test_a_module_is_named_after_its_subject() -> None:
    assert [name_of(path) for path in EVERY if path.stem in NAMES_OF_NOTHING] == []


def test_imports_stand_at_the_top() -> None:
    def inside(path: Path) -> list[str]:
        return [
            f.name
            for f in functions(path)
            for n in ast.walk(f)
            if isinstance(n, ast.Import | ast.ImportFrom)
        ]

    assert broken(inside, SOURCES) == {}


def test_only_an_exception_inherits_from_our_own_class() -> None:
    def children(path: Path) -> list[str]:
        classes = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.ClassDef)]
        ours = {n.name for n in classes}
        return [
            n.name
            for n in classes
            if {ast.unparse(b) for b in n.bases} & ours and not n.name.endswith("Error")
        ]

    assert broken(children, SOURCES) == {}


def test_a_proof_is_made_only_where_it_is_earned() -> None:
    def unearned(path: Path) -> list[str]:
        made = {call.rpartition(".")[2] for call in called(path)}
        return [g for g in sorted(made & GUARDED.keys()) if GUARDED[g] != name_of(path)]

    assert broken(unearned, SOURCES) == {}


def test_a_proof_is_never_copied_or_forged() -> None:
    def forged(path: Path) -> list[str]:
        nodes = list(ast.walk(tree_of(path)))
        named = {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}
        defined = {n.name for n in nodes if isinstance(n, ast.ClassDef)}
        calls = called(path)
        found = [c for c in sorted(calls) if "__new__" in c or c.startswith("type(")]
        if (named | defined) & GUARDED.keys():
            found += sorted(COPIERS & calls)
        if "_TOKEN" in named and name_of(path) not in MAKERS:
            found.append("_TOKEN")
        return found

    assert broken(forged, SOURCES) == {}


def test_a_checked_value_is_made_only_by_its_checking_function() -> None:
    def unchecked(path: Path) -> list[str]:
        made = {call.rpartition(".")[2] for call in called(path)}
        return sorted(made & checked_values())

    assert broken(unchecked, [path for path in SOURCES if path != VALUES]) == {}


def test_a_table_function_returns_a_list_and_never_a_generator() -> None:
    # An unfinished generator keeps its read open, and the write-ahead file can never be emptied:
    # what was erased would stay in it.
    def lazy(path: Path) -> list[str]:
        return [
            f.name
            for f in functions(path)
            for n in ast.walk(f)
            if isinstance(n, ast.Yield | ast.YieldFrom)
            or (isinstance(n, ast.Return) and isinstance(n.value, ast.GeneratorExp))
        ]

    assert broken(lazy, TABLES) == {}


@pytest.mark.parametrize("module", [m for m in LOADS_NOT if exists(m)])
def test_importing_it_loads_only_what_it_should(module: str) -> None:
    # A module imported late is invisible to a static graph, so a fresh interpreter is asked.
    code = f"import {module}, sys; print(*sorted({LOADS_NOT[module]!r} & set(sys.modules)))"
    done = subprocess.run(  # noqa: S603  # our own interpreter and our own line of code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""

"""The house style, as tests: what ruff, mypy and import-linter cannot say."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("protocol", "node", "tui")
SOURCES = sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))
BESIDE = sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))
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


def called(path: Path) -> set[str]:
    return {ast.unparse(n.func) for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call)}


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


@pytest.mark.parametrize("path", SOURCES + BESIDE, ids=name_of)
def test_a_file_fits_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_PER_FILE


@pytest.mark.parametrize("path", SOURCES + BESIDE, ids=name_of)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    long = [
        f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= LINES_PER_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES + BESIDE, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    empty_marker = path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip()
    if not (empty_marker and path in BESIDE):
        assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", SOURCES + BESIDE, ids=name_of)
def test_nothing_is_left_for_later(path: Path) -> None:
    if path != Path(__file__):
        assert LEFTOVERS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SOURCES + BESIDE, ids=name_of)
def test_a_module_is_named_after_its_subject(path: Path) -> None:
    assert path.stem not in NAMES_OF_NOTHING


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    inside = [
        f.name
        for f in functions(path)
        for n in ast.walk(f)
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_an_exception_inherits_from_our_own_class(path: Path) -> None:
    ours = {n.name for n in ast.walk(tree_of(path)) if isinstance(n, ast.ClassDef)}
    children = [
        n.name
        for n in ast.walk(tree_of(path))
        if isinstance(n, ast.ClassDef)
        and {ast.unparse(b) for b in n.bases} & ours
        and not n.name.endswith("Error")
    ]
    assert children == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_proof_is_made_only_where_it_is_earned(path: Path) -> None:
    made = {call.rpartition(".")[2] for call in called(path)}
    assert [g for g in sorted(made & GUARDED.keys()) if GUARDED[g] != name_of(path)] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_proof_is_never_copied_or_forged(path: Path) -> None:
    nodes = list(ast.walk(tree_of(path)))
    named = {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}
    defined = {n.name for n in nodes if isinstance(n, ast.ClassDef)}
    calls = called(path)
    assert [c for c in sorted(calls) if "__new__" in c or c.startswith("type(")] == []
    if (named | defined) & GUARDED.keys():
        assert sorted(COPIERS & calls) == []
    if "_TOKEN" in named:
        assert name_of(path) in MAKERS


@pytest.mark.parametrize("path", [p for p in SOURCES if p != VALUES], ids=name_of)
def test_a_checked_value_is_made_only_by_its_checking_function(path: Path) -> None:
    made = {call.rpartition(".")[2] for call in called(path)}
    assert sorted(made & checked_values()) == []


@pytest.mark.parametrize("path", TABLES, ids=name_of)
def test_a_table_function_returns_a_list_and_never_a_generator(path: Path) -> None:
    # An unfinished generator keeps its read open, and the write-ahead file can never be emptied:
    # what was erased would stay in it.
    yielding = [
        f.name
        for f in functions(path)
        for n in ast.walk(f)
        if isinstance(n, ast.Yield | ast.YieldFrom)
    ]
    lazy = [
        f.name
        for f in functions(path)
        for n in ast.walk(f)
        if isinstance(n, ast.Return) and isinstance(n.value, ast.GeneratorExp)
    ]
    assert yielding + lazy == []


@pytest.mark.parametrize("module", [m for m in LOADS_NOT if exists(m)])
def test_importing_it_loads_only_what_it_should(module: str) -> None:
    # A module imported late is invisible to a static graph, so a fresh interpreter is asked.
    code = f"import {module}, sys; print(*sorted({LOADS_NOT[module]!r} & set(sys.modules)))"
    done = subprocess.run(  # noqa: S603  # our own interpreter and our own line of code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""

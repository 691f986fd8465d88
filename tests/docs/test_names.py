"""A name in the papers exists in the code.

The convention: a name that stands in backticks, or a command line in a fenced block, is checked
when it has one of these forms. Whatever is not built yet is described in words, without backticks.

    `sathi peer add`            a command; its options too. A word in capitals is a value.
    `make demo`                 a target of the Makefile
    `tests/x/test_y.py::test_z` a test
    `node/vault/`               a file or folder of this repository
    `[mailbox] publish_address` a setting of federation.toml.example
    `referral.offer/1`          a message type
    `E_LEVEL`                   a refusal code

Decision records (docs/adr) and the changelog speak of their day and are not held to it.
"""

import ast
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
PAPERS = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
# The glossary and the house style name words and rules, and lead by shape to no file of ours.
ROOTS = ("protocol/", "node/", "tui/", "tests/", "bench/", "docs/", ".ci/")

FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TICKS = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
SETTING = re.compile(r"\[([a-z_]+)\] ([a-z_]+)(?: = .+)?")
TYPE = re.compile(r"[a-z_]+(?:\.[a-z_]+)?/[0-9]+")
CODE = re.compile(r"E_[A-Z_]+")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def names_in(path: Path) -> Iterator[str]:
    """What stands in backticks, and each command line of a fenced block."""
    text = text_of(path)
    yield from TICKS.findall(FENCE.sub("", text))
    for block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            bare = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
            if bare.startswith(("sathi ", "make ")):
                yield bare


def found(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return sorted(
        {(p.name, n) for p in PAPERS for n in names_in(p) if pattern.fullmatch(n) is not None}
    )


def starting(word: str) -> list[tuple[str, str]]:
    return sorted({(p.name, n) for p in PAPERS for n in names_in(p) if n.startswith(word + " ")})


def words_of(command: str) -> list[str]:
    return shlex.split(command, comments=True)


def what_is_wrong_with(command: str, *, group: click.Command) -> str | None:
    """Walk a command line down the tree of commands; None where each step exists."""
    here = group
    for word in words_of(command)[1:]:
        if word in {"&", "|", ">", "&&", "…", "..."}:
            return None
        if word.startswith("--"):
            known = {o for p in here.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
            if word.partition("=")[0] not in known:
                return f"{here.name} has no option {word}"
        elif isinstance(here, click.Group):
            below = here.get_command(click.Context(here), word)
            if below is None:
                return f"{here.name} has no command {word}"
            here = below
    return None


def test_every_command_in_the_papers_exists() -> None:
    if not (ROOT / "node" / "cli" / "main.py").exists():
        pytest.skip("there is no command yet")
    group = import_module("node.cli.main").main
    wrong = [(paper, c, what_is_wrong_with(c, group=group)) for paper, c in starting("sathi")]
    assert [entry for entry in wrong if entry[2] is not None] == []


def test_every_make_target_in_the_papers_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    missing = [
        (paper, command)
        for paper, command in starting("make")
        if {word for word in words_of(command)[1:] if "=" not in word} - targets
    ]
    assert missing == []


def test_every_test_in_the_papers_exists() -> None:
    missing = []
    for path in PAPERS:
        for file, name in TEST.findall(text_of(path)):
            tree = ast.parse(text_of(ROOT / file)) if (ROOT / file).exists() else ast.parse("")
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            if name not in {n.name for n in ast.walk(tree) if isinstance(n, functions)}:
                missing.append((path.name, file, name))
    assert missing == []


def test_every_path_in_the_papers_exists() -> None:
    named = {
        (p.name, n.partition("::")[0])
        for p in PAPERS
        for n in names_in(p)
        if n.startswith(ROOTS) and not set(n) & set("*<… ")
    }
    assert sorted(entry for entry in named if not (ROOT / entry[1]).exists()) == []


def test_every_link_in_the_papers_leads_somewhere() -> None:
    links = {(path, link) for path in PAPERS for link in LINK.findall(text_of(path))}
    assert sorted(str(link) for path, link in links if not (path.parent / link).exists()) == []


def test_every_setting_in_the_papers_exists() -> None:
    example = ROOT / "federation.toml.example"
    known: set[tuple[str, str]] = set()
    section = ""
    for line in text_of(example).splitlines() if example.exists() else []:
        # A setting whose default is "absent" stands behind a comment sign.
        bare = line.strip().removeprefix("#").strip()
        if opened := re.fullmatch(r"\[([a-z_]+)\]", bare):
            section = opened[1]
        elif setting := re.match(r"([a-z_]+) = ", bare):
            known.add((section, setting[1]))
    named = [
        (p, *found_name.groups())
        for p, n in found(SETTING)
        if (found_name := SETTING.fullmatch(n))
    ]
    assert [entry for entry in named if (entry[1], entry[2]) not in known] == []


def test_every_message_type_in_the_papers_exists() -> None:
    source = "".join(text_of(path) for path in (ROOT / "protocol").rglob("*.py"))
    assert [(paper, name) for paper, name in found(TYPE) if f'"{name}"' not in source] == []


def test_every_refusal_code_in_the_papers_exists() -> None:
    source = text_of(ROOT / "protocol" / "errors.py")
    assert [(paper, name) for paper, name in found(CODE) if f" {name} = " not in source] == []

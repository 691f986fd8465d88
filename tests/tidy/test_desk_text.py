"""Text reaches the screen by one way only: a text from elsewhere must never be read as markup."""

import ast
from pathlib import Path

import pytest

TUI = Path(__file__).parents[2] / "tui"
SOURCES = sorted(TUI.rglob("*.py"))

# What of `textual.widgets` may be used where; everywhere else only the inputs, whose text is never markup.
WIDGETS = {
    "plain.py": {"Static"},
    "widgets/rows.py": {"OptionList"},
}
HARMLESS = {"Input", "TextArea"}
# These read square brackets as markup, or put a text where nobody wiped it clean.
BANNED_CALLS = {"from_markup", "notify", "from_rich_text", "deliver_text", "deliver_screenshot"}
BANNED_NAMES = {"Markdown", "RichLog", "Pretty", "DataTable", "Log"}


def name_of(path: Path) -> str:
    return path.relative_to(TUI).as_posix()


def imported(path: Path, module: str) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def calls(path: Path) -> list[ast.Call]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_screen_shows_text_only_through_what_never_reads_markup(path: Path) -> None:
    used = imported(path, "textual.widgets")
    assert used <= HARMLESS | WIDGETS.get(name_of(path), set())
    assert not used & BANNED_NAMES


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_turns_a_text_into_markup_or_hands_it_out(path: Path) -> None:
    called = {ast.unparse(call.func).rpartition(".")[2] for call in calls(path)}
    assert not called & BANNED_CALLS
    switched_on = [
        keyword
        for call in calls(path)
        for keyword in call.keywords
        if keyword.arg == "markup"
        and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    ]
    assert not switched_on


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_content_is_made_of_text_by_plain_alone(path: Path) -> None:
    if name_of(path) == "plain.py":
        return
    with_data = [
        ast.unparse(call)
        for call in calls(path)
        if ast.unparse(call.func) in {"Content", "Content.styled", "Content.assemble"}
        and any(not isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert not with_data

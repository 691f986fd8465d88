"""Text reaches the screen by one way only: a text from elsewhere must never be read as markup."""

import ast
from functools import cache
from pathlib import Path

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


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path, module: str) -> set[str]:
    return {
        alias.name
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def calls(path: Path) -> list[ast.Call]:
    return [node for node in nodes_of(path) if isinstance(node, ast.Call)]


def test_a_screen_shows_text_only_through_what_never_reads_markup() -> None:
    others = {
        name_of(path): used - HARMLESS - WIDGETS.get(name_of(path), set())
        for path in SOURCES
        if (used := imported(path, "textual.widgets"))
    }
    assert {name: used for name, used in others.items() if used} == {}
    assert not BANNED_NAMES & HARMLESS.union(*WIDGETS.values())


def test_nothing_turns_a_text_into_markup_or_hands_it_out() -> None:
    banned = [
        (name_of(path), ast.unparse(call.func))
        for path in SOURCES
        for call in calls(path)
        if ast.unparse(call.func).rpartition(".")[2] in BANNED_CALLS
    ]
    assert banned == []
    switched_on = [
        (name_of(path), ast.unparse(call))
        for path in SOURCES
        for call in calls(path)
        for keyword in call.keywords
        if keyword.arg == "markup"
        and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    ]
    assert switched_on == []


def test_a_content_is_made_of_text_by_plain_alone() -> None:
    with_data = [
        (name_of(path), ast.unparse(call))
        for path in SOURCES
        if name_of(path) != "plain.py"
        for call in calls(path)
        if ast.unparse(call.func) in {"Content", "Content.styled", "Content.assemble"}
        and any(not isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert with_data == []

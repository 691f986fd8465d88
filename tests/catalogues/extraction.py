"""Finds every text that the desk says, and every call that hides its text from the translators."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tui"

# How many arguments are text, and whether the first one is a context.
TEXTS: Final = {"say": 1, "N_": 1, "say_many": 2, "say_in": 2, "mark_in": 2}
WITH_CONTEXT: Final = {"say_in", "mark_in"}
# What builds its text on the spot; nobody can translate that.
BUILT: Final = (ast.JoinedStr, ast.BinOp, ast.IfExp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to translate; `many` where it depends on a number, `context` where one is named."""

    one: str
    many: str | None
    context: str | None
    file: str

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue finds it by."""
        return self.context, self.one


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A call whose text cannot be found, and why."""

    file: str
    line: int
    reason: str


def sources(folder: Path = FOLDER) -> list[Path]:
    """Every Python file of the desk."""
    return sorted(folder.rglob("*.py"))


def found(paths: Iterable[Path]) -> list[Text]:
    """Every text of these files, in the order in which they stand there."""
    return [text for path in paths for text in texts_in(_read(path), file=_name(path))]


def hidden(paths: Iterable[Path]) -> list[Hidden]:
    """Every call of these files that builds its text."""
    return [call for path in paths for call in hidden_in(_read(path), file=_name(path))]


def texts_in(source: str, *, file: str) -> Iterator[Text]:
    """The texts of one source."""
    for name, call in _calls(source):
        parts = [_constant(argument) for argument in call.args[: TEXTS[name]]]
        if len(parts) < TEXTS[name] or None in parts:
            continue
        texts = [part for part in parts if part is not None]
        context = texts.pop(0) if name in WITH_CONTEXT else None
        yield Text(
            one=texts[0], many=texts[1] if len(texts) > 1 else None, context=context, file=file
        )


def hidden_in(source: str, *, file: str) -> Iterator[Hidden]:
    """The calls of one source whose text is put together, or empty."""
    for name, call in _calls(source):
        for argument in call.args[: TEXTS[name]]:
            if isinstance(argument, BUILT):
                yield Hidden(file=file, line=call.lineno, reason="a text that is put together")
            elif _constant(argument) == "":
                yield Hidden(file=file, line=call.lineno, reason="an empty text")


def buttons_in(source: str) -> set[str]:
    """The texts that stand on a button or in the footer: what is given as a `label`."""
    given = (
        keyword.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "label"
    )
    texts = (call.args[0] for call in given if isinstance(call, ast.Call) and call.args)
    return {text for text in map(_constant, texts) if text is not None}


def buttons(paths: Iterable[Path]) -> set[str]:
    """The button words of these files."""
    return {text for path in paths for text in buttons_in(_read(path))}


def _calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = ast.unparse(call.func).rpartition(".")[2]
        if name in TEXTS:
            yield name, call


def _constant(argument: ast.expr) -> str | None:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return None


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()

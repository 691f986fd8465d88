"""A text names a key as it is pressed: a key of the screen that says so, and the same in each language.

Keys are told apart by case: whoever presses what stands there has to get what stands there.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase
from types import ModuleType
from typing import Final

import pytest
from babel.messages.catalog import Message

from tests.catalogues.extraction import Text, found, sources
from tests.catalogues.files import TRANSLATED, read, source_of, strings
from tui.acts import Act, key_name
from tui.everywhere import EVERYWHERE, STOP
from tui.screens.desk_screen import HELP

ROOT: Final = Path(__file__).parents[2]
SCREENS: Final = "tui.screens."
# A letter by itself is a key, but not the word for oneself, nor a unit after a number. An article stands
# before a word of its sentence; a key named so is pressed, begins its sentence, or ends a part of it.
NAMED: Final = re.compile(
    r"Ctrl\+(?P<control>\w)|(?P<spelt>\^\w|\b(?:F\d{1,2}|Esc|Enter|Tab)\b)"
    r"|(?<!\} )(?<![\w'{])(?P<letter>[B-HJ-Zb-z]|(?<=press )A|(?<=presses )A|a(?=[,.:])|(?<=\. )a)(?![\w'}])"
)
LATIN: Final = re.compile(
    r"Ctrl\+(?P<control>\w)|(?P<spelt>\^\w|F\d{1,2}|Esc|Enter|Tab)"
    r"|(?<![A-Za-z{])(?P<letter>[A-Za-z])(?![A-Za-z}])"
)
# The first word of a request is no key.
ENTERED: Final = re.compile(r"Enter your \w+")
# It is named because it does nothing here.
IDLE: Final = "Enter sends nothing"
# These lead first to another screen, and name a key of that one.
ON_THE_NEXT: Final = {
    "Go to the cases: choose hers, then r.": "cases",
    "n: choose her case, then r.": "cases",
    "Esc leads to your work. F5 and p bring this practice back whenever you like.": "settings",
}
LISTS: Final = "/labels/lists/"
KEYS: Final = {"Esc": "esc", "Enter": "enter", "Tab": "tab"}


def named_in(text: str, names: re.Pattern[str] = NAMED) -> list[str]:
    """The keys that a text names, as a footer shows them."""
    return [
        f"^{match['control'].lower()}"
        if match["control"]
        else match["letter"] or KEYS.get(match["spelt"], match["spelt"])
        for match in names.finditer(ENTERED.sub("", text))
    ]


def told() -> Iterator[Text]:
    """Every text but the names of things: a letter in those is no key."""
    yield from (text for text in found(sources()) if LISTS not in text.file)


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported_by(path: Path) -> set[str]:
    """Modules that a file imports, also where one is taken out of its package by its own name."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    taken = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    named = {f"{node.module}.{alias.name}" for node in taken for alias in node.names}
    return {node.module or "" for node in taken} | named


IMPORTS: Final = {
    module_of(path.relative_to(ROOT).as_posix()): imported_by(path) for path in sources()
}


def acts_in(value: object) -> Iterator[Act]:
    """The acts that a name of a module stands for: one, several, or those of a screen or a widget."""
    if isinstance(value, Act):
        yield value
    if isinstance(value, tuple):
        yield from (one for one in value if isinstance(one, Act))
    if isinstance(value, type):
        for name in ("ACTS", "MORE_ACTS"):
            yield from acts_in(getattr(value, name, ()))


def keys_of(modules: set[str]) -> set[str]:
    loaded: list[ModuleType] = [importlib.import_module(name) for name in sorted(modules)]
    own = [act for module in loaded for value in vars(module).values() for act in acts_in(value)]
    return {key_name(key) for act in (*own, *EVERYWHERE, STOP, HELP) for key in act.key.split(",")}


def who_says(text: Text) -> set[str]:
    """The file that a text stands in, and the screens that use what stands there."""
    file = module_of(text.file)
    users = {name for name, used in IMPORTS.items() if name.startswith(SCREENS) and file in used}
    further = {SCREENS + ON_THE_NEXT[text.one]} if text.one in ON_THE_NEXT else set()
    return {file, *users, *further}


def test_a_text_names_a_key_of_the_screen_that_says_it_in_the_case_it_has() -> None:
    wrong = {
        (text.file, key)
        for text in told()
        if (named := named_in(text.one))
        for key in named
        if key not in keys_of(who_says(text)) and not (IDLE in text.one and key == KEYS["Enter"])
    }
    assert wrong == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_keys_of_its_original(language: str) -> None:
    looked_at = {text.one for text in told()}
    wrong = [
        (sorted(named_in(one)), sorted(named_in(translation, LATIN)))
        for message in read(source_of(language))
        if (message.id if isinstance(message.id, str) else message.id[0]) in looked_at
        for one, translation in told_in(message)
        if sorted(named_in(one)) != sorted(named_in(translation, LATIN))
    ]
    assert wrong == []


def told_in(message: Message) -> Iterator[tuple[str, str]]:
    one = message.id if isinstance(message.id, str) else message.id[-1]
    yield from ((one, translation) for translation in strings(message) if one and translation)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("if it was she, press E, and they are erased.", ["E"]),
        ("a supervisor presses d.", ["d"]),
        ("When only one does, press a: it is asked.", ["a"]),
        ("Leaves in {count} s. F7, then u, stops it.", ["F7", "u"]),
        ("A partner has a place. I do not know.", []),
        ("Choose, then Ctrl+S. Enter sends nothing, and Esc leaves it.", ["^s", "enter", "esc"]),
        ("They stand under a, for a minute after F9. a adds one.", ["a", "F9", "a"]),
        ("Locked. Enter your name and passphrase to go on.", []),
        ("Her uncle's house {n} of {count}", []),
    ],
)
def test_a_key_is_told_from_a_word(text: str, keys: list[str]) -> None:
    assert named_in(text) == keys


def test_a_key_that_is_a_letter_is_a_small_one() -> None:
    assert {act.key for act in acts_of_all() if act.key in ascii_uppercase} == set()


def acts_of_all() -> Iterator[Act]:
    for name in IMPORTS:
        for value in vars(importlib.import_module(name)).values():
            yield from acts_in(value)

"""Texts that try to act: on our program, on the terminal, on whoever reads, or by being too much.

Whoever shows a text from elsewhere shows each of these, and nothing happens but that it is read.
"""

import unicodedata
from typing import Final

ESC, BEL, CSI, DCS, ST = "\x1b", "\x07", "\x9b", "\x90", "\x9c"

MARKUP: Final = {
    "an action": "[@click=app.lock]x[/]",
    "an action of the screen": "[@click=screen.back]x[/]",
    "an action with quotes": "[@click=\"app.place('1')\"]x[/]",
    "a closing tag of nothing": "[/nope]",
    "an open tag": "[bold",
    "a link": "[link=https://elsewhere.example]x[/link]",
    "words in brackets": "[she said no]",
    "a variable": "[$primary]x[/$primary]",
    "an escaped bracket": "\\[bold]x\\",
    "a lonely end": "x[/]",
}
"""What Textual or Rich would read as markup."""

FORMATS: Final = {
    "a place": "{name}",
    "an attribute": "{0.__class__.__mro__}",
    "an item": "{count[0]}",
    "an empty place": "{}",
    "a lonely brace": "x} {y",
    "a template": "$text ${text}",
    "a percent": "%s %(name)s %d %",
    "a backslash": "\\N{BULLET} \\x1b \\1 \\g<0>",
}
"""What a second formatting would fill, or stumble over."""

TERMINAL: Final = {
    "a clear screen": f"{ESC}[2J{ESC}[H",
    "a title": f"{ESC}]0;elsewhere{BEL}",
    "the clipboard": f"{ESC}]52;c;ZWxzZXdoZXJl{BEL}",
    "a link of the terminal": f"{ESC}]8;;https://elsewhere.example{ESC}\\x{ESC}]8;;{ESC}\\",
    "a report": f'{ESC}[6n{ESC}[c{ESC}P$q"p{ESC}\\',
    "an eight-bit control": f"{CSI}2J{DCS}q{ST}",
    "a bell": f"a{BEL}b",
    "a backspace": "yes\b\b\bno",
    "a return": "she agreed\rshe did not",
    "a tab": "a\tb",
    "a delete": "a\x7fb",
    "a zero": "a\x00b",
    "a vertical tab": "a\x0bb\x0cc",
    "another line end": "a\x85b\u2028c\u2029d",
}
"""What a terminal would obey."""

READING: Final = {
    "an override": "\u202eon dias ehs\u202c",
    "an isolate": "\u2067abc\u2069\u2066",
    "marks of direction": "a\u200eb\u200fc\u061cd",
    "zero widths": "a\u200bb\u2060c\ufeffd",
    "tags": "ok" + "".join(chr(0xE0000 + ord(letter)) for letter in "hidden"),
    "a soft hyphen": "wi\xadthdraw",
    "a pile of marks": "e" + "\u0301" * 500,
    "a pile of vowel signs": "ক" + "া" * 500,
    "a pile with joiners": "ক" + "\u200d\u09cd" * 300,
    "letters that look alike": "".join(
        chr(ord(letter) + 0xFEE0) for letter in "[@click=app.lock]"
    ),
    "blanks that are letters": "\u3164\uffa0\u2800",
    "half a pair": "a\ud83db\udc00",
    "no characters": "a\ufffeb\U0001ffffc\ufdd0",
    "private use": "a\ue000b\U000f0000",
    "our own footer": "? help   ^l lock   ✓ checked by voice",
    "our own lines": "x\n✓ Sent.\n? help  ^l lock",
    "a formula": "=cmd|'/c calc'!A1",
    "a sum": "@SUM(1)",
    "a plus": "+1",
    "a minus": "-2",
    "wide letters": "漢字" * 60,
    "an emoji of many": "👩\u200d👩\u200d👧\u200d👦" * 30,
}
"""What a person would read as something else, or not at all."""

LARGE: Final = {
    "one line of a megabyte": "x" * 1_000_000,
    "a megabyte of brackets": "[" * 1_000_000,
    "a long word": "ক্ষ" * 5_000,
    "many lines": "\n" * 30_000,
    "many words": "she said no " * 80_000,
}
"""What would freeze the screen."""

SMALL: Final = MARKUP | FORMATS | TERMINAL | READING
EVERY: Final = SMALL | LARGE

TOGETHER: Final = " ".join((*MARKUP.values(), *FORMATS.values(), *TERMINAL.values()))
"""One text with everything in it that acts."""

_MAY_STAND: Final = frozenset("\u200c\u200d")
_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


def harmful_in(text: str) -> list[str]:
    """The characters of a drawn text that no drawn text may have, by Unicode's own lists."""
    return [
        f"U+{ord(character):04X}"
        for character in text
        if unicodedata.category(character) in _HARMFUL and character not in _MAY_STAND
    ]

"""Reads a guide: what is typed, in which terminal, and what is seen after it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FENCE: Final = re.compile(r"^( *)```([a-z]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_WAY: Final = re.compile(r"^## (The [a-z]+ way): .*$", re.MULTILINE)
# What stands in a file is typed by nobody.
_IN_A_FILE: Final = ("toml", "ini", "nginx")
_AT_THE_PARTNER: Final = "# at the partner"
_STAYS: Final = "# in a second terminal, which stays open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One frame of things to type.

    Attributes:
        lines: what is typed, each with Enter after it.
        seen: the lines that are shown when it went well, in this order; … stands for anything.
        is_at_the_partner: whose terminal it is typed in.
        stays: does it go on, in a terminal of its own?
    """

    lines: tuple[str, ...]
    seen: tuple[str, ...]
    is_at_the_partner: bool
    stays: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A guide, or one of the ways that it offers: what is done in order from the loss to the check."""

    name: str
    blocks: tuple[Block, ...]


def read(path: Path) -> list[Guide]:
    """The ways of a guide; one that offers no choice is one. Raises: ValueError."""
    text = path.read_text(encoding="utf-8")
    parts = _WAY.split(text)
    if len(parts) == 1:
        return [Guide(name=path.stem, blocks=tuple(_blocks(text)))]
    if _FENCE.search(parts[0]) is not None:
        raise ValueError(f"{path.name}: something is typed before a way was chosen")
    ways = zip(parts[1::2], parts[2::2], strict=True)
    return [Guide(name=f"{path.stem}: {way}", blocks=tuple(_blocks(own))) for way, own in ways]


def _blocks(text: str) -> Iterator[Block]:
    typed: list[str] | None = None
    for indent, language, body in _FENCE.findall(text):
        lines = [line.removeprefix(indent) for line in body.splitlines()]
        if language == "sh":
            if typed is not None:
                yield _block(typed, [])
            typed = lines
        elif language in _IN_A_FILE:
            continue
        elif language == "text" and typed is not None:
            yield _block(typed, lines)
            typed = None
        else:
            raise ValueError(f"a frame that is neither typed nor seen after it: {lines[:1]}")
    if typed is not None:
        yield _block(typed, [])


def _block(typed: list[str], seen: list[str]) -> Block:
    remarks = [line for line in typed if line.startswith("#")]
    unknown = {*remarks} - {_AT_THE_PARTNER, _STAYS}
    if unknown:
        raise ValueError(f"a remark that nobody acts on: {sorted(unknown)}")
    return Block(
        lines=tuple(line for line in typed if not line.startswith("#")),
        seen=tuple(seen),
        is_at_the_partner=_AT_THE_PARTNER in remarks,
        stays=_STAYS in remarks,
    )


def missing(seen: tuple[str, ...], shown: str) -> list[str]:
    """Which of the lines that should be seen are not, in this order, in what was shown."""
    lines = iter(shown.splitlines())
    return [line for line in seen if not any(_fits(line, each) for each in lines)]


def _fits(pattern: str, line: str) -> bool:
    wanted = ".*".join(map(re.escape, pattern.split("…")))
    return re.fullmatch(wanted, line) is not None

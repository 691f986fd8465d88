"""Reads a file of settings once into a frozen value.

Reading is strict: an unknown section or key is an error. An error is one line that names the file,
the line and the key, and never a value: a ticket, a password or an address may stand there.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar, final

import msgspec

from protocol.errors import SathiError

FILE_BYTES_MAX: Final = 65_536

Settings = TypeVar("Settings", bound=msgspec.Struct)
Problems = list[tuple[str, str]]
"""What is wrong with settings: each key with the reason."""


class ConfigError(SathiError):
    """The configuration cannot be used; one line says where and why."""


def read(path: Path) -> bytes:
    """The bytes of a file of settings. Raises: ConfigError."""
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot be read ({type(error).__name__})") from None


def parse(
    raw: bytes,
    *,
    name: str,
    kind: type[Settings],
    problems: Callable[[Settings], Problems],
    number: Callable[[Mapping[str, object], str], str],
) -> Settings:
    """Read and check the bytes of a file of settings.

    Args:
        raw: the bytes.
        name: of the file, for errors.
        kind: what is read.
        problems: what no type can say about it.
        number: puts the number of the wrong one of several tables into a key that says `[...]`.

    Raises:
        ConfigError: if it has a key this version does not know, or a value that cannot be right.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise ConfigError(f"{name}: longer than {FILE_BYTES_MAX} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: not UTF-8") from None
    lines = text.splitlines()
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _line_of_toml(error, last=len(lines))
        raise ConfigError(f"{name}, line {line}: not TOML") from None
    source = _Source(name=name, lines=lines)
    try:
        settings = msgspec.convert(tables, kind)
    except msgspec.ValidationError as error:
        raise _refused(error, source, lambda key: number(tables, key)) from None
    for key, problem in problems(settings):
        raise source.error(key, problem)
    return settings


@final
class _Source:
    """The lines of the file, to tell in which of them a key stands."""

    def __init__(self, *, name: str, lines: list[str]) -> None:
        self._name = name
        self._lines = _lines_by_key(lines)

    def error(self, key: str, problem: str) -> ConfigError:
        """An error about a key, such as `mailbox.relay[0].url`."""
        place = key
        while place and place not in self._lines:
            place = place.rpartition(".")[0]
        line = f", line {self._lines[place]}" if place else ""
        return ConfigError(f"{self._name}{line}: '{key}' {problem}")


def _refused(
    error: msgspec.ValidationError, source: _Source, number: Callable[[str], str]
) -> ConfigError:
    message, _, where = str(error).partition(" - at `$")
    key = where.strip("`.")
    if "[...]" in key:
        key = number(key)
    unknown = re.search(r"unknown field `([^`]*)`", message)
    if unknown:
        return source.error(f"{key}.{unknown[1]}".lstrip("."), "is not a setting")
    return source.error(key, _safely(message))


def _safely(message: str) -> str:
    """Say what msgspec found without the value it found."""
    expected = re.fullmatch(r"Expected `([a-z |]+)`, got `[a-z |]+`", message)
    if expected:
        return f"is not of the type {expected[1]}"
    missing = re.fullmatch(r"Object missing required field `([a-z_]+)`", message)
    if missing:
        return f"lacks '{missing[1]}'"
    return "has none of the values it may have"


def _line_of_toml(error: tomllib.TOMLDecodeError, *, last: int) -> int:
    found = re.search(r"\(at line ([0-9]+), column [0-9]+\)", str(error))
    return int(found[1]) if found else last


def _lines_by_key(lines: list[str]) -> dict[str, int]:
    """The line of each `key =` and of each table's head, with repeated tables numbered from 0."""
    places: dict[str, int] = {}
    repeated: dict[str, int] = {}
    table = ""
    for number, line in enumerate(lines, start=1):
        head = re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line)
        key = re.match(r"\s*([\w.-]+)\s*=", line)
        if head:
            table = head[2]
            if head[1] == "[[":
                repeated[table] = repeated.get(table, -1) + 1
                places.setdefault(table, number)
                table = f"{table}[{repeated[table]}]"
            places.setdefault(table, number)
        elif key:
            places.setdefault(f"{table}.{key[1]}".lstrip("."), number)
    return places

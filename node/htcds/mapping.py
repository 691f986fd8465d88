"""Writes down where each column goes, for a person to change, and reads it back."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from node.htcds.columns import TARGETS, Column
from node.htcds.fields import Reason
from protocol.errors import MalformedError

NOWHERE: Final = "nowhere"
_HEAD: Final = """\
# Where each column of the file goes: the code of a fact, case_number, status, age_band or language;
# or "nowhere". Letters and names are those of the file and stay as they are.
"""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    letter: str
    name: str
    to: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    column: list[_Entry] = msgspec.field(default_factory=list)


def write_mapping(columns: Sequence[Column]) -> str:
    """The mapping as TOML; beside what goes nowhere stands why."""
    blocks = [
        f"[[column]]\nletter = {_quoted(column.letter)}\nname = {_quoted(column.name)}\n{_to(column)}\n"
        for column in columns
    ]
    return "\n".join([_HEAD, *blocks])


def _to(column: Column) -> str:
    if isinstance(column.goes_to, Reason):
        return f'to = "{NOWHERE}"  # {column.goes_to.value}'
    return f"to = {_quoted(column.goes_to)}"


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML, but for DEL, which TOML wants written out.
    return msgspec.json.encode(text).decode("utf-8").replace("\x7f", "\\u007f")


def apply_mapping(text: str, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns as a person wants them.

    Raises:
        MalformedError: if it is no such file, names other columns, or fills one field twice.
    """
    entries = _parse(text).column
    if [(each.letter, each.name) for each in entries] != [
        (column.letter, column.name) for column in columns
    ]:
        raise MalformedError("not the columns of this file, in their order", place="column")
    taken = [each.to for each in entries if each.to != NOWHERE]
    if len(set(taken)) != len(taken):
        raise MalformedError("one field is filled twice", place="column.to")
    if not TARGETS.issuperset(taken):
        raise MalformedError("no such field", place="column.to")
    return tuple(
        replace(column, goes_to=_chosen(each.to, column))
        for each, column in zip(entries, columns, strict=True)
    )


def _chosen(to: str, column: Column) -> str | Reason:
    if to != NOWHERE:
        return to
    return column.goes_to if isinstance(column.goes_to, Reason) else Reason.CHOSEN


def _parse(text: str) -> _File:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise MalformedError("not TOML", place="mapping") from None
    try:
        return msgspec.convert(raw, _File)
    except msgspec.ValidationError:
        raise MalformedError("not columns with letter, name and to", place="mapping") from None

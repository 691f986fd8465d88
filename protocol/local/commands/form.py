"""The form of every command."""

from typing import ClassVar, TypeAlias

import msgspec

FactInput: TypeAlias = str | int | list[str]
"""A fact as it is typed: a line, a code, a number, or a list of codes."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of every command. `NAME` is its path below `/v1/`."""

    NAME: ClassVar[str]

"""What a code list is, and what it says when nothing was said."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NOT_SAID: Final = ("unknown", "not_asked", "declined_to_say")
"""Every list has these beside its codes: nobody knows, nobody asked, she did not want to say."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code. It is never given to another meaning, and never taken out of its list.

    Attributes:
        code: our own code; where it was taken over from a standard, it is spelt as there.
        htcds: the same in HTCDS 2.0, if it has a value for it.
        ctdc: the same in the CTDC global dataset, a value or the name of a column.
        ic_tip: the same in IC-TIP. Nobody has filled it: its tables were in no source we could read.
    """

    code: str
    htcds: str | None = None
    ctdc: str | None = None
    ic_tip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A closed list.

    Attributes:
        name: names the list in forms and papers.
        about: what its codes say, in one sentence.
        htcds: the fields of HTCDS 2.0 that it fills.
        codes: in the order in which a person chooses.
        beyond: the codes of a public standard that the list need not repeat.
    """

    name: str
    about: str
    codes: tuple[Code, ...]
    htcds: tuple[str, ...] = ()
    beyond: re.Pattern[str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its own codes, in their order, without those of `NOT_SAID`."""
        return tuple(one.code for one in self.codes)

    def knows(self, code: str) -> bool:
        """May this code be recorded?"""
        is_beyond = self.beyond is not None and self.beyond.fullmatch(code) is not None
        return code in NOT_SAID or code in self.names or is_beyond


def codes_of(
    members: Iterable[StrEnum], *, htcds: Mapping[str, str] | None = None
) -> tuple[Code, ...]:
    """The codes of a list that the protocol itself decides by; `htcds` where the standard has a name."""
    known = htcds or {}
    return tuple(Code(member.value, htcds=known.get(member.value)) for member in members)

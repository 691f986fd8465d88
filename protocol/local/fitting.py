"""From a decoded value to a structure, exactly; an error names the place and never the content."""

import re
from typing import Final, TypeVar

import msgspec

from protocol.codec import Value
from protocol.errors import MalformedError

StructT = TypeVar("StructT", bound=msgspec.Struct)

# What a node shows its own people: a case with all her sentences is larger than any message.
SHOWN_BYTES_MAX: Final = 16 * 1_048_576
_PLACE: Final = re.compile(r"at `\$(?P<path>[A-Za-z0-9_.\[\]]*)`$")


class View(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of every answer."""


def fit(value: Value, structure: type[StructT]) -> StructT:
    """Make the structure of a value.

    Raises:
        MalformedError: if a field is missing, unknown, or of another type.
    """
    try:
        return msgspec.convert(value, structure, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        # The library's sentence may quote what came; only the path is taken from it.
        found = _PLACE.search(str(error))
        path = found["path"] if found is not None else ""
        place = f"{structure.__name__}{path.replace('[...]', '')}"
        raise MalformedError("a field that does not fit", place=place) from None

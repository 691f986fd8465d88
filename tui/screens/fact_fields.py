"""The fields of one category of facts: which control each has, and what its value is when it is recorded."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from textual.widget import Widget

from protocol.local import views
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from protocol.vocabulary.lists.codelist import NOT_SAID
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.tick_list import TickList
from tui.wording import Words
from tui.wording.labels.facts import CODES

Typed: TypeAlias = str | list[str]
"""What stands in a control: a text, a code, or ticked codes."""

POSITION: Final = "plan_position"
"""Without it nobody is referred, so it stands first."""
NOTHING: Final = ""
LINE_CHARACTERS_MAX: Final = 200
LABEL_CELLS: Final = 30
CATEGORIES: Final = tuple(
    category
    for category in DOSSIER_ORDER
    if any(spec.category == category for spec in FACT_FIELDS.values())
)
_ID: Final = "fact-"
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,64}")
_DATE: Final = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_NUMBER: Final = re.compile(r"[0-9]{1,6}")


class UnfitError(ValueError):
    """What stands in a field cannot be recorded so. It names the field and never the text."""

    def __init__(self, field: str, shape: Shape) -> None:
        super().__init__(field)
        self.field = field
        self.shape = shape


def fields_of(category: int) -> Sequence[str]:
    """The fields of a category, her position on the plan before the others."""
    found = [field for field, spec in FACT_FIELDS.items() if spec.category == Category(category)]
    return sorted(found, key=lambda field: field != POSITION)


def as_typed(fact: views.FactView) -> Typed:
    """A recorded fact as it stands in its control."""
    if isinstance(fact.value, list):
        return list(fact.value) if is_listed(fact.field) else ", ".join(map(_spaced, fact.value))
    if isinstance(fact.value, int):
        return str(fact.value)
    # A field this version does not know is shown as it is.
    spec = FACT_FIELDS.get(fact.field)
    is_written = spec is not None and spec.shape is Shape.CODE and not is_listed(fact.field)
    return _spaced(fact.value) if is_written else fact.value


def is_listed(field: str) -> bool:
    """Is there a list of codes to choose from? Otherwise a code is written as short English words."""
    return field in CODES


def control(field: str, value: Typed, words: Words) -> Widget:
    """The control for a field, with its value in it."""
    label, shape = words.field(field), FACT_FIELDS[field].shape
    if shape is Shape.CODES and is_listed(field):
        ticked = value if isinstance(value, list) else []
        options = _options(field, kept=ticked, words=words)
        return TickList(label, options, ticked=ticked, id=_ID + field)
    text = value if isinstance(value, str) else ""
    if shape is Shape.CODE and is_listed(field):
        kept = [text] if text else []
        options = [(NOTHING, "-"), *_options(field, kept=kept, words=words)]
        return Choice[str](label, options, value=text, label_cells=LABEL_CELLS, id=_ID + field)
    return Field(
        label,
        text,
        characters_max=LINE_CHARACTERS_MAX,
        label_cells=LABEL_CELLS,
        id=_ID + field,
    )


def _options(field: str, *, kept: Sequence[str], words: Words) -> list[tuple[str, str]]:
    """The codes one can choose; what is recorded stays, also where no list of ours has it."""
    codes = dict.fromkeys([*CODES[field], *NOT_SAID, *kept])
    return [(code, words.fact_code(field, code)) for code in codes]


def read(widget: Widget) -> tuple[str, Typed] | None:
    """The field and the value of a control; None where it is no control of ours."""
    if widget.id is None or not widget.id.startswith(_ID):
        return None
    field = widget.id.removeprefix(_ID)
    match widget:
        case TickList() | Field():
            return field, widget.value
        case Choice():
            return field, str(widget.value)
        case _:
            return None


def recorded(typed: Mapping[str, Typed]) -> dict[str, str | int | list[str]]:
    """The values as they are recorded. Raises: UnfitError for the first that cannot be."""
    return {field: _recorded(field, value) for field, value in typed.items()}


def _recorded(field: str, value: Typed) -> str | int | list[str]:
    shape = FACT_FIELDS[field].shape
    if isinstance(value, list):
        return sorted(value)
    match shape:
        case Shape.LINE:
            return value
        case Shape.CODES:
            return sorted({_code(field, part) for part in value.split(",") if part.strip()})
        case Shape.CODE:
            return _code(field, value)
        case Shape.NUMBER:
            return int(_matching(field, value, _NUMBER))
        case Shape.DATE:
            return _matching(field, value, _DATE)


def _code(field: str, text: str) -> str:
    code = "_".join(text.split())
    if not _CODE.fullmatch(code):
        raise UnfitError(field, FACT_FIELDS[field].shape)
    return code


def _matching(field: str, text: str, pattern: re.Pattern[str]) -> str:
    # Digits of any script say the same number.
    latin = "".join(str(unicodedata.decimal(one, one)) for one in text.strip())
    if not pattern.fullmatch(latin):
        raise UnfitError(field, FACT_FIELDS[field].shape)
    return latin


def _spaced(code: str) -> str:
    return code.replace("_", " ")

"""The rows of the second step: each category with yes, no and later, its facts, and her sentences."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.content import Content

from protocol.local.views import SaidView
from protocol.vocabulary.codes import Condition, TextKind
from tui.plain import line_of, one_line, plain
from tui.screens import conditions
from tui.screens.consent_form import (
    CANNOT,
    ITEM_BY_ITEM,
    OFFERED,
    Answer,
    ConsentForm,
    field_goes,
    fields_of,
    is_read_back,
    is_ticked,
    is_yes,
)
from tui.screens.consent_notice import so_that
from tui.screens.her_sentences import quoted, unread
from tui.termwidth import cut, fit, measure, wrap
from tui.widgets.rows import Row
from tui.wording import N_, Words

LABEL_CELLS: Final = 32
TEXT_LINES_MAX: Final = 3
_INDENT: Final = "    "
_WIDE: Final = 110
_ANSWERS: Final = {
    Answer.YES: (N_("yes"), "bold $success"),
    Answer.NO: (N_("no"), "bold $warning"),
    Answer.LATER: (N_("later"), "bold $secondary"),
}


class Kind(StrEnum):
    """What one row asks about."""

    CATEGORY = "category"
    FIELD = "field"
    TEXT = "text"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing she is asked about: a category's number, a field, a sentence's hash, or a condition."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """What the rows are made of.

    Attributes:
        opened: categories of which every fact is shown.
        recorded: the fields that are written down in her case, as far as they are known here.
        width: in cells.
    """

    words: Words
    form: ConsentForm
    sentences: Sequence[SaidView]
    opened: Collection[int]
    recorded: Collection[str]
    width: int


def rows(choosing: Choosing) -> list[Row[Item]]:
    """Everything she is asked about, in the order in which they will read it; then her conditions."""
    told = [row for category in OFFERED for row in _rows_of(choosing, category)]
    return [*told, *_conditions(choosing)]


def _conditions(choosing: Choosing) -> Iterator[Row[Item]]:
    """What they must keep to: her own rules, of which none is preset."""
    words = choosing.words
    title = cut(words.say(N_("What they must keep to: her conditions")), choosing.width)
    yield Row(key=None, lines=(plain(title, "bold $secondary"),))
    for condition in Condition:
        is_set = condition.value in choosing.form.conditions
        text = f"{_INDENT}[{'x' if is_set else ' '}] {one_line(words.code(condition))}"
        yield Row(
            key=Item(kind=Kind.CONDITION, key=condition.value),
            lines=(plain(cut(text, choosing.width), conditions.STYLE if is_set else ""),),
        )


def _rows_of(choosing: Choosing, category: int) -> Iterator[Row[Item]]:
    yield _category(choosing, category)
    if category in choosing.opened or _is_item_by_item(choosing, category):
        for field in fields_of(category):
            yield _field(choosing, field)
    # On the way back our own texts do not go.
    if is_yes(choosing.form, category) and not choosing.form.is_way_back:
        for sentence in choosing.sentences:
            if sentence.category == category:
                yield _sentence(choosing, sentence)


def _is_item_by_item(choosing: Choosing, category: int) -> bool:
    return category in ITEM_BY_ITEM and is_yes(choosing.form, category)


def _category(choosing: Choosing, category: int) -> Row[Item]:
    words, form = choosing.words, choosing.form
    label = fit(one_line(words.category(category)), LABEL_CELLS)
    because = so_that(words, category, is_way_back=form.is_way_back)
    item = Item(kind=Kind.CATEGORY, key=str(int(category)))
    if category in CANNOT:
        reason = cut(because, choosing.width - LABEL_CELLS - 5)
        return Row(key=None, lines=(line_of(f"{label} [-] ", (reason, "$text-muted")),))
    first = line_of((label, "bold"), " ", _marks(words, form.answers.get(category)))
    if choosing.width >= _WIDE:
        return Row(key=item, lines=(line_of(first, "   ", (because, "$text-muted")),))
    second = plain(cut(_INDENT + because, choosing.width), "$text-muted")
    return Row(key=item, lines=(first, second))


def _marks(words: Words, chosen: Answer | None) -> Content:
    """The three answers, the chosen one filled: nothing is preset, and none is easier than another."""
    parts: list[Content] = []
    for answer, (label, style) in _ANSWERS.items():
        is_chosen = answer is chosen
        mark = f"({'●' if is_chosen else ' '}) {words.say(label)}  "
        parts.append(plain(mark, style if is_chosen else ""))
    return line_of(*parts)


def _field(choosing: Choosing, field: str) -> Row[Item]:
    words, goes = choosing.words, field_goes(choosing.form, field)
    note = words.say(N_("may go")) if goes else words.say(N_("left out"))
    if field in choosing.recorded:
        note = f"{note} · {words.say(N_('written down'))}"
    label = fit(one_line(words.field(field)), LABEL_CELLS)
    mark = f"{_INDENT}[{'x' if goes else ' '}] "
    note = cut(note, choosing.width - measure(mark) - LABEL_CELLS)
    return Row(
        key=Item(kind=Kind.FIELD, key=field),
        lines=(line_of(f"{mark}{label}", (note, "$success" if goes else "$text-muted")),),
    )


def _sentence(choosing: Choosing, sentence: SaidView) -> Row[Item]:
    words = choosing.words
    goes = is_ticked(choosing.form, sentence)
    mark = f"{_INDENT}[{'x' if goes else ' '}] "
    room = choosing.width - measure(mark)
    kind = words.code_of(TextKind, sentence.kind)
    lines = wrap(one_line(f"{kind}: {quoted(words, sentence)}"), room)
    if len(lines) > TEXT_LINES_MAX:
        lines = [*lines[: TEXT_LINES_MAX - 1], cut(f"{lines[TEXT_LINES_MAX - 1]} …", room)]
    hanging = " " * measure(mark)
    texts = [plain((mark if place == 0 else hanging) + line) for place, line in enumerate(lines)]
    note = plain(hanging + cut(_standing(choosing, sentence), room), _style(goes))
    return Row(key=Item(kind=Kind.TEXT, key=sentence.hash.hex()), lines=(*texts, note))


def _standing(choosing: Choosing, sentence: SaidView) -> str:
    words = choosing.words
    if is_ticked(choosing.form, sentence):
        return words.say(N_("read back to her, may go as it stands"))
    if is_read_back(choosing.form, sentence):
        return words.say(N_("read back to her, stays here"))
    return words.say(unread(sentence))


def _style(goes: bool) -> str:  # noqa: FBT001  (a yes or no, told by nothing else)
    return "$success" if goes else "$text-muted"

"""How what she allowed reads on a page: her own words first, as she said them; then the facts by category."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final, TypeVar

from msgspec.structs import replace
from textual.content import Content

from protocol.local.views import FactView, MessageView, Preview, SentenceView
from protocol.vocabulary.categories import HIDDEN, Category
from protocol.vocabulary.codes import TEXTS_IN_ORDER, Country, TextKind
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from tui.desk import Desk
from tui.plain import line_of, one_line, plain, safe
from tui.termwidth import fit, measure, wrap
from tui.wording import N_
from tui.wording.labels.places import LANGUAGE_NAMES

INDENT: Final = "  "
LABEL_CELLS: Final = 24
_NARROW: Final = 50
COVERED: Final = "░░░░░░"

READ_IN: Final = {
    Country.BANGLADESH: frozenset({"ben", "eng"}),
    Country.NEPAL: frozenset({"nep", "eng", "hin", "mai", "bho", "new"}),
    Country.INDIA: frozenset(LANGUAGE_NAMES) - {"new"},
}
"""What people in an office of this country read. It only warns: nothing is kept back for it."""


AboutT = TypeVar("AboutT", MessageView, Preview)


def without_names(about: AboutT) -> AboutT:
    """The same, as if nobody had asked who she is: what says so is named and not told."""
    facts, sentences = about.facts, about.sentences
    bare: AboutT = replace(
        about,
        facts=[fact for fact in facts if fact.category not in HIDDEN],
        sentences=[text for text in sentences if text.category not in HIDDEN],
        hidden_fields=about.hidden_fields
        + [fact.field for fact in facts if fact.category in HIDDEN],
        hidden_texts=about.hidden_texts
        + [text.kind for text in sentences if text.category in HIDDEN],
    )
    return bare


def page(desk: Desk, about: AboutT, *, width: int, country: str = "") -> list[Content]:
    """The lines of a page. With a `country`, a text that is not read there is marked."""
    if not desk.names_are_shown:
        about = without_names(about)
    lines: list[Content] = []
    for sentence in sorted(about.sentences, key=_place):
        lines += _sentence(desk, sentence, width=width, country=country)
    for kind in about.hidden_texts:
        lines.append(plain(desk.words.code_of(TextKind, kind), "bold $accent"))
        lines.append(plain(INDENT + _cover(desk)))
    for category, known in groupby(about.facts, key=lambda fact: fact.category):
        lines.append(plain(desk.words.category(category), "bold $secondary"))
        for fact in known:
            lines += _fact(desk, fact.field, _value_of(desk, fact), width=width)
    for category, fields in groupby(about.hidden_fields, key=_category_of):
        lines.append(plain(desk.words.category(category), "bold $secondary"))
        for field in fields:
            lines += _fact(desk, field, _cover(desk), width=width)
    return lines


def _category_of(field: str) -> int:
    known = FACT_FIELDS.get(field)
    return int(Category.IDENTITY if known is None else known.category)


def _cover(desk: Desk) -> str:
    return f"{COVERED} {desk.words.say(N_('(F9 shows it)'))}"


def _place(sentence: SentenceView) -> int:
    # The bytes are in no order that tells of her case; people read what she wants first.
    kinds = [kind.value for kind in TEXTS_IN_ORDER]
    return kinds.index(sentence.kind) if sentence.kind in kinds else len(kinds)


def is_read_there(language: str, country: str) -> bool:
    """Would people of this country read a text in this language? Where we do not know, yes."""
    return country not in READ_IN or language in READ_IN[Country(country)]


def _sentence(
    desk: Desk, sentence: SentenceView, *, width: int, country: str
) -> Iterable[Content]:
    words = desk.words
    kind = words.code_of(TextKind, sentence.kind)
    language = one_line(words.language_name(sentence.language))
    yield line_of((kind, "bold $accent"), (f"  ({language})", "$text-muted"))
    if not is_read_there(sentence.language, country):
        warning = words.say(
            N_("They may not read {language}: tell them, or have it put into their language."),
            language=language,
        )
        for line in wrap(f"! {warning}", width - len(INDENT)):
            yield plain(INDENT + line, "$warning")
    for line in wrap(safe(sentence.text), width - len(INDENT)):
        yield plain(INDENT + line)


def _fact(desk: Desk, field: str, value: str, *, width: int) -> Iterable[Content]:
    name = desk.words.field(field)
    cells = LABEL_CELLS if width >= _NARROW else max(12, width // 2 - len(INDENT))
    if measure(name) > cells:
        yield plain(INDENT + one_line(name), "$text-muted")
        for line in wrap(safe(value), width - 2 * len(INDENT)):
            yield plain(2 * INDENT + line)
        return
    first, *more = wrap(safe(value), max(1, width - cells - len(INDENT) - 1))
    yield line_of((INDENT + fit(name, cells) + " ", "$text-muted"), first)
    for line in more:
        yield plain(INDENT + " " * (cells + 1) + line)


def _value_of(desk: Desk, fact: FactView) -> str:
    """A fact in the reader's language."""
    values = fact.value if isinstance(fact.value, list) else [fact.value]
    return ", ".join(_one_value(desk, fact.field, value) for value in values)


def _one_value(desk: Desk, field: str, value: str | int) -> str:
    if isinstance(value, int):
        return desk.words.number(value)
    known = FACT_FIELDS.get(field)
    if known is not None and known.shape in {Shape.CODE, Shape.CODES}:
        return one_line(desk.words.fact_code(field, value))
    return one_line(value)

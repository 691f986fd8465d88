"""The part of a message that is about a survivor: facts by category, and her sentences one by one.

It stands in every class P content under key 0. Sections come in the order in which a reader should meet
them: her own words first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from protocol import limits
from protocol.codec import Value
from protocol.fields import row, schema_error
from protocol.values import Hash, LanguageTag, PlainText, language_tag, plain_text, sha256
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.codes import TextKind
from protocol.vocabulary.facts import FACT_FIELDS, Shape

FactValue: TypeAlias = str | int | tuple[str, ...]

_LINE_CHARACTERS_MAX: Final = 200
_ORDER: Final = {category: place for place, category in enumerate(DOSSIER_ORDER)}
_KINDS: Final = {kind.value: kind for kind in TextKind}
_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One coded field. `field` stands in the allow-list of `vocabulary.facts`."""

    field: str
    value: FactValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One text of hers, in her language, exactly as it was read back to her."""

    kind: TextKind
    language: LanguageTag
    text: PlainText

    @property
    def hash(self) -> Hash:
        """What her tick is bound to: any edit makes it another one (R-59)."""
        return sha256(self.text.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is said of one category."""

    category: Category
    facts: tuple[Fact, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """All that a message says about a survivor."""

    sections: tuple[Section, ...]

    @property
    def categories(self) -> frozenset[Category]:
        """The categories that are used."""
        return frozenset(section.category for section in self.sections)

    @property
    def fields(self) -> frozenset[str]:
        """The codes of the facts that are used."""
        return frozenset(fact.field for section in self.sections for fact in section.facts)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Her texts, in the order of the sections."""
        return tuple(text for section in self.sections for text in section.sentences)


def encode_disclosed(disclosed: Disclosed) -> list[Value]:
    """As it stands under key 0 of a content."""
    return [_encode_section(section) for section in disclosed.sections]


def _encode_section(section: Section) -> Value:
    facts: dict[int | str, Value] = {fact.field: _encode_value(fact) for fact in section.facts}
    texts: list[Value] = [
        [text.kind.value, text.language, text.text] for text in section.sentences
    ]
    return [int(section.category), facts, texts]


def _encode_value(fact: Fact) -> Value:
    return list(fact.value) if isinstance(fact.value, tuple) else fact.value


def parse_disclosed(items: Sequence[Value], *, place: str) -> Disclosed:
    """Read the sections: each category at most once, in the order of DOSSIER_ORDER (R-81).

    Raises:
        MalformedError: for anything that is not in the allow-list, or not in its shape or order.
    """
    sections = tuple(_parse_section(item, place=place) for item in items)
    order = [_ORDER[section.category] for section in sections]
    if order != sorted(set(order)):
        raise schema_error("sections out of order", place=place)
    return Disclosed(sections=sections)


def _parse_section(value: Value, *, place: str) -> Section:
    number, facts, texts = row(value, count=3, place=place)
    if type(number) is not int or number not in DOSSIER_ORDER:
        raise schema_error("not a category", place=place)
    if not isinstance(facts, dict) or not isinstance(texts, list):
        raise schema_error("not facts and texts", place=place)
    if len(facts) > limits.FACTS_MAX or len(texts) > limits.TEXTS_MAX:
        raise schema_error("too many facts or texts", place=place)
    category = Category(number)
    return Section(
        category=category,
        facts=tuple(
            [parse_fact(field, value, category=category) for field, value in facts.items()]
        ),
        sentences=tuple([_parse_sentence(text, place=place) for text in texts]),
    )


def parse_fact(field: int | str, value: Value, *, category: Category) -> Fact:
    """Hold one fact against the allow-list: its category and its shape (R-82).

    Raises:
        MalformedError: if the field does not exist, belongs to another category, or has another shape.
    """
    spec = FACT_FIELDS.get(str(field))
    if spec is None or spec.category != category or not isinstance(field, str):
        raise schema_error(
            "a field that is not in the allow-list", place=f"facts.C{int(category)}"
        )
    place = f"facts.{field}"
    match spec.shape:
        case Shape.LINE:
            return Fact(field=field, value=_line(value, place=place))
        case Shape.CODE:
            return Fact(field=field, value=_matching(value, _CODE, place=place))
        case Shape.DATE:
            return Fact(field=field, value=_matching(value, _DATE, place=place))
        case Shape.NUMBER:
            if type(value) is not int:
                raise schema_error("not a number", place=place)
            return Fact(field=field, value=value)
        case Shape.CODES:
            return Fact(field=field, value=_codes(value, place=place))
        case _:
            assert_never(spec.shape)


def typed_fact(
    field: str, value: str | int | list[str], *, former: FactValue | None = None
) -> Fact:
    """A fact as a worker typed it, held against the allow-list and the list of its codes.

    A code that came from a partner with a newer form set may stay where it stands: it is in `former`.

    Raises:
        MalformedError: if the field does not exist, has another shape, or holds a code outside its list.
    """
    spec = FACT_FIELDS.get(field)
    if spec is None:
        raise schema_error("a field that does not exist", place="facts")
    plain: Value = [*value] if isinstance(value, list) else value
    fact = parse_fact(field, plain, category=spec.category)
    if spec.codes is not None:
        stood = _codes_in(former)
        if not all(spec.codes.knows(code) or code in stood for code in _codes_in(fact.value)):
            raise schema_error("a code that is not in its list", place=f"facts.{field}")
    return fact


def _codes_in(value: FactValue | None) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case tuple():
            return value
        case _:
            return ()


def _line(value: Value, *, place: str) -> str:
    if type(value) is not str or "\n" in value:
        raise schema_error("not one line", place=place)
    return plain_text(value, characters_max=_LINE_CHARACTERS_MAX, place=place)


def _matching(value: Value, pattern: re.Pattern[str], *, place: str) -> str:
    if type(value) is not str or not pattern.fullmatch(value) or not value.isascii():
        raise schema_error("not in its shape", place=place)
    return value


def _codes(value: Value, *, place: str) -> tuple[str, ...]:
    if type(value) is not list or len(value) > limits.CODES_MAX:
        raise schema_error("not a list of codes", place=place)
    codes = tuple(_matching(item, _CODE, place=place) for item in value)
    if list(codes) != sorted(set(codes)):
        raise schema_error("a set that is not in order", place=place)
    return codes


def _parse_sentence(value: Value, *, place: str) -> Sentence:
    kind, language, text = row(value, count=3, place=place)
    if type(kind) is not str or type(language) is not str or type(text) is not str:
        raise schema_error("not kind, language and text", place=place)
    known = _KINDS.get(kind)
    if known is None:
        raise schema_error("a code that is not in its list", place=f"{place}.kind")
    return Sentence(
        kind=known,
        language=language_tag(language, place=place),
        text=plain_text(text, characters_max=limits.TEXT_CHARACTERS_MAX, place=place),
    )

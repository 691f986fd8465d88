"""Reads the cells of one field: a value, or a code that says what was not understood."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from node.htcds.columns import folded
from node.htcds.fields import Attribute
from protocol.errors import MalformedError
from protocol.local.commands import FactInput
from protocol.messages.disclosed import typed_fact
from protocol.values import Instant
from protocol.vocabulary.codes import AgeBand, CaseStatus
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from protocol.vocabulary.lists.codelist import NOT_SAID

ADULT_YEARS: Final = 18


class Unread(StrEnum):
    """What is wrong with a cell, or with a whole row."""

    CLOSED = "closed_before"
    """The case was closed elsewhere. It comes in as active: closing one here asks for her own view."""
    DATE_IN_DOUBT = "date_in_doubt"
    """Day and month could be either way round."""
    FORMULA = "formula"
    """A cell that calculates; nothing is ever calculated here."""
    NO_DATE = "not_a_date"
    NO_NUMBER = "not_a_number"
    NOT_IN_LIST = "not_in_list"
    NOT_PLAIN = "not_plain_text"
    """Too long, or with characters that a fact cannot have, such as a line break."""
    NUMBER_MISSING = "no_case_number"
    NUMBER_TWICE = "case_number_twice"
    AGE_UNKNOWN = "age_unknown"
    """Counted as under 18, until somebody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a cell says: a value, what of it was not understood, or both."""

    value: FactInput | None = None
    unread: Unread | None = None


# Values of version 0.2 and other words that people write for a value of the standard.
_FORMER: Final[Mapping[str, Mapping[str, str]]] = {
    "gender": {
        "female": "Feminine",
        "woman": "Feminine",
        "girl": "Feminine",
        "male": "Masculine",
        "man": "Masculine",
        "boy": "Masculine",
        "notspecifiedunknown": "NonSpecifiedUnknown",
    },
    "citizenship": {"india": "IN", "bangladesh": "BD", "nepal": "NP"},
    "means_of_control": {"threatsoflawenforcement": "ThreatsLawEnforcement"},
}
_STATUS: Final[Mapping[str, CaseStatus]] = {
    "active": CaseStatus.ACTIVE,
    "open": CaseStatus.ACTIVE,
    "intake": CaseStatus.INTAKE,
    "reopened": CaseStatus.REOPENED,
    "followup": CaseStatus.ACCOMPANYING,
    "accompanying": CaseStatus.ACCOMPANYING,
    # A referral closes no case: it goes on as accompanying.
    "closedreferred": CaseStatus.ACCOMPANYING,
}
_CLOSED: Final = "closed"
_LANGUAGES: Final[Mapping[str, str]] = {
    "bengali": "ben",
    "bangla": "ben",
    "bn": "ben",
    "hindi": "hin",
    "hi": "hin",
    "nepali": "nep",
    "ne": "nep",
    "english": "eng",
    "en": "eng",
    "urdu": "urd",
    "maithili": "mai",
    "bhojpuri": "bho",
}
_LANGUAGE: Final = re.compile("[a-z]{3}")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(:00(\.0+)?)?")
_MONTH: Final = re.compile(r"\d{4}(-\d{2})?")
_EITHER_WAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
# A spreadsheet counts days from here; a day of its first months would be a year that nobody writes so.
_SERIAL: Final = re.compile(r"([1-9]\d{4})(\.0+)?")
_SERIAL_EPOCH: Final = date(1899, 12, 30)
_NUMBER: Final = re.compile(r"([0-9]{1,15})(\.0+)?")
_SEPARATORS: Final = (";", ",", " ")
_MONTHS: Final = 12
_LAST_DAY: Final = (12, 31)
_OPEN_CODE: Final = re.compile("[A-Za-z0-9_]{1,64}")


def read_cell(goes_to: str, cell: str) -> Reading:
    """What one cell says for the fact or attribute that its column goes to."""
    match goes_to:
        case Attribute.STATUS:
            return _read_status(cell)
        case Attribute.LANGUAGE:
            return _read_language(cell)
        case Attribute.AGE_BAND:
            bands = {folded(band): band.value for band in AgeBand}
            return _known(bands.get(folded(cell)))
        case Attribute.CASE_NUMBER:
            return Reading(value=cell.strip())
        case _:
            return _checked(goes_to, _read_fact(goes_to, cell.strip()))


def age_band_at(birth_date: str, now: Instant) -> AgeBand:
    """Whether she is surely eighteen: of a year or a month, its last day counts."""
    parts = [int(part) for part in birth_date.split("-")]
    year, month, day = [*parts, *_LAST_DAY[len(parts) - 1 :]]
    today = datetime.fromtimestamp(now, UTC)
    is_adult = (today.year - ADULT_YEARS, today.month, today.day) >= (year, month, day)
    return AgeBand.ADULT if is_adult else AgeBand.UNDER_18


def _read_status(cell: str) -> Reading:
    if folded(cell) == _CLOSED:
        return Reading(value=CaseStatus.ACTIVE.value, unread=Unread.CLOSED)
    status = _STATUS.get(folded(cell))
    return _known(None if status is None else status.value)


def _read_language(cell: str) -> Reading:
    named = _LANGUAGES.get(folded(cell))
    is_code = _LANGUAGE.fullmatch(cell.strip().lower()) is not None
    return _known(cell.strip().lower() if named is None and is_code else named)


def _known(value: str | None) -> Reading:
    return Reading(unread=Unread.NOT_IN_LIST) if value is None else Reading(value=value)


def _read_fact(field: str, cell: str) -> Reading:
    match FACT_FIELDS[field].shape:
        case Shape.DATE:
            return _read_date(cell)
        case Shape.NUMBER:
            number = _NUMBER.fullmatch(cell)
            if number is None:
                return Reading(unread=Unread.NO_NUMBER)
            return Reading(value=int(number[1]))
        case Shape.CODE:
            return _known(_code(field, cell))
        case Shape.CODES:
            return _read_codes(field, cell)
        case Shape.LINE:
            return Reading(value=cell)


def _checked(field: str, reading: Reading) -> Reading:
    """Held against the allow-list, so that one cell never stops a whole file."""
    if reading.value is None:
        return reading
    try:
        typed_fact(field, reading.value)
    except MalformedError:
        return Reading(unread=Unread.NOT_PLAIN)
    return reading


def _read_date(cell: str) -> Reading:
    day = _DAY.fullmatch(cell)
    plain = day[1] if day else cell
    if _MONTH.fullmatch(plain) and _is_day(f"{plain}-01-01"[:10]):
        return Reading(value=plain)
    if _is_day(plain):
        return Reading(value=plain)
    serial = _SERIAL.fullmatch(plain)
    if serial is not None:
        return Reading(value=(_SERIAL_EPOCH + timedelta(days=int(serial[1]))).isoformat())
    return _read_either_way(plain)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _read_either_way(cell: str) -> Reading:
    found = _EITHER_WAY.fullmatch(cell)
    if found is None:
        return Reading(unread=Unread.NO_DATE)
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if first != second and max(first, second) <= _MONTHS:
        return Reading(unread=Unread.DATE_IN_DOUBT)
    # One of them is no month, or both are the same.
    text = f"{year:04}-{min(first, second):02}-{max(first, second):02}"
    return Reading(value=text) if _is_day(text) else Reading(unread=Unread.NO_DATE)


def _read_codes(field: str, cell: str) -> Reading:
    codes, is_whole = _split(field, cell, _SEPARATORS)
    return Reading(
        value=sorted(codes) if codes else None, unread=None if is_whole else Unread.NOT_IN_LIST
    )


def _split(field: str, cell: str, separators: Sequence[str]) -> tuple[set[str], bool]:
    """The codes in a cell, and whether all of it was understood; a label may hold what separates others."""
    code = _code(field, cell)
    if code is not None:
        return {code}, True
    if not separators:
        return set(), False
    parts = [part for part in cell.split(separators[0]) if part.strip()]
    read = [_split(field, part, separators[1:]) for part in parts]
    is_whole = bool(read) and all(whole for _, whole in read)
    if separators[0] == " " and not is_whole:
        # Of a sentence, the words that happen to be codes say nothing.
        return set(), False
    return {code for codes, _ in read for code in codes}, is_whole


def _code(field: str, cell: str) -> str | None:
    """The code of a value, by its name in the standard, its label, our own code, or a former value."""
    text = cell.strip()
    known = FACT_FIELDS[field].codes
    if known is None:
        # A list that is not closed: what has the form of a code is one.
        return text if _OPEN_CODE.fullmatch(text) else None
    if known.beyond is not None and known.beyond.fullmatch(text):
        return text
    names = {folded(code): code for code in NOT_SAID}
    for each in known.codes:
        names[folded(each.code)] = each.code
        if each.htcds is not None:
            names[folded(each.htcds)] = each.code
    return (names | dict(_FORMER.get(known.name, {}))).get(folded(text))

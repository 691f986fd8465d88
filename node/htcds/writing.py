"""Writes one case with the names and values of the standard, and beside them what it has no name for."""

from collections.abc import Mapping
from typing import Final

from node.htcds.fields import FIELDS, Attribute, Reason
from protocol.local.commands import FactInput
from protocol.local.views import CaseExport
from protocol.vocabulary.codes import CaseStatus
from protocol.vocabulary.facts import FACT_FIELDS

NOTICE: Final = (
    "Field names and values: HTCDS 2.0, International Organization for Migration (IOM), CC BY 4.0,"
    " https://github.com/UNMigration/HTCDS. IOM does not endorse this file."
)
_BETWEEN: Final = ";"
_STANDARD: Final = tuple(field.name for field in FIELDS)
# A number that is safe to ring: the standard's own column says less than that, so it is written twice.
_OWN: Final = tuple(
    code for code, spec in FACT_FIELDS.items() if spec.htcds is None or code == "safe_phone"
)
_STATUS: Final[Mapping[CaseStatus, str]] = {
    CaseStatus.INTAKE: "Active",
    CaseStatus.ACTIVE: "Active",
    CaseStatus.REOPENED: "Active",
    CaseStatus.ACCOMPANYING: "FollowUp",
    CaseStatus.CLOSED: "Closed",
}


def write_case(case: CaseExport) -> list[list[str]]:
    """A row of names and a row of cells: the number, all fields of the standard, our own, and the notice."""
    facts = {fact.field: _cell(fact.field, fact.value) for fact in case.facts}
    cells: dict[str, str] = {
        Attribute.CASE_NUMBER.value: case.case_number,
        Attribute.AGE_BAND.value: case.age_band,
        **dict.fromkeys(_STANDARD, ""),
        **{code: facts.get(code, "") for code in _OWN},
        Reason.NOTICE.value: NOTICE,
    }
    cells["cas_Status"] = _STATUS[CaseStatus(case.status)]
    cells["prs_PrimaryLanguage"] = case.language
    for code, spec in FACT_FIELDS.items():
        if spec.htcds is not None:
            cells[spec.htcds] = facts.get(code, "")
    return [list(cells), list(cells.values())]


def _cell(field: str, value: FactInput) -> str:
    match value:
        case list():
            return _BETWEEN.join(_named(field, code) for code in value)
        case int():
            return str(value)
        case _:
            return _named(field, value)


def _named(field: str, value: str) -> str:
    """The name of a code in the standard; a code of ours without one, or a text, stays as it is."""
    known = FACT_FIELDS[field].codes
    if known is None:
        return value
    return {one.code: one.htcds for one in known.codes}.get(value) or value

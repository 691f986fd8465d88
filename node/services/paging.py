"""Cases by page, found by words; names stay in the vault unless somebody asks for them."""

from node.effects import Acting
from node.vault.tables import alike, case_pages
from node.vault.tables.case_pages import CaseRow, Wanted
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import MalformedError
from protocol.local import bounds, commands, views
from protocol.values import plain_text


def page_cases(unit: Unit, command: commands.PageCases, *, acting: Acting) -> views.CasePage:
    """Some of the cases that match, the newest first. Raises: MalformedError."""
    if not 0 <= command.first <= limits.INTEGER_MAX:
        raise MalformedError("no place in a list", place="PageCases.first")
    if not 1 <= command.count <= bounds.CASES_PAGE_MAX:
        raise MalformedError("not a page", place="PageCases.count")
    if command.words:
        plain_text(
            command.words,
            characters_max=limits.NAME_CHARACTERS_MAX,
            place="PageCases.words",
        )
    wanted = Wanted(
        words=command.words,
        status=command.status,
        owner=acting.actor if command.mine else None,
    )
    first, size = command.first, command.count
    written = case_pages.count(unit.vault, wanted)
    sounding = alike.find(unit.vault, wanted)
    as_written = case_pages.numbers(unit.vault, wanted, first=first, size=size)
    # What sounds alike stands after all that is written so.
    otherwise = sounding[max(0, first - written) : max(0, first + size - written)]
    rows = case_pages.rows_of(unit.vault, [*as_written, *otherwise], with_names=command.with_names)
    return views.CasePage(
        lines=[
            _line(row, sounds_alike=place >= len(as_written)) for place, row in enumerate(rows)
        ],
        count=written + len(sounding),
        sounding=len(sounding),
        total=case_pages.count(unit.vault, Wanted()),
    )


def _line(row: CaseRow, *, sounds_alike: bool) -> views.CasePageLine:
    return views.CasePageLine(
        case_id=row.case_id,
        case_number=row.case_number,
        status=row.status,
        age_band=row.age_band,
        language=row.language,
        opened_at=row.opened_at,
        known_as=row.known_as,
        present_town=row.present_town,
        due=row.due,
        due_with=row.due_with,
        sounds_alike=sounds_alike,
    )

"""`sathi import`: cases out of a spreadsheet, with what was taken and what was not, row by row."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import click
import msgspec

from node.cli import options, reserving
from node.cli.asking import Person, ask_as, person
from node.cli.talking import CommandFailedError, Exit, one_line, put, put_json, say
from node.htcds.cases import Read, read_cases
from node.htcds.columns import Column, Heading, read_heading
from node.htcds.csv_file import read_csv
from node.htcds.fields import Attribute, Reason
from node.htcds.mapping import NOWHERE, apply_mapping, write_mapping
from node.htcds.sheet import FILE_BYTES_MAX, Sheet
from node.htcds.values import Unread
from node.htcds.xlsx_file import is_xlsx, read_xlsx
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import IMPORTED_CASES_MAX
from protocol.values import Instant, instant
from tui.client import Client

_MAP_BYTES_MAX: Final = 1_048_576
_NOT_REFUSED: Final = frozenset({Unread.AGE_UNKNOWN})
ReadT = TypeVar("ReadT")
MEANINGS: Final[Mapping[str, str]] = {
    Reason.ADDRESS: "no fact holds an address; ask her where she may be written to",
    Reason.CHOSEN: "left out as the map says",
    Reason.CONSENT: "a tick in a file is no consent, so nothing may be shared: ask her",
    Reason.NO_PLACE: "this node has no place for it yet; keep the file",
    Reason.NOTICE: "where the names of the fields come from",
    Reason.ORGANISATION: "it is about an organisation; partners are met, not imported",
    Reason.PHONE: "nobody here knows whether it is safe to ring: ask her, then record it",
    Reason.REPEATED: "several columns would fill one field: choose one with --map",
    Reason.SOMEBODY_ELSE: "it is about a suspect, or about who worked with her",
    Reason.TICK: "one tick of a list; the column with the whole list counts",
    Reason.UNKNOWN: "neither its name nor its label is known: say with --map where it goes",
    Reason.WORDS: "a text that others wrote about her; keep the file",
    Unread.AGE_UNKNOWN: "her age is not known, so she counts as under 18",
    Unread.CLOSED: "closed elsewhere, and active here: closing a case asks for her own view",
    Unread.DATE_IN_DOUBT: "which is the day and which the month? Write year-month-day",
    Unread.FORMULA: "a cell that calculates; put its value there",
    Unread.NO_DATE: "no date; write year-month-day, or the year alone",
    Unread.NO_NUMBER: "no whole number",
    Unread.NOT_IN_LIST: "a value that the list does not have; what else stands in the cell was taken",
    Unread.NOT_PLAIN: "too long, or with a line break or another sign that no fact has",
    Unread.NUMBER_MISSING: "a row without a case number; nothing of it was taken",
    Unread.NUMBER_TWICE: "its case number stands in a row above; nothing of it was taken",
}
"""What each code of the report means."""
_NO_NUMBER: Final = (
    "no column holds the number of each case: write the columns down with --save-map FILE, give one of them"
    ' to = "case_number" there, and add --map FILE'
)

_NO_DAY: Final = (
    "this computer is not sure which day it is, so nobody's age can be told: look with `sathi clock show`;"
    " nothing was imported"
)


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is told at the end, the same for a dry run."""

    is_dry_run: bool
    columns: list[dict[str, str | int]]
    findings: list[dict[str, str | int]]
    already_there: list[str]
    empty_rows: int
    other_sheets: int
    opened: int


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.data
@options.user
@options.passphrase_file
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Write nothing; tell the same.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where each column goes, as --save-map wrote it and somebody changed it.",
)
@click.option(
    "--save-map",
    "saved_map",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write where each column would go into this new file, and import nothing.",
)
@click.option("--prefix", default="", help="Put before every case number.")
@options.as_json
def import_(  # noqa: PLR0913  (click gives each option by itself)
    file: Path,
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    *,
    is_dry_run: bool,
    map_file: Path | None,
    saved_map: Path | None,
    prefix: str,
    is_json: bool,
) -> None:
    """Open the cases of an HTCDS spreadsheet, XLSX or CSV; says what it could not take."""
    sheet = _read_file(file)
    heading = _mapped(read_heading(sheet), map_file)
    if saved_map is not None:
        _save(saved_map, heading)
        return
    if not any(column.goes_to == Attribute.CASE_NUMBER for column in heading.columns):
        raise CommandFailedError(_NO_NUMBER)
    who = person(folder, user=user, passphrase_file=passphrase_file)
    now = sure_of(ask_as(who, lambda client: client.show_clock()))
    read = read_cases(sheet, heading, prefix=prefix, now=now)
    done = _import(who, read, is_dry_run=is_dry_run)
    report = _report(read, done, other_sheets=sheet.others, is_dry_run=is_dry_run)
    if is_json:
        put_json(msgspec.to_builtins(report))
    else:
        _show(report)
    if any(finding.code not in _NOT_REFUSED for finding in read.findings):
        raise click.exceptions.Exit(Exit.WARNED)


def sure_of(clock: views.ClockView) -> Instant:
    """Which day it is, if that is sure: by a wrong one, a girl would be taken for a woman.

    Raises:
        CommandFailedError: if the clock is in doubt.
    """
    if clock.doubt is not None:
        raise CommandFailedError(_NO_DAY)
    return instant(clock.now)


def _read_file(file: Path) -> Sheet:
    raw = _bytes_of(file, FILE_BYTES_MAX)
    return _legal(file, lambda: read_xlsx(raw) if is_xlsx(raw) else read_csv(raw))


def _mapped(heading: Heading, map_file: Path | None) -> Heading:
    if map_file is None:
        return heading
    raw = _bytes_of(map_file, _MAP_BYTES_MAX)

    def applied() -> Heading:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise MalformedError("not UTF-8", place="mapping") from None
        return Heading(columns=apply_mapping(text, heading.columns), rows=heading.rows)

    return _legal(map_file, applied)


def _bytes_of(file: Path, bytes_max: int) -> bytes:
    try:
        with file.open("rb") as opened:
            raw = opened.read(bytes_max + 1)
    except OSError as error:
        raise CommandFailedError(f"'{file}' cannot be read ({type(error).__name__})") from None
    if len(raw) > bytes_max:
        raise CommandFailedError(f"'{file}' is larger than {bytes_max} bytes; nothing was done")
    return raw


def _legal(file: Path, work: Callable[[], ReadT]) -> ReadT:
    try:
        return work()
    except MalformedError as error:
        raise CommandFailedError(f"'{file}': {error}; nothing was done") from None


def _save(saved_map: Path, heading: Heading) -> None:
    taken = f"'{saved_map}' is there already: name another file with --save-map"
    failed = f"'{saved_map}' could not be written: make room, then type the same again"
    with reserving.place(saved_map, taken=taken, failed=failed) as write:
        write(write_mapping(heading.columns).encode("utf-8"))
    say(f"Written to {saved_map}; nothing was imported. Change it, and give it back with --map.")


def _import(who: Person, read: Read, *, is_dry_run: bool) -> views.ImportView:
    """Some at a time: what was opened stays, and the same command goes on after whatever came in between."""
    cases = [case for _, case in read.cases]
    opened = 0
    already_there: list[str] = []
    batches = [
        cases[at : at + IMPORTED_CASES_MAX] for at in range(0, len(cases), IMPORTED_CASES_MAX)
    ]

    async def work(client: Client) -> views.ImportView:
        nonlocal opened
        for batch in batches:
            command = commands.ImportCases(cases=batch, is_dry_run=is_dry_run)
            done = await client.import_cases(command)
            opened += done.opened
            already_there.extend(done.already_there)
        return views.ImportView(opened=opened, already_there=already_there)

    try:
        return ask_as(who, work)
    except CommandFailedError as error:
        if is_dry_run or not opened:
            raise
        raise CommandFailedError(
            f"{error.message}. {opened} cases were opened before; the same command goes on with the others"
        ) from None


def _report(read: Read, done: views.ImportView, *, other_sheets: int, is_dry_run: bool) -> _Report:
    return _Report(
        is_dry_run=is_dry_run,
        columns=[
            {
                "letter": each.column.letter,
                "name": each.column.name,
                "to": _to(each.column),
                "why": each.column.goes_to.value
                if isinstance(each.column.goes_to, Reason)
                else "",
                "cells": each.cells,
            }
            for each in read.columns
        ],
        findings=[
            {"row": each.row, "column": each.letter, "code": each.code.value}
            for each in read.findings
        ],
        already_there=done.already_there,
        empty_rows=read.empty_rows,
        other_sheets=other_sheets,
        opened=done.opened,
    )


def _to(column: Column) -> str:
    return NOWHERE if isinstance(column.goes_to, Reason) else column.goes_to


def _show(report: _Report) -> None:
    for each in report.columns:
        why = f"\t{each['why']}" if each["why"] else ""
        name = one_line(str(each["name"])) or "-"
        put(f"column\t{each['letter']}\t{name}\t{each['to']}\t{each['cells']} cells{why}")
    for finding in report.findings:
        put(f"row\t{finding['row']}\t{finding['column'] or '-'}\t{finding['code']}")
    for number in report.already_there:
        put(f"there\t{one_line(number)}")
    put(f"empty\t{report.empty_rows} rows")
    put(f"unread\t{report.other_sheets} other sheets")
    put(f"{'would open' if report.is_dry_run else 'opened'}\t{report.opened}")
    codes = {str(finding["code"]) for finding in report.findings}
    codes |= {str(each["why"]) for each in report.columns if each["why"]}
    for code in sorted(codes):
        say(f"{code}: {MEANINGS[code]}")

"""Spreadsheets as tests make them: a new one cell by cell, or an official template with cells filled in."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from node.htcds.sheet import Sheet

_SPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
WORKBOOK: Final = (
    f'<workbook xmlns="{_SPACE}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Cases" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS: Final = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="sheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET: Final = "xl/worksheets/sheet1.xml"


def sheet_of(*rows: Sequence[str]) -> Sheet:
    return Sheet(rows=rows, formulas=frozenset(), others=0)


def text_cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def worksheet(*rows: str) -> str:
    numbered = "".join(f'<row r="{at}">{row}</row>' for at, row in enumerate(rows, start=1))
    return f'<worksheet xmlns="{_SPACE}"><sheetData>{numbered}</sheetData></worksheet>'


def xlsx(*rows: str, **others: str) -> bytes:
    """A file of rows of cells; `workbook`, `relations` and `strings` stand for the parts of that name."""
    parts = {
        "xl/workbook.xml": others.get("workbook", WORKBOOK),
        "xl/_rels/workbook.xml.rels": others.get("relations", RELATIONS),
        SHEET: others.get("sheet", worksheet(*rows)),
    }
    if "strings" in others:
        parts["xl/sharedStrings.xml"] = others["strings"]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def filled(template: Path, rows: Sequence[Mapping[str, str]], *, first: int) -> bytes:
    """An official template with invented rows, by the letters of its columns, from row `first` on."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(template) as packed,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as filling,
    ):
        for name in packed.namelist():
            content = packed.read(name)
            if name == SHEET:
                content = _filled(content.decode("utf-8"), rows, first).encode("utf-8")
            filling.writestr(name, content)
    return written.getvalue()


def _filled(xml: str, rows: Sequence[Mapping[str, str]], first: int) -> str:
    for at, row in enumerate(rows, start=first):
        cells = "".join(text_cell(f"{letters}{at}", text) for letters, text in row.items())
        xml, count = re.subn(
            rf'<row r="{at}"(?:[^>]*/>|.*?</row>)',
            lambda _found, at=at, cells=cells: f'<row r="{at}">{cells}</row>',  # type: ignore[misc]
            xml,
            count=1,
            flags=re.DOTALL,
        )
        assert count == 1
    return xml

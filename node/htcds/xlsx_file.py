"""Reads the first sheet of an XLSX file: bounded before anything is parsed, and nothing is calculated.

An XLSX file is a ZIP of XML files (ECMA-376, part 1). No XML in it needs a document type, so one that has
any is refused: without it no entity can grow.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Final, final
from xml.parsers import expat

from node.htcds.sheet import CELL_CHARACTERS_MAX, COLUMNS_MAX, FILE_BYTES_MAX, ROWS_MAX, Sheet
from protocol.errors import MalformedError

_PARTS_MAX: Final = 1_000
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_STRINGS_MAX: Final = 500_000
_CELL: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_WHOLE: Final = re.compile(r"(-?[0-9]+)\.0+")
_TRUTH: Final = {"1": "TRUE", "0": "FALSE"}

# What `zipfile` raises for bytes that are no ZIP, or an encrypted one, or for a part that is not there.
_NO_ZIP: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError,
    KeyError, ValueError,
)  # fmt: skip
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

_Attributes = dict[str, str]


def is_xlsx(raw: bytes) -> bool:
    """Does it begin as a ZIP does?"""
    return raw[:4] == b"PK\x03\x04"


def read_xlsx(raw: bytes) -> Sheet:
    """The cells of the first sheet, as they show; a number that is a date shows as its day's number.

    Raises:
        MalformedError: if it is too large, packed or unpacked, no XLSX file, or has a document type in it.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise MalformedError("more than a file may have", place="file")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = _Parts(packed)
            strings = _Strings()
            if parts.has(_STRINGS):
                _parse(parts.unpack(_STRINGS), strings.start, strings.end, strings.text)
            cells = _Cells(strings.found)
            path, others = _first_sheet(parts)
            _parse(parts.unpack(path), cells.start, cells.end, cells.text)
    except _NO_ZIP:
        raise MalformedError("not an XLSX file", place="file") from None
    return cells.sheet(others=others)


@final
class _Parts:
    """The files in the ZIP, with one bound for all of them, unpacked."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        told = packed.infolist()
        if len(told) > _PARTS_MAX or sum(each.file_size for each in told) > FILE_BYTES_MAX:
            raise MalformedError("more than a file may have, unpacked", place="file")
        if not _PACKINGS.issuperset(each.compress_type for each in told):
            raise MalformedError("packed in another way than spreadsheets are", place="file")
        self._packed = packed

    def has(self, name: str) -> bool:
        return name in self._packed.namelist()

    def unpack(self, name: str) -> bytes:
        # No more comes out than the ZIP says of it, and that was counted.
        return self._packed.read(name)


def _parse(
    xml: bytes,
    start: Callable[[str, _Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise MalformedError("not XML", place="file") from None


def _refuse_doctype(*_told: object) -> None:
    raise MalformedError("a document type", place="file")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _first_sheet(parts: _Parts) -> tuple[str, int]:
    """Where the sheet is that a spreadsheet shows first, and how many follow. Raises: MalformedError."""
    sheets: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: _Attributes) -> None:
        if name == "sheet":
            sheets.extend(told for key, told in attributes.items() if _local(key) == "id")
        if name == "workbookPr" and attributes.get("date1904", "0") not in {"0", "false"}:
            # A day's number would be read as another day, four years off.
            raise MalformedError("days that are counted from 1904", place="file")

    def target(name: str, attributes: _Attributes) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(parts.unpack(_WORKBOOK), sheet, _ignore, _ignore)
    _parse(parts.unpack(_RELATIONS), target, _ignore, _ignore)
    if not sheets or sheets[0] not in targets:
        raise MalformedError("no sheet", place="file")
    path = targets[sheets[0]]
    return path[1:] if path.startswith("/") else f"xl/{path}", len(sheets) - 1


def _ignore(_told: str) -> None:
    pass


@final
class _Strings:
    """The texts that cells name by their number; what a phonetic guide says beside one is no part of it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._guides = 0

    def start(self, name: str, _attributes: _Attributes) -> None:
        if name == "si":
            self._pieces = []
        self._guides += name == "rPh"
        self._is_text = name == "t" and not self._guides

    def text(self, piece: str) -> None:
        if self._is_text:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        self._is_text = False
        self._guides -= name == "rPh"
        if name == "si":
            if len(self.found) >= _STRINGS_MAX:
                raise MalformedError("more than a file may have", place="file")
            self.found.append("".join(self._pieces))


@final
class _Cells:
    """The cells of one sheet."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._strings = strings
        self._rows: list[list[str]] = []
        self._formulas: set[tuple[int, int]] = set()
        self._at = (0, 0)
        self._kind = ""
        self._element = ""
        self._guides = 0
        self._pieces: list[str] = []

    def sheet(self, *, others: int) -> Sheet:
        return Sheet(rows=self._rows, formulas=frozenset(self._formulas), others=others)

    def start(self, name: str, attributes: _Attributes) -> None:
        self._element = name
        if name == "c":
            self._at = _place(attributes.get("r", ""))
            self._kind = attributes.get("t", "n")
            self._pieces = []
        self._guides += name == "rPh"
        # What shows as an error was calculated too.
        if name == "f" or (name == "c" and self._kind == "e"):
            self._hold(row=self._at[0], place=self._at[1])
            self._formulas.add(self._at)

    def text(self, piece: str) -> None:
        if self._element in {"v", "t"} and not self._guides:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        self._element = ""
        self._guides -= name == "rPh"
        if name != "c" or self._at in self._formulas or not self._pieces:
            return
        row, place = self._at
        shown = self._shown("".join(self._pieces))
        if len(shown) > CELL_CHARACTERS_MAX:
            raise MalformedError("more than a file may have", place=f"row {row + 1}")
        self._hold(row=row, place=place)
        self._rows[row][place] = shown

    def _hold(self, *, row: int, place: int) -> None:
        """Make room for a cell. Raises: MalformedError."""
        if row >= ROWS_MAX or place >= COLUMNS_MAX:
            raise MalformedError("more than a file may have", place="file")
        self._rows.extend([] for _ in range(row + 1 - len(self._rows)))
        self._rows[row].extend("" for _ in range(place + 1 - len(self._rows[row])))

    def _shown(self, written: str) -> str:
        match self._kind:
            case "s":
                return self._string(written)
            case "b":
                return _TRUTH.get(written, written)
            case "n":
                whole = _WHOLE.fullmatch(written)
                return whole[1] if whole else written
            case _:
                return written

    def _string(self, written: str) -> str:
        if not written.isascii() or not written.isdigit() or len(written) > len(str(_STRINGS_MAX)):
            raise MalformedError("no text of that number", place="file")
        if int(written) >= len(self._strings):
            raise MalformedError("no text of that number", place="file")
        return self._strings[int(written)]


def _place(reference: str) -> tuple[int, int]:
    """Row and place, both counted from 0, of a reference such as B3. Raises: MalformedError."""
    found = _CELL.fullmatch(reference)
    if found is None:
        raise MalformedError("a cell that is nowhere", place="file")
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, place - 1

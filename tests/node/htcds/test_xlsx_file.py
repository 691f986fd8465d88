"""An XLSX file is read cell by cell; what is too large, has entities or is no such file is refused unread."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.htcds.sheet import CELL_CHARACTERS_MAX, FILE_BYTES_MAX
from node.htcds.xlsx_file import is_xlsx, read_xlsx
from protocol.errors import MalformedError
from tests.support.spreadsheets import RELATIONS, SHEET, WORKBOOK, text_cell, worksheet, xlsx


def rows(*given: str, **others: str) -> list[list[str]]:
    return [list(row) for row in read_xlsx(xlsx(*given, **others)).rows]


def test_a_cell_stands_where_its_reference_says() -> None:
    assert rows(text_cell("B1", "আশা"), "", text_cell("A3", "x") + text_cell("C3", "y")) == [
        ["", "আশা"],
        [],
        ["x", "", "y"],
    ]


def test_texts_that_several_cells_share_are_read_without_their_phonetic_guide() -> None:
    strings = "<sst><si><t>one</t></si><si><r><t>tw</t></r><r><t>o</t></r><rPh><t>guide</t></rPh></si></sst>"
    cells = '<c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c>'

    assert rows(cells, strings=strings) == [["two", "one"]]


def test_a_number_a_truth_and_a_date_show_as_they_are_written() -> None:
    cells = (
        '<c r="A1"><v>8801700000000</v></c><c r="B1"><v>2.0</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1"><v>36954</v></c>'
    )

    assert rows(cells) == [["8801700000000", "2", "TRUE", "36954"]]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><f>1+1</f><v>2</v></c>',
        '<c r="A1" t="str"><f>"a"</f><v>a</v></c>',
        '<c r="A1" t="e"><v>#REF!</v></c>',
    ],
)
def test_a_cell_that_calculates_shows_nothing_and_is_named(cell: str) -> None:
    sheet = read_xlsx(xlsx(cell))

    assert ([list(row) for row in sheet.rows], sheet.formulas) == (
        [[""]],
        frozenset({(0, 0)}),
    )


def test_sheets_after_the_first_are_counted() -> None:
    two = WORKBOOK.replace("</sheets>", '<sheet name="b" sheetId="2" r:id="rId2"/></sheets>')

    assert read_xlsx(xlsx(text_cell("A1", "x"), workbook=two)).others == 1


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("part", ["workbook", "relations", "strings", "sheet"])
def test_a_part_with_a_document_type_is_refused(part: str) -> None:
    whole = {
        "workbook": WORKBOOK,
        "relations": RELATIONS,
        "strings": "<sst/>",
        "sheet": worksheet(),
    }
    with pytest.raises(MalformedError, match="a document type"):
        read_xlsx(xlsx(**{part: BOMB + whole[part]}))


def test_what_unpacks_to_more_than_a_file_may_have_is_refused() -> None:
    padding = " " * (FILE_BYTES_MAX // 2)
    with pytest.raises(MalformedError, match="unpacked"):
        read_xlsx(xlsx(sheet=worksheet() + padding, strings="<sst/>" + padding))


def test_a_zip_that_lies_about_its_size_is_refused_while_it_unpacks() -> None:
    raw = xlsx(sheet=worksheet() + " " * (FILE_BYTES_MAX + 1))
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        told = packed.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert raw.count(told) == 2
    with pytest.raises(MalformedError):
        read_xlsx(raw.replace(told, (9).to_bytes(4, "little")))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x03\x04",
        xlsx(text_cell("A1", "x"))[:-30],
        xlsx('<c t="n"><v>1</v></c>'),
        xlsx('<c r="A0"><v>1</v></c>'),
        xlsx(text_cell("ZZZ1", "x")),
        xlsx(text_cell("A9999999", "x")),
        xlsx('<c r="A1" t="s"><v>0</v></c>'),
        xlsx('<c r="A1" t="s"><v>-1</v></c>'),
        xlsx(text_cell("A1", "x" * (CELL_CHARACTERS_MAX + 1))),
        xlsx(sheet="<worksheet>"),
        xlsx(relations=RELATIONS.replace("sheet1", "sheet9")),
        xlsx(relations=RELATIONS.replace("rId1", "rId2")),
        xlsx(workbook=WORKBOOK.replace("<sheet ", "<other ")),
        xlsx(workbook=WORKBOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')),
        b"a" * (FILE_BYTES_MAX + 1),
    ],
)
def test_what_is_no_sheet_that_can_be_read_for_sure_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_xlsx(raw)


WHOLE = xlsx(text_cell("A1", "x") + '<c r="B1"><v>1</v></c>')


@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_file_with_one_other_byte_is_read_or_refused(at: int, byte: int) -> None:
    with contextlib.suppress(MalformedError):
        read_xlsx(WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :])


def test_a_file_is_known_by_its_first_bytes() -> None:
    assert (is_xlsx(WHOLE), is_xlsx(b"case_number,name")) == (True, False)

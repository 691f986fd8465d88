"""The decision records: numbered without a gap, one page each, with their bad sides told."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("*.md"))
PAGE_WORDS_MAX = 600
SECTIONS = ["Context", "Options", "Decision", "Consequences"]
HEAD = re.compile(
    r"# (?P<number>[0-9]{4})\. [^\n]+\n\n"
    r"\* Date: [0-9]{4}-[0-9]{2}-[0-9]{2}\n"
    r"\* Status: (?:proposed|accepted|superseded by [0-9]{4})\n\n"
)


def test_the_numbers_have_no_gap() -> None:
    assert [path.name[:4] for path in RECORDS] == [f"{n:04}" for n in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_opens_with_its_number_date_and_status(path: Path) -> None:
    head = HEAD.match(path.read_text(encoding="utf-8"))
    assert head is not None
    assert head["number"] == path.name[:4]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_four_sections_and_says_what_is_bad(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert re.search(r"^\* Bad: ", text.partition("## Consequences")[2], re.MULTILINE)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_fits_on_one_page(path: Path) -> None:
    words = len(path.read_text(encoding="utf-8").split())
    assert words <= PAGE_WORDS_MAX

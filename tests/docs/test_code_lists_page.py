"""docs/code-lists.md is what the lists say."""

import re

from protocol.vocabulary.lists.catalogue import LISTS
from tests.support.code_lists_page import PAGE, page

ROW = re.compile(r"^\| `([A-Za-z0-9_]+)` \| ([^|]+) \|([^|]*)\|([^|]*)\|  \|$", re.MULTILINE)


def sections() -> dict[str, str]:
    parts = re.split(r"^### (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_page_is_made_from_the_lists() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m tests.support.code_lists_page"
    )


def test_every_code_stands_on_the_page_with_words_and_its_names_elsewhere() -> None:
    for name, each in LISTS.items():
        rows = {row[0]: row[1:] for row in ROW.findall(sections()[name])}
        assert rows.keys() == set(each.names)
        for one in each.codes:
            label, htcds, ctdc = rows[one.code]
            assert label
            assert (htcds.strip(), ctdc.strip()) == (one.htcds or "", one.ctdc or "")


def test_the_page_says_whose_standard_it_is_and_under_which_licence() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    for said in ("International Organization for Migration", "CC BY 4.0", "not endorsed"):
        assert said in text

"""The page for caseworkers names every key that works everywhere, and none that does not."""

import re
from pathlib import Path

from tui.acts import key_name
from tui.everywhere import EVERYWHERE
from tui.screens.desk_screen import BACK, HELP

PAGE = Path(__file__).parents[2] / "docs" / "desk.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def test_the_page_has_each_key_that_works_everywhere_with_its_own_word() -> None:
    rows = {(key, word) for key, word in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    told = rows - {("key", "what")}
    assert told == {(key_name(act.key), act.label) for act in (*EVERYWHERE, HELP, BACK)}

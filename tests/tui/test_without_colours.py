"""Without colours: not one leaves, and every state, and where the cursor is, can still be read."""

import re
from typing import Final

import pytest

from tests.support.screen_programs import on_a_terminal

ORDER: Final = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
STYLE: Final = re.compile(rb"\x1b\[([0-9;]*)m")
# Ordinary, bold, underlined, the other way round, and the terminal's own two colours.
WITHOUT_COLOUR: Final = {b"", b"0", b"1", b"4", b"7", b"39", b"49"}
# Underlined, or the other way round: where the cursor is.
CURSOR: Final = {b"4", b"7"}
WENT_WRONG: Final = "✗ "
STATES: Final = {
    "ToReferral": "a place is held ✓",
    "ToLedger": "Locked: nobody there can read it 15 Jan ◐",
    "ToPlace PARTNERS": "stopped for safety",
    "ToPlace CASES": "✗ ",
    "ToOffer": "[-] ",
}


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.parametrize("name", STATES)
def test_with_no_color_no_colour_leaves_and_each_state_is_a_word_and_a_glyph(name: str) -> None:
    ended = on_a_terminal("-m", "tests.support.hostile_desk", name, NO_COLOR="1")
    assert ended.code == 0
    styles = {one for found in STYLE.findall(ended.written) for one in found.split(b";")}
    assert styles - WITHOUT_COLOUR == set()
    assert styles & CURSOR
    drawn = ORDER.sub(b"", ended.written).decode()
    assert [text for text in (STATES[name], WENT_WRONG) if text not in drawn] == []

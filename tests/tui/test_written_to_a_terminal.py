"""The bytes that reach a real terminal: what a text from elsewhere would have it do is not among them."""

import re
from typing import Final

import pytest

from tests.support.screen_programs import on_a_terminal

SCREENS: Final = (
    "ToLedger",
    "ToMessage",
    "ToPlace CASES",
    "ToReferral",
    "ToPlace PARTNERS",
    "ToCase",
)
# Controls that no program of ours writes; C1 comes as two bytes in UTF-8, directions as three.
CONTROLS: Final = re.compile(
    rb"[\x00-\x06\x08\x0b\x0c\x0e-\x1a\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]"
)
ORDERS: Final = (b"\x1b[2J\x1b[H", b"\x1b]0;", b"\x1b]52;", b"\x1b]8;;", b"\x1b[6n", b"\x1bP")


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.parametrize("name", SCREENS)
def test_a_terminal_is_given_the_letters_of_an_order_and_never_the_order(name: str) -> None:
    ended = on_a_terminal("-m", "tests.support.hostile_desk", name)
    assert ended.code == 0
    # It was drawn, as letters.
    assert b"[2J" in ended.written
    assert not CONTROLS.search(ended.written)
    assert [order for order in ORDERS if order in ended.written] == []

"""No row is wider than the screen, counted character by character as most terminals draw them."""

import pytest

from tests.support.answering import like_xterm
from tests.support.desk_app import SMALL, rows
from tests.support.scripted_client import Script, ScriptedClient, is_code
from tests.support.scripted_desk import destinations, go, scripted_desk

SCREENS = destinations()
# Every third character is a vowel sign that takes a cell of its own.
TEXTS = {"one word": "বাংলাদেশী" * 40, "many words": "আমি বাংলা বলি। " * 40}
MANY = (
    "ToCase",
    "ToMessage",
    "ToReferral",
    "ToPlace CASES",
    "ToPlace TODAY",
    "ToOutbox",
    "ToOffer",
)


@pytest.mark.parametrize("language", ["en", "bn"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_no_row_is_wider_than_the_screen_however_long_the_texts_are(
    text: str, language: str
) -> None:
    script = Script(chosen=lambda view, name: None if is_code((view, name)) else text)
    async with scripted_desk(ScriptedClient(script), size=SMALL, language=language) as pilot:
        for name in MANY:
            await go(pilot, SCREENS[name])
            wide = [row for row in rows(pilot.app) if sum(map(like_xterm, row)) > SMALL[0]]
            assert wide == [], name

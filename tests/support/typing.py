"""Typing into a screen as a keyboard would, in any script.

A pilot looks a key up by the name of its character, and loses vowel signs and joiners on the way.
"""

from typing import Any, Final

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

_NAMED: Final = {"\n": ("enter", "\r"), "\t": ("tab", "\t")}


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Press one key for each character; a newline is Enter. Returns when all of them have been dealt with."""
    for character in text:
        name, sent = _NAMED.get(character, (_name_of(character), character))
        _send(pilot, events.Key(name, sent))
    await pilot.pause()


async def paste_text(pilot: Pilot[Any], text: str) -> None:
    """Paste a text, as a terminal with bracketed paste sends it."""
    _send(pilot, events.Paste(text))
    await pilot.pause()


def _name_of(character: str) -> str:
    # As Textual's own parser names what it reads from a terminal.
    return character if character.isalnum() else _character_to_key(character)


def _send(pilot: Pilot[Any], event: events.Event) -> None:
    event.set_sender(pilot.app)
    driver = pilot.app._driver
    assert driver is not None
    driver.send_message(event)

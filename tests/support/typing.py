"""Typing into a screen as a keyboard would, in any script.

A pilot looks a key up by the name of its character, and loses vowel signs and joiners on the way.
"""

from typing import Any, Final

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

_NAMED: Final = {"\n": ("enter", "\r"), "\t": ("tab", "\t")}


def keys_of(text: str) -> list[events.Key]:
    """One key for each character; a newline is Enter."""
    named = [_NAMED.get(character, (_name_of(character), character)) for character in text]
    return [events.Key(name, sent) for name, sent in named]


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Press one key for each character. Returns when all of them have been dealt with."""
    for event in keys_of(text):
        send(pilot, event)
    await pilot.pause()


async def paste_text(pilot: Pilot[Any], text: str) -> None:
    """Paste a text, as a terminal with bracketed paste sends it."""
    send(pilot, events.Paste(text))
    await pilot.pause()


def _name_of(character: str) -> str:
    # As Textual's own parser names what it reads from a terminal.
    return character if character.isalnum() else _character_to_key(character)


def send(pilot: Pilot[Any], event: events.Event) -> None:
    """Let the terminal's driver report an event."""
    event.set_sender(pilot.app)
    driver = pilot.app._driver
    assert driver is not None
    driver.send_message(event)

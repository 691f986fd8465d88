"""Passphrases: read from a file or typed unseen, never taken as an argument, and long enough when new."""

import sys
from pathlib import Path
from typing import Final

import click

from node.cli.talking import CommandFailedError, say
from node.vault.keyring import PASSPHRASE_CHARACTERS_MAX

CHARACTERS_MIN: Final = 12
WORDS_MIN: Final = 4
_WORD_CHARACTERS_MIN: Final = 2
_FILE_BYTES_MAX: Final = 4 * PASSPHRASE_CHARACTERS_MAX + 2

RULE: Final = f"a passphrase has at least {CHARACTERS_MIN} characters, or {WORDS_MIN} words"


def is_terminal() -> bool:
    """Does a person sit here who can be asked and shown something?"""
    return sys.stdin.isatty() and sys.stderr.isatty()


def is_long_enough(passphrase: str) -> bool:
    """Does it keep the rule? A single letter is no word."""
    words = [word for word in passphrase.split() if len(word) >= _WORD_CHARACTERS_MIN]
    return len(passphrase) >= CHARACTERS_MIN or len(words) >= WORDS_MIN


def existing(file: Path | None) -> str:
    """The passphrase of somebody who has one.

    Raises:
        CommandFailedError: if there is nobody to ask, or the file has none.
    """
    if file is not None:
        return _read(file)
    _need_a_terminal("--passphrase-file FILE")
    return str(click.prompt("Passphrase", hide_input=True, err=True))


def new(file: Path | None, *, option: str, whose: str) -> str:
    """A passphrase for somebody new; typed twice.

    Args:
        file: where it stands, if it is not typed.
        option: the option that names this file, for the error.
        whose: a name, for the question.

    Raises:
        CommandFailedError: if it is too short, or there is nobody to ask.
    """
    if file is not None:
        passphrase = _read(file)
        if not is_long_enough(passphrase):
            raise CommandFailedError(
                f"the passphrase in '{file.name}' is too short: {RULE}. Write a longer one there"
            )
        return passphrase
    _need_a_terminal(f"{option} FILE")
    say(f"A new passphrase for {whose}: {RULE}. A sentence only {whose} would say is a good one.")
    while True:
        passphrase = str(
            click.prompt("Passphrase", hide_input=True, confirmation_prompt="Again", err=True)
        )
        if len(passphrase) > PASSPHRASE_CHARACTERS_MAX:
            say(f"Too long: at most {PASSPHRASE_CHARACTERS_MAX} characters.")
        elif is_long_enough(passphrase):
            return passphrase
        else:
            say(f"Too short: {RULE}.")


def _need_a_terminal(option: str) -> None:
    if not is_terminal():
        raise CommandFailedError(f"there is no terminal to ask for a passphrase: add {option}")


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            raw = opened.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise CommandFailedError(
            f"the passphrase file '{file.name}' cannot be read ({type(error).__name__})"
        ) from None
    try:
        passphrase = raw.decode("utf-8").partition("\n")[0].removesuffix("\r")
    except UnicodeDecodeError:
        raise CommandFailedError(f"the passphrase file '{file.name}' is not UTF-8") from None
    if not 0 < len(passphrase) <= PASSPHRASE_CHARACTERS_MAX:
        raise CommandFailedError(
            f"the passphrase file '{file.name}' must hold 1 to {PASSPHRASE_CHARACTERS_MAX} "
            "characters on its first line"
        )
    return passphrase

"""Keys that live on paper as 24 words: read for one signature, and kept nowhere."""

import re
from pathlib import Path
from typing import Final

import click
from mnemonic import Mnemonic

from node.cli import passphrases
from node.cli.talking import CommandFailedError
from protocol.keys import SigningSecret, signing_secret

WORDS: Final = 24
_FILE_BYTES_MAX: Final = 8_192
_WORD: Final = re.compile(r"[a-z]{3,8}")

words_file: Final = click.option(
    "--words-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The 24 words, or the sheet they stand on; without it, they are typed unseen.",
)


def ask(file: Path | None, *, whose: str) -> SigningSecret:
    """The key whose words are in a file, or are typed.

    Raises:
        CommandFailedError: if there is nobody to ask, or these are not the words of a key.
    """
    if file is not None:
        return secret_of(_read(file))
    if not passphrases.is_terminal():
        raise CommandFailedError(
            "there is no terminal to ask for the words: add --words-file FILE"
        )
    return secret_of(str(click.prompt(f"The 24 words of {whose}", hide_input=True, err=True)))


def secret_of(text: str) -> SigningSecret:
    """The key of 24 words; numbers between them, as on the sheet, do not count.

    Raises:
        CommandFailedError: if a word is missing or mistyped; which one is not said.
    """
    words = _WORD.findall(text.rpartition("\n\n")[2].lower())
    spelled = " ".join(words)
    english = Mnemonic("english")
    if len(words) != WORDS or not english.check(spelled):
        raise CommandFailedError("these are not the 24 words of a key: look at the sheet again")
    return signing_secret(bytes(english.to_entropy(spelled)))


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(_FILE_BYTES_MAX)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailedError(
            f"the file '{file.name}' cannot be read ({type(error).__name__})"
        ) from None

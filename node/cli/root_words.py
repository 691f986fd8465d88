"""The root key as 24 words: shown once on a screen that leaves nothing behind, and asked back.

The words are in this process's memory and, where no terminal is, on the sheet. They are nowhere else.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
from mnemonic import Mnemonic

from node.cli import passphrases
from node.cli.sheets import root_text
from node.cli.talking import CommandFailedError
from protocol.keys import SEED_BYTES, SigningSecret, node_id_of, signing_secret
from protocol.values import Entropy, node_id_text

ASKED_BACK: Final = 3
_SHEET_CHARACTERS_MAX: Final = 4_096
# The alternate screen has no scrollback: what stood there is gone when it is left.
_ENTER_SCREEN: Final = "\x1b[?1049h\x1b[2J\x1b[H"
_CLEAR: Final = "\x1b[2J\x1b[3J\x1b[H"
_LEAVE_SCREEN: Final = "\x1b[2J\x1b[?1049l"


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A new root key and its spelling in words of BIP-39, with one space between them."""

    words: str = field(repr=False)
    secret: SigningSecret = field(repr=False)

    @property
    def node(self) -> str:
        """The id of the node this key makes, as people see it."""
        return node_id_text(node_id_of(self.secret.public))


def new_root(*, entropy: Entropy) -> Root:
    """Make a root key: its 32 bytes of seed are the entropy of the words."""
    seed = entropy(SEED_BYTES)
    return Root(words=Mnemonic("english").to_mnemonic(seed), secret=signing_secret(seed))


def existing(file: Path | None) -> Root:
    """The root key of a sheet: from a file, or typed unseen.

    Raises:
        CommandFailedError: if there is nobody to ask, or these are not 24 words of one key.
    """
    if file is not None:
        text = _read(file)
    elif passphrases.is_terminal():
        text = str(click.prompt("The 24 words of the root key", hide_input=True, err=True))
    else:
        raise CommandFailedError(
            "there is no terminal to ask for the 24 words: add --root-words-file FILE"
        )
    words = " ".join(word for word in text.lower().split() if word.isalpha())
    try:
        seed = bytes(Mnemonic("english").to_entropy(words))
    except (ValueError, LookupError):
        seed = b""
    if len(seed) != SEED_BYTES:
        # Neither which word is wrong nor any of them is said: a screen is read over a shoulder.
        raise CommandFailedError("these are not the 24 words of a root key: look at each again")
    return Root(words=words, secret=signing_secret(seed))


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            # A whole sheet: what stands before the empty line is not words of the key.
            return opened.read(_SHEET_CHARACTERS_MAX).rstrip("\n").rpartition("\n\n")[2]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailedError(
            f"the file '{file.name}' cannot be read ({type(error).__name__})"
        ) from None


def show_and_ask_back(root: Root, *, entropy: Entropy) -> None:
    """Show the words until three of them come back right, then clear the screen.

    Raises:
        click.Abort: if the person gives up; the screen is cleared then too.
    """
    click.echo(_ENTER_SCREEN, err=True, nl=False)
    try:
        while True:
            click.echo(root_text(root.words, node=root.node), err=True)
            click.prompt(
                "Write them down twice, then press Enter", default="", show_default=False, err=True
            )
            click.echo(_CLEAR, err=True, nl=False)
            if _come_back(root.words.split(), entropy=entropy):
                return
            click.echo("That was another word. Here they are once more.\n", err=True)
    finally:
        click.echo(_LEAVE_SCREEN, err=True, nl=False)


def places_to_ask(count: int, *, entropy: Entropy) -> list[int]:
    """Which of `count` words to ask back: three different places from 0, in order."""
    keyed = sorted(range(count), key=lambda _place: entropy(8))
    return sorted(keyed[:ASKED_BACK])


def _come_back(words: list[str], *, entropy: Entropy) -> bool:
    answers = [
        (words[place], str(click.prompt(f"Word {place + 1}", err=True)))
        for place in places_to_ask(len(words), entropy=entropy)
    ]
    return all(word == answer.strip().lower() for word, answer in answers)

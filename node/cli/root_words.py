"""The root key as 24 words: shown once on a screen that leaves nothing behind, and asked back.

The words are in this process's memory and, where no terminal is, on the sheet. They are nowhere else.
"""

from dataclasses import dataclass, field
from typing import Final

import click
from mnemonic import Mnemonic

from node.cli.sheets import root_text
from protocol.keys import SEED_BYTES, SigningSecret, node_id_of, signing_secret
from protocol.values import Entropy, node_id_text

ASKED_BACK: Final = 3
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

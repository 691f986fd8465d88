"""`sathi card`: our card, and a new one with a new signing key once a year, signed by the root on paper.

The words of the root are typed here, in this process, and sign here. They never go to the node.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from node import system
from node.cli import options, root_words
from node.cli.asking import ask_as, person
from node.cli.root_words import Root
from node.cli.sheets import reserved, suspend_text
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from protocol.cards import Card, Suspend, parse_card, sign_suspend
from protocol.errors import RefusalCode
from protocol.keys import node_id_of
from protocol.labels import Kind
from protocol.local import commands
from protocol.local.views import No
from protocol.signing import sign
from tui.client import Client

_RENEWING: Final[Mapping[str, str]] = {
    RefusalCode.E_SIG: "these are not the words of this node's root; nothing was changed",
    No.WRONG_STATE: (
        "the card before this one has not left for every partner yet: keep the node open, and try later"
    ),
}


@click.group(name="card")
def card() -> None:
    """Our card, by which partners know our signing key."""


@card.command(name="show")
@options.data
@options.user
@options.passphrase_file
@options.as_json
def show(folder: Path, user: str | None, passphrase_file: Path | None, *, is_json: bool) -> None:
    """Number, name and end of our card."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    seen = ask_as(who, lambda client: client.show_card())
    if is_json:
        put_json(msgspec.to_builtins(seen))
        return
    put(f"{seen.sequence}\t{one_line(seen.name)}\tuntil {_day(seen.expires)}")
    if seen.former_key_is_kept:
        say("Some partner may know us by the signing key before this one still.")


@card.command(name="renew")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--root-words-file",
    "words_file",
    type=click.Path(path_type=Path),
    default=None,
    help="A file with the 24 words, or the root sheet itself; without it, they are typed unseen.",
)
@click.option(
    "--suspend-sheet",
    "sheet",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the keeper's new suspend goes, to be printed; must not be there.",
)
@options.as_json
def renew(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    words_file: Path | None,
    sheet: Path,
    *,
    is_json: bool,
) -> None:
    """Make a new signing key and a card for it, with the 24 words of the root; a supervisor may."""
    system.harden_process()
    who = person(folder, user=user, passphrase_file=passphrase_file)
    root = root_words.existing(words_file)

    async def work(client: Client) -> Card:
        return await _renew(client, root)

    with reserved(sheet, folder=folder, again="sathi card renew") as write:
        made = ask_as(who, work, meanings=_RENEWING)
        suspend = Suspend(node_id=made.node_id, card_sequence=made.sequence, at=None, reason=0)
        write(suspend_text(sign_suspend(suspend, by=root.secret), node=root.node))
    if is_json:
        put_json({"sequence": made.sequence, "expires": made.expires, "sheet": str(sheet)})
    else:
        put(f"{made.sequence}\tuntil {_day(made.expires)}")
    say(f"Every partner is told. Print '{sheet}' for the keeper, and delete the file.")
    say("The keeper's old sheet is used up once a partner has the new card: take it back.")


async def _renew(client: Client, root: Root) -> Card:
    own = await client.show_self()
    if own.node_id != node_id_of(root.secret.public):
        raise CommandFailedError(
            "these are the words of another node's root: look at the id on the sheet; nothing was done"
        )
    draft = await client.prepare_card()
    made = parse_card(draft.body)
    # What the root signs is looked at here: the words are worth more than the node.
    if made.root != root.secret.public or made.display_name != own.name:
        raise CommandFailedError(
            "the node prepared a card that is not its own; nothing was signed"
        )
    [signature] = sign(Kind.CARD, draft.body, secrets=[root.secret]).signatures
    await client.renew_card(commands.RenewCard(signature=signature.raw))
    return made


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")

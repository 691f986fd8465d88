"""`sathi card`: our card, and a new one with a new signing key once a year, signed by the root on paper.

The words of the root are typed here, in this process, and sign here. They never go to the node.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from node import faults, system
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
from protocol.local.views import CardView, No
from protocol.signing import sign
from tui.client import Client

_SHEET_AGAIN: Final = "sathi card sheet"
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


_words_file: Final = click.option(
    "--root-words-file",
    "words_file",
    type=click.Path(path_type=Path),
    default=None,
    help="A file with the 24 words, or the root sheet itself; without it, they are typed unseen.",
)
_suspend_sheet: Final = click.option(
    "--suspend-sheet",
    "sheet",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the keeper's suspend goes, to be printed; must not be there.",
)


@card.command(name="renew")
@options.data
@options.user
@options.passphrase_file
@_words_file
@_suspend_sheet
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

    with reserved(sheet, folder=folder, again=_SHEET_AGAIN) as write:
        made = ask_as(who, work, meanings=_RENEWING)
        faults.point("card.before_sheet")
        write(_sheet_of(root, sequence=made.sequence))
    if is_json:
        put_json({"sequence": made.sequence, "expires": made.expires, "sheet": str(sheet)})
    else:
        put(f"{made.sequence}\tuntil {_day(made.expires)}")
    say(f"Every partner is told. Print '{sheet}' for the keeper, and delete the file.")
    say("The keeper's old sheet is used up once a partner has the new card: take it back.")


@card.command(name="sheet")
@options.data
@options.user
@options.passphrase_file
@_words_file
@_suspend_sheet
@options.as_json
def print_sheet(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    words_file: Path | None,
    sheet: Path,
    *,
    is_json: bool,
) -> None:
    """Print the keeper's suspend for our card as it is, with the 24 words of the root; changes nothing."""
    system.harden_process()
    who = person(folder, user=user, passphrase_file=passphrase_file)
    root = root_words.existing(words_file)

    async def look(client: Client) -> CardView:
        await _own_name(client, root)
        return await client.show_card()

    with reserved(sheet, folder=folder, again=_SHEET_AGAIN) as write:
        seen = ask_as(who, look)
        write(_sheet_of(root, sequence=seen.sequence))
    if is_json:
        put_json({"sequence": seen.sequence, "sheet": str(sheet)})
    else:
        put(f"{seen.sequence}\tuntil {_day(seen.expires)}")
    say(f"Print '{sheet}' for the keeper, and delete the file.")


def _sheet_of(root: Root, *, sequence: int) -> str:
    node = node_id_of(root.secret.public)
    suspend = Suspend(node_id=node, card_sequence=sequence, at=None, reason=0)
    return suspend_text(sign_suspend(suspend, by=root.secret), node=root.node)


async def _renew(client: Client, root: Root) -> Card:
    name = await _own_name(client, root)
    draft = await client.prepare_card()
    made = parse_card(draft.body)
    # What the root signs is looked at here: the words are worth more than the node.
    if made.root != root.secret.public or made.display_name != name:
        raise CommandFailedError(
            "the node prepared a card that is not its own; nothing was signed"
        )
    [signature] = sign(Kind.CARD, draft.body, secrets=[root.secret]).signatures
    await client.renew_card(commands.RenewCard(signature=signature.raw))
    return made


async def _own_name(client: Client, root: Root) -> str:
    own = await client.show_self()
    if own.node_id != node_id_of(root.secret.public):
        raise CommandFailedError(
            "these are the words of another node's root: look at the id on the sheet; nothing was done"
        )
    return own.name


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")

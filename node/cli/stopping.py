"""`sathi peer suspend` and `sathi peer remove`: stop with a partner for now, or for good."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from node.cli import options, paper_keys, passphrases
from node.cli.asking import NOT_LEGAL, Person, ask_as, person
from node.cli.finding import find_peer
from node.cli.sheets import read_suspend
from node.cli.talking import CommandFailedError, one_line, put, say
from node.system import SystemClock
from protocol.cards import Suspend, sign_suspend
from protocol.errors import RefusalCode
from protocol.local import commands
from protocol.local.views import No
from protocol.values import node_id

_SUSPENDING: Final[Mapping[str, str]] = {
    NOT_LEGAL: "this is no suspend sheet, or a line of it is missing",
    No.ONESELF: "this is our own sheet: it is for our partners",
    RefusalCode.E_SENDER_UNKNOWN: (
        "neither its own root nor a steward of our charter signed it; nothing was done"
    ),
    RefusalCode.E_SIG: "it was changed, or signed for another node; nothing was done",
    RefusalCode.E_CLOCK: "it is from the future: look at the date of this computer",
}
_REMOVING: Final[Mapping[str, str]] = {No.WRONG_STATE: "this partner was removed before"}
_SHEET_BYTES_MAX: Final = 16_384


@click.command(name="suspend")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The partner's own sheet, typed or copied into a file.",
)
@click.option(
    "--steward", "name", default=None, help="Suspend this partner as a steward of our charter."
)
@paper_keys.words_file
def suspend(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    sheet: Path | None,
    name: str | None,
    words_file: Path | None,
) -> None:
    """Stop everything with a partner at once: by its own sheet, or as one steward."""
    if (sheet is None) == (name is None):
        raise click.UsageError("one of --sheet FILE and --steward NAME")
    who = person(folder, user=user, passphrase_file=passphrase_file)
    raw = _by_steward(who, name or "", words_file) if sheet is None else _of_sheet(sheet)
    command = commands.ApplySuspend(suspend=raw)
    done = ask_as(who, lambda client: client.apply_suspend(command), meanings=_SUSPENDING)
    put((done.ref or b"").hex())
    say("Nothing goes there and nothing is taken from there, until it has a new card.")


@click.command(name="remove")
@options.data
@options.user
@options.passphrase_file
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@click.argument("name_or_id")
def remove(
    folder: Path, user: str | None, passphrase_file: Path | None, *, is_sure: bool, name_or_id: str
) -> None:
    """End it with a partner; only a supervisor may. There is no way back but meeting anew."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    found = find_peer(who, name_or_id)
    if not is_sure:
        if not passphrases.is_terminal():
            raise click.UsageError("without a terminal to ask on, this is missing: --yes")
        question = f"Is {one_line(found.name)} to be removed, with what waits for them?"
        click.confirm(question, abort=True, err=True)
    command = commands.RemovePeer(peer=found.node_id)
    ask_as(who, lambda client: client.remove_peer(command), meanings=_REMOVING)
    put(found.node_id_text)
    say("What waited for them is gone. Within a minute the others learn of our new mailbox.")
    say(
        "Ask each survivor of whom they know what is to become of that; a task says so at the desk."
    )


def _of_sheet(file: Path) -> bytes:
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_SHEET_BYTES_MAX)
        return read_suspend(text)
    except (OSError, ValueError) as error:
        raise CommandFailedError(
            f"the sheet '{file.name}' cannot be read ({type(error).__name__})"
        ) from None


def _by_steward(who: Person, name: str, words_file: Path | None) -> bytes:
    found = find_peer(who, name)
    secret = paper_keys.ask(words_file, whose="your steward's key")
    now = SystemClock().wall()
    made = Suspend(
        node_id=node_id(found.node_id), card_sequence=found.card_sequence, at=now, reason=0
    )
    return sign_suspend(made, by=secret).raw

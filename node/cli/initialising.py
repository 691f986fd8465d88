"""`sathi init`: a new node, its first person, and its three sheets of paper."""

import os
from pathlib import Path
from typing import Final

import click
import msgspec

from node import config, system
from node.cli import options, root_words, sheets
from node.cli.answers import Answers, Given, complete, read_file
from node.cli.founding import (
    Founding,
    cost_of,
    found,
    refuse_taken_folder,
    refuse_unsound_libraries,
)
from node.cli.root_words import Root
from node.cli.talking import CommandFailedError, put, say
from node.system import SystemClock
from node.vault import keyring

_PRIVATE_MASK: Final = 0o077
_SOCKET_BYTES_MAX: Final = 100


@click.command()
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A TOML file with the same answers, one `name = value` a line; flags win.",
)
@click.option(
    "--data",
    help="The node's folder; must not be there.  [default: SATHI_DATA, or ~/.local/share/sathi]",
)
@click.option("--name", help="The organisation's name, as partners see it.")
@click.option("--country", help="IN, BD or NP.")
@click.option("--user", help="The first person; a supervisor, who adds the others.")
@click.option("--passphrase-file", help="Her passphrase, on the first line of a file.")
@click.option("--listen", help=f"Of the own mailbox.  [default: {config.NodeSection().listen}]")
@click.option("--address", help="Where partners reach the own mailbox, such as http://name.onion.")
@click.option(
    "--publish-address",
    is_flag=True,
    default=None,
    help="A clear network address may be listened on, and stand on our card.",
)
@click.option("--risk", help="normal or high.  [default: normal]")
@click.option("--root-sheet", help="Write the root key's 24 words there, where no terminal is.")
@click.option("--recovery-sheet", help="Where the recovery sheet goes, to be printed.")
@click.option("--suspend-sheet", help="Where the keeper's suspend goes, to be printed.")
@click.option("--demo", is_flag=True, default=None, hidden=True)
@click.option("--cheap-passphrase", is_flag=True, default=None, hidden=True)
def init(file: Path | None, **flags: str | bool | None) -> None:
    """Make a new node: by flags, by a file, or by questions.

    All or nothing: whatever fails leaves no folder and no sheet behind.
    """
    os.umask(_PRIVATE_MASK)
    refuse_unsound_libraries()
    system.harden_process()
    answered = {} if file is None else read_file(file)
    answered |= {key: value for key, value in flags.items() if value is not None}
    given = msgspec.convert(answered, Given)
    folder = Path(given.data) if given.data is not None else options.standard_folder()
    refuse_taken_folder(folder)
    check_length(folder)
    answers = complete(given, folder=folder)
    _check_sheets(answers)
    root = root_words.new_root(entropy=system.entropy)
    _hand_over(root, answers)
    founding = Founding(
        root=root,
        recovery_code=keyring.new_recovery_code(entropy=system.entropy),
        cost=cost_of(is_cheap=answers.is_cheap),
    )
    found(answers, founding, now=SystemClock().wall(), entropy=system.entropy)
    _tell(root, answers)


def check_length(folder: Path) -> None:
    """A socket's path has room for about a hundred bytes; better said now than at `serve`."""
    socket = folder.absolute() / config.ApiSection().socket
    if len(os.fsencode(socket)) > _SOCKET_BYTES_MAX:
        raise CommandFailedError(
            f"'{folder}' is too long a path for a socket: name a shorter --data"
        )


def _check_sheets(answers: Answers) -> None:
    papers = [answers.recovery_sheet, answers.suspend_sheet]
    if answers.root_sheet is not None:
        papers.append(answers.root_sheet)
    for path in papers:
        sheets.refuse_bad_place(path, folder=answers.folder)
    if len({path.absolute() for path in papers}) < len(papers):
        raise click.UsageError("each sheet needs a file of its own")


def _hand_over(root: Root, answers: Answers) -> None:
    if answers.root_sheet is None:
        root_words.show_and_ask_back(root, entropy=system.entropy)


def _tell(root: Root, answers: Answers) -> None:
    put(root.node)
    say(f"Made the node of {answers.name} in '{answers.folder}'.")
    if answers.root_sheet is not None:
        say(f"'{answers.root_sheet}' is the root key: write it down twice, then delete the file.")
    say(f"'{answers.recovery_sheet}' and '{answers.suspend_sheet}': print, hand over, delete.")
    if answers.is_unreachable:
        say(
            "Without an --address nobody reaches it: name relays in federation.toml, or carry sticks."
        )
    say("Next: sathi serve")

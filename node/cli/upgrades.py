"""`sathi upgrade`: back to the vault as it was before an update of Sathi."""

from pathlib import Path

import click

from node.cli import options
from node.cli.serving import alone
from node.cli.talking import CommandFailedError, put, say
from node.vault import upgrading
from node.vault.upgrading import NothingAsideError
from node.wiring import read_own_mailbox


@click.group(name="upgrade")
def upgrade() -> None:
    """What became of the vault when Sathi was updated."""


@upgrade.command(name="back")
@options.data
def back(folder: Path) -> None:
    """Put the vault back as it was before an update that nobody could open; needs no passphrase."""
    read_own_mailbox(folder)
    with alone(folder):
        try:
            upgrading.go_back(folder)
        except NothingAsideError as error:
            raise CommandFailedError(f"{error}: nothing was done") from None
    put("back")
    say("The vault is as the version before left it. Install that version, then: sathi serve")

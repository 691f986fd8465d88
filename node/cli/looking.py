"""`sathi status` and `sathi lock`: how the running node stands, and closing it."""

from pathlib import Path

import click
import msgspec

from node.cli import options
from node.cli.asking import ask, ask_as, person
from node.cli.talking import Exit, one_line, put, put_json, say


@click.command(name="status")
@options.data
@options.as_json
@click.pass_context
def status(context: click.Context, folder: Path, *, is_json: bool) -> None:
    """Is the node open? Needs no passphrase, and says no name while it is locked."""
    seen = ask(folder, lambda client: client.show_status())
    if is_json:
        put_json(msgspec.to_builtins(seen))
    elif seen.is_open:
        put(f"open\t{one_line(seen.name)}\t{seen.node_id}")
    else:
        put("locked")
    if seen.is_erasure_pending:
        say(
            "warning: something erased is still in a log file; `sathi status` shows when it is gone"
        )
        context.exit(Exit.WARNED)


@click.command(name="lock")
@options.data
@options.user
@options.passphrase_file
def lock(folder: Path, user: str | None, passphrase_file: Path | None) -> None:
    """Close the vault: nothing can be read and nothing is sent until somebody unlocks."""
    if not ask(folder, lambda client: client.show_status()).is_open:
        say("It was locked already.")
        return
    who = person(folder, user=user, passphrase_file=passphrase_file)
    ask_as(who, lambda client: client.lock_node())
    say("Locked. The mailbox goes on taking what comes.")

"""`sathi user`: who may open this node."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

from node.cli import options, passphrases
from node.cli.asking import ask_as, person
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from protocol.local import commands
from protocol.local.views import No
from protocol.vocabulary.codes import Role

_TAKEN: Final[Mapping[str, str]] = {
    No.ALREADY_THERE: "somebody of that name is there already: choose another name"
}


@click.group(name="user")
def user() -> None:
    """The people of this node."""


@user.command(name="add")
@options.data
@options.user
@options.passphrase_file
@click.option("--name", default=None, help="The new person.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=None)
@click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path),
    default=None,
    help="The new person's passphrase, on the first line of a file; without it, it is typed.",
)
def add(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    name: str | None,
    role: str | None,
    new_passphrase_file: Path | None,
) -> None:
    """Add a person; only a supervisor may."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    name = name or _ask("The new person's name", option="--name")
    role = role or _ask(f"Role ({', '.join(Role)})", option="--role")
    command = commands.AddUser(
        name=name,
        role=_role(role),
        passphrase=passphrases.new(
            new_passphrase_file, option="--new-passphrase-file", whose=one_line(name)
        ),
    )
    done = ask_as(who, lambda client: client.add_user(command), meanings=_TAKEN)
    put((done.ref or b"").hex())
    say(f"Added {one_line(name)} as {role}; from now on her passphrase opens this node.")


@user.command(name="list")
@options.data
@options.user
@options.passphrase_file
@options.as_json
def list_(folder: Path, user: str | None, passphrase_file: Path | None, *, is_json: bool) -> None:
    """Who may open this node: name and role."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    found = ask_as(who, lambda client: client.list_users())
    if is_json:
        put_json(msgspec.to_builtins(found, builtin_types=(bytes,)))
        return
    for one in found.users:
        put(f"{one_line(one.name)}\t{one.role}")


def _ask(question: str, *, option: str) -> str:
    if not passphrases.is_terminal():
        raise click.UsageError(f"without a terminal to ask on, this is missing: {option}")
    return str(click.prompt(question, err=True))


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise CommandFailedError(f"a role is one of {', '.join(Role)}; nothing was done") from None

"""`sathi user`: who may open this node."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

from node.cli import options, passphrases
from node.cli.asking import NOT_LEGAL, Person, ask, ask_as, person
from node.cli.sheets import read_recovery, recovery_text, reserved
from node.cli.talking import CommandFailedError, one_line, put, put_json, say
from node.vault.keyring import spelled
from protocol.local import commands
from protocol.local.views import No, RecoverySheet
from protocol.vocabulary.codes import Role

_TAKEN: Final[Mapping[str, str]] = {
    No.ALREADY_THERE: "somebody of that name is or was here: choose another name"
}
_KEPT: Final[Mapping[str, str]] = {
    No.NOT_FOUND: "she is not here any more: look with `sathi user list`",
    No.ONESELF: "nobody removes herself: another supervisor does it",
    No.LAST_SUPERVISOR: "she is the last supervisor: make somebody else one first",
}
_RECOVERING: Final[Mapping[str, str]] = {
    No.WRONG_PASSPHRASE: "this is not the code of the sheet that counts: a later one made it void",
    No.NOT_FOUND: "there is no supervisor of that name; the sheet was not used, and it still counts",
    NOT_LEGAL: "something is mistyped: look at the sheet again",
}
_SHEET_BYTES_MAX: Final = 65_536

recovery_sheet: Final = click.option(
    "--recovery-sheet",
    "sheet",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the new recovery sheet goes: a file that is not there yet, to be printed and deleted.",
)
new_passphrase_file: Final = click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path),
    default=None,
    help="Her new passphrase, on the first line of a file; without it, she types it.",
)


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


@user.command(name="remove")
@options.data
@options.user
@options.passphrase_file
@recovery_sheet
@click.argument("name")
def remove(
    folder: Path, user: str | None, passphrase_file: Path | None, sheet: Path, name: str
) -> None:
    """Remove a person; only a supervisor may. The vault gets a new key, and everybody unlocks anew."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    with reserved(sheet, folder=folder, again="sathi user sheet") as write:
        command = commands.RemoveUser(user=_find(who, name))
        made = ask_as(who, lambda client: client.remove_user(command), meanings=_KEPT)
        write(recovery_text(made.code, node=made.node_id))
    put(str(sheet))
    say(f"Removed {one_line(name)}: her passphrase opens nothing any more.")
    say(
        "She may know what she has read. Copies of the node's folder made before now keep the old key: if "
        "she has one, her old passphrase still opens it. Backups made before now open to the old sheet, "
        "and let her in again where one is restored. Destroy the old ones that you can do without."
    )
    _say_new_sheet(sheet)


@user.command(name="reset")
@options.data
@options.user
@options.passphrase_file
@click.option("--role", type=click.Choice([role.value for role in Role]), default=None)
@new_passphrase_file
@click.argument("name")
def reset(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    role: str | None,
    new_passphrase_file: Path | None,
    name: str,
) -> None:
    """Give a person who forgot hers a new passphrase; only a supervisor may."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    command = commands.ResetUser(
        user=_find(who, name),
        passphrase=_new_passphrase(new_passphrase_file, name),
        role=None if role is None else Role(role),
    )
    ask_as(who, lambda client: client.reset_user(command), meanings=_KEPT)
    say(f"From now on {one_line(name)} unlocks with her new passphrase; her sessions ended.")


@user.command(name="recover")
@options.data
@recovery_sheet
@click.option("--name", default=None, help="The supervisor who gets a new passphrase.")
@click.option(
    "--code-file",
    type=click.Path(path_type=Path),
    default=None,
    help="A file with the code of the sheet, or the sheet itself; without it, it is typed.",
)
@new_passphrase_file
def recover(
    folder: Path,
    sheet: Path,
    name: str | None,
    code_file: Path | None,
    new_passphrase_file: Path | None,
) -> None:
    """Use the recovery sheet: a supervisor gets a new passphrase, and the sheet is void."""
    name = name or _ask("The supervisor's name", option="--name")
    with reserved(sheet, folder=folder, again="sathi user sheet") as write:
        command = commands.RecoverUser(
            code=_code(code_file),
            name=name,
            passphrase=_new_passphrase(new_passphrase_file, name),
        )
        made = ask(folder, lambda client: client.recover_user(command), meanings=_RECOVERING)
        write(recovery_text(made.code, node=made.node_id))
    put(str(sheet))
    say(f"From now on {one_line(name)} unlocks with her new passphrase. The node is locked.")
    say("Everybody is told at her next unlock that the sheet was used.")
    _say_new_sheet(sheet)


@user.command(name="sheet")
@options.data
@options.user
@options.passphrase_file
@recovery_sheet
def sheet_(folder: Path, user: str | None, passphrase_file: Path | None, sheet: Path) -> None:
    """Make a new recovery sheet in place of one that is lost; only a supervisor may."""
    who = person(folder, user=user, passphrase_file=passphrase_file)
    with reserved(sheet, folder=folder, again="sathi user sheet") as write:
        made: RecoverySheet = ask_as(who, lambda client: client.renew_sheet())
        write(recovery_text(made.code, node=made.node_id))
    put(str(sheet))
    _say_new_sheet(sheet)


def _say_new_sheet(sheet: Path) -> None:
    say(
        f"The old recovery sheet opens nothing. Print '{sheet}', give it sealed to somebody who is named in "
        "writing and does not keep the computer, and delete the file. Everybody unlocks anew. Then type "
        "`sathi backup create`: older backups open to the older sheet only."
    )


def _find(who: Person, name: str) -> bytes:
    """The id of the person of this name, as the keyring spells names."""
    found = ask_as(who, lambda client: client.list_users())
    alike = [one for one in found.users if spelled(one.name) == spelled(name)]
    for one in alike:
        if one.name == name or len(alike) == 1:
            return one.user_id
    raise CommandFailedError("there is nobody of that name: look with `sathi user list`")


def _new_passphrase(file: Path | None, name: str) -> str:
    return passphrases.new(file, option="--new-passphrase-file", whose=one_line(name))


def _code(file: Path | None) -> str:
    if file is None:
        if not passphrases.is_terminal():
            raise CommandFailedError(
                "there is no terminal to ask for the code: add --code-file FILE"
            )
        return str(click.prompt("The code of the recovery sheet", hide_input=True, err=True))
    try:
        with file.open(encoding="utf-8") as opened:
            return read_recovery(opened.read(_SHEET_BYTES_MAX))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailedError(
            f"the file '{file.name}' cannot be read ({type(error).__name__})"
        ) from None


def _ask(question: str, *, option: str) -> str:
    if not passphrases.is_terminal():
        raise click.UsageError(f"without a terminal to ask on, this is missing: {option}")
    return str(click.prompt(question, err=True))


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise CommandFailedError(f"a role is one of {', '.join(Role)}; nothing was done") from None

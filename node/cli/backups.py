"""`sathi backup`: made by the open node, listed and checked by whoever has the file."""

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

from node import backups, config, system
from node.cli import options
from node.cli.asking import ask_as, person
from node.cli.founding import cost_of
from node.cli.restored import Opened, opened_backup, read_code, tried_vault
from node.cli.talking import CommandFailedError, Exit, one_line, put, put_json, say
from node.system import SystemClock
from node.vault import durable, journal
from node.vault.backup import folder as backup_folder
from node.vault.backup import packing
from node.vault.backup.folder import Backup
from protocol import limits
from protocol.local.views import No

OLD_SECONDS: Final = 3 * limits.DAY
_MEANINGS: Final[Mapping[str, str]] = {
    No.BACKUP_NOT_MADE: (
        "no backup was made, and those that are there are as they were: look with `sathi doctor` whether the "
        "disk is there and has room"
    ),
    No.BACKUP_RUNNING: "one is being made at this moment: look with `sathi backup list`",
}

code_file: Final = click.option(
    "--code-file",
    type=click.Path(path_type=Path),
    default=None,
    help="A file with the recovery sheet that counted when the backup was made; else its code is asked for.",
)
cheap: Final = click.option("--cheap-passphrase", "is_cheap", is_flag=True, hidden=True)


@click.group(name="backup")
def backup() -> None:
    """Backups: made by the open node, opened by the recovery sheet."""


@backup.command(name="create")
@options.data
@options.user
@options.passphrase_file
@click.option("--to", "copy_to", type=click.Path(path_type=Path), help="Copy it there too.")
@options.as_json
def create(
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    copy_to: Path | None,
    *,
    is_json: bool,
) -> None:
    """Make a backup now, and copy it to another folder where one is named."""
    if copy_to is not None and not copy_to.is_dir():
        raise CommandFailedError(f"there is no folder '{copy_to}': is the stick in?")
    who = person(folder, user=user, passphrase_file=passphrase_file)
    made = ask_as(who, lambda client: client.create_backup(), meanings=_MEANINGS)
    path = _folder_of(folder) / made.name
    if copy_to is not None:
        path = _copy(path, copy_to)
    if is_json:
        put_json(msgspec.to_builtins(made) | {"path": str(path)})
    else:
        put(str(path))
    say(f"Made and read back: {made.size} bytes, as of {_moment(made.made_at)}.")


@backup.command(name="list")
@options.data
@click.option("--in", "where", type=click.Path(path_type=Path), help="Another folder.")
@options.as_json
@click.pass_context
def list_(context: click.Context, folder: Path, where: Path | None, *, is_json: bool) -> None:
    """Which backups are there, and is every byte of them what was written? Needs no passphrase."""
    looked = _folder_of(folder) if where is None else where
    if not looked.is_dir():
        raise CommandFailedError(f"there is no folder '{looked}': is the disk or stick in?")
    seen = [(known, packing.is_whole(known.path)) for known in backup_folder.finished(looked)]
    if is_json:
        put_json([_line(known, is_whole=is_whole) for known, is_whole in seen])
    else:
        for known, is_whole in seen:
            put(
                f"{known.path.name}\t{_moment(known.made_at)}\t{known.size}\t"
                f"{'whole' if is_whole else 'DAMAGED'}"
            )
    damaged = [known.path.name for known, is_whole in seen if not is_whole]
    if damaged:
        raise CommandFailedError(f"damaged: {', '.join(damaged)}. Do not count on them")
    _warn_of_age(context, [known for known, _ in seen])


@backup.command(name="check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@code_file
@cheap
@options.as_json
def check(file: Path, code_file: Path | None, *, is_cheap: bool, is_json: bool) -> None:
    """Restore a backup to a temporary place, look at all of it, and take it away again."""
    system.harden_process()
    with (
        opened_backup(file, read_code(code_file), cost=cost_of(is_cheap=is_cheap)) as opened,
        tried_vault(opened) as is_audit_whole,
    ):
        tell(opened, is_json=is_json)
    if not is_audit_whole:
        raise CommandFailedError("the audit chain in this backup is broken: call the data officer")
    say("It was restored to a temporary place, and everything arrived. That place is gone again.")


def tell(opened: Opened, *, is_json: bool) -> None:
    """What is in a backup, in numbers alone."""
    head = opened.head
    said = {
        "made_at": head.made_at,
        "version": head.version,
        "node_id": head.node_id.hex(),
        "is_demo": head.is_demo,
        "rows": opened.counts,
    }
    if is_json:
        put_json(said)
        return
    put(f"{one_line(head.name)}, as of {_moment(head.made_at)}, by version {head.version}")
    for table, name in _SHOWN.items():
        put(f"{opened.counts.get(table, 0)}\t{name}")


_SHOWN: Final = {
    "cases": "cases",
    "consents": "consents",
    "referrals": "referrals",
    "messages": "messages that came",
    "peers": "partners",
    "users": "people who are or were here",
    "audit": "entries of the audit log",
}


def _folder_of(folder: Path) -> Path:
    file = folder / config.FILE_NAME
    if not file.is_file():
        raise CommandFailedError(f"'{folder}' holds no node: name its folder with --data")
    return backups.folder_of(folder, config.load(file).backup)


def _copy(path: Path, folder: Path) -> Path:
    """Copy a finished backup and the journal, whole or not at all."""
    drawn = system.entropy(8)
    part = backup_folder.part_of(folder, drawn, ending="part")
    target = folder / path.name
    if target.exists():
        raise CommandFailedError(f"'{target}' is there already; the backup itself was made")
    try:
        shutil.copyfile(path, part)
        durable.make_durable(part)
        if not packing.is_whole(part):
            raise CommandFailedError("the copy is damaged: the backup was made, the stick is bad")
        durable.move(part, target)
    finally:
        part.unlink(missing_ok=True)
    journal.copy_beside(path.parent / journal.FILE_NAME, folder)
    return target


def _line(known: Backup, *, is_whole: bool) -> dict[str, object]:
    return {
        "name": known.path.name,
        "made_at": known.made_at,
        "size": known.size,
        "is_whole": is_whole,
    }


def _warn_of_age(context: click.Context, known: list[Backup]) -> None:
    now = SystemClock().wall()
    if not known:
        say("warning: there is no backup: somebody unlocks, then `sathi backup create`")
        context.exit(Exit.WARNED)
    days = (now - known[-1].made_at) // limits.DAY
    if now - known[-1].made_at >= OLD_SECONDS:
        say(f"warning: the newest is {days} days old: `sathi backup create`")
        context.exit(Exit.WARNED)


def _moment(when: int) -> str:
    return dt.datetime.fromtimestamp(when, tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC")

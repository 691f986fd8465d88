"""`sathi restore`: a new node's folder from a backup, whole or not at all."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from node import config, system
from node.cli import founding, initialising
from node.cli.backups import cheap, code_file, tell
from node.cli.restored import Opened, check_day, opened_backup, read_code, tried_vault
from node.cli.sheets import recovery_text, reserved
from node.cli.talking import CommandFailedError, put, put_json, say
from node.effects import NODE_ITSELF, Acting
from node.services import backing_up, opening
from node.system import SystemClock
from node.vault import journal, keyring
from node.vault.backup import restoring
from node.vault.journal import Journal, JournalError
from node.vault.keyring import Cost, Kind
from node.vault.records import OwnMailbox
from node.wiring import write_own_mailbox
from protocol.values import Instant, digest, instant, node_id, node_id_text

_PRIVATE_MASK: Final = 0o077
_LOST: Final = (
    "Not in any backup: the prekeys, dossiers and reports that partners sent, half-written texts, "
    "invites that nobody used. What partners may still share comes again by itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    """What a restored node begins with."""

    opened: Opened
    code: str
    cost: Cost
    journal: Journal
    gap_since: Instant | None


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), required=True, help="The new node's folder."
)
@code_file
@click.option(
    "--recovery-sheet", "sheet", type=click.Path(path_type=Path), help="Where the new sheet goes."
)
@click.option(
    "--journal",
    "old_journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="stats.journal of the lost computer, if its disk can still be read.",
)
@click.option("--day", default=None, help="The day on another clock, such as 2026-11-30.")
@click.option(
    "--dry-run", "is_dry", is_flag=True, help="Try all of it, say what is there, keep nothing."
)
@cheap
@click.option("--json", "is_json", is_flag=True, help="Answer in JSON.")
def restore(
    file: Path,
    folder: Path,
    code_file: Path | None,
    sheet: Path | None,
    old_journal: Path | None,
    day: str | None,
    **flags: bool,
) -> None:
    """Make a node of a backup, in a folder where nothing is. The old computer must not run any more."""
    os.umask(_PRIVATE_MASK)
    system.harden_process()
    founding.refuse_taken_folder(folder)
    initialising.check_length(folder)
    cost = founding.cost_of(is_cheap=flags["is_cheap"])
    with opened_backup(file, read_code(code_file), cost=cost) as opened:
        check_day(opened.head, day, now=SystemClock().wall())
        known, gap_since = _journal(file, old_journal, opened)
        if flags["is_dry"]:
            with tried_vault(opened):
                tell(opened, is_json=flags["is_json"])
            say(_LOST)
            _say_gap(gap_since)
            say("Nothing was kept of this trial.")
            return
        if sheet is None:
            raise click.UsageError("a new sheet is made, and needs a file: --recovery-sheet FILE")
        restored = Restoring(
            opened=opened,
            code=keyring.new_recovery_code(entropy=system.entropy),
            cost=cost,
            journal=known,
            gap_since=gap_since,
        )
        node = node_id_text(node_id(opened.head.node_id))
        with reserved(sheet, folder=folder, again="sathi user sheet") as write:
            _in_place(folder, lambda part: _build(part, restored))
            write(recovery_text(restored.code, node=node))
        if flags["is_json"]:
            put_json({"folder": str(folder), "node": node, "rows": opened.counts})
        else:
            put(node)
    _tell_restored(folder, sheet, gap_since)


def _in_place(folder: Path, build: Callable[[Path], None]) -> None:
    """Build beside the folder and move it in at the end; whatever fails leaves nothing behind."""
    folder = folder.absolute()
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder.parent / f".{folder.name}.{system.entropy(8).hex()}"
    part.mkdir(mode=0o700)
    try:
        build(part)
        founding.refuse_taken_folder(folder)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    founding.make_durable(folder.parent)


def _build(part: Path, restored: Restoring) -> None:
    opened, now, entropy = restored.opened, SystemClock().wall(), system.entropy
    vault_key = entropy(keyring.VAULT_KEY_BYTES)
    sheet = keyring.enrol(
        keyring.recovery_credential(restored.code),
        kind=Kind.RECOVERY,
        salt=opened.salt,
        entropy=entropy,
        cost=restored.cost,
    )
    database = restoring.build(part, opened.copy, copy_key=opened.key, vault_key=vault_key)
    try:
        owners = database.write_now(
            lambda unit: backing_up.restored(
                unit,
                made_at=instant(opened.head.made_at),
                journal_gap_since=restored.gap_since,
                recovery=sheet,
                acting=Acting(actor=NODE_ITSELF, now=now, entropy=entropy),
            )
        )
        mailboxes = database.read_now(opening.load_mailboxes)
    finally:
        database.close()
    ring = keyring.seal(owners, vault_key=vault_key, salt=opened.salt, entropy=entropy)
    keyring.save(part, ring)
    _make_mailbox(part, mailboxes, now=now)
    founding.write(part / config.FILE_NAME, opened.head.settings)
    if opened.head.is_demo:
        founding.write(part / founding.DEMO_MARK, founding.DEMO_TEXT)
    if restored.journal.bodies:
        journal.write(part / journal.FILE_NAME, restored.journal.bodies)
    founding.make_durable(part)


def _make_mailbox(part: Path, mailboxes: list[OwnMailbox], *, now: Instant) -> None:
    """An empty file for our own mailbox, under the name and the key that partners know."""
    own = [mailbox for mailbox in mailboxes if mailbox.is_local]
    if not own:
        raise CommandFailedError("this backup names no mailbox of the node's own")
    asyncio.run(founding.make_mailbox(part, own[0], now=now))
    write_own_mailbox(part, own[0].mailbox_id)


def _journal(file: Path, old: Path | None, opened: Opened) -> tuple[Journal, Instant | None]:
    """All that is known of what was counted and spent, and since when nothing is."""
    chain = digest(opened.head.journal_chain)
    try:
        beside = journal.load(file.parent / journal.FILE_NAME)
        of_the_end = journal.EMPTY if old is None else journal.load(old)
        is_of_the_end = old is not None and of_the_end.reaches(chain)
        known = journal.parse(journal.dump(journal.merge(of_the_end, beside)))
    except (JournalError, OSError) as error:
        raise CommandFailedError(f"'{journal.FILE_NAME}': {error}") from None
    return known, backing_up.gap_of(
        of_the_end if is_of_the_end else beside, chain=chain, is_of_the_end=is_of_the_end
    )


def _say_gap(gap_since: Instant | None) -> None:
    if gap_since is not None:
        say(
            "What was counted and spent for statistics after the last copy of stats.journal is not known: "
            "tasks that overlap with that time will be refused."
        )


def _tell_restored(folder: Path, sheet: Path, gap_since: Instant | None) -> None:
    say(
        f"Restored to '{folder}'. Whoever could unlock then can unlock now, with the passphrase of then."
    )
    say("Who left since can too: a supervisor removes them first, with `sathi user remove`.")
    say(
        f"The sheet that was used opens nothing here. Print '{sheet}', hand it over, delete the file."
    )
    say(_LOST)
    _say_gap(gap_since)
    say(f"Next: sathi serve --data {folder}. The old computer must never be started again.")

"""Builds a new node's folder, whole or not at all."""

import asyncio
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node import config
from node.cli import sheets
from node.cli.answers import Answers
from node.cli.root_words import Root
from node.cli.sheets import Sheet
from node.cli.talking import CommandFailedError
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import STANDARD_QUOTA, NewMailbox
from node.mailbox.store import MailboxStore
from node.services import opening
from node.services.opening import Beginning, Begun
from node.vault import keyring
from node.vault.database import Database
from node.vault.keyring import PRODUCT_COST, Cost, Kind, Owner
from node.vault.migrations import migrate_all
from node.vault.records import OwnMailbox
from node.wiring import MAILBOX_FILE, write_own_mailbox
from protocol import known_answers
from protocol.keys import signing_secret
from protocol.known_answers import UnsoundLibraryError
from protocol.values import Entropy, Instant

DEMO_MARK: Final = "demo"
CHEAP_COST: Final = Cost(memory_bytes=8_192, passes=1)
"""A demo node holds invented people: opening it may cost nothing, where a test opens many."""

DEMO_TEXT: Final = (
    "A demonstration with invented people. `sathi serve` keeps it on this computer.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """The secrets of the beginning, none of which stays in this form."""

    root: Root = field(repr=False)
    recovery_code: str = field(repr=False)
    cost: Cost


def refuse_unsound_libraries() -> None:
    """Nothing is begun on a library that would seal what nobody can open, or take what nobody signed.

    Raises:
        CommandFailedError: if one does not give its known answers.
    """
    try:
        known_answers.check()
    except UnsoundLibraryError as error:
        raise CommandFailedError(
            f"{error}. Nothing was begun and nothing was changed: install Sathi anew, and if it stays, call"
            " the people you got it from"
        ) from None


def refuse_taken_folder(folder: Path) -> None:
    """A node is made where nothing is.

    Raises:
        CommandFailedError: if there is a node, or anything else.
    """
    if (folder / keyring.FILE_NAME).exists() or (folder / config.FILE_NAME).exists():
        raise CommandFailedError(
            f"'{folder}' holds a node already: start it with `sathi serve`, or name another --data"
        )
    if folder.is_symlink() or (folder.exists() and not _is_empty(folder)):
        raise CommandFailedError(f"'{folder}' is not an empty folder: name another with --data")


def found(answers: Answers, founding: Founding, *, now: Instant, entropy: Entropy) -> Begun:
    """Build the node beside its place, write its sheets, and move it in at the end.

    Raises:
        CommandFailedError: if a sheet or the folder is in the way; then nothing was made.
        OSError: if the system refuses; then nothing was made either.
    """
    folder = answers.folder.absolute()
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder.parent / f".{folder.name}.{entropy(8).hex()}"
    part.mkdir(mode=0o700)
    written: list[Sheet] = []
    try:
        begun = _build(part, answers, founding, now=now, entropy=entropy)
        papers = _papers(answers, founding, begun)
        sheets.write_all(papers)
        written = papers
        refuse_taken_folder(folder)
        part.rename(folder)
    except BaseException:
        sheets.remove_all([sheet.path for sheet in written])
        shutil.rmtree(part, ignore_errors=True)
        raise
    make_durable(folder.parent)
    return begun


def _build(
    part: Path, answers: Answers, founding: Founding, *, now: Instant, entropy: Entropy
) -> Begun:
    salt = keyring.new_salt(entropy=entropy)
    vault_key = entropy(keyring.VAULT_KEY_BYTES)
    user, recovery = _owners(answers, founding, salt=salt, entropy=entropy)
    beginning = Beginning(
        display_name=answers.name,
        country=answers.country,
        origin=answers.origin,
        is_demo=answers.is_demo,
        user_name=answers.user,
        user=user,
        recovery=recovery,
    )
    database = Database.create(part, key=vault_key)
    try:
        migrate_all(database)
        begun = database.write_now(
            lambda unit: opening.begin(
                unit, beginning, root=founding.root.secret, now=now, entropy=entropy
            )
        )
    finally:
        database.close()
    ring = keyring.seal([user, recovery], vault_key=vault_key, salt=salt, entropy=entropy)
    keyring.save(part, ring)
    asyncio.run(make_mailbox(part, begun.mailbox, now=now))
    write_own_mailbox(part, begun.mailbox.mailbox_id)
    write(part / config.FILE_NAME, answers.configuration)
    if answers.is_demo:
        write(part / DEMO_MARK, DEMO_TEXT)
    make_durable(part)
    return begun


def _owners(
    answers: Answers, founding: Founding, *, salt: bytes, entropy: Entropy
) -> tuple[Owner, Owner]:
    user = keyring.enrol(
        keyring.credential(answers.user, answers.passphrase),
        kind=Kind.USER,
        salt=salt,
        entropy=entropy,
        cost=founding.cost,
    )
    recovery = keyring.enrol(
        keyring.recovery_credential(founding.recovery_code),
        kind=Kind.RECOVERY,
        salt=salt,
        entropy=entropy,
        cost=founding.cost,
    )
    return user, recovery


async def make_mailbox(part: Path, mailbox: OwnMailbox, *, now: Instant) -> None:
    """The node's own mailbox, in a file that needs no key: a locked node takes deposits."""
    store = await MailboxStore.open(part / MAILBOX_FILE, quota=STANDARD_QUOTA, threads=False)
    try:
        await store.create(
            NewMailbox(
                mailbox_id=mailbox.mailbox_id,
                owner_key=signing_secret(mailbox.seed).public,
                deposit_hash=deposit_hash_of(mailbox.deposit_secret),
                created=now,
            ),
            ticket=None,
        )
    finally:
        await store.close()


def _papers(answers: Answers, founding: Founding, begun: Begun) -> list[Sheet]:
    node = founding.root.node
    papers = [
        Sheet(
            path=answers.recovery_sheet,
            text=sheets.recovery_text(founding.recovery_code, node=node),
        ),
        Sheet(path=answers.suspend_sheet, text=sheets.suspend_text(begun.suspend, node=node)),
    ]
    if answers.root_sheet is not None:
        text = sheets.root_text(founding.root.words, node=node)
        papers.append(Sheet(path=answers.root_sheet, text=text))
    return papers


def cost_of(*, is_cheap: bool) -> Cost:
    """What one guess of a passphrase costs on this node."""
    return CHEAP_COST if is_cheap else PRODUCT_COST


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet, for this user only, durably."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def make_durable(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

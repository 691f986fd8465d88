"""A real backup of a vault without a running node: made as the product does, opened by its sheet."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nacl.public import PrivateKey

from node.services import backing_up
from node.vault import journal
from node.vault.backup import copying, packing, restoring
from node.vault.backup.copying import Head
from node.vault.database import Database
from node.vault.unit import Unit
from protocol.values import Instant
from tests.support.builders import entropy

SALT: Final = bytes(range(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One backup file, and the secret of its sheet."""

    path: Path
    secret: bytes = field(repr=False)


def take(
    database: Database,
    folder: Path,
    *,
    now: Instant,
    name: str = "one",
    sheet: bytes | None = None,
    salt: bytes = SALT,
) -> Taken:
    """Make a backup of an open vault in a folder; `sheet` is the secret of the sheet that opens it."""
    draw = entropy(f"backup {name}")
    drawn, key = draw(32), draw(32)
    secret = drawn if sheet is None else sheet
    copy, path = folder / f"{name}.copy", folder / f"{name}.backup"

    def job(unit: Unit) -> None:
        head = backing_up.head(unit, version="0.test", settings="", journal=journal.EMPTY, now=now)
        copying.copy_out(unit.vault, copy, key=key, head=head)

    database.read_now(job)
    public = bytes(PrivateKey(secret).public_key)
    packing.pack(copy, path, key=key, sheet=public, salt=salt, entropy=draw)
    copy.unlink()
    return Taken(path=path, secret=secret)


def unpack(taken: Taken, folder: Path) -> tuple[Path, bytes, Head]:
    """The copy inside a backup, its key, and its head."""
    copy = folder / f"{taken.path.stem}.db"
    key = packing.unpack(taken.path, copy, secret=taken.secret)
    head, _ = copying.inspect(copy, key=key)
    return copy, key, head


def restore(taken: Taken, folder: Path, *, vault_key: bytes) -> Database:
    """A vault made of a backup, in a folder that is not there yet."""
    folder.mkdir(mode=0o700)
    copy, key, _ = unpack(taken, folder)
    database = restoring.build(folder, copy, copy_key=key, vault_key=vault_key)
    copy.unlink()
    return database

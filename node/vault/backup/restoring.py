"""Makes a vault of an unpacked backup: a new one, under a new key, with a new and empty `keys.db`."""

from pathlib import Path

from node.vault import driver
from node.vault.backup import copying
from node.vault.backup.copying import BackupError, Head
from node.vault.database import Database
from node.vault.driver import Connection
from node.vault.migrations import MigrationError, apply, migrate, migrate_all, shipped_steps


def build(folder: Path, copy: Path, *, copy_key: bytes, vault_key: bytes) -> Database:
    """Make a vault in a folder that has none, and open it.

    The schema is taken as far as the backup's own version had it, then filled, then brought up to date.

    Args:
        folder: where the vault goes; left behind half-made if this fails.
        copy: what was unpacked.
        copy_key: its key.
        vault_key: of the new vault.

    Raises:
        BackupError: if the backup does not fit together, or a newer version made it.
        VaultExistsError: if there is a vault.
    """
    head, counts = copying.inspect(copy, key=copy_key)
    if unknown := set(head.steps) - shipped_steps("vault").keys():
        raise BackupError(f"a newer version of this program made this backup: '{min(unknown)}'")
    database = Database.create(folder, key=vault_key)
    try:
        database.maintain(lambda vault, keys: _fill(vault, keys, copy, copy_key, head))
        migrate_all(database)
        found = database.maintain(lambda vault, _keys: copying.count(vault, counts))
    except (driver.DatabaseError, MigrationError) as error:
        database.close()
        raise BackupError(
            f"this backup does not become a vault ({type(error).__name__})"
        ) from error
    except BaseException:
        database.close()
        raise
    if found != counts:
        database.close()
        raise BackupError("not every row of this backup arrived")
    return database


def _fill(vault: Connection, keys: Connection, copy: Path, copy_key: bytes, head: Head) -> None:
    migrate(keys, which="keys")
    steps = {name: script for name, script in shipped_steps("vault").items() if name in head.steps}
    apply(vault, which="vault", steps=steps)
    copying.copy_in(copy, vault, key=copy_key)

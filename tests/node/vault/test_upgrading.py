"""An update of Sathi leaves a vault whole: brought up to date, or as the version before left it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from node import faults
from node.vault import driver, keyring, pages, upgrading
from node.vault.database import Database
from node.vault.driver import Connection
from node.vault.keyring import Cost, Kind
from node.vault.migrations import apply, migrate, shipped_steps, taken_steps
from node.vault.upgrading import ASIDE, GOING_BACK, MAKING, NothingAsideError, UpgradeError
from tests.support.builders import entropy

KEY: Final = bytes(range(32))
CHEAP: Final = Cost(memory_bytes=8_192, passes=1)
OLD_STEPS: Final = tuple(f"vault_{number:04}" for number in range(1, 7))
"""What a released version had; the fixture is a vault that it left."""
CANARY: Final = b"a canary of the older version"


def old_schema(vault: Connection, keys: Connection) -> None:
    steps = shipped_steps("vault")
    apply(vault, which="vault", steps={name: steps[name] for name in OLD_STEPS})
    migrate(keys, which="keys")
    for at, task in enumerate(("one", "two", "three")):
        vault.execute(
            "INSERT INTO tasks (task, peer, due, made_at) VALUES (?, ?, ?, ?)",
            (task, CANARY, at, at),
        )
    keys.execute(
        "INSERT INTO disclosure_keys (key_id, key, made_at) VALUES (?, ?, 7)", (b"k" * 16, KEY)
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A vault as an older version left it, with its keyring."""
    folder = tmp_path / "node"
    database = Database.create(folder, key=KEY)
    database.maintain(old_schema)
    database.close()
    draw = entropy("upgrading")
    salt = keyring.new_salt(entropy=draw)
    person = keyring.enrol(
        keyring.credential("Asha", "pass"), kind=Kind.USER, salt=salt, entropy=draw, cost=CHEAP
    )
    keyring.save(folder, keyring.seal([person], vault_key=KEY, salt=salt, entropy=draw))
    return folder


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    yield
    faults.disarm()


def look(folder: Path) -> tuple[list[str], list[tuple[str, bytes]], int]:
    """Steps, rows and keys of a vault, with connections of the test's own."""
    vault = driver.connect(folder / "vault.db", key=KEY)
    keys = driver.connect(folder / "keys.db", key=KEY)
    try:
        rows = vault.execute("SELECT task, peer FROM tasks ORDER BY task_id").fetchall()
        (count,) = keys.execute("SELECT count(*) FROM disclosure_keys").fetchone()
        return taken_steps(vault, which="vault"), [tuple(row) for row in rows], count
    finally:
        vault.close()
        keys.close()


ROWS: Final = [(name, CANARY) for name in ("one", "two", "three")]
BEFORE: Final = (list(OLD_STEPS), ROWS, 1)


def after() -> tuple[list[str], list[tuple[str, bytes]], int]:
    return sorted(shipped_steps("vault")), ROWS, 1


def aside(folder: Path) -> list[str]:
    return [name for name in (MAKING, ASIDE, GOING_BACK) if (folder / name).exists()]


def fail_half_way(database: Database) -> None:
    """All the real steps, and then one that fails: some were taken, and not all."""

    def steps(vault: Connection, _keys: Connection) -> None:
        broken = shipped_steps("vault") | {"vault_9999": "CREATE TABLE tasks (x);"}
        apply(vault, which="vault", steps=broken)

    database.maintain(steps)


def test_an_older_vault_is_brought_up_to_date_and_its_copy_kept_until_it_opened(
    old: Path,
) -> None:
    upgrading.open_upgraded(old, key=KEY).close()
    assert (look(old), look(old / ASIDE)) == (after(), BEFORE)
    assert aside(old) == [ASIDE]
    upgrading.forget(old)

    assert (look(old), aside(old)) == (after(), [])


def test_a_vault_that_is_up_to_date_is_not_copied(old: Path) -> None:
    upgrading.open_upgraded(old, key=KEY).close()
    upgrading.forget(old)
    upgrading.open_upgraded(old, key=KEY).close()

    assert aside(old) == []


def test_a_step_that_fails_leaves_the_vault_to_the_version_before(old: Path) -> None:
    with pytest.raises(UpgradeError):
        upgrading.open_upgraded(old, key=KEY, migrate=fail_half_way)

    assert (look(old), aside(old)) == (BEFORE, [])


def test_back_is_the_vault_of_before(old: Path) -> None:
    upgrading.open_upgraded(old, key=KEY).close()
    upgrading.go_back(old)

    assert (look(old), aside(old)) == (BEFORE, [])


def test_without_a_copy_nothing_goes_back(old: Path) -> None:
    with pytest.raises(NothingAsideError):
        upgrading.go_back(old)

    assert look(old) == BEFORE


def test_a_copy_goes_back_only_to_the_keyring_that_opens_it(old: Path) -> None:
    upgrading.open_upgraded(old, key=KEY).close()
    ring = keyring.load(old)
    keyring.save(
        old, keyring.seal([], vault_key=bytes(32), salt=ring.salt, entropy=entropy("other"))
    )
    with pytest.raises(NothingAsideError):
        upgrading.go_back(old)

    assert look(old) == after()


@pytest.mark.parametrize(
    ("point", "state"),
    [("upgrade.after_copy", BEFORE), ("upgrade.before_steps", BEFORE), ("upgrade.after_steps", None)],
)  # fmt: skip
def test_wherever_an_upgrade_is_cut_off_the_next_opening_finishes_it(
    old: Path, point: str, state: object
) -> None:
    faults.arm(point)
    with pytest.raises(faults.InjectedCrash):
        upgrading.open_upgraded(old, key=KEY)
    assert look(old) == (state or after())
    upgrading.open_upgraded(old, key=KEY).close()

    assert look(old) == after()
    assert look(old / ASIDE) == BEFORE


@pytest.mark.parametrize("visits", [1, 2])
def test_wherever_going_back_is_cut_off_the_next_opening_finishes_it(
    old: Path, visits: int
) -> None:
    upgrading.open_upgraded(old, key=KEY).close()
    faults.arm("upgrade.between_files", visits)
    with pytest.raises(faults.InjectedCrash):
        upgrading.go_back(old)
    upgrading.settle(old)

    assert (look(old), aside(old)) == (BEFORE, [])


def test_the_copy_is_encrypted_under_the_vaults_key_and_destroyed_with_every_page(
    old: Path,
) -> None:
    upgrading.open_upgraded(old, key=KEY).close()
    found = {one.file for one in pages.find(old, key=KEY, canaries=[CANARY])}
    assert f"{ASIDE}/vault.db" in found
    assert CANARY not in (old / ASIDE / "vault.db").read_bytes()
    upgrading.forget(old)

    assert {one.file for one in pages.find(old, key=KEY, canaries=[CANARY])} == {"vault.db"}
    assert sorted(path.name for path in old.iterdir()) == ["keyring", "keys.db", "vault.db"]


def test_where_no_copy_can_be_made_no_step_is_taken(old: Path) -> None:
    # A file in the place of the folder stands for whatever the disk refuses.
    (old / MAKING).touch()
    with pytest.raises((UpgradeError, NotADirectoryError)):
        upgrading.open_upgraded(old, key=KEY)
    (old / MAKING).unlink()

    assert look(old) == BEFORE

"""The tables of `keys.db`: prekeys and disclosure keys. What is deleted here never comes back."""

from collections.abc import Sequence

from node.vault.driver import Connection
from protocol import limits
from protocol.errors import LocalProtocolError
from protocol.keys import PrekeySecret, prekey_secret
from protocol.values import Entropy, Instant, PrekeyId, instant, prekey_id

_KEY_ID_BYTES = 16
_KEY_BYTES = 32


def insert_prekey(
    keys: Connection, prekey: PrekeySecret, *, not_before: Instant, not_after: Instant
) -> None:
    """Keep a prekey's seed."""
    keys.execute(
        "INSERT INTO prekeys (prekey_id, public, seed, not_before, not_after)"
        " VALUES (?, ?, ?, ?, ?)",
        (prekey.prekey_id, prekey.public.raw, prekey.seed, not_before, not_after),
    )


def load_prekeys(keys: Connection) -> dict[PrekeyId, PrekeySecret]:
    """Every live prekey, by its name."""
    rows = keys.execute(
        "SELECT seed FROM prekeys ORDER BY not_before LIMIT ?", (limits.MAILBOX_RESERVE_ENVELOPES,)
    ).fetchall()
    secrets = [prekey_secret(bytes(row[0])) for row in rows]
    return {secret.prekey_id: secret for secret in secrets}


def load_prekey_ids(keys: Connection) -> set[PrekeyId]:
    """The names of the prekeys that live."""
    return {prekey_id(row[0]) for row in keys.execute("SELECT prekey_id FROM prekeys").fetchall()}


def prekeys_that_ended(keys: Connection, *, now: Instant) -> list[tuple[PrekeyId, Instant]]:
    """Prekeys nobody seals to any more, and since when."""
    rows = keys.execute(
        "SELECT prekey_id, not_after FROM prekeys WHERE not_after <= ? ORDER BY not_after LIMIT ?",
        (now, limits.MAILBOX_RESERVE_ENVELOPES),
    ).fetchall()
    return [(prekey_id(row[0]), instant(row[1])) for row in rows]


def destroy_prekeys(keys: Connection, prekeys: Sequence[PrekeyId]) -> None:
    """Destroy prekeys: what was sealed to them is noise from now on, wherever it lies."""
    keys.executemany("DELETE FROM prekeys WHERE prekey_id = ?", [(one,) for one in prekeys])


def new_disclosure_key(keys: Connection, *, now: Instant, entropy: Entropy) -> tuple[bytes, bytes]:
    """Make a key for one payload.

    Returns:
        Its 16-byte id and the 32-byte key.
    """
    drawn = entropy(_KEY_ID_BYTES + _KEY_BYTES)
    key_id, key = drawn[:_KEY_ID_BYTES], drawn[_KEY_ID_BYTES:]
    keys.execute(
        "INSERT INTO disclosure_keys (key_id, key, made_at) VALUES (?, ?, ?)", (key_id, key, now)
    )
    return key_id, key


def load_disclosure_key(keys: Connection, key_id: bytes) -> bytes:
    """One key. Raises: LocalProtocolError if it was destroyed."""
    row = keys.execute("SELECT key FROM disclosure_keys WHERE key_id = ?", (key_id,)).fetchone()
    if row is None:
        raise LocalProtocolError("a disclosure key that was destroyed")
    return bytes(row[0])


def destroy_disclosure_key(keys: Connection, key_id: bytes) -> None:
    """Destroy one key: what it encrypts is gone, wherever its bytes still lie."""
    keys.execute("DELETE FROM disclosure_keys WHERE key_id = ?", (key_id,))


def destroy_disclosure_keys(keys: Connection, key_ids: Sequence[bytes]) -> None:
    """Destroy several keys."""
    keys.executemany(
        "DELETE FROM disclosure_keys WHERE key_id = ?", [(key_id,) for key_id in key_ids]
    )


def load_disclosure_key_ids(keys: Connection) -> set[bytes]:
    """The names of all keys, for the sweep after a crash."""
    return {bytes(row[0]) for row in keys.execute("SELECT key_id FROM disclosure_keys").fetchall()}

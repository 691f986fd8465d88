"""What stands in a stopped node's files, read with the raw key and by queries of the tests' own."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from node.vault import driver
from node.vault.database import KEYS_FILE, VAULT_FILE
from node.wiring import MAILBOX_FILE
from protocol.sealing import decrypt_at_rest
from tests.support.processes import Post

RECEIPT: Final = "receipt/1"
REQUEST: Final = "followup.request/1"
REPORT: Final = "followup.report/1"
# Nothing of this kind may ever be written about what an honest peer sent.
TROUBLE: Final = frozenset({"message.refused", "message.defect", "envelope.refused"})
_SENT: Final = "SELECT message_id, type, state, code, reply_to, sequence, hash FROM outbox"
_CAME: Final = "SELECT message_id, type, status, reply_to, sequence, previous, hash FROM messages"
_PERSONAL: Final = (
    "SELECT message_id, payload, key_id FROM messages WHERE consent IS NOT NULL"
    " AND payload IS NOT NULL AND key_id IS NOT NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One row of the outbox."""

    message_id: bytes
    type: str
    state: str
    code: str | None
    reply_to: bytes | None
    sequence: int | None
    hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One message that came."""

    message_id: bytes
    type: str
    status: str
    reply_to: bytes | None
    sequence: int
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The heads of both streams with the one peer: the last number and its hash."""

    out: tuple[int, bytes]
    into: tuple[int, bytes]
    is_frozen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything a comparison of both ends needs of one of them.

    `events` counts what the audit log says was done to each message; `follow_ups` holds for each follow-up
    whether this side asked for it, and where it stands; `words` what can be searched for of what came, and
    `opened` what is in each personal message whose key is there.
    """

    sent: tuple[Sent, ...]
    came: tuple[Came, ...]
    stream: Stream
    events: Counter[tuple[str, bytes]]
    audit_links: tuple[tuple[int, bytes, bytes], ...]
    follow_ups: dict[bytes, tuple[bool, str]]
    words: tuple[str, ...]
    opened: dict[bytes, bytes]
    owed: int
    kept_sealed: int
    in_mailbox: int
    keys: frozenset[bytes]
    keys_named: frozenset[bytes]
    damage: tuple[str, ...]

    @property
    def told(self) -> list[Sent]:
        """What was sent, without the receipts."""
        return [row for row in self.sent if row.type != RECEIPT]

    @property
    def heard(self) -> list[Came]:
        """What came, without the receipts."""
        return [row for row in self.came if row.type != RECEIPT]


def read(post: Post) -> Books:
    """Read a node whose process has ended."""
    key = post.vault_key
    vault = driver.connect(post.folder / VAULT_FILE, key=key)
    keys = driver.connect(post.folder / KEYS_FILE, key=key)
    mailbox = sqlite3.connect(post.folder / MAILBOX_FILE)
    try:
        return _books(vault, keys, mailbox)
    finally:
        for connection in (vault, keys, mailbox):
            connection.close()


def _books(
    vault: driver.Connection, keys: driver.Connection, mailbox: sqlite3.Connection
) -> Books:
    heads = _rows(
        vault,
        "SELECT out_sequence, out_hash, in_sequence, in_hash, in_frozen FROM peers",
    )
    ((out, out_hash, into, in_hash, frozen),) = heads
    named = _column(vault, "SELECT key_id FROM outbox UNION SELECT key_id FROM messages")
    return Books(
        sent=tuple(Sent(**_named(Sent, row)) for row in _rows(vault, _SENT)),
        came=tuple(Came(**_named(Came, row)) for row in _rows(vault, _CAME)),
        stream=Stream(out=(out, out_hash), into=(into, in_hash), is_frozen=bool(frozen)),
        events=Counter(
            (event, bytes(name))
            for event, name in _rows(
                vault,
                "SELECT audit.event, audit_details.object FROM audit JOIN audit_details"
                " USING (number)",
            )
        ),
        audit_links=tuple(
            (number, previous, link)
            for number, previous, link in _rows(
                vault, "SELECT number, previous, hash FROM audit ORDER BY number"
            )
        ),
        follow_ups={
            bytes(name): (bool(ours), state)
            for name, ours, state in _rows(
                vault, "SELECT follow_up_id, is_asked_by_us, state FROM follow_ups"
            )
        },
        words=tuple(_column(vault, "SELECT text FROM search_texts WHERE owner_kind = 'message'")),
        opened=_opened(vault, keys),
        owed=len(_rows(vault, "SELECT 1 FROM receipts_due")),
        kept_sealed=len(_rows(vault, "SELECT 1 FROM quarantine")),
        in_mailbox=len(mailbox.execute("SELECT 1 FROM envelope").fetchall()),
        keys=frozenset(_column(keys, "SELECT key_id FROM disclosure_keys")),
        keys_named=frozenset(name for name in named if name is not None),
        damage=tuple(line for one in (vault, keys, mailbox) for line in _damage(one)),
    )


def _opened(vault: driver.Connection, keys: driver.Connection) -> dict[bytes, bytes]:
    held = dict(_rows(keys, "SELECT key_id, key FROM disclosure_keys"))
    return {
        name: decrypt_at_rest(payload, key=held[key_id])
        for name, payload, key_id in _rows(vault, _PERSONAL)
    }


def _rows(connection: driver.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(sql).fetchall()]


def _column(connection: driver.Connection, sql: str) -> list[Any]:
    return [row[0] for row in _rows(connection, sql)]


def _named(kind: type[Sent | Came], row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(kind.__dataclass_fields__, row, strict=True))


def _damage(connection: driver.Connection) -> list[str]:
    return [line for line in _column(connection, "PRAGMA integrity_check") if line != "ok"]


def is_chained(books: Books) -> bool:
    """Is every audit entry numbered without a gap and bound to the one before it?"""
    before = bytes(32)
    for expected, (number, previous, link) in enumerate(books.audit_links, start=1):
        if number != expected or previous != before:
            return False
        before = link
    return True

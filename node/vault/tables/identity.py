"""This organisation, its mailboxes and its people."""

from typing import Final

from node.vault.driver import Connection
from node.vault.records import OwnMailbox, Self, User
from protocol import limits
from protocol.cards import held_card
from protocol.errors import LocalProtocolError
from protocol.keys import signing_secret, verifying_key
from protocol.labels import Kind
from protocol.prekeys import parse_bundle
from protocol.signing import parse as parse_signed
from protocol.values import (
    Instant,
    MailboxId,
    Pseudonym,
    instant,
    mailbox_id,
    node_id,
    plain_text,
    pseudonym,
)
from protocol.vocabulary.codes import Role

_SELF: Final = """
SELECT node_id, root, signing_seed, card, bundle, bundle_generation, is_demo, latest_seen,
    former_seed
FROM node_self
"""
# One here and three on relays, and those that are being left.
_MAILBOXES_MAX: Final = 32
_USER: Final = "SELECT user_id, name, role, slot_id, made_at, made_by, is_active FROM users"


def insert_self(vault: Connection, self: Self, *, now: Instant) -> None:
    """Write the one row, at `init`."""
    vault.execute(
        "INSERT INTO node_self (singleton, node_id, root, signing_seed, card, card_sequence, bundle,"
        " bundle_generation, is_demo, latest_seen, made_at) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            self.node_id,
            self.root,
            self.signing.seed,
            self.signed_card.raw,
            self.card.sequence,
            self.signed_bundle.raw,
            self.bundle.generation,
            self.is_demo,
            self.latest_seen,
            now,
        ),
    )


def load_self(vault: Connection) -> Self:
    """Read the one row.

    Raises:
        LocalProtocolError: if this vault was never initialised.
    """
    row = vault.execute(_SELF).fetchone()
    if row is None:
        raise LocalProtocolError("a vault without its own organisation")
    # It was verified when it was made, and may be over by now.
    card, signed_card = held_card(row[3]), parse_signed(row[3], kind=Kind.CARD)
    signed_bundle = parse_signed(row[4], kind=Kind.BUNDLE)
    return Self(
        node_id=node_id(row[0]),
        root=verifying_key(row[1], place="node_self.root"),
        signing=signing_secret(row[2]),
        signed_card=signed_card,
        card=card,
        signed_bundle=signed_bundle,
        bundle=parse_bundle(signed_bundle.body, now=instant(row[5])),
        is_demo=bool(row[6]),
        latest_seen=instant(row[7]),
        former=None if row[8] is None else signing_secret(row[8]),
    )


def note_time(vault: Connection, now: Instant) -> Instant:
    """Remember the clock; the answer is the latest time ever seen, which nothing sets back."""
    vault.execute("UPDATE node_self SET latest_seen = ? WHERE latest_seen < ?", (now, now))
    return latest_seen(vault)


def latest_seen(vault: Connection) -> Instant:
    """The latest time ever seen."""
    (seen,) = vault.execute("SELECT latest_seen FROM node_self").fetchone()
    return instant(seen)


def begun_at(vault: Connection) -> Instant:
    """When this node was made."""
    (made_at,) = vault.execute("SELECT made_at FROM node_self").fetchone()
    return instant(made_at)


def insert_mailbox(vault: Connection, mailbox: OwnMailbox) -> None:
    """Add a mailbox."""
    vault.execute(
        "INSERT INTO own_mailboxes"
        " (mailbox_id, origin, seed, deposit_secret, is_local, ends, is_made, pin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            mailbox.mailbox_id,
            mailbox.origin,
            mailbox.seed,
            mailbox.deposit_secret,
            mailbox.is_local,
            mailbox.ends,
            mailbox.is_made,
            mailbox.pin,
        ),
    )


def load_mailboxes(vault: Connection) -> list[OwnMailbox]:
    """All mailboxes where this node picks up; those that it left come last."""
    rows = vault.execute(
        "SELECT mailbox_id, origin, seed, deposit_secret, is_local, ends, is_made, pin,"
        " next_secret, former_secret, former_until FROM own_mailboxes"
        " ORDER BY ends IS NOT NULL, is_local DESC, mailbox_id LIMIT ?",
        (_MAILBOXES_MAX,),
    ).fetchall()
    return [
        OwnMailbox(
            mailbox_id=mailbox_id(row[0]),
            origin=row[1],
            seed=row[2],
            deposit_secret=row[3],
            is_local=bool(row[4]),
            ends=None if row[5] is None else instant(row[5]),
            is_made=bool(row[6]),
            pin=row[7],
            next_secret=row[8],
            former_secret=row[9],
            former_until=None if row[10] is None else instant(row[10]),
        )
        for row in rows
    ]


def current_mailbox(vault: Connection) -> OwnMailbox:
    """The mailbox file of this node itself, of which we tell others; there always is one."""
    return next(m for m in load_mailboxes(vault) if m.is_local and m.ends is None)


def leave_mailboxes(vault: Connection, *, ends: Instant) -> None:
    """From now on we tell nobody of the mailbox we have here; until `ends` it is emptied."""
    vault.execute("UPDATE own_mailboxes SET ends = ? WHERE is_local = 1 AND ends IS NULL", (ends,))


def mark_made(vault: Connection, mailbox: MailboxId) -> None:
    """The relay has made it: from now on others may be told of it."""
    vault.execute("UPDATE own_mailboxes SET is_made = 1 WHERE mailbox_id = ?", (mailbox,))


def leave_relay(vault: Connection, mailbox: MailboxId, *, ends: Instant) -> None:
    """From now on we tell nobody of this mailbox at a relay; until `ends` it is emptied."""
    vault.execute(
        "UPDATE own_mailboxes SET ends = ? WHERE mailbox_id = ? AND is_local = 0 AND ends IS NULL",
        (ends, mailbox),
    )


def set_origin(vault: Connection, mailbox: MailboxId, *, origin: str) -> None:
    """Others reach this mailbox of ours at another address now."""
    vault.execute("UPDATE own_mailboxes SET origin = ? WHERE mailbox_id = ?", (origin, mailbox))


def set_pin(vault: Connection, mailbox: MailboxId, *, pin: bytes | None) -> None:
    """The relay of this mailbox is known by another key now, or by none."""
    vault.execute("UPDATE own_mailboxes SET pin = ? WHERE mailbox_id = ?", (pin, mailbox))


def owe_secret(vault: Connection, mailbox: MailboxId, *, next_secret: bytes) -> None:
    """The relay has to be told of another deposit secret; one that it may know already stays."""
    vault.execute(
        "UPDATE own_mailboxes SET next_secret = ? WHERE mailbox_id = ? AND next_secret IS NULL",
        (next_secret, mailbox),
    )


def take_next_secret(vault: Connection, mailbox: MailboxId, *, until: Instant) -> None:
    """The relay knows it: partners are told of it from now on, and may use the one before until then."""
    vault.execute(
        "UPDATE own_mailboxes SET former_secret = deposit_secret, former_until = ?,"
        " deposit_secret = next_secret, next_secret = NULL"
        " WHERE mailbox_id = ? AND next_secret IS NOT NULL",
        (until, mailbox),
    )


def drop_former_secret(vault: Connection, mailbox: MailboxId) -> None:
    """The relay lets nobody deposit with it any more."""
    vault.execute(
        "UPDATE own_mailboxes SET former_secret = NULL, former_until = NULL WHERE mailbox_id = ?",
        (mailbox,),
    )


def end_secrets_by(vault: Connection, latest: Instant) -> None:
    """No former deposit secret is good for longer than until then."""
    vault.execute("UPDATE own_mailboxes SET former_until = ?1 WHERE former_until > ?1", (latest,))


def end_mailboxes_by(vault: Connection, latest: Instant) -> None:
    """No mailbox that was left is emptied for longer than until then."""
    vault.execute("UPDATE own_mailboxes SET ends = ?1 WHERE ends > ?1", (latest,))


def ended_mailboxes(
    vault: Connection, *, is_local: bool, now: Instant, dead: Instant
) -> list[MailboxId]:
    """Those here, or at relays, that were left and are over: found empty since, or over before `dead`."""
    rows = vault.execute(
        "SELECT mailbox_id FROM own_mailboxes"
        " WHERE is_local = ? AND ends <= ? AND (emptied_at >= ends OR ends <= ?) LIMIT ?",
        (is_local, now, dead, _MAILBOXES_MAX),
    ).fetchall()
    return [mailbox_id(row[0]) for row in rows]


def delete_mailbox(vault: Connection, mailbox: MailboxId) -> None:
    """A mailbox that was left is no more."""
    vault.execute(
        "DELETE FROM own_mailboxes WHERE mailbox_id = ? AND ends IS NOT NULL", (mailbox,)
    )


def insert_user(vault: Connection, user: User) -> None:
    """Add a person. Raises the driver's IntegrityError if the name is taken."""
    vault.execute(
        "INSERT INTO users (user_id, name, role, slot_id, made_at, made_by, is_active)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            user.user_id,
            user.name,
            user.role.value,
            user.slot_id,
            user.made_at,
            user.made_by,
            user.is_active,
        ),
    )


def insert_slot(vault: Connection, *, slot_id: bytes, kind: int, public: bytes) -> None:
    """Remember whose a slot of the keyring is."""
    vault.execute(
        "INSERT INTO slots (slot_id, kind, public) VALUES (?, ?, ?)", (slot_id, kind, public)
    )


def load_slots(vault: Connection) -> list[tuple[bytes, int, bytes]]:
    """Id, kind and public key of every slot in use."""
    rows = vault.execute(
        "SELECT slot_id, kind, public FROM slots WHERE is_open = 1 LIMIT 16"
    ).fetchall()
    return [(bytes(row[0]), int(row[1]), bytes(row[2])) for row in rows]


def drop_slots(vault: Connection, *, kind: int) -> None:
    """Forget every slot of this kind, which must be nobody's."""
    vault.execute("DELETE FROM slots WHERE kind = ?", (kind,))


def owe_keyring(vault: Connection) -> None:
    """Say that the slots changed and the keyring has to be written."""
    vault.execute("UPDATE keyring_debt SET is_owed = 1")


def pay_keyring(vault: Connection) -> None:
    """Say that the keyring was written."""
    vault.execute("UPDATE keyring_debt SET is_owed = 0")


def is_keyring_owed(vault: Connection) -> bool:
    """Did the slots change without the keyring being written?"""
    (is_owed,) = vault.execute("SELECT is_owed FROM keyring_debt").fetchone()
    return bool(is_owed)


def close_user(vault: Connection, user: User) -> None:
    """End a person's time here; her name stays in the history, and her slot can be nobody's again."""
    vault.execute("UPDATE users SET is_active = 0 WHERE user_id = ?", (user.user_id,))
    vault.execute(
        "UPDATE slots SET is_open = 0, public = zeroblob(32) WHERE slot_id = ?", (user.slot_id,)
    )


def change_user(vault: Connection, user: User, *, slot_id: bytes, role: Role) -> None:
    """Give a person another slot, which is there already, and a role; her old slot is forgotten."""
    vault.execute(
        "UPDATE users SET slot_id = ?, role = ? WHERE user_id = ?",
        (slot_id, role.value, user.user_id),
    )
    vault.execute("DELETE FROM slots WHERE slot_id = ?", (user.slot_id,))


def insert_notice(vault: Connection, user: Pseudonym, *, code: str, now: Instant) -> None:
    """Keep something for a person until she is told."""
    vault.execute("INSERT INTO notices (user_id, code, at) VALUES (?, ?, ?)", (user, code, now))


def take_notices(vault: Connection, user: Pseudonym) -> list[tuple[str, Instant]]:
    """What a person has to be told, the oldest first; it is not kept any longer."""
    rows = vault.execute(
        "SELECT code, at FROM notices WHERE user_id = ? ORDER BY notice_id LIMIT 100", (user,)
    ).fetchall()
    vault.execute("DELETE FROM notices WHERE user_id = ?", (user,))
    return [(str(row[0]), instant(row[1])) for row in rows]


def load_names(vault: Connection) -> list[str]:
    """The name of everybody who is or was here."""
    return [str(row[0]) for row in vault.execute("SELECT name FROM users LIMIT 10000").fetchall()]


def user_by_id(vault: Connection, user_id: bytes) -> User | None:
    """The active person with this id."""
    row = vault.execute(f"{_USER} WHERE user_id = ? AND is_active = 1", (user_id,)).fetchone()
    return None if row is None else _user(row)


def user_by_slot(vault: Connection, slot_id: bytes) -> User | None:
    """The active person whose slot of the keyring opened."""
    row = vault.execute(f"{_USER} WHERE slot_id = ? AND is_active = 1", (slot_id,)).fetchone()
    return None if row is None else _user(row)


def load_active_users(vault: Connection) -> list[User]:
    """Everybody who has a slot, by name."""
    query = f"{_USER} WHERE is_active = 1 ORDER BY name LIMIT 100"
    return [_user(row) for row in vault.execute(query).fetchall()]


def _user(row: tuple[bytes, str, str, bytes, int, bytes | None, int]) -> User:
    maker: Pseudonym | None = None if row[5] is None else pseudonym(row[5])
    return User(
        user_id=pseudonym(row[0]),
        name=plain_text(row[1], characters_max=limits.NAME_CHARACTERS_MAX),
        role=Role(row[2]),
        slot_id=row[3],
        made_at=instant(row[4]),
        made_by=maker,
        is_active=bool(row[6]),
    )

"""What a node renews by itself, and when it last did: its bundle, its mailboxes, its periodic jobs."""

from collections.abc import Collection
from dataclasses import dataclass, field

from node.vault.driver import Connection
from protocol import limits
from protocol.cards import Card
from protocol.keys import SigningSecret, signing_secret
from protocol.signing import Signed
from protocol.values import Instant, MailboxId, NodeId, PrekeyId, instant, later, node_id


def save_bundle(vault: Connection, signed: Signed, *, generation: int) -> None:
    """Our bundle, in place of the one before."""
    vault.execute(
        "UPDATE node_self SET bundle = ?, bundle_generation = ?", (signed.raw, generation)
    )


def note_emptied(vault: Connection, mailbox: MailboxId, *, now: Instant) -> None:
    """Nothing was left in this mailbox."""
    vault.execute("UPDATE own_mailboxes SET emptied_at = ? WHERE mailbox_id = ?", (now, mailbox))


def last_full_poll(vault: Connection, *, now: Instant) -> Instant | None:
    """Since when every mailbox has been found empty; None if one never was, or only in our future."""
    count, noted, first, last = vault.execute(
        "SELECT count(*), count(emptied_at), min(emptied_at), max(emptied_at) FROM own_mailboxes"
    ).fetchone()
    if count != noted or first is None or last > now:
        return None
    return instant(first)


def drop_unsent(vault: Connection, peer: NodeId, type_name: str) -> None:
    """Take out what waits for one peer and was never sealed, of a type whose newest says it all."""
    vault.execute(
        "DELETE FROM outbox WHERE peer = ? AND state = 'queued' AND type = ?", (peer, type_name)
    )


def make_unlisted_due(
    vault: Connection, peer: NodeId, listed: Collection[PrekeyId], *, now: Instant
) -> None:
    """What was left for a peer under a prekey that it lists no longer is sealed again now (R-116)."""
    marks = ", ".join("?" * len(listed))
    vault.execute(
        "UPDATE outbox SET due = ? WHERE peer = ? AND state = 'deposited' AND due > ?"
        f" AND prekey_id NOT IN ({marks})",
        (now, peer, now, *listed),
    )


def is_unanswered(vault: Connection, peer: NodeId, *, since: Instant) -> bool:
    """Was something left for a peer that it has not answered, although it was queued before then?"""
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE peer = ? AND state = 'deposited' AND queued_at <= ?"
        " AND type != 'receipt/1' LIMIT 1",
        (peer, since),
    ).fetchone()
    return row is not None


def is_due(vault: Connection, job: str, *, every_seconds: int, now: Instant) -> bool:
    """Was a job last done so long ago, or in a future that our clock has come back from?"""
    row = vault.execute("SELECT done_at FROM jobs_done WHERE job = ?", (job,)).fetchone()
    return row is None or not row[0] <= now < row[0] + every_seconds


def forget_done(vault: Connection, job: str) -> None:
    """A job is due as soon as it may be done."""
    vault.execute("DELETE FROM jobs_done WHERE job = ?", (job,))


def note_done(vault: Connection, job: str, *, now: Instant) -> None:
    """A job was done."""
    vault.execute(
        "INSERT INTO jobs_done (job, done_at) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET done_at = excluded.done_at",
        (job, now),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDraft:
    """A card that the root has not signed yet, and the secret of the signing key it is for."""

    signing: SigningSecret = field(repr=False)
    body: bytes


def save_card_draft(vault: Connection, draft: CardDraft, *, now: Instant) -> None:
    """Keep a draft, in place of one before it."""
    vault.execute(
        "INSERT INTO card_next (singleton, seed, body, made_at) VALUES (1, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET seed = excluded.seed, body = excluded.body,"
        " made_at = excluded.made_at",
        (draft.signing.seed, draft.body, now),
    )


def find_card_draft(vault: Connection) -> CardDraft | None:
    """The card that waits for the root."""
    row = vault.execute("SELECT seed, body FROM card_next").fetchone()
    if row is None:
        return None
    return CardDraft(signing=signing_secret(bytes(row[0])), body=bytes(row[1]))


def take_card(
    vault: Connection, card: Card, signed: Signed, *, signing: SigningSecret, until: Instant
) -> None:
    """The draft is our card now; the key before it is the former one until then."""
    vault.execute(
        "UPDATE node_self SET former_seed = signing_seed, former_until = ?, signing_seed = ?,"
        " card = ?, card_sequence = ?",
        (until, signing.seed, signed.raw, card.sequence),
    )
    vault.execute("DELETE FROM card_next")
    # By its end an invite of the former card is told from one of this card, also within one second.
    vault.execute(
        "UPDATE invites SET expires = min(expires, ?)",
        (later(card.created, limits.INVITE_LIFE_SECONDS) - 1,),
    )


def awaits_card(vault: Connection, peer: NodeId, *, card: Card) -> bool:
    """Does this peer not have our newest card yet, as far as we know?"""
    row = vault.execute(
        "SELECT (state = 'stored' AND is_withheld = 0) OR EXISTS (SELECT 1 FROM invites"
        " WHERE used_by = outbox.peer AND expires >= ?) FROM outbox WHERE peer = ?"
        " AND type = 'card/1' ORDER BY number DESC LIMIT 1",
        # Whoever used an invite that is not older than the card read the card in the same file.
        (later(card.created, limits.INVITE_LIFE_SECONDS), peer),
    ).fetchone()
    return row is not None and not row[0]


def make_unanswered_due(vault: Connection, peer: NodeId, *, now: Instant) -> None:
    """All that was left for a peer and not answered is signed by the key it knows, and left again (R-118)."""
    vault.execute(
        "UPDATE outbox SET due = ? WHERE peer = ? AND state = 'deposited' AND due > ?",
        (now, peer, now),
    )


def has_unsent(vault: Connection, type_name: str) -> bool:
    """Does a message of this type wait that was never sealed?"""
    row = vault.execute(
        "SELECT 1 FROM outbox WHERE state = 'queued' AND type = ? LIMIT 1", (type_name,)
    ).fetchone()
    return row is not None


def cards_that_came_too_late(vault: Connection) -> list[NodeId]:
    """Active peers to whom our newest card went as withheld, or came when its message was over."""
    rows = vault.execute(
        "SELECT node_id FROM peers WHERE status = 'active' AND (SELECT is_withheld = 1"
        " OR (state = 'refused' AND code = 'expired') FROM outbox WHERE outbox.peer = node_id"
        " AND type = 'card/1' ORDER BY number DESC LIMIT 1) LIMIT ?",
        (limits.PEERS_MAX,),
    ).fetchall()
    return [node_id(row[0]) for row in rows]


def former_key_until(vault: Connection) -> Instant | None:
    """Until when partners that have the newer card accept the key before it, if we have one still."""
    row = vault.execute(
        "SELECT former_until FROM node_self WHERE former_seed IS NOT NULL"
    ).fetchone()
    return None if row is None else instant(row[0])


def drop_former_key(vault: Connection) -> None:
    """Nobody knows us by it any more."""
    vault.execute("UPDATE node_self SET former_seed = NULL, former_until = NULL")

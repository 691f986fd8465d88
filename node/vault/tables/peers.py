"""Other organisations, their streams, and the invites we gave out."""

from typing import Any, Final

from node.vault.driver import Connection
from node.vault.records import Peer
from protocol import limits
from protocol.cards import Card, Introduction
from protocol.errors import LocalProtocolError
from protocol.keys import VerifyingKey, verifying_key
from protocol.membership import PeerStatus
from protocol.signing import Signed
from protocol.streams import Incoming, Outgoing
from protocol.values import (
    ZERO_HASH,
    Hash,
    Instant,
    NodeId,
    Pseudonym,
    digest,
    instant,
    later,
    node_id,
    plain_text,
)
from protocol.vocabulary.codes import Country, VerifiedHow

_PEER: Final = """
SELECT node_id, root, signing, former_signing, former_until, card_sequence, display_name, country,
    bundle, bundle_generation, level, status, verified_how, verified_at, pending_auth, last_heard,
    out_epoch, out_sequence, out_hash, in_epoch, in_sequence, in_hash, in_frozen,
    state_awaited, confirm_awaited
FROM peers
"""
# Whoever was removed stays known, so that nobody takes it for somebody new; a federation has no more members.
_READ_MAX: Final = limits.PEERS_MAX + limits.MEMBERS_MAX
_ADVANCE_OUT: Final = "UPDATE peers SET out_sequence = ?, out_hash = ? WHERE node_id = ?"
_ADVANCE_IN: Final = (
    "UPDATE peers SET in_epoch = ?, in_sequence = ?, in_hash = ?, in_frozen = ?, last_heard = ?"
    " WHERE node_id = ?"
)


def insert_peer(
    vault: Connection,
    *,
    card: Card,
    signed_card: Signed,
    bundle: Signed,
    bundle_generation: int,
    pending_auth: bytes | None,
    now: Instant,
) -> None:
    """Pin an organisation at level 1."""
    vault.execute(
        "INSERT INTO peers (node_id, root, signing, former_until, card, card_sequence, display_name,"
        " country, bundle, bundle_generation, level, status, pending_auth, added_at, out_epoch,"
        " out_sequence, out_hash, in_sequence, in_hash, in_frozen)"
        " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 0, ?, 0, ?, 0)",
        (
            card.node_id,
            card.root,
            card.signing,
            signed_card.raw,
            card.sequence,
            card.display_name,
            card.country.value,
            bundle.raw,
            bundle_generation,
            "active" if pending_auth is None else "invited",
            pending_auth,
            now,
            now,
            ZERO_HASH,
            ZERO_HASH,
        ),
    )


def insert_introduced(
    vault: Connection, introduction: Introduction, *, pending_auth: bytes, now: Instant
) -> None:
    """Pin the maker of an introduction file at level 1, and remember the auth until it answers."""
    insert_peer(
        vault,
        card=introduction.card,
        signed_card=introduction.signed_card,
        bundle=introduction.signed_bundle,
        bundle_generation=introduction.bundle.generation,
        pending_auth=pending_auth,
        now=now,
    )


def find_peer(vault: Connection, peer: NodeId) -> Peer | None:
    """One organisation, or None at level 0."""
    row = vault.execute(f"{_PEER} WHERE node_id = ?", (peer,)).fetchone()
    return None if row is None else _peer(row)


def load_peer(vault: Connection, peer: NodeId) -> Peer:
    """One organisation that must be there. Raises: LocalProtocolError."""
    found = find_peer(vault, peer)
    if found is None:
        raise LocalProtocolError("a peer that is not pinned")
    return found


def load_peers(vault: Connection) -> list[Peer]:
    """Every organisation, by name."""
    # Those that were removed are the first to be left out, should there ever be too many.
    rows = vault.execute(
        f"{_PEER} ORDER BY status = 'removed', display_name, node_id LIMIT ?", (_READ_MAX,)
    ).fetchall()
    return sorted(map(_peer, rows), key=lambda peer: (peer.display_name, peer.node_id))


def is_room_left(vault: Connection) -> bool:
    """May one more organisation be pinned (R-232)? Those that were removed do not count."""
    (count,) = vault.execute("SELECT count(*) FROM peers WHERE status != 'removed'").fetchone()
    return int(count) < limits.PEERS_MAX


def verify_peer(
    vault: Connection, peer: NodeId, *, how: VerifiedHow, by: Pseudonym, now: Instant
) -> None:
    """A person compared the safety number: level 2."""
    vault.execute(
        "UPDATE peers SET level = 2, verified_how = ?, verified_by = ?, verified_at = ?"
        " WHERE node_id = ?",
        (how.value, by, now, peer),
    )


def activate_peer(vault: Connection, peer: NodeId) -> None:
    """The peer answered our introduction."""
    vault.execute(
        "UPDATE peers SET status = iif(status = 'invited', 'active', status), pending_auth = NULL"
        " WHERE node_id = ? AND status IN ('invited', 'active')",
        (peer,),
    )


def await_answer(vault: Connection, peer: NodeId, *, auth: bytes) -> None:
    """A peer that we know already handed us another file, and will answer it."""
    vault.execute("UPDATE peers SET pending_auth = ? WHERE node_id = ?", (auth, peer))


def set_status(vault: Connection, peer: NodeId, status: PeerStatus) -> None:
    """Where the peer stands with us from now on."""
    vault.execute("UPDATE peers SET status = ? WHERE node_id = ?", (status.value, peer))


def drop_former_key(vault: Connection, peer: NodeId) -> None:
    """The key before the present one is believed no more: somebody else may have it."""
    vault.execute(
        "UPDATE peers SET former_signing = NULL, former_until = 0 WHERE node_id = ?", (peer,)
    )


def replace_card(vault: Connection, card: Card, signed: Signed, *, now: Instant) -> None:
    """Take a newer card; the key before it stays good for 28 days."""
    vault.execute(
        "UPDATE peers SET former_until = CASE WHEN signing = ? THEN former_until ELSE ? END,"
        " former_signing = CASE WHEN signing = ? THEN former_signing ELSE signing END,"
        " signing = ?, card = ?, card_sequence = ?, display_name = ? WHERE node_id = ?",
        (
            card.signing,
            later(now, limits.SIGNING_KEY_OVERLAP_SECONDS),
            card.signing,
            card.signing,
            signed.raw,
            card.sequence,
            card.display_name,
            card.node_id,
        ),
    )


def load_card_raw(vault: Connection, peer: NodeId) -> bytes:
    """The signed card we hold of a peer."""
    (raw,) = vault.execute("SELECT card FROM peers WHERE node_id = ?", (peer,)).fetchone()
    return bytes(raw)


def replace_bundle(vault: Connection, peer: NodeId, signed: Signed, generation: int) -> None:
    """Take a newer bundle; an older one changes nothing."""
    vault.execute(
        "UPDATE peers SET bundle = ?, bundle_generation = ?"
        " WHERE node_id = ? AND bundle_generation < ?",
        (signed.raw, generation, peer, generation),
    )


def advance_outgoing(vault: Connection, peer: NodeId, *, sequence: int, link: Hash) -> None:
    """A number was given."""
    vault.execute(_ADVANCE_OUT, (sequence, link, peer))


def advance_incoming(vault: Connection, peer: NodeId, stream: Incoming, *, now: Instant) -> None:
    """The head moved, or the stream was frozen."""
    vault.execute(
        _ADVANCE_IN,
        (stream.epoch, stream.sequence, stream.hash, stream.is_frozen, now, peer),
    )


def insert_invite(vault: Connection, *, auth: bytes, expires: Instant) -> None:
    """Remember an invite we gave out."""
    vault.execute("INSERT INTO invites (auth, expires) VALUES (?, ?)", (auth, expires))


def load_invites(vault: Connection) -> list[tuple[bytes, Instant, bool]]:
    """Auth, end, and whether it was used, of the newest invites."""
    rows = vault.execute(
        "SELECT auth, expires, used_by IS NOT NULL FROM invites ORDER BY expires DESC LIMIT ?",
        (limits.PEERS_MAX,),
    ).fetchall()
    return [(bytes(row[0]), instant(row[1]), bool(row[2])) for row in rows]


def use_invite(vault: Connection, *, auth: bytes, by: NodeId) -> None:
    """An invite lets one introduction in."""
    vault.execute("UPDATE invites SET used_by = ? WHERE auth = ?", (by, auth))


def _peer(row: Any) -> Peer:  # noqa: ANN401  (a row of the driver)
    former: VerifyingKey | None = (
        None if row[3] is None else verifying_key(row[3], place="peers.former_signing")
    )
    return Peer(
        node_id=node_id(row[0]),
        root=verifying_key(row[1], place="peers.root"),
        signing=verifying_key(row[2], place="peers.signing"),
        former_signing=former,
        former_until=instant(row[4]),
        card_sequence=row[5],
        display_name=plain_text(row[6], characters_max=limits.NAME_CHARACTERS_MAX),
        country=Country(row[7]),
        bundle_raw=row[8],
        bundle_generation=row[9],
        level=row[10],
        status=row[11],
        verified_how=row[12],
        verified_at=None if row[13] is None else instant(row[13]),
        pending_auth=row[14],
        last_heard=None if row[15] is None else instant(row[15]),
        outgoing=Outgoing(epoch=instant(row[16]), sequence=row[17], hash=digest(row[18])),
        incoming=_incoming(row),
        state_awaited=None if row[23] is None else instant(row[23]),
        confirm_awaited=None if row[24] is None else instant(row[24]),
    )


def _incoming(row: Any) -> Incoming | None:  # noqa: ANN401  (a row of the driver)
    if row[19] is None:
        return None
    return Incoming(
        epoch=instant(row[19]),
        sequence=row[20],
        hash=digest(row[21]),
        is_frozen=bool(row[22]),
    )

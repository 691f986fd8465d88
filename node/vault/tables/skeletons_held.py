"""The signed skeletons of what came: what two computers said under one number is told apart by them."""

from node.vault.driver import Connection
from protocol.values import Instant, NodeId


def skeleton_at(vault: Connection, peer: NodeId, *, epoch: int, sequence: int) -> bytes | None:
    """The signed skeleton of the message that came under a number."""
    row = vault.execute(
        "SELECT skeleton FROM messages WHERE peer = ? AND epoch = ? AND sequence = ?",
        (peer, epoch, sequence),
    ).fetchone()
    return None if row is None else bytes(row[0])


def skeleton_of(vault: Connection, peer: NodeId, message: bytes) -> bytes | None:
    """The signed skeleton of the message that came under an id."""
    row = vault.execute(
        "SELECT skeleton FROM messages WHERE peer = ? AND message_id = ?", (peer, message)
    ).fetchone()
    return None if row is None else bytes(row[0])


def newest_skeleton(vault: Connection, peer: NodeId, *, before: Instant) -> bytes | None:
    """The last signed skeleton of a peer in a stream that began before an instant."""
    row = vault.execute(
        "SELECT skeleton FROM messages WHERE peer = ? AND epoch < ? AND sequence > 0"
        " ORDER BY epoch DESC, sequence DESC LIMIT 1",
        (peer, before),
    ).fetchone()
    return None if row is None else bytes(row[0])

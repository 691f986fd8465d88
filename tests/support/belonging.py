"""Charters, suspends and newer cards of the nodes of a test federation."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from node.services import belonging, peering
from protocol.cards import (
    Suspend,
    new_invite,
    sign_card,
    sign_invite,
    sign_suspend,
    write_introduction,
)
from protocol.charter import Charter, Member, MemberState
from protocol.charter_chain import charter_number, encode_chain
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.keys import SigningSecret, new_signing_secret
from protocol.local import commands, views
from protocol.local.views import Refused
from protocol.prekeys import sign_bundle
from protocol.values import Instant, NodeId
from tests.support.builders import NOON, entropy
from tests.support.charters import FIRST, STEWARDS, held, members, signed
from tests.support.federation import Federation, Node, done

SEEDS: Final = ("federation", "strangers")
"""From which the nodes of the fixtures are made."""


def root_of(node: Node) -> SigningSecret:
    """The root key that stands on the node's paper; it follows from the seed it was made from."""
    for seed in SEEDS:
        draw = entropy(f"{seed} {node.name}")
        draw(32)
        root = new_signing_secret(entropy=draw)
        if root.public == node.me.root:
            return root
    raise AssertionError("a node of another seed")


def entry(
    node: Node,
    state: MemberState = MemberState.ACTIVE,
    *,
    since: Instant = NOON,
    successor: NodeId | None = None,
) -> Member:
    """A node's entry in a charter."""
    return Member(
        node_id=node.node_id,
        root=node.me.root,
        country=node.me.card.country,
        state=state,
        since=since,
        successor=successor,
    )


def charter_of(federation: Federation) -> Charter:
    """The first charter, of every node of a federation."""
    entries = [entry(node) for node in federation.nodes.values()]
    return replace(FIRST, members=members(*entries))


def apply_charter(
    node: Node, *chain: Charter, by: Sequence[SigningSecret] = STEWARDS[:2]
) -> views.Done | Refused:
    """A supervisor takes a charter by hand, after hearing its number."""
    file = encode_chain([signed(charter, by) for charter in chain])
    number = list(charter_number(held(chain[-1]).body_hash))
    return node.use(belonging.apply_charter, commands.ApplyCharter(chain=file, number=number))


def everybody_holds(federation: Federation, charter: Charter) -> None:
    """Each node takes the charter by hand."""
    for node in federation.nodes.values():
        done(apply_charter(node, charter))
    federation.settle_all()


def sheet_of(node: Node) -> bytes:
    """The undated suspend that the node's keeper has on paper."""
    suspend = Suspend(node_id=node.node_id, card_sequence=node.me.card.sequence, at=None, reason=0)
    return sign_suspend(suspend, by=root_of(node)).raw


def by_steward(node: Node, *, at: Instant | None = None, steward: int = 0) -> bytes:
    """One steward says: stop with this node."""
    suspend = Suspend(node_id=node.node_id, card_sequence=node.me.card.sequence, at=at, reason=0)
    return sign_suspend(suspend, by=STEWARDS[steward]).raw


def suspend(at: Node, raw: bytes) -> views.Done | Refused:
    """Somebody at a node reads a sheet in."""
    return at.use(belonging.apply_suspend, commands.ApplySuspend(suspend=raw))


def new_card(node: Node) -> bytes:
    """The node begins anew with a new signing key, by its root's words: its new introduction file."""
    signing = new_signing_secret(entropy=node.entropy)
    card = replace(node.me.card, sequence=node.me.card.sequence + 1, signing=signing.public)
    bundle = replace(
        node.me.bundle,
        generation=node.me.bundle.generation + 1,
        card_sequence=card.sequence,
    )
    signed_card = sign_card(card, root=root_of(node), signing=signing)
    signed_bundle = sign_bundle(bundle, signing=signing)
    node.me = replace(
        node.me,
        signing=signing,
        card=card,
        signed_card=signed_card,
        bundle=bundle,
        signed_bundle=signed_bundle,
    )
    invite = new_invite(
        signed_card=signed_card, routes=bundle.routes, now=node.now, entropy=node.entropy
    )
    return write_introduction(
        card=signed_card, invite=sign_invite(invite, signing=signing), bundle=signed_bundle
    )


def introduce(at: Node, file: bytes) -> views.PeerView | Refused:
    """Somebody at a node reads an introduction file."""
    return at.use(peering.add_peer, commands.AddPeer(introduction=file))


def refusal_of(at: Node, file: bytes) -> RefusalCode:
    """Why somebody at a node may not read an introduction file."""
    with pytest.raises(RemoteProtocolError) as caught:
        introduce(at, file)
    return caught.value.code


def held_version(node: Node) -> int:
    """Of the charter that a node holds; 0 for none."""
    [(version,)] = node.rows("SELECT coalesce(max(version), 0) FROM charters")
    return int(version)


def status(of: Node, at: Node) -> tuple[int, str]:
    """Level and status of a peer."""
    [found] = [
        (peer.level, peer.status)
        for peer in at.use(peering.list_peers).peers
        if peer.node_id == of.node_id
    ]
    return found


def tasks(node: Node) -> list[str]:
    """What a person is to do, of what membership asks for."""
    asked = (
        "peer_suspended",
        "suspended_ourselves",
        "member_removed",
        "charter_to_look_at",
        "charter_refused",
        "charter_ending",
        "charter_over",
        "confirm_erasure",
        "erasure_overdue",
        "risk_raised",
    )
    rows = node.rows("SELECT task FROM tasks WHERE done_at IS NULL ORDER BY task_id")
    return [task for (task,) in rows if task in asked]

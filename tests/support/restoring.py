"""A laptop that is lost and restored: what a backup holds, without the keys that are in none."""

import shutil
from dataclasses import replace
from pathlib import Path

from node.effects import NODE_ITSELF, apply
from node.services import opening, resuming, retaining
from node.vault.database import Database
from node.vault.migrations import migrate_all
from node.vault.tables import peers, secrets
from node.vault.unit import Unit
from protocol import limits
from protocol.effects import Send, Urgency
from protocol.keys import new_prekey_secret
from protocol.local import commands
from protocol.messages.core import BundleUpdate
from protocol.prekeys import Slice, sign_bundle, slice_spans
from protocol.values import later
from tests.support.federation import Federation, Node, done


def save(node: Node, folder: Path) -> Path:
    """What stands in the vault now, in a folder of its own."""
    assert node.database.checkpoint()
    shutil.copytree(node.folder, folder)
    return folder


def restore(federation: Federation, node: Node, saved: Path) -> None:
    """The node as it was, on a new computer: its keys that are in no backup are gone, and it says hello."""
    go_back(node, saved)
    node.write(_forget_keys)
    node.use(retaining.sweep)
    # What could not be opened in time is lost with the old computer.
    federation.box(node).clear()
    begin_anew(node)


def go_back(node: Node, saved: Path) -> None:
    """The node as it was, with all its keys, saying nothing: the old computer itself."""
    node.database.close()
    shutil.rmtree(node.folder)
    shutil.copytree(saved, node.folder)
    node.database = Database.open(node.folder, key=node.key)
    migrate_all(node.database)
    read_again(node)


def read_again(node: Node) -> None:
    """What is in memory is what stands in the vault."""
    node.me = node.read(opening.load_me)
    node.prekeys = dict(node.read(opening.load_prekeys))


def begin_anew(node: Node) -> None:
    """New prekeys, a new bundle, a new stream to each peer."""
    node.use(resuming.begin_epoch)
    node.write(lambda unit: _renew(unit, node))
    read_again(node)


def _forget_keys(unit: Unit) -> None:
    """What is in no backup: the keys of payloads and of envelopes, and words that came from others."""
    unit.vault.execute("DELETE FROM search_texts WHERE owner_kind = 'message'")
    unit.keys.execute("DELETE FROM disclosure_keys")
    unit.keys.execute("DELETE FROM prekeys")


def _renew(unit: Unit, node: Node) -> None:
    slices = []
    start = later(node.now, -limits.CLOCK_SKEW_SECONDS)
    for not_before, not_after in slice_spans(start=start, count=limits.PREKEY_SLICES):
        prekey = new_prekey_secret(entropy=node.entropy)
        secrets.insert_prekey(unit.keys, prekey, not_before=not_before, not_after=not_after)
        slices.append(Slice(prekey=prekey.public, not_before=not_before, not_after=not_after))
    bundle = replace(
        node.me.bundle,
        generation=node.now,
        created=node.now,
        expires=slices[-1].not_after,
        slices=tuple(slices),
    )
    signed = sign_bundle(bundle, signing=node.me.signing)
    unit.vault.execute(
        "UPDATE node_self SET bundle = ?, bundle_generation = ?", (signed.raw, bundle.generation)
    )
    sends = [
        Send(
            message=BundleUpdate(bundle=signed.raw),
            to=peer.node_id,
            thread=None,
            reply_to=None,
            urgency=Urgency.AT_ONCE,
        )
        for peer in peers.load_peers(unit.vault)
    ]
    apply(sends, unit, acting=node.acting(NODE_ITSELF))


def confirm(node: Node, other: Node) -> None:
    """A worker at `node` phoned `other`, which had begun anew."""
    command = commands.ConfirmRestored(peer=other.node_id)
    done(node.use(resuming.confirm_restored, command))


def waits(node: Node, peer: Node) -> tuple[bool, bool]:
    """Does the node wait for the peer's list of consents, and for somebody to phone the peer?"""
    [row] = node.rows(
        "SELECT state_awaited IS NOT NULL, confirm_awaited IS NOT NULL FROM peers"
        " WHERE node_id = ?",
        peer.node_id,
    )
    return bool(row[0]), bool(row[1])


def tasks_of(node: Node) -> list[str]:
    """What is to be done at a node."""
    return [row[0] for row in node.rows("SELECT task FROM tasks WHERE done_at IS NULL ORDER BY 1")]

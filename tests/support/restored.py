"""What can be asked of a node that was restored, and how a laptop is lost."""

import shutil
from pathlib import Path

from node.gate import begin_restored
from node.local_api.dispatch import ROUTES
from node.services import backing_up, retaining
from node.vault.keyring import Kind, Owner
from protocol import limits
from protocol.local import commands, views
from protocol.local.commands import Command
from tests.support import backups
from tests.support.backups import Taken
from tests.support.federation import Node, Sent
from tests.support.restoring import read_again, restore
from tests.support.story import Story

HOUR = limits.HOUR
PERSONAL = (
    "SELECT peer, message_id, type FROM messages WHERE consent IS NOT NULL ORDER BY received_at"
)


def ask(node: Node, command: Command) -> object:
    """What the node's own door answers to a command."""
    route = ROUTES[type(command)]
    return node.write(lambda unit: route.step(unit, command, node.me, node.acting()))


def readable(node: Node) -> list[str]:
    """The types of what may be opened at a node, whatever stands in its vault."""
    opened = []
    for peer, message, type_name in node.rows(PERSONAL):
        command = commands.ReadMessage(peer=peer, message_id=message, with_names=True)
        if isinstance(ask(node, command), views.MessageView):
            opened.append(type_name)
    return opened


def types_to(story: Story, node: Node, *, since: int) -> set[str]:
    """The types of everything that left for a node from the `since`-th envelope on."""
    return {one.skeleton.type for one in story.federation.to(node, since=since)}


def sent(story: Story) -> list[Sent]:
    return story.federation.sent


def lose(story: Story, node: Node, saved: Path, *, after: int = HOUR) -> None:
    """The laptop is gone; an hour later there is a new one with what stood in the backup."""
    story.federation.clock.forward(after)
    restore(story.federation, node, saved)


def lose_and_restore(node: Node, taken: Taken) -> None:
    """The computer is gone; a new one is made of a real backup, and opened for the first time."""
    node.database.close()
    shutil.rmtree(node.folder)
    node.database = backups.restore(taken, node.folder, vault_key=node.key)
    sheet = Owner(slot_id=b"n" * 16, kind=Kind.RECOVERY, public=b"p" * 32)
    node.write(
        lambda unit: backing_up.restored(
            unit,
            made_at=node.now,
            journal_gap_since=None,
            recovery=sheet,
            acting=node.acting(),
        )
    )
    node.write(lambda unit: begin_restored(unit, acting=node.acting()))
    node.use(retaining.sweep)
    read_again(node)

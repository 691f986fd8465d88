"""Finds the partner that somebody named."""

from node.cli.asking import Person, ask_as
from node.cli.talking import CommandFailedError, one_line
from protocol.local.views import PeerView


def find_peer(who: Person, name_or_id: str) -> PeerView:
    """The organisation of a name or a node id. Raises: CommandFailedError."""
    peers = ask_as(who, lambda client: client.list_peers()).peers
    wanted = name_or_id.casefold()
    found = [
        one
        for one in peers
        if wanted in {one.node_id_text, one.node_id.hex(), one_line(one.name).casefold()}
    ]
    if not found:
        raise CommandFailedError("no organisation of that name or id: see `sathi peer list`")
    if len(found) > 1:
        raise CommandFailedError("several organisations have that name: name the id instead")
    return found[0]

"""The consents about one survivor, by her case or by a referral, with the names of who holds and receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.local import commands, views
from tui.client import Client

VALID: Final = frozenset({"live", "unconfirmed", "not_yet"})
_WITHDRAWAL: Final = "consent.withdrawn/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutCase:
    """A case of ours."""

    case_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutThread:
    """A referral, where there may be no case of ours."""

    thread: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What she agreed to.

    Attributes:
        title: the case's number, or who referred her.
        consents: each with its holders, the newest first.
        names: of organisations, ours among them.
        me: this organisation.
        unreached: to whom a withdrawal is still on its way, and when they were last heard of.
    """

    title: str
    consents: Sequence[views.ConsentView]
    names: Mapping[bytes, str]
    me: bytes
    unreached: Mapping[bytes, int | None]

    def name(self, node_id: bytes) -> str:
        """What an organisation is called here."""
        return self.names.get(node_id, "")

    def other(self, consent: views.ConsentView) -> bytes:
        """The other of the two."""
        return consent.recipient if consent.holder == self.me else consent.holder


async def load_agreed(client: Client, about: AboutCase | AboutThread) -> Agreed:
    """Ask the node. Raises: ClientError."""
    if isinstance(about, AboutCase):
        title, consents = await _of_case(client, about.case_id)
    else:
        title, consents = await _of_thread(client, about.thread)
    me = await client.show_self()
    peers = (await client.list_peers()).peers
    waiting = (await client.list_outbox()).items
    return Agreed(
        title=title,
        consents=sorted(consents, key=lambda consent: consent.valid_from, reverse=True),
        names={me.node_id: me.name, **{peer.node_id: peer.name for peer in peers}},
        me=me.node_id,
        unreached={item.peer: item.last_heard for item in waiting if item.type == _WITHDRAWAL},
    )


async def _of_case(client: Client, case_id: bytes) -> tuple[str, list[views.ConsentView]]:
    look = await client.look_at_case(commands.LookAtCase(case_id=case_id, with_names=False))
    listed = await client.list_consents(commands.ListConsents(case_id=case_id))
    return look.case_number, listed.consents


async def _of_thread(client: Client, thread: bytes) -> tuple[str, list[views.ConsentView]]:
    shown = await client.show_referral(commands.ShowReferral(thread=thread))
    line = shown.referral
    return line.case_number or line.peer_name, shown.consents

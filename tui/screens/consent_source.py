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
        asked_here: those for which our own worker asked her.
        names: of organisations, ours among them.
        me: this organisation.
        unreached: to whom a withdrawal is still on its way, and when they were last heard of.
    """

    title: str
    consents: Sequence[views.ConsentView]
    asked_here: frozenset[bytes]
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
    if isinstance(about, AboutThread):
        return await _named(client, await _of_thread(client, about.thread))
    look = await client.look_at_case(
        commands.LookAtCase(case_id=about.case_id, with_names=False, with_identity=False)
    )
    return await agreed_of(client, look)


async def agreed_of(client: Client, look: views.CaseLook) -> Agreed:
    """What she agreed to, of a case that was looked at already. Raises: ClientError."""
    return await _named(client, await _of_case(client, look))


async def _named(client: Client, found: "_Found") -> Agreed:
    me = await client.show_self()
    peers = (await client.list_peers()).peers
    waiting = (await client.list_outbox()).items
    return Agreed(
        title=found.title,
        consents=sorted(found.consents, key=lambda consent: consent.valid_from, reverse=True),
        asked_here=found.asked_here,
        names={me.node_id: me.name, **{peer.node_id: peer.name for peer in peers}},
        me=me.node_id,
        unreached={item.peer: item.last_heard for item in waiting if item.type == _WITHDRAWAL},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    title: str
    consents: Sequence[views.ConsentView]
    asked_here: frozenset[bytes]


async def _of_case(client: Client, look: views.CaseLook) -> _Found:
    listed = await client.list_consents(commands.ListConsents(case_id=look.case_id))
    ours = listed.consents
    found = {consent.consent_id: consent for consent in ours}
    # What she agreed to elsewhere came with her referral, and hangs on that: she may end it here too.
    for line in look.referrals:
        if not line.is_ours:
            for consent in (await _of_thread(client, line.thread)).consents:
                found.setdefault(consent.consent_id, consent)
    return _Found(
        title=look.case_number,
        consents=list(found.values()),
        asked_here=frozenset(consent.consent_id for consent in ours),
    )


async def _of_thread(client: Client, thread: bytes) -> _Found:
    shown = await client.show_referral(commands.ShowReferral(thread=thread))
    line = shown.referral
    return _Found(
        title=line.case_number or line.peer_name,
        consents=shown.consents,
        asked_here=frozenset(),
    )

"""Whole nodes for tests: initialised in a folder, then run on loopback with a socket and a client.

`make_node` makes one, `running_node` runs it inside a block: `async with running_node(made) as node`, then
`await node.unlock()` and `await node.client.list_cases()`.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node import ballast
from node.config import (
    ApiSection,
    CourierSection,
    MailboxSection,
    NodeConfig,
    NodeSection,
    ProfileSection,
)
from node.mailbox.client import deposit_hash_of
from node.mailbox.records import STANDARD_QUOTA, NewMailbox
from node.mailbox.store import MailboxStore
from node.services import opening
from node.services.opening import Beginning, Begun
from node.system import Clock, SystemClock, entropy
from node.vault import keyring
from node.vault.database import Database
from node.vault.keyring import Cost
from node.vault.migrations import migrate_all
from node.wiring import MAILBOX_FILE, Node, Tuning, write_own_mailbox
from protocol.keys import new_signing_secret, signing_secret
from protocol.local import views
from protocol.values import plain_text
from protocol.vocabulary.codes import Country
from tui.client import Client

# The least libsodium takes.
CHEAP: Final = Cost(memory_bytes=8_192, passes=1)
SUPERVISOR: Final = "Asha"
PASSPHRASE: Final = "four invented words here"  # noqa: S105
SOCKET: Final = "run/api.sock"
_LOOPBACK: Final = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as knocking:
        knocking.bind((_LOOPBACK, 0))
        return int(knocking.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeNode:
    """An initialised folder that nobody runs yet."""

    folder: Path
    port: int
    begun: Begun = field(repr=False)
    recovery_code: str = field(default="", repr=False)

    @property
    def socket(self) -> Path:
        return self.folder / SOCKET


def make_node(
    folder: Path,
    *,
    name: str = "Asha Shelter",
    country: Country = Country.INDIA,
    port: int | None = None,
    user: str = SUPERVISOR,
) -> MadeNode:
    """Make a node with one supervisor, whose passphrase is PASSPHRASE."""
    chosen = free_port() if port is None else port
    folder.mkdir(mode=0o700, parents=True)
    now, root = SystemClock().wall(), new_signing_secret(entropy=entropy)
    salt, key = keyring.new_salt(entropy=entropy), entropy(keyring.VAULT_KEY_BYTES)
    code = keyring.new_recovery_code(entropy=entropy)
    sheet = keyring.recovery_credential(code)
    person = keyring.enrol(
        keyring.credential(user, PASSPHRASE),
        kind=keyring.Kind.USER,
        salt=salt,
        entropy=entropy,
        cost=CHEAP,
    )
    recovery = keyring.enrol(
        sheet, kind=keyring.Kind.RECOVERY, salt=salt, entropy=entropy, cost=CHEAP
    )
    beginning = Beginning(
        display_name=plain_text(name, characters_max=80),
        country=country,
        origin=f"http://{_LOOPBACK}:{chosen}",
        is_demo=True,
        user_name=plain_text(user, characters_max=64),
        user=person,
        recovery=recovery,
    )
    database = Database.create(folder, key=key)
    migrate_all(database)
    begun = database.write_now(
        lambda unit: opening.begin(unit, beginning, root=root, now=now, entropy=entropy)
    )
    database.close()
    keyring.save(
        folder,
        keyring.seal((person, recovery), vault_key=key, salt=salt, entropy=entropy),
    )
    write_own_mailbox(folder, begun.mailbox.mailbox_id)
    return MadeNode(folder=folder, port=chosen, begun=begun, recovery_code=code)


@dataclass(slots=True, kw_only=True)
class RunningNode:
    """A node that runs, and a client of it."""

    made: MadeNode
    client: Client

    @property
    def folder(self) -> Path:
        return self.made.folder

    @contextlib.asynccontextmanager
    async def colleague(self, name: str, passphrase: str = PASSPHRASE) -> AsyncIterator[Client]:
        """Another person's client of this node, with a session."""
        async with Client(self.made.socket) as client:
            await client.open_session(name=name, passphrase=passphrase)
            yield client

    async def unlock(self, name: str = SUPERVISOR, passphrase: str = PASSPHRASE) -> views.Session:
        """Open a session of this node's client."""
        return await self.client.open_session(name=name, passphrase=passphrase)


def config_of(made: MadeNode, *, profile: ProfileSection | None = None) -> NodeConfig:
    chosen = profile or ProfileSection()
    # Where the risk is high there is cover, and cover leaves in batches.
    batch_minutes = 30 if chosen.sends_cover_traffic else 0
    origin = f"http://{_LOOPBACK}:{made.port}"
    return NodeConfig(
        node=NodeSection(listen=f"{_LOOPBACK}:{made.port}"),
        mailbox=MailboxSection(address=origin),
        courier=CourierSection(poll_seconds=5, batch_minutes=batch_minutes),
        api=ApiSection(socket=SOCKET),
        profile=chosen,
    )


@contextlib.asynccontextmanager
async def running_node(
    made: MadeNode,
    *,
    clock: Clock | None = None,
    config: NodeConfig | None = None,
    profile: ProfileSection | None = None,
) -> AsyncIterator[RunningNode]:
    """Run a node until the block ends; it is locked until somebody unlocks it."""
    await _have_mailbox(made)
    ready, stop = asyncio.Event(), asyncio.Event()
    node = Node(
        made.folder,
        config or config_of(made, profile=profile),
        clock=clock or SystemClock(),
        entropy=entropy,
        tuning=Tuning(cost=CHEAP, deposits_per_minute=10_000, ballast_bytes=ballast.DEMO_BYTES),
    )
    serving = asyncio.create_task(node.run(ready=ready, stop=stop))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        async with Client(made.socket) as client:
            yield RunningNode(made=made, client=client)
    finally:
        stop.set()
        await serving


async def _have_mailbox(made: MadeNode) -> None:
    mailbox = made.begun.mailbox
    store = await MailboxStore.open(made.folder / MAILBOX_FILE, quota=STANDARD_QUOTA)
    new = NewMailbox(
        mailbox_id=mailbox.mailbox_id,
        owner_key=signing_secret(mailbox.seed).public,
        deposit_hash=deposit_hash_of(mailbox.deposit_secret),
        created=made.begun.me.card.created,
    )
    await store.create(new, ticket=None)
    await store.close()

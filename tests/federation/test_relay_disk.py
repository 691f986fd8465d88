"""What lies on a relay's disk after a whole story: sealed envelopes, and no word, name or key of anybody.

The needles are the test's own list. Each is searched in every spelling in which a file could hold it,
in every file that was written meanwhile; and what must be there, an envelope and the number of a
mailbox, is found by the same search.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.sealing import deposit_token
from protocol.values import envelope_id_of
from tests.support.federation import Federation, Node
from tests.support.mailboxes import Place
from tests.support.misbehaving import over_relays
from tests.support.postgresql import Server
from tests.support.story import FACTS, HER_WORDS, SENTENCES, Story

pytestmark = pytest.mark.sockets

NAMES = ("Alo Shelter", "Bandhan", "Chautari", "Supervisor", "Rehana", "ALO-17", "referral.offer")


def spellings(needle: bytes) -> Iterator[bytes]:
    """Every way in which a file could hold these bytes."""
    yield needle
    yield needle.hex().encode()
    yield needle.hex().upper().encode()
    for encode in (base64.b32encode, base64.b64encode, base64.urlsafe_b64encode):
        yield encode(needle).rstrip(b"=")
    yield base64.b32encode(needle).rstrip(b"=").lower()
    # Inside something longer, base64 begins at any third byte: without the ends it is still the same.
    for shift in (1, 2):
        yield base64.b64encode(bytes(shift) + needle)[4:-4]


def spellings_of_text(text: str) -> Iterator[bytes]:
    yield from spellings(text.encode("utf-8"))
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def files(folder: Path) -> Iterator[bytes]:
    """What stands in each file; of empty space in it only a little."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield re.sub(rb"\0{64,}", bytes(64), path.read_bytes())


def found(
    needles: dict[str, set[bytes]], folder: Path, *, before: frozenset[bytes] = frozenset()
) -> set[str]:
    """The names of the needles of which some spelling lies in some file that is not as it was before."""
    everything = [content for content in files(folder) if content not in before]
    return {
        name
        for name, forms in needles.items()
        if any(form in content for form in forms for content in everything)
    }


def secrets_of(node: Node) -> Iterator[tuple[str, bytes]]:
    """What tells who a node is, or opens anything of it."""
    yield "node id", bytes(node.node_id)
    # As people see it, behind `sn1`.
    yield "node id that is shown", bytes(node.node_id[:20])
    yield "root", bytes(node.me.root)
    yield "signing key", bytes(node.me.signing.public)
    yield "signing seed", bytes(node.me.signing.seed)
    yield "vault key", bytes(node.key)
    yield "mailbox seed", bytes(node.mailbox.seed)
    yield "deposit secret", bytes(node.mailbox.deposit_secret)
    yield "deposit token", deposit_token(node.mailbox.deposit_secret)
    for number, prekey in enumerate(node.prekeys.values()):
        yield f"prekey seed {number}", bytes(prekey.seed)
        yield f"prekey {number}", prekey.public.raw[:64]


def needles_of(federation: Federation, story: Story) -> dict[str, set[bytes]]:
    texts = [*NAMES, HER_WORDS, *(said.text for said in SENTENCES)]
    texts += [fact for fact in FACTS.values() if isinstance(fact, str) and len(fact) > 8]
    needles = {f"text {number}": {*spellings_of_text(text)} for number, text in enumerate(texts)}
    for node in federation.nodes.values():
        for name, secret in secrets_of(node):
            needles[f"{name} of {node.name}"] = {*spellings(secret)}
        for number, (message,) in enumerate(node.rows("SELECT message_id FROM messages")):
            needles[f"message {number} of {node.name}"] = {*spellings(message)}
    for name, value in (("thread", story.thread), ("consent", story.consent)):
        needles[name] = {*spellings(value)}
    return needles


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, Path]:
    """Where the mailboxes are, and the folder of everything that is written for them."""
    (tmp_path / "relay").mkdir()
    if request.param == "sqlite":
        return Place(folder=tmp_path / "relay", address=None), tmp_path / "relay"
    server: Server = request.getfixturevalue("postgresql")
    address = await server.new_database()
    return Place(folder=tmp_path, address=address), server.folder


async def test_a_relays_disk_holds_no_word_name_or_key_of_anybody(
    place: tuple[Place, Path], story: Story, request: pytest.FixtureRequest
) -> None:
    where, folder = place
    async with over_relays(story.federation, where) as relayed:
        before = frozenset(files(folder))
        story.open_case()
        story.agree()
        story.agree_way_back()
        story.offer()
        await relayed.settle()
        story.accept()
        await relayed.settle()
        story.dossier()
        await relayed.settle()
        story.arrive()
        # The last of it waits there, with a bundle beside it.
        await relayed.leave(story.bandhan)
        [relay] = relayed.relays
        await relay.store.put_bundle(story.alo.mailbox.mailbox_id, b"sealed" * 100)
        waiting = (
            await relay.store.take(story.alo.mailbox.mailbox_id, limit=1, bytes_max=1)
        ).envelopes
        if where.address is not None:
            await request.getfixturevalue("postgresql").do("CHECKPOINT")
        needles = needles_of(story.federation, story)
        while_open = found(needles, folder, before=before)
        there = found(
            {
                "envelope": {waiting[0][:400]},
                "its name": {envelope_id_of(waiting[0])},
                "mailbox": {bytes(story.alo.mailbox.mailbox_id)},
            },
            folder,
            before=before,
        )
    assert while_open == set()
    assert found(needles, folder, before=before) == set()
    assert there == {"envelope", "its name", "mailbox"}


def test_the_search_finds_each_spelling_wherever_it_stands(tmp_path: Path) -> None:
    secret, text = bytes(range(200, 232)), "সেলাই করতে চাই"
    needles = {"secret": {*spellings(secret)}, "text": {*spellings_of_text(text)}}
    for number, form in enumerate((*spellings(secret), *spellings_of_text(text))):
        (tmp_path / "file").write_bytes(b"x" * number + form + b"y" * 7)
        assert len(found(needles, tmp_path)) == 1
    (tmp_path / "file").write_bytes(re.sub(b"\\d", b"", base64.b64encode(b"nothing of either")))
    assert found(needles, tmp_path) == set()

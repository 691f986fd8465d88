"""Sticks between nodes of a federation: what one writes, another takes, and nothing else is between them."""

import hashlib
from collections.abc import Sequence
from typing import Final

from node.mailbox import stick
from node.mailbox.wrapping import NotOpenedError
from node.services import delivering
from node.sticks.holding import Sticks
from protocol import limits
from protocol.local import commands, views
from protocol.values import Entropy
from tests.support.desk_app import Seat
from tests.support.federation import Federation, Node
from tui.client import Client

ROUNDS_MAX: Final = 20
PART: Final = limits.FILE_PART_BYTES
WORD: Final = "four invented words here"
_TAKEN: Final = "SELECT count(*) FROM messages WHERE status != 'refused'"


class PaperWrap:
    """A wrap that costs nothing: the word stands before the content."""

    HEAD = b"age-encryption.org/v1\n"

    def wrap(self, data: bytes, *, passphrase: str, entropy: Entropy) -> bytes:
        del entropy
        return self.HEAD + passphrase.encode() + b"\n" + data

    def unwrap(self, data: bytes, *, passphrase: str) -> bytes:
        head = self.HEAD + passphrase.encode() + b"\n"
        if not data.startswith(head):
            raise NotOpenedError("another word")
        return data.removeprefix(head)


def give_sticks(seat: Seat, *, may_ferry: bool) -> None:
    """Let wrapping cost nothing at this seat."""

    async def settle(_opened: object) -> None:
        """Nobody carries here."""

    seat.api_desk.sticks = Sticks(
        seat.gate,
        entropy=seat.node.entropy,
        may_ferry=may_ferry,
        settle=settle,
        wrapper=PaperWrap(),
    )


def written(sender: Node, recipient: Node) -> list[bytes]:
    """The envelopes that go onto a stick now."""
    gathered = sender.write(
        lambda unit: delivering.for_stick(
            unit,
            recipient.node_id,
            me=sender.me,
            acting=sender.acting(),
            count=limits.STICK_ENVELOPES_MAX,
            bytes_max=limits.STICK_BYTES_MAX,
        )
    )
    assert gathered.is_all
    return list(gathered.envelopes)


def carry(sender: Node, recipient: Node) -> int:
    """Somebody takes a stick from one to the other; how many messages were new there."""
    envelopes = written(sender, recipient)
    if not envelopes:
        return 0
    before = taken_at(recipient)
    recipient.take(stick.unpack(stick.pack(envelopes), envelopes_max=4_096, bytes_max=1 << 26))
    recipient.erase()
    return taken_at(recipient) - before


def taken_at(node: Node) -> int:
    ((count,),) = node.rows(_TAKEN)
    return int(count)


def there_and_back(one: Node, other: Node) -> int:
    """Sticks go both ways until nothing new comes; how many had something new on them."""
    carried = 0
    for _ in range(ROUNDS_MAX):
        fresh = [carry(one, other), carry(other, one)]
        carried += sum(count > 0 for count in fresh)
        if not any(fresh):
            return carried
    raise AssertionError("sticks go there and back without end")


def nothing_went_by_line(federation: Federation) -> bool:
    """Did no envelope go any other way?"""
    return not any(federation.boxes.values())


def parts_of(content: bytes) -> list[bytes]:
    return [content[at : at + PART] for at in range(0, len(content), PART)]


async def make(
    client: Client,
    peers: Sequence[Node],
    *,
    passphrase: str | None = None,
    is_open: bool = False,
) -> tuple[views.StickMade, bytes]:
    """What the node made, and the whole file; the node has let go of it."""
    command = commands.MakeStick(
        peers=[peer.node_id for peer in peers], passphrase=passphrase, is_open=is_open
    )
    made = await client.make_stick(command)
    content = b""
    for index in range(made.parts):
        read = commands.ReadStickPart(stick_id=made.stick_id, index=index)
        content += (await client.read_stick_part(read)).content
    assert hashlib.sha256(content).digest() == made.hash
    await client.close_stick(commands.CloseStick(stick_id=made.stick_id))
    return made, content


async def hand_over(client: Client, content: bytes) -> bytes:
    """Every part of a file; its name at the node."""
    begun = await client.begin_stick(commands.BeginStick(size=len(content)))
    stick_id = begun.ref or b""
    for index, part in enumerate(parts_of(content)):
        kept = commands.KeepStickPart(stick_id=stick_id, index=index, content=part)
        await client.keep_stick_part(kept)
    return stick_id


async def take(
    client: Client, content: bytes, *, passphrase: str | None = None, is_ferry: bool = False
) -> views.StickTaken:
    """Hand a file over and let the node take it."""
    stick_id = await hand_over(client, content)
    return await client.take_stick(
        commands.TakeStick(stick_id=stick_id, passphrase=passphrase, is_ferry=is_ferry)
    )

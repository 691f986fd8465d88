"""Puts files together as their parts come, and gives up what will never be whole.

The content of a part stays in the message it came in, under that message's own key. So whatever locks or
erases what came under a consent locks and erases every part of its files too, and this module only says which
messages are the parts of which file.
"""

import hashlib
from typing import Final

from node.effects import Acting, audit
from node.vault.tables import consents, desk, messages, received_files, secrets
from node.vault.tables.received_files import ReceivedFile
from node.vault.unit import Unit
from protocol.acceptance import Accepted, Held, Order, Verdict
from protocol.consent import ConsentState
from protocol.effects import Task
from protocol.envelope import VerifiedMessage
from protocol.errors import LocalProtocolError, RefusalCode
from protocol.file_rules import EARLY_PARTS_MAX, is_given_up
from protocol.messages.files import BlobChunk
from protocol.messages.union import Message, MessageClass, parse_content, split_payload
from protocol.sealing import decrypt_at_rest
from protocol.values import Hash, Instant, MessageId, NodeId, digest

ARRIVING: Final = "arriving"
WHOLE: Final = "whole"
BROKEN: Final = "broken"
GIVEN_UP: Final = "given_up"
# Whether the holder's own worker heard it from her is not ours to know.
_ALIVE: Final = frozenset({ConsentState.LIVE, ConsentState.UNCONFIRMED, ConsentState.NOT_YET})


def unless_too_early(unit: Unit, verified: VerifiedMessage, verdict: Verdict) -> Verdict:
    """A part before its turn is not taken while many wait already: its sender keeps it (R-195)."""
    if not isinstance(verdict, Accepted) or verdict.order is not Order.EARLY:
        return verdict
    if not isinstance(verdict.message, BlobChunk):
        return verdict
    waiting = received_files.count_early_parts(unit.vault, verified.skeleton.sender)
    return verdict if waiting < EARLY_PARTS_MAX else Held(code=RefusalCode.E_LIMIT)


def open_part(unit: Unit, peer: NodeId, message: MessageId) -> BlobChunk:
    """One part, from the message it came in.

    Raises:
        LocalProtocolError: if it is locked or gone, or if the row holds another message.
    """
    stored = messages.find(unit.vault, peer, message)
    if stored is None or stored.is_locked or stored.payload is None or stored.key_id is None:
        raise LocalProtocolError("a part that is not there to be read")
    key = secrets.load_disclosure_key(unit.keys, stored.key_id)
    part = parse_content(
        split_payload(decrypt_at_rest(stored.payload, key=key)),
        type_name=stored.type,
        of_class=MessageClass.PERSONAL,
    )
    if not isinstance(part, BlobChunk):
        raise LocalProtocolError("a row of a part that holds another message")
    return part


def content_of(unit: Unit, file: ReceivedFile, index: int) -> bytes | None:
    """What is held of one part; empty where it came and can no longer be read, None where it never came."""
    message = received_files.message_of(unit.vault, file.file_id, index)
    if message is None:
        return None
    if not messages.is_readable(unit.vault, message):
        return b""
    return open_part(unit, file.peer, message).content


def is_kept(unit: Unit, message: Message, message_id: MessageId) -> bool:
    """Is the content of what took effect to be kept? Not that of a part that came before (R-194)."""
    return not isinstance(message, BlobChunk) or received_files.holds(unit.vault, message_id)


def hash_of_all(
    unit: Unit, file: ReceivedFile, *, last: BlobChunk, message: MessageId
) -> Hash | None:
    """The SHA-256 of the whole, part by part: never more than one of them is in memory.

    `last` is the part that came just now in `message`, whose row is not yet written.

    Returns:
        None if a part that came before is no longer there to be read.
    """
    whole = hashlib.sha256()
    for known in received_files.messages_of(unit.vault, file.file_id):
        if known != message and not messages.is_readable(unit.vault, known):
            return None
        part = last if known == message else open_part(unit, file.peer, known)
        whole.update(part.content)
    return digest(whole.digest())


def is_all_there(unit: Unit, file: ReceivedFile) -> bool:
    """Is every part of a file there to be read?"""
    parts = received_files.parts_of(unit.vault, file)
    return file.head is not None and parts.there == file.head.parts and not parts.is_locked


def give_up_old(unit: Unit, *, acting: Acting, trusted: Instant) -> None:
    """Let go of files that will never be whole: nothing came for 60 days, or her consent ended (R-198).

    Not to be called while the clock is in doubt.
    """
    for file in received_files.in_state(unit.vault, ARRIVING):
        record = consents.find_by_hash(unit.vault, file.consent)
        state = None if record is None else record.standing.state(now=trusted)
        if state not in _ALIVE or is_given_up(file.changed_at, now=acting.now):
            received_files.set_state(unit.vault, file.file_id, GIVEN_UP, now=acting.now)
            audit(unit, "file.given_up", file.file_id, acting=acting)
            tell_not_whole(unit, file, acting=acting)


def tell_not_whole(unit: Unit, file: ReceivedFile, *, acting: Acting) -> None:
    """A person is told that a file did not come as a whole, so that somebody asks for it again."""
    desk.insert_task(
        unit.vault,
        task=Task.FILE_NOT_WHOLE.value,
        peer=file.peer,
        thread=file.thread,
        due=acting.now,
        now=acting.now,
    )


def tell_what_is_lost(unit: Unit, *, acting: Acting, trusted: Instant) -> None:
    """After a restore: what came of files is in no backup, and nobody sends it again by himself.

    A person is told once for each conversation in which she still allows what came.
    """
    for file in received_files.lost(unit.vault):
        record = consents.find_by_hash(unit.vault, file.consent)
        if record is not None and record.standing.state(now=trusted) in _ALIVE:
            tell_not_whole(unit, file, acting=acting)


def drop_unusable(unit: Unit) -> None:
    """Destroy every part of what is not what it said, or was given up (R-196, R-198)."""
    for state in (BROKEN, GIVEN_UP):
        for file in received_files.in_state(unit.vault, state):
            for known in received_files.messages_of(unit.vault, file.file_id):
                _destroy(unit, file.peer, known)
            received_files.forget(unit.vault, file.file_id)
            unit.destroyed()


def _destroy(unit: Unit, peer: NodeId, message: MessageId) -> None:
    key_id = messages.key_id_of(unit.vault, peer, message)
    if key_id is not None:
        secrets.destroy_disclosure_key(unit.keys, key_id)
    messages.erase_payload(unit.vault, peer, message)


def may_be_read(unit: Unit, file: ReceivedFile, *, trusted: Instant) -> bool:
    """Does the consent under which it came still allow that somebody looks at it?"""
    record = consents.find_by_hash(unit.vault, file.consent)
    state = None if record is None else record.standing.state(now=trusted)
    return state in (ConsentState.LIVE, ConsentState.UNCONFIRMED)

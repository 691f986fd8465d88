"""Lets our copies go, a few parts at a time, and destroys each as soon as it may not or need not go.

A part becomes an item of the outbox only when one before it was answered, so a file of sixteen parts never
stands in memory or in the outbox as a whole. Before each part her consent is asked, and before each seal
again.
"""

from typing import Final

from node import trusted_clock
from node.effects import Acting, apply, audit, drop_unsealed, forget_own_copy, withhold
from node.vault.records import Self
from node.vault.tables import consents, desk, outbox, own_files, peers, secrets
from node.vault.tables.own_files import Leaving, OwnFile
from node.vault.unit import Unit
from protocol import limits
from protocol.consent import ConsentState, Standing
from protocol.consent_rules import Refusal, ShareRequest, may_share
from protocol.delivery import OutboxState
from protocol.disclosure import build_file_part, may_tell_file
from protocol.effects import SendAbout, Task, Urgency
from protocol.file_rules import next_parts
from protocol.messages.files import BlobChunk, FileHead
from protocol.permits import Permit
from protocol.sealing import decrypt_at_rest
from protocol.values import Instant, NodeId

_UNANSWERED: Final = frozenset({OutboxState.QUEUED, OutboxState.SEALED, OutboxState.DEPOSITED})
# Whoever began to read a file in and has not ended after a day has gone.
_READING_SECONDS: Final = limits.DAY


def go_on(unit: Unit, *, me: Self, acting: Acting, trusted: Instant) -> None:
    """Make the next parts ready of whatever is under way, and end what has arrived or may not go.

    Args:
        unit: the transaction.
        me: this organisation.
        acting: the node itself, with the wall clock.
        trusted: the later of the clock and the latest time ever seen.
    """
    under_way: set[NodeId] = set()
    for file in own_files.sending(unit.vault):
        # One at a time to each: more would not come sooner, and would be refused at last.
        if file.peer in under_way:
            continue
        own_files.note_arrived(unit.vault, file.file_id)
        parts = own_files.leaving(unit.vault, file.file_id)
        if all(part.is_there for part in parts):
            forget_own_copy(unit, file, state="sent", now=acting.now)
            audit(unit, "file.sent", file.file_id, acting=acting)
        elif any(_is_lost(part) for part in parts):
            is_allowed = isinstance(_permit_now(unit, file, me=me, trusted=trusted), Permit)
            task = Task.FILE_AGAIN if is_allowed else Task.NOT_SENT
            _stop(unit, file, parts, task=task, acting=acting)
        elif _queue_next(unit, file, parts, me=me, acting=acting, trusted=trusted):
            under_way.add(file.peer)


def _is_lost(part: Leaving) -> bool:
    """Was a part dropped, refused or withheld? Then the file can never be whole over there."""
    if part.message_id is None or part.is_there:
        return False
    return part.is_withheld or part.state is None or part.state is OutboxState.REFUSED


def _stop(unit: Unit, file: OwnFile, parts: list[Leaving], *, task: Task, acting: Acting) -> None:
    """Nothing more of it leaves, and a person is told."""
    for part in parts:
        item = None if part.message_id is None else outbox.find(unit.vault, part.message_id)
        if item is None or item.state not in _UNANSWERED or item.is_withheld:
            continue
        if item.state is OutboxState.QUEUED:
            drop_unsealed(unit, item)
        else:
            withhold(unit, item)
    forget_own_copy(unit, file, state="stopped", now=acting.now)
    audit(unit, "file.stopped", file.file_id, acting=acting)
    _tell(unit, file, task, acting=acting)


def tell_to_attach_again(unit: Unit, file: OwnFile, *, acting: Acting) -> None:
    """A person is told that a file did not arrive whole though she still allows it."""
    _tell(unit, file, Task.FILE_AGAIN, acting=acting)


def _tell(unit: Unit, file: OwnFile, task: Task, *, acting: Acting) -> None:
    desk.insert_task(
        unit.vault,
        task=task.value,
        peer=file.peer,
        thread=file.thread,
        due=acting.now,
        now=acting.now,
    )


def _queue_next(
    unit: Unit,
    file: OwnFile,
    parts: list[Leaving],
    *,
    me: Self,
    acting: Acting,
    trusted: Instant,
) -> bool:
    """Make the next parts ready; False if it may not go any more."""
    standing = _standing(unit, file)
    if standing is not None and _must_wait(unit, standing, acting=acting, trusted=trusted):
        return True
    permit = _permit_now(unit, file, me=me, trusted=trusted)
    head = file.head
    if not isinstance(permit, Permit) or head is None or not may_tell_file(head, permit):
        _stop(unit, file, parts, task=Task.NOT_SENT, acting=acting)
        return False
    queued = [part.message_id is not None for part in parts]
    unanswered = sum(part.state in _UNANSWERED for part in parts)
    for index in next_parts(queued, unanswered=unanswered):
        _queue(unit, file, head, index, permit=permit, acting=acting)
    return True


def _must_wait(unit: Unit, standing: Standing, *, acting: Acting, trusted: Instant) -> bool:
    """Is it the clock alone that says no: one that went back a little, or one that nobody trusts?"""
    state = standing.state(now=trusted)
    if state is ConsentState.EXPIRED:
        return trusted_clock.is_in_doubt(unit, now=acting.now)
    return state is ConsentState.NOT_YET


def permit_for(
    unit: Unit, file: OwnFile, standing: Standing, *, me: Self, trusted: Instant
) -> Permit | Refusal:
    """Does the consent under which it was read in still allow it, for this one category?"""
    request = ShareRequest(
        holder=me.node_id,
        recipient=file.peer,
        purpose=standing.consent.purpose,
        categories=frozenset({file.category}),
        handle=standing.consent.handle,
    )
    level = peers.load_peer(unit.vault, file.peer).level
    return may_share([standing], request=request, level=level, now=trusted)


def _permit_now(
    unit: Unit, file: OwnFile, *, me: Self, trusted: Instant
) -> Permit | Refusal | None:
    standing = _standing(unit, file)
    if standing is None:
        return None
    return permit_for(unit, file, standing, me=me, trusted=trusted)


def _standing(unit: Unit, file: OwnFile) -> Standing | None:
    record = consents.find_consent(unit.vault, file.consent_id)
    return None if record is None else record.standing


def _queue(
    unit: Unit, file: OwnFile, head: FileHead, index: int, *, permit: Permit, acting: Acting
) -> None:
    kept = own_files.part_content(unit.vault, file.file_id, index)
    key = secrets.load_disclosure_key(unit.keys, file.key_id or b"")
    part = BlobChunk(head=head, index=index, content=decrypt_at_rest(kept or b"", key=key))
    send = SendAbout(
        payload=build_file_part(part, permit),
        to=file.peer,
        thread=file.thread,
        reply_to=file.follows,
        urgency=Urgency.NORMAL,
    )
    (message,) = apply([send], unit, acting=acting)
    own_files.set_queued(unit.vault, file.file_id, index, message)


def tidy(unit: Unit, *, acting: Acting, trusted: Instant) -> None:
    """Destroy copies that nobody sent and nobody may send: her consent ended, or reading in was left.

    What is under way is ended by `go_on`, which tells a person. Not to be called while the clock is in doubt.
    """
    for file in own_files.copies(unit.vault):
        if file.state == "sending":
            continue
        is_left = file.state == "reading" and acting.now >= file.changed_at + _READING_SECONDS
        if is_left or _has_ended(_standing(unit, file), trusted=trusted):
            forget_own_copy(unit, file, state="stopped", now=acting.now)
            audit(unit, "file.stopped", file.file_id, acting=acting)


def _has_ended(standing: Standing | None, *, trusted: Instant) -> bool:
    state = None if standing is None else standing.state(now=trusted)
    return state in (None, ConsentState.WITHDRAWN, ConsentState.EXPIRED)

"""Lets messages act, each in its turn, and moves the head of their stream (SPEC 8.3)."""

import logging
from typing import Final

from node import logs
from node.effects import apply, audit
from node.filing import coming
from node.inbox import answering, hearing, keeping
from node.inbox import batch as batches
from node.inbox.batch import Batch
from node.reactions import resuming
from node.reactions.arrival import Arrival
from node.reactions.dispatch import react
from node.vault.records import StoredMessage
from node.vault.tables import messages
from node.vault.unit import NotWrittenError
from protocol.acceptance import BY_TIME_OF_CONTENT
from protocol.consent import ConsentState
from protocol.envelope import VerifiedMessage
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.messages.union import Message
from protocol.streams import Incoming, Link, advance, start
from protocol.values import NodeId

_LOGGER: Final = logging.getLogger(__name__)


class RefusedAfterAllError(Exception):
    """The state here does not allow what the message says; undoes what its reaction began."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


def arrival_of(batch: Batch, verified: VerifiedMessage) -> Arrival:
    """What a reaction is told about a message that came."""
    skeleton = verified.skeleton
    return Arrival(
        me=batch.me,
        sender=skeleton.sender,
        message_id=skeleton.message_id,
        hash=verified.hash,
        thread=skeleton.thread,
        reply_to=skeleton.reply_to,
        consent=skeleton.consent,
        epoch=skeleton.epoch,
        acting=batch.acting,
    )


def act(batch: Batch, message: Message, arrival: Arrival) -> None:
    """Let an accepted message take effect. Raises: RefusedAfterAllError."""
    try:
        reaction = react(batch.unit, message, arrival)
    except RemoteProtocolError as error:
        # A card or a bundle inside a message that is good otherwise.
        raise RefusedAfterAllError(error.code) from None
    if isinstance(reaction, RefusalCode):
        raise RefusedAfterAllError(reaction)
    apply(reaction, batch.unit, acting=batch.acting)
    batches.note_effect(batch, message, sender=arrival.sender)
    audit(
        batch.unit,
        "message.applied",
        arrival.message_id,
        acting=batch.acting,
        details=message.TYPE,
    )


def move_on(batch: Batch, verified: VerifiedMessage, *, is_next: bool) -> None:
    """Move the head over this message, settle what its own head says, let early ones follow."""
    skeleton = verified.skeleton
    hearing.hear(batch, verified)
    peer = batches.meet(batch, skeleton.sender)
    if peer is None:
        return
    stream = peer.incoming
    if stream is not None and skeleton.epoch > stream.epoch:
        _begin_anew(batch, verified, stream)
    if stream is None or skeleton.epoch > stream.epoch:
        stream = start(skeleton.epoch)
    if is_next:
        link = Link(sequence=skeleton.sequence, previous=skeleton.previous, hash=verified.hash)
        stream = advance(stream, held={link.sequence: link})
    batches.move_stream(batch, peer, stream)
    _catch_up(batch, skeleton.sender)


def _begin_anew(batch: Batch, verified: VerifiedMessage, former: Incoming) -> None:
    """A new stream: what waited for a gap in the one before waits no longer, for nothing fills it there."""
    skeleton = verified.skeleton
    resuming.on_new_stream(
        batch.unit,
        skeleton.sender,
        verified.signed.raw,
        epoch=skeleton.epoch,
        now=batch.now,
    )
    for waiting in messages.early_in(batch.unit.vault, skeleton.sender, epoch=former.epoch):
        _let_early_act(batch, waiting)
    batches.reread(batch, skeleton.sender)


def _catch_up(batch: Batch, sender: NodeId) -> None:
    """Early messages take effect, each in its turn."""
    while True:
        peer = batches.meet(batch, sender)
        if peer is None or peer.incoming is None:
            return
        stream = peer.incoming
        following = messages.early_at(
            batch.unit.vault, sender, epoch=stream.epoch, sequence=stream.sequence + 1
        )
        if following is None or following.previous != stream.hash:
            return
        if following.status == "early" and not _let_early_act(batch, following):
            return
        link = Link(sequence=following.sequence, previous=following.previous, hash=following.hash)
        batches.move_stream(batch, peer, advance(stream, held={link.sequence: link}))


def _let_early_act(batch: Batch, stored: StoredMessage) -> bool:
    """Let a message act whose turn has come; False if a defect or a doubt of ours kept it from acting."""
    arrival = Arrival(
        me=batch.me,
        sender=stored.peer,
        message_id=stored.message_id,
        hash=stored.hash,
        thread=stored.thread,
        reply_to=stored.reply_to,
        consent=stored.consent,
        epoch=stored.epoch,
        acting=batch.acting,
    )
    if stored.payload is None or stored.is_locked:
        _pass_by(batch, stored)
        return True
    try:
        with batch.unit.savepoint():
            message = keeping.read_again(batch, stored)
            act(batch, message, arrival)
            if not coming.is_kept(batch.unit, message, stored.message_id):
                keeping.forget_content(batch, stored)
    except RefusedAfterAllError as error:
        if batch.is_clock_in_doubt and error.code in BY_TIME_OF_CONTENT:
            # Its turn comes again with the next message.
            return False
        _refuse_late(batch, stored, error.code)
        return True
    except NotWrittenError:
        raise
    except Exception as error:  # noqa: BLE001  (a defect of ours: it waits, what came before it stays)
        logs.event(_LOGGER, "message.defect", level=logging.ERROR, error=error)
        audit(batch.unit, "message.defect", stored.hash, acting=batch.acting)
        return False
    messages.set_status(
        batch.unit.vault, stored.peer, stored.message_id, status="applied", code=None
    )
    return True


def _pass_by(batch: Batch, stored: StoredMessage) -> None:
    """There is nothing to read when its turn has come: she withdrew meanwhile, or our computer was lost.

    No backup has the key of what is personal. What is lost so is as if it had come without its payload: it
    must not be said of her that she withdrew.
    """
    standing = None if stored.consent is None else batches.find_standing(batch, stored.consent)
    if standing is None or standing.state(now=batch.latest_seen) is ConsentState.WITHDRAWN:
        _refuse_late(batch, stored, RefusalCode.E_CONSENT_WITHDRAWN)
        return
    keeping.forget_content(batch, stored)
    answering.answer_withheld_late(batch, stored)
    messages.set_status(
        batch.unit.vault, stored.peer, stored.message_id, status="withheld", code=None
    )


def _refuse_late(batch: Batch, stored: StoredMessage, code: RefusalCode) -> None:
    keeping.forget_content(batch, stored)
    answering.answer_refused_late(batch, stored, code)
    messages.set_status(
        batch.unit.vault, stored.peer, stored.message_id, status="refused", code=code.value
    )

"""Takes envelopes into the vault: open, verify, judge, keep, react, answer (SPEC 8.2).

One transaction for a batch, a savepoint for each message. Only after its commit may the envelopes be
deleted from the mailbox. Withdrawals are carried out before anything else of the same batch.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from node import logs
from node.effects import Acting, apply, audit
from node.inbox import answering, keeping
from node.inbox import batch as batches
from node.inbox.batch import Batch
from node.reactions import receipting
from node.reactions.arrival import Arrival
from node.reactions.dispatch import react
from node.vault.records import Self, StoredMessage
from node.vault.tables import messages, quarantine
from node.vault.unit import Unit
from protocol.acceptance import (
    BY_TIME,
    Accepted,
    Duplicate,
    Held,
    Order,
    Refused,
    Withheld,
)
from protocol.effects import Remind, Task
from protocol.envelope import OpenedEnvelope, VerifiedMessage, open_envelope, parse
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.keys import PrekeySecret
from protocol.limits import DAY
from protocol.messages.core import Receipt
from protocol.messages.union import OVERTAKING, PURPOSE_OF_TYPE, Message
from protocol.streams import Incoming, Link, Placement, advance, start
from protocol.values import NodeId, PrekeyId, later
from protocol.vocabulary.codes import ReceiptStatus

_LOGGER: Final = logging.getLogger(__name__)

# Kept still sealed: they may be opened later, by a newer version or a clock that was set right.
_WAIT_SEALED: Final = frozenset(
    {
        RefusalCode.E_PREKEY_UNKNOWN,
        RefusalCode.E_VERSION,
        RefusalCode.E_SUITE,
    }
)
_FITTING: Final = (Placement.NEXT, Placement.EARLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch: how many were new, and the codes of what was refused."""

    taken: int
    refused: tuple[RefusalCode, ...]


class _RefusedAfterAllError(Exception):
    """The state here does not allow what the message says; undoes what its reaction began."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


def take(
    unit: Unit,
    envelopes: Sequence[bytes],
    *,
    me: Self,
    prekeys: Mapping[PrekeyId, PrekeySecret],
    acting: Acting,
) -> Taken:
    """Take a batch. Whatever is in it, the whole batch may be deleted once this is committed."""
    batch = batches.begin(unit, me=me, prekeys=prekeys, acting=acting)
    refused: list[RefusalCode] = []
    opened: list[tuple[OpenedEnvelope, bytes]] = []
    for raw in envelopes:
        try:
            opened.append((open_envelope(parse(raw), prekeys=batch.prekeys), raw))
        except RemoteProtocolError as error:
            refused.append(error.code)
            _could_not_open(batch, raw, error.code)
    # Whoever introduces itself in this batch may have said more in it: strangers are asked twice.
    strangers = _take_verified(batch, opened, refused)
    for _, raw in _take_verified(batch, strangers, refused) if strangers else ():
        refused.append(RefusalCode.E_SENDER_UNKNOWN)
        _could_not_open(batch, raw, RefusalCode.E_SENDER_UNKNOWN)
    batches.wake(batch)
    return Taken(taken=len(envelopes) - len(refused), refused=tuple(refused))


def take_again(
    unit: Unit, *, me: Self, prekeys: Mapping[PrekeyId, PrekeySecret], acting: Acting
) -> Taken:
    """Judge once more what waited for a clock that is right (R-114)."""
    waiting = quarantine.take_out(unit.vault, RefusalCode.E_CLOCK.value)
    taken = take(unit, [raw for raw, _ in waiting], me=me, prekeys=prekeys, acting=acting)
    for raw, at in waiting:
        quarantine.keep_since(unit.vault, raw, at=at)
    return taken


def _take_verified(
    batch: Batch, opened: Sequence[tuple[OpenedEnvelope, bytes]], refused: list[RefusalCode]
) -> list[tuple[OpenedEnvelope, bytes]]:
    """Take what verifies, each in its turn. Returns: what came from nobody we know."""
    verified: list[tuple[VerifiedMessage, bytes]] = []
    strangers: list[tuple[OpenedEnvelope, bytes]] = []
    for envelope, raw in opened:
        try:
            verified.append((batches.verify(batch, envelope), raw))
        except RemoteProtocolError as error:
            if error.code is RefusalCode.E_SENDER_UNKNOWN:
                strangers.append((envelope, raw))
                continue
            refused.append(error.code)
            _could_not_open(batch, raw, error.code)
    batches.hear_time(batch, [message for message, _ in verified])
    verified.sort(key=_turn)
    for message, raw in verified:
        code = _take_safely(batch, message, raw)
        if code is not None:
            refused.append(code)
    return strangers


def _turn(item: tuple[VerifiedMessage, bytes]) -> tuple[bool, NodeId, int, int]:
    skeleton = item[0].skeleton
    return (
        skeleton.type not in OVERTAKING,
        skeleton.sender,
        skeleton.epoch,
        skeleton.sequence,
    )


def _could_not_open(batch: Batch, raw: bytes, code: RefusalCode) -> None:
    if code in _WAIT_SEALED:
        quarantine.keep(batch.unit.vault, raw, code=code.value, now=batch.now)
    audit(batch.unit, "envelope.refused", b"", acting=batch.acting, details=code.value)


def _take_safely(batch: Batch, verified: VerifiedMessage, raw: bytes) -> RefusalCode | None:
    """One bad message never stops the rest: what fails is undone and kept sealed."""
    try:
        with batch.unit.savepoint():
            return _take_one(batch, verified, raw)
    except _RefusedAfterAllError as error:
        batches.forget(batch, verified.skeleton.sender)
        if batch.is_clock_in_doubt and error.code in BY_TIME:
            return keeping.hold(batch, raw, RefusalCode.E_CLOCK)
        refusal = Refused(
            code=error.code, counts=True, freezes=False, placement=_placement(batch, verified)
        )
        with batch.unit.savepoint():
            return _refuse(batch, verified, raw, refusal)
    except Exception as error:  # noqa: BLE001  (a defect of ours must not block every message behind it)
        logs.event(_LOGGER, "message.defect", level=logging.ERROR, error=error)
        batches.forget(batch, verified.skeleton.sender)
        code = RefusalCode.E_SCHEMA
        quarantine.keep(batch.unit.vault, raw, code="defect", now=batch.now)
        audit(batch.unit, "message.defect", verified.hash, acting=batch.acting)
        return code


def _placement(batch: Batch, verified: VerifiedMessage) -> Placement | None:
    verdict = batches.judge(batch, verified)
    return verdict.placement if isinstance(verdict, Accepted) else None


def _take_one(batch: Batch, verified: VerifiedMessage, raw: bytes) -> RefusalCode | None:
    verdict = batches.judge(batch, verified)
    match verdict:
        case Accepted():
            _accept(batch, verified, verdict)
            return None
        case Duplicate():
            answering.answer_again(batch, verified)
            return None
        case Withheld(placement=placement):
            _withheld(batch, verified, placement)
            return None
        case Held(code=code):
            return keeping.hold(batch, raw, code)
        case Refused():
            return _refuse(batch, verified, raw, verdict)
        case _:
            assert_never(verdict)


def _accept(batch: Batch, verified: VerifiedMessage, accepted: Accepted) -> None:
    # A receipt means the same whenever it is read, and its content is not kept: it acts at once.
    is_early = accepted.order is Order.EARLY and not isinstance(accepted.message, Receipt)
    has_place = accepted.placement is not None
    if not is_early:
        _react(batch, accepted.message, _arrival(batch, verified))
    keeping.keep(
        batch,
        verified,
        status="early" if is_early else "applied",
        code=None,
        has_place=has_place,
        with_payload=True,
    )
    is_next = accepted.placement is Placement.NEXT
    answering.answer(batch, verified, status=ReceiptStatus.STORED, code=None, in_range=is_next)
    if has_place:
        _advance(batch, verified, is_next=is_next)


def _withheld(batch: Batch, verified: VerifiedMessage, placement: Placement) -> None:
    keeping.keep(batch, verified, status="withheld", code=None, has_place=True, with_payload=False)
    answering.answer(batch, verified, status=ReceiptStatus.WITHHELD, code=None, in_range=False)
    _advance(batch, verified, is_next=placement is Placement.NEXT)


def _refuse(batch: Batch, verified: VerifiedMessage, raw: bytes, refused: Refused) -> RefusalCode:
    """Only the skeleton and the code are kept; it counts in its stream where it has a place."""
    known = batches.meet(batch, verified.skeleton.sender)
    audit(
        batch.unit,
        "message.refused",
        verified.hash,
        acting=batch.acting,
        details=refused.code.value,
    )
    if refused.freezes and known is not None:
        _freeze(batch, verified, raw, refused.code)
    fits = refused.counts and refused.placement in _FITTING
    if known is None or not fits:
        if known is not None and _may_be_answered(refused):
            answering.answer(
                batch,
                verified,
                status=ReceiptStatus.REFUSED,
                code=refused.code,
                in_range=False,
            )
        return refused.code
    keeping.keep(
        batch,
        verified,
        status="refused",
        code=refused.code,
        has_place=True,
        with_payload=False,
    )
    answering.answer(
        batch, verified, status=ReceiptStatus.REFUSED, code=refused.code, in_range=False
    )
    _advance(batch, verified, is_next=refused.placement is Placement.NEXT)
    return refused.code


def _may_be_answered(refused: Refused) -> bool:
    """What lies far behind was answered long ago; a suspended node is told nothing (R-84)."""
    return (
        refused.placement is not Placement.PAST
        and refused.code is not RefusalCode.E_SENDER_SUSPENDED
    )


def _freeze(batch: Batch, verified: VerifiedMessage, raw: bytes, code: RefusalCode) -> None:
    """A fork or a broken chain: nothing more moves this stream until people looked at it."""
    sender = verified.skeleton.sender
    quarantine.keep(batch.unit.vault, raw, code=code.value, now=batch.now)
    peer = batches.meet(batch, sender)
    if peer is None:
        return
    stream = peer.incoming or start(verified.skeleton.epoch)
    frozen = Incoming(
        epoch=stream.epoch, sequence=stream.sequence, hash=stream.hash, is_frozen=True
    )
    batches.move_stream(batch, peer, frozen)
    due = later(batch.now, DAY)
    apply(
        [Remind(task=Task.STREAM_FROZEN, peer=sender, thread=None, due=due)],
        batch.unit,
        acting=batch.acting,
    )


def _arrival(batch: Batch, verified: VerifiedMessage) -> Arrival:
    skeleton = verified.skeleton
    return Arrival(
        me=batch.me,
        sender=skeleton.sender,
        message_id=skeleton.message_id,
        hash=verified.hash,
        thread=skeleton.thread,
        reply_to=skeleton.reply_to,
        consent=skeleton.consent,
        acting=batch.acting,
    )


def _react(batch: Batch, message: Message, arrival: Arrival) -> None:
    try:
        reaction = react(batch.unit, message, arrival)
    except RemoteProtocolError as error:
        # A card or a bundle inside a message that is good otherwise.
        raise _RefusedAfterAllError(error.code) from None
    if isinstance(reaction, RefusalCode):
        raise _RefusedAfterAllError(reaction)
    apply(reaction, batch.unit, acting=batch.acting)
    # What only tells about her leaves every consent as it was; anything else may have changed one.
    if message.TYPE not in PURPOSE_OF_TYPE:
        batches.forget_standings(batch)
    audit(
        batch.unit,
        "message.applied",
        arrival.message_id,
        acting=batch.acting,
        details=message.TYPE,
    )


def _advance(batch: Batch, verified: VerifiedMessage, *, is_next: bool) -> None:
    """Move the head over this message, settle what its own head says, let early ones follow."""
    skeleton = verified.skeleton
    if batch.heads.get(skeleton.sender) != skeleton.head:
        receipting.on_head(batch.unit, skeleton.head, sender=skeleton.sender, now=batch.now)
        batch.heads[skeleton.sender] = skeleton.head
    peer = batches.meet(batch, skeleton.sender)
    if peer is None:
        return
    stream = peer.incoming
    if stream is None or skeleton.epoch > stream.epoch:
        stream = start(skeleton.epoch)
    if is_next:
        link = Link(sequence=skeleton.sequence, previous=skeleton.previous, hash=verified.hash)
        stream = advance(stream, held={link.sequence: link})
    batches.move_stream(batch, peer, stream)
    _catch_up(batch, skeleton.sender)


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
    """Let a message act whose turn has come; False if a defect of ours kept it from acting."""
    arrival = Arrival(
        me=batch.me,
        sender=stored.peer,
        message_id=stored.message_id,
        hash=stored.hash,
        thread=stored.thread,
        reply_to=stored.reply_to,
        consent=stored.consent,
        acting=batch.acting,
    )
    if stored.payload is None or stored.is_locked:
        # She withdrew while it waited for its turn.
        _refuse_late(batch, stored, RefusalCode.E_CONSENT_WITHDRAWN)
        return True
    try:
        with batch.unit.savepoint():
            _react(batch, keeping.read_again(batch, stored), arrival)
    except _RefusedAfterAllError as error:
        _refuse_late(batch, stored, error.code)
        return True
    except Exception as error:  # noqa: BLE001  (a defect of ours: it waits, what came before it stays)
        logs.event(_LOGGER, "message.defect", level=logging.ERROR, error=error)
        audit(batch.unit, "message.defect", stored.hash, acting=batch.acting)
        return False
    messages.set_status(
        batch.unit.vault, stored.peer, stored.message_id, status="applied", code=None
    )
    return True


def _refuse_late(batch: Batch, stored: StoredMessage, code: RefusalCode) -> None:
    keeping.forget_content(batch, stored)
    answering.answer_refused_late(batch, stored, code)
    messages.set_status(
        batch.unit.vault, stored.peer, stored.message_id, status="refused", code=code.value
    )

"""Takes envelopes into the vault: open, verify, judge, keep, react, answer (SPEC 8.2).

One transaction for a batch, a savepoint for each message. Only after its commit may the envelopes be
deleted from the mailbox. Withdrawals are carried out before anything else of the same batch.
"""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from node import logs
from node.effects import Acting, audit
from node.filing import coming
from node.inbox import answering, evidence, hearing, keeping, turns
from node.inbox import batch as batches
from node.inbox.batch import Batch
from node.vault.records import Self
from node.vault.tables import quarantine
from node.vault.unit import NotWrittenError, Unit
from protocol.acceptance import (
    BY_TIME_OF_CONTENT,
    Accepted,
    Covered,
    Duplicate,
    Held,
    Order,
    Refused,
    Withheld,
)
from protocol.envelope import (
    OpenedEnvelope,
    VerifiedMessage,
    open_envelope,
    parse,
    verify_message,
)
from protocol.errors import RefusalCode, RemoteProtocolError
from protocol.keys import PrekeySecret
from protocol.messages.core import IntroductionRequest, Receipt
from protocol.messages.recovery import ConsentStates
from protocol.messages.union import OVERTAKING
from protocol.streams import Placement
from protocol.values import Instant, NodeId, PrekeyId
from protocol.vocabulary.codes import ReceiptStatus

_LOGGER: Final = logging.getLogger(__name__)

# Kept still sealed: they may be opened later, by a newer version or a clock that was set right.
_WAIT_SEALED: Final = frozenset({RefusalCode.E_PREKEY_UNKNOWN, *quarantine.OF_A_NEWER_PROGRAM})
# A partner signed it, and somebody did something else with it: people are told.
_MISUSED: Final = frozenset(
    {RefusalCode.E_NOT_FOR_ME, RefusalCode.E_COMMIT, RefusalCode.E_SUITE_MISMATCH}
)
_FITTING: Final = (Placement.NEXT, Placement.EARLY)
# What they say means the same whenever it is read. A receipt's content is not kept; a list of consents must
# not wait for the gap that is filled only once the list came, and who read our new card from a file
# tells it to a node that can ask for nothing before it knows that.
_AT_ONCE: Final = (Receipt, ConsentStates, IntroductionRequest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch: how many were new, and the codes of what was refused."""

    taken: int
    refused: tuple[RefusalCode, ...]


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


def overtaking(
    unit: Unit,
    envelopes: Sequence[bytes],
    *,
    me: Self,
    prekeys: Mapping[PrekeyId, PrekeySecret],
    acting: Acting,
) -> list[bytes]:
    """Those of a batch that carry a withdrawal or a suspend; nothing is written.

    Where the disk has room for little more, these are what it is for.
    """
    senders = batches.senders(unit, now=acting.now)
    found: list[bytes] = []
    for raw in envelopes:
        with contextlib.suppress(RemoteProtocolError):
            opened = open_envelope(parse(raw), prekeys=prekeys)
            verified = verify_message(opened, senders=senders, me=me.node_id, now=acting.now)
            if verified.skeleton.type in OVERTAKING:
                found.append(raw)
    return found


def take_again(
    unit: Unit, *, me: Self, prekeys: Mapping[PrekeyId, PrekeySecret], acting: Acting
) -> Taken:
    """Judge once more what waited for a clock that is right (R-114), or for the program that runs now."""
    readable = _readable_now(unit)
    if readable and not quarantine.count_of_a_newer_program(unit.vault):
        evidence.end_asking_for_update(unit, me=me.node_id, acting=acting)
    waiting = quarantine.take_out(unit.vault, RefusalCode.E_CLOCK.value) + readable
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
            if error.code in _MISUSED:
                evidence.show_misused(batch, envelope, error.code)
    batches.hear_time(batch, [message for message, _ in verified])
    verified.sort(key=_turn)
    for message, raw in verified:
        code = _take_safely(batch, message, raw)
        if code is not None:
            refused.append(code)
    return strangers


def _readable_now(unit: Unit) -> list[tuple[bytes, Instant]]:
    """What this program reads of what an older one could not; the rest stays, as old as it was."""
    found: list[tuple[bytes, Instant]] = []
    for code in quarantine.OF_A_NEWER_PROGRAM:
        for raw, at in quarantine.take_out(unit.vault, code.value):
            try:
                parse(raw)
            except RemoteProtocolError:
                quarantine.keep(unit.vault, raw, code=code.value, now=at)
            else:
                found.append((raw, at))
    return found


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
    if code in quarantine.OF_A_NEWER_PROGRAM:
        evidence.ask_for_update(batch)
    audit(batch.unit, "envelope.refused", b"", acting=batch.acting, details=code.value)


def _take_safely(batch: Batch, verified: VerifiedMessage, raw: bytes) -> RefusalCode | None:
    """One bad message never stops the rest: what fails is undone and kept sealed."""
    try:
        with batch.unit.savepoint():
            return _take_one(batch, verified, raw)
    except turns.RefusedAfterAllError as error:
        batches.forget(batch, verified.skeleton.sender)
        if batch.is_clock_in_doubt and error.code in BY_TIME_OF_CONTENT:
            return keeping.hold(batch, raw, RefusalCode.E_CLOCK)
        refusal = Refused(
            code=error.code, counts=True, freezes=False, placement=_placement(batch, verified)
        )
        with batch.unit.savepoint():
            return _refuse(batch, verified, raw, refusal)
    except NotWrittenError:
        # The disk, and not the message: it stays in the mailbox, and comes again.
        raise
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
        case Withheld(placement=placement):
            _withheld(batch, verified, placement)
        case Held(code=code):
            return keeping.hold(batch, raw, code)
        case Refused():
            return _refuse(batch, verified, raw, verdict)
        case Covered():
            hearing.take_cover(batch, verified)
        case _:
            assert_never(verdict)
    return None


def _accept(batch: Batch, verified: VerifiedMessage, accepted: Accepted) -> None:
    is_early = accepted.order is Order.EARLY and not isinstance(accepted.message, _AT_ONCE)
    has_place = accepted.placement is not None
    if not is_early:
        turns.act(batch, accepted.message, turns.arrival_of(batch, verified))
    keeping.keep(
        batch,
        verified,
        status="early" if is_early else "applied",
        code=None,
        has_place=has_place,
        with_payload=is_early
        or coming.is_kept(batch.unit, accepted.message, verified.skeleton.message_id),
    )
    is_next = accepted.placement is Placement.NEXT
    answering.answer(batch, verified, status=ReceiptStatus.STORED, code=None, in_range=is_next)
    if has_place:
        turns.move_on(batch, verified, is_next=is_next)


def _withheld(batch: Batch, verified: VerifiedMessage, placement: Placement) -> None:
    keeping.keep(batch, verified, status="withheld", code=None, has_place=True, with_payload=False)
    answering.answer(batch, verified, status=ReceiptStatus.WITHHELD, code=None, in_range=False)
    turns.move_on(batch, verified, is_next=placement is Placement.NEXT)


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
        evidence.freeze(batch, verified, raw, refused.code)
    if refused.code is RefusalCode.E_EPOCH_SUPERSEDED:
        evidence.show_old_computer(batch, verified)
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
    turns.move_on(batch, verified, is_next=refused.placement is Placement.NEXT)
    return refused.code


def _may_be_answered(refused: Refused) -> bool:
    """What lies far behind was answered long ago; a suspended node is told nothing (R-84)."""
    return (
        refused.placement is not Placement.PAST
        and refused.code is not RefusalCode.E_SENDER_SUSPENDED
    )

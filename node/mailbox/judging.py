"""What becomes of envelopes that are laid into a mailbox; the same whatever keeps them.

Full means refuse (R-19): the oldest is never dropped, because its sender believes it delivered, while
whoever is refused still holds what it wanted to leave. The end of a quota takes only the smallest
envelopes, so that a filled mailbox still takes a withdrawal.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from node.mailbox.records import DepositResult, Quota, Waiting
from protocol import limits
from protocol.values import EnvelopeId, envelope_id_of

_MAGIC: Final = b"SATH"
_BUCKETS: Final = frozenset(limits.BUCKETS)

Named = tuple[EnvelopeId, bytes]
"""An envelope with its name, which is its hash."""


def name_all(envelopes: Sequence[bytes]) -> tuple[Named, ...]:
    """Each envelope with its name."""
    return tuple((envelope_id_of(envelope), envelope) for envelope in envelopes)


def judge_all(
    named: Sequence[Named], *, held: AbstractSet[EnvelopeId], lying: Waiting, quota: Quota
) -> tuple[tuple[DepositResult, ...], tuple[Named, ...]]:
    """Judge each envelope on its own; one that is refused never stops the next.

    Args:
        named: what came, in order.
        held: which of these names lie in the mailbox already.
        lying: how much lies there.
        quota: of the mailbox.

    Returns:
        What became of each, in order, and those that are to be stored, in order.
    """
    there = set(held)
    count, total = lying.envelopes, lying.bytes
    results: list[DepositResult] = []
    stored: list[Named] = []
    for name, envelope in named:
        result = _judge(envelope, is_held=name in there, count=count, total=total, quota=quota)
        results.append(result)
        if result is DepositResult.STORED:
            count, total = count + 1, total + len(envelope)
            there.add(name)
            stored.append((name, envelope))
    return tuple(results), tuple(stored)


def _judge(
    envelope: bytes, *, is_held: bool, count: int, total: int, quota: Quota
) -> DepositResult:
    size = len(envelope)
    if size not in _BUCKETS or envelope[:4] != _MAGIC:
        return DepositResult.NOT_A_BUCKET
    if is_held:
        return DepositResult.HELD
    is_smallest = size == limits.BUCKETS[0]
    count_max = quota.envelopes_max - (0 if is_smallest else quota.reserve_envelopes)
    bytes_max = quota.bytes_max - (0 if is_smallest else quota.reserve_bytes)
    if count + 1 > count_max or total + size > bytes_max:
        return DepositResult.FULL
    return DepositResult.STORED

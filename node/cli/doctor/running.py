"""The running node, asked without a session; and with one, its partners."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from node.cli.doctor.findings import Check, Finding, bad, doubtful, good
from protocol import limits
from protocol.local.views import NodeStatus, Outbox, OutboxLine, Peers, PeerView
from protocol.values import Instant
from tui.client import Client, ClientError, NotRunningError

WAITING_SECONDS_MAX: Final = 3 * limits.DAY
PREKEY_WEEKS_MIN: Final = 2
VERIFIED_LEVEL: Final = 2
ACTIVE: Final = "active"


class Silence(Enum):
    """Why there is no status."""

    NOT_RUNNING = "nobody listens"
    NO_ANSWER = "somebody listens and gives no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Another organisation, and what waits for its answer.

    `keys_over_seconds`: for how long nothing can be sealed to it; 0 as long as something can.
    """

    name: str
    node_id_text: str
    status: str
    level: int
    silent_seconds: int | None
    waiting: int
    oldest_seconds: int
    keys_over_seconds: int


def status_of(socket: Path) -> NodeStatus | Silence:
    """How the node says it stands."""

    async def asked() -> NodeStatus:
        async with Client(socket) as client:
            return await client.show_status()

    try:
        return asyncio.run(asked())
    except NotRunningError:
        return Silence.NOT_RUNNING
    except ClientError:
        return Silence.NO_ANSWER


async def partners_of(client: Client) -> tuple[Peers, Outbox]:
    """What a session of any role may see of the partners."""
    return await client.list_peers(), await client.list_outbox()


def partners(peers: Peers, outbox: Outbox, *, now: Instant) -> list[Partner]:
    """Each partner with what waits for it."""
    return [
        _partner(peer, [item for item in outbox.items if item.peer == peer.node_id], now=now)
        for peer in peers.peers
    ]


def judge_node(seen: NodeStatus | Silence) -> Finding:
    """Does it run, and is it open?"""
    match seen:
        case Silence.NOT_RUNNING:
            return doubtful(
                Check.NODE,
                "it does not run: nothing that partners send can arrive",
                fix="sathi serve",
            )
        case Silence.NO_ANSWER:
            return bad(
                Check.NODE,
                "it runs and does not answer",
                fix="stop it, read the end of its log, and start it again: sathi serve",
            )
        case NodeStatus():
            said = "open" if seen.is_open else "locked: it takes what comes and sends nothing"
            return good(Check.NODE, f"it runs and is {said}")


def judge_waiting(seen: NodeStatus | Silence, *, envelopes: int) -> Finding:
    """What came and was not opened: a withdrawal may be among it."""
    is_open = isinstance(seen, NodeStatus) and seen.is_open
    if envelopes and not is_open:
        return doubtful(
            Check.WAITING,
            f"{envelopes} envelopes came and wait; a withdrawal may be among them",
            fix="let somebody of the organisation unlock the node",
        )
    if envelopes:
        return good(Check.WAITING, f"{envelopes} envelopes came and will be opened by themselves")
    return good(Check.WAITING, "nothing that came waits to be opened")


def judge_open(seen: NodeStatus) -> list[Finding]:
    """What only an open node can say; nothing of a case, and no partner."""
    if not seen.is_open:
        return []
    return [
        _judge_erasure(is_pending=seen.is_erasure_pending),
        _judge_prekeys(seen.prekey_weeks_left or 0),
        _judge_outbox(seen.outbox_waiting or 0, oldest=seen.outbox_oldest_seconds or 0),
        _judge_update(seen.update_waiting or 0),
    ]


def judge_clock_and_card(seen: NodeStatus) -> list[Finding]:
    """What a person has to look at now and then, as an open node says it."""
    if not seen.is_open:
        return []
    charter = seen.charter_seconds_left
    return [
        _judge_date(is_in_doubt=bool(seen.is_clock_in_doubt)),
        _judge_card(seen.card_seconds_left or 0),
        *([] if charter is None else [_judge_charter(charter)]),
    ]


def judge_partner(seen: Partner) -> Finding:
    """Silence alone is no fault: a partner is missed where something waits for it."""
    heard = "never heard from" if seen.silent_seconds is None else _ago(seen.silent_seconds)
    said = f"{seen.name}: {heard}, level {seen.level}, {seen.waiting} waiting"
    if seen.status != ACTIVE:
        said = f"{said}, {seen.status}"
    if seen.keys_over_seconds and seen.status == ACTIVE:
        over = seen.keys_over_seconds
        ended = "today" if over < limits.DAY else f"{_days(over)} ago"
        return doubtful(
            Check.PARTNER,
            f"{said}; their keys that we hold ended {ended}, nothing can leave",
            fix="call them: their computer has to be on and unlocked; docs/backups.md says what then",
        )
    if seen.waiting and seen.oldest_seconds >= WAITING_SECONDS_MAX:
        return doubtful(
            Check.PARTNER,
            f"{said} for {_days(seen.oldest_seconds)}",
            fix="their computer is off; nothing to do here, but you may call them",
        )
    if seen.level < VERIFIED_LEVEL and seen.status == ACTIVE:
        return doubtful(
            Check.PARTNER,
            said,
            fix=f"compare the safety number with them: sathi peer verify {seen.node_id_text}",
        )
    return good(Check.PARTNER, said)


def _partner(peer: PeerView, items: Sequence[OutboxLine], *, now: Instant) -> Partner:
    oldest = min((item.queued_at for item in items), default=now)
    heard = peer.last_heard
    return Partner(
        name=peer.name,
        node_id_text=peer.node_id_text,
        status=peer.status,
        level=peer.level,
        silent_seconds=None if heard is None else max(0, now - heard),
        waiting=len(items),
        oldest_seconds=max(0, now - oldest),
        keys_over_seconds=max(0, now - peer.keys_until),
    )


def _judge_erasure(*, is_pending: bool) -> Finding:
    if is_pending:
        return doubtful(
            Check.ERASURE,
            "something erased is still in a log file",
            fix="leave the node running and look again; if it stays, make room on the disk",
        )
    return good(Check.ERASURE, "what was erased is gone")


def _judge_prekeys(weeks: int) -> Finding:
    said = f"prekeys for {weeks} more weeks"
    fix = "new ones are made by themselves: let somebody unlock the node, and look at its clock"
    if weeks == 0:
        return bad(Check.PREKEYS, "the last week of prekeys", fix=fix)
    if weeks < PREKEY_WEEKS_MIN:
        return doubtful(Check.PREKEYS, said, fix=fix)
    return good(Check.PREKEYS, said)


def _judge_date(*, is_in_doubt: bool) -> Finding:
    if is_in_doubt:
        return doubtful(
            Check.DATE,
            "the node does not trust its clock: nothing is destroyed, and what comes may be held",
            fix="compare the date with a telephone, set it, then: sathi clock confirm",
        )
    return good(Check.DATE, "the node trusts its clock")


def _judge_card(seconds: int) -> Finding:
    fix = "fetch the 24 words of the root key, then: sathi card renew"
    if seconds <= 0:
        return bad(Check.CARD, "our card has ended: nobody new can meet us", fix=fix)
    said = f"our card is good for {_days(seconds)}"
    if seconds < limits.CARD_REMINDER_SECONDS:
        return doubtful(Check.CARD, said, fix=fix)
    return good(Check.CARD, said)


def _judge_charter(seconds: int) -> Finding:
    fix = "ask the stewards for the next one, then: sathi charter apply"
    if seconds <= 0:
        return bad(Check.CHARTER, "the charter has ended: nobody new can be met", fix=fix)
    said = f"the charter is good for {_days(seconds)}"
    if seconds <= limits.CHARTER_REMINDER_SECONDS:
        return doubtful(Check.CHARTER, said, fix=fix)
    return good(Check.CHARTER, said)


def _judge_outbox(waiting: int, *, oldest: int) -> Finding:
    if waiting and oldest >= WAITING_SECONDS_MAX:
        return doubtful(
            Check.OUTBOX,
            f"{waiting} messages wait for an answer, the oldest for {_days(oldest)}",
            fix="look which partner is silent: sathi doctor --user NAME",
        )
    return good(Check.OUTBOX, f"{waiting} messages wait for an answer")


def _judge_update(waiting: int) -> Finding:
    if waiting:
        envelopes = "1 envelope" if waiting == 1 else f"{waiting} envelopes"
        return doubtful(
            Check.UPDATE,
            f"{envelopes} came that only a newer Sathi can open; each is kept for a week",
            fix="update Sathi: what was kept is then looked at again by itself, within an hour",
        )
    return good(Check.UPDATE, "nothing came that only a newer Sathi can open")


def _ago(seconds: int) -> str:
    return "heard today" if seconds < limits.DAY else f"last heard {_days(seconds)} ago"


def _days(seconds: int) -> str:
    days = seconds // limits.DAY
    return "1 day" if days == 1 else f"{days} days"

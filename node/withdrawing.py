"""What is over here once she withdrew, whether she said it to us or to the other side."""

from node.vault.records import ConsentRecord, Referral
from node.vault.tables import consents, desk, referrals
from node.vault.unit import Unit
from protocol import referral_flow
from protocol.consent import Consent, ConsentEvent
from protocol.effects import Task
from protocol.referral_flow import ReferralEvent
from protocol.values import Instant, NodeId, Pseudonym
from protocol.vocabulary.codes import Purpose

_ASKED = frozenset(
    {ConsentEvent.CONFIRMED_BY_HOLDER, ConsentEvent.REFUSED, ConsentEvent.WITHDRAWN}
)


def end_referrals(
    unit: Unit, consent: Consent, *, is_heard: bool, by: Pseudonym, now: Instant
) -> list[Referral]:
    """Every referral under the consent ends, and nobody is asked any more for what was for it alone.

    Returns:
        Those that ended, as they stood before.
    """
    ended = []
    for referral in referrals.referrals_under(unit.vault, consent.consent_id):
        moved = referral_flow.step(referral.state, ReferralEvent.WITHDRAW, heard=None)
        if moved is None:
            continue
        referrals.move_referral(
            unit.vault,
            referral.thread,
            event=ReferralEvent.WITHDRAW,
            state=moved[0],
            is_heard=is_heard,
            detail=None,
            now=now,
        )
        over = referral_flow.tasks_over(moved[0])
        desk.finish_all(unit.vault, over, thread=referral.thread, by=by, now=now)
        ended.append(referral)
    return ended


def finish_asking(unit: Unit, consent: Consent, *, by: Pseudonym, now: Instant) -> None:
    """Nobody is reminded to ask her any more, unless another consent of hers waits for the same."""
    if not consent.needs_confirmation:
        return
    records = consents.of_handle(unit.vault, consent.handle)
    if not any(_waits_for_her(record, holder=consent.holder) for record in records):
        _finish(unit, records, Task.CONFIRM_WITH_HER, by=by, now=now)


def finish_reading(
    unit: Unit, consent: Consent, *, me: NodeId, by: Pseudonym, now: Instant
) -> None:
    """What they told us under it is locked: nobody is asked to read it."""
    if consent.purpose is Purpose.FOLLOW_UP and consent.recipient == me:
        records = consents.of_handle(unit.vault, consent.handle)
        _finish(unit, records, Task.REPORT_TO_READ, by=by, now=now)


def _waits_for_her(record: ConsentRecord, *, holder: NodeId) -> bool:
    consent = record.standing.consent
    is_asked = bool(record.standing.events & _ASKED)
    return consent.holder == holder and consent.needs_confirmation and not is_asked


def _finish(
    unit: Unit, records: list[ConsentRecord], task: Task, *, by: Pseudonym, now: Instant
) -> None:
    """In every conversation about her with this peer: her name between the two is in each of them."""
    for record in records:
        for referral in referrals.referrals_under(unit.vault, record.standing.consent.consent_id):
            desk.finish_tasks(unit.vault, task=task.value, thread=referral.thread, by=by, now=now)

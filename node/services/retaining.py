"""What must go: erased after a withdrawal, swept after a crash, asked for again until it is answered.

Erasing takes two transactions. The first destroys; the second says so to the other side, and only after the
log files were emptied: nobody is told "erased" while an old page may still hold it.
"""

from collections.abc import Sequence
from typing import Final

from node import trusted_clock
from node.effects import Acting, apply, audit
from node.filing import coming, leaving
from node.vault.records import ConsentRecord, Self
from node.vault.tables import (
    attempts,
    charters,
    clock,
    consents,
    desk,
    held,
    identity,
    messages,
    outbox,
    own_files,
    quarantine,
    received_files,
    referrals,
    secrets,
    skeletons,
    terms,
    upkeep,
)
from node.vault.unit import Unit
from protocol import limits
from protocol.consent import Consent
from protocol.consent_rules import acknowledge, repeat_withdrawal
from protocol.effects import Task
from protocol.errors import RefusalCode
from protocol.local.views import No
from protocol.retention import kept_until
from protocol.values import ConsentId, Hash, NodeId, ThreadId, later
from protocol.vocabulary.codes import WithdrawalStatus, WithdrawalWanted

_EVIDENCE: Final = (
    "defect",
    RefusalCode.E_FORK.value,
    RefusalCode.E_CHAIN.value,
    # Not evidence, but it opens too; its sender has it still, and leaves it again.
    RefusalCode.E_CLOCK.value,
)
_SKELETONS: Final = "skeletons"
_SHORTEST_MONTH_SECONDS: Final = 28 * limits.DAY
ERASED: Final = WithdrawalStatus.ERASED


def erase_locked(unit: Unit, *, acting: Acting) -> list[ConsentId]:
    """Destroy everything that is locked: keys first, then payloads, index entries and drafts.

    Returns:
        The consents whose erasure may be confirmed once this is committed and the logs are empty.
    """
    coming.drop_unusable(unit)
    done: list[ConsentId] = []
    for erasure in consents.erasures_open(unit.vault):
        record = consents.find_consent(unit.vault, erasure.consent_id)
        if record is not None:
            _destroy(unit, record, acting=acting)
        audit(unit, "consent.erased", erasure.consent_id, acting=acting)
        done.append(erasure.consent_id)
    if done:
        # What was kept as evidence can be opened with our prekeys, and may hold what she took back.
        quarantine.drop(unit.vault, _EVIDENCE)
        unit.destroyed()
    return done


def _destroy(unit: Unit, record: ConsentRecord, *, acting: Acting) -> None:
    for stored in messages.under_consent(unit.vault, record.standing.consent_hash):
        if stored.key_id is not None:
            secrets.destroy_disclosure_key(unit.keys, stored.key_id)
        messages.erase_payload(unit.vault, stored.peer, stored.message_id)
        desk.drop_search_texts(unit.vault, stored.message_id)
        desk.drop_drafts(unit.vault, stored.message_id)
        desk.drop_drafts(unit.vault, stored.thread)
        for follow_up in referrals.follow_ups_of(unit.vault, stored.thread):
            desk.drop_drafts(unit.vault, follow_up.follow_up_id)
        _refuse_held(unit, stored.thread, acting=acting)
    received_files.forget_under(unit.vault, record.standing.consent_hash, now=acting.now)


def _refuse_held(unit: Unit, thread: ThreadId, *, acting: Acting) -> None:
    """What was about to be sent may hold her words too: it goes, and a person is told that it did."""
    for known in held.waiting_about(unit.vault, thread):
        held.refuse(unit.vault, known.held_id, code=No.ERASED.value)
        desk.insert_task(
            unit.vault,
            task=Task.SENDING_REFUSED.value,
            peer=known.peer,
            thread=thread,
            due=acting.now,
            now=acting.now,
        )
        audit(unit, "sending.refused", known.held_id, acting=acting, details=No.ERASED.value)


def look_at_erasures(unit: Unit, *, me: Self, acting: Acting) -> None:
    """A minute of open vault went by: people are told of what should be destroyed and is not (R-201).

    What is in the way is a person who has not confirmed it, a disk that is full, or a defect; each of them is
    for people to mend.
    """
    with unit.unseen():
        consents.age_erasures(unit.vault)
    overdue = consents.erasures_overdue(unit.vault, hours=terms.erase_hours(unit.vault))
    for told_by in overdue:
        desk.insert_task(
            unit.vault,
            task=Task.ERASURE_OVERDUE.value,
            peer=me.node_id if told_by is None else told_by,
            thread=None,
            due=acting.now,
            now=acting.now,
        )


def _finish_overdue(unit: Unit, told_by: NodeId, *, acting: Acting) -> None:
    hours = terms.erase_hours(unit.vault)
    if told_by in consents.erasures_overdue(unit.vault, hours=hours):
        return
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.ERASURE_OVERDUE.value,
        peer=told_by,
        by=acting.actor,
        now=acting.now,
    )


def forget_old(unit: Unit, *, acting: Acting) -> None:
    """Let go of sealed envelopes that nobody could open for a week, and of files that nobody finished.

    By a clock that is trusted.
    """
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        return
    with unit.unseen():
        clock.set_back(unit.vault, now=acting.now)
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    coming.give_up_old(unit, acting=acting, trusted=trusted)
    leaving.tidy(unit, acting=acting, trusted=trusted)
    if quarantine.forget_old(unit.vault, now=acting.now):
        unit.destroyed()


def may_forget_today(unit: Unit, *, acting: Acting) -> bool:
    """Is it a day since it was last looked for conversations that are over?"""
    if not upkeep.is_due(unit.vault, _SKELETONS, every_seconds=limits.DAY, now=acting.now):
        return False
    with unit.unseen():
        upkeep.note_done(unit.vault, _SKELETONS, now=acting.now)
    return True


def forget_skeletons(unit: Unit, *, acting: Acting) -> int:
    """Delete what is left of conversations that ended so many months ago (R-119), by a trusted clock.

    Returns:
        How many conversations there were.
    """
    now = acting.now
    if trusted_clock.is_in_doubt(unit, now=now):
        return 0
    # What the latest time ever seen has ended is over, whatever the clock says now.
    trusted = max(now, identity.latest_seen(unit.vault))
    months = skeletons.months_kept(unit.vault)
    # No month is shorter; what is younger than this cannot be over.
    before = later(now, -months * _SHORTEST_MONTH_SECONDS)
    before = min(before, skeletons.newest_that_may_come_again(unit.keys, now=now))
    over = [
        thread
        for thread, last in skeletons.ended_threads(unit.vault, before=before, now=trusted)
        if now >= kept_until(last, months=months)
    ]
    for thread in over:
        for stored in messages.in_thread(unit.vault, thread):
            if stored.key_id is not None:
                secrets.destroy_disclosure_key(unit.keys, stored.key_id)
            desk.drop_search_texts(unit.vault, stored.message_id)
        skeletons.forget_thread(unit.vault, thread)
    if over:
        unit.destroyed()
        audit(unit, "skeletons.forgotten", b"", acting=acting, details=str(len(over)))
    return len(over)


def confirm_erased(unit: Unit, erased: Sequence[ConsentId], *, me: Self, acting: Acting) -> None:
    """Write down that it is gone and tell the other side, with the hashes of what was there."""
    for consent_id in erased:
        record = consents.find_consent(unit.vault, consent_id)
        consents.mark_erased(unit.vault, consent_id, now=acting.now)
        told_by = me.node_id if record is None else record.standing.consent.holder
        _finish_overdue(unit, told_by, acting=acting)
        other = None if record is None else record.standing.consent.other_party(me.node_id)
        if record is None or other is None or not _was_heard_of(unit, record):
            continue
        came = messages.under_consent(unit.vault, record.standing.consent_hash)
        hashes: list[Hash] = [message.hash for message in came]
        answer = acknowledge(consent_id, status=ERASED, skeletons=hashes, to=other, now=acting.now)
        apply([answer], unit, acting=acting)


def _was_heard_of(unit: Unit, record: ConsentRecord) -> bool:
    """Does the other side know that there was this consent? If not, this is not the place to tell it."""
    consent = record.standing.consent.consent_id
    return not record.is_issued_here or outbox.was_sealed_under(unit.vault, consent)


def repeat_withdrawals(unit: Unit, *, acting: Acting) -> int:
    """Say it again to whoever has not answered for 30 days; there is no end to this.

    Returns:
        How many were said again.
    """
    due = consents.withdrawals_to_repeat(unit.vault, now=acting.now)
    for told in due:
        record = consents.find_consent(unit.vault, told.consent_id)
        if record is None:
            continue
        consent: Consent = record.standing.consent
        again = repeat_withdrawal(
            consent,
            to=told.peer,
            wanted=WithdrawalWanted(told.wanted),
            replacement=None,
            # What is said again is when she withdrew, not when it is said again.
            now=told.told_at,
        )
        # This notes the telling too: when it is due again, while when she withdrew stays as it was.
        apply([again], unit, acting=acting)
    return len(due)


def sweep(unit: Unit, *, acting: Acting) -> int:
    """Mend what a crash left: keys without a row, rows without a key, and what was on its way.

    Returns:
        How many were mended.
    """
    attempts.take_up_again(unit.vault, now=acting.now)
    held_charter = charters.find_charter(unit.vault)
    if held_charter is not None:
        # Of a vault that is older than this reading of a charter, or was restored, it asks the same.
        terms.keep(unit.vault, held_charter.charter.parameters)
    keys = secrets.load_disclosure_key_ids(unit.keys)
    rows = (
        outbox.key_ids(unit.vault) | messages.key_ids(unit.vault) | own_files.key_ids(unit.vault)
    )
    for orphan in keys - rows:
        secrets.destroy_disclosure_key(unit.keys, orphan)
    for gone in rows - keys:
        own_files.forget_key(unit.vault, gone)
        own_files.queue_again(unit.vault, gone)
        outbox.forget_key(unit.vault, gone)
        messages.forget_key(unit.vault, gone)
    _end_lost_copies(unit, acting=acting)
    mended = len(keys ^ rows)
    if mended:
        unit.destroyed()
        audit(unit, "vault.swept", b"", acting=acting, details=str(mended))
    return mended


def _end_lost_copies(unit: Unit, *, acting: Acting) -> None:
    """End every copy of a file that is gone while it was to be sent, and tell a person to attach it again.

    So it is after a restore, for no backup has a key of a copy, and after a crash that took the key alone.
    """
    for file in own_files.lost(unit.vault):
        own_files.note_arrived(unit.vault, file.file_id)
        parts = own_files.leaving(unit.vault, file.file_id)
        # It may have arrived whole, and only that was not written down yet.
        is_there = file.state == "sending" and all(part.is_there for part in parts)
        state = "sent" if is_there else "stopped"
        own_files.forget_copy(unit.vault, file.file_id, state=state, now=acting.now)
        # Nobody has decided yet about one that was not read to its end.
        if not is_there and file.state != "reading":
            leaving.tell_to_attach_again(unit, file, acting=acting)


def tell_of_lost_files(unit: Unit, *, acting: Acting) -> None:
    """The first opening of a restored vault: what had come of files is asked for again."""
    trusted = max(acting.now, identity.latest_seen(unit.vault))
    coming.tell_what_is_lost(unit, acting=acting, trusted=trusted)

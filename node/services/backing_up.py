"""What the vault says for a backup, what is written down about one, and how a restored vault begins."""

from typing import Final

from node import trusted_clock
from node.effects import Acting, audit
from node.vault.backup.copying import Head, steps_of
from node.vault.journal import Journal
from node.vault.keyring import Kind, Owner
from node.vault.tables import audit as audit_log
from node.vault.tables import audit_days, backups, cases, desk, identity, name_words
from node.vault.tables.backups import BackupState, Restore
from node.vault.unit import Unit
from protocol import limits
from protocol.effects import Task
from protocol.errors import SathiError
from protocol.local.views import NoticeCode
from protocol.values import Hash, Instant, instant

OLD_SECONDS: Final = 3 * limits.DAY
"""After so long without a backup a person is told."""


class NoSheetError(SathiError):
    """There is no recovery sheet that a backup could be sealed to."""


def sheet(unit: Unit) -> bytes:
    """The public half of what the recovery sheet's code becomes. Raises: NoSheetError."""
    for _, kind, public in identity.load_slots(unit.vault):
        if kind == Kind.RECOVERY:
            return public
    raise NoSheetError("there is no recovery sheet: make one with `sathi user sheet`")


def head(unit: Unit, *, version: str, settings: str, journal: Journal, now: Instant) -> Head:
    """What a backup of this moment is a copy of."""
    me = identity.load_self(unit.vault)
    return Head(
        version=version,
        made_at=now,
        node_id=me.node_id,
        name=me.card.display_name,
        is_demo=me.is_demo,
        steps=steps_of(unit.vault),
        settings=settings,
        audit_head=audit_log.last_hash(unit.vault),
        journal_chain=journal.chain,
    )


def state(unit: Unit) -> BackupState:
    """How the backups of this computer stand."""
    return backups.load_state(unit.vault)


def note_made(unit: Unit, *, name: str, size: int, made_at: Instant, acting: Acting) -> None:
    """A backup is there and was read back: whoever was told that it is missing has nothing to do."""
    backups.note_made(unit.vault, made_at=made_at, name=name, size=size)
    me = identity.load_self(unit.vault)
    desk.finish_peer_tasks(
        unit.vault, task=Task.BACKUP_OLD.value, peer=me.node_id, by=acting.actor, now=acting.now
    )
    audit(unit, "backup.made", name.encode(), acting=acting)


def note_failed(unit: Unit, *, failure: str, acting: Acting) -> None:
    """None was made; if the last one is old, a person is told."""
    backups.note_failed(unit.vault, failed_at=acting.now, failure=failure)
    remind_if_old(unit, acting=acting)


def remind_if_old(unit: Unit, *, acting: Acting) -> None:
    """Tell a person where the last backup is old, or there never was one and the node is not new."""
    made_at = backups.load_state(unit.vault).made_at
    me = identity.load_self(unit.vault)
    since = identity.begun_at(unit.vault) if made_at is None else made_at
    if acting.now - since >= OLD_SECONDS:
        desk.insert_task(
            unit.vault,
            task=Task.BACKUP_OLD.value,
            peer=me.node_id,
            thread=None,
            due=acting.now,
            now=acting.now,
        )


def restored(
    unit: Unit,
    *,
    made_at: Instant,
    journal_gap_since: Instant | None,
    recovery: Owner,
    acting: Acting,
) -> list[Owner]:
    """A vault was filled from a backup: the sheet that opened it is void, and everybody is told.

    Returns:
        Everybody who has a slot of the keyring that is to be sealed.
    """
    head_then = audit_log.last_hash(unit.vault)
    identity.drop_slots(unit.vault, kind=int(Kind.RECOVERY))
    identity.insert_slot(
        unit.vault, slot_id=recovery.slot_id, kind=int(recovery.kind), public=recovery.public
    )
    _index_cases(unit)
    restore = Restore(
        made_at=made_at,
        restored_at=acting.now,
        audit_head=head_then,
        journal_gap_since=journal_gap_since,
    )
    backups.insert_restore(unit.vault, restore)
    for user in identity.load_active_users(unit.vault):
        for code in (NoticeCode.RESTORED, NoticeCode.SHEET_USED):
            identity.insert_notice(unit.vault, user.user_id, code=code.value, now=acting.now)
    # By the clock of the lost computer nothing is known of this one: whoever restores vouches for its day.
    trusted_clock.note_time_confirmed(unit, now=acting.now)
    known = audit_days.newest(unit.vault)
    # The next entry after a restore names the last head that is known, and begins a new epoch of the log.
    audit_log.append_restore(
        unit.vault,
        actor=acting.actor,
        epoch=acting.now,
        head=None if known is None else known.head,
        now=acting.now,
        entropy=acting.entropy,
    )
    return [
        Owner(slot_id=slot_id, kind=Kind(kind), public=public)
        for slot_id, kind, public in identity.load_slots(unit.vault)
    ]


def restore_to_begin(unit: Unit) -> Restore | None:
    """The restoring that this opening has to begin after, if it is the first one."""
    return backups.restore_to_begin(unit.vault)


def note_begun(unit: Unit, *, acting: Acting) -> None:
    """New streams are begun, prekeys and bundle are new, and every partner is greeted."""
    backups.note_begun(unit.vault, now=acting.now)
    audit(unit, "restore.begun", b"", acting=acting)


def journal_gap(unit: Unit) -> tuple[Instant, Instant] | None:
    """From when until when nobody here knows what was counted and spent; None where all of it is known.

    Whatever overlaps with this is not to be counted: the privacy of those in it may be spent already.
    """
    gaps = [
        (restore.journal_gap_since, restore.restored_at)
        for restore in backups.load_restores(unit.vault)
        if restore.journal_gap_since is not None
    ]
    if not gaps:
        return None
    return min(since for since, _ in gaps), max(until for _, until in gaps)


def gap_of(journal: Journal, *, chain: Hash, is_of_the_end: bool) -> Instant | None:
    """Since when a journal tells nothing to a vault that is being restored.

    Args:
        journal: what was found.
        chain: of the last record that the journal had when the backup was made.
        is_of_the_end: did it lie beside the vault until the end? A copy ends with some backup.

    Returns:
        None if it tells everything; else the instant from which on nothing is known.
    """
    if not journal.reaches(chain):
        return instant(0)
    return None if is_of_the_end else journal.last_mark


def _index_cases(unit: Unit) -> None:
    """Let the words of our own cases be found again; what came from others is indexed when it comes again."""
    for case_id, text in cases.searchable_texts(unit.vault):
        desk.add_search_text(unit.vault, owner=case_id, owner_kind="case", text=text)
    for case_id in cases.named(unit.vault):
        name_words.replace(
            unit.vault, cases.names_of(unit.vault, case_id), owner=case_id, case_id=case_id
        )

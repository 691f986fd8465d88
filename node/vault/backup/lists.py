"""What of the vault goes into a backup: a closed list of tables and columns, and why the others do not.

Every table stands in one of the two lists, and every column of a copied table in its line; a test compares
both with the schema, so a table that somebody adds fails the build until it is decided about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

# What rests under a key of `keys.db` does not come along: without the key it would be noise, with it a copy
# of what she may take back.
_NO_KEY: Final = "NULL"
_PLAIN_PAYLOAD: Final = "CASE WHEN key_id IS NULL THEN payload END"
# A personal message that was never given its number vanishes without trace, as it does where its key is lost.
_UNNUMBERED: Final = "key_id IS NOT NULL AND sequence IS NULL"
_VANISHED: Final = "SELECT message_id FROM outbox WHERE key_id IS NOT NULL AND sequence IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table of a backup.

    Attributes:
        columns: every column of the table, in one text.
        instead: for a column that does not come as it is, the SQL that stands in its place.
        where: which rows come; empty is all.
        order: in which order; empty is any.
    """

    columns: str
    instead: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    order: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns one by one."""
        return tuple(self.columns.split())


COPIED: Final[Mapping[str, Copied]] = MappingProxyType({
    "node_self": Copied(
        columns="singleton node_id root signing_seed card card_sequence bundle bundle_generation"
        " is_demo latest_seen made_at former_seed former_until"
    ),
    "card_next": Copied(columns="singleton seed body made_at"),
    "retention": Copied(columns="singleton skeleton_months erase_hours is_high_risk"),
    "own_mailboxes": Copied(
        columns="mailbox_id origin seed deposit_secret is_local emptied_at ends is_made pin"
        " next_secret former_secret former_until",
        # By the clock of this computer, and about prekeys that do not come back.
        instead={"emptied_at": "NULL"},
    ),
    "slots": Copied(columns="slot_id kind public is_open"),
    "users": Copied(columns="user_id name role slot_id made_at made_by is_active"),
    "user_settings": Copied(columns="user_id language digits has_practised"),
    "notices": Copied(columns="notice_id user_id code at"),
    "peers": Copied(
        columns="node_id root signing former_signing former_until card card_sequence display_name"
        " country bundle bundle_generation level status verified_how verified_by verified_at"
        " pending_auth added_at last_heard out_epoch out_sequence out_hash in_epoch in_sequence"
        " in_hash in_frozen day day_hash state_awaited confirm_awaited is_epoch_asked"
        " in_former_epoch in_former_sequence in_former_hash resync_due"
    ),
    "listed_consents": Copied(columns="peer consent_id state since heard_epoch"),
    "stream_evidence": Copied(columns="evidence_id peer code at held came"),
    "charters": Copied(columns="version signed applied_at applied_by"),
    "charters_offered": Copied(columns="peer chain at"),
    "suspends": Copied(
        columns="body_hash node_id card_sequence signed since came_at ended_at ended_by"
    ),
    "removals": Copied(columns="node_id at removed_by is_moved"),
    "messages": Copied(
        columns="peer message_id hash epoch sequence previous type thread reply_to consent skeleton"
        " created received_at status code payload key_id is_locked seen_at",
        instead={
            "payload": _PLAIN_PAYLOAD,
            "key_id": _NO_KEY,
            "is_locked": "CASE WHEN key_id IS NULL THEN is_locked ELSE 1 END",
        },
    ),
    "outbox": Copied(
        columns="number message_id peer type thread reply_to consent_id consent urgency queued_at due"
        " attempts state is_withheld payload key_id epoch sequence hash expires skeleton prekey_id"
        " deposited_at settled_at code seen_at missed_at",
        instead={
            "payload": _PLAIN_PAYLOAD,
            "key_id": _NO_KEY,
            "is_withheld": "CASE WHEN key_id IS NULL THEN is_withheld ELSE 1 END",
        },
        where=f"NOT ({_UNNUMBERED})",
    ),
    "receipts_due": Copied(columns="peer message_id hash epoch sequence in_range status at code"),
    "cases": Copied(
        columns="case_id case_number status owner age_band language opened_at",
        # As the list of cases was first put in order: the restored one is numbered by it.
        order="opened_at, case_id DESC",
    ),
    "case_facts": Copied(columns="case_id field value recorded_at recorded_by"),
    "sentences": Copied(
        columns="sentence_id case_id category kind language text hash recorded_at recorded_by"
    ),
    "same_persons": Copied(columns="one other is_same at by_user"),
    "handles": Copied(columns="handle case_id peer"),
    "consents": Copied(
        columns="consent_id hash signed handle holder recipient purpose expires case_id"
        " is_issued_here asked_by words receipt_id is_unlisted"
    ),
    "consent_events": Copied(columns="number consent_id event at by_user previous hash"),
    "ticks": Copied(columns="consent_id text_hash ticked_at"),
    "tombstones": Copied(columns="peer consent_id handle withdrawn_at"),
    "withdrawals_told": Copied(
        columns="consent_id peer wanted told_at repeat_due status locked_at erased_at locked_answer"
        " erased_answer"
    ),
    "erasures": Copied(
        columns="consent_id told_by locked_at erase_by erased_at unconfirmed open_minutes"
    ),
    "disclosures": Copied(
        columns="message_id consent_id peer categories fields content_hash at",
        where=f"message_id NOT IN ({_VANISHED})",
    ),
    "referrals": Copied(
        columns="thread peer is_ours case_id consent_id state offer answer_by worker first_step"
        " from_date dossier_hash arrived_at made_at changed_at"
    ),
    "referral_events": Copied(columns="number thread event state is_heard at detail"),
    "follow_ups": Copied(
        columns="follow_up_id thread peer is_asked_by_us due state was_seen seen_at report changed_at"
    ),
    "own_files": Copied(
        columns="number file_id thread peer consent_id category label size kind hash state follows key_id"
        " begun_at changed_at",
        # Without its key nothing of a copy can leave any more: the first opening ends what was under way, and
        # tells a person. Which files those are is known by their state, so that comes as it is.
        instead={"key_id": _NO_KEY},
    ),
    "own_file_parts": Copied(
        columns="file_id part content message_id is_there", instead={"content": "NULL"}
    ),
    "received_files": Copied(
        columns="number file_id peer thread consent follows size hash category kind label state begun_at"
        " changed_at",
        # Of what came from others a restored node knows that it came, and that it is to be asked for again.
        instead={"hash": "NULL", "category": "NULL", "kind": "NULL", "label": "NULL"},
    ),
    "tasks": Copied(columns="task_id task peer thread due made_at done_at done_by"),
    "audit": Copied(columns="number epoch previous at actor event object details hash"),
    "audit_details": Copied(columns="number salt object details"),
    "audit_days": Copied(columns="day last_number last_entry hash"),
    "audit_cut": Copied(columns="singleton number hash day checkpoint at"),
    "shared_heads": Copied(columns="peer day hash epoch sequence skeleton answer"),
    "witnessed_heads": Copied(
        columns="number peer day hash epoch created message_id skeleton came_at standing"
    ),
    "restores": Copied(
        columns="number made_at restored_at audit_head journal_gap_since begun_at"
    ),
})  # fmt: skip
"""Every table of a backup."""

LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType({
    "prekeys": "of keys.db: what must never come back once it is destroyed",
    "disclosure_keys": "of keys.db: with one of them an erased dossier could be read again",
    "invites": "an invite that was used since would let somebody in again",
    "quarantine": "envelopes sealed to prekeys that do not come back",
    "ferried": "envelopes of others; whoever sealed them has them still",
    "held": "what may still be stopped is not to leave from an older state",
    "drafts": "half-written words, also about what came from others",
    "search_texts": "an index, also over what came from others; made anew",
    "search": "an index; made anew",
    "case_words": "an index; made anew",
    "name_words": "an index, also over what came from others; made anew",
    "case_search": "an index; made anew",
    "case_order": "made anew from the cases",
    "case_counts": "made anew from the cases",
    "keyring_debt": "about the keyring of this computer; a restored vault has another",
    "backup_state": "about the backups of this computer",
    "clock": "about the clock of this computer",
    "clock_samples": "about the clock of this computer",
    "clock_overruled": "about the clock of this computer",
    "jobs_done": "about the jobs of this computer; each is done again when it is due",
    "cadence": "when things left this computer; planned anew",
    "superseded": "a restored node begins new streams; what others see of them shows anew",
    "listed_parts": "of lists that answer a hello; a restored node says another one",
    "received_file_parts": "what came from others; a person is told to ask for it again",
    "_sqlite_migrations": "the steps of the schema stand in the backup's head",
})  # fmt: skip
"""Every other table of both files, and why it is in no backup."""

_SHADOWS: Final = ("config", "content", "data", "docsize", "idx")
SHADOWS: Final = frozenset(
    f"{table}_{part}" for table in ("search", "case_search") for part in _SHADOWS
)
"""What the search keeps its indexes in; SQLite makes and fills these by itself."""

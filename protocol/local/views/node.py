"""What is shown of the node itself, its people, its peers, and what waits."""

from enum import StrEnum

import msgspec

from protocol.local.fitting import View
from protocol.local.views.desk import DeskSettings, UserSettings


class NoticeCode(StrEnum):
    """What everybody is told once, at her next unlock."""

    # The recovery sheet was used: the node was restored, or a supervisor has a new passphrase by it.
    SHEET_USED = "sheet_used"
    # There is a new recovery sheet; every older one opens nothing.
    SHEET_NEW = "sheet_new"
    # Somebody was removed: the vault has a new key, and every session ended.
    PERSON_REMOVED = "person_removed"
    # This vault was made of a backup: what happened after it has to come back from partners.
    RESTORED = "restored"
    # Somebody else gave this person a new passphrase.
    PASSPHRASE_RESET = "passphrase_reset"  # noqa: S105  (a code, not a secret)


class NoticeView(View, frozen=True, kw_only=True):
    """What this person is told once. `code` is one of `NoticeCode`."""

    code: str
    at: int


class Session(View, frozen=True, kw_only=True):
    """An open session; `token` lives in memory only."""

    token: bytes
    user_id: bytes
    name: str
    role: str
    notices: list[NoticeView] = msgspec.field(default_factory=list)
    desk: DeskSettings
    settings: UserSettings

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the token."""
        return f"Session(role={self.role!r})"


class RelayStatus(View, frozen=True, kw_only=True):
    """How a relay of the settings answers, since the vault was opened.

    `answered_seconds` is how long ago it last did what it was asked; nothing if it never did. `problem` is
    what was wrong with the last request: `unreachable`, `trouble`, the name of a refusal, or empty.
    """

    address: str
    is_made: bool
    answered_seconds: int | None
    problem: str


class NodeStatus(View, frozen=True, kw_only=True):
    """How the node stands; it names no case and no partner, because it is told to anybody on this computer.

    While the node is locked `name` and `node_id` are empty, and the last three are nothing.
    `outbox_oldest_seconds` is how long the oldest message has been waiting for its answer;
    `is_risk_raised` says that the charter asks for the high risk profile. `charter_seconds_left` is nothing
    also where none is held. `update_waiting` are sealed envelopes that only a newer program opens.
    """

    is_open: bool
    name: str
    node_id: str
    is_erasure_pending: bool
    prekey_weeks_left: int | None
    outbox_waiting: int | None
    outbox_oldest_seconds: int | None
    is_clock_in_doubt: bool | None = None
    card_seconds_left: int | None = None
    is_risk_raised: bool | None = None
    charter_seconds_left: int | None = None
    update_waiting: int | None = None
    relays: list[RelayStatus] | None = None


class UserView(View, frozen=True, kw_only=True):
    """A person of this node."""

    user_id: bytes
    name: str
    role: str


class Users(View, frozen=True, kw_only=True):
    """Who may open this node."""

    users: list[UserView]


class RecoverySheet(View, frozen=True, kw_only=True):
    """A new recovery sheet's code, told once and kept nowhere, and the node it belongs to."""

    code: str
    node_id: str

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is 3.12's
        """Without the code."""
        return "RecoverySheet(...)"


class BackupMade(View, frozen=True, kw_only=True):
    """A backup that was made and read back; `dropped` older ones made room for it."""

    name: str
    made_at: int
    size: int
    dropped: int


class IntroductionFile(View, frozen=True, kw_only=True):
    """An introduction file and the instant after which it no longer lets anybody in."""

    introduction: bytes
    expires: int


class PeerView(View, frozen=True, kw_only=True):
    """Another organisation. `safety_number` is the twelve groups both sides read to each other.

    `unsent` messages wait to leave or to be answered. `is_frozen`: their stream broke, and nothing is taken.
    `unconfirmed` of her withdrawals wait for a person, because it is suspended. `charter_state` is what the
    charter says of it, where one is held and names it. `keys_until`: from then on nothing can be sealed to it
    by the prekeys of it that we hold.
    """

    node_id: bytes
    node_id_text: str
    name: str
    country: str
    level: int
    status: str
    verified_how: str | None
    verified_at: int | None
    verified_by: str | None
    safety_number: list[str]
    last_heard: int | None
    unsent: int
    is_frozen: bool
    # Since when we wait for its list of consents, or for somebody to phone it.
    state_awaited: int | None = None
    confirm_awaited: int | None = None
    card_sequence: int
    unconfirmed: int
    charter_state: str | None
    keys_until: int


class Peers(View, frozen=True, kw_only=True):
    """The organisations we know."""

    peers: list[PeerView]


class TaskView(View, frozen=True, kw_only=True):
    """What needs a person. `kind` is `waiting`, `promise` or `news`; the case is ours, where there is one.

    `is_done_by_saying`: no act ends it, a person says that it is done.
    """

    task_id: int
    task: str
    kind: str
    is_done_by_saying: bool
    peer: bytes
    peer_name: str
    thread: bytes | None
    case_id: bytes | None
    case_number: str | None
    due: int
    made_at: int


class Tasks(View, frozen=True, kw_only=True):
    """What needs a person: who waits for us, then what we promised, then news; each by its day."""

    tasks: list[TaskView]


class OutboxLine(View, frozen=True, kw_only=True):
    """One message that was not answered yet; `due` is the next attempt, the case is one of ours.

    `waits_for_batch` is no for what leaves at once, as a withdrawal does.
    """

    message_id: bytes
    peer: bytes
    peer_name: str
    type: str
    thread: bytes
    case_number: str | None
    state: str
    queued_at: int
    attempts: int
    due: int
    waits_for_batch: bool
    last_heard: int | None


class Outbox(View, frozen=True, kw_only=True):
    """What is waiting to leave or to be answered."""

    items: list[OutboxLine]


class AuditState(View, frozen=True, kw_only=True):
    """Is every entry bound to the one before it, and how many are there?"""

    is_whole: bool
    entries: int

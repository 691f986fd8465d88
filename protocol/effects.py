"""What a decision obliges the node to do. A rule returns effects; `node.effects` carries them out.

Nothing personal can be sent by accident: `Send` takes only messages that say nothing beyond C0, and
`SendAbout` takes a `Payload`, which nobody can make without a `Permit`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from protocol.messages.union import PublicMessage
from protocol.permits import Payload
from protocol.values import ConsentId, Instant, MessageId, NodeId, ThreadId


class Urgency(StrEnum):
    """In which order things leave. Withdrawals pass every queue."""

    AT_ONCE = "at_once"
    SOON = "soon"
    NORMAL = "normal"


class Task(StrEnum):
    """What a worker is reminded of; the words for it are the interface's."""

    HEAR_IT_FROM_HER = "hear_it_from_her"
    TELL_HER_WHO_AND_WHEN = "tell_her_who_and_when"
    OFFER_TO_ANSWER = "offer_to_answer"
    QUESTION_TO_ANSWER = "question_to_answer"
    DOSSIER_TO_SEND = "dossier_to_send"
    DOSSIER_TO_READ = "dossier_to_read"
    OFFER_AGAIN = "offer_again"
    FOLLOW_UP_DUE = "follow_up_due"
    REPORT_TO_READ = "report_to_read"
    ASK_HER_AGAIN = "ask_her_again"
    WITHDRAWAL_ARRIVED = "withdrawal_arrived"
    STREAM_FROZEN = "stream_frozen"
    COMPARE_SAFETY_NUMBER = "compare_safety_number"
    CONFIRM_WITH_HER = "confirm_with_her"
    MESSAGE_REFUSED = "message_refused"
    NOT_SENT = "not_sent"
    SENDING_REFUSED = "sending_refused"
    BUNDLE_STALE = "bundle_stale"
    STATE_AWAITED = "state_awaited"
    CONFIRM_RESTORED = "confirm_restored"
    OTHER_COMPUTER = "other_computer"
    OLD_COMPUTER = "old_computer"
    MESSAGE_MISUSED = "message_misused"
    UPDATE_NEEDED = "update_needed"
    NOT_DELIVERED = "not_delivered"
    TELL_AGAIN = "tell_again"
    CLOCK_IN_DOUBT = "clock_in_doubt"
    CARD_ENDING = "card_ending"
    CARD_OVER = "card_over"
    BACKUP_OLD = "backup_old"
    PEER_SUSPENDED = "peer_suspended"
    SUSPENDED_OURSELVES = "suspended_ourselves"
    MEMBER_REMOVED = "member_removed"
    CHARTER_TO_LOOK_AT = "charter_to_look_at"
    CHARTER_REFUSED = "charter_refused"
    CHARTER_ENDING = "charter_ending"
    CHARTER_OVER = "charter_over"
    CONFIRM_ERASURE = "confirm_erasure"
    ERASURE_OVERDUE = "erasure_overdue"
    RISK_RAISED = "risk_raised"
    AUDIT_DIFFERS = "audit_differs"
    AUDIT_RESTORED = "audit_restored"
    AUDIT_QUESTIONED = "audit_questioned"
    FILE_CAME = "file_came"
    FILE_NOT_WHOLE = "file_not_whole"
    FILE_AGAIN = "file_again"


class TaskKind(StrEnum):
    """What a task is to the people in it; a desk shows them in this order."""

    WAITING = "waiting"
    """Somebody waits for us: she, or the other organisation."""
    PROMISE = "promise"
    """We said that we would."""
    NEWS = "news"
    """Something to know."""


TASK_KINDS: Final[dict[Task, TaskKind]] = {
    Task.HEAR_IT_FROM_HER: TaskKind.WAITING,
    Task.TELL_HER_WHO_AND_WHEN: TaskKind.WAITING,
    Task.OFFER_TO_ANSWER: TaskKind.WAITING,
    Task.QUESTION_TO_ANSWER: TaskKind.WAITING,
    Task.DOSSIER_TO_SEND: TaskKind.WAITING,
    Task.DOSSIER_TO_READ: TaskKind.WAITING,
    Task.OFFER_AGAIN: TaskKind.WAITING,
    Task.CONFIRM_WITH_HER: TaskKind.WAITING,
    Task.COMPARE_SAFETY_NUMBER: TaskKind.WAITING,
    # Whoever was to hear it does not know that it did not leave.
    Task.SENDING_REFUSED: TaskKind.WAITING,
    Task.FILE_AGAIN: TaskKind.WAITING,
    # Nothing about anybody goes there until somebody phoned.
    Task.CONFIRM_RESTORED: TaskKind.WAITING,
    # Nothing leaves this computer until somebody said which one is ours.
    Task.OTHER_COMPUTER: TaskKind.WAITING,
    Task.TELL_AGAIN: TaskKind.WAITING,
    # Each survivor of whom it knows is asked what is to become of that.
    Task.MEMBER_REMOVED: TaskKind.WAITING,
    Task.SUSPENDED_OURSELVES: TaskKind.WAITING,
    Task.CHARTER_TO_LOOK_AT: TaskKind.WAITING,
    Task.CONFIRM_ERASURE: TaskKind.WAITING,
    # She withdrew, and what she took back is still there.
    Task.ERASURE_OVERDUE: TaskKind.WAITING,
    # Nothing is let go of, and what comes may be held, until somebody looked at the date.
    Task.CLOCK_IN_DOUBT: TaskKind.WAITING,
    Task.CARD_OVER: TaskKind.WAITING,
    Task.CHARTER_OVER: TaskKind.WAITING,
    # Somebody has said something that nobody here can read before that is done.
    Task.UPDATE_NEEDED: TaskKind.WAITING,
    Task.CARD_ENDING: TaskKind.PROMISE,
    Task.CHARTER_ENDING: TaskKind.PROMISE,
    Task.FOLLOW_UP_DUE: TaskKind.PROMISE,
    Task.ASK_HER_AGAIN: TaskKind.PROMISE,
    Task.REPORT_TO_READ: TaskKind.NEWS,
    Task.WITHDRAWAL_ARRIVED: TaskKind.NEWS,
    Task.STREAM_FROZEN: TaskKind.NEWS,
    Task.MESSAGE_REFUSED: TaskKind.NEWS,
    Task.NOT_SENT: TaskKind.NEWS,
    Task.BUNDLE_STALE: TaskKind.NEWS,
    Task.STATE_AWAITED: TaskKind.NEWS,
    Task.OLD_COMPUTER: TaskKind.NEWS,
    Task.MESSAGE_MISUSED: TaskKind.NEWS,
    Task.NOT_DELIVERED: TaskKind.NEWS,
    Task.BACKUP_OLD: TaskKind.NEWS,
    Task.PEER_SUSPENDED: TaskKind.NEWS,
    Task.CHARTER_REFUSED: TaskKind.NEWS,
    Task.RISK_RAISED: TaskKind.NEWS,
    Task.AUDIT_DIFFERS: TaskKind.NEWS,
    Task.AUDIT_RESTORED: TaskKind.NEWS,
    Task.AUDIT_QUESTIONED: TaskKind.NEWS,
    Task.FILE_CAME: TaskKind.NEWS,
    Task.FILE_NOT_WHOLE: TaskKind.NEWS,
}


def tasks_of(kind: TaskKind) -> list[Task]:
    """Every task of a kind."""
    return [task for task, its_kind in TASK_KINDS.items() if its_kind is kind]


DONE_BY_SAYING: Final = frozenset(
    {
        Task.HEAR_IT_FROM_HER,
        Task.TELL_HER_WHO_AND_WHEN,
        Task.OFFER_AGAIN,
        Task.ASK_HER_AGAIN,
        # The follow-up itself stays in its list until it is reported.
        Task.FOLLOW_UP_DUE,
        Task.REPORT_TO_READ,
        Task.WITHDRAWAL_ARRIVED,
        Task.STREAM_FROZEN,
        Task.MESSAGE_REFUSED,
        Task.NOT_SENT,
        Task.SENDING_REFUSED,
        Task.BUNDLE_STALE,
        Task.STATE_AWAITED,
        Task.OLD_COMPUTER,
        Task.MESSAGE_MISUSED,
        Task.UPDATE_NEEDED,
        Task.NOT_DELIVERED,
        Task.TELL_AGAIN,
        Task.BACKUP_OLD,
        Task.PEER_SUSPENDED,
        Task.SUSPENDED_OURSELVES,
        Task.MEMBER_REMOVED,
        Task.CHARTER_REFUSED,
        Task.RISK_RAISED,
        Task.AUDIT_DIFFERS,
        Task.AUDIT_RESTORED,
        Task.AUDIT_QUESTIONED,
        Task.FILE_CAME,
        Task.FILE_NOT_WHOLE,
        Task.FILE_AGAIN,
    }
)
"""Done when a person says so: it was read, or happened away from the desk. An act ends every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Queue a message that says nothing about a survivor beyond C0."""

    message: PublicMessage
    to: NodeId
    thread: ThreadId | None
    reply_to: MessageId | None
    urgency: Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAbout:
    """Queue a message about a survivor, with the permit inside its payload."""

    payload: Payload
    to: NodeId
    thread: ThreadId | None
    reply_to: MessageId | None
    urgency: Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelUnsent:
    """Drop what is queued under this consent and was never sealed; it vanishes without trace."""

    consent_id: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Withhold:
    """What is sealed under this consent and not yet stored goes on without its payload."""

    consent_id: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Nobody reads what came under this consent from now on."""

    consent_id: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Destroy what came under this consent, not later than `by`.

    `unconfirmed` is the suspended peer whose word it is: then nothing is destroyed before a person here has
    confirmed that it was she who withdrew.
    """

    consent_id: ConsentId
    by: Instant
    unconfirmed: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bury:
    """Leave a tombstone: a consent of this id between these two nodes is refused for ever."""

    consent_id: ConsentId
    peer: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Put a task before a person, about a thread or a peer."""

    task: Task
    peer: NodeId
    thread: ThreadId | None
    due: Instant


Effect: TypeAlias = Send | SendAbout | CancelUnsent | Withhold | Lock | Erase | Bury | Remind

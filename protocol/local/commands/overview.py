"""Commands that only look: what waits, cases by page, one case, who knows what, what changed."""

from typing import ClassVar

from protocol.local.commands.form import Command
from protocol.vocabulary.codes import CaseStatus


class ShowToday(Command, frozen=True, kw_only=True):
    """Everything that needs a person today, in one read."""

    NAME: ClassVar[str] = "today/show"


class FinishTask(Command, frozen=True, kw_only=True):
    """It was read, or it was done away from the desk. Only for tasks that no act of ours ends."""

    NAME: ClassVar[str] = "task/done"
    task_id: int


class PageCases(Command, frozen=True, kw_only=True):
    """Cases by page, the newest first. `words` may be empty; names travel only if asked for."""

    NAME: ClassVar[str] = "case/page"
    first: int
    count: int
    words: str
    status: CaseStatus | None
    mine: bool
    with_names: bool


class LookAtCase(Command, frozen=True, kw_only=True):
    """One case for a screen: who she is stays out of it unless a person asks.

    `with_names` asks for the short name she chose and no more, `with_identity` for all that says who she is.
    """

    NAME: ClassVar[str] = "case/look"
    case_id: bytes
    with_names: bool
    with_identity: bool


class ShowLedger(Command, frozen=True, kw_only=True):
    """Who knows what about her, and what we hold about her from others."""

    NAME: ClassVar[str] = "case/ledger"
    case_id: bytes


class LookForSame(Command, frozen=True, kw_only=True):
    """Which other cases may be hers, by names as they sound and by what else is known."""

    NAME: ClassVar[str] = "case/look-for-same"
    case_id: bytes


class JudgeSame(Command, frozen=True, kw_only=True):
    """A person looked at both cases: they are one person's, or they are not. Nothing is merged."""

    NAME: ClassVar[str] = "case/judge-same"
    case_id: bytes
    other: bytes
    is_same: bool


class ListFollowUps(Command, frozen=True, kw_only=True):
    """Every open follow-up, and those closed within thirty days."""

    NAME: ClassVar[str] = "followup/list"


class ShowSelf(Command, frozen=True, kw_only=True):
    """Who we are to others."""

    NAME: ClassVar[str] = "node/self"


class WatchChanges(Command, frozen=True, kw_only=True):
    """Wait until something changed. It keeps no session alive."""

    NAME: ClassVar[str] = "desk/changes"
    since: int
    wait_seconds: int

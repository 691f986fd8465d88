"""What each relay that keeps a mailbox for us last answered, since the vault was opened; in memory alone."""

from dataclasses import dataclass, replace
from typing import final

from node.mailbox.exchange import RateLimited, Refused, ServerTrouble, Unreachable
from protocol.local.views import RelayStatus
from protocol.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """When a relay last did what it was asked, and what was wrong with the last request; empty if nothing."""

    answered_at: Instant | None = None
    problem: str = ""


@final
class RelayNotes:
    """The notes of one node, by the address of the relay."""

    def __init__(self) -> None:
        self._notes: dict[str, _Note] = {}

    def begin(self) -> None:
        """The vault was opened: what was before says nothing of now."""
        self._notes.clear()

    def note(self, origin: str, outcome: object, *, now: Instant) -> None:
        """This became of a request."""
        problem = _problem(outcome)
        before = self._of(origin)
        self._notes[origin] = (
            replace(before, problem=problem) if problem else _Note(answered_at=now)
        )

    def told(self, origin: str, *, is_made: bool, now: Instant) -> RelayStatus:
        """How one relay answers, as it is told; with nothing where nothing was asked of it yet."""
        note = self._of(origin)
        # A clock that was set back makes nothing of less than no time ago.
        ago = None if note.answered_at is None else max(0, now - note.answered_at)
        return RelayStatus(
            address=origin, is_made=is_made, answered_seconds=ago, problem=note.problem
        )

    def _of(self, origin: str) -> _Note:
        return self._notes.get(origin, _Note())


def _problem(outcome: object) -> str:
    match outcome:
        case Unreachable():
            return "unreachable"
        case Refused(problem=name):
            return name
        case RateLimited():
            return "rate"
        case ServerTrouble():
            return "trouble"
        case _:
            return ""

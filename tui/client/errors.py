"""What can become of a command besides its answer."""

from typing import Final

from protocol.errors import SathiError
from protocol.local.transport import PROBLEM_PREFIX, LocalProblem, ProblemBody
from protocol.local.views import Refused

_RETRY_SECONDS: Final = 5


class ClientError(SathiError):
    """The node did not do what it was asked."""


class NotRunningError(ClientError):
    """Nobody listens on the socket, or this user may not open it."""


class ConnectionLostError(ClientError):
    """No whole answer came: whether the command was carried out is not known."""


class LockedError(ClientError):
    """The node is locked; somebody has to open a session."""


class NoSessionError(ClientError):
    """There is no session, or it has ended."""


class NotLegalError(ClientError):
    """The node could not read the command.

    Attributes:
        place: the field that is not right, such as `OpenCase.language`; may be empty.
    """

    def __init__(self, place: str) -> None:
        super().__init__(f"a command that is not legal at '{place}'")
        self.place = place


class BusyError(ClientError):
    """Not now: too much is waiting, or too many passphrases were wrong.

    Attributes:
        retry_after_seconds: when to try again.
    """

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"not before {retry_after_seconds} seconds")
        self.retry_after_seconds = retry_after_seconds


class RefusedError(ClientError):
    """An expected no.

    Attributes:
        code: one of `views.No`, or a refusal code of the protocol.
        purpose: of the consent that is missing, if one is.
        peer: for whom it is missing.
        missing: the categories it would have to hold.
    """

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"refused: {refused.code}")
        self.code = refused.code
        self.purpose = refused.purpose
        self.peer = refused.peer
        self.missing = refused.missing


class FaultError(ClientError):
    """The node failed, or it is of another version.

    Attributes:
        problem: the name of the problem, or nothing if the answer was no legal one.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"the node could not answer: {problem or 'not a legal answer'}")
        self.problem = problem


def error_of(problem: ProblemBody, *, retry_after: str | None) -> ClientError:
    """The error that stands for a problem.

    Args:
        problem: what the node said.
        retry_after: the header of that name, if it was there.
    """
    name = problem.type.removeprefix(PROBLEM_PREFIX)
    match name:
        case LocalProblem.LOCKED:
            return LockedError("the node is locked")
        case LocalProblem.NO_SESSION:
            return NoSessionError("there is no session, or it has ended")
        case LocalProblem.MALFORMED | LocalProblem.TOO_LARGE:
            return NotLegalError(problem.place or "")
        case LocalProblem.RATE | LocalProblem.BUSY:
            return BusyError(_seconds(retry_after))
        case LocalProblem.REFUSED | LocalProblem.NOT_ALLOWED | LocalProblem.WRONG_PASSPHRASE:
            return _refused(problem)
        case _:
            return FaultError(name)


def _refused(problem: ProblemBody) -> ClientError:
    try:
        peer = None if problem.peer is None else bytes.fromhex(problem.peer)
    except ValueError:
        return FaultError("")
    return RefusedError(
        Refused(
            code=problem.code or "",
            purpose=problem.purpose,
            peer=peer,
            missing=problem.missing,
        )
    )


def _seconds(header: str | None) -> int:
    if header is None or not (header.isascii() and header.isdigit() and len(header) < 6):  # noqa: PLR2004
        return _RETRY_SECONDS
    return int(header)

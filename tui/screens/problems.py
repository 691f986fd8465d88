"""What went wrong, as a sentence for a person: what, why, and what to do."""

from collections.abc import Mapping
from typing import Final

from tui.client import (
    BusyError,
    ClientError,
    ConnectionLostError,
    FaultError,
    LockedError,
    NoSessionError,
    NotLegalError,
    NotRunningError,
    RefusedError,
)
from tui.wording import CONNECTION_LOST, FAULT, LOCKED, NO_SESSION, NOT_LEGAL, NOT_RUNNING, Words

_SENTENCES: Final[Mapping[type[ClientError], str]] = {
    NotRunningError: NOT_RUNNING,
    ConnectionLostError: CONNECTION_LOST,
    LockedError: LOCKED,
    NoSessionError: NO_SESSION,
}


def sentence(error: ClientError, words: Words) -> str:
    """One line; nothing of a case is in it, but the name of the field that was not right."""
    match error:
        case RefusedError():
            return words.refusal(error.code)
        case BusyError():
            return words.busy(error.retry_after_seconds)
        case FaultError():
            return words.problem(error.problem)
        case NotLegalError():
            place = error.place.rpartition(".")[2]
            return (
                f"{words.say(NOT_LEGAL)} ({words.field(place)})" if place else words.say(NOT_LEGAL)
            )
        case _:
            return words.say(_SENTENCES.get(type(error), FAULT))

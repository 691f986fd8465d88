"""What any command may be answered with: done, or an expected no; and how answers are written and read."""

from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from protocol import codec
from protocol.local.fitting import SHOWN_BYTES_MAX, View, fit

ViewT = TypeVar("ViewT", bound=View)

CONTENT_TYPE: Final = "application/cbor"


class Done(View, frozen=True, kw_only=True):
    """It was done. `ref` is the id of what was made, where something was."""

    ref: bytes | None = None


class No(StrEnum):
    """Why a thing was not done, besides the refusal codes of the protocol."""

    NOT_FOUND = "not_found"
    CHANGED_SINCE_PREVIEW = "changed_since_preview"
    WRONG_STATE = "wrong_state"
    NOT_ALLOWED = "not_allowed"
    ALREADY_THERE = "already_there"
    NUMBER_DIFFERS = "number_differs"
    LOCKED = "locked"
    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105  (a code, not a secret)
    NO_SESSION = "no_session"
    STOPPED = "stopped"
    ERASED = "erased"
    LOST = "lost"
    CONSENT_ENDED = "consent_ended"
    STATE_AWAITED = "state_awaited"
    POSITION_NOT_RECORDED = "position_not_recorded"
    NAMES_NO_DAY = "names_no_day"
    GIVEN_BY_DOES_NOT_FIT = "given_by_does_not_fit"
    NO_ROOM = "no_room"
    TOO_MANY_PARTNERS = "too_many_partners"
    ONESELF = "oneself"
    LAST_SUPERVISOR = "last_supervisor"
    CLOCK_IN_DOUBT = "clock_in_doubt"
    AUDIT_BROKEN = "audit_broken"
    TOO_FEW_WITNESSES = "too_few_witnesses"
    BACKUP_NOT_MADE = "backup_not_made"
    BACKUP_RUNNING = "backup_running"
    NO_SPACE = "no_space"
    NOT_SUCH_A_FILE = "not_such_a_file"
    NOT_TICKED = "not_ticked"
    STICK_BUSY = "stick_busy"
    STICK_WRAPPED = "stick_wrapped"
    STICK_NOT_OPENED = "stick_not_opened"
    STICK_EMPTY = "stick_empty"
    PASSPHRASE_SHORT = "passphrase_short"  # noqa: S105  (a code, not a secret)
    PASSPHRASE_NEEDED = "passphrase_needed"  # noqa: S105  (the same)


class Refused(View, frozen=True, kw_only=True):
    """An expected no. `code` is one of `No` or a refusal code; the rest says which consent is missing."""

    code: str
    purpose: str | None = None
    peer: bytes | None = None
    missing: list[int] = msgspec.field(default_factory=list)


def refused(code: No) -> Refused:
    """A no that needs no further word."""
    return Refused(code=code.value)


def encode_view(view: View) -> bytes:
    """The body of an answer."""
    shown = msgspec.to_builtins(view, builtin_types=(bytes,))
    return codec.encode_within(shown, bytes_max=SHOWN_BYTES_MAX)


def parse_view(body: bytes, view: type[ViewT]) -> ViewT:
    """Read an answer.

    Raises:
        MalformedError: if the body is not this view.
    """
    return fit(codec.decode_within(body, bytes_max=SHOWN_BYTES_MAX), view)

"""Log lines that cannot tell a story: one JSON object each, from an allow-list of fields.

There is no free text and no value of an exception in them, because either may quote a case.
Another library's record keeps the logger's name and the level, and nothing else.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Final, TextIO

import msgspec

from protocol.errors import SathiError

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

FieldValue = int | float | str | bytes
"""Bytes are ids and are shown in hex; a str is a code, never a text."""

FIELDS: Final[Mapping[str, type | tuple[type, ...]]] = MappingProxyType({
    # Ids that mean nothing outside this node or are public: never a case, a person or a handle.
    "message_id": bytes,
    "envelope_id": bytes,
    "mailbox_id": bytes,
    "prekey_id": bytes,
    "node_id": bytes,
    # Codes from closed lists.
    "code": str,
    "command": str,
    "job": str,
    "method": str,
    "failpoint": str,
    "relay": int,
    "status": int,
    # How many.
    "count": int,
    "attempt": int,
    "envelopes": int,
    "messages": int,
    "bytes": int,
    # How long.
    "seconds": (int, float),
    "milliseconds": (int, float),
})  # fmt: skip
"""Every field a line may have, with its type."""

_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,48}([./][a-z0-9_]{1,48}){0,3}")
_ID_BYTES_MAX: Final = 32
_MARK: Final = "sathi"
# Libraries that report each step: of a record of theirs nothing stays that would tell anybody anything.
_CHATTY: Final = ("apscheduler",)


class LogFieldError(SathiError):
    """A line was to hold something it must not: a bug on this side."""


def event(
    logger: logging.Logger,
    name: str,
    /,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
    **fields: FieldValue,
) -> None:
    """Write one line.

    Args:
        logger: whose event it is.
        name: what happened, such as `outbox.deposited`.
        level: one of logging's levels.
        error: an exception, of which only the class and the place are written.
        **fields: some of FIELDS.

    Raises:
        LogFieldError: if the name or a field is not of the allowed form; the value is not in it.
    """
    if not _CODE.fullmatch(name):
        raise LogFieldError("an event's name has a wrong form")
    shown = {field: _shown(field, value) for field, value in fields.items()}
    exception = (type(error), error, error.__traceback__) if error is not None else None
    logger.log(level, name, exc_info=exception, extra={_MARK: shown})


def configure(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Send every record of this process, its own and others', to one stream as safe lines.

    What Python prints by itself (warnings, an exception nobody caught) becomes a line too.
    """
    handler = logging.StreamHandler(stream)
    handler.addFilter(make_safe)
    logging.basicConfig(handlers=[handler], level=level, format="%(message)s", force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_uncaught_in_thread
    sys.unraisablehook = _on_unraisable


def make_safe(record: logging.LogRecord) -> bool:
    """A filter for a handler: turn a record, in place, into its safe line, and let it pass.

    What is not on the allow-list has no way into the line, whoever made the record.
    """
    fields: dict[str, object] | None = getattr(record, _MARK, None)
    line: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.msg if fields is not None else "foreign",
    }
    line |= fields or {}
    if record.exc_info and record.exc_info[0] is not None:
        line["error"] = record.exc_info[0].__name__
        line["place"] = _place(record.exc_info[2])
    record.msg = msgspec.json.encode(line).decode("utf-8")
    record.args = ()
    record.exc_info = record.exc_text = record.stack_info = None
    return True


def _shown(name: str, value: FieldValue) -> int | float | str:
    allowed = FIELDS.get(name)
    if allowed is None:
        raise LogFieldError("a log line has a field that is not on the list")
    if not isinstance(value, allowed) or isinstance(value, bool):
        raise LogFieldError(f"the field '{name}' has another type")
    if isinstance(value, bytes):
        if len(value) > _ID_BYTES_MAX:
            raise LogFieldError(f"the field '{name}' is no id")
        return value.hex()
    if isinstance(value, str) and not _CODE.fullmatch(value):
        raise LogFieldError(f"the field '{name}' is no code")
    return value


def _place(trace: TracebackType | None) -> str:
    """Where it was raised: the innermost frame as `file:line`, without folders."""
    frames = list(traceback.walk_tb(trace))
    if not frames:
        return ""
    frame, line = frames[-1]
    return f"{frame.f_code.co_filename.rpartition('/')[2]}:{line}"


def _on_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _log_uncaught(kind, error, trace)


def _on_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _on_unraisable(arguments: "UnraisableHookArgs") -> None:
    _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    exception = (kind, error if error is not None else kind(), trace)
    logging.getLogger("node").log(
        logging.CRITICAL, "process.uncaught", exc_info=exception, extra={_MARK: {}}
    )

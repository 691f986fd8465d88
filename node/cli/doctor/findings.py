"""One finding for each thing that was looked at: how it stands, what was seen, and what to do next."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from node.cli.talking import Exit, one_line

SeenT = TypeVar("SeenT")


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Check(StrEnum):
    """What is looked at; docs/doctor.md explains each by this name."""

    PYTHON = "python"
    CLOCK = "clock"
    SWAP = "swap"
    HIBERNATION = "hibernation"
    CORE_FILES = "core files"
    FOLDER = "folder"
    SPACE = "space"
    BALLAST = "ballast"
    CONFIGURATION = "configuration"
    ADDRESS = "address"
    RISK = "risk"
    KEYRING = "keyring"
    DATABASES = "databases"
    MAILBOX = "mailbox"
    DEMO = "demo"
    BACKUP = "backup"
    NODE = "node"
    WAITING = "waiting"
    ERASURE = "erasure"
    PREKEYS = "prekeys"
    DATE = "date"
    UPDATE = "update"
    CARD = "card"
    CHARTER = "charter"
    OUTBOX = "outbox"
    RELAY = "relay"
    TOR = "tor"
    PARTNER = "partner"
    TERMINAL = "terminal"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `fix` is what to do next, or nothing where nothing is to be done."""

    check: str
    state: str
    detail: str
    fix: str | None


_AS_ITS_USER: Final = "look as the user whom the node belongs to; if it stays, test this disk"
_REPORT: Final = "report this line: nothing of a case is in it"
_CHECK_WIDTH: Final = max(len(check) for check in Check)
_STATE_WIDTH: Final = max(len(state) for state in State)


def good(check: Check, detail: str) -> Finding:
    """It is as it should be."""
    return Finding(check=check.value, state=State.OK.value, detail=detail, fix=None)


def doubtful(check: Check, detail: str, *, fix: str) -> Finding:
    """The node works, and somebody should look."""
    return Finding(check=check.value, state=State.WARN.value, detail=detail, fix=fix)


def bad(check: Check, detail: str, *, fix: str) -> Finding:
    """The node does not work, or somebody could be hurt by it."""
    return Finding(check=check.value, state=State.FAIL.value, detail=detail, fix=fix)


def looked(check: Check, look: Callable[[], SeenT]) -> SeenT | Finding:
    """What a look saw; one that breaks off is a finding itself, and the next one is still made."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001  (a broken machine may raise anything)
        # The kind alone: the text may quote what the node keeps secret.
        return bad(
            check,
            f"could not be looked at ({type(error).__name__})",
            fix=_AS_ITS_USER if isinstance(error, OSError) else _REPORT,
        )


def exit_of(findings: Sequence[Finding]) -> Exit:
    """What the command ends with: the worst of all."""
    states = {finding.state for finding in findings}
    if State.FAIL in states:
        return Exit.FAILED
    return Exit.WARNED if State.WARN in states else Exit.DONE


def line_of(finding: Finding) -> str:
    """One line for a person."""
    fix = "" if finding.fix is None else f"  -> {one_line(finding.fix)}"
    head = f"{finding.state:<{_STATE_WIDTH}}  {finding.check:<{_CHECK_WIDTH}}"
    return f"{head}  {one_line(finding.detail)}{fix}"

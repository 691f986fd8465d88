"""Commands about the audit log and those who witness it."""

from typing import ClassVar

from protocol.local.commands.form import Command


class VerifyAudit(Command, frozen=True, kw_only=True):
    """Compare the whole log with itself, with what peers acknowledged, and with `heads`.

    `heads` are signed objects that others hold: messages of ours with a head in them, and checkpoints.
    """

    NAME: ClassVar[str] = "audit/verify"
    heads: list[bytes]


class MakeCheckpoint(Command, frozen=True, kw_only=True):
    """Sign the head of the last day that is over, to be printed or handed to an auditor."""

    NAME: ClassVar[str] = "audit/checkpoint"


class ExportHeads(Command, frozen=True, kw_only=True):
    """What we hold of a peer's heads, each in the message it signed, for whoever audits that peer."""

    NAME: ClassVar[str] = "audit/heads"
    peer: bytes


class TruncateAudit(Command, frozen=True, kw_only=True):
    """Take off what was written before a day, whose number since 1970 this is, and leave its checkpoint."""

    NAME: ClassVar[str] = "audit/truncate"
    before_day: int

"""What is shown of the audit log and of those who witness it."""

from enum import StrEnum

from protocol.local.fitting import View


class Comparison(StrEnum):
    """How a head that somebody else holds fits this log."""

    FITS = "fits"
    DIFFERS = "differs"
    MISSING = "missing"
    """This log has no such day: its end was taken off."""
    RESTORED = "restored"
    """It does not fit, and this log was restored from a backup on that day or later."""
    NOT_OURS = "not_ours"
    """It is no head, or another node's, or not signed by us."""


class HeadCompared(View, frozen=True, kw_only=True):
    """One head against this log. `holder` is the name of who holds it, empty for a checkpoint."""

    holder: str
    day: int | None
    comparison: str


class AuditReport(View, frozen=True, kw_only=True):
    """The whole log against itself and against the heads of others; days are numbers since 1970.

    `is_whole` says that nothing speaks against it, nor against what happened to each consent.
    `broken_entry` is the first entry that was changed, `broken_details` the first whose text was,
    `broken_day` the first day whose head does not follow or does not fit what others hold.
    `witnessed_day` is the last day of which somebody else holds the head; what was written after it,
    `unwitnessed` entries, only this computer vouches for. `cut_day` is the last day that was taken off.
    """

    is_whole: bool
    are_consents_whole: bool
    entries: int
    days: int
    broken_entry: int | None
    broken_details: int | None
    broken_day: int | None
    compared: list[HeadCompared]
    witnesses: int
    witnessed_day: int | None
    unwitnessed: int
    cut_day: int | None


class CheckpointMade(View, frozen=True, kw_only=True):
    """The signed head of the last day that is over."""

    signed: bytes
    node_id_text: str
    day: int
    hash: bytes
    at: int


class HeldHead(View, frozen=True, kw_only=True):
    """One head of a peer in the message it signed; `standing` is `held`, or why it is kept as evidence."""

    signed: bytes
    day: int
    hash: bytes
    standing: str


class HeldHeads(View, frozen=True, kw_only=True):
    """What we hold of a peer's heads."""

    peer_name: str
    heads: list[HeldHead]


class AuditCut(View, frozen=True, kw_only=True):
    """What was taken off the log, and what stands in its place."""

    entries: int
    day: int
    hash: bytes
    checkpoint: bytes
    witnesses: int

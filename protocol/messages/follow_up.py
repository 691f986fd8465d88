"""The follow-up family: asked for, taken on, reported back as she allows, or not possible."""

from dataclasses import dataclass
from typing import ClassVar

from protocol.codec import Value
from protocol.fields import MapReader, schema_error
from protocol.messages.disclosed import Disclosed, encode_disclosed, parse_disclosed
from protocol.values import Instant
from protocol.vocabulary.codes import NotSeenReason, SeenHow, UnableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRequest:
    """Please see her around this day."""

    TYPE: ClassVar = "followup.request/1"
    due: Instant

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.due}


def parse_request(reader: MapReader) -> FollowUpRequest:
    """Read the content. Raises: MalformedError."""
    return FollowUpRequest(due=reader.instant(0, "due"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpAccept:
    """We take it on, by this day."""

    TYPE: ClassVar = "followup.accept/1"
    due: Instant

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.due}


def parse_accept(reader: MapReader) -> FollowUpAccept:
    """Read the content. Raises: MalformedError."""
    return FollowUpAccept(due=reader.instant(0, "due"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpStatus:
    """Seen or not seen, and nothing else (class 0): what goes back without her way-back consent."""

    TYPE: ClassVar = "followup.report/1"
    seen: bool
    at: Instant

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {1: self.seen, 2: self.at}


def parse_status(reader: MapReader) -> FollowUpStatus:
    """Read the content. Raises: MalformedError."""
    return FollowUpStatus(seen=reader.boolean(1, "seen"), at=reader.instant(2, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpReport:
    """How she is, with the categories and words she allowed (class P).

    `seen` tells how the worker was in touch, or `not_seen` why that was not possible; one of the two.
    """

    TYPE: ClassVar = "followup.report/1"
    disclosed: Disclosed
    at: Instant
    seen: SeenHow | None
    not_seen: NotSeenReason | None

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        fields: dict[int | str, Value] = {0: encode_disclosed(self.disclosed), 2: self.at}
        if self.seen is not None:
            fields[3] = self.seen.value
        if self.not_seen is not None:
            fields[4] = self.not_seen.value
        return fields


def parse_report(reader: MapReader) -> FollowUpReport:
    """Read the content. Raises: MalformedError."""
    report = FollowUpReport(
        disclosed=parse_disclosed(reader.items(0, "sections", count_max=12), place="report"),
        at=reader.instant(2, "at"),
        seen=reader.code(3, "seen", SeenHow) if reader.has(3) else None,
        not_seen=reader.code(4, "not_seen", NotSeenReason) if reader.has(4) else None,
    )
    if (report.seen is None) == (report.not_seen is None):
        raise schema_error("neither seen nor not seen", place="report.seen")
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpUnable:
    """We cannot do this follow-up."""

    TYPE: ClassVar = "followup.unable/1"
    reason: UnableReason

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.reason.value}


def parse_unable(reader: MapReader) -> FollowUpUnable:
    """Read the content. Raises: MalformedError."""
    return FollowUpUnable(reason=reader.code(0, "reason", UnableReason))

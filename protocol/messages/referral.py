"""The referral family: an offer that says nothing about her, a person's answer, the dossier after it."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from protocol import limits
from protocol.codec import Value
from protocol.fields import MapReader, schema_error
from protocol.messages.disclosed import Disclosed, encode_disclosed, parse_disclosed
from protocol.values import Instant, LanguageTag, PlainText, language_tag
from protocol.vocabulary.codes import (
    AgeBand,
    AnswerCode,
    DeclineReason,
    FirstStep,
    PlanAnswer,
    Priority,
    Question,
    RecallReason,
    SeenHow,
    ServiceGroup,
)

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_AREA: Final = re.compile(r"[A-Z]{2}(-[a-z]{2,40}){1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralOffer:
    """The C0 body, exactly: service group, area, priority, language, age band, month, answer-by.

    `area` is a code such as `BD-khulna`, never free text; `month` is `2026-12`.
    """

    TYPE: ClassVar = "referral.offer/1"
    service_group: ServiceGroup
    area: str
    priority: Priority
    language: LanguageTag
    age_band: AgeBand
    month: str
    answer_by: Instant
    asks_about_needs: bool
    """True shows `special_needs: ask me` and says no more."""

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {
            0: self.service_group.value,
            1: self.area,
            2: self.priority.value,
            3: self.language,
            4: self.age_band.value,
            5: self.month,
            6: self.answer_by,
            7: self.asks_about_needs,
        }


def parse_offer(reader: MapReader) -> ReferralOffer:
    """Read the content. Raises: MalformedError."""
    return ReferralOffer(
        service_group=reader.code(0, "service_group", ServiceGroup),
        area=area_code(reader.word(1, "area"), place="offer.area"),
        priority=reader.code(2, "priority", Priority),
        language=language_tag(reader.word(3, "language"), place="offer.language"),
        age_band=reader.code(4, "age_band", AgeBand),
        month=month(reader.word(5, "month"), place="offer.month"),
        answer_by=reader.instant(6, "answer_by"),
        asks_about_needs=reader.boolean(7, "special_needs"),
    )


def area_code(raw: str, *, place: str) -> str:
    """Check a district or wider area: country and one to three lower-case words. Raises: MalformedError."""
    if not _AREA.fullmatch(raw):
        raise schema_error("not an area code", place=place)
    return raw


def month(raw: str, *, place: str) -> str:
    """Check a month, `YYYY-MM`. Raises: MalformedError."""
    if not _MONTH.fullmatch(raw):
        raise schema_error("not a month", place=place)
    return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAsk:
    """A question about an offer, by code."""

    TYPE: ClassVar = "referral.ask/1"
    question: Question

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.question.value}


def parse_ask(reader: MapReader) -> ReferralAsk:
    """Read the content. Raises: MalformedError."""
    return ReferralAsk(question=reader.code(0, "question", Question))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAnswer:
    """An answer by code (class 0)."""

    TYPE: ClassVar = "referral.answer/1"
    question: Question
    answer: AnswerCode

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {1: self.question.value, 2: self.answer.value}


def parse_answer(reader: MapReader) -> ReferralAnswer:
    """Read the content. Raises: MalformedError."""
    return ReferralAnswer(
        question=reader.code(1, "question", Question),
        answer=reader.code(2, "answer", AnswerCode),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAnswerPersonal:
    """An answer that tells something about her (class P)."""

    TYPE: ClassVar = "referral.answer/1"
    disclosed: Disclosed
    question: Question

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: encode_disclosed(self.disclosed), 1: self.question.value}


def parse_answer_personal(reader: MapReader) -> ReferralAnswerPersonal:
    """Read the content. Raises: MalformedError."""
    return ReferralAnswerPersonal(
        disclosed=read_disclosed(reader, place="answer"),
        question=reader.code(1, "question", Question),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccept:
    """A place is held: the name of the worker who will be there, the first step, from when."""

    TYPE: ClassVar = "referral.accept/1"
    worker: PlainText
    first_step: FirstStep
    from_date: Instant

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.worker, 1: self.first_step.value, 2: self.from_date}


def parse_accept(reader: MapReader) -> ReferralAccept:
    """Read the content. Raises: MalformedError."""
    return ReferralAccept(
        worker=reader.text(0, "worker", characters_max=limits.NAME_CHARACTERS_MAX),
        first_step=reader.code(1, "first_step", FirstStep),
        from_date=reader.instant(2, "from_date"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDecline:
    """No, with the reason, and who else could."""

    TYPE: ClassVar = "referral.decline/1"
    reason: DeclineReason
    who_else: PlainText | None

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        fields: dict[int | str, Value] = {0: self.reason.value}
        return fields if self.who_else is None else {**fields, 1: self.who_else}


def parse_decline(reader: MapReader) -> ReferralDecline:
    """Read the content. Raises: MalformedError."""
    named = reader.has(1)
    return ReferralDecline(
        reason=reader.code(0, "reason", DeclineReason),
        who_else=reader.text(1, "who_else", characters_max=limits.NAME_CHARACTERS_MAX)
        if named
        else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDossier:
    """What she allowed to be told, after a named person accepted (class P)."""

    TYPE: ClassVar = "referral.dossier/1"
    disclosed: Disclosed

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: encode_disclosed(self.disclosed)}


def parse_dossier(reader: MapReader) -> ReferralDossier:
    """Read the content. Raises: MalformedError."""
    return ReferralDossier(disclosed=read_disclosed(reader, place="dossier"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralPrepared:
    """A person has read the dossier and got ready."""

    TYPE: ClassVar = "referral.prepared/1"
    plan: PlanAnswer

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.plan.value}


def parse_prepared(reader: MapReader) -> ReferralPrepared:
    """Read the content. Raises: MalformedError."""
    return ReferralPrepared(plan=reader.code(0, "plan", PlanAnswer))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralArrived:
    """She arrived, and the first private contact was made."""

    TYPE: ClassVar = "referral.arrived/1"
    at: Instant

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.at}


def parse_arrived(reader: MapReader) -> ReferralArrived:
    """Read the content. Raises: MalformedError."""
    return ReferralArrived(at=reader.instant(0, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralOutcome:
    """How it goes, in her words, as the way-back consent allows (class P)."""

    TYPE: ClassVar = "referral.outcome/1"
    disclosed: Disclosed
    seen: SeenHow
    at: Instant

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: encode_disclosed(self.disclosed), 1: self.seen.value, 2: self.at}


def parse_outcome(reader: MapReader) -> ReferralOutcome:
    """Read the content. Raises: MalformedError."""
    return ReferralOutcome(
        disclosed=read_disclosed(reader, place="outcome"),
        seen=reader.code(1, "seen", SeenHow),
        at=reader.instant(2, "at"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRecall:
    """The sender takes its offer back."""

    TYPE: ClassVar = "referral.recall/1"
    reason: RecallReason

    def fields(self) -> dict[int | str, Value]:
        """The content's map."""
        return {0: self.reason.value}


def parse_recall(reader: MapReader) -> ReferralRecall:
    """Read the content. Raises: MalformedError."""
    return ReferralRecall(reason=reader.code(0, "reason", RecallReason))


def read_disclosed(reader: MapReader, *, place: str) -> Disclosed:
    """The sections under key 0. Raises: MalformedError."""
    return parse_disclosed(reader.items(0, "sections", count_max=12), place=place)

"""Commands about consent. None of them overrides anything."""

from typing import ClassVar

from protocol.local.commands.form import Command
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Condition, ConsentMethod, GivenBy, Purpose, WithdrawalWanted


class RecordConsent(Command, frozen=True, kw_only=True):
    """What she said yes to, after it was read to her.

    `is_way_back` turns it round: the peer may tell us. `texts` are the SHA-256 of the sentences she ticked.
    """

    NAME: ClassVar[str] = "consent/record"
    case_id: bytes
    peer: bytes
    purpose: Purpose
    is_way_back: bool
    categories: list[Category]
    excluded_fields: list[str]
    texts: list[bytes]
    days: int
    given_by: GivenBy
    method: ConsentMethod
    language: str
    notice: str
    understood: bool
    conditions: list[Condition]
    words: str | None
    witness: bytes | None
    supersedes: bytes | None


class ConfirmConsent(Command, frozen=True, kw_only=True):
    """Our worker heard it from her, in private."""

    NAME: ClassVar[str] = "consent/confirm"
    consent_id: bytes


class RefuseConsent(Command, frozen=True, kw_only=True):
    """She said no when our worker asked her, in private. It stays here, and nobody is told."""

    NAME: ClassVar[str] = "consent/refuse"
    consent_id: bytes


class TickTexts(Command, frozen=True, kw_only=True):
    """She ticked sentences for a consent that is there already; each was read back to her."""

    NAME: ClassVar[str] = "consent/tick"
    consent_id: bytes
    texts: list[bytes]


class WithdrawConsent(Command, frozen=True, kw_only=True):
    """She changed her mind. Nothing is asked, nothing is needed."""

    NAME: ClassVar[str] = "consent/withdraw"
    consent_id: bytes
    wanted: WithdrawalWanted


class ListConsents(Command, frozen=True, kw_only=True):
    """Every consent of a case, with who holds copies and how far withdrawals are carried out."""

    NAME: ClassVar[str] = "consent/list"
    case_id: bytes

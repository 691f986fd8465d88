"""What may be asked of the own node: one structure for each command, read as strictly as the wire.

A body is SCE (SPEC 2), so duplicate keys, floats and trailing bytes cannot occur; then it must fit the
structure exactly. Ids are bytes, times are UTC seconds, codes are those of `protocol.vocabulary`.
"""

from typing import ClassVar, Final, TypeAlias

import msgspec

from protocol import codec
from protocol.errors import MalformedError
from protocol.local.fitting import fit
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import (
    AgeBand,
    AnswerCode,
    Condition,
    ConsentMethod,
    DeclineReason,
    FirstStep,
    GivenBy,
    NotSeenReason,
    PlanAnswer,
    Priority,
    Purpose,
    Question,
    RecallReason,
    Role,
    SeenHow,
    ServiceGroup,
    TextKind,
    UnableReason,
    VerifiedHow,
    WithdrawalWanted,
)

FactInput: TypeAlias = str | int | list[str]


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of every command. `NAME` is its path below `/v1/`."""

    NAME: ClassVar[str]


class OpenSession(Command, frozen=True, kw_only=True):
    """Unlock: who, typed, and the passphrase."""

    NAME: ClassVar[str] = "session/open"
    name: str
    passphrase: str


class CloseSession(Command, frozen=True, kw_only=True):
    """End this session; the node stays open for the courier."""

    NAME: ClassVar[str] = "session/close"


class LockNode(Command, frozen=True, kw_only=True):
    """Drop the vault's key: nothing is sent and nothing can be read until somebody unlocks."""

    NAME: ClassVar[str] = "node/lock"


class ShowStatus(Command, frozen=True, kw_only=True):
    """Is the node open? Needs no session and says nothing else while it is locked."""

    NAME: ClassVar[str] = "node/status"


class AddUser(Command, frozen=True, kw_only=True):
    """Give a person of this node a key slot of their own."""

    NAME: ClassVar[str] = "user/add"
    name: str
    role: Role
    passphrase: str


class ListUsers(Command, frozen=True, kw_only=True):
    """Who may open this node."""

    NAME: ClassVar[str] = "user/list"


class MakeIntroduction(Command, frozen=True, kw_only=True):
    """Make an introduction file: our card, an invite good once for seven days, our bundle."""

    NAME: ClassVar[str] = "peer/introduce"


class AddPeer(Command, frozen=True, kw_only=True):
    """Read another organisation's introduction file and introduce ourselves."""

    NAME: ClassVar[str] = "peer/add"
    introduction: bytes


class ListPeers(Command, frozen=True, kw_only=True):
    """The organisations we know."""

    NAME: ClassVar[str] = "peer/list"


class VerifyPeer(Command, frozen=True, kw_only=True):
    """A person compared the safety number; `groups` are the twelve groups that were compared."""

    NAME: ClassVar[str] = "peer/verify"
    peer: bytes
    how: VerifiedHow
    groups: list[str]


class OpenCase(Command, frozen=True, kw_only=True):
    """Begin a case."""

    NAME: ClassVar[str] = "case/open"
    case_number: str
    age_band: AgeBand
    language: str


class RecordFacts(Command, frozen=True, kw_only=True):
    """Record facts by field code."""

    NAME: ClassVar[str] = "case/facts"
    case_id: bytes
    facts: dict[str, FactInput]


class RecordSentence(Command, frozen=True, kw_only=True):
    """Record one text of hers, exactly as she said it."""

    NAME: ClassVar[str] = "case/sentence"
    case_id: bytes
    category: Category
    kind: TextKind
    language: str
    text: str


class ShowCase(Command, frozen=True, kw_only=True):
    """One case: her own words first."""

    NAME: ClassVar[str] = "case/show"
    case_id: bytes


class ListCases(Command, frozen=True, kw_only=True):
    """The newest cases."""

    NAME: ClassVar[str] = "case/list"


class Search(Command, frozen=True, kw_only=True):
    """Cases and received messages with words that begin so."""

    NAME: ClassVar[str] = "search"
    words: str


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


class OfferInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The C0 body as a worker fills it in.

    `answer_by` is left out in a preview, which fixes it, and given back when the offer is sent; a planned
    offer names it from the start.
    """

    service_group: ServiceGroup
    area: str
    priority: Priority
    month: str
    answer_by: int | None
    asks_about_needs: bool


class PreviewOffer(Command, frozen=True, kw_only=True):
    """Exactly what they will see first.

    `categories` are what is meant to be told after acceptance: nobody is promised what she did not
    allow. Not a word of it is in the offer.
    """

    NAME: ClassVar[str] = "referral/preview-offer"
    case_id: bytes
    peer: bytes
    offer: OfferInput
    categories: list[Category]


class SendOffer(Command, frozen=True, kw_only=True):
    """Send what was previewed; `preview` cites its hash."""

    NAME: ClassVar[str] = "referral/offer"
    case_id: bytes
    peer: bytes
    offer: OfferInput
    categories: list[Category]
    preview: bytes


class PreviewDossier(Command, frozen=True, kw_only=True):
    """Exactly what they will see after they accepted."""

    NAME: ClassVar[str] = "referral/preview-dossier"
    thread: bytes
    categories: list[Category]


class SendDossier(Command, frozen=True, kw_only=True):
    """Send what was previewed; `preview` cites its hash."""

    NAME: ClassVar[str] = "referral/dossier"
    thread: bytes
    categories: list[Category]
    preview: bytes


class AskAboutOffer(Command, frozen=True, kw_only=True):
    """A question about an offer."""

    NAME: ClassVar[str] = "referral/ask"
    thread: bytes
    question: Question


class AnswerQuestion(Command, frozen=True, kw_only=True):
    """An answer by code; it tells nothing beyond C0."""

    NAME: ClassVar[str] = "referral/answer"
    thread: bytes
    question: Question
    answer: AnswerCode


class AcceptOffer(Command, frozen=True, kw_only=True):
    """A place is held: who will be there, what first, from when."""

    NAME: ClassVar[str] = "referral/accept"
    thread: bytes
    worker: str
    first_step: FirstStep
    from_date: int


class DeclineOffer(Command, frozen=True, kw_only=True):
    """No, why, and who else could."""

    NAME: ClassVar[str] = "referral/decline"
    thread: bytes
    reason: DeclineReason
    who_else: str | None


class RecallOffer(Command, frozen=True, kw_only=True):
    """Take an offer back."""

    NAME: ClassVar[str] = "referral/recall"
    thread: bytes
    reason: RecallReason


class ReportPrepared(Command, frozen=True, kw_only=True):
    """A person read the dossier and got ready."""

    NAME: ClassVar[str] = "referral/prepared"
    thread: bytes
    plan: PlanAnswer


class ReportArrival(Command, frozen=True, kw_only=True):
    """She is here, and the first private contact was made."""

    NAME: ClassVar[str] = "referral/arrived"
    thread: bytes
    at: int


class ShowReferral(Command, frozen=True, kw_only=True):
    """One referral with everything that came and went."""

    NAME: ClassVar[str] = "referral/show"
    thread: bytes


class ListReferrals(Command, frozen=True, kw_only=True):
    """The referrals that changed last."""

    NAME: ClassVar[str] = "referral/list"


class RequestFollowUp(Command, frozen=True, kw_only=True):
    """Ask the other side to see her."""

    NAME: ClassVar[str] = "followup/request"
    thread: bytes
    due: int


class AcceptFollowUp(Command, frozen=True, kw_only=True):
    """Take a follow-up on."""

    NAME: ClassVar[str] = "followup/accept"
    follow_up: bytes
    due: int


class DeclineFollowUp(Command, frozen=True, kw_only=True):
    """We cannot do it."""

    NAME: ClassVar[str] = "followup/unable"
    follow_up: bytes
    reason: UnableReason


class SentenceInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text of hers for a report, read back to her and ticked."""

    kind: TextKind
    language: str
    text: str


class ReportFollowUp(Command, frozen=True, kw_only=True):
    """How she is. Without her confirmed way-back consent only seen or not seen leaves.

    `follow_up` is the request it answers, or None. One of `seen` and `not_seen`.
    """

    NAME: ClassVar[str] = "followup/report"
    thread: bytes
    follow_up: bytes | None
    at: int
    seen: SeenHow | None
    not_seen: NotSeenReason | None
    facts: dict[str, FactInput]
    sentences: list[SentenceInput]


class ReadMessage(Command, frozen=True, kw_only=True):
    """Open what came about her; the reading is written into the audit log."""

    NAME: ClassVar[str] = "message/read"
    peer: bytes
    message_id: bytes


class ListTasks(Command, frozen=True, kw_only=True):
    """What needs a person."""

    NAME: ClassVar[str] = "task/list"


class ListOutbox(Command, frozen=True, kw_only=True):
    """What is waiting to leave or to be answered."""

    NAME: ClassVar[str] = "outbox/list"


class SaveDraft(Command, frozen=True, kw_only=True):
    """Keep a half-written text."""

    NAME: ClassVar[str] = "draft/save"
    place: str
    about: bytes
    text: str


class LoadDraft(Command, frozen=True, kw_only=True):
    """A half-written text."""

    NAME: ClassVar[str] = "draft/load"
    place: str
    about: bytes


class CheckAudit(Command, frozen=True, kw_only=True):
    """Is the audit chain whole?"""

    NAME: ClassVar[str] = "audit/check"


class SyncNow(Command, frozen=True, kw_only=True):
    """Collect and deliver now; answers when the round is over."""

    NAME: ClassVar[str] = "node/sync"


_COMMANDS: Final[tuple[type[Command], ...]] = tuple(Command.__subclasses__())
BY_NAME: Final = {command.NAME: command for command in _COMMANDS}
WITHOUT_SESSION: Final = frozenset({OpenSession.NAME, ShowStatus.NAME})

_CASEWORK: Final = frozenset({Role.CASEWORKER, Role.COUNSELLOR, Role.SUPERVISOR})
_EVERYBODY: Final = frozenset(Role)
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})
_ROLES: Final = {
    AddUser.NAME: _SUPERVISOR,
    **dict.fromkeys(
        (
            CloseSession.NAME,
            LockNode.NAME,
            ListUsers.NAME,
            ListPeers.NAME,
            MakeIntroduction.NAME,
            ListOutbox.NAME,
            CheckAudit.NAME,
            SyncNow.NAME,
        ),
        _EVERYBODY,
    ),
}


def may_use(role: Role, command: Command) -> bool:
    """May a person of this role give this command? Casework is for those who do casework."""
    return role in _ROLES.get(command.NAME, _CASEWORK)


def parse_command(name: str, body: bytes) -> Command:
    """Read a command.

    Raises:
        MalformedError: if there is no such command, or the body does not fit it; the place is named, the
            content never.
    """
    command = BY_NAME.get(name)
    if command is None:
        raise MalformedError("no such command", place="command")
    return fit(codec.decode(body), command)


def encode_command(command: Command) -> bytes:
    """The body of a command."""
    return codec.encode(msgspec.to_builtins(command, builtin_types=(bytes,)))

"""Rows of the vault as frozen records: what `tables` reads and services work with."""

from dataclasses import dataclass, field, replace

from protocol.cards import Card
from protocol.consent import Standing
from protocol.delivery import OutboxState
from protocol.follow_up_flow import FollowUpState
from protocol.keys import SigningSecret, VerifyingKey
from protocol.messages.referral import ReferralOffer
from protocol.prekeys import Bundle
from protocol.referral_flow import ReferralState
from protocol.signing import Signed
from protocol.streams import Incoming, Outgoing
from protocol.values import (
    ConsentId,
    Hash,
    Instant,
    LanguageTag,
    MailboxId,
    MessageId,
    NodeId,
    PlainText,
    Pseudonym,
    ThreadId,
)
from protocol.vocabulary.codes import AgeBand, CaseStatus, Country, FirstStep, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """This organisation."""

    node_id: NodeId
    root: VerifyingKey
    signing: SigningSecret = field(repr=False)
    signed_card: Signed
    card: Card
    signed_bundle: Signed
    bundle: Bundle
    is_demo: bool
    latest_seen: Instant
    former: SigningSecret | None = field(default=None, repr=False)
    """The signing key before this one: partners that have no newer card yet know us by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMailbox:
    """A mailbox where this node picks up."""

    mailbox_id: MailboxId
    origin: str
    seed: bytes = field(repr=False)
    deposit_secret: bytes = field(repr=False)
    is_local: bool
    ends: Instant | None
    """When it is deleted, because we tell nobody of it any more; None for one that we tell others of."""
    is_made: bool = True
    """Is it there? One at a relay is made there first, and told to others afterwards."""
    pin: bytes | None = None
    """Of the key with which the relay speaks TLS, where we know one."""
    next_secret: bytes | None = field(default=None, repr=False)
    """A deposit secret of which the relay has still to be told, and then the partners."""
    former_secret: bytes | None = field(default=None, repr=False)
    """The deposit secret before this one: with it partners may still deposit, until `former_until`."""
    former_until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of this node who may open the vault."""

    user_id: Pseudonym
    name: PlainText
    role: Role
    slot_id: bytes
    made_at: Instant
    made_by: Pseudonym | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another organisation, as far as this node knows it."""

    node_id: NodeId
    root: VerifyingKey
    signing: VerifyingKey
    former_signing: VerifyingKey | None
    former_until: Instant
    card_sequence: int
    display_name: PlainText
    country: Country
    bundle_raw: bytes = field(repr=False)
    bundle_generation: int
    level: int
    status: str
    verified_how: str | None
    verified_at: Instant | None
    pending_auth: bytes | None = field(repr=False)
    last_heard: Instant | None
    outgoing: Outgoing
    incoming: Incoming | None
    state_awaited: Instant | None
    """Since when we wait for its list of consents, after we were restored."""
    confirm_awaited: Instant | None
    """Since when somebody has to phone it, because it began a new stream."""

    @property
    def is_held_back(self) -> bool:
        """Does nothing about anybody go there, until it is known what was taken back (R-134)?"""
        return self.state_awaited is not None or self.confirm_awaited is not None

    def signing_keys(self, *, now: Instant) -> tuple[VerifyingKey, ...]:
        """The keys it may sign with: the present one, and the former one for 28 days."""
        if self.former_signing is None or now >= self.former_until:
            return (self.signing,)
        return (self.signing, self.former_signing)

    def heard(self, stream: Incoming, *, now: Instant) -> "Peer":
        """The same peer after something came from it."""
        return replace(self, incoming=stream, last_heard=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message that came."""

    peer: NodeId
    message_id: MessageId
    hash: Hash
    epoch: Instant
    sequence: int
    previous: Hash
    type: str
    thread: ThreadId
    reply_to: MessageId | None
    consent: Hash | None
    skeleton: bytes = field(repr=False)
    created: Instant
    received_at: Instant
    status: str
    code: str | None
    payload: bytes | None = field(repr=False)
    key_id: bytes | None
    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """A message that is to leave. From `epoch` on the fields are None until it was first sealed."""

    message_id: MessageId
    peer: NodeId
    type: str
    thread: ThreadId
    reply_to: MessageId | None
    consent_id: ConsentId | None
    consent: Hash | None
    urgency: int
    queued_at: Instant
    due: Instant
    attempts: int
    state: OutboxState
    is_withheld: bool
    payload: bytes | None = field(repr=False)
    key_id: bytes | None
    epoch: Instant | None
    sequence: int | None
    hash: Hash | None
    expires: Instant | None
    skeleton: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDue:
    """One message that is still to be answered."""

    message_id: MessageId
    hash: Hash
    epoch: Instant
    sequence: int
    in_range: bool
    status: int
    at: Instant
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """One organisation's record of one survivor."""

    case_id: bytes
    case_number: PlainText
    status: CaseStatus
    owner: Pseudonym
    age_band: AgeBand
    language: LanguageTag
    opened_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """A consent with what happened to it and, for our own cases, whom it is about."""

    standing: Standing
    signed: bytes = field(repr=False)
    case_id: bytes | None
    is_issued_here: bool
    asked_by: Pseudonym | None
    words: PlainText | None
    receipt_id: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalTold:
    """How far the other side has carried out a withdrawal we told it of."""

    consent_id: ConsentId
    peer: NodeId
    wanted: str
    told_at: Instant
    repeat_due: Instant
    status: int
    locked_at: Instant | None
    erased_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What we have to destroy."""

    consent_id: ConsentId
    told_by: NodeId | None
    locked_at: Instant
    erase_by: Instant
    erased_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One referral, on either side."""

    thread: ThreadId
    peer: NodeId
    is_ours: bool
    case_id: bytes | None
    consent_id: ConsentId | None
    state: ReferralState
    offer: ReferralOffer
    answer_by: Instant
    worker: PlainText | None
    first_step: FirstStep | None
    from_date: Instant | None
    dossier_hash: Hash | None
    arrived_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One follow-up, on either side."""

    follow_up_id: MessageId
    thread: ThreadId
    peer: NodeId
    is_asked_by_us: bool
    due: Instant
    state: FollowUpState
    was_seen: bool | None
    seen_at: Instant | None
    report: MessageId | None


def new_follow_up(
    follow_up_id: MessageId,
    thread: ThreadId,
    peer: NodeId,
    *,
    is_asked_by_us: bool,
    due: Instant,
    state: FollowUpState,
) -> FollowUp:
    """A follow-up of which nothing was reported yet."""
    return FollowUp(
        follow_up_id=follow_up_id,
        thread=thread,
        peer=peer,
        is_asked_by_us=is_asked_by_us,
        due=due,
        state=state,
        was_seen=None,
        seen_at=None,
        report=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSending:
    """A sending that may still be stopped; `code` says why it was refused, once it was."""

    held_id: bytes
    user_id: Pseudonym
    name: str
    body: bytes = field(repr=False)
    peer: NodeId
    thread: ThreadId | None
    case_id: bytes | None
    held_at: Instant
    leaves_at: Instant
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """What a person is to do."""

    task_id: int
    task: str
    peer: NodeId
    thread: ThreadId | None
    due: Instant
    made_at: Instant

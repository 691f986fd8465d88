"""What is shown of one case on its own screen, and of who knows what about her."""

from protocol.local.fitting import View
from protocol.local.views.care import FollowUpView, ReferralLine
from protocol.local.views.casework import FactView


class SaidView(View, frozen=True, kw_only=True):
    """One text of hers, and when it was written down. `hash` is what a tick names."""

    category: int
    kind: str
    language: str
    text: str
    hash: bytes
    recorded_at: int


class Station(View, frozen=True, kw_only=True):
    """One station of her path of care: `kind` is `here` or `peer`.

    Here `state` is the case's, at a peer the referral's; `since` is when it began or became so. What belongs
    to a referral is None here. `is_ours`: we referred her there.
    """

    kind: str
    peer: bytes | None
    name: str
    state: str
    since: int
    is_ours: bool
    thread: bytes | None
    worker: str | None
    first_step: str | None
    from_date: int | None
    arrived_at: int | None
    follow_ups: list[FollowUpView]


class CaseLook(View, frozen=True, kw_only=True):
    """One case: her own words first. `hidden` facts and texts say who she is and were not asked for.

    `covered` are these texts without a word of them: their hashes are still what a tick names.
    """

    case_id: bytes
    case_number: str
    status: str
    opened_at: int
    age_band: str
    language: str
    owner_name: str | None
    known_as: str | None
    sentences: list[SaidView]
    covered: list[SaidView]
    facts: list[FactView]
    hidden: int
    path: list[Station]
    referrals: list[ReferralLine]


class SamePersonLine(View, frozen=True, kw_only=True):
    """Another case that may be hers. `agrees` are `names` and codes of fields, and never what stands in them.

    `is_same` is what a person said about it, None where nobody did.
    """

    case_id: bytes
    case_number: str
    status: str
    age_band: str
    opened_at: int
    agrees: list[str]
    is_same: bool | None
    judged_at: int | None


class SamePersons(View, frozen=True, kw_only=True):
    """Other cases that may be hers, the newest first: those nobody looked at, and those somebody judged."""

    offered: list[SamePersonLine]
    judged: list[SamePersonLine]


class WithdrawalView(View, frozen=True, kw_only=True):
    """How far one holder has come with her withdrawal: 0 asked, 1 locked, 2 erased, 3 legal hold.

    `reached_at` is when it arrived on their computer; until then `attempts` and `next_attempt` say how it is
    tried.
    """

    status: int
    told_at: int
    locked_at: int | None
    erased_at: int | None
    reached_at: int | None
    attempts: int
    next_attempt: int | None


class LedgerLine(View, frozen=True, kw_only=True):
    """One leaving of data: what, to whom, under which consent, and whether it arrived.

    `state` is the message's in the outbox; `received_at` is when it arrived on their computer, `seen_at` when
    a person there was said to have seen it. `is_withheld`: it was taken back or its time was over; whether an
    earlier copy had come is known only where `is_confirmed` says that it had not.
    """

    message_id: bytes
    consent_id: bytes
    peer: bytes
    peer_name: str
    last_heard: int | None
    at: int
    purpose: str
    categories: list[int]
    fields: list[str]
    state: str
    is_withheld: bool
    is_confirmed: bool
    received_at: int | None
    seen_at: int | None
    until: int
    consent_state: str
    withdrawal: WithdrawalView | None


class HeldMessage(View, frozen=True, kw_only=True):
    """One message about her that we hold: `state` is `readable`, `locked`, `erased` or `lost`."""

    message_id: bytes
    peer: bytes
    peer_name: str
    type: str
    received_at: int
    seen_at: int | None
    state: str
    consent_id: bytes | None
    purpose: str | None
    until: int | None
    consent_state: str | None


class Ledger(View, frozen=True, kw_only=True):
    """Who knows what about her, the newest first, and what we know from others."""

    case_id: bytes
    case_number: str
    lines: list[LedgerLine]
    held: list[HeldMessage]

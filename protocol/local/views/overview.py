"""What is shown before one case is opened: pages of cases, what waits today, follow-ups, who we are."""

from protocol.local.fitting import View
from protocol.local.views.node import TaskView


class CasePageLine(View, frozen=True, kw_only=True):
    """A case in a page. `known_as` is there only when it was asked for and she chose one.

    `due` is the earliest thing to do about her, and `due_with` the organisation it is with. `sounds_alike`:
    what was looked for is not written so in this case, but a name in it sounds so.
    """

    case_id: bytes
    case_number: str
    status: str
    age_band: str
    language: str
    opened_at: int
    known_as: str | None
    present_town: str | None
    due: int | None
    due_with: str | None
    sounds_alike: bool


class CasePage(View, frozen=True, kw_only=True):
    """Some lines of a list: `count` match, of `total` cases; the last `sounding` of them only sound so."""

    lines: list[CasePageLine]
    count: int
    sounding: int
    total: int


class CaseCounts(View, frozen=True, kw_only=True):
    """How many cases there are, how many are not closed, and how many of those are one's own."""

    total: int
    open: int
    mine: int


class ConsentEnding(View, frozen=True, kw_only=True):
    """A consent of hers that ends soon: she is asked again."""

    consent_id: bytes
    case_id: bytes
    case_number: str
    peer: bytes
    peer_name: str
    purpose: str
    expires: int


class FollowUpLine(View, frozen=True, kw_only=True):
    """A follow-up in a list. `report` is the id of the message with her words, where one came.

    Where `has_withdrawn`, she withdrew the referral it belongs to, and no day of it is counted.
    """

    follow_up: bytes
    thread: bytes
    peer: bytes
    peer_name: str
    case_id: bytes | None
    case_number: str | None
    is_asked_by_us: bool
    due: int
    state: str
    is_open: bool
    has_withdrawn: bool
    was_seen: bool | None
    report: bytes | None


class FollowUps(View, frozen=True, kw_only=True):
    """Follow-ups by their day; of those still open: late, within seven days, within thirty."""

    lines: list[FollowUpLine]
    late: int
    in_7_days: int
    in_30_days: int


class UnsentLine(View, frozen=True, kw_only=True):
    """How much waits for one organisation, since when, and when it was last heard of."""

    peer: bytes
    peer_name: str
    count: int
    oldest: int
    last_heard: int | None


class Today(View, frozen=True, kw_only=True):
    """What needs a person: who waits for us, then what we promised, then news.

    Lists end at a bound; the numbers beside them do not. `is_disk_short`: the disk has so little
    room left that only what is small is taken.
    """

    tasks: list[TaskView]
    waiting: int
    promises: int
    news: int
    consents: list[ConsentEnding]
    follow_ups: list[FollowUpLine]
    late: int
    in_7_days: int
    unsent: list[UnsentLine]
    cases: CaseCounts
    is_disk_short: bool = False


class SelfView(View, frozen=True, kw_only=True):
    """This organisation, as others know it. `is_replaced`: another computer speaks for it."""

    node_id: bytes
    node_id_text: str
    name: str
    country: str
    is_replaced: bool


class Changes(View, frozen=True, kw_only=True):
    """A number that is another one after each change of what a screen may show."""

    count: int

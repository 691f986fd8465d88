"""What is shown of consents and withdrawals."""

from protocol.local.fitting import View


class HolderView(View, frozen=True, kw_only=True):
    """How far one holder has carried a withdrawal out: 0 asked, 1 locked, 2 erased, 3 legal hold."""

    peer: bytes
    status: int
    told_at: int
    locked_at: int | None
    erased_at: int | None


class ConsentView(View, frozen=True, kw_only=True):
    """A consent and what it amounts to now.

    `is_superseded`: a newer consent took its place, and she withdrew neither. `is_refused`: she said no when
    our worker asked her again, and did not withdraw; in both cases `state` is `withdrawn`.
    `conditions` are the codes she set, and `words` her own words about them. What came from a partner is
    told only while her consent counts.
    """

    consent_id: bytes
    holder: bytes
    recipient: bytes
    purpose: str
    categories: list[int]
    excluded_fields: list[str]
    conditions: list[str]
    words: str | None
    texts: list[bytes]
    state: str
    is_superseded: bool
    is_refused: bool
    is_confirmed: bool
    needs_confirmation: bool
    valid_from: int
    expires: int
    receipt_id: bytes | None
    holders: list[HolderView]


class Consents(View, frozen=True, kw_only=True):
    """Every consent of a case or a conversation."""

    consents: list[ConsentView]

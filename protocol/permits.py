"""The two types without which nothing about a survivor leaves: `Permit` and `Payload`.

Their constructors take a token that only the makers import: `consent_rules.may_share` makes permits,
`disclosure` makes payloads. A test holds that nobody else does, and that nobody copies or forges one.
"""

from dataclasses import InitVar, dataclass
from typing import Final

from protocol.errors import LocalProtocolError
from protocol.values import ConsentId, Handle, Hash, Instant, NodeId
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Purpose


class _Token:
    __slots__ = ()


_TOKEN: Final = _Token()


def _require(token: object) -> None:
    if token is not _TOKEN:
        raise LocalProtocolError("a proof can be made only where it is earned")


@dataclass(frozen=True, slots=True)
class Permit:
    """Consent allows these categories, this holder, this recipient, this purpose, at this instant.

    `texts` are the SHA-256 of the sentences she ticked one by one; no other free text may leave.
    """

    token: InitVar[_Token]
    consent_id: ConsentId
    consent_hash: Hash
    handle: Handle
    holder: NodeId
    recipient: NodeId
    purpose: Purpose
    categories: frozenset[Category]
    excluded_fields: frozenset[str]
    texts: frozenset[Hash]
    at: Instant

    def __post_init__(self, token: _Token) -> None:
        """Refuse to exist without the token. Raises: LocalProtocolError."""
        _require(token)


@dataclass(frozen=True, slots=True)
class Payload:
    """The content of one message about a survivor, with the permit it was built under.

    `content` is its canonical bytes: what a preview shows, what its SHA-256 is taken of, what is sent.
    `is_personal` says whether the consent travels by its hash (class P) or not at all (class 0).
    """

    token: InitVar[_Token]
    type: str
    content: bytes
    is_personal: bool
    permit: Permit
    fields: tuple[str, ...]

    def __post_init__(self, token: _Token) -> None:
        """Refuse to exist without the token. Raises: LocalProtocolError."""
        _require(token)

    @property
    def categories(self) -> frozenset[Category]:
        """The categories the permit covers."""
        return self.permit.categories

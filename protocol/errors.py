"""The exception tree, and `RefusalCode`: the only thing a peer is ever told.

    SathiError
    ├── LocalProtocolError      our own bug or our own misuse of the protocol
    └── RemoteProtocolError     what came is not legal; carries one RefusalCode and a place
        └── MalformedError      it does not even have the form (E_ENCODING, E_SCHEMA, ...)

A message of these errors names the place and never the content: it may stand in a log.
"""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why something was not taken; SPEC 12 says when each is used and who sees it."""

    E_SIZE = "E_SIZE"
    E_MAGIC = "E_MAGIC"
    E_VERSION = "E_VERSION"
    E_SUITE = "E_SUITE"
    E_FLAGS = "E_FLAGS"
    E_PREKEY_UNKNOWN = "E_PREKEY_UNKNOWN"
    E_DECRYPT = "E_DECRYPT"
    E_PADDING = "E_PADDING"
    E_ENCODING = "E_ENCODING"
    E_KIND = "E_KIND"
    E_SCHEMA = "E_SCHEMA"
    E_NOT_FOR_ME = "E_NOT_FOR_ME"
    E_SENDER_UNKNOWN = "E_SENDER_UNKNOWN"
    E_SENDER_SUSPENDED = "E_SENDER_SUSPENDED"
    E_KEY_WEAK = "E_KEY_WEAK"
    E_SIG = "E_SIG"
    E_COMMIT = "E_COMMIT"
    E_SUITE_MISMATCH = "E_SUITE_MISMATCH"
    E_EXPIRED = "E_EXPIRED"
    E_CLOCK = "E_CLOCK"
    E_FORK = "E_FORK"
    E_CHAIN = "E_CHAIN"
    E_EPOCH_SUPERSEDED = "E_EPOCH_SUPERSEDED"
    E_TYPE = "E_TYPE"
    E_LIMIT = "E_LIMIT"
    E_CONSENT_MISSING = "E_CONSENT_MISSING"
    E_CONSENT_SCOPE = "E_CONSENT_SCOPE"
    E_CONSENT_EXPIRED = "E_CONSENT_EXPIRED"
    E_CONSENT_WITHDRAWN = "E_CONSENT_WITHDRAWN"
    E_CONSENT_UNCONFIRMED = "E_CONSENT_UNCONFIRMED"
    E_LEVEL = "E_LEVEL"
    E_BUNDLE_STALE = "E_BUNDLE_STALE"
    E_BUNDLE_ROLLBACK = "E_BUNDLE_ROLLBACK"
    E_CARD_ROLLBACK = "E_CARD_ROLLBACK"
    E_INVITE_EXPIRED = "E_INVITE_EXPIRED"
    E_INVITE_USED = "E_INVITE_USED"
    E_CHARTER_VERSION = "E_CHARTER_VERSION"
    E_CHARTER_SIGS = "E_CHARTER_SIGS"
    E_CHARTER_EXPIRED = "E_CHARTER_EXPIRED"
    E_STATE = "E_STATE"
    E_STICKFILE = "E_STICKFILE"


class SathiError(Exception):
    """Root of every exception this project raises on purpose."""


class LocalProtocolError(SathiError):
    """We tried something the protocol forbids: a bug on this side, never the peer's fault."""


class RemoteProtocolError(SathiError):
    """What came from outside is refused.

    Attributes:
        code: the one word that may be told to the peer.
        place: where in the input, as a dotted path; never what stood there.
    """

    def __init__(self, code: RefusalCode, place: str, *, reason: str | None = None) -> None:
        super().__init__(f"{reason or code} at '{place}'")
        self.code = code
        self.place = place


class MalformedError(RemoteProtocolError):
    """The input does not have the form; `reason` says which rule of form it breaks."""

    def __init__(
        self, reason: str, *, place: str, code: RefusalCode = RefusalCode.E_SCHEMA
    ) -> None:
        super().__init__(code, place, reason=reason)
        self.reason = reason

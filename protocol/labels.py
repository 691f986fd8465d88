"""Domain separation: a registered label stands in front of everything that is hashed or signed (SPEC 3).

Without it, bytes signed for one purpose could be shown as if they had been signed for another.
"""

import hashlib
from enum import StrEnum
from typing import Final


class Label(StrEnum):
    """The registered labels; no other string may be passed to `tbs` or `labelled_hash`."""

    NODE_ID = "sathi/1/node-id"
    KEY_ID = "sathi/1/key-id"
    PREKEY_ID = "sathi/1/prekey-id"
    MAILBOX_ID = "sathi/1/mailbox-id"
    PAYLOAD = "sathi/1/payload"
    MESSAGE_HASH = "sathi/1/msg-hash"
    HPKE = "sathi/1/hpke"
    AUDIT = "sathi/1/audit"
    AUDIT_DAY = "sathi/1/audit-day"
    SAFETY = "sathi/1/safety"
    INTRODUCTION = "sathi/1/intro"
    INTRODUCTION_OK = "sathi/1/intro-ok"
    DEPOSIT = "sathi/1/deposit"
    BUNDLE_KEY = "sathi/1/bundle-key"
    STICK = "sathi/1/stick"


class Kind(StrEnum):
    """The registered kinds of signed objects; the label of a signature is `sathi/1/` and the kind."""

    CARD = "card"
    INVITE = "invite"
    BUNDLE = "bundle"
    MESSAGE = "msg"
    CONSENT = "consent"
    MAILBOX_CREATE = "mbx-create"
    MAILBOX_AUTH = "mbx-auth"
    CHARTER = "charter"
    SUSPEND = "suspend"
    CHECKPOINT = "checkpoint"


_PREFIXES: Final = {
    label: bytes([len(label.value)]) + label.value.encode("ascii") for label in Label
}
_KIND_PREFIXES: Final = {
    kind: bytes([len(f"sathi/1/{kind}")]) + f"sathi/1/{kind}".encode("ascii") for kind in Kind
}


def tbs(label: Label, message: bytes) -> bytes:
    """The bytes to be hashed: one length byte, the label, the message (SPEC R-20)."""
    return _PREFIXES[label] + message


def tbs_for_kind(kind: Kind, body: bytes) -> bytes:
    """The bytes to be signed for a signed object of this kind (SPEC R-21)."""
    return _KIND_PREFIXES[kind] + body


def labelled_hash(label: Label, message: bytes) -> bytes:
    """SHA-256 over `tbs(label, message)`, 32 bytes."""
    return hashlib.sha256(_PREFIXES[label] + message).digest()

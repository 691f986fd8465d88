"""Safety numbers: what two people read to each other to know that no one stands between them (SPEC 11)."""

import hashlib
from typing import Final

from protocol.keys import VerifyingKey
from protocol.labels import Label, tbs

_GROUPS_PER_NODE: Final = 6


def safety_number(one: VerifyingKey, other: VerifyingKey) -> tuple[str, ...]:
    """The 12 groups of five digits of two root keys, the same whoever asks (R-71)."""
    return tuple(group for root in sorted((one, other)) for group in _groups(root))


def _groups(root: VerifyingKey) -> list[str]:
    digest = hashlib.sha512(tbs(Label.SAFETY, root)).digest()
    return [
        f"{int.from_bytes(digest[5 * index : 5 * index + 5]) % 100_000:05}"
        for index in range(_GROUPS_PER_NODE)
    ]

"""What is shown of who belongs."""

import msgspec

from protocol.local.fitting import View


class MemberLine(View, frozen=True, kw_only=True):
    """One entry of a charter. `name` is the partner's, where it is one; `is_us` marks our own entry.

    `state` is `active`, `suspended` or `removed`; `was` is the state in the charter before, where it is
    another one or the node is new there.
    """

    node_id: bytes
    node_id_text: str
    name: str | None
    is_us: bool
    country: str
    state: str
    was: str | None
    since: int
    successor_text: str | None


class CharterLook(View, frozen=True, kw_only=True):
    """A charter. `number` are the six groups that people compare; `is_first`: none is held yet.

    `changes_nothing`: it is the one that is held. `is_over`: it lets nobody new in any more.
    """

    version: int
    number: list[str]
    issued: int
    expires: int
    is_over: bool
    is_first: bool
    changes_nothing: bool
    threshold: int
    stewards: list[bytes]
    members: list[MemberLine]
    erase_hours: int | None
    skeleton_months: int | None
    risk: str | None
    storage: list[str]
    complaints: list[str] = msgspec.field(default_factory=list)


class CharterOffered(View, frozen=True, kw_only=True):
    """A first charter that a partner sent; it counts when a person has applied it."""

    peer: bytes
    peer_name: str
    chain: bytes


class CharterView(View, frozen=True, kw_only=True):
    """The charter that is held, if one is, as it travels, and what partners offered."""

    held: CharterLook | None
    chain: bytes | None
    offered: list[CharterOffered]

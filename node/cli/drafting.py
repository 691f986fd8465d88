"""A draft of a charter: a first one, or the one after another, with what is to be different."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from node.cli.talking import CommandFailedError
from protocol import limits
from protocol.charter import (
    Charter,
    HeldCharter,
    Member,
    MemberState,
    Parameters,
    RiskProfile,
    encode_charter,
    parse_charter,
)
from protocol.errors import MalformedError
from protocol.keys import VerifyingKey, verifying_key
from protocol.values import ZERO_HASH, Entropy, Hash, Instant, digest, later, node_id_text
from protocol.vocabulary.codes import Country

DAYS: Final = 365
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to stand in the draft, beside what stood in the charter before."""

    added: Sequence[Member]
    active: Sequence[str]
    suspended: Sequence[str]
    removed: Sequence[str]
    successors: Sequence[str]
    stewards: Sequence[str]
    without: Sequence[str]
    threshold: int | None
    days: int
    legal_text: Hash | None
    erase_hours: int | None
    skeleton_months: int | None
    risk: str | None
    storage: Sequence[str]
    complaints: Sequence[str]


def draft(before: HeldCharter | None, wishes: Wishes, *, now: Instant, entropy: Entropy) -> bytes:
    """The body of a draft.

    Raises:
        CommandFailedError: if it would be no charter, or a wish names somebody who is not there.
    """
    former = None if before is None else before.charter
    stewards = _stewards(() if former is None else former.stewards, wishes)
    threshold = wishes.threshold or (None if former is None else former.threshold)
    if threshold is None:
        raise CommandFailedError("a first charter needs --threshold: how many stewards sign")
    legal = wishes.legal_text or (None if former is None else former.legal_text)
    if legal is None:
        raise CommandFailedError(
            "a first charter needs --legal-text: the agreement on paper, as a file"
        )
    members = _members(() if former is None else former.members, wishes, now=now)
    agreed = Parameters() if former is None else former.parameters
    charter = Charter(
        federation=digest(entropy(_KEY_BYTES)) if former is None else former.federation,
        version=1 if former is None else former.version + 1,
        previous=ZERO_HASH if before is None else before.body_hash,
        issued=now,
        expires=later(now, wishes.days * limits.DAY),
        threshold=threshold,
        stewards=stewards,
        members=members,
        parameters=_parameters(agreed, wishes, members=members),
        legal_text=legal,
    )
    return _checked(charter)


def _checked(charter: Charter) -> bytes:
    body = encode_charter(charter)
    try:
        parse_charter(body)
    except MalformedError as error:
        raise CommandFailedError(f"this would be no charter: {error}") from None
    return body


def _stewards(former: Sequence[VerifyingKey], wishes: Wishes) -> tuple[VerifyingKey, ...]:
    keys = {*former, *(_key(text) for text in wishes.stewards)}
    for text in wishes.without:
        key = _key(text)
        if key not in keys:
            raise CommandFailedError("--without-steward names a key that is no steward's")
        keys.discard(key)
    return tuple(sorted(keys))


def _key(text: str) -> VerifyingKey:
    try:
        return verifying_key(bytes.fromhex(text), place="steward")
    except (ValueError, MalformedError):
        raise CommandFailedError(
            "a steward's key has 64 digits and letters, as `sathi charter key` wrote it"
        ) from None


def _members(former: Sequence[Member], wishes: Wishes, *, now: Instant) -> tuple[Member, ...]:
    found = {member.node_id: member for member in former}
    for added in wishes.added:
        if added.node_id in found:
            raise CommandFailedError(f"{node_id_text(added.node_id)} is in the charter already")
        found[added.node_id] = added
    changes = (
        (MemberState.ACTIVE, wishes.active),
        (MemberState.SUSPENDED, wishes.suspended),
        (MemberState.REMOVED, wishes.removed),
    )
    for state, names in changes:
        for name in names:
            member = _named(found.values(), name)
            found[member.node_id] = replace(member, state=state, since=now)
    for pair in wishes.successors:
        one, separator, other = pair.partition("=")
        if not separator:
            raise CommandFailedError("--successor is OLD=NEW, two ids")
        member = _named(found.values(), one)
        successor = _named(found.values(), other).node_id
        found[member.node_id] = replace(member, successor=successor)
    return tuple(sorted(found.values(), key=lambda member: member.node_id))


def _named(members: Iterable[Member], name: str) -> Member:
    for member in members:
        if name in {member.node_id.hex(), node_id_text(member.node_id)}:
            return member
    raise CommandFailedError("nobody of that id is in the charter: see `sathi charter show`")


def _parameters(former: Parameters, wishes: Wishes, *, members: Sequence[Member]) -> Parameters:
    complaints = {_named(members, name).node_id for name in wishes.complaints}
    risk = None if wishes.risk is None else RiskProfile[wishes.risk.upper()]
    return replace(
        former,
        erase_hours=wishes.erase_hours or former.erase_hours,
        skeleton_months=wishes.skeleton_months or former.skeleton_months,
        risk=risk or former.risk,
        storage=_countries(wishes.storage) or former.storage,
        complaints=tuple(sorted(complaints)) or former.complaints,
    )


def _countries(codes: Sequence[str]) -> tuple[Country, ...]:
    try:
        return tuple(Country(code) for code in sorted(set(codes)))
    except ValueError:
        known = ", ".join(country.value for country in Country)
        raise CommandFailedError(f"--storage is one of {known}") from None

"""Vectors of charters and suspends. Three invented stewards, of whom two are needed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from protocol import limits
from protocol.cards import Suspend, sign_suspend
from protocol.charter import Charter, Member, MemberState, Parameters, encode_charter, sign_charter
from protocol.charter_chain import encode_chain
from protocol.codec import Value
from protocol.keys import SigningSecret, signing_secret
from protocol.labels import Kind
from protocol.limits import DAY
from protocol.messages.membership import CharterUpdate, SuspendNotice
from protocol.signing import sign
from protocol.values import ZERO_HASH, Instant, digest, later, sha256
from tests.vectors.cast import ALO, BANDHAN, CHAUTARI, NOW, SKEW, Node, changed, octets
from tests.vectors.form import Vector, vector

STEWARDS: Final = tuple(
    sorted(
        (signing_secret(octets(f"steward {number}")) for number in range(3)),
        key=lambda secret: secret.public,
    )
)


def _member(node: Node, state: MemberState = MemberState.ACTIVE) -> Member:
    return Member(
        node_id=node.node_id,
        root=node.root.public,
        country=node.card.country,
        state=state,
        since=later(NOW, -DAY),
        successor=None,
    )


FIRST: Final = Charter(
    federation=digest(octets("federation")),
    version=1,
    previous=ZERO_HASH,
    issued=later(NOW, -DAY),
    expires=later(NOW, 300 * DAY),
    threshold=2,
    stewards=tuple(secret.public for secret in STEWARDS),
    members=tuple(
        sorted((_member(node) for node in (ALO, BANDHAN, CHAUTARI)), key=lambda one: one.node_id)
    ),
    parameters=Parameters(erase_hours=48, skeleton_months=24),
    legal_text=digest(octets("legal text")),
)
SECOND: Final = replace(FIRST, version=2, previous=sha256(encode_charter(FIRST)))
THIRD: Final = replace(FIRST, version=3, previous=sha256(encode_charter(SECOND)))
SHEET: Final = Suspend(node_id=ALO.node_id, card_sequence=3, at=None, reason=0)


def signed(charter: Charter, by: Sequence[SigningSecret] = STEWARDS[:2]) -> bytes:
    """A charter as it travels."""
    return sign_charter(encode_charter(charter), by=by).raw


CHARTER_UPDATE: Final = CharterUpdate(chain=(signed(FIRST), signed(SECOND)))
SUSPEND_NOTICE: Final = SuspendNotice(suspend=sign_suspend(SHEET, by=ALO.root).raw)


def vectors() -> list[Vector]:
    """All of them."""
    return [*_charters(), *_forms(), *_chains(), *_suspends()]


def _charter(
    name: str, expect: str, rule: str, comment: str, *chain: bytes, **more: object
) -> Vector:
    usual: dict[str, object] = {"now": NOW, **more}
    return vector(name, "charter", expect, rule, comment, encode_chain(chain), **usual)


def _charters() -> list[Vector]:
    twice = sign(Kind.CHARTER, encode_charter(FIRST), secrets=[STEWARDS[0], STEWARDS[0]]).raw
    stranger = signing_secret(octets("no steward"))
    new = signing_secret(octets("a new steward"))
    handed_over = replace(SECOND, stewards=(new.public,), threshold=1)
    ahead = replace(FIRST, issued=later(NOW, SKEW + 1))
    over = replace(FIRST, expires=NOW)
    return [
        _charter("charter_good", "ok", "R-161", "Two of three stewards.", signed(FIRST)),
        _charter("charter_one_signature", "E_CHARTER_SIGS", "R-161", "One of three, where two are needed.",
                 signed(FIRST, STEWARDS[:1])),
        _charter("charter_steward_twice", "E_CHARTER_SIGS", "R-161", "One steward, two signatures.",
                 twice),
        _charter("charter_stranger", "E_CHARTER_SIGS", "R-161", "A steward and somebody else.",
                 signed(FIRST, [STEWARDS[0], stranger])),
        _charter("charter_new_stewards_alone", "E_CHARTER_SIGS", "R-161",
                 "Nobody of the stewards before signed.", signed(handed_over, [new]),
                 held=signed(FIRST)),
        _charter("charter_old_stewards_alone", "E_CHARTER_SIGS", "R-161",
                 "Nobody of its own stewards signed.", signed(handed_over, STEWARDS[:2]),
                 held=signed(FIRST)),
        _charter("charter_handed_over", "ok", "R-161", "Both k signed.",
                 signed(handed_over, [*STEWARDS[:2], new]), held=signed(FIRST)),
        _charter("charter_last_second", "ok", "R-162", "Its last second.",
                 signed(replace(FIRST, expires=later(NOW, 1)))),
        _charter("charter_expired", "E_CHARTER_EXPIRED", "R-162", "Its last second is over.",
                 signed(over)),
        _charter("charter_from_the_future", "E_CLOCK", "R-162", "One second over 48 hours ahead.",
                 signed(ahead)),
        _charter("charter_other_suite", "E_SUITE", "R-162", "It asks for suite 2.",
                 signed(replace(FIRST, parameters=Parameters(suite_min=2)))),
    ]  # fmt: skip


def _forms() -> list[Vector]:
    body = encode_charter(FIRST)

    def form(name: str, expect: str, rule: str, comment: str, raw: bytes) -> Vector:
        signed_raw = sign(Kind.CHARTER, raw, secrets=STEWARDS[:2]).raw
        return _charter(name, expect, rule, comment, signed_raw)

    weak = (2**255 - 20).to_bytes(32, "little")
    backward = [secret.public for secret in reversed(STEWARDS)]
    row: list[Value] = [ALO.node_id, BANDHAN.root.public, "IN", 1, NOW, None]
    return [
        form("charter_later_parameter", "ok", "R-163", "A parameter 64.",
             changed(body, k9={64: "later"})),
        form("charter_unknown_parameter", "E_SCHEMA", "R-163", "A parameter 63.",
             changed(body, k9={63: 1})),
        form("charter_keeps_too_long", "E_SCHEMA", "R-163", "Skeletons for 85 months.",
             changed(body, k9={2: 85})),
        form("charter_stewards_unsorted", "E_SCHEMA", "R-12", "Stewards in another order.",
             changed(body, k7=list(backward))),
        form("charter_weak_steward", "E_KEY_WEAK", "R-23", "A steward's key of small order.",
             changed(body, k7=[weak], k6=1)),
        form("charter_k_of_none", "E_SCHEMA", "R-160", "k is 0.", changed(body, k6=0)),
        form("charter_k_too_large", "E_SCHEMA", "R-160", "k is 4 of 3.", changed(body, k6=4)),
        form("charter_other_root", "E_SCHEMA", "R-160", "A node beside the root of another.",
             changed(body, k8=[row])),
        form("charter_lives_too_long", "E_SCHEMA", "R-160", "400 days and one second.",
             changed(body, k5=FIRST.issued + limits.CHARTER_LIFE_SECONDS + 1)),
        form("charter_first_with_predecessor", "E_SCHEMA", "R-160", "Version 1 names one before it.",
             changed(body, k3=octets("predecessor"))),
    ]  # fmt: skip


def _chains() -> list[Vector]:
    first, second, third = signed(FIRST), signed(SECOND), signed(THIRD)
    twin = signed(replace(SECOND, legal_text=digest(octets("another agreement"))))
    elsewhere = signed(replace(SECOND, federation=digest(octets("another federation"))))
    return [
        _charter("charter_next", "ok", "R-162", "Version 2 after 1.", second, held=first),
        _charter("charter_chain", "ok", "R-162", "1, 2 and 3 after 1.", first, second, third,
                 held=first),
        _charter("charter_gap", "E_CHARTER_VERSION", "R-162", "Version 3 after 1.", third,
                 held=first),
        _charter("charter_rollback", "E_CHARTER_VERSION", "R-162", "Version 1 after 2.", first,
                 held=second),
        _charter("charter_twin", "E_CHARTER_VERSION", "R-162", "Another version 2.", twin,
                 held=second),
        _charter("charter_elsewhere", "E_CHARTER_VERSION", "R-162", "Of another federation.",
                 elsewhere, held=first),
        _charter("charter_again", "ok", "R-162", "The one that is held, signed by others.",
                 signed(SECOND, STEWARDS[1:]), held=second),
    ]  # fmt: skip


def _suspend(
    name: str, expect: str, rule: str, comment: str, by: SigningSecret, at: Instant | None = None
) -> Vector:
    raw = sign_suspend(replace(SHEET, at=at), by=by).raw
    return _suspend_raw(name, expect, rule, comment, raw)


def _suspend_raw(name: str, expect: str, rule: str, comment: str, raw: bytes) -> Vector:
    roots = [bytes(node.root.public) for node in (ALO, BANDHAN)]
    stewards = [bytes(secret.public) for secret in STEWARDS]
    return vector(
        name, "suspend", expect, rule, comment, raw, now=NOW, root=roots, steward=stewards
    )


def _suspends() -> list[Vector]:
    undated = sign_suspend(SHEET, by=ALO.root)
    unknown = sign(Kind.SUSPEND, changed(undated.body, k5=1), secrets=[ALO.root]).raw
    many = sign(Kind.SUSPEND, undated.body, secrets=[ALO.root] * 8).raw
    return [
        _suspend("suspend_by_root", "ok", "R-167", "Undated, made beforehand.", ALO.root),
        _suspend("suspend_by_one_steward", "ok", "R-167", "One of three, although k is 2.", STEWARDS[2]),
        _suspend("suspend_by_other_root", "E_SIG", "R-167", "The root of another node.", BANDHAN.root),
        _suspend("suspend_by_signing_key", "E_SENDER_UNKNOWN", "R-167", "Its signing key.", ALO.signing),
        _suspend("suspend_from_the_future", "E_CLOCK", "R-167", "One second over 48 hours ahead.",
                 ALO.root, later(NOW, SKEW + 1)),
        _suspend("suspend_dated", "ok", "R-167", "Dated 48 hours ahead.", ALO.root, later(NOW, SKEW)),
        _suspend_raw("suspend_unknown_key", "E_SCHEMA", "R-10", "A key 5.", unknown),
        _suspend_raw("suspend_too_large", "E_LIMIT", "R-167", "1,025 bytes.",
                     many + bytes(1_025 - len(many))),
    ]  # fmt: skip

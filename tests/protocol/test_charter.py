"""A charter: its form, who signed it, and which one follows which."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.charter import (
    Charter,
    MemberState,
    Parameters,
    RiskProfile,
    combine,
    encode_charter,
    parse_charter,
    read_charter,
    sign_charter,
)
from protocol.charter_chain import charter_number, encode_chain, follow, parse_chain
from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.keys import SigningSecret, VerifyingKey, new_signing_secret
from protocol.labels import Kind
from protocol.signing import Signature, gather, parse, sign
from protocol.values import key_id, later, node_id, sha256
from protocol.vocabulary.codes import Country
from tests.support.builders import ALO, BANDHAN, CHAUTARI, NOON, entropy
from tests.support.charters import (
    FIRST,
    STEWARDS,
    STRANGER,
    after,
    held,
    member,
    members,
    signed,
    with_entry,
)

DAY: Final = 86_400
SECOND: Final = after(FIRST)
ALL_PARAMETERS: Final = Parameters(
    suite_min=1,
    erase_hours=72,
    skeleton_months=84,
    risk=RiskProfile.HIGH,
    complaints=(min(ALO.node_id, BANDHAN.node_id), max(ALO.node_id, BANDHAN.node_id)),
    storage=(Country.BANGLADESH, Country.NEPAL),
)


def refusal(*chain: bytes, of: Charter | None = None, now: int = NOON) -> RefusalCode:
    """Why a chain is not taken."""
    with pytest.raises(RemoteProtocolError) as raised:
        follow(chain, held=None if of is None else held(of), now=later(NOON, now - NOON))
    return raised.value.code


def versions(*chain: bytes, of: Charter | None = None) -> list[int]:
    """Which versions a chain adds."""
    added = follow(chain, held=None if of is None else held(of), now=NOON)
    return [one.charter.version for one in added]


def changed(**fields: Value) -> bytes:
    """The body of the first charter with other values: `k7=…` sets key 7."""
    body = decode(encode_charter(FIRST))
    assert isinstance(body, dict)
    return encode({**body, **{int(key[1:]): value for key, value in fields.items()}})


def entry(**columns: Value) -> list[Value]:
    """The members with Alo's entry alone, and other values in it: `c3=…` sets column 3."""
    row: list[Value] = [ALO.node_id, ALO.root.public, "IN", 1, NOON, None]
    for column, value in columns.items():
        row[int(column[1:])] = value
    return [row]


@pytest.mark.parametrize(
    "charter",
    [FIRST, SECOND, replace(FIRST, parameters=ALL_PARAMETERS), replace(FIRST, members=())],
    ids=["the first", "the second", "every parameter", "nobody yet"],
)
def test_a_charter_is_read_as_it_was_written(charter: Charter) -> None:
    assert parse_charter(encode_charter(charter)) == charter


def test_a_successor_is_read_as_it_was_written() -> None:
    gone = member(ALO, MemberState.REMOVED, successor=BANDHAN.node_id)
    charter = replace(FIRST, members=with_entry(FIRST, gone))

    assert parse_charter(encode_charter(charter)).member(ALO.node_id) == gone


def test_a_charter_says_nothing_of_a_node_that_it_does_not_name() -> None:
    assert replace(FIRST, members=()).member(ALO.node_id) is None


@pytest.mark.parametrize(
    "body",
    [
        changed(k0=2),
        changed(k1=bytes(31)),
        changed(k2=0),
        changed(k3=bytes(31) + b"\1"),
        changed(k2=2),
        changed(k5=NOON),
        changed(k5=NOON + limits.CHARTER_LIFE_SECONDS + 1),
        changed(k6=0),
        changed(k6=4),
        changed(k6=True),
        changed(k7=[]),
        changed(k7=[STEWARDS[1].public, STEWARDS[0].public]),
        changed(k7=[STEWARDS[0].public, STEWARDS[0].public]),
        changed(k7=[bytes(31)]),
        changed(k8=entry(c0=BANDHAN.node_id)),
        changed(k8=entry(c2="FR")),
        changed(k8=entry(c2=1)),
        changed(k8=entry(c3=0)),
        changed(k8=entry(c3=4)),
        changed(k8=entry(c3=True)),
        changed(k8=entry(c4=None)),
        changed(k8=entry(c5=bytes(31))),
        changed(k8=entry(c5=ALO.node_id)),
        changed(k8=entry() * 2),
        changed(k8=[entry()[0], [1]]),
        changed(k9=[]),
        changed(k9={0: 0}),
        changed(k9={0: 256}),
        changed(k9={1: 73}),
        changed(k9={2: 2}),
        changed(k9={2: 85}),
        changed(k9={3: 3}),
        changed(k9={4: [ALO.node_id] * 2}),
        changed(k9={4: [bytes(31)]}),
        changed(k9={5: ["NP", "BD"]}),
        changed(k9={5: ["FR"]}),
        changed(k9={5: [1]}),
        changed(k9={63: 1}),
        changed(k9={"x": 1}),
        changed(k10=bytes(31)),
        changed(k11=1),
    ],
)
def test_what_is_no_charter_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError) as raised:
        parse_charter(body)

    assert raised.value.code is RefusalCode.E_SCHEMA


def test_parameters_of_a_later_version_are_left_alone() -> None:
    assert parse_charter(changed(k9={1: 24, 64: "later"})).parameters == Parameters(erase_hours=24)


def test_a_weak_key_of_a_steward_or_of_a_member_is_refused() -> None:
    weak = (2**255 - 20).to_bytes(32, "little")
    for body in (changed(k7=[weak], k6=1), changed(k8=entry(c1=weak))):
        with pytest.raises(MalformedError) as raised:
            parse_charter(body)
        assert raised.value.code is RefusalCode.E_KEY_WEAK


def test_nobody_signs_what_is_no_charter() -> None:
    with pytest.raises(MalformedError):
        sign_charter(changed(k2=0), by=STEWARDS)


def test_k_of_the_stewards_make_a_charter() -> None:
    assert versions(signed(FIRST, STEWARDS[:2])) == [1]
    assert versions(signed(FIRST, STEWARDS[1:])) == [1]
    assert versions(signed(FIRST, STEWARDS)) == [1]


def test_fewer_than_k_stewards_make_none() -> None:
    assert refusal(signed(FIRST, STEWARDS[:1])) is RefusalCode.E_CHARTER_SIGS


def test_a_steward_counts_once_however_often_the_key_signed() -> None:
    twice = sign(Kind.CHARTER, encode_charter(FIRST), secrets=[STEWARDS[0], STEWARDS[0]])

    assert refusal(twice.raw) is RefusalCode.E_CHARTER_SIGS


def test_a_signature_of_somebody_else_counts_for_nothing() -> None:
    assert refusal(signed(FIRST, [STEWARDS[0], STRANGER])) is RefusalCode.E_CHARTER_SIGS


def test_a_signature_over_another_charter_counts_for_nothing() -> None:
    other = sign(Kind.CHARTER, encode_charter(SECOND), secrets=[STEWARDS[1]]).signatures
    own = sign(Kind.CHARTER, encode_charter(FIRST), secrets=[STEWARDS[0]]).signatures

    forged = gather(Kind.CHARTER, encode_charter(FIRST), [*own, *other])

    assert refusal(forged.raw) is RefusalCode.E_CHARTER_SIGS


def test_the_next_version_needs_k_of_the_stewards_before_it() -> None:
    new = [new_signing_secret(entropy=entropy(f"new steward {n}")) for n in range(2)]
    keys: tuple[VerifyingKey, ...] = tuple(sorted(secret.public for secret in new))
    taken_over = after(FIRST, stewards=keys)

    assert refusal(signed(taken_over, new), of=FIRST) is RefusalCode.E_CHARTER_SIGS
    with_one = signed(taken_over, [*new, STEWARDS[0]])
    assert refusal(with_one, of=FIRST) is RefusalCode.E_CHARTER_SIGS
    assert versions(signed(taken_over, [*new, *STEWARDS[:2]]), of=FIRST) == [2]


def test_the_next_version_needs_k_of_its_own_stewards_too() -> None:
    other = new_signing_secret(entropy=entropy("a new steward"))
    keys = tuple(sorted([other.public, STEWARDS[0].public]))
    changed_hands = after(FIRST, stewards=keys)

    assert refusal(signed(changed_hands, STEWARDS), of=FIRST) is RefusalCode.E_CHARTER_SIGS
    assert versions(signed(changed_hands, [*STEWARDS[:2], other]), of=FIRST) == [2]


def test_a_steward_who_was_removed_signs_no_further_version() -> None:
    without = after(FIRST, stewards=FIRST.stewards[1:], threshold=2)
    third = after(without)
    gone = STEWARDS[0]

    code = refusal(signed(third, [gone, STEWARDS[1]]), of=without)

    assert code is RefusalCode.E_CHARTER_SIGS
    assert versions(signed(third, STEWARDS[1:]), of=without) == [3]


def test_a_chain_without_a_gap_is_followed_to_its_end() -> None:
    third = after(SECOND)
    chain = [signed(one) for one in (FIRST, SECOND, third)]

    assert versions(*chain) == [1, 2, 3]
    assert versions(*chain, of=FIRST) == [2, 3]
    assert versions(*chain[1:], of=FIRST) == [2, 3]
    assert versions(*chain, of=SECOND) == [3]


def test_a_chain_with_a_gap_is_refused_whole() -> None:
    third = after(SECOND)

    assert refusal(signed(third), of=FIRST) is RefusalCode.E_CHARTER_VERSION
    assert refusal(signed(FIRST), signed(third)) is RefusalCode.E_CHARTER_VERSION


def test_the_charter_that_is_held_changes_nothing_in_whatever_signatures() -> None:
    assert versions(signed(FIRST, STEWARDS[1:]), of=FIRST) == []
    assert versions(signed(FIRST), signed(SECOND, STEWARDS), of=SECOND) == []


@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        replace(SECOND, legal_text=sha256(b"another agreement")),
        after(SECOND, federation=sha256(b"another federation")),
        after(SECOND, previous=sha256(b"another predecessor")),
        replace(after(SECOND), version=4),
    ],
    ids=["a rollback", "a twin", "another federation", "another predecessor", "too far ahead"],
)
def test_what_does_not_follow_the_charter_that_is_held_is_refused(other: Charter) -> None:
    assert refusal(signed(other), of=SECOND) is RefusalCode.E_CHARTER_VERSION


def test_a_rollback_that_nobody_signed_is_refused_too() -> None:
    assert refusal(signed(FIRST, STEWARDS[:1]), of=SECOND) is RefusalCode.E_CHARTER_SIGS


def test_a_charter_is_over_in_its_last_second() -> None:
    end = FIRST.expires

    assert follow([signed(FIRST)], held=None, now=later(end, -1))
    assert refusal(signed(FIRST), now=end) is RefusalCode.E_CHARTER_EXPIRED


def test_a_version_that_is_over_leads_to_one_that_is_not() -> None:
    late = after(FIRST, issued=FIRST.expires, expires=later(FIRST.expires, DAY))

    taken = follow([signed(FIRST), signed(late)], held=None, now=FIRST.expires)

    assert [one.charter.version for one in taken] == [1, 2]


def test_a_charter_from_our_future_is_not_taken() -> None:
    ahead = replace(FIRST, issued=later(NOON, 2 * DAY + 1))

    assert refusal(signed(ahead)) is RefusalCode.E_CLOCK
    assert versions(signed(replace(FIRST, issued=later(NOON, 2 * DAY)))) == [1]


def test_a_charter_that_asks_for_another_suite_is_not_taken() -> None:
    asks = replace(FIRST, parameters=Parameters(suite_min=2))

    assert refusal(signed(asks)) is RefusalCode.E_SUITE
    assert versions(signed(replace(FIRST, parameters=Parameters(suite_min=1)))) == [1]


def test_signatures_made_apart_are_brought_together() -> None:
    body = encode_charter(FIRST)
    parts = [sign_charter(body, by=[steward]) for steward in STEWARDS[:2]]

    together = combine([*parts, parts[0]])

    assert len(together.signatures) == 2
    assert read_charter(together.raw).charter == FIRST
    assert combine(list(reversed(parts))).raw == together.raw


def test_parts_of_two_drafts_are_not_brought_together() -> None:
    parts = [
        sign_charter(encode_charter(one), by=[steward])
        for one, steward in zip((FIRST, SECOND), STEWARDS, strict=False)
    ]

    with pytest.raises(MalformedError):
        combine(parts)


def test_over_eight_signatures_are_not_brought_together() -> None:
    body = encode_charter(FIRST)
    many: list[SigningSecret] = [
        new_signing_secret(entropy=entropy(f"signer {number}")) for number in range(9)
    ]
    parts = [sign_charter(body, by=[secret]) for secret in many]

    with pytest.raises(MalformedError):
        combine(parts)


def test_a_charter_of_five_hundred_members_fits_its_bound() -> None:
    many = tuple(
        replace(
            member(ALO, successor=BANDHAN.node_id),
            node_id=node_id(sha256(bytes([number // 256, number % 256]))),
        )
        for number in range(500)
    )

    assert len(encode_charter(replace(FIRST, members=members(*many)))) < 60_000


def test_a_charter_may_be_larger_than_other_signed_objects() -> None:
    one = Signature(key_id=key_id(bytes(8)), raw=bytes(64))
    large = gather(Kind.CHARTER, bytes(200_000), [one]).raw

    assert parse(large, kind=Kind.CHARTER).raw == large


def test_a_charter_over_its_bound_is_refused() -> None:
    with pytest.raises(MalformedError) as raised:
        read_charter(bytes(limits.CHARTER_BYTES_MAX + 1))

    assert raised.value.code is RefusalCode.E_LIMIT


def test_a_file_holds_the_versions_one_after_the_other() -> None:
    chain = (signed(FIRST), signed(SECOND))

    assert parse_chain(encode_chain(chain)) == chain


@pytest.mark.parametrize("value", [{}, [], [1], [b"x"] * 17], ids=str)
def test_what_is_no_chain_of_charters_is_refused(value: Any) -> None:  # noqa: ANN401
    with pytest.raises(MalformedError):
        parse_chain(encode(value))


@given(st.binary(max_size=2_000))
def test_whatever_comes_in_place_of_a_charter_only_a_refusal_comes_out(data: bytes) -> None:
    for raw in (data, encode(["charter", data, [[bytes(8), bytes(64)]]])):
        with pytest.raises(RemoteProtocolError):
            follow([raw], held=None, now=NOON)


def test_the_number_of_a_charter_is_six_groups_of_its_body() -> None:
    body_hash = sha256(encode_charter(FIRST))
    expected = [int.from_bytes(body_hash[5 * i : 5 * i + 5]) % 100_000 for i in range(6)]

    number = charter_number(body_hash)

    assert [int(group) for group in number] == expected
    assert all(len(group) == 5 for group in number)


def test_a_charter_names_no_organisation() -> None:
    raw = signed(FIRST)

    for organisation in (ALO, BANDHAN, CHAUTARI):
        assert organisation.card.display_name.encode() not in raw

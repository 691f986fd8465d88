"""The skeleton: the signed part of a message, which outlives its content and says nothing of her."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode
from protocol.signing import verify
from protocol.skeleton import (
    DayHead,
    Head,
    Skeleton,
    encode_skeleton,
    message_hash,
    parse_skeleton,
    payload_commitment,
)
from protocol.values import Instant, MessageId, later, new_message_id, sha256
from tests.support.builders import (
    ALO,
    BANDHAN,
    NOON,
    entropy,
    payload_of,
    sign_skeleton,
    skeleton_of,
)

ANSWERED: Final[MessageId] = new_message_id(now=NOON, entropy=entropy("answered"))
FULL: Final = replace(
    skeleton_of("referral.dossier/1", b"payload", consent=sha256(b"a consent")),
    sequence=2,
    previous=sha256(b"the first"),
    reply_to=ANSWERED,
    head=Head(epoch=NOON, sequence=5, hash=sha256(b"the fifth")),
    day_head=DayHead(day=20_781, hash=sha256(b"a day")),
)
BARE: Final = replace(
    skeleton_of("referral.offer/1", b"payload"), commitment=None, consent=None, day_head=None
)
LIFE: Final = 60 * 86_400


def body_of(skeleton: Skeleton) -> dict[int | str, Value]:
    body = decode(encode_skeleton(skeleton))
    assert isinstance(body, dict)
    return body


def refusal(body: dict[int | str, Value]) -> str:
    with pytest.raises(MalformedError) as caught:
        parse_skeleton(encode(body))
    assert caught.value.code is RefusalCode.E_SCHEMA
    return caught.value.place


def test_a_skeleton_on_the_wire_has_these_keys() -> None:
    assert body_of(FULL) == {
        0: 1,
        1: FULL.message_id,
        2: ALO.node_id,
        3: BANDHAN.node_id,
        4: 1_800_000_000,
        5: 2,
        6: sha256(b"the first"),
        7: 1_800_000_000,
        8: 1_805_184_000,
        9: "referral.dossier/1",
        10: FULL.message_id,
        11: ANSWERED,
        12: sha256(b"a consent"),
        13: payload_commitment(b"payload"),
        14: [1_800_000_000, 5, sha256(b"the fifth")],
        15: 1_800_000_000,
        16: 1,
        17: 1,
        18: [20_781, sha256(b"a day")],
    }


def test_what_a_message_does_not_have_is_absent_and_never_null() -> None:
    assert body_of(FULL).keys() - body_of(BARE).keys() == {11, 12, 13, 18}


@pytest.mark.parametrize("skeleton", [FULL, BARE])
def test_a_skeleton_is_read_back_as_it_was_signed(skeleton: Skeleton) -> None:
    assert parse_skeleton(encode_skeleton(skeleton)) == skeleton


@pytest.mark.parametrize("key", sorted(set(range(19)) - {11, 12, 13, 18}))
def test_a_skeleton_without_a_required_key_is_refused(key: int) -> None:
    body = body_of(FULL)
    del body[key]

    assert refusal(body).startswith("msg.")


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        (0, 2, "msg.v"),
        (1, bytes(16), "msg.mid"),
        (2, bytes(31), "msg.from"),
        (3, bytes(33), "msg.to"),
        (4, "now", "msg.epoch"),
        (5, True, "msg.seq"),
        (6, bytes(16), "msg.prev"),
        (7, None, "msg.created"),
        (8, None, "msg.expires"),
        (9, "", "msg.type"),
        (9, "referral.offér/1", "msg.type"),
        (9, "t" * 65, "msg.type"),
        (10, bytes(16), "msg.thread"),
        (11, bytes(16), "msg.reply_to"),
        (12, bytes(16), "msg.consent"),
        (13, b"", "msg.commit"),
        (14, [NOON, 5], "msg.head"),
        (14, ["x", 5, bytes(32)], "msg.head"),
        (14, [NOON, "x", bytes(32)], "msg.head"),
        (14, [NOON, 5, "x"], "msg.head"),
        (14, [NOON, 5, bytes(16)], "msg.head"),
        (15, None, "msg.bgen"),
        (16, None, "msg.suite"),
        (17, None, "msg.cseq"),
        (18, [20_781], "msg.chk"),
        (18, ["x", bytes(32)], "msg.chk"),
        (18, [20_781, "x"], "msg.chk"),
        (18, [20_781, bytes(16)], "msg.chk"),
    ],
)
def test_a_key_of_another_form_is_refused_and_named(key: int, value: Value, place: str) -> None:
    assert refusal({**body_of(FULL), key: value}) == place


@pytest.mark.parametrize("key", [19, 63, "note"])
def test_an_unknown_key_below_64_is_refused(key: int | str) -> None:
    assert refusal({**body_of(FULL), key: True}) == "msg"


@pytest.mark.parametrize("key", [64, 65, 2**53 - 1])
def test_an_unknown_key_from_64_on_is_left_to_later_versions(key: int) -> None:
    body: dict[int | str, Value] = {**body_of(FULL), key: ["anything"]}

    assert parse_skeleton(encode(body)) == FULL


def test_a_message_lives_for_at_most_60_days() -> None:
    longest = replace(FULL, expires=later(NOON, LIFE))
    longer = replace(FULL, expires=later(NOON, LIFE + 1))

    assert parse_skeleton(encode_skeleton(longest)) == longest
    assert refusal(body_of(longer)) == "msg.expires"


@pytest.mark.parametrize("sequence", [0, 1])
def test_the_first_message_of_a_stream_has_no_predecessor(sequence: int) -> None:
    assert refusal({**body_of(FULL), 5: sequence}) == "msg.prev"
    assert parse_skeleton(encode_skeleton(replace(BARE, sequence=sequence))).sequence == sequence


def test_bytes_that_are_no_encoding_are_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_skeleton(encode_skeleton(FULL) + b"\x00")

    assert caught.value.code is RefusalCode.E_ENCODING


Change = Callable[[Skeleton], Skeleton]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: replace(s, sequence=3),
        lambda s: replace(s, previous=sha256(b"another")),
        lambda s: replace(s, created=Instant(s.created + 1)),
        lambda s: replace(s, consent=None),
        lambda s: replace(s, day_head=None),
    ],
)
def test_the_link_of_the_chain_changes_with_every_key(change: Change) -> None:
    assert message_hash(encode_skeleton(change(FULL))) != message_hash(encode_skeleton(FULL))


def test_the_commitment_and_the_link_are_hashes_with_their_labels_in_front() -> None:
    body = encode_skeleton(FULL)

    assert message_hash(body) == sha256(b"\x10sathi/1/msg-hash" + body)
    assert payload_commitment(b"payload") == sha256(b"\x0fsathi/1/payload" + b"payload")


def test_after_its_payload_was_erased_a_skeleton_still_verifies() -> None:
    signed = sign_skeleton(FULL)

    assert verify(signed, keys=[ALO.signing.public]) == ALO.signing.public
    assert parse_skeleton(signed.body) == FULL


def test_commitments_to_one_content_under_two_salts_cannot_be_compared() -> None:
    content = encode({0: "yes"})
    salted = [payload_of(content, seed=seed) for seed in ("one", "two")]

    assert payload_commitment(salted[0]) != payload_commitment(salted[1])
    assert payload_commitment(content) not in map(payload_commitment, salted)

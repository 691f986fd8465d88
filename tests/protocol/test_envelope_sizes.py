"""What an observer of the bytes learns: one of five sizes, and nothing that repeats."""

from typing import Final

import pytest

from protocol.codec import encode
from protocol.envelope import bucket_for
from protocol.errors import LocalProtocolError
from protocol.messages.core import Receipt
from protocol.messages.union import encode_content
from tests.support.builders import OFFER, envelope_of, payload_of, skeleton_of

PAYLOAD: Final = payload_of(encode_content(OFFER))
SKELETON: Final = skeleton_of(OFFER.TYPE, PAYLOAD)
BUCKETS: Final = (4_096, 16_384, 65_536, 262_144, 1_048_576)


def test_a_receipt_a_withheld_message_and_a_dossier_of_two_kilobytes_are_equally_long() -> None:
    long = payload_of(encode({0: "ক" * 700}))
    receipt = payload_of(encode_content(Receipt(ranges=(), singles=())))

    sizes = [
        len(envelope_of(skeleton_of(name, payload), payload))
        for name, payload in (
            ("receipt/1", receipt),
            ("referral.dossier/1", long),
            ("referral.dossier/1", b""),
        )
    ]

    assert sizes == [4_096] * 3


def test_two_seals_of_one_message_share_no_block_after_the_header() -> None:
    one, two = (envelope_of(SKELETON, PAYLOAD) for _ in range(2))

    blocks = [{raw[at : at + 16] for at in range(24, len(raw) - 15)} for raw in (one, two)]

    assert one[:24] == two[:24]
    assert blocks[0] & blocks[1] == set()


@pytest.mark.parametrize(
    ("room", "bucket"),
    list(zip((2_545, 14_833, 63_985, 260_593, 1_047_025), BUCKETS, strict=True)),
)
def test_a_payload_goes_into_the_smallest_envelope_that_holds_it(room: int, bucket: int) -> None:
    assert bucket_for(signed_bytes=383, payload_bytes=room) == bucket
    if bucket < BUCKETS[-1]:
        assert bucket_for(signed_bytes=383, payload_bytes=room + 1) == bucket * 4


def test_a_message_larger_than_the_largest_envelope_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        bucket_for(signed_bytes=383, payload_bytes=1_047_026)

"""Vectors of cover: taken without a word, or refused without one."""

from dataclasses import replace
from typing import Final

from protocol.codec import encode
from protocol.messages.union import encode_payload
from protocol.messages.witness import Cover
from protocol.skeleton import Skeleton, payload_commitment
from protocol.values import later
from tests.vectors.cast import (
    ALO,
    CONSENT_HASH,
    NOW,
    SKEW,
    octets,
    payload_of,
    signed_message,
    skeleton_for,
)
from tests.vectors.catalogue.envelopes import PAYLOAD, PLAIN, case
from tests.vectors.catalogue.heads import HEAD
from tests.vectors.form import Vector
from tests.vectors.sealed import message

_PAYLOAD: Final = payload_of(Cover())
_SKELETON: Final = replace(skeleton_for(Cover(), _PAYLOAD), sequence=0, day_head=HEAD)


def vectors() -> list[Vector]:
    """All of them."""

    def cover(
        name: str,
        expect: str,
        rule: str,
        comment: str,
        skeleton: Skeleton = _SKELETON,
        **more: object,
    ) -> Vector:
        recipe = message(signed_message(skeleton), _PAYLOAD)
        return case(name, expect, rule, comment, recipe, **more)

    talking = encode_payload(encode({0: "a word"}), salt=octets("salt", 16))
    wordy = replace(_SKELETON, commitment=payload_commitment(talking))
    late = later(_SKELETON.expires, SKEW)
    ahead = replace(_SKELETON, created=later(NOW, SKEW + 1), expires=later(NOW, SKEW + 2))
    return [
        cover("cover", "covered", "R-185", "Nothing, and the head of yesterday."),
        cover("cover_numbered", "E_SCHEMA", "R-185", "Number 1.", replace(_SKELETON, sequence=1)),
        cover("cover_with_consent", "E_SCHEMA", "R-185", "It cites a consent.",
              replace(_SKELETON, consent=CONSENT_HASH)),
        cover("cover_last_second", "covered", "R-88", "A second before it is over.", now=late - 1),
        cover("cover_expired", "E_EXPIRED", "R-88", "48 hours after its end.", now=late),
        cover("cover_from_the_future", "E_CLOCK", "R-86", "48 hours and a second ahead.", ahead),
        cover("cover_of_a_suspended_sender", "E_SENDER_SUSPENDED", "R-84", "Alo is suspended.",
              suspended=ALO.node_id),
        case("cover_with_content", "E_SCHEMA", "R-185", "It says something.",
             message(signed_message(wordy), talking)),
        case("cover_withheld", "E_SCHEMA", "R-185", "Without its payload.",
             message(signed_message(_SKELETON), b"")),
        case("number_zero_of_another_type", "E_EXPIRED", "R-49 R-70", "An offer with number 0.",
             message(signed_message(replace(PLAIN, sequence=0)), PAYLOAD)),
    ]  # fmt: skip

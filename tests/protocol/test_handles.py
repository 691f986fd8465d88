"""Handles: two peers that compare what they hold cannot tell that it is about one survivor."""

from dataclasses import replace

from protocol.codec import Value, decode, encode
from protocol.consent import consent_hash
from protocol.disclosure import build_offer
from protocol.keys import fresh_handle
from protocol.messages.referral import ReferralDossier
from protocol.messages.union import split_payload
from protocol.skeleton import encode_skeleton
from protocol.values import ConsentId, ThreadId, new_message_id
from protocol.vocabulary.categories import Category
from tests.support.builders import (
    BANDHAN,
    CHAUTARI,
    CONSENT,
    NOON,
    OFFER,
    entropy,
    payload_of,
    permit_for,
    signed_consent,
    skeleton_of,
)


def test_what_two_peers_hold_of_one_survivor_shares_no_name_for_her() -> None:
    draw = entropy("two peers")
    names: list[tuple[bytes, bytes]] = []
    held: list[bytes] = []
    for peer in (BANDHAN, CHAUTARI):
        handle, consent_id = fresh_handle(entropy=draw), ConsentId(draw(16))
        signed = signed_consent(
            replace(CONSENT, handle=handle, consent_id=consent_id, recipient=peer.node_id)
        )
        payload = payload_of(encode({0: []}), seed=peer.card.display_name)
        skeleton = skeleton_of(
            ReferralDossier.TYPE, payload, consent=consent_hash(signed), recipient=peer
        )
        names.append((bytes(handle), bytes(consent_id)))
        held.append(signed.raw + encode_skeleton(skeleton) + payload)

    assert [[name in one for name in names[0] + names[1]] for one in held] == [
        [True, True, False, False],
        [False, False, True, True],
    ]


def test_a_skeleton_names_the_consent_by_its_hash_and_never_by_her_handle() -> None:
    cited = consent_hash(signed_consent(CONSENT))
    body = encode_skeleton(skeleton_of(ReferralDossier.TYPE, b"payload", consent=cited))
    names: list[bytes] = [cited, CONSENT.handle, CONSENT.consent_id]

    assert [name in body for name in names] == [True, False, False]


def test_the_offers_of_two_survivors_differ_only_in_random_fields() -> None:
    bodies: list[dict[int | str, Value]] = []
    for seed in ("one survivor", "another"):
        draw = entropy(seed)
        consent = replace(
            CONSENT,
            handle=fresh_handle(entropy=draw),
            consent_id=ConsentId(draw(16)),
            categories=frozenset({Category.SAFETY}) if seed == "another" else CONSENT.categories,
        )
        payload = payload_of(build_offer(OFFER, permit_for(consent)).content, seed=seed)
        message_id = new_message_id(now=NOON, entropy=draw)
        skeleton = replace(
            skeleton_of(OFFER.TYPE, payload), message_id=message_id, thread=ThreadId(message_id)
        )
        body = decode(encode_skeleton(skeleton))
        assert isinstance(body, dict)
        bodies.append({**body, "content": split_payload(payload)})

    one, other = bodies
    assert one.keys() == other.keys()
    assert {key for key in one if one[key] != other[key]} == {1, 10, 13}

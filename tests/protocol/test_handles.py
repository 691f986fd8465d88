"""Handles: two peers that compare what they hold cannot tell that it is about one survivor."""

from dataclasses import replace

from protocol.codec import encode
from protocol.consent import consent_hash
from protocol.keys import fresh_handle
from protocol.messages.referral import ReferralDossier
from protocol.skeleton import encode_skeleton
from protocol.values import ConsentId
from tests.support.builders import (
    BANDHAN,
    CHAUTARI,
    CONSENT,
    entropy,
    payload_of,
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

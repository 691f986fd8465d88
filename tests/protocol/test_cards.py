"""Cards, invites and introductions: how organisations come to know each other."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Final

import pytest

from protocol.cards import (
    Card,
    HeldInvite,
    Introduction,
    Invite,
    Suspend,
    admit,
    follows,
    introduction_answer,
    introduction_proof,
    new_invite,
    read_bundle,
    read_card,
    read_introduction,
    sign_card,
    sign_invite,
    sign_suspend,
    write_introduction,
)
from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.keys import SigningSecret
from protocol.labels import Kind
from protocol.prekeys import sign_bundle
from protocol.sealing import authenticator
from protocol.signing import Signed, sign, verify
from protocol.values import Instant, PlainText, later, sha256
from protocol.vocabulary.codes import Country
from tests.support.builders import ALO, BANDHAN, CHAUTARI, NOON, Organisation, entropy

DAY: Final = 86_400
SKEW: Final = 48 * 3_600
CARD: Final = ALO.card
WEAK_KEYS: Final = [
    bytes(32),
    (1).to_bytes(32, "little"),
    (2**255 - 20).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    (2**255 - 19).to_bytes(32, "little"),
    b"\xff" * 32,
]


def code_of(act: Callable[[], object]) -> RefusalCode:
    with pytest.raises(RemoteProtocolError) as caught:
        act()
    return caught.value.code


def body_of(signed: Signed) -> dict[int | str, Value]:
    body = decode(signed.body)
    assert isinstance(body, dict)
    return body


def card_with(changes: dict[int | str, Value], *, by: Organisation = ALO) -> bytes:
    """A card with these keys changed, signed by both keys of an organisation."""
    body = {**body_of(ALO.signed_card), **changes}
    return sign(Kind.CARD, encode(body), secrets=[by.root, by.signing]).raw


# Cards


def test_a_card_says_who_a_node_is_and_nothing_about_where() -> None:
    assert body_of(ALO.signed_card) == {
        0: 1,
        1: ALO.node_id,
        2: ALO.root.public,
        3: ALO.signing.public,
        4: 1,
        5: 1_800_000_000,
        6: 1_834_560_000,
        7: "Alo Shelter",
        8: "IN",
    }


def test_a_card_is_read_back_as_it_was_signed() -> None:
    assert read_card(ALO.signed_card.raw, now=NOON) == (ALO.card, ALO.signed_card)


def test_reading_a_card_or_an_introduction_gives_no_trust_level() -> None:
    names = {field.name for kind in (Card, Introduction) for field in fields(kind)}

    assert not [name for name in names if "level" in name or "verified" in name]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({0: 2}, RefusalCode.E_SCHEMA),
        ({1: BANDHAN.node_id}, RefusalCode.E_SCHEMA),
        ({4: None}, RefusalCode.E_SCHEMA),
        ({6: NOON}, RefusalCode.E_SCHEMA),
        ({6: NOON + 400 * DAY + 1}, RefusalCode.E_SCHEMA),
        ({7: ""}, RefusalCode.E_SCHEMA),
        ({7: "A" * 81}, RefusalCode.E_SCHEMA),
        ({7: "\u202eolA"}, RefusalCode.E_SCHEMA),
        ({8: "XX"}, RefusalCode.E_SCHEMA),
        ({9: "22 Example Road"}, RefusalCode.E_SCHEMA),
        ({2: b"short"}, RefusalCode.E_SCHEMA),
    ],
)
def test_a_card_of_another_form_is_refused(
    changes: dict[int | str, Value], code: RefusalCode
) -> None:
    assert code_of(lambda: read_card(card_with(changes), now=NOON)) is code


@pytest.mark.parametrize("key", [2, 3], ids=["root", "signing"])
@pytest.mark.parametrize("weak", WEAK_KEYS, ids=bytes.hex)
def test_a_card_with_a_weak_key_is_refused(weak: bytes, key: int) -> None:
    with pytest.raises(MalformedError) as caught:
        read_card(card_with({key: weak}), now=NOON)

    assert caught.value.code is RefusalCode.E_KEY_WEAK


@pytest.mark.parametrize(
    "secrets",
    [
        [ALO.root],
        [ALO.signing],
        [ALO.root, BANDHAN.signing],
        [BANDHAN.root, ALO.signing],
        [ALO.root, ALO.signing, BANDHAN.signing],
        [ALO.root, ALO.root],
    ],
)
def test_a_card_counts_only_if_exactly_its_own_two_keys_signed_it(
    secrets: list[SigningSecret],
) -> None:
    signed = sign(Kind.CARD, ALO.signed_card.body, secrets=secrets)

    assert code_of(lambda: read_card(signed.raw, now=NOON)) is RefusalCode.E_SIG


def test_another_kind_of_object_is_no_card() -> None:
    signed = sign(Kind.INVITE, ALO.signed_card.body, secrets=[ALO.root, ALO.signing])

    assert code_of(lambda: read_card(signed.raw, now=NOON)) is RefusalCode.E_KIND


def test_a_card_over_640_bytes_is_not_even_parsed() -> None:
    assert code_of(lambda: read_card(bytes(641), now=NOON)) is RefusalCode.E_LIMIT
    assert code_of(lambda: read_card(bytes(640), now=NOON)) is not RefusalCode.E_LIMIT


def test_a_card_with_the_longest_name_still_fits() -> None:
    card = replace(CARD, display_name=PlainText("𑄇" * 80))

    signed = sign_card(card, root=ALO.root, signing=ALO.signing)

    assert read_card(signed.raw, now=NOON) == (card, signed)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (CARD.expires, RefusalCode.E_EXPIRED),
        (NOON - SKEW - 1, RefusalCode.E_CLOCK),
    ],
)
def test_a_card_that_is_over_or_from_the_future_is_refused(now: int, code: RefusalCode) -> None:
    assert code_of(lambda: read_card(ALO.signed_card.raw, now=Instant(now))) is code


@pytest.mark.parametrize("now", [CARD.expires - 1, NOON - SKEW])
def test_a_card_is_read_until_its_last_second_and_from_48_hours_before_its_first(
    now: int,
) -> None:
    assert read_card(ALO.signed_card.raw, now=Instant(now))[0] == CARD


@pytest.mark.parametrize("change", [{}, {"sequence": 2}])
def test_the_same_card_or_a_newer_one_follows(change: dict[str, int]) -> None:
    follows(replace(CARD, sequence=change.get("sequence", 1)), held=CARD)


@pytest.mark.parametrize(
    "card",
    [
        replace(CARD, sequence=0),
        replace(CARD, country=Country.NEPAL),
        replace(CARD, sequence=2, root=BANDHAN.root.public),
    ],
    ids=["older", "another one of the same number", "of another root"],
)
def test_an_older_card_or_another_one_of_the_same_number_is_a_rollback(card: Card) -> None:
    assert code_of(lambda: follows(card, held=CARD)) is RefusalCode.E_CARD_ROLLBACK


# Introductions

INVITE: Final = new_invite(
    signed_card=ALO.signed_card,
    routes=ALO.bundle.routes,
    now=NOON,
    entropy=entropy("invite"),
)


def introduction(
    *, invite: Invite = INVITE, by: Organisation = ALO, bundle: Signed = ALO.signed_bundle
) -> bytes:
    signed = sign_invite(invite, signing=by.signing)
    return write_introduction(card=ALO.signed_card, invite=signed, bundle=bundle)


FILE: Final = introduction()


def reading(data: bytes, *, now: int = NOON) -> RefusalCode:
    return code_of(lambda: read_introduction(data, now=Instant(now)))


def test_an_invite_names_its_card_and_is_good_for_seven_days() -> None:
    assert (
        Invite(
            card_hash=sha256(ALO.signed_card.raw),
            routes=ALO.bundle.routes,
            auth=entropy("invite")(16),
            expires=later(NOON, 7 * DAY),
        )
        == INVITE
    )


def test_an_introduction_is_read_back_with_its_three_parts() -> None:
    assert read_introduction(FILE, now=NOON) == Introduction(
        card=ALO.card,
        signed_card=ALO.signed_card,
        invite=INVITE,
        bundle=ALO.bundle,
        signed_bundle=ALO.signed_bundle,
    )


def test_an_introduction_file_is_each_part_with_its_length_before_it() -> None:
    signed = sign_invite(INVITE, signing=ALO.signing)
    parts = [ALO.signed_card.raw, signed.raw, ALO.signed_bundle.raw]

    assert b"".join(len(part).to_bytes(4) + part for part in parts) == FILE


@pytest.mark.parametrize(
    ("now", "is_good"), [(NOON, True), (NOON + 7 * DAY - 1, True), (NOON + 7 * DAY, False)]
)
def test_an_introduction_is_good_until_the_second_its_invite_ends(
    now: int, *, is_good: bool
) -> None:
    if is_good:
        assert read_introduction(FILE, now=Instant(now)).card == ALO.card
    else:
        assert reading(FILE, now=now) is RefusalCode.E_INVITE_EXPIRED


def test_an_invite_that_lasts_longer_than_any_is_refused() -> None:
    longest = introduction(invite=replace(INVITE, expires=later(NOON, 7 * DAY + SKEW)))
    longer = introduction(invite=replace(INVITE, expires=later(NOON, 7 * DAY + SKEW + 1)))

    assert read_introduction(longest, now=NOON).card == ALO.card
    assert reading(longer) is RefusalCode.E_INVITE_EXPIRED


def test_an_invite_for_another_card_is_refused() -> None:
    other = replace(INVITE, card_hash=sha256(BANDHAN.signed_card.raw))

    assert reading(introduction(invite=other)) is RefusalCode.E_SCHEMA


def test_an_invite_or_a_bundle_signed_by_another_node_is_refused() -> None:
    assert reading(introduction(by=BANDHAN)) is RefusalCode.E_SENDER_UNKNOWN
    assert reading(introduction(bundle=BANDHAN.signed_bundle)) is RefusalCode.E_SENDER_UNKNOWN


def test_a_bundle_that_names_another_node_is_refused() -> None:
    signed = sign_bundle(replace(ALO.bundle, node_id=BANDHAN.node_id), signing=ALO.signing)

    assert code_of(lambda: read_bundle(signed, card=CARD, now=NOON)) is RefusalCode.E_SCHEMA


@pytest.mark.parametrize(
    "data",
    [
        b"",
        FILE[:3],
        FILE[:4],
        FILE[:-1],
        FILE + b"\x00",
        bytes(4) + FILE[4:],
        (65_537).to_bytes(4) + bytes(65_537),
        b"\xff\xff\xff\xff" + FILE[4:],
    ],
)
def test_an_introduction_file_that_is_cut_off_or_too_long_is_refused(data: bytes) -> None:
    assert reading(data) is RefusalCode.E_SCHEMA


# Letting a guest in, once

PROOF: Final = introduction_proof(auth=INVITE.auth, inviter=ALO.node_id, guest=BANDHAN.card)
HELD: Final = HeldInvite(auth=INVITE.auth, expires=INVITE.expires, is_used=False)
OTHER: Final = HeldInvite(auth=b"x" * 16, expires=INVITE.expires, is_used=False)


def admitting(
    *invites: HeldInvite, proof: bytes = PROOF, guest: Card = BANDHAN.card, now: int = NOON
) -> RefusalCode:
    return code_of(
        lambda: admit(proof, guest=guest, me=ALO.node_id, invites=invites, now=Instant(now))
    )


def test_a_proof_binds_the_secret_of_the_file_both_nodes_and_the_root_of_the_guest() -> None:
    assert (
        authenticator(
            INVITE.auth, b"\x0dsathi/1/intro" + ALO.node_id + BANDHAN.node_id + BANDHAN.root.public
        )
        == PROOF
    )


def test_the_answer_to_an_introduction_binds_the_same_from_the_other_side() -> None:
    answer = introduction_answer(auth=INVITE.auth, inviter=ALO.card, guest=BANDHAN.node_id)

    assert answer == authenticator(
        INVITE.auth, b"\x10sathi/1/intro-ok" + BANDHAN.node_id + ALO.node_id + ALO.root.public
    )


@pytest.mark.parametrize("now", [NOON, INVITE.expires - 1])
def test_a_guest_comes_in_with_the_invite_it_holds(now: int) -> None:
    let_in = admit(
        PROOF, guest=BANDHAN.card, me=ALO.node_id, invites=[OTHER, HELD], now=Instant(now)
    )

    assert let_in == HELD


def test_an_invite_lets_nobody_in_twice_or_after_its_end() -> None:
    used = replace(HELD, is_used=True)

    assert admitting(used) is RefusalCode.E_INVITE_USED
    assert admitting(HELD, now=HELD.expires) is RefusalCode.E_INVITE_EXPIRED


def test_a_proof_lets_nobody_else_in() -> None:
    codes = [
        admitting(HELD, guest=CHAUTARI.card),
        admitting(HELD, proof=bytes(32)),
        admitting(OTHER),
        admitting(),
    ]

    assert codes == [RefusalCode.E_SENDER_UNKNOWN] * 4


@pytest.mark.parametrize("secret", [INVITE, HELD])
def test_a_log_of_an_invite_shows_no_secret(secret: Invite | HeldInvite) -> None:
    assert repr(secret.auth) not in repr(secret)


def test_a_suspend_is_signed_by_the_root_and_needs_no_date() -> None:
    suspend = Suspend(node_id=ALO.node_id, card_sequence=1, at=None, reason=1)

    signed = sign_suspend(suspend, by=ALO.root)

    assert verify(signed, keys=[ALO.root.public]) == ALO.root.public
    assert body_of(signed) == {0: 1, 1: ALO.node_id, 2: 1, 3: None, 4: 1}

"""The signed consent: what it may say, and what its events and the clock amount to."""

import itertools
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import Value, decode, encode
from protocol.consent import (
    Consent,
    ConsentEvent,
    ConsentState,
    consent_hash,
    parse_consent,
    sign_consent,
)
from protocol.errors import MalformedError
from protocol.labels import Kind
from protocol.signing import parse, verify
from protocol.values import (
    ConsentId,
    Instant,
    NodeId,
    Pseudonym,
    later,
    sha256,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Condition, Purpose
from tests.support.builders import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    GIVEN,
    NOON,
    signed_consent,
    standing,
)
from tests.support.cases import consents
from tests.support.consent_model import is_alive

FULL: Final = replace(
    CONSENT,
    onward=frozenset({CHAUTARI.node_id}),
    witness=Pseudonym(b"w" * 16),
    conditions=frozenset({Condition.NOT_TO_POLICE, Condition.CALL_BEFORE_VISIT}),
    supersedes=ConsentId(b"an older consent"),
)
DAY: Final = 86_400
YEAR: Final = 365 * DAY
HALF_AN_HOUR: Final = 1_800


def body_of(consent: Consent) -> dict[int | str, Value]:
    body = decode(signed_consent(consent).body)
    assert isinstance(body, dict)
    return body


def refusal(body: dict[int | str, Value]) -> str:
    """Why a consent with this body is refused."""
    with pytest.raises(MalformedError) as caught:
        parse_consent(encode(body))
    return f"{caught.value}"


@pytest.mark.slow
@given(consents())
def test_what_was_signed_is_read_back_as_the_same_consent(consent: Consent) -> None:
    signed = signed_consent(consent)

    assert parse_consent(parse(signed.raw, kind=Kind.CONSENT).body) == consent


def test_a_consent_on_the_wire_has_these_23_keys() -> None:
    assert body_of(FULL) == {
        0: 1,
        1: b"consent of alo..",
        2: b"handle for peer.",
        3: ALO.node_id,
        4: ALO.node_id,
        5: BANDHAN.node_id,
        6: "care_referral",
        7: [2, 8, 11],
        8: ["home_district"],
        9: [CHAUTARI.node_id],
        10: 1,
        11: 1,
        12: "ben",
        13: CONSENT.notice,
        14: True,
        15: b"w" * 16,
        16: 1_800_000_000,
        17: 1_800_000_000,
        18: 1_800_000_000,
        19: 1_807_776_000,
        20: 1_831_536_000,
        21: ["call_before_visit", "not_to_police"],
        22: b"an older consent",
    }


def test_a_witness_and_a_superseded_consent_may_be_absent() -> None:
    assert body_of(FULL).keys() - body_of(CONSENT).keys() == {15, 22}


def test_a_consent_is_signed_by_its_issuer_and_cited_by_the_hash_of_the_signed_object() -> None:
    signed = sign_consent(CONSENT, signing=ALO.signing)

    assert verify(signed, keys=[ALO.signing.public]) == ALO.signing.public
    assert consent_hash(signed) == sha256(signed.raw)


WRONG: Final[list[tuple[int, Value, str]]] = [
    (0, 2, "not 1 at 'consent.v'"),
    (1, b"short", "not 16 bytes at 'consent.consent_id'"),
    (2, b"short", "not 16 bytes at 'consent.handle'"),
    (3, b"short", "not 32 bytes at 'consent.issuer'"),
    (4, b"short", "not 32 bytes at 'consent.holder'"),
    (5, [BANDHAN.node_id, CHAUTARI.node_id], "not 32 bytes at 'consent.recipient'"),
    (6, "aggregate_statistics", "a code that is not in its list at 'consent.purpose'"),
    (7, ["8"], "not a category at 'consent.categories'"),
    (7, [True], "not a category at 'consent.categories'"),
    (7, [8, 2], "a set that is not in order at 'consent.categories'"),
    (7, [2, 2], "a set that is not in order at 'consent.categories'"),
    (7, list(range(1, 14)), "not an array of at most 12 at 'consent.categories'"),
    (8, [7], "not a code at 'consent.excluded_fields'"),
    (
        8,
        ["safe_phone", "home_district"],
        "a set that is not in order at 'consent.excluded_fields'",
    ),
    (8, ["suspect_name"], "a field that does not exist at 'consent.excluded_fields'"),
    (9, [b"short"], "not 32 bytes at 'consent.onward'"),
    (9, [b"b" * 32, b"a" * 32], "a set that is not in order at 'consent.onward'"),
    (9, [bytes([n]) * 32 for n in range(17)], "not an array of at most 16 at 'consent.onward'"),
    (10, 0, "a code that is not in its list at 'consent.given_by'"),
    (10, 8, "a code that is not in its list at 'consent.given_by'"),
    (11, 6, "a code that is not in its list at 'consent.method'"),
    (12, "BEN", "not a language code of three letters at 'consent.language'"),
    (13, b"short", "not 32 bytes at 'consent.notice'"),
    (14, 1, "neither true nor false at 'consent.understood'"),
    (15, b"short", "not 16 bytes at 'consent.witness'"),
    (16, None, "not an integer of at most 9007199254740991 at 'consent.asked_at'"),
    (17, None, "not an integer of at most 9007199254740991 at 'consent.recorded_at'"),
    (18, None, "not an integer of at most 9007199254740991 at 'consent.valid_from'"),
    (19, None, "not an integer of at most 9007199254740991 at 'consent.expires'"),
    (20, None, "not an integer of at most 9007199254740991 at 'consent.erase_at'"),
    (21, ["whisper"], "a code that is not in its list at 'consent.conditions'"),
    (22, b"short", "not 16 bytes at 'consent.supersedes'"),
    (23, True, "a field that does not belong here at 'consent'"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_key_with_a_value_outside_its_list_is_refused(
    key: int | str, value: Value, said: str
) -> None:
    assert refusal({**body_of(FULL), key: value}) == said


@pytest.mark.parametrize("key", sorted(set(range(23)) - {15, 22}))
def test_a_consent_without_a_required_key_is_refused(key: int) -> None:
    body = body_of(FULL)
    del body[key]

    assert "at 'consent." in refusal(body)


@pytest.mark.parametrize("number", [0, 13, 14])
def test_feedback_and_perpetrators_cannot_be_written_into_a_consent(number: int) -> None:
    said = refusal({**body_of(CONSENT), 7: [number]})

    assert said == "a category no consent can hold at 'consent.categories'"


@pytest.mark.parametrize("number", range(1, 13))
def test_each_other_category_can_be_given(number: int) -> None:
    tracing = replace(CONSENT, purpose=Purpose.FAMILY_TRACING)
    body: dict[int | str, Value] = {**body_of(tracing), 7: [number]}

    assert parse_consent(encode(body)).categories == {number}


Change = Callable[[Consent], Consent]
BREACHES: Final[list[tuple[str, Change]]] = [
    (
        "neither the holder nor the recipient at 'consent.issuer'",
        lambda c: replace(c, issuer=CHAUTARI.node_id),
    ),
    ("the holder itself at 'consent.recipient'", lambda c: replace(c, recipient=c.holder)),
    (
        "too many nodes at 'consent.onward'",
        lambda c: replace(c, onward=frozenset(NodeId(bytes([n]) * 32) for n in range(17))),
    ),
    (
        "a category no consent can hold at 'consent.categories'",
        lambda c: replace(c, categories=frozenset({Category.HANDLE})),
    ),
    (
        "an image for a referral at 'consent.categories'",
        lambda c: replace(c, categories=frozenset({Category.IMAGE_BIOMETRIC})),
    ),
    (
        "a field that does not exist at 'consent.excluded_fields'",
        lambda c: replace(c, excluded_fields=frozenset({"suspect_name"})),
    ),
    (
        "not between one second and 365 days at 'consent.expires'",
        lambda c: replace(c, expires=c.valid_from),
    ),
    (
        "not between one second and 365 days at 'consent.expires'",
        lambda c: replace(c, expires=later(c.valid_from, YEAR + 1)),
    ),
    (
        "before its beginning at 'consent.erase_at'",
        lambda c: replace(c, erase_at=later(c.valid_from, -1)),
    ),
    (
        "before she was asked at 'consent.recorded_at'",
        lambda c: replace(c, recorded_at=later(c.asked_at, -1)),
    ),
    (
        "before it was recorded at 'consent.valid_from'",
        lambda c: replace(c, recorded_at=later(c.valid_from, 1)),
    ),
    ("its own id at 'consent.supersedes'", lambda c: replace(c, supersedes=c.consent_id)),
]


@pytest.mark.parametrize(("said", "change"), BREACHES)
def test_a_consent_that_breaks_a_rule_is_not_signed(said: str, change: Change) -> None:
    with pytest.raises(MalformedError) as caught:
        sign_consent(change(CONSENT), signing=ALO.signing)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("neither the holder nor the recipient at 'consent.issuer'", {3: CHAUTARI.node_id}),
        ("the holder itself at 'consent.recipient'", {5: ALO.node_id}),
        ("an image for a referral at 'consent.categories'", {7: [8, 12]}),
        ("not between one second and 365 days at 'consent.expires'", {19: NOON}),
        ("not between one second and 365 days at 'consent.expires'", {19: NOON + YEAR + 1}),
        ("before its beginning at 'consent.erase_at'", {20: NOON - 1}),
        ("before she was asked at 'consent.recorded_at'", {17: NOON - 1}),
        ("before it was recorded at 'consent.valid_from'", {17: NOON + 1}),
        ("its own id at 'consent.supersedes'", {22: CONSENT.consent_id}),
    ],
)
def test_a_consent_that_breaks_a_rule_is_not_read(said: str, keys: dict[int | str, Value]) -> None:
    assert refusal({**body_of(CONSENT), **keys}) == said


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, expires=later(c.valid_from, 1)),
        lambda c: replace(c, expires=later(c.valid_from, YEAR)),
        lambda c: replace(c, erase_at=c.valid_from),
        lambda c: replace(c, issuer=BANDHAN.node_id),
        lambda c: replace(c, categories=frozenset()),
        lambda c: replace(c, onward=frozenset(NodeId(bytes([n]) * 32) for n in range(16))),
        lambda c: replace(
            c, purpose=Purpose.JUSTICE, categories=frozenset({Category.IMAGE_BIOMETRIC})
        ),
    ],
)
def test_a_consent_on_the_edge_of_a_rule_is_signed_and_read(change: Change) -> None:
    consent = change(CONSENT)

    assert parse_consent(signed_consent(consent).body) == consent


@pytest.mark.slow
@given(
    events=st.sets(st.sampled_from(ConsentEvent), max_size=4).map(GIVEN.union)
    | st.sets(st.sampled_from(ConsentEvent)),
    consent=consents(),
    data=st.data(),
)
def test_a_consent_is_alive_exactly_when_the_events_and_the_clock_say_so(
    events: Collection[ConsentEvent], consent: Consent, data: st.DataObject
) -> None:
    edges = st.sampled_from([consent.valid_from, consent.expires])
    now = Instant(data.draw(edges) + data.draw(st.integers(-2, 2)))

    state = standing(consent, frozenset(events)).state(now=now)

    assert (state is ConsentState.LIVE) == is_alive(consent, events, now)


ENDINGS: Final = ["withdrawn", "invalidated", "refused", "superseded"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ended_a_consent_ends_it_whatever_else_is_recorded(ending: str) -> None:
    others = [event for event in ConsentEvent if event != ending]
    recorded = itertools.chain(
        *(itertools.combinations(others, n) for n in range(len(others) + 1))
    )

    states = {
        standing(CONSENT, frozenset({ConsentEvent(ending), *events})).state(now=NOON)
        for events in itertools.islice(recorded, 200)
    }

    assert states == {ConsentState.WITHDRAWN}


@pytest.mark.parametrize("event", ["requested", "deferred", "confirmed_by_holder", "unknown"])
def test_nothing_but_a_yes_is_a_yes(event: str) -> None:
    state = standing(CONSENT, frozenset({ConsentEvent(event)})).state(now=NOON)

    assert state is ConsentState.NOT_GIVEN


def test_an_imported_consent_without_a_recorded_yes_is_not_given() -> None:
    assert standing(CONSENT, frozenset()).state(now=NOON) is ConsentState.NOT_GIVEN


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (NOON - 1, ConsentState.NOT_YET),
        (NOON, ConsentState.LIVE),
        (NOON + 90 * DAY - 1, ConsentState.LIVE),
        (NOON + 90 * DAY, ConsentState.EXPIRED),
    ],
)
def test_a_consent_lives_from_its_first_second_and_is_over_on_the_second_it_ends(
    second: int, state: ConsentState
) -> None:
    assert standing(CONSENT).state(now=Instant(second)) is state


def test_an_event_can_end_a_consent_before_its_date() -> None:
    home = standing(CONSENT, GIVEN | {ConsentEvent.EXPIRED})

    assert home.state(now=later(NOON, HALF_AN_HOUR)) is ConsentState.EXPIRED


def test_a_consent_the_recipient_asked_for_waits_until_the_holder_heard_it() -> None:
    asked = replace(CONSENT, issuer=BANDHAN.node_id)
    heard = GIVEN | {ConsentEvent.CONFIRMED_BY_HOLDER}

    assert asked.needs_confirmation
    assert standing(asked).state(now=NOON) is ConsentState.UNCONFIRMED
    assert standing(asked, heard).state(now=NOON) is ConsentState.LIVE


def test_a_consent_the_holder_asked_for_needs_no_confirmation() -> None:
    assert not CONSENT.needs_confirmation


def test_the_other_party_is_the_recipient_for_the_holder_and_nobody_for_a_third() -> None:
    parties = [CONSENT.other_party(one.node_id) for one in (ALO, BANDHAN, CHAUTARI)]

    assert parties == [BANDHAN.node_id, ALO.node_id, None]

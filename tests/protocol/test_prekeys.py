"""Prekey bundles: what peers seal to, week by week, and when a key may be destroyed."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import Value, decode, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.labels import Kind
from protocol.prekeys import (
    Bundle,
    ends,
    follows,
    is_ending,
    lay_out,
    may_destroy,
    parse_bundle,
    sign_bundle,
    slice_for,
    slice_spans,
    take_up,
)
from protocol.signing import verify
from protocol.values import Instant, later
from tests.support.builders import ALO, NOON

DAY: Final = 86_400
WEEK: Final = 7 * DAY
BUNDLE: Final = ALO.bundle
ROUTE: Final = BUNDLE.routes[0]


def body_of(bundle: Bundle) -> dict[int | str, Value]:
    body = decode(sign_bundle(bundle, signing=ALO.signing).body)
    assert isinstance(body, dict)
    return body


def refusal(body: dict[int | str, Value]) -> str:
    with pytest.raises(MalformedError) as caught:
        parse_bundle(encode(body), now=NOON)
    assert caught.value.code is RefusalCode.E_SCHEMA
    return caught.value.place


def test_a_bundle_on_the_wire_has_these_keys() -> None:
    first, second = (prekey.public.raw for prekey in ALO.prekeys)

    assert body_of(BUNDLE) == {
        0: 1,
        1: ALO.node_id,
        2: 1_800_000_000,
        3: 1_800_000_000,
        4: 1_801_209_600,
        5: [
            [first, 1_800_000_000, 1_800_604_800],
            [second, 1_800_604_800, 1_801_209_600],
        ],
        6: [1],
        7: [["https://relay.example:8443", ROUTE.mailbox_id, ROUTE.deposit_secret, None]],
        8: 1,
    }


def test_a_bundle_is_signed_by_the_signing_key_and_read_back_as_it_was() -> None:
    pinned = replace(ROUTE, pin=b"p" * 32)
    bundle = replace(BUNDLE, routes=(ROUTE, pinned))

    signed = sign_bundle(bundle, signing=ALO.signing)

    assert (signed.kind, verify(signed, keys=[ALO.signing.public])) == (
        Kind.BUNDLE,
        ALO.signing.public,
    )
    assert parse_bundle(signed.body, now=NOON) == bundle


PUBLIC: Final = ALO.prekeys[0].public.raw
LINE: Final[list[Value]] = ["https://relay.example", bytes(16), bytes(32), None]


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        (0, 2, "bundle.v"),
        (1, b"", "bundle.node_id"),
        (2, "x", "bundle.gen"),
        (3, None, "bundle.created"),
        (4, None, "bundle.expires"),
        (5, [], "bundle.slices"),
        (5, [[PUBLIC, NOON, NOON + 1]] * 9, "bundle.slices"),
        (5, [[PUBLIC, NOON]], "bundle.slices"),
        (5, [["x", NOON, NOON + 1]], "bundle.slices"),
        (5, [[PUBLIC[:-1], NOON, NOON + 1]], "bundle.slices"),
        (5, [[PUBLIC[:-32] + bytes(32), NOON, NOON + 1]], "bundle.slices"),
        (5, [[PUBLIC, "x", NOON + 1]], "bundle.slices"),
        (5, [[PUBLIC, NOON, "x"]], "bundle.slices"),
        (5, [[PUBLIC, NOON, NOON]], "bundle.slices"),
        (6, [], "bundle.suites"),
        (6, [2], "bundle.suites"),
        (6, [1, 2], "bundle.suites"),
        (6, [True], "bundle.suites"),
        (7, [LINE] * 4, "bundle.routes"),
        (7, [LINE[:3]], "routes"),
        (7, [[7, *LINE[1:]]], "routes"),
        (7, [["https://relay.example/path", *LINE[1:]]], "routes"),
        (7, [["https://relay.example", "x", bytes(32), None]], "routes"),
        (7, [["https://relay.example", bytes(15), bytes(32), None]], "routes"),
        (7, [["https://relay.example", bytes(16), "x", None]], "routes"),
        (7, [["https://relay.example", bytes(16), bytes(31), None]], "routes"),
        (7, [["https://relay.example", bytes(16), bytes(32), bytes(31)]], "routes"),
        (7, [["https://relay.example", bytes(16), bytes(32), "x"]], "routes"),
        (8, None, "bundle.cseq"),
        (9, 1, "bundle"),
    ],
)
def test_a_bundle_of_another_form_is_refused(key: int, value: Value, place: str) -> None:
    assert refusal({**body_of(BUNDLE), key: value}) == place


def test_a_generation_up_to_48_hours_ahead_is_taken_and_no_later_one() -> None:
    bundles = [replace(BUNDLE, generation=NOON + 48 * 3_600 + more) for more in (0, 1)]

    assert parse_bundle(encode(body_of(bundles[0])), now=NOON) == bundles[0]
    with pytest.raises(RemoteProtocolError) as caught:
        parse_bundle(encode(body_of(bundles[1])), now=NOON)
    assert caught.value.code is RefusalCode.E_BUNDLE_ROLLBACK


@pytest.mark.parametrize("held", [NOON, NOON + 1])
def test_a_bundle_that_is_not_newer_than_the_one_we_hold_is_a_rollback(held: int) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        follows(BUNDLE, held_generation=held)

    assert caught.value.code is RefusalCode.E_BUNDLE_ROLLBACK


def test_a_newer_bundle_follows() -> None:
    follows(BUNDLE, held_generation=NOON - 1)


@pytest.mark.parametrize(
    ("second", "index"),
    [
        (NOON - 1, None),
        (NOON, 0),
        (NOON + WEEK - 1, 0),
        (NOON + WEEK, 1),
        (NOON + 2 * WEEK - 1, 1),
        (NOON + 2 * WEEK, None),
    ],
)
def test_peers_seal_to_the_slice_of_this_week_or_wait(second: int, index: int | None) -> None:
    expected = None if index is None else ALO.prekeys[index].public

    assert slice_for(BUNDLE, now=Instant(second)) == expected


def test_nobody_seals_to_a_bundle_that_is_over() -> None:
    short = replace(BUNDLE, expires=later(NOON, 5))

    assert slice_for(short, now=later(NOON, 4)) == ALO.prekeys[0].public
    assert slice_for(short, now=later(NOON, 5)) is None


def test_the_weeks_of_a_bundle_follow_each_other_without_a_gap() -> None:
    spans = slice_spans(start=NOON, count=8)

    assert spans == [(NOON + n * WEEK, NOON + (n + 1) * WEEK) for n in range(8)]


GRACE: Final = 28 * DAY
END: Final = NOON + GRACE
CAP: Final = NOON + 56 * DAY


@pytest.mark.parametrize(
    ("now", "poll"),
    [(END + 2, END + 1), (END + 1, END + 1), (CAP + 1, None), (CAP + 1, NOON)],
)
def test_a_prekey_goes_after_its_grace_and_a_full_poll_or_at_the_latest_after_56_days(
    now: int, poll: int | None
) -> None:
    polled = None if poll is None else Instant(poll)

    assert may_destroy(
        not_after=NOON, grace_seconds=GRACE, now=Instant(now), last_full_poll=polled
    )


@pytest.mark.parametrize(
    ("now", "poll"),
    [(END, END + 1), (END + 2, END), (END + 2, None), (CAP, None), (CAP, END)],
)
def test_a_prekey_stays_while_something_sealed_to_it_may_still_lie_in_a_mailbox(
    now: int, poll: int | None
) -> None:
    polled = None if poll is None else Instant(poll)

    assert not may_destroy(
        not_after=NOON, grace_seconds=GRACE, now=Instant(now), last_full_poll=polled
    )


def test_a_log_of_a_route_shows_no_deposit_secret() -> None:
    assert repr(ROUTE.deposit_secret) not in repr(BUNDLE)


# Beside a mailbox


EIGHT_WEEKS: Final = replace(
    BUNDLE,
    slices=tuple(
        replace(BUNDLE.slices[0], not_before=start, not_after=end)
        for start, end in slice_spans(start=NOON, count=8)
    ),
    expires=later(NOON, 8 * WEEK),
)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, True), (0, False), (6 * WEEK - 1, False), (6 * WEEK, True), (8 * WEEK, True)],
)
def test_a_newer_bundle_is_asked_for_where_this_one_reaches_less_than_a_fortnight(
    seconds: int,
    expected: bool,  # noqa: FBT001
) -> None:
    assert is_ending(EIGHT_WEEKS, now=later(NOON, seconds)) is expected


def test_a_bundle_ends_with_its_last_slice_or_before_it() -> None:
    assert ends(EIGHT_WEEKS) == NOON + 8 * WEEK
    assert ends(replace(EIGHT_WEEKS, expires=later(NOON, WEEK))) == NOON + WEEK
    assert ends(replace(EIGHT_WEEKS, expires=later(NOON, 9 * WEEK))) == NOON + 8 * WEEK


SECRET: Final = bytes(range(32))


def test_what_rests_beside_a_mailbox_is_read_by_whoever_may_deposit_there() -> None:
    signed = sign_bundle(BUNDLE, signing=ALO.signing)
    resting = lay_out(signed, deposit_secret=SECRET, entropy=bytes)

    assert signed.raw[:64] not in resting
    assert take_up(resting, deposit_secret=SECRET) == signed


@given(resting=st.binary(max_size=200))
def test_anything_else_that_lies_there_is_refused_with_one_code(resting: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        take_up(resting, deposit_secret=SECRET)
    assert caught.value.code is RefusalCode.E_DECRYPT

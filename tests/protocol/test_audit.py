"""The head of a day, what a witness makes of the next one, and the checkpoint."""

import hashlib
import random
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.audit import (
    NOTHING_YET,
    Checkpoint,
    HeadSeen,
    Witnessed,
    checkpoint_body,
    day_hash,
    day_of,
    first_instant,
    parse_checkpoint,
    witness,
)
from protocol.codec import decode, encode
from protocol.errors import MalformedError, RefusalCode
from protocol.labels import Kind
from protocol.signing import sign
from protocol.skeleton import DayHead
from protocol.values import Hash, Instant, later, sha256
from tests.support.builders import ALO, NOON

DAY: Final = 86_400
TODAY: Final = NOON // DAY
HASH: Final = sha256(b"the last entry")


def head(day: int, name: str = "honest") -> DayHead:
    return DayHead(day=day, hash=sha256(f"{name} {day}".encode()))


def seen(
    day: int, *, name: str = "honest", epoch: Instant = NOON, created: int | None = None
) -> HeadSeen:
    """A head as it came, by default in a message of the day after it."""
    at = (day + 1) * DAY if created is None else created
    return HeadSeen(head=head(day, name), epoch=epoch, created=Instant(at))


# Days


@pytest.mark.parametrize(("seconds", "day"), [(-1, 9), (0, 10), (DAY - 1, 10), (DAY, 11)])
def test_a_day_begins_at_midnight_in_utc(seconds: int, day: int) -> None:
    assert day_of(Instant(10 * DAY + seconds)) == day


def test_the_first_instant_of_a_day_is_its_midnight() -> None:
    assert first_instant(10) == 10 * DAY


def test_the_head_of_a_day_binds_its_number_the_head_before_and_the_last_entry() -> None:
    body = b"\x83\x19\x50\xf6\x58\x20" + bytes(32) + b"\x58\x20" + HASH
    label = b"sathi/1/audit-day"
    expected = hashlib.sha256(bytes([len(label)]) + label + body).digest()

    assert day_hash(0x50F6, previous=NOTHING_YET, last_entry=HASH) == expected


@given(st.integers(0, 100_000), st.binary(min_size=32, max_size=32), st.integers(0, 2))
def test_another_number_head_or_entry_gives_another_head(
    day: int, other: bytes, which: int
) -> None:
    true = day_hash(day, previous=NOTHING_YET, last_entry=HASH)
    previous = Hash(other) if which == 1 else NOTHING_YET
    entry = Hash(other) if which == 2 else HASH
    changed = day_hash(day + (which == 0), previous=previous, last_entry=entry)

    assert (changed == true) is ((previous, entry) == (NOTHING_YET, HASH) and which != 0)


# Witnesses


def test_the_first_head_of_a_peer_is_held() -> None:
    assert witness(None, seen(TODAY)) is Witnessed.NEWER


@pytest.mark.parametrize(
    ("came", "found"),
    [
        (seen(11), Witnessed.NEWER),
        (seen(400), Witnessed.NEWER),
        (seen(10), Witnessed.KNOWN),
        (seen(10, created=99 * DAY), Witnessed.KNOWN),
        (seen(9), Witnessed.OLDER),
        # Another head for the same day, whenever it was made.
        (seen(10, name="changed"), Witnessed.DIFFERS),
        (seen(10, name="changed", created=99 * DAY), Witnessed.DIFFERS),
        (seen(10, name="changed", created=0), Witnessed.DIFFERS),
        # The day goes back, or forward before it was told to.
        (seen(9, created=99 * DAY), Witnessed.DIFFERS),
        (seen(11, created=0), Witnessed.DIFFERS),
        # Two messages of one second may stand in either order.
        (seen(11, created=11 * DAY), Witnessed.NEWER),
        (seen(9, created=11 * DAY), Witnessed.OLDER),
    ],
)
def test_of_one_stream_the_day_grows_and_each_day_has_one_head(
    came: HeadSeen, found: Witnessed
) -> None:
    assert witness(seen(10), came) is found


@pytest.mark.parametrize(
    ("came", "found"),
    [
        (seen(11, name="changed"), Witnessed.NEWER),
        (seen(10, name="changed"), Witnessed.RESTORED),
        (seen(9), Witnessed.RESTORED),
        (seen(9, name="changed"), Witnessed.RESTORED),
        (seen(10), Witnessed.KNOWN),
    ],
)
def test_after_a_restore_a_head_that_does_not_fit_is_explained_and_not_hidden(
    came: HeadSeen, found: Witnessed
) -> None:
    assert witness(seen(10), replace(came, epoch=later(NOON, 1))) is found


@pytest.mark.parametrize("day", [9, 10, 11])
def test_a_late_message_of_an_epoch_that_is_over_says_nothing_about_the_log_of_now(
    day: int,
) -> None:
    came = replace(seen(day, name="before"), epoch=later(NOON, -1))

    assert witness(seen(10), came) is Witnessed.OLDER


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12, unique=True), st.randoms())
def test_honest_heads_never_contradict_each_other_in_whatever_order_they_come(
    days: list[int],
    dice: random.Random,
) -> None:
    arriving = [seen(day) for day in days]
    dice.shuffle(arriving)
    held: HeadSeen | None = None
    for came in arriving:
        found = witness(held, came)
        assert found in (Witnessed.NEWER, Witnessed.OLDER)
        if found is Witnessed.NEWER:
            held = came

    assert held == seen(max(days))


# Checkpoints

CHECKPOINT: Final = Checkpoint(node=ALO.node_id, head=head(TODAY), at=NOON)


def test_a_checkpoint_says_which_node_which_day_which_head_and_when() -> None:
    signed = sign(Kind.CHECKPOINT, checkpoint_body(CHECKPOINT), secrets=[ALO.signing])

    assert decode(signed.body) == {
        0: 1,
        1: ALO.node_id,
        2: TODAY,
        3: CHECKPOINT.head.hash,
        4: NOON,
    }
    assert parse_checkpoint(signed) == CHECKPOINT


@pytest.mark.parametrize("key", [0, 1, 2, 3, 4, 5])
def test_a_checkpoint_with_a_key_more_or_less_is_refused(key: int) -> None:
    body = decode(checkpoint_body(CHECKPOINT))
    assert isinstance(body, dict)
    changed = {**body, 5: 1} if key == 5 else {k: v for k, v in body.items() if k != key}
    signed = sign(Kind.CHECKPOINT, encode(changed), secrets=[ALO.signing])

    with pytest.raises(MalformedError) as caught:
        parse_checkpoint(signed)
    assert caught.value.code is RefusalCode.E_SCHEMA

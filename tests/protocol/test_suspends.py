"""A suspend: who may sign one, and what is no suspend."""

from dataclasses import replace
from typing import Final

import pytest

from protocol.cards import Suspend, read_suspend, sign_suspend
from protocol.codec import Value, encode
from protocol.errors import MalformedError, RefusalCode, RemoteProtocolError
from protocol.keys import SigningSecret
from protocol.labels import Kind
from protocol.signing import sign
from protocol.values import Instant, later
from tests.support.builders import ALO, BANDHAN, NOON
from tests.support.charters import STEWARDS, STRANGER

DAY: Final = 86_400
SHEET: Final = Suspend(node_id=ALO.node_id, card_sequence=1, at=None, reason=0)
ROOTS: Final = (BANDHAN.root.public, ALO.root.public)
KEYS: Final = tuple(steward.public for steward in STEWARDS)


def raw(suspend: Suspend, by: SigningSecret = ALO.root) -> bytes:
    return sign_suspend(suspend, by=by).raw


def refusal(data: bytes) -> RefusalCode:
    with pytest.raises(RemoteProtocolError) as raised:
        read_suspend(data, roots=ROOTS, stewards=KEYS, now=NOON)
    return raised.value.code


def test_the_root_of_the_node_alone_suspends_it() -> None:
    assert read_suspend(raw(SHEET), roots=ROOTS, stewards=(), now=NOON) == SHEET


@pytest.mark.parametrize("steward", STEWARDS, ids=["first", "second", "third"])
def test_any_one_steward_suspends_a_node(steward: SigningSecret) -> None:
    assert read_suspend(raw(SHEET, steward), roots=(), stewards=KEYS, now=NOON) == SHEET


def test_a_steward_counts_also_beside_a_root_that_does_not() -> None:
    both = sign(Kind.SUSPEND, body(), secrets=[BANDHAN.root, STEWARDS[2]])

    assert read_suspend(both.raw, roots=ROOTS, stewards=KEYS, now=NOON) == SHEET


def test_the_root_of_another_node_suspends_nobody() -> None:
    assert refusal(raw(SHEET, BANDHAN.root)) is RefusalCode.E_SIG


@pytest.mark.parametrize("signer", [STRANGER, ALO.signing], ids=["a stranger", "its signing key"])
def test_nobody_else_suspends_a_node(signer: SigningSecret) -> None:
    assert refusal(raw(SHEET, signer)) is RefusalCode.E_SENDER_UNKNOWN


def test_a_steward_of_no_charter_suspends_nobody() -> None:
    with pytest.raises(RemoteProtocolError) as raised:
        read_suspend(raw(SHEET, STEWARDS[0]), roots=ROOTS, stewards=(), now=NOON)

    assert raised.value.code is RefusalCode.E_SENDER_UNKNOWN


def test_a_suspend_may_be_dated_and_not_in_the_future() -> None:
    last: Instant = later(NOON, 2 * DAY)
    dated = replace(SHEET, at=last)

    assert read_suspend(raw(dated), roots=ROOTS, stewards=(), now=NOON) == dated
    assert refusal(raw(replace(SHEET, at=later(last, 1)))) is RefusalCode.E_CLOCK


def body(**fields: Value) -> bytes:
    usual: dict[int | str, Value] = {0: 1, 1: ALO.node_id, 2: 1, 3: None, 4: 0}
    return encode({**usual, **{int(key[1:]): value for key, value in fields.items()}})


@pytest.mark.parametrize(
    "data",
    [body(k0=2), body(k1=bytes(31)), body(k2=None), body(k3="now"), body(k3=True), body(k5=1)],
    ids=["version", "node", "card", "text", "bool", "unknown key"],
)
def test_what_is_no_suspend_is_refused(data: bytes) -> None:
    assert refusal(sign(Kind.SUSPEND, data, secrets=[ALO.root]).raw) is RefusalCode.E_SCHEMA


def test_a_suspend_over_its_bound_is_refused() -> None:
    with pytest.raises(MalformedError) as raised:
        read_suspend(bytes(1_025), roots=ROOTS, stewards=KEYS, now=NOON)

    assert raised.value.code is RefusalCode.E_LIMIT

"""A withdrawal overtakes: nothing but who says it, to whom, and of which consent may delay it."""

from dataclasses import replace
from typing import Any, Final

import pytest

from protocol.acceptance import (
    Accepted,
    Duplicate,
    Order,
    Refused,
    Situation,
    Verdict,
    Withheld,
    judge,
)
from protocol.errors import RefusalCode
from protocol.messages.consent import ConsentWithdrawn
from protocol.streams import Incoming, Placement
from protocol.values import Instant, later, sha256
from protocol.vocabulary.codes import WithdrawalWanted
from tests.support.builders import (
    CONSENT,
    NOON,
    arrive,
    envelope_of,
    payload_of,
    skeleton_of,
    verified,
)
from tests.support.situations import situation as usual_situation

DAY: Final = 86_400
NO: Final = ConsentWithdrawn(
    consent_id=CONSENT.consent_id,
    effective=NOON,
    wanted=WithdrawalWanted.ERASE,
    replacement=None,
)
TENTH: Final = Incoming(epoch=NOON, sequence=10, hash=sha256(b"ten"), is_frozen=False)


def situation(**changes: Any) -> Situation:  # noqa: ANN401  # any field of it
    """Alo is not even pinned, and its consent is not held."""
    return usual_situation(**{"level": 0, "stream": TENTH, **changes})


def acts(placement: Placement | None = Placement.NEXT) -> Accepted:
    """It takes effect; with a placement it also moves the chain."""
    return Accepted(message=NO, order=Order.OVERTAKES, placement=placement, consent=None)


def her_no(**changes: Any) -> Verdict:  # noqa: ANN401  # any field of the skeleton
    """The verdict on a withdrawal whose skeleton has these changes."""
    in_turn: dict[str, Any] = {"sequence": 11, "previous": TENTH.hash}
    return judge(verified(NO, **{**in_turn, **changes}), situation())


def test_a_withdrawal_acts_at_any_trust_level_and_without_any_consent_held() -> None:
    message = verified(NO, sequence=11, previous=TENTH.hash)

    assert [judge(message, situation(level=level)) for level in (0, 1, 2)] == [acts()] * 3


def test_a_withdrawal_acts_although_its_sender_is_suspended() -> None:
    message = verified(NO, sequence=11, previous=TENTH.hash)

    assert judge(message, situation(is_suspended=True)) == acts()


@pytest.mark.parametrize("days", [59, 60, 62, 400])
def test_a_withdrawal_acts_also_after_it_expired(days: int) -> None:
    message = verified(NO, sequence=11, previous=TENTH.hash)
    late = later(NOON, days * DAY)

    assert judge(message, situation(now=late, latest_seen=late)) == acts()


def test_a_withdrawal_acts_before_the_gap_in_front_of_it_is_filled() -> None:
    assert her_no(sequence=25, previous=sha256(b"24")) == acts(Placement.EARLY)


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": Instant(NOON - 1)},
        {"sequence": 4},
        {"sequence": 10},
        {"previous": sha256(b"not ten")},
    ],
    ids=["an older epoch", "long ago", "a fork", "a broken chain"],
)
def test_a_withdrawal_acts_where_it_fits_nowhere_and_does_not_move_the_chain(
    changes: dict[str, Any],
) -> None:
    assert her_no(**changes) == acts(None)


def test_a_withdrawal_acts_in_a_frozen_stream() -> None:
    message = verified(NO, sequence=11, previous=TENTH.hash)
    frozen = replace(TENTH, is_frozen=True)

    assert judge(message, situation(stream=frozen)) == acts(None)


def test_a_withdrawal_acts_whatever_the_time_of_its_sender() -> None:
    assert her_no(created=later(NOON, 400 * DAY), expires=later(NOON, 401 * DAY)) == acts()


@pytest.mark.parametrize(("ahead", "placement"), [(2 * DAY, Placement.NEXT), (2 * DAY + 1, None)])
def test_a_withdrawal_from_a_future_epoch_acts_and_poisons_no_stream(
    ahead: int, placement: Placement | None
) -> None:
    first: dict[str, Any] = {"sequence": 1, "previous": bytes(32)}

    assert her_no(epoch=later(NOON, ahead), **first) == acts(placement)


def test_a_withdrawal_that_came_before_has_one_effect() -> None:
    message = verified(NO, sequence=11, previous=TENTH.hash)

    assert judge(message, situation(seen=message.hash)) == Duplicate()


def test_a_withdrawal_under_the_id_of_another_message_is_a_fork() -> None:
    message = verified(NO, sequence=11, previous=TENTH.hash)

    assert judge(message, situation(seen=sha256(b"another"))) == Refused(
        code=RefusalCode.E_FORK, counts=False, freezes=True, placement=None
    )


@pytest.mark.parametrize(
    ("epoch", "placement"), [(NOON, Placement.NEXT), (Instant(NOON - 1), None)]
)
def test_a_withdrawal_that_names_no_consent_is_refused(
    epoch: Instant, placement: Placement | None
) -> None:
    payload = payload_of(b"\xa0")
    skeleton = replace(
        skeleton_of(NO.TYPE, payload), sequence=11, previous=TENTH.hash, epoch=epoch
    )
    message = arrive(envelope_of(skeleton, payload))

    assert judge(message, situation()) == Refused(
        code=RefusalCode.E_SCHEMA,
        counts=placement is not None,
        freezes=False,
        placement=placement,
    )


def test_a_withheld_withdrawal_says_nothing_and_is_judged_like_any_other() -> None:
    payload = payload_of(b"\xa0")
    skeleton = replace(skeleton_of(NO.TYPE, payload), sequence=11, previous=TENTH.hash)
    message = arrive(envelope_of(skeleton, b""))

    assert judge(message, situation()) == Withheld(placement=Placement.NEXT)
    assert judge(message, situation(is_suspended=True)) == Refused(
        code=RefusalCode.E_SENDER_SUSPENDED, counts=False, freezes=False, placement=None
    )


def test_no_other_message_overtakes() -> None:
    early = verified(NO, sequence=11, previous=TENTH.hash, type="consent.withdrawn_ack/1")

    assert isinstance(judge(early, situation()), Refused)

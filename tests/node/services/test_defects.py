"""A defect of ours in one message keeps that message sealed and stops nobody else."""

import io
import json
import logging
from typing import Any

import pytest

from node import logs
from node.inbox import turns
from node.reactions import dispatch
from node.services import reading, receiving
from protocol.errors import RefusalCode
from protocol.messages.referral import ReferralAccept, ReferralAsk
from protocol.values import Instant, PlainText
from protocol.vocabulary.codes import FirstStep, Question
from tests.support.builders import OFFER
from tests.support.federation import Federation, Node
from tests.support.forging import forge, place_of
from tests.support.streams import head_of, offers, referrals_at

ASK = ReferralAsk(question=Question.LANGUAGE)
HELD = ReferralAccept(
    worker=PlainText("Rehana"), first_step=FirstStep.ROOM_READY, from_date=Instant(1_800_000_000)
)
CANARY = "Rani-canary-4711"


@pytest.fixture
def defective(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A reaction that fails for the types named in the list."""
    failing: list[str] = []
    real = dispatch.react

    def react(unit: Any, message: Any, arrival: Any) -> Any:  # noqa: ANN401
        if message.TYPE in failing:
            raise ZeroDivisionError(CANARY)
        return real(unit, message, arrival)

    monkeypatch.setattr(turns, "react", react)
    return failing


def test_a_defect_in_one_message_keeps_it_sealed_and_stops_nobody_else(
    federation: Federation, defective: list[str], alo: Node, bandhan: Node, chautari: Node
) -> None:
    (from_alo,) = offers(alo, bandhan, 1)
    (to_alo,) = [forge(OFFER, sender=chautari, recipient=alo, advance=True)]
    defective.append(ASK.TYPE)
    stray = forge(ASK, sender=bandhan, recipient=alo, advance=True)

    taken = alo.take([stray, to_alo])
    bandhan.take([from_alo])

    assert taken.refused == (RefusalCode.E_SCHEMA,)
    assert referrals_at(alo) == [("offered",)]
    assert alo.rows("SELECT code FROM quarantine") == [("defect",)]
    assert alo.rows("SELECT count(*) FROM messages WHERE type = ?", ASK.TYPE) == [(0,)]
    assert alo.use(reading.check_audit).is_whole
    assert federation.refused == []


def test_after_the_defect_is_mended_the_message_acts_when_it_comes_again(
    defective: list[str], alo: Node, bandhan: Node
) -> None:
    first, second = offers(alo, bandhan, 2)
    defective.append(OFFER.TYPE)
    bandhan.take([first, second])
    before = referrals_at(bandhan)
    defective.clear()
    bandhan.take([first])

    assert (before, len(referrals_at(bandhan))) == ([], 2)


def test_a_defect_in_an_early_message_does_not_undo_the_one_before_it(
    defective: list[str], alo: Node, bandhan: Node
) -> None:
    first = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    stray = forge(ASK, sender=alo, recipient=bandhan, advance=True)
    third = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    last = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    defective.append(ASK.TYPE)
    bandhan.take([stray])
    bandhan.take([first])
    bandhan.take([third])
    stuck = len(referrals_at(bandhan))
    defective.clear()
    bandhan.take([last])

    assert stuck == 1
    assert len(referrals_at(bandhan)) == 3
    assert head_of(bandhan, alo)[0] == place_of(alo, bandhan)[1]


def test_a_defect_is_logged_by_its_class_and_place_and_without_what_it_says(
    defective: list[str], alo: Node, bandhan: Node
) -> None:
    first = forge(ASK, sender=alo, recipient=bandhan, advance=True)
    early = forge(OFFER, sender=alo, recipient=bandhan, advance=True)
    defective += [ASK.TYPE, OFFER.TYPE]
    handler = logging.StreamHandler(io.StringIO())
    handler.addFilter(logs.make_safe)
    loggers = [logging.getLogger(name) for name in (receiving.__name__, turns.__name__)]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        bandhan.take([early, first])
        defective.remove(ASK.TYPE)
        bandhan.take([first])
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    text = handler.stream.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]

    assert [(line["event"], line["error"]) for line in lines] == [
        ("message.defect", "ZeroDivisionError")
    ] * 2
    assert lines[0].keys() == {"time", "level", "logger", "event", "error", "place"}
    assert lines[0]["place"].startswith("test_defects.py:")
    assert CANARY not in text

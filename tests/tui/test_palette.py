"""The palette has every act but those that nobody can take back: these have their own screen."""

import importlib
from collections.abc import Iterator
from typing import Final

import pytest

from tests.catalogues.extraction import ROOT, sources
from tui.acts import Act

# Each of them records what she said, destroys, opens a door, or says to others what stays said.
FOR_GOOD: Final = {
    "asking": {"yes"},
    "consent_acts": {"yes", "no", "understood", "record", "nothing"},
    "consents": {"heard", "said_no"},
    "files": {"put_away_file"},
    "membership": {"hold"},
    "our_computer": {"trust", "take_over"},
    "partner": {"match", "phoned", "anew", "erase"},
    "read_back": {"may_go"},
    "referral": {"told"},
    "report": {"says_yes", "says_no"},
    "send_file": {"let_go"},
    "sticks": {"take_off"},
    "tick_sentences": {"record"},
    "withdraw": {"withdraw"},
}


def acts_of(module: str) -> Iterator[Act]:
    values = vars(importlib.import_module(module)).values()
    yield from (value for value in values if isinstance(value, Act))


def modules() -> list[str]:
    return [
        path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", ".")
        for path in sources()
        if path.name != "__init__.py"
    ]


@pytest.mark.parametrize("screen", FOR_GOOD)
def test_what_nobody_can_take_back_is_not_in_the_palette(screen: str) -> None:
    own = {act.name: act.in_palette for act in acts_of(f"tui.screens.{screen}")}
    assert {name: own[name] for name in FOR_GOOD[screen]} == dict.fromkeys(FOR_GOOD[screen], False)


def test_nothing_is_sent_or_recorded_from_the_palette() -> None:
    sending = {
        (module, act.name)
        for module in modules()
        for act in acts_of(module)
        if act.key == "ctrl+s" and act.in_palette
    }
    assert sending == set()

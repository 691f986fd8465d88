"""Is somebody still here? By the keys, the mouse and the window, and by nothing else."""

from collections.abc import Callable
from typing import Final

import pytest
from textual import events

from tui.presence import HIDE_WITHIN_SECONDS, Presence


class StandingTimer:
    """A timer of the test's own: it says what was asked of it."""

    def __init__(self, seconds: float, ends: Callable[[], None]) -> None:
        self.seconds = seconds
        self.ends = ends
        self.resets = 0
        self.is_stopped = False

    def reset(self) -> None:
        self.resets += 1

    def stop(self) -> None:
        self.is_stopped = True


class Owner:
    """What sets the timers."""

    def __init__(self) -> None:
        self.timers: list[StandingTimer] = []

    def set_timer(self, seconds: float, ends: Callable[[], None]) -> StandingTimer:
        self.timers.append(StandingTimer(seconds, ends))
        return self.timers[-1]


def watched() -> tuple[Owner, Presence, list[str]]:
    owner, told = Owner(), list[str]()
    presence = Presence(
        owner,  # type: ignore[arg-type]  # it sets timers, and nothing else is asked of it
        leave=lambda: told.append("left"),
        hide=lambda: told.append("hidden"),
    )
    presence.begin(lock_seconds=300, unfocused_seconds=60)
    return owner, presence, told


SIGNS: Final = {
    "a key": events.Key("a", "a"),
    "a paste": events.Paste("a"),
    "a click": events.MouseDown(None, 0, 0, 0, 0, 1, False, False, False),
    "the wheel up": events.MouseScrollUp(None, 0, 0, 0, 0, 0, False, False, False),
    "the wheel down": events.MouseScrollDown(None, 0, 0, 0, 0, 0, False, False, False),
}


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_of_somebody_begins_the_time_anew(sign: str) -> None:
    owner, presence, told = watched()
    (idle,) = owner.timers
    assert idle.seconds == 300
    presence.note(SIGNS[sign])
    assert idle.resets == 1
    idle.ends()
    assert told == ["left"]


def test_a_mouse_that_is_only_moved_is_no_sign() -> None:
    owner, presence, _ = watched()
    presence.note(events.MouseMove(None, 0, 0, 0, 0, 0, False, False, False))
    assert owner.timers[0].resets == 0


def test_a_window_that_is_not_in_front_has_a_time_of_its_own() -> None:
    owner, presence, told = watched()
    presence.look_away()
    presence.look_away()
    _, away = owner.timers
    assert away.seconds == 60
    presence.look_back()
    assert away.is_stopped
    presence.look_away()
    owner.timers[-1].ends()
    assert told == ["left"]


def test_after_locking_no_time_runs() -> None:
    owner, presence, told = watched()
    presence.look_away()
    presence.end()
    assert all(timer.is_stopped for timer in owner.timers)
    presence.look_away()
    assert len(owner.timers) == 2
    assert told == []


def pressed(*times: float) -> list[str]:
    """What comes of Esc pressed at these seconds."""
    _, presence, told = watched()
    for at in times:
        event = events.Key("escape", None)
        event.time = at
        presence.note(event)
    return told


def test_three_times_esc_in_time_hides_and_a_moment_later_does_not() -> None:
    assert pressed(10, 10.5, 10 + HIDE_WITHIN_SECONDS) == ["hidden"]
    assert pressed(10, 10.5, 10.01 + HIDE_WITHIN_SECONDS) == []
    assert pressed(10, 10.5) == []


def test_another_key_between_the_three_hides_nothing() -> None:
    _, presence, told = watched()
    for key in ("escape", "escape", "a", "escape"):
        presence.note(events.Key(key, None))
    assert told == []

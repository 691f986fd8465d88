"""Somebody at a desk who knows no key by heart: she reads the screen, finds the key below, and presses it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, final

from tests.walk.desks import Place
from tests.walk.screen import COLUMNS, ROWS, AmbiguousError, Screen, cells
from tui.wording import Words

_NAMES: Final = {
    "esc": "Escape",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "↑": "Up",
    "↓": "Down",
    "←": "Left",
    "→": "Right",
}
_TRIES_MAX: Final = 60
"""More than any form has fields, any list has rows and any choice has values."""


@final
class Album:
    """Every screen that was looked at, as text and with its colours."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        self._folder = folder
        self._count = 0

    def keep(self, screen: Screen, name: str) -> None:
        """Save one look."""
        self._count += 1
        path = self._folder / f"{self._count:02}-{name}"
        path.with_suffix(".txt").write_text(f"{screen}\n", encoding="utf-8")
        path.with_suffix(".ansi").write_text("\n".join(screen.drawn), encoding="utf-8")


@final
class Reader:
    """A person, her desk and the language she reads."""

    def __init__(self, place: Place, album: Album) -> None:
        self.place = place
        self.words = Words(language=place.language, digits=place.colleague.digits)
        self._terminal = place.terminal
        self._album = album
        self._learned: dict[str, str] = {}

    # Reading.

    def say(self, text: str, /, **values: str | int) -> str:
        """A text as this desk says it."""
        return self.words.say(text, **values)

    @contextmanager
    def reading_in(self, language: str) -> Iterator[None]:
        """The screen speaks her language while it is turned to her."""
        own, self.words = self.words, Words(language=language, digits=self.words.digits)
        yield
        self.words = own

    def look(self) -> Screen:
        """What stands there."""
        return self._terminal.look()

    def sees(self, text: str, /, **values: str | int) -> Screen:
        """Wait for one of the desk's own texts."""
        return self.reads(self.say(text, **values))

    def reads(self, text: str) -> Screen:
        """Wait for a text as it is."""
        wanted = " ".join(text.split())
        return self._terminal.wait(
            lambda screen: screen if wanted in screen.text else None, f"“{wanted}”"
        )

    def reads_like(self, pattern: str) -> str:
        """Wait for a text of this form, such as a code; the text."""

        def found(screen: Screen) -> str | None:
            match = re.search(pattern, screen.text)
            return None if match is None else match[0]

        return self._terminal.wait(found, f"something like “{pattern}”")

    def stands_at(self, heading: str, /, **values: str | int) -> Screen:
        """Wait for a screen, by its first row."""
        wanted = self.say(heading, **values)
        return self._terminal.wait(
            lambda screen: screen if _is_headed(screen, wanted) else None,
            f"the screen “{wanted}”",
        )

    def no_longer_reads(self, text: str) -> Screen:
        """Wait until a text is gone."""
        return self._terminal.wait(
            lambda screen: None if text in screen.text else screen, f"no “{text}”"
        )

    def offers(self, label: str) -> bool:
        """Is there a key for this now?"""
        return self._terminal.settle().keys().get(self.say(label)) is not None

    def sees_end(self) -> None:
        """The window closes."""
        self._terminal.wait_for_end()

    def keep(self, name: str) -> Screen:
        """Save the screen, and hold it to the width of the terminal."""
        screen = self._terminal.settle()
        self._album.keep(screen, f"{self.place.folder.name}-{name}")
        wide = [row for row in screen.rows if cells(row) > COLUMNS]
        assert not wide, f"wider than the screen: {wide}"
        assert not self._terminal.has_run_over(), f"ran over the edge of the screen:\n{screen}"
        return screen

    # Pressing.

    def press(self, label: str) -> None:
        """Press the key that stands before this label below."""
        self._press(self._key_for(label))

    def press_and_see(self, label: str, text: str, /, **values: str | int) -> Screen:
        """Press it, and wait for one of the desk's texts."""
        self.press(label)
        return self.sees(text, **values)

    def press_raw(self, shown: str, *, times: int) -> None:
        """One key several times, as quickly as a finger does it."""
        for _ in range(times):
            self._press(shown)

    def go_to(self, place: str, *, heading: str = "") -> Screen:
        """One of the places: its key stands below, or under help where there is no room for it.

        In a field it would be typed, so she leaves a form first. Where she stands already she presses none:
        the page would be made anew, and what she presses next could come before its rows.
        """
        if self.look().is_typing:
            self.leave()
        here = self._terminal.settle()
        if _is_headed(here, self.say(heading or place)):
            return here
        if place not in self._learned:
            self._learned[place] = self._looked_up(place)
        self._press(self._learned[place])
        return self.stands_at(heading or place)

    def leave(self) -> None:
        """Back to the screen before this one."""
        before = self._terminal.settle().heading
        self.press("back")
        self._terminal.wait(
            lambda screen: screen if screen.heading != before else None, "the screen before"
        )

    def press_looked_up(self, label: str) -> None:
        """A key that works everywhere and stands under help."""
        if label not in self._learned:
            self._learned[label] = self._looked_up(label)
        self._press(self._learned[label])

    def _looked_up(self, label: str) -> str:
        below = self._terminal.settle().keys().get(self.say(label))
        if below is not None:
            return below
        self.press("help")
        self.stands_at("Help")
        wanted = self.say(label)
        self.type(wanted)

        def found(screen: Screen) -> str | None:
            pairs = (row.split(maxsplit=1) for row in screen.rows[2:ROWS])
            keys = (pair[0] for pair in pairs if len(pair) > 1 and pair[1].startswith(wanted))
            return next((key for key in keys if key != wanted), None)

        key = self._terminal.wait(found, f"a key for “{wanted}” under help")
        self.leave()
        return key

    def _key_for(self, label: str) -> str:
        wanted = self.say(label)
        return self._terminal.wait(
            lambda screen: _drawn_keys(screen).get(wanted), f"one key for “{wanted}”"
        )

    def _press(self, shown: str) -> None:
        key = f"C-{shown[1:]}" if shown.startswith("^") else _NAMES.get(shown, shown)
        self._terminal.press(key)

    def press_second_of(self, label: str) -> None:
        """The second of a pair of keys, such as the one down of `↑↓`."""
        self._press_one_of(label, is_second=True)

    def _press_one_of(self, label: str, *, is_second: bool) -> None:
        """Of a pair such as `↑↓`."""
        pair = self._key_for(label)
        self._press(pair[1] if is_second else pair[0])

    # Typing and choosing.

    def type(self, text: str, *, shown: str | None = None) -> None:
        """Type, and wait until it is there."""
        self._terminal.type(text)
        last = (shown or text).split("\n")[-1][-20:]
        wanted = " ".join(last.split())
        self._terminal.wait(lambda screen: wanted in screen.text or None, f"typed “{wanted}”")

    def fill(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        self.move_to(label)
        self.type(text)

    def move_to(self, label: str) -> Screen:
        """Go from field to field until the one with this label is lit."""
        wanted, following = self.say(label), self.say("next")

        def is_lit(screen: Screen) -> bool:
            return any(_begins(screen.rows[row], wanted) for row in screen.lit_rows())

        for _ in range(_TRIES_MAX):
            self._terminal.wait(
                lambda now: now if is_lit(now) or _drawn_keys(now).get(following) else None,
                f"the field “{wanted}”, or a way on",
            )
            screen = self._terminal.settle()
            if is_lit(screen):
                return screen
            self.press("next")
            self._await_change(screen)
        raise AssertionError(f"no field “{wanted}”\n{self.look()}")

    def move_to_typing(self) -> None:
        """Go to the field of several lines, where every letter is typed."""
        for _ in range(_TRIES_MAX):
            screen = self._terminal.settle()
            if screen.is_typing and not screen.lit_rows():
                return
            self.press("next")
            self._await_change(screen)
        raise AssertionError(f"no field to write in\n{self.look()}")

    def choose(self, label: str, value: str) -> None:
        """Turn the choice of this label until it says the value."""
        self.move_to(label)
        wanted = f"◂ {value} ▸"
        for _ in range(_TRIES_MAX):
            screen = self._terminal.settle()
            if wanted in screen.lit_text:
                return
            self._press_one_of("choose", is_second=True)
            self._await_change(screen)
        raise AssertionError(f"no value “{value}” of “{label}”\n{self.look()}")

    def move_to_row(self, text: str) -> Screen:
        """Go down a list until the row that is pointed at holds this text."""
        for _ in range(_TRIES_MAX):
            self._terminal.wait(lambda now: now.lit_text or None, "a list with a cursor")
            screen = self._terminal.settle()
            if text in screen.lit_text:
                return screen
            self._press_one_of("move", is_second=True)
            self._await_change(screen)
        raise AssertionError(f"no row with “{text}”\n{self.look()}")

    def _await_change(self, before: Screen) -> None:
        self._terminal.wait(
            lambda now: now if _focus(now) != _focus(before) else None, "another row or value"
        )


def _focus(screen: Screen) -> tuple[tuple[int, ...], str, bool]:
    return screen.lit_rows(), screen.lit_text, screen.is_typing


def _begins(row: str, label: str) -> bool:
    """Does the row begin with the label, or with as much of it as its column holds?"""
    shown = row.strip(" │[]x-").split("◂")[0].strip()
    return shown.startswith(label) or (shown.endswith("…") and label.startswith(shown[:-1]))


def _is_headed(screen: Screen, heading: str) -> bool:
    """Does it stand there as a whole? “Partner” is also how “Partners” begins."""
    return re.match(rf"{re.escape(heading)}(?:  | [·→] |$)", screen.heading.strip()) is not None


def _drawn_keys(screen: Screen) -> dict[str, str]:
    """The keys of a footer that is whole; half of it may still be the footer before."""
    try:
        return screen.keys()
    except AmbiguousError:
        return {}

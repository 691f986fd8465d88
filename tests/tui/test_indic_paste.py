"""What goes into the fields by pasting, and what a hidden text shows."""

from collections.abc import Iterator

import pytest
from textual.geometry import Offset

from protocol.limits import TEXT_CHARACTERS_MAX
from protocol.values import plain_text
from tests.support.fields import GARYO, RAB, ZWJ, FieldsDesk, line, lines, stops
from tests.support.typing import paste_text, type_text
from tui.termwidth import install, uninstall

HARMFUL = "\x1b\x9b\u202e\u2066\u2028\u200e\ufdd0\x07"


@pytest.fixture(autouse=True)
def as_most_terminals() -> Iterator[None]:
    install()
    yield
    uninstall()


# Pasting


async def test_a_paste_keeps_joiners_and_leaves_out_what_may_not_be_shown() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot)
        await paste_text(pilot, f"{RAB}{HARMFUL} {GARYO}")
        area = await lines(pilot)
        await paste_text(pilot, f"{RAB}\r\n{HARMFUL}{GARYO}\tক")
        assert field.value == f"{RAB} {GARYO}"
        assert area.text == f"{RAB}\n{GARYO} ক"
        assert app.left_out == [("line", len(HARMFUL), 0), ("lines", len(HARMFUL), 0)]
        assert plain_text(area.plain_value, characters_max=100)


async def test_a_paste_of_nothing_harmful_says_nothing() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot)
        await paste_text(pilot, f"{RAB}\r{GARYO}\n\nক")
        assert field.value == f"{RAB} {GARYO} ক"
        assert app.left_out == []


async def test_the_own_clipboard_is_no_way_round() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        app.copy_to_clipboard("ক\u202eখ")
        field = await line(pilot)
        await pilot.press("ctrl+v")
        area = await lines(pilot)
        await pilot.press("ctrl+v")
        assert (field.value, area.text) == ("কখ", "কখ")
        assert app.left_out == [("line", 1, 0), ("lines", 1, 0)]


async def test_a_paste_that_is_too_long_ends_with_a_whole_cluster_and_is_told_of() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot, name="short")
        await paste_text(pilot, "কখগক্ষ")
        assert field.value == "কখগ"
        assert app.left_out == [("short", 0, 3)]
        field.value = ""
        await paste_text(pilot, "কখগতি")
        assert field.value == "কখগতি"
        await pilot.press("shift+left")
        await paste_text(pilot, "ঘঙ")
        assert field.value == "কখগঘঙ"
        assert app.left_out == [("short", 0, 3)]


async def test_what_is_typed_into_a_full_field_is_told_of() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot, f"কখগঘঙচ{ZWJ}", name="short")
        area = await lines(pilot)
        area.characters_max = 2
        await type_text(pilot, "কখগ\n")
        assert (field.value, area.text) == ("কখগঘঙ", "কখ")
        assert app.left_out == [("short", 0, 1)] * 2 + [("lines", 0, 1)] * 2


@pytest.mark.slow
async def test_a_megabyte_on_one_line_is_taken_up_to_the_limit() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot)
        await paste_text(pilot, "ক" * 1_000_000)
        area = await lines(pilot)
        await paste_text(pilot, "ক" * 1_000_000)
        assert len(field.value) == len(area.text) == TEXT_CHARACTERS_MAX
        left = 1_000_000 - TEXT_CHARACTERS_MAX
        assert app.left_out == [("line", 0, left), ("lines", 0, left)]


# A hidden text


async def test_a_passphrase_may_be_typed_in_bengali_and_shows_one_dot_for_each_character() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot, f"{RAB} যাব", name="secret")
        assert field.value == f"{RAB} যাব"
        rows = "\n".join(app.rows())
        assert "•" * 10 in rows
        assert not set(RAB) & set(rows)
        x, y, _, _ = field.content_region
        await pilot.press("left")
        assert app.cursor_position == Offset(x + 9, y)


async def test_a_hidden_text_gives_no_hint_of_its_letters_and_words() -> None:
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "কা তি", name="secret")
        assert await stops(pilot, "left", field) == [5, 4, 3, 2, 1, 0]
        assert await stops(pilot, "ctrl+right", field) == [0, 5]
        assert await stops(pilot, "ctrl+left", field) == [5, 0]
        await pilot.press("right")
        await pilot.click(field, offset=(3 + 2, 1))
        assert field.cursor_position == 2
        await pilot.press("home", "delete")
        assert field.value == "া তি"
        await pilot.press("end", "ctrl+w")
        assert field.value == ""


async def test_a_long_passphrase_is_scrolled_to_its_end() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot, "ক্" * 20, name="secret")
        # Without cells for its viramas the end would be thought half as far away.
        assert field.scroll_offset.x == 40 + 1 - field.scrollable_content_region.width

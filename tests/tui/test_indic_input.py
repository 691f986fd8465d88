"""Typing, moving, deleting and pasting in the fields, in Bengali and Devanagari."""

from collections.abc import Iterator
from typing import Any, final

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widgets import TextArea
from typing_extensions import override

from protocol.limits import TEXT_CHARACTERS_MAX
from protocol.values import plain_text
from tests.support.typing import paste_text, type_text
from tui.termwidth import install, uninstall
from tui.widgets.indic_input import IndicInput, IndicTextArea, LeftOut

ZWNJ = "\u200c"
ZWJ = "\u200d"
RAB = f"র{ZWJ}্যাব"
GARYO = f"गर्{ZWJ}यो"
HARMFUL = "\x1b\x9b\u202e\u2066\u2028\u200e\ufdd0\x07"


@final
class Desk(App[None]):
    """One field of each sort."""

    CSS = "IndicInput { width: 30; } IndicTextArea { width: 30; height: 8; }"

    def __init__(self) -> None:
        super().__init__()
        self.left_out: list[tuple[str | None, int, int]] = []

    @override
    def compose(self) -> ComposeResult:
        yield IndicInput(id="line")
        yield IndicInput(password=True, id="secret")
        yield IndicInput(max_length=5, id="short")
        yield IndicTextArea(id="lines")

    def on_left_out(self, message: LeftOut) -> None:
        self.left_out.append((message.control.id, message.unshowable, message.over_length))

    def rows(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


@pytest.fixture(autouse=True)
def as_most_terminals() -> Iterator[None]:
    install()
    yield
    uninstall()


async def line(pilot: Pilot[None], text: str = "", name: str = "line") -> IndicInput:
    field = pilot.app.query_one(f"#{name}", IndicInput)
    field.focus()
    await pilot.pause()
    await type_text(pilot, text)
    return field


async def lines(pilot: Pilot[None], text: str = "") -> IndicTextArea:
    field = pilot.app.query_one(IndicTextArea)
    field.focus()
    await pilot.pause()
    await type_text(pilot, text)
    return field


async def stops(pilot: Pilot[None], key: str, field: IndicInput | IndicTextArea) -> list[Any]:
    """Where the cursor comes to stand when a key is pressed until it moves no more."""
    seen = [_cursor(field)]
    while True:
        await pilot.press(key)
        if _cursor(field) == seen[-1]:
            return seen
        seen.append(_cursor(field))


def _cursor(field: IndicInput | IndicTextArea) -> Any:  # noqa: ANN401  (a position or a place)
    return field.cursor_position if isinstance(field, IndicInput) else field.cursor_location


# Typing


async def test_typed_joiners_stay_in_the_text_and_on_the_screen() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        field = await line(pilot, f"{RAB} ক্{ZWNJ}ষ {GARYO}")
        area = await lines(pilot, f"{RAB}\n{GARYO}")
        assert field.value == f"{RAB} ক্{ZWNJ}ষ {GARYO}"
        assert area.text == f"{RAB}\n{GARYO}"
        rows = "\n".join(app.rows())
        assert rows.count(RAB) == 2
        assert rows.count(GARYO) == 2


async def test_a_joiner_replaces_what_is_selected() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "কখ")
        await pilot.press("shift+left")
        await type_text(pilot, ZWJ)
        assert field.value == f"ক{ZWJ}"
        area = await lines(pilot, "কখ")
        await pilot.press("shift+left")
        await type_text(pilot, ZWNJ)
        assert area.text == f"ক{ZWNJ}"


async def test_the_text_is_read_out_composed_and_kept_as_it_was_typed() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "ক\u09c7\u09be e\u0301")
        area = await lines(pilot, "ক\u09c7\u09be\ne\u0301")
        assert (field.value, field.plain_value) == ("ক\u09c7\u09be e\u0301", "ক\u09cb \xe9")
        assert (area.text, area.plain_value) == ("ক\u09c7\u09be\ne\u0301", "ক\u09cb\n\xe9")


async def test_a_read_only_field_takes_nothing() -> None:
    async with Desk().run_test() as pilot:
        area = await lines(pilot, "ক")
        area.read_only = True
        await type_text(pilot, f"{ZWJ}খ\n")
        await paste_text(pilot, "গ")
        await pilot.press("backspace", "delete", "alt+delete", "ctrl+v")
        assert area.text == "ক"


# Moving


async def test_arrows_step_over_whole_clusters() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, f"{RAB} ক্ষতি")
        assert await stops(pilot, "left", field) == [12, 10, 7, 6, 5, 0]
        assert await stops(pilot, "right", field) == [0, 5, 6, 7, 10, 12]
        area = await lines(pilot, f"{RAB}\nক্ষতি")
        assert await stops(pilot, "left", area) == [(1, 5), (1, 3), (1, 0), (0, 6), (0, 5), (0, 0)]
        assert await stops(pilot, "right", area) == [
            (0, 0),
            (0, 5),
            (0, 6),
            (1, 0),
            (1, 3),
            (1, 5),
        ]


async def test_control_and_arrows_stop_once_for_each_word() -> None:
    text = f"{RAB} কৃষ্ণনগর, {GARYO}"
    starts = [0, 7, 17]
    async with Desk().run_test() as pilot:
        field = await line(pilot, text)
        assert await stops(pilot, "ctrl+left", field) == [len(text), *reversed(starts)]
        assert await stops(pilot, "ctrl+right", field) == [*starts, len(text)]
        area = await lines(pilot, text)
        columns = [column for _, column in await stops(pilot, "ctrl+left", area)]
        assert columns == [len(text), *reversed(starts)]
        columns = [column for _, column in await stops(pilot, "ctrl+right", area)]
        assert columns == [*starts, len(text)]


async def test_words_are_left_for_the_line_above_and_below() -> None:
    async with Desk().run_test() as pilot:
        area = await lines(pilot, "আমি\nতুমি")
        assert await stops(pilot, "ctrl+left", area) == [(1, 4), (1, 0), (0, 3), (0, 0)]
        assert await stops(pilot, "ctrl+right", area) == [(0, 0), (0, 3), (1, 0), (1, 4)]


async def test_a_selection_grows_by_clusters_and_by_words() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, f"আমি {RAB}")
        await pilot.press("shift+left", "shift+left")
        assert field.selected_text == RAB
        await pilot.press("home", "shift+right")
        assert field.selected_text == "আ"
        await pilot.press("home", "ctrl+shift+right")
        assert field.selected_text == "আমি "
        await pilot.press("right")
        assert field.cursor_position == 4
        await pilot.press("end", "ctrl+shift+left", "left")
        assert field.cursor_position == 4
        area = await lines(pilot, f"আমি {RAB}")
        await pilot.press("shift+left", "shift+left")
        assert area.selected_text == RAB


async def test_up_and_down_come_to_the_start_of_a_cluster() -> None:
    async with Desk().run_test() as pilot:
        area = await lines(pilot, "কখগ\nক্ষতিকা")
        area.move_cursor((0, 1))
        await pilot.press("down")
        assert area.cursor_location == (1, 0)


async def test_a_click_goes_to_the_cluster_under_it_or_to_the_end() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "ক্ষতিকা")
        area = await lines(pilot, "ক্ষতিকা")
        places = []
        # ক and ষ take a cell each, তি two, কা two; the field begins after its border and padding.
        for cell in (1, 3, 5, 15):
            await pilot.click(field, offset=(3 + cell, 1))
            await pilot.click(area, offset=(2 + cell, 1))
            places.append((field.cursor_position, area.cursor_location[1]))
        assert places == [(0, 0), (3, 3), (5, 5), (7, 7)]


# Where the cursor is


async def test_the_cursor_stands_in_the_cell_of_its_cluster() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        field = await line(pilot, "বাংলা কই")
        await pilot.press("left", "left")
        x, y, _, _ = field.content_region
        assert app.cursor_position == Offset(x + 6, y)
        area = await lines(pilot, "বাংলা কই")
        await pilot.press("left", "left")
        x, y, _, _ = area.content_region
        assert app.cursor_position == Offset(x + 6, y)


@pytest.mark.parametrize("name", ["line", "lines"])
async def test_the_cursor_is_drawn_over_the_whole_cluster(name: str) -> None:
    # A vowel sign in another colour than its letter is drawn apart from it.
    app = Desk()
    async with app.run_test() as pilot:
        field = await (line(pilot, "ক্ষতি") if name == "line" else lines(pilot, "ক্ষতি"))
        await pilot.press("left")
        texts = [segment.text for segment in field.render_line(0)]
        assert "ক্ষ" in texts
        assert "তি" in texts


async def test_a_selection_is_drawn_over_whole_clusters() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "কতিখ")
        field.cursor_position = 1
        await pilot.press("shift+right")
        assert "তি" in [segment.text for segment in field.render_line(0)]


async def test_a_long_text_is_scrolled_until_its_end_is_seen() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        await line(pilot, "কাকি" * 10 + "শেষ")
        assert any("শেষ" in row for row in app.rows())


# Deleting


async def test_backspace_takes_one_character_and_delete_a_whole_cluster() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "ক্ষতি")
        await pilot.press("backspace")
        assert field.value == "ক্ষত"
        await pilot.press("home", "delete")
        assert field.value == "ত"
        area = await lines(pilot, "ক্ষতি\nক্ষ")
        await pilot.press("backspace")
        assert area.text == "ক্ষতি\nক্"
        await pilot.press("home", "backspace", "ctrl+home", "home", "delete")
        assert area.text == "তিক্"


async def test_a_selection_is_deleted_whole() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "কতিখা")
        area = await lines(pilot, "কতিখা")
        for place in (field, area):
            place.focus()
            await pilot.press("end", "shift+left", "shift+left", "delete")
            await type_text(pilot, "গঘ")
            await pilot.press("shift+left", "backspace")
        assert (field.value, area.text) == ("কগ", "কগ")


async def test_a_word_is_deleted_with_its_vowel_signs() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, f"আমি {RAB} যাব")
        await pilot.press("ctrl+w")
        assert field.value == f"আমি {RAB} "
        await pilot.press("home", "ctrl+backspace")
        assert field.value == f"{RAB} "
        area = await lines(pilot, f"আমি {RAB} যাব")
        await pilot.press("ctrl+w")
        assert area.text == f"আমি {RAB} "
        await pilot.press("home", "alt+delete")
        assert area.text == f" {RAB} "


async def test_a_deleted_selection_stays_one_with_the_keys_for_words() -> None:
    async with Desk().run_test() as pilot:
        field = await line(pilot, "কতিখা গ")
        await pilot.press("home", "shift+right", "ctrl+w")
        assert field.value == "তিখা গ"
        await pilot.press("home", "shift+right", "ctrl+backspace")
        assert field.value == "খা গ"
        area = await lines(pilot, "কতি")
        await pilot.press("home", "shift+right", "alt+delete")
        assert area.text == "তি"


# Pasting


async def test_a_paste_keeps_joiners_and_leaves_out_what_may_not_be_shown() -> None:
    app = Desk()
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
    app = Desk()
    async with app.run_test() as pilot:
        field = await line(pilot)
        await paste_text(pilot, f"{RAB}\r{GARYO}\n\nক")
        assert field.value == f"{RAB} {GARYO} ক"
        assert app.left_out == []


async def test_the_own_clipboard_is_no_way_round() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        app.copy_to_clipboard("ক\u202eখ")
        field = await line(pilot)
        await pilot.press("ctrl+v")
        area = await lines(pilot)
        await pilot.press("ctrl+v")
        assert (field.value, area.text) == ("কখ", "কখ")
        assert app.left_out == [("line", 1, 0), ("lines", 1, 0)]


async def test_a_paste_that_is_too_long_ends_with_a_whole_cluster_and_is_told_of() -> None:
    app = Desk()
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
    app = Desk()
    async with app.run_test() as pilot:
        field = await line(pilot, f"কখগঘঙচ{ZWJ}", name="short")
        area = await lines(pilot)
        area.characters_max = 2
        await type_text(pilot, "কখগ\n")
        assert (field.value, area.text) == ("কখগঘঙ", "কখ")
        assert app.left_out == [("short", 0, 1)] * 2 + [("lines", 0, 1)] * 2


async def test_a_megabyte_on_one_line_is_taken_up_to_the_limit() -> None:
    app = Desk()
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
    app = Desk()
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
    async with Desk().run_test() as pilot:
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
    app = Desk()
    async with app.run_test() as pilot:
        field = await line(pilot, "ক্" * 20, name="secret")
        # Without cells for its viramas the end would be thought half as far away.
        assert field.scroll_offset.x == 40 + 1 - field.scrollable_content_region.width


# What is built upon


def test_the_places_of_textual_that_are_replaced_are_there() -> None:
    for name in ("_value", "_position_to_cell", "_cell_offset_to_index"):
        assert name in vars(IndicInput.__mro__[1])
    for name in ("get_line", "get_target_document_location", "get_cursor_word_left_location"):
        assert name in vars(TextArea)

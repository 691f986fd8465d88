"""Typing, moving and deleting in the fields, in Bengali and Devanagari."""

from collections.abc import Iterator

import pytest
from textual.geometry import Offset
from textual.widgets import TextArea

from tests.support.fields import GARYO, RAB, ZWJ, ZWNJ, FieldsDesk, line, lines, stops
from tests.support.typing import paste_text, type_text
from tui.termwidth import install, uninstall
from tui.widgets.indic_input import IndicInput


@pytest.fixture(autouse=True)
def as_most_terminals() -> Iterator[None]:
    install()
    yield
    uninstall()


# Typing


async def test_typed_joiners_stay_in_the_text_and_on_the_screen() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await line(pilot, f"{RAB} ক্{ZWNJ}ষ {GARYO}")
        area = await lines(pilot, f"{RAB}\n{GARYO}")
        assert field.value == f"{RAB} ক্{ZWNJ}ষ {GARYO}"
        assert area.text == f"{RAB}\n{GARYO}"
        rows = "\n".join(app.rows())
        assert rows.count(RAB) == 2
        assert rows.count(GARYO) == 2


async def test_a_joiner_replaces_what_is_selected() -> None:
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "কখ")
        await pilot.press("shift+left")
        await type_text(pilot, ZWJ)
        assert field.value == f"ক{ZWJ}"
        area = await lines(pilot, "কখ")
        await pilot.press("shift+left")
        await type_text(pilot, ZWNJ)
        assert area.text == f"ক{ZWNJ}"


async def test_the_text_is_read_out_composed_and_kept_as_it_was_typed() -> None:
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "ক\u09c7\u09be e\u0301")
        area = await lines(pilot, "ক\u09c7\u09be\ne\u0301")
        assert (field.value, field.plain_value) == ("ক\u09c7\u09be e\u0301", "ক\u09cb \xe9")
        assert (area.text, area.plain_value) == ("ক\u09c7\u09be\ne\u0301", "ক\u09cb\n\xe9")


async def test_a_read_only_field_takes_nothing() -> None:
    async with FieldsDesk().run_test() as pilot:
        area = await lines(pilot, "ক")
        area.read_only = True
        await type_text(pilot, f"{ZWJ}খ\n")
        await paste_text(pilot, "গ")
        await pilot.press("backspace", "delete", "alt+delete", "ctrl+v")
        assert area.text == "ক"


# Moving


async def test_arrows_step_over_whole_clusters() -> None:
    async with FieldsDesk().run_test() as pilot:
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
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, text)
        assert await stops(pilot, "ctrl+left", field) == [len(text), *reversed(starts)]
        assert await stops(pilot, "ctrl+right", field) == [*starts, len(text)]
        area = await lines(pilot, text)
        columns = [column for _, column in await stops(pilot, "ctrl+left", area)]
        assert columns == [len(text), *reversed(starts)]
        columns = [column for _, column in await stops(pilot, "ctrl+right", area)]
        assert columns == [*starts, len(text)]


async def test_words_are_left_for_the_line_above_and_below() -> None:
    async with FieldsDesk().run_test() as pilot:
        area = await lines(pilot, "আমি\nতুমি")
        assert await stops(pilot, "ctrl+left", area) == [(1, 4), (1, 0), (0, 3), (0, 0)]
        assert await stops(pilot, "ctrl+right", area) == [(0, 0), (0, 3), (1, 0), (1, 4)]


async def test_a_selection_grows_by_clusters_and_by_words() -> None:
    async with FieldsDesk().run_test() as pilot:
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
    async with FieldsDesk().run_test() as pilot:
        area = await lines(pilot, "কখগ\nক্ষতিকা")
        area.move_cursor((0, 1))
        await pilot.press("down")
        assert area.cursor_location == (1, 0)


async def test_a_click_goes_to_the_cluster_under_it_or_to_the_end() -> None:
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "ক্ষতিকা")
        area = await lines(pilot, "ক্ষতিকা")
        places = []
        # ক and ষ take a cell each, তি two, কা two; the field begins after its border and padding.
        for cell in (1, 3, 5, 15):
            await pilot.click(field, offset=(3 + cell, 1))
            await pilot.click(area, offset=(2 + cell, 1))
            places.append((field.cursor_position, area.cursor_location[1]))
        assert places == [(0, 0), (3, 3), (5, 5), (7, 7)]


async def test_the_keys_of_the_desk_select_nothing_and_reach_the_desk() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        area = await lines(pilot, "কখ")
        await pilot.press("f6", "f7")
        assert app.pressed == ["f6", "f7"]
        assert area.selected_text == ""
        await pilot.press("ctrl+shift+a")
        assert area.selected_text == "কখ"


# Where the cursor is


async def test_the_cursor_stands_in_the_cell_of_its_cluster() -> None:
    app = FieldsDesk()
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
    app = FieldsDesk()
    async with app.run_test() as pilot:
        field = await (line(pilot, "ক্ষতি") if name == "line" else lines(pilot, "ক্ষতি"))
        await pilot.press("left")
        texts = [segment.text for segment in field.render_line(0)]
        assert "ক্ষ" in texts
        assert "তি" in texts


async def test_a_selection_is_drawn_over_whole_clusters() -> None:
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "কতিখ")
        field.cursor_position = 1
        await pilot.press("shift+right")
        assert "তি" in [segment.text for segment in field.render_line(0)]


async def test_a_long_text_is_scrolled_until_its_end_is_seen() -> None:
    app = FieldsDesk()
    async with app.run_test() as pilot:
        await line(pilot, "কাকি" * 10 + "শেষ")
        assert any("শেষ" in row for row in app.rows())


# Deleting


async def test_backspace_takes_one_character_and_delete_a_whole_cluster() -> None:
    async with FieldsDesk().run_test() as pilot:
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
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "কতিখা")
        area = await lines(pilot, "কতিখা")
        for place in (field, area):
            place.focus()
            await pilot.press("end", "shift+left", "shift+left", "delete")
            await type_text(pilot, "গঘ")
            await pilot.press("shift+left", "backspace")
        assert (field.value, area.text) == ("কগ", "কগ")


async def test_a_word_is_deleted_with_its_vowel_signs() -> None:
    async with FieldsDesk().run_test() as pilot:
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
    async with FieldsDesk().run_test() as pilot:
        field = await line(pilot, "কতিখা গ")
        await pilot.press("home", "shift+right", "ctrl+w")
        assert field.value == "তিখা গ"
        await pilot.press("home", "shift+right", "ctrl+backspace")
        assert field.value == "খা গ"
        area = await lines(pilot, "কতি")
        await pilot.press("home", "shift+right", "alt+delete")
        assert area.text == "তি"


# What is built upon


def test_the_places_of_textual_that_are_replaced_are_there() -> None:
    for name in ("_value", "_position_to_cell", "_cell_offset_to_index"):
        assert name in vars(IndicInput.__mro__[1])
    for name in ("get_line", "get_target_document_location", "get_cursor_word_left_location"):
        assert name in vars(TextArea)

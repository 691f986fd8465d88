"""A desk with the fields for Bengali and Devanagari, and ways to drive it."""

from typing import Any, ClassVar, final

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot
from typing_extensions import override

from tests.support.typing import type_text
from tui.widgets.indic_input import IndicInput, IndicTextArea, LeftOut

ZWNJ = "\u200c"
ZWJ = "\u200d"
RAB = f"র{ZWJ}্যাব"
GARYO = f"गर्{ZWJ}यो"


@final
class FieldsDesk(App[None]):
    """One field of each sort."""

    CSS = "IndicInput { width: 30; } IndicTextArea { width: 30; height: 8; }"

    BINDINGS: ClassVar[list[BindingType]] = [(key, f"note('{key}')", key) for key in ("f6", "f7")]

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []
        self.left_out: list[tuple[str | None, int, int]] = []

    @override
    def compose(self) -> ComposeResult:
        yield IndicInput(id="line")
        yield IndicInput(password=True, id="secret")
        yield IndicInput(max_length=5, id="short")
        yield IndicTextArea(id="lines")

    def action_note(self, key: str) -> None:
        self.pressed.append(key)

    def on_left_out(self, message: LeftOut) -> None:
        self.left_out.append((message.control.id, message.unshowable, message.over_length))

    def rows(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


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
    seen = [cursor_of(field)]
    while True:
        await pilot.press(key)
        if cursor_of(field) == seen[-1]:
            return seen
        seen.append(cursor_of(field))


def cursor_of(field: IndicInput | IndicTextArea) -> Any:  # noqa: ANN401  (a position or a place)
    return field.cursor_position if isinstance(field, IndicInput) else field.cursor_location

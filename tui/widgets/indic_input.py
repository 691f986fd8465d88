"""Fields for typing Bengali, Devanagari and Latin: one line, and several.

Textual's own fields drop typed joiners, step into clusters, and end a word at every vowel sign.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.input import Selection
from textual.widgets.text_area import Location
from typing_extensions import override

from protocol.errors import MalformedError
from protocol.limits import TEXT_CHARACTERS_MAX
from protocol.values import plain_text
from tui.clusters import (
    JOINERS,
    boundaries,
    boundary_after,
    boundary_before,
    is_boundary,
    word_after,
    word_before,
    word_end_after,
)
from tui.widgets.moving import NEXT

_LINE_END: Final = re.compile(r"\r\n?|\n")
_LINE_ENDS: Final = re.compile(r"[\r\n]+")


class LeftOut(Message):
    """Something pasted or typed was not taken in. It tells how much, and never what."""

    def __init__(self, field: Widget, *, unshowable: int, over_length: int) -> None:
        """How many characters may not be shown, and how many were too many for the field."""
        super().__init__()
        self.field = field
        self.unshowable = unshowable
        self.over_length = over_length

    @property
    @override
    def control(self) -> Widget:
        """The field it happened in."""
        return self.field


class IndicInput(Input):
    """A field of one line. Without a `max_length` of its own it holds as much as a text may have."""

    ACTS: ClassVar = (NEXT,)

    @property
    def plain_value(self) -> str:
        """The text as it is stored and compared: in composed form (NFC), as long as was typed."""
        return _composed(self.value)

    @override
    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character in JOINERS or super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        """Take a joiner, which Textual would drop, and say so when the field is full."""
        if _is_typed(event) and (event.character in JOINERS or self._room < 1):
            event.stop()
            event.prevent_default()
            self._take(event.character or "")

    def on_paste(self, event: events.Paste) -> None:
        """Take what may be taken of a pasted text, all its lines as one."""
        event.stop()
        event.prevent_default()
        self._take(_LINE_ENDS.sub(" ", event.text))

    @override
    def action_paste(self) -> None:
        self._take(_LINE_ENDS.sub(" ", self.app.clipboard))

    @override
    def action_cursor_left(self, select: bool = False) -> None:
        anchor, position = self.selection
        if select:
            self.selection = Selection(anchor, self._left_of(position))
        elif self.selection.is_empty:
            self.cursor_position = self._left_of(position)
        else:
            super().action_cursor_left()

    @override
    def action_cursor_right(self, select: bool = False) -> None:
        anchor, position = self.selection
        if select:
            self.selection = Selection(anchor, self._right_of(position))
        elif self.selection.is_empty and not self.cursor_at_end:
            self.cursor_position = self._right_of(position)
        else:
            super().action_cursor_right()

    @override
    def action_cursor_left_word(self, select: bool = False) -> None:
        self._go_to(0 if self.password else word_before(self.value, self.cursor_position), select)

    @override
    def action_cursor_right_word(self, select: bool = False) -> None:
        end = len(self.value)
        self._go_to(end if self.password else word_after(self.value, self.cursor_position), select)

    @override
    def action_delete_right(self) -> None:
        if self.selection.is_empty:
            self.delete(self.cursor_position, self._right_of(self.cursor_position))
        else:
            self.delete_selection()

    @override
    def action_delete_right_word(self) -> None:
        if self.password or not self.selection.is_empty:
            super().action_delete_right_word()
        else:
            self.delete(self.cursor_position, word_after(self.value, self.cursor_position))

    @override
    def action_delete_left_word(self) -> None:
        if self.password or not self.selection.is_empty:
            super().action_delete_left_word()
        else:
            self.delete(word_before(self.value, self.cursor_position), self.cursor_position)

    @property
    def _room(self) -> int:
        kept = len(self.value) - len(self.selected_text)
        return max(0, (self.max_length or TEXT_CHARACTERS_MAX) - kept)

    def _take(self, text: str) -> None:
        taken = _taken(text, room=self._room)
        if taken.text:
            self.replace(taken.text, *self.selection)
        _tell(self, taken)

    def _go_to(self, position: int, select: bool) -> None:  # noqa: FBT001  (as Textual's actions)
        anchor = self.selection.start if select else position
        self.selection = Selection(anchor, position)

    def _left_of(self, position: int) -> int:
        # A hidden text shows one dot for each code point, and gives no hint which belong together.
        return max(0, position - 1) if self.password else boundary_before(self.value, position)

    def _right_of(self, position: int) -> int:
        after = min(len(self.value), position + 1)
        return after if self.password else boundary_after(self.value, position)

    @property
    @override
    def _value(self) -> Text:
        shown = super()._value
        return shown if self.password else _ClusterText.of(shown)

    @override
    def _position_to_cell(self, position: int) -> int:
        return position if self.password else super()._position_to_cell(position)

    @override
    def _cell_offset_to_index(self, offset: int) -> int:
        cell = offset + self.scroll_offset.x
        if self.password:
            return min(max(0, cell), len(self.value))
        return _position_at(self.value, cell)


class IndicTextArea(TextArea):
    """A field of several lines. It holds `characters_max` characters, which a screen may lower."""

    characters_max: int = TEXT_CHARACTERS_MAX

    ACTS: ClassVar = (NEXT,)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+shift+a", "select_everything", "Select all", show=False),
    ]

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Textual has F6 and F7 select here. They are the desk's: whoever pressed F7 for the desk and then
        # typed would have replaced her whole text.
        is_taken = action in ("select_line", "select_all")
        return False if is_taken else super().check_action(action, parameters)

    def action_select_everything(self) -> None:
        """Select the whole text."""
        self.select_all()

    @property
    def plain_value(self) -> str:
        """The text as it is stored and compared: in composed form (NFC), as long as was typed."""
        return _composed(self.text)

    @override
    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        is_joiner = character in JOINERS and not self.read_only
        return is_joiner or super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        """Take a joiner, which Textual would drop, and say so when the field is full."""
        is_new_line = event.key == "enter"
        if self.read_only or not (is_new_line or _is_typed(event)):
            return
        if event.character in JOINERS or self._room < 1:
            event.stop()
            event.prevent_default()
            self._take("\n" if is_new_line else event.character or "")

    def on_paste(self, event: events.Paste) -> None:
        """Take what may be taken of a pasted text."""
        event.stop()
        event.prevent_default()
        self._take(event.text)

    @override
    def action_paste(self) -> None:
        self._take(self.app.clipboard)

    @override
    def get_line(self, line_index: int) -> Text:
        return _ClusterText.of(super().get_line(line_index))

    @override
    def move_cursor(
        self,
        location: Location,
        select: bool = False,
        center: bool = False,
        record_width: bool = True,
    ) -> None:
        super().move_cursor(self._snapped(location), select, center, record_width)

    @override
    def get_target_document_location(self, event: events.MouseEvent) -> Location:
        return self._snapped(super().get_target_document_location(event))

    @override
    def get_cursor_left_location(self) -> Location:
        row, column = self.cursor_location
        if column == 0:
            return super().get_cursor_left_location()
        return row, boundary_before(self.document[row], column)

    @override
    def get_cursor_right_location(self) -> Location:
        row, column = self.cursor_location
        if self.cursor_at_end_of_line:
            return super().get_cursor_right_location()
        return row, boundary_after(self.document[row], column)

    @override
    def get_cursor_word_left_location(self) -> Location:
        row, column = self.cursor_location
        if column == 0:
            return super().get_cursor_word_left_location()
        return row, word_before(self.document[row], column)

    @override
    def get_cursor_word_right_location(self) -> Location:
        row, column = self.cursor_location
        if self.cursor_at_end_of_line:
            return super().get_cursor_word_right_location()
        return row, word_after(self.document[row], column)

    @override
    def action_delete_left(self) -> None:
        if self.read_only:
            return
        anchor, position = self.selection
        if self.selection.is_empty:
            # One code point: a vowel sign is taken back without its letter.
            anchor = self.navigator.get_location_left(position)
        self.delete(anchor, position, maintain_selection_offset=False)

    @override
    def action_delete_word_right(self) -> None:
        row, column = self.cursor_location
        if self.read_only or not self.selection.is_empty or self.cursor_at_end_of_line:
            super().action_delete_word_right()
            return
        end = (row, word_end_after(self.document[row], column))
        self.delete((row, column), end, maintain_selection_offset=False)

    @property
    def _room(self) -> int:
        return max(0, self.characters_max - (len(self.text) - len(self.selected_text)))

    def _take(self, text: str) -> None:
        if self.read_only:
            return
        taken = _taken(text, room=self._room)
        if taken.text:
            start, end = self.selection
            self.replace(taken.text, start, end, maintain_selection_offset=False)
        _tell(self, taken)

    def _snapped(self, location: Location) -> Location:
        """The same place, or the start of the cluster it lies in."""
        row, column = self.clamp_visitable(location)
        line = self.document[row]
        return row, column if is_boundary(line, column) else boundary_before(line, column)


class _ClusterText(Text):
    """A text in which a style that begins on a letter ends with its cluster.

    A change of colour between a letter and its vowel sign makes terminals draw them apart.
    """

    @classmethod
    def of(cls, text: Text) -> "_ClusterText":
        return cls(
            text.plain,
            style=text.style,
            overflow=text.overflow,
            no_wrap=text.no_wrap,
            end=text.end,
            spans=text.spans,
        )

    @override
    def stylize(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        super().stylize(style, start, self._end_of_cluster(end))

    @override
    def stylize_before(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        super().stylize_before(style, start, self._end_of_cluster(end))

    def _end_of_cluster(self, end: int | None) -> int | None:
        return boundary_after(self.plain, end - 1) if end is not None and end > 0 else end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    text: str
    unshowable: int
    over_length: int


def _taken(text: str, *, room: int) -> _Taken:
    """What of a text goes into a field with so much room: its start, up to a whole cluster."""
    whole = _LINE_END.sub("\n", text).replace("\t", " ")
    showable = "".join(character for character in whole if _may_be_shown(character))
    kept = showable[: room + 1]
    if len(kept) > room:
        kept = kept[: room if is_boundary(kept, room) else boundary_before(kept, room)]
    return _Taken(
        text=kept,
        unshowable=len(whole) - len(showable),
        over_length=len(showable) - len(kept),
    )


@lru_cache(maxsize=4096)
def _may_be_shown(character: str) -> bool:
    try:
        plain_text(character, characters_max=1)
    except MalformedError:
        return False
    return True


def _tell(field: Input | TextArea, taken: _Taken) -> None:
    if taken.unshowable or taken.over_length:
        field.app.bell()
        field.post_message(
            LeftOut(field, unshowable=taken.unshowable, over_length=taken.over_length)
        )


def _is_typed(event: events.Key) -> bool:
    return event.is_printable or event.character in JOINERS


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", text))


def _position_at(text: str, cell: int) -> int:
    """The start of the cluster that is drawn in this cell, or the end of the text."""
    ends = boundaries(text)
    for start, end in pairwise(ends):
        if cell_len(text[:end]) > cell:
            return start
    return len(text)

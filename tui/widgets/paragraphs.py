"""Paragraphs of any length, broken at words of any script, with a mark or a date in front."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.plain import lines_of, plain, safe
from tui.termwidth import fit, measure, wrap

TEXT_CELLS_MIN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph.

    Attributes:
        text: what it says; its own line ends stay.
        style: ours, such as `bold` or `$text-muted`.
        mark: stands before its first line; the other lines hang below the text.
        cells: how wide the mark's column is; 0: as wide as the mark.
    """

    text: str
    style: str = ""
    mark: str = ""
    mark_style: str = ""
    cells: int = 0


@final
class Paragraphs(Widget):
    """As many lines as its paragraphs need at its width."""

    DEFAULT_CSS = """
    Paragraphs { height: auto; width: 1fr; padding: 0 1; }
    """

    def __init__(self, paragraphs: Sequence[Paragraph] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._paragraphs = tuple(paragraphs)

    def put(self, paragraphs: Sequence[Paragraph]) -> None:
        """Show other paragraphs."""
        self._paragraphs = tuple(paragraphs)
        self.refresh(layout=True)

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._paragraphs = ()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as are drawn."""
        del container, viewport
        return sum(1 for _ in self._lines(width))

    def render(self) -> Content:
        """The lines."""
        return lines_of(self._lines(self.size.width))

    def _lines(self, width: int) -> Iterator[Content]:
        for paragraph in self._paragraphs:
            indent = paragraph.cells or measure(paragraph.mark)
            # Where there is no room beside the mark, the text is as wide as it can be.
            room = max(width - indent, TEXT_CELLS_MIN)
            mark = fit(paragraph.mark, indent)
            for line in wrap(safe(paragraph.text), room):
                yield plain(mark, paragraph.mark_style) + plain(line, paragraph.style)
                mark = " " * indent

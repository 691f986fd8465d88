"""What she asked everybody to keep to, wherever what she allowed is read: her conditions, and her words."""

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from protocol.local import views
from protocol.vocabulary.codes import Condition
from tui.plain import one_line, plain
from tui.termwidth import cut, wrap
from tui.wording import N_, Words

MARK: Final = "! "
STYLE: Final = "$warning"
_COUNT: Final = frozenset({"live", "unconfirmed", "not_yet"})


def texts(words: Words, about: views.ConsentView | views.MessageView) -> Iterator[str]:
    """Her conditions of one consent, and what she said about them; nothing where she set none."""
    if about.conditions:
        yield _codes(words, about.conditions)
    if about.words:
        yield _said(words, about.words)


def together(words: Words, consents: Sequence[views.ConsentView]) -> Iterator[str]:
    """Those of every consent that counts, each condition once."""
    counted = [consent for consent in consents if consent.state in _COUNT]
    codes = {code for consent in counted for code in consent.conditions}
    if codes:
        yield _codes(words, [one.value for one in Condition if one.value in codes])
    for said in dict.fromkeys(consent.words for consent in counted if consent.words):
        yield _said(words, said)


def _codes(words: Words, codes: Sequence[str]) -> str:
    named = ", ".join(words.code_of(Condition, code) for code in codes)
    return words.say(N_("Her conditions: {conditions}"), conditions=named)


def _said(words: Words, said: str) -> str:
    return words.say(N_("Her conditions, in her words: “{words}”"), words=one_line(said))


def lines(
    told: Iterator[str], *, width: int, indent: str = "", lines_max: int | None = None
) -> Iterator[Content]:
    """As lines with a mark; what is longer than it may be ends in a sign, and stands whole elsewhere."""
    room = max(1, width - len(indent) - len(MARK))
    for text in told:
        wrapped = wrap(text, room)
        if lines_max is not None and len(wrapped) > lines_max:
            last = cut(f"{wrapped[lines_max - 1]} …", room)
            wrapped = [*wrapped[: lines_max - 1], last]
        for place, line in enumerate(wrapped):
            mark = MARK if place == 0 else " " * len(MARK)
            yield plain(f"{indent}{mark}{line}", STYLE)

"""How a consent and a withdrawal read: the state as word, glyph and colour; to whom, for what, until when."""

from collections.abc import Iterator
from typing import Final

from textual.content import Content

from protocol.local import views
from protocol.vocabulary.codes import Purpose
from tui.desk import Desk
from tui.plain import line_of, one_line, plain
from tui.screens import conditions
from tui.screens.consent_source import Agreed
from tui.termwidth import cut, measure, wrap
from tui.wording import N_

INDENT: Final = "   "
# Word, glyph, colour, in that order.
_STATES: Final = {
    "live": ("✓", "$success"),
    "unconfirmed": ("?", "$warning"),
    "not_yet": ("○", "$secondary"),
    "expired": ("■", "$text-muted"),
    "withdrawn": ("✗", "$error"),
    "not_given": ("-", "$text-muted"),
}
_REACHED: Final = {0: ("!", "$error"), 1: ("◐", "$warning"), 2: ("✓", "$success")}
_ERASED: Final = 2


def state_of(desk: Desk, consent: views.ConsentView) -> tuple[str, str]:
    """What it amounts to now, and its colour."""
    if consent.is_superseded:
        return f"{desk.words.say(N_('A newer one took its place'))} ↷", "$text-muted"
    if consent.is_refused:
        return f"{desk.words.say(N_('She said no'))} ✗", "$error"
    glyph, colour = _STATES.get(consent.state, ("·", "$foreground"))
    return f"{desk.words.consent_state(consent.state)} {glyph}", colour


def way_of(desk: Desk, agreed: Agreed, consent: views.ConsentView) -> str:
    """Who may tell whom."""
    other = agreed.name(agreed.other(consent))
    text = N_("we may tell {name}") if consent.holder == agreed.me else N_("{name} may tell us")
    return desk.words.say(text, name=one_line(other))


def consent_lines(
    desk: Desk, agreed: Agreed, consent: views.ConsentView, *, width: int
) -> list[Content]:
    """One consent in plain words."""
    words = desk.words
    state, colour = state_of(desk, consent)
    purpose = words.code_of(Purpose, consent.purpose)
    until = words.say(N_("until {date}"), date=desk.date(consent.expires))
    way = cut(f"{way_of(desk, agreed, consent)} · {purpose}", width)
    lines = [
        plain(way, "bold"),
        line_of(INDENT, (state, colour), (cut(f"  {until}", max(0, width // 2)), "$text-muted")),
    ]
    for text in _what(desk, consent):
        lines += [plain(INDENT + line) for line in wrap(text, width - len(INDENT))]
    lines += conditions.lines(conditions.texts(words, consent), width=width, indent=INDENT)
    note = _note(desk, agreed, consent)
    if note:
        lines += [plain(INDENT + line, "$warning") for line in wrap(note, width - len(INDENT))]
    return lines


def _what(desk: Desk, consent: views.ConsentView) -> Iterator[str]:
    words = desk.words
    yield ", ".join(words.category(category) for category in consent.categories)
    if consent.texts:
        yield words.say_many(
            "and {count} of her sentences, word for word",
            "and {count} of her sentences, word for word",
            len(consent.texts),
        )
    if consent.excluded_fields:
        fields = ", ".join(words.field(field) for field in consent.excluded_fields)
        yield words.say(N_("without: {fact}"), fact=fields)


def _note(desk: Desk, agreed: Agreed, consent: views.ConsentView) -> str:
    """What has still to be done before it counts, or what they do not know."""
    if consent.is_refused:
        return desk.words.say(
            N_("They are not told of her no. If she wants them to know it: w, she withdraws.")
        )
    if consent.state != "unconfirmed":
        return ""
    if consent.holder == agreed.me:
        return desk.words.say(
            N_("Hear it from her yourself, in private; then k for her yes, n for her no.")
        )
    name = one_line(agreed.name(consent.holder))
    return desk.words.say(
        N_("It begins when {name} has heard it from her, in private."), name=name
    )


def short_line(desk: Desk, agreed: Agreed, consent: views.ConsentView, *, width: int) -> Content:
    """One consent in one line: who may tell whom, for what, and its state."""
    state, colour = state_of(desk, consent)
    purpose = desk.words.code_of(Purpose, consent.purpose)
    state = cut(state, width)
    way = f"{way_of(desk, agreed, consent)} · {purpose}"
    return line_of(cut(way, max(0, width - measure(state) - 2)), "  ", (state, colour))


def holder_lines(
    desk: Desk, agreed: Agreed, holder: views.HolderView, *, width: int
) -> list[Content]:
    """How far one holder has come with a withdrawal; whom nobody reached is to be called."""
    words, name = desk.words, one_line(agreed.name(holder.peer))
    is_unreached = holder.status == 0 and holder.peer in agreed.unreached
    glyph, colour = _REACHED.get(holder.status, ("§", "$warning"))
    if is_unreached:
        standing = words.say(N_("not reached since {time}"), time=_moment(desk, holder.told_at))
    else:
        standing = words.withdrawal(holder.status)
    lines = [line_of(f"{INDENT}{name}: ", (f"{standing} {glyph}", colour))]
    texts = [_dates(desk, holder)]
    if is_unreached:
        texts.append(_call(desk, name, heard=agreed.unreached[holder.peer]))
    for text in texts:
        lines += [
            plain(INDENT * 2 + line, "$text-muted") for line in wrap(text, width - 2 * len(INDENT))
        ]
    return lines


def _dates(desk: Desk, holder: views.HolderView) -> str:
    say = desk.words.say
    parts = [say(N_("asked {time}"), time=_moment(desk, holder.told_at))]
    if holder.locked_at is not None:
        parts.append(say(N_("locked {time}"), time=_moment(desk, holder.locked_at)))
    if holder.erased_at is not None and holder.status == _ERASED:
        parts.append(say(N_("erased {time}"), time=_moment(desk, holder.erased_at)))
    return " · ".join(parts)


def _call(desk: Desk, name: str, *, heard: int | None) -> str:
    if heard is None:
        return desk.words.say(N_("Call {name} and tell them by word of mouth."), name=name)
    return desk.words.say(
        N_("Last heard of them: {time}. Call {name} and tell them by word of mouth."),
        name=name,
        time=_moment(desk, heard),
    )


def _moment(desk: Desk, instant: int) -> str:
    return f"{desk.day(instant)} {desk.clock(instant)}"

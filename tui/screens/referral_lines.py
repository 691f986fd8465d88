"""How a referral reads: its state as word, glyph and colour, what an offer says, and by when."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from protocol.limits import DAY, HOUR
from protocol.local.views import OfferView, ReferralLine
from protocol.vocabulary.codes import AgeBand, Priority, ServiceGroup
from tui.desk import Desk
from tui.plain import line_of, one_line, plain
from tui.termwidth import cut, fit, wrap
from tui.wording import N_

OPEN_STATES: Final = frozenset(
    {
        "draft",
        "ready",
        "offered",
        "delivered",
        "needs_info",
        "accepted",
        "dossier_sent",
        "prepared",
        "arrived",
        "in_care",
        "outcome_reported",
        "frozen",
    }
)
"""Something may still happen."""
UNANSWERED: Final = frozenset({"offered", "delivered", "needs_info"})
"""Neither a yes nor a no yet: the day by which to answer counts."""

_WAITING: Final = ("○", "$secondary")
_GOOD: Final = ("✓", "$success")
_BAD: Final = ("✗", "$error")
_ASKS: Final = ("?", "$warning")
_LOOK: Final = ("!", "$warning")
_OVER: Final = ("·", "$text-muted")
_LOOKS: Final = {
    "draft": _OVER,
    "ready": _OVER,
    "offered": _WAITING,
    "delivered": _WAITING,
    "needs_info": _ASKS,
    "accepted": _GOOD,
    "declined": _BAD,
    "lapsed": _LOOK,
    "recalled": _OVER,
    "dossier_sent": _WAITING,
    "prepared": _GOOD,
    "arrived": _GOOD,
    "in_care": _GOOD,
    "outcome_reported": _GOOD,
    "ended": _OVER,
    "withdrawn": _LOOK,
    "frozen": _LOOK,
}
_STATES_FOR_THEM: Final = {
    "offered": N_("Waiting for our answer"),
    "delivered": N_("Waiting for our answer"),
    "needs_info": N_("We asked, no answer yet"),
    "accepted": N_("We said yes: a place is held"),
    "declined": N_("We said no"),
    "lapsed": N_("We did not answer in time"),
    "recalled": N_("They took the offer back"),
    "dossier_sent": N_("The dossier is here"),
    "prepared": N_("We are ready for her"),
    "arrived": N_("She is with us"),
    "in_care": N_("In our care"),
    "outcome_reported": N_("We told how it goes"),
}
_SOON_SECONDS: Final = 2 * DAY


def state_word(desk: Desk, state: str, *, is_ours: bool) -> str:
    """Where it stands, seen from this side."""
    theirs = None if is_ours else _STATES_FOR_THEM.get(state)
    return desk.words.referral_state(state) if theirs is None else desk.words.say(theirs)


def state_cell(desk: Desk, line: ReferralLine) -> tuple[str, str]:
    """Glyph and word for a column, and the colour."""
    glyph, colour = _LOOKS.get(line.state, _OVER)
    return f"{glyph} {state_word(desk, line.state, is_ours=line.is_ours)}", colour


def state_of(desk: Desk, line: ReferralLine) -> tuple[str, str]:
    """Word, glyph and colour in a sentence."""
    glyph, colour = _LOOKS.get(line.state, _OVER)
    return f"{state_word(desk, line.state, is_ours=line.is_ours)} {glyph}", colour


def when_cell(desk: Desk, line: ReferralLine) -> tuple[str, str]:
    """By when to answer and how much of the time is left; once it was answered, when it last changed."""
    if line.state not in UNANSWERED:
        return desk.day(line.changed_at), "$text-muted"
    left = line.answer_by - desk.now
    if left <= 0:
        return desk.words.say(N_("! late: {time}"), time=desk.since(line.answer_by)), "$error"
    day = desk.day(line.answer_by)
    if left < DAY:
        hours = max(1, left // HOUR)
        text = desk.words.say_many(
            "! {day}, {count} hour left", "! {day}, {count} hours left", hours, day=day
        )
    else:
        text = desk.words.say_many(
            "{day}, {count} day left", "{day}, {count} days left", left // DAY, day=day
        )
    return text, "$warning" if left < _SOON_SECONDS else ""


def row_of(
    parts: Sequence[tuple[tuple[str, str], int]], *, last: tuple[str, str], width: int
) -> Content:
    """A row of a list: texts with their styles, each in its column, and a last one in what is left."""
    left = width - sum(cells + 1 for _, cells in parts)
    cells = [(fit(one_line(text), width) + " ", style) for (text, style), width in parts]
    return line_of(*cells, (cut(last[0], max(1, left)), last[1]))


def case_of(desk: Desk, line: ReferralLine) -> str:
    """Our number of the case, where there is one."""
    return desk.words.say(N_("no case yet")) if line.case_number is None else line.case_number


def offer_pairs(desk: Desk, offer: OfferView) -> list[tuple[str, str]]:
    """Everything an offer says, and nothing that it does not."""
    words = desk.words
    pairs = [
        (words.say(N_("Asks for")), words.code_of(ServiceGroup, offer.service_group)),
        (words.say(N_("Where")), words.area(offer.area)),
        (words.say(N_("Speaks")), words.language_name(offer.language)),
        (words.say(N_("Age")), words.code_of(AgeBand, offer.age_band)),
        (words.say(N_("Month")), words.month(offer.month)),
        (words.say(N_("Needed")), words.code_of(Priority, offer.priority)),
        (words.say(N_("Answer by")), moment(desk, offer.answer_by)),
    ]
    if offer.asks_about_needs:
        pairs.append((words.say(N_("Special needs")), words.say(N_("please ask"))))
    return pairs


def moment(desk: Desk, instant: int) -> str:
    """A day and a time of day."""
    return f"{desk.day(instant)}, {desk.clock(instant)}"


def pair_lines(pairs: Sequence[tuple[str, str]], *, width: int, label_cells: int) -> list[Content]:
    """One pair under the other, with what is long carried on under itself."""
    lines: list[Content] = []
    for label, value in pairs:
        first, *more = wrap(one_line(value), max(1, width - label_cells - 1))
        lines.append(line_of((fit(label, label_cells) + " ", "$text-muted"), first))
        lines += [plain(" " * (label_cells + 1) + line) for line in more]
    return lines


def two_columns(
    pairs: Sequence[tuple[str, str]], *, width: int, label_cells: int
) -> list[Content]:
    """Two pairs in each line."""
    half = width // 2
    lines = []
    for left, right in zip(pairs[::2], [*pairs[1::2], ("", "")], strict=False):
        parts: list[tuple[str, str]] = []
        for label, value in (left, right):
            parts.append((fit(label, label_cells) + " ", "$text-muted"))
            parts.append((fit(one_line(value), half - label_cells - 1), ""))
        lines.append(line_of(*parts))
    return lines

"""Everything that came and went in a referral, as rows: messages, follow-ups, consents, history."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from textual.content import Content

from protocol.local import views
from protocol.vocabulary.codes import (
    AnswerCode,
    DeclineReason,
    PlanAnswer,
    Purpose,
    Question,
    RecallReason,
)
from tui.desk import Desk
from tui.plain import line_of, one_line, plain
from tui.screens import conditions
from tui.screens.file_lines import in_one_line, sign_of
from tui.screens.referral_lines import moment
from tui.termwidth import wrap
from tui.widgets.rows import Row
from tui.wording import N_

MESSAGE: Final = "message"
FOLLOW_UP: Final = "follow_up"
CONSENT: Final = "consent"
FILE: Final = "file"
HISTORY: Final = "history"
EntryKey: TypeAlias = tuple[str, bytes]
"""What a row is, and its id."""

_COPY: Final = "consent.copy/1"
# Where a state is said of the others, and it is we who were asked.
_ASKED_OF_US: Final = {
    "requested": N_("They asked us: not answered yet"),
    "unable": N_("They asked us: we cannot do it"),
}
_DETAILS: Final = {
    "ask": Question,
    "answer": AnswerCode,
    "decline": DeclineReason,
    "recall": RecallReason,
    "prepare": PlanAnswer,
}


def entries(
    desk: Desk, view: views.ReferralView, files: Sequence[views.FileLine], *, width: int
) -> list[Row[EntryKey]]:
    """All of it: what can be read comes first, and of the history the newest."""
    rows: list[Row[EntryKey]] = []
    # A copy of her consent says what stands among the consents already.
    about_her = [
        message for message in view.messages if message.is_personal and message.type != _COPY
    ]
    rows += _group(desk, N_("What they told us about her"), _messages(desk, about_her, width))
    rows += _group(desk, N_("Files"), _files(desk, files, width))
    rows += _group(desk, N_("Seeing her"), _follow_ups(desk, view, width))
    rows += _group(desk, N_("What she agreed to"), _consents(desk, view, width))
    rows += _group(desk, N_("What happened"), _history(desk, view, width))
    return rows


def _group(desk: Desk, title: str, rows: Sequence[Row[EntryKey]]) -> list[Row[EntryKey]]:
    if not rows:
        return []
    heading: Row[EntryKey] = Row(
        key=None, lines=(plain(desk.words.say(title), "bold $secondary"),)
    )
    return [heading, *rows]


def _row(kind: str, key: bytes, *parts: tuple[str, str], width: int) -> Row[EntryKey]:
    """The first part is the day; what is long is carried on under the text, not under the day."""
    (day, day_style), *texts = parts
    indent = " " * (len(day) + 2)
    lines: list[Content] = []
    for text, style in texts:
        for line in wrap(one_line(text), max(10, width - len(indent))):
            start = (f"{day}  ", day_style) if not lines else (indent, "")
            lines.append(line_of(start, (line, style)))
    return Row(key=(kind, key), lines=tuple(lines))


def _messages(
    desk: Desk, messages: Sequence[views.MessageLine], width: int
) -> list[Row[EntryKey]]:
    return [
        _row(
            MESSAGE,
            message.message_id,
            (desk.day(message.received_at), "$text-muted"),
            (f"{desk.words.message_type(message.type)}{_closed(desk, message)}", "bold"),
            width=width,
        )
        for message in messages
    ]


def _closed(desk: Desk, message: views.MessageLine) -> str:
    if message.is_erased:
        return ": " + desk.words.say(N_("no longer here: Enter says why"))
    if message.is_locked:
        return ": " + desk.words.say(N_("locked, nobody may read it now"))
    return ""


def _files(desk: Desk, files: Sequence[views.FileLine], width: int) -> list[Row[EntryKey]]:
    rows = []
    for line in files:
        sign, colour = sign_of(line)
        sentence = N_("From us: {file}") if line.is_ours else N_("From them: {file}")
        text = desk.words.say(sentence, file=in_one_line(desk.words, line))
        day = (desk.day(line.changed_at), "$text-muted")
        rows.append(_row(FILE, line.file_id, day, (f"{sign} {text}", colour), width=width))
    return rows


def _follow_ups(desk: Desk, view: views.ReferralView, width: int) -> list[Row[EntryKey]]:
    rows = []
    for follow_up in view.follow_ups:
        sentence = N_("We asked them: {state}")
        if not follow_up.is_asked_by_us:
            sentence = _ASKED_OF_US.get(follow_up.state, N_("They asked us: {state}"))
        state = desk.words.follow_up_state(follow_up.state)
        rows.append(
            _row(
                FOLLOW_UP,
                follow_up.follow_up,
                (desk.day(follow_up.due), "$text-muted"),
                (desk.words.say(sentence, state=state), ""),
                width=width,
            )
        )
    return rows


def _consents(desk: Desk, view: views.ReferralView, width: int) -> list[Row[EntryKey]]:
    rows = []
    for consent in view.consents:
        is_from_us = consent.recipient == view.referral.peer
        sentence = (
            N_("{purpose}, what we may tell them: {state}, until {date}")
            if is_from_us
            else N_("{purpose}, what they may tell us: {state}, until {date}")
        )
        text = desk.words.say(
            sentence,
            purpose=desk.words.code_of(Purpose, consent.purpose),
            state=desk.words.consent_state(consent.state),
            date=desk.date(consent.expires),
        )
        day = (desk.day(consent.valid_from), "$text-muted")
        kept_to = [(text, conditions.STYLE) for text in conditions.texts(desk.words, consent)]
        parts = (day, (text, ""), *kept_to)
        rows.append(_row(CONSENT, consent.consent_id, *parts, width=width))
    return rows


def _history(desk: Desk, view: views.ReferralView, width: int) -> list[Row[EntryKey]]:
    rows = []
    for place, line in reversed(list(enumerate(view.history))):
        who = one_line(view.referral.peer_name) if line.is_heard else desk.words.say(N_("We"))
        text = f"{who}: {desk.words.referral_event(line.event)}"
        codes = _DETAILS.get(line.event)
        if codes is not None and line.detail is not None:
            text = f"{text} · {desk.words.code_of(codes, line.detail)}"
        rows.append(
            _row(
                HISTORY,
                place.to_bytes(4, "big"),
                (moment(desk, line.at), "$text-muted"),
                (text, ""),
                width=width,
            )
        )
    return rows

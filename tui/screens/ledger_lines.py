"""What left about her, and what of it can be said to have gone: one wording for her ledger and her case."""

from collections.abc import Iterator
from typing import Final

from protocol.local import views
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.codes import FileLabel, TextKind
from tui.desk import Desk
from tui.plain import one_line
from tui.screens.consent_form import fields_of
from tui.wording import N_, Words

DOSSIER: Final = "referral.dossier/1"
PAGES: Final = frozenset({DOSSIER, "referral.answer/1", "referral.outcome/1", "followup.report/1"})
"""What came and reads as a page about her; a copy of her consent stands among her consents."""
_TEXT: Final = "text:"
_FILE: Final = "file:"
_OFFER: Final = N_("that somebody needs help, with nothing about her")
_CONSENT: Final = N_("what she agreed to")
_ON_ITS_WAY: Final = frozenset({"queued", "sealed", "deposited"})


def what(words: Words, line: views.LedgerLine) -> Iterator[str]:
    """What really went, fact by fact; what she would have allowed is not told as if it had gone."""
    if not line.fields:
        yield _nothing_of_hers(words, line)
        return
    kinds = [one.removeprefix(_TEXT) for one in line.fields if one.startswith(_TEXT)]
    if kinds:
        names = ", ".join(words.code_of(TextKind, kind) for kind in kinds)
        yield words.say(N_("In her own words: {kinds}"), kinds=names)
    for label in (one.removeprefix(_FILE) for one in line.fields if one.startswith(_FILE)):
        yield words.say(N_("A file: {label}"), label=words.code_of(FileLabel, label))
    for category in DOSSIER_ORDER:
        inside = _told_of(category, line)
        if inside:
            yield f"{words.category(category)}: {', '.join(map(words.field, inside))}"


def in_short(words: Words, line: views.LedgerLine) -> str:
    """The same in a few words, her own first: the kinds of facts of which something really went."""
    if not line.fields:
        return _nothing_of_hers(words, line)
    told = [words.category(category) for category in DOSSIER_ORDER if _told_of(category, line)]
    if any(field.startswith(_TEXT) for field in line.fields):
        told.insert(0, words.say(N_("her own words")))
    if any(field.startswith(_FILE) for field in line.fields):
        told.append(words.say(N_("a file")))
    return ", ".join(told)


def _nothing_of_hers(words: Words, line: views.LedgerLine) -> str:
    # A copy of the consent names no category; an offer names those that might follow.
    text = _OFFER if line.categories else _CONSENT
    return words.say(text)


def _told_of(category: Category, line: views.LedgerLine) -> list[str]:
    return [field for field in fields_of(category) if field in line.fields]


def sentence(desk: Desk, line: views.LedgerLine) -> str:
    """One leaving in one sentence: told, on its way, not taken there, or taken back; and how far it came."""
    say, name, told = desk.words.say, one_line(line.peer_name), in_short(desk.words, line)
    if line.is_withheld and not line.is_confirmed:
        return say(N_("Taken back from {name}: not known yet if it had come"), name=name)
    if line.is_withheld:
        return say(N_("Not sent to {name}: no consent covered it"), name=name)
    if line.state == "refused":
        return say(N_("Not taken by {name}'s computer: {what}"), name=name, what=told)
    if line.state in _ON_ITS_WAY and line.seen_at is None:
        text = say(N_("On its way to {name}: {what}"), name=name, what=told)
        return f"{text} · {desk.words.outbox_state(line.state)}"
    parts = [say(N_("Told {name}: {what}"), name=name, what=told)]
    if line.received_at is not None:
        parts.append(say(N_("arrived {day}"), day=desk.day(line.received_at)))
    if line.seen_at is not None:
        parts.append(say(N_("a person has seen it {day}"), day=desk.day(line.seen_at)))
    return " · ".join(parts)

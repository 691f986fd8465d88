"""What was changed about her: what is recorded anew, what is no longer so, and who knows the former."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from protocol.local import views
from tui.plain import one_line
from tui.screens.fact_fields import Typed, recorded
from tui.wording import N_, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one organisation was told as it was before the change."""

    name: str
    fields: Sequence[str]


def is_empty(value: Typed) -> bool:
    """Does nothing stand in the field? What was recorded there is then no longer so."""
    return not (value.strip() if isinstance(value, str) else value)


def ended(changed: Mapping[str, Typed]) -> list[str]:
    """The fields that were emptied."""
    return [field for field, value in changed.items() if is_empty(value)]


def anew(changed: Mapping[str, Typed]) -> dict[str, str | int | list[str]]:
    """The values to record. Raises: UnfitError for the first that cannot be."""
    return recorded({field: value for field, value in changed.items() if not is_empty(value)})


def who_knows(ledger: views.Ledger | None, changed: Sequence[str]) -> Iterator[Told]:
    """Whom it was told to and who may have it still; what was taken back or erased counts no more."""
    names: dict[bytes, str] = {}
    fields: dict[bytes, set[str]] = {}
    for line in () if ledger is None else ledger.lines:
        if not _is_gone(line):
            names[line.peer] = one_line(line.peer_name)
            fields.setdefault(line.peer, set()).update(line.fields)
    for peer, told in fields.items():
        known = [field for field in changed if field in told]
        if known:
            yield Told(name=names[peer], fields=known)


def _is_gone(line: views.LedgerLine) -> bool:
    has_erased = line.withdrawal is not None and line.withdrawal.erased_at is not None
    return has_erased or line.state == "refused" or (line.is_withheld and line.is_confirmed)


def to_tell(words: Words, told: Told) -> str:
    """That somebody knows it as it was."""
    return words.say(
        N_("{name} knows it as it was ({fields}). Call them: they are not told by themselves."),
        name=told.name,
        fields=", ".join(map(words.field, told.fields)),
    )


def question(words: Words, fields: Sequence[str], told: Sequence[Told]) -> str:
    """What is asked before something is ended."""
    asked = words.say(
        N_("No longer so: {fields}. It goes into nothing that is told from now on. Is it so?"),
        fields=", ".join(map(words.field, fields)),
    )
    return "\n\n".join([asked, *(to_tell(words, one) for one in told)])

"""How one case reads: her own words, her path of care, what she agreed to, what is known, what happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from protocol.local import views
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.codes import CaseStatus, Purpose, ServiceGroup, TextKind
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from tui.desk import Desk
from tui.screens import conditions, ledger_lines
from tui.screens.consent_source import VALID, Agreed
from tui.screens.file_lines import in_one_line, sign_of
from tui.widgets.paragraphs import Paragraph
from tui.widgets.path_of_care import Standing, Stop
from tui.wording import N_

ENDING_SECONDS: Final = 14 * 86_400
"""So long before its end a consent is called ending: there is time to ask her again."""
HISTORY_MAX: Final = 30
INDENT: Final = "  "
_HEADING: Final = "bold $secondary"
_QUIET: Final = "$text-muted"
_DAY_CELLS: Final = 13
_PLACES: Final = {int(category): place for place, category in enumerate(DOSSIER_ORDER)}
# A referral that did not come about stays on the path, with its word.
_NOT_SO: Final = frozenset({"declined", "lapsed", "recalled", "withdrawn", "frozen"})
TOLD_MAX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the node said of one case. `with_names` is what it was asked for."""

    look: views.CaseLook
    agreed: Agreed
    ledger: views.Ledger
    files: Sequence[views.FileLine]
    same: views.SamePersons
    with_names: bool

    @property
    def others(self) -> list[views.SamePersonLine]:
        """Cases that may be hers or are, and none that were said to be somebody else's."""
        return [*self.same.offered, *(one for one in self.same.judged if one.is_same is not False)]

    @property
    def told(self) -> list[views.HeldMessage]:
        """What others told us about her and may be read now: what began it first, then the newest."""
        pages = [
            held
            for held in self.ledger.held
            if held.state == "readable" and held.type in ledger_lines.PAGES
        ]
        return sorted(pages, key=lambda one: (one.type != ledger_lines.DOSSIER, -one.received_at))


# Other cases that may be hers.


def same_persons(desk: Desk, seen: Seen) -> Iterator[Paragraph]:
    """One line for those that are hers, one for those that somebody should look at."""
    say = desk.words.say
    hers = [one.case_number for one in seen.others if one.is_same]
    if hers:
        text = say(N_("The same person as in {numbers}."), numbers=", ".join(hers))
        yield Paragraph(text=text, mark="● ", mark_style="$success")
    if seen.same.offered:
        text = desk.words.say_many(
            "Perhaps here already: {count} other case. s looks at both.",
            "Perhaps here already: {count} other cases. s looks at them.",
            len(seen.same.offered),
        )
        yield Paragraph(text=text, mark="? ", mark_style="$warning")


# Her own words.


def told_us(desk: Desk, seen: Seen) -> Iterator[Paragraph]:
    """What she let others tell us, first on the page. It is opened, not shown: reading is written down."""
    say, told = desk.words.say, seen.told
    for held in told[:TOLD_MAX]:
        text = say(
            N_("What {name} told us, her own words first: {kind}, {day}"),
            name=held.peer_name,
            kind=desk.words.message_type(held.type),
            day=desk.day(held.received_at),
        )
        yield Paragraph(text=text, style="bold $accent", mark="▸ ", mark_style="$accent")
    if told:
        hint = say(N_("Enter reads the first of it; l has all of it."))
        yield Paragraph(text=hint, style=_QUIET, mark="  ")


def her_words(desk: Desk, look: views.CaseLook) -> Iterator[Paragraph]:
    """Every text of hers, word for word, under its kind."""
    say = desk.words.say
    yield Paragraph(text=say(N_("Her own words")), style=_HEADING)
    if not look.sentences:
        text = N_(
            "Nothing written down here. n writes down what she says, exactly as she says it."
        )
        yield Paragraph(text=say(text), style=_QUIET)
    for kind, texts in groupby(look.sentences, key=lambda said: said.kind):
        label = desk.words.code_of(TextKind, kind)
        for said in texts:
            language = desk.words.language_name(said.language)
            day = desk.date(said.recorded_at)
            yield Paragraph(
                text=f"{language} · {day}{_about(desk, said.category)}",
                style=_QUIET,
                mark=f"{label}  ",
                mark_style="bold $accent",
            )
            yield Paragraph(text=said.text, mark="  ")


def _about(desk: Desk, category: int) -> str:
    """What a text is about, where that is not the plan."""
    plan = category == Category.PLAN_WISHES
    return "" if plan else f" · {desk.words.category(category)}"


# Her path of care.


def stops(desk: Desk, look: views.CaseLook) -> list[Stop]:
    """Who had her, who has her, who may have her next."""
    arrived = [place for place, one in enumerate(look.path) if _has_arrived(one)]
    here = next((place for place, one in enumerate(look.path) if one.kind == "here"), 0)
    now = max([here, *arrived])
    return [
        Stop(
            standing=_standing(station, is_now=place == now, is_past=place < now),
            name=station.name,
            lines=tuple(_station_lines(desk, station, look)),
            thread=station.thread,
        )
        for place, station in enumerate(look.path)
    ]


def _has_arrived(station: views.Station) -> bool:
    return station.is_ours and station.arrived_at is not None


def _standing(station: views.Station, *, is_now: bool, is_past: bool) -> Standing:
    if is_now:
        return Standing.DONE if station.state == CaseStatus.CLOSED else Standing.NOW
    if station.kind == "here" or station.arrived_at is not None:
        return Standing.DONE
    if station.state in _NOT_SO:
        return Standing.NOT_SO
    return Standing.DONE if is_past and not station.is_ours else Standing.TO_COME


def _station_lines(desk: Desk, station: views.Station, look: views.CaseLook) -> Iterator[str]:
    if station.kind == "here":
        yield desk.words.code_of(CaseStatus, station.state)
        yield desk.words.say(N_("since {day}"), day=desk.day(station.since))
        if look.owner_name:
            yield look.owner_name
        return
    yield desk.words.referral_state(station.state)
    if station.arrived_at is not None:
        yield desk.words.say(N_("since {day}"), day=desk.day(station.arrived_at))
    elif station.from_date is not None and station.state not in _NOT_SO:
        yield desk.words.say(N_("from {day}"), day=desk.day(station.from_date))
    else:
        yield desk.day(station.since)
    if station.worker:
        yield station.worker


# What she agreed to.


def agreed_to(desk: Desk, seen: Seen) -> Iterator[Paragraph]:
    """Her consents that count now; those that end soon say so."""
    say = desk.words.say
    yield Paragraph(text=say(N_("What she agreed to")), style=_HEADING)
    live = [consent for consent in seen.agreed.consents if consent.state in VALID]
    if not live:
        text = N_("Nothing that counts now: nothing about her may leave. c asks her.")
        yield Paragraph(text=say(text), style=_QUIET)
    for consent in sorted(live, key=lambda one: one.expires):
        yield _consent(desk, consent, seen.agreed)
        yield from _kept_to(conditions.texts(desk.words, consent), indent=INDENT)


def _kept_to(texts: Iterator[str], *, indent: str) -> Iterator[Paragraph]:
    for text in texts:
        yield Paragraph(text=text, style=conditions.STYLE, mark=indent + conditions.MARK)


def _consent(desk: Desk, consent: views.ConsentView, agreed: Agreed) -> Paragraph:
    say = desk.words.say
    categories = _categories(desk, consent.categories)
    may = N_("{name} may know: {categories}")
    if consent.holder != agreed.me:
        may = N_("{name} may tell us: {categories}")
    text = say(may, name=agreed.name(agreed.other(consent)), categories=categories)
    purpose = desk.words.code_of(Purpose, consent.purpose)
    until = say(N_("until {day}"), day=desk.date(consent.expires))
    text = f"{text} · {purpose} · {until}"
    if consent.state != "live":
        return Paragraph(
            text=f"{text} · {desk.words.consent_state(consent.state)}",
            mark="? ",
            mark_style="$warning",
        )
    if consent.expires - desk.now <= ENDING_SECONDS:
        return Paragraph(
            text=f"{text} · {say(N_('ends soon, ask her again'))}",
            mark="! ",
            mark_style="$warning",
        )
    return Paragraph(text=text, mark="✓ ", mark_style="$success")


def _categories(desk: Desk, categories: Sequence[int]) -> str:
    placed = sorted(categories, key=lambda one: _PLACES.get(one, len(_PLACES)))
    return ", ".join(desk.words.category(category) for category in placed)


# What is known.


def known(desk: Desk, seen: Seen) -> Iterator[Paragraph]:
    """Facts by category, coded ones in words; above how to reach her stands what she wants kept to."""
    say, look = desk.words.say, seen.look
    yield Paragraph(text=say(N_("What is known")), style=_HEADING)
    placed = sorted(look.facts, key=lambda fact: _PLACES.get(fact.category, len(_PLACES)))
    for category, facts in groupby(placed, key=lambda fact: fact.category):
        yield Paragraph(text=desk.words.category(category), style="bold")
        if category == Category.LOCATION_CONTACT:
            yield from _kept_to(
                conditions.together(desk.words, seen.agreed.consents), indent=INDENT
            )
        for fact in facts:
            yield Paragraph(
                text=value_of(desk, fact),
                mark=f"{INDENT}{desk.words.field(fact.field)}: ",
                mark_style=_QUIET,
            )
    if look.hidden:
        text = desk.words.say_many(
            "{count} entry says who she is. It stands under a, for a minute after F9.",
            "{count} entries say who she is. They stand under a, for a minute after F9.",
            look.hidden,
        )
        yield Paragraph(text=text, style=_QUIET)
    elif not look.facts:
        yield Paragraph(
            text=say(N_("Nothing written down here. a adds what is known.")), style=_QUIET
        )


def value_of(desk: Desk, fact: views.FactView) -> str:
    """What a fact says, in the reader's words."""
    values = fact.value if isinstance(fact.value, list) else [fact.value]
    return ", ".join(_in_words(desk, fact.field, value) for value in values) or "-"


def _in_words(desk: Desk, field: str, value: str | int) -> str:
    if isinstance(value, int):
        return desk.words.number(value)
    spec = FACT_FIELDS.get(field)
    if spec is not None and spec.shape in {Shape.CODE, Shape.CODES}:
        return desk.words.fact_code(field, value)
    return desk.words.digits_of(value) if spec is not None and spec.shape is Shape.DATE else value


# Files.


def files(desk: Desk, seen: Seen) -> Iterator[Paragraph]:
    """Which files go, went or came, and how far; nothing where there is none."""
    if not seen.files:
        return
    yield Paragraph(text=desk.words.say(N_("Files")), style=_HEADING)
    for line in seen.files:
        sign, colour = sign_of(line)
        sentence = N_("To {partner}: {file}") if line.is_ours else N_("From {partner}: {file}")
        text = desk.words.say(
            sentence,
            partner=seen.agreed.name(line.peer),
            file=in_one_line(desk.words, line),
        )
        yield Paragraph(text=text, mark=f"{sign} ", mark_style=colour)


# What happened.


def happened(desk: Desk, seen: Seen) -> Iterator[Paragraph]:
    """What the referrals and the ledger tell, the newest first."""
    say = desk.words.say
    yield Paragraph(text=say(N_("What happened")), style=_HEADING)
    opened = (seen.look.opened_at, say(N_("The case was opened here")))
    left = [(line.at, ledger_lines.sentence(desk, line)) for line in seen.ledger.lines]
    events = [opened, *_of_referrals(desk, seen.look), *left]
    newest = sorted(events, key=lambda event: event[0], reverse=True)
    for at, text in newest[:HISTORY_MAX]:
        yield Paragraph(text=text, mark=desk.day(at), mark_style=_QUIET, cells=_DAY_CELLS)
    if len(newest) > HISTORY_MAX:
        yield Paragraph(text=say(N_("Older things stand with each referral.")), style=_QUIET)


def _of_referrals(desk: Desk, look: views.CaseLook) -> Iterator[tuple[int, str]]:
    for line in look.referrals:
        group = desk.words.code_of(ServiceGroup, line.offer.service_group)
        text = N_("We asked {name}: {group}") if line.is_ours else N_("{name} asked us: {group}")
        yield line.made_at, desk.words.say(text, name=line.peer_name, group=group)
        if line.changed_at > line.made_at:
            state = desk.words.referral_state(line.state)
            yield line.changed_at, f"{line.peer_name}: {state}"

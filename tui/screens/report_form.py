"""What a report about her says, and exactly what of it leaves under her consent as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from protocol.local import commands, views
from protocol.local.commands import FactInput
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import NotSeenReason, Purpose, SeenHow, TextKind
from protocol.vocabulary.facts import FACT_FIELDS, Shape
from tui.desk import Desk
from tui.screens.days import noon
from tui.wording import N_
from tui.wording.labels.facts import CODES

FIELDS: Final = ("plan_position", "wish_about", "work_wanted", "home_conclusion", "travel_risk")
"""Few, and all of them codes: the rest is for her own words."""
SEEN: Final = "seen "
NOT_SEEN: Final = "not seen "


class ReportForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled in.

    `how` is `seen ` or `not seen ` and its code; empty as long as nothing was chosen. `days` are counted from
    the day it was begun. That she has not decided is not kept: whoever goes on with this asks her anew.
    """

    follow_up: bytes | None
    how: str = ""
    days: int = 0
    begun: int
    her_words: str = ""
    language: str
    read_back: bool = False
    facts: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the node says before anything is filled in.

    Attributes:
        referral: with its consents.
        way_back: the consent under which we may tell how she is; None where there is none that counts.
        is_checked: the safety number was compared with them.
        language: the one she speaks, as the offer says.
        said_no: she was asked again, and does not want it; it is written down.
        not_now: she was asked just now, and has not decided.
    """

    referral: views.ReferralView
    way_back: views.ConsentView | None
    is_checked: bool
    language: str
    said_no: bool
    not_now: bool

    @property
    def is_to_be_asked(self) -> bool:
        """She agreed at the other organisation, and nobody of us has heard it from her."""
        is_unheard = self.way_back is not None and self.way_back.state == "unconfirmed"
        return is_unheard and not self.not_now

    @property
    def may_tell(self) -> bool:
        """May more leave than seen or not seen?"""
        is_live = self.way_back is not None and self.way_back.state == "live"
        return is_live and self.is_checked

    def covers(self, category: Category) -> bool:
        """Is this one of the categories that she named?"""
        return self.way_back is not None and int(category) in self.way_back.categories

    def fields(self) -> list[str]:
        """The facts that she lets us tell, of those this form asks about."""
        excluded = () if self.way_back is None else self.way_back.excluded_fields
        return [
            field
            for field in FIELDS
            if field not in excluded and self.covers(FACT_FIELDS[field].category)
        ]


def way_back(
    consents: Sequence[views.ConsentView], *, me: bytes, partner: bytes
) -> views.ConsentView | None:
    """Her consent that we tell them how she is: the one that counts, else the one to ask her about."""
    found = [
        consent
        for consent in consents
        if (consent.holder, consent.recipient) == (me, partner)
        and consent.purpose == Purpose.FOLLOW_UP
        and consent.state in {"live", "unconfirmed"}
    ]
    return max(
        found, key=lambda one: (one.state == "live", one.valid_from, one.consent_id), default=None
    )


def said_no(consents: Sequence[views.ConsentView], *, me: bytes, partner: bytes) -> bool:
    """Did she say no to this when she was asked again, and nothing newer counts or is to be asked about?"""
    refused = [
        consent
        for consent in consents
        if (consent.holder, consent.recipient) == (me, partner) and consent.is_refused
    ]
    return bool(refused) and way_back(consents, me=me, partner=partner) is None


def options_of(field: str) -> Mapping[str, str]:
    """The codes of a fact."""
    return CODES.get(field, {})


def is_whole(form: ReportForm) -> bool:
    """Seen or not seen has been said; everything else may stay empty."""
    return bool(form.how)


def sentences_of(form: ReportForm) -> list[commands.SentenceInput]:
    """Her words, if there are any, with what was ticked about them and nothing else."""
    text = form.her_words.strip()
    if not text:
        return []
    return [
        commands.SentenceInput(
            kind=TextKind.HER_WORDS,
            language=form.language,
            text=text,
            read_back=form.read_back,
        )
    ]


def facts_of(ground: Ground, form: ReportForm) -> dict[str, FactInput]:
    """The facts that were filled in, of those she lets us tell."""
    told: dict[str, FactInput] = {}
    for field in ground.fields():
        code = form.facts.get(field, "")
        if code:
            told[field] = [code] if FACT_FIELDS[field].shape is Shape.CODES else code
    return told


def command_of(desk: Desk, ground: Ground, form: ReportForm) -> commands.ReportFollowUp | None:
    """What is sent; None as long as seen or not seen is not said."""
    if not is_whole(form):
        return None
    tells = ground.may_tell
    seen = form.how.removeprefix(SEEN) if form.how.startswith(SEEN) else None
    not_seen = form.how.removeprefix(NOT_SEEN) if seen is None else None
    return commands.ReportFollowUp(
        thread=ground.referral.referral.thread,
        follow_up=form.follow_up,
        at=at(desk, form),
        seen=None if seen is None else SeenHow(seen),
        not_seen=None if not_seen is None else NotSeenReason(not_seen),
        facts=facts_of(ground, form) if tells else {},
        sentences=sentences_of(form) if tells else [],
    )


def at(desk: Desk, form: ReportForm) -> int:
    """Noon of the day on which she was seen or not; never later than now."""
    return min(noon(desk, form.days, since=form.begun), desk.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of what leaves, or of what stays and why."""

    text: str
    style: str
    mark: str = ""


def leaves(desk: Desk, ground: Ground, form: ReportForm) -> list[Line]:
    """Exactly what leaves, part by part, and what stays here."""
    say = desk.words.say
    if not is_whole(form):
        return [Line(text=say(N_("Say first whether she was seen.")), style="$text-muted")]
    day = desk.date(at(desk, form))
    if not ground.may_tell:
        seen = N_("Seen, {day}") if form.how.startswith(SEEN) else N_("Not seen, {day}")
        only = Line(text=say(N_("Only this leaves:")), style="bold")
        return [
            only,
            _leaving(say(seen, day=day)),
            _staying(say(_why_only(ground)), "$text-muted"),
        ]
    lines = [
        Line(text=say(N_("Exactly this leaves:")), style="bold"),
        _leaving(f"{how_word(desk, form.how)}, {day}"),
    ]
    for sentence in sentences_of(form):
        if not ground.covers(Category.PLAN_WISHES):
            lines.append(
                _staying(say(N_("Her words stay here: she did not agree that they are told.")))
            )
        elif sentence.read_back:
            lines.append(_leaving(say(N_("Her words, as they stand above"))))
        else:
            lines.append(_staying(say(N_("Her words stay here: they were not read back to her."))))
    return lines + [_leaving(desk.words.field(field)) for field in facts_of(ground, form)]


def _leaving(text: str) -> Line:
    return Line(text=text, style="", mark="→ ")


def _staying(text: str, style: str = "$warning") -> Line:
    return Line(text=text, style=style, mark="· ")


def how_word(desk: Desk, how: str) -> str:
    """Seen how, or not seen why."""
    words = desk.words
    if how.startswith(SEEN):
        label = words.code_of(SeenHow, how.removeprefix(SEEN))
        return words.say(N_("Seen: {how}"), how=label)
    reason = how.removeprefix(NOT_SEEN)
    if reason == NotSeenReason.SHE_ASKED_NOT_TO_BE_VISITED:
        return words.say(N_("She wants no contact: that is her right"))
    return words.say(N_("Not seen: {why}"), why=words.code_of(NotSeenReason, reason))


def _why_only(ground: Ground) -> str:
    if ground.said_no:
        return N_(
            "She said no: nothing of hers leaves. That is her right, and it changes nothing for her."
        )
    if not ground.is_checked:
        return N_("Their safety number was not compared: nothing of hers leaves until it was.")
    if ground.not_now:
        return N_("She has not decided: nothing of hers leaves. Ask her another day.")
    return N_("There is no consent of hers that they are told more.")

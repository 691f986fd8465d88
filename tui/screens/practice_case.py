"""The practice case: an invented person, looked at as if she were one. Nothing of it comes from the node.

Every text of it is a text of the desk, so that it is read in one's own language.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol.limits import DAY
from protocol.local import views
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, CaseStatus, Priority, ServiceGroup, TextKind
from tui.desk import Desk
from tui.wording import N_

CASE_NUMBER: Final = "PRACTICE-1"
NAME: Final = N_("Practice house")
PARTNER: Final = N_("Practice partner")
WISH: Final = N_("I want to learn tailoring, near home.")
FEAR: Final = N_("I do not want my uncle to know where I am.")
_NOBODY: Final = b"\x00" * 16


class Step(StrEnum):
    """What is tried, in this order."""

    LANGUAGE = "language"
    HIDE = "hide"
    CASE = "case"
    OFFER = "offer"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What to do and why, in one sentence each."""

    do: str
    why: str


TOLD: Final = {
    Step.LANGUAGE: Told(
        do=N_("Press F4 until you read your own language, then n."),
        why=N_("What you read without effort, you get right."),
    ),
    Step.HIDE: Told(
        do=N_("Press Esc three times, quickly. Then unlock again: it goes on here."),
        why=N_("Whoever comes in sees nothing of her, and nothing is lost."),
    ),
    Step.CASE: Told(
        do=N_("Read what she said, then press r, as if to refer her."),
        why=N_("Her own words come first: what is done is done with her."),
    ),
    Step.OFFER: Told(
        do=N_("Look at everything a partner sees first, then press c."),
        why=N_("An offer says nothing of who she is. That comes after their yes, as she allows."),
    ),
    Step.CONSENT: Told(
        do=N_("Tick with the space bar what she allows, then press w: she changes her mind."),
        why=N_("It is hers to give and to take back, without a reason, at any time."),
    ),
}


def look(desk: Desk) -> views.CaseLook:
    """The case as the node would tell it."""
    say, language = desk.words.say, desk.words.tag
    said = [(TextKind.WISH, say(WISH), b"wish"), (TextKind.FEAR, say(FEAR), b"fear")]
    return views.CaseLook(
        case_id=_NOBODY,
        case_number=CASE_NUMBER,
        status=CaseStatus.ACTIVE.value,
        opened_at=desk.now - 14 * DAY,
        age_band=AgeBand.ADULT.value,
        language=language,
        owner_name=None if desk.person is None else desk.person.name,
        known_as=None,
        sentences=[
            views.SaidView(
                category=int(Category.PLAN_WISHES),
                kind=kind.value,
                language=language,
                text=text,
                hash=name,
                recorded_at=desk.now - 2 * DAY,
            )
            for kind, text, name in said
        ],
        covered=[],
        facts=[],
        hidden=0,
        path=[_here(desk), _there(desk)],
        referrals=[],
    )


def _here(desk: Desk) -> views.Station:
    return _station(
        kind="here",
        name=desk.words.say(NAME),
        state=CaseStatus.ACTIVE.value,
        since=desk.now - 14 * DAY,
    )


def _there(desk: Desk) -> views.Station:
    return _station(kind="referral", name=desk.words.say(PARTNER), state="draft", since=desk.now)


def _station(*, kind: str, name: str, state: str, since: int) -> views.Station:
    return views.Station(
        kind=kind,
        peer=None,
        name=name,
        state=state,
        since=since,
        is_ours=True,
        thread=None,
        worker=None,
        first_step=None,
        from_date=None,
        arrived_at=None,
        follow_ups=[],
    )


def offer(desk: Desk) -> views.OfferView:
    """Everything that the practice partner would see first."""
    return views.OfferView(
        service_group=ServiceGroup.LIVELIHOOD.value,
        area="BD-khulna",
        priority=Priority.NORMAL_7D.value,
        language=desk.words.tag,
        age_band=AgeBand.ADULT.value,
        month="2027-02",
        answer_by=desk.now + 7 * DAY,
        asks_about_needs=False,
    )

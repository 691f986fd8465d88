"""The offer as it is filled in, and what may be filled in: which partner, which place, which months."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from protocol.local import commands, views
from protocol.vocabulary.categories import DOSSIER_ORDER, HIDDEN, Category
from protocol.vocabulary.codes import Priority, Purpose, ServiceGroup
from tui.desk import Desk
from tui.wording import N_
from tui.wording.labels.places import AREAS

CHECKED: Final = 2
MONTHS: Final = 18
DAYS_MAX: Final = 59
LIVE: Final = "live"
_DISTRICT: Final = re.compile(r"[a-z]{2,40}")
_LAST_HOUR: Final = 18


class OfferForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled in. `categories` is None while everything is meant that she allowed.

    What is needed, where, and in which month is None or empty until it was chosen: nothing goes by itself.
    """

    peer: bytes
    service_group: ServiceGroup | None
    area: str
    district: str
    month: str
    priority: Priority
    days: int
    begun: int
    asks_about_needs: bool
    categories: list[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What has to be known before an offer: her case, the partners, what she agreed to, who we are."""

    case: views.CaseLook
    peers: Sequence[views.PeerView]
    consents: Sequence[views.ConsentView]
    me: views.SelfView

    def partners(self) -> list[views.PeerView]:
        """Those that may be chosen: connected, and checked by two people."""
        return [peer for peer in self.peers if is_choosable(peer)]

    def peer(self, node_id: bytes) -> views.PeerView | None:
        """The partner of this id, if it may be chosen."""
        return next((peer for peer in self.partners() if peer.node_id == node_id), None)

    def agreed(self, node_id: bytes) -> frozenset[int]:
        """What she lets us tell this partner now: of one consent, the one that allows the most."""
        return agreed_for(self.consents, node_id)

    def known(self) -> frozenset[int]:
        """The categories in which something is written down."""
        found = {fact.category for fact in self.case.facts}
        found |= {said.category for said in self.case.sentences}
        return frozenset(found | (set(HIDDEN) if self.case.hidden else set()))


def is_choosable(peer: views.PeerView) -> bool:
    """May she be referred there?"""
    return peer.level >= CHECKED and peer.status == "active"


def live_consent(
    consents: Sequence[views.ConsentView], recipient: bytes
) -> views.ConsentView | None:
    """The consent on which a referral to this partner would rest now."""
    found = [
        consent
        for consent in consents
        if consent.recipient == recipient
        and consent.purpose == Purpose.CARE_REFERRAL.value
        and consent.state == LIVE
    ]
    return max(found, key=lambda consent: len(consent.categories), default=None)


def agreed_for(consents: Sequence[views.ConsentView], recipient: bytes) -> frozenset[int]:
    """The categories she lets us tell this partner."""
    consent = live_consent(consents, recipient)
    return frozenset() if consent is None else frozenset(consent.categories)


def in_order(categories: frozenset[int]) -> list[Category]:
    """In the order in which a dossier tells them."""
    return [category for category in DOSSIER_ORDER if category in categories]


def begin(ground: Ground, desk: Desk) -> OfferForm:
    """Nothing is chosen but a partner: the first she agreed to, or the first of all."""
    partners = ground.partners()
    allowed = [peer for peer in partners if ground.agreed(peer.node_id)]
    first = next(iter(allowed or partners), None)
    return OfferForm(
        peer=b"" if first is None else first.node_id,
        service_group=None,
        area="",
        district="",
        month="",
        priority=Priority.NORMAL_7D,
        days=14,
        begun=desk.now,
        asks_about_needs=False,
        categories=None,
    )


def areas(country: str) -> list[str]:
    """The wide areas of a country."""
    return [code for code in AREAS if code.startswith(f"{country}-")] or [country]


def months(desk: Desk) -> list[str]:
    """This month and the next ones, as an offer writes them."""
    today = datetime.fromtimestamp(desk.now, desk.zone)
    first = today.year * 12 + today.month - 1
    return [f"{count // 12:04d}-{count % 12 + 1:02d}" for count in range(first, first + MONTHS)]


def with_peer(form: OfferForm, peer: bytes) -> OfferForm:
    """Another partner: its own areas, of which none is chosen, and what she agreed to for it."""
    return msgspec.structs.replace(form, peer=peer, area="", district="", categories=None)


def told(ground: Ground, form: OfferForm) -> frozenset[int]:
    """What is meant to be told after a yes: never more than she allowed."""
    agreed = ground.agreed(form.peer)
    return agreed if form.categories is None else agreed & frozenset(form.categories)


def is_district_legal(district: str) -> bool:
    """Is it empty, or can it be written as a part of an area's code?"""
    return not district.strip() or _DISTRICT.fullmatch(_plain(district)) is not None


def unchosen(ground: Ground, form: OfferForm, desk: Desk) -> list[str]:
    """The labels of what nobody chose yet, marked to be said; a month that has passed is not chosen."""
    peer = ground.peer(form.peer)
    chosen = {
        N_("Asks for"): form.service_group is not None,
        N_("Where"): peer is not None and form.area in areas(peer.country),
        N_("Month"): form.month in months(desk),
    }
    return [label for label, is_chosen in chosen.items() if not is_chosen]


def asked(ground: Ground, form: OfferForm, desk: Desk) -> commands.PreviewOffer | None:
    """What to look at before it is sent; None where a partner, a choice or a legal place is missing."""
    if ground.peer(form.peer) is None or not is_district_legal(form.district):
        return None
    if form.service_group is None or unchosen(ground, form, desk):
        return None
    district = _plain(form.district)
    return commands.PreviewOffer(
        case_id=ground.case.case_id,
        peer=form.peer,
        offer=commands.OfferInput(
            service_group=form.service_group,
            area=f"{form.area}-{district}" if district else form.area,
            priority=form.priority,
            month=form.month,
            answer_by=last_moment(desk, form) if form.priority is Priority.PLANNED else None,
            asks_about_needs=form.asks_about_needs,
        ),
        categories=in_order(told(ground, form)),
    )


def last_moment(desk: Desk, form: OfferForm) -> int:
    """The evening of the day by which a planned offer should be answered."""
    day = datetime.fromtimestamp(form.begun, desk.zone) + timedelta(days=form.days)
    return int(day.replace(hour=_LAST_HOUR, minute=0, second=0, microsecond=0).timestamp())


def command_of(
    looked_at: commands.PreviewOffer, preview: views.Preview
) -> commands.SendOffer | None:
    """What is sent: what was looked at, by the hash of the very content that was shown."""
    if preview.offer is None:
        return None
    fixed = msgspec.structs.replace(looked_at.offer, answer_by=preview.offer.answer_by)
    return commands.SendOffer(
        case_id=looked_at.case_id,
        peer=looked_at.peer,
        offer=fixed,
        categories=looked_at.categories,
        preview=preview.hash,
    )


def _plain(district: str) -> str:
    return district.strip().casefold().replace(" ", "")

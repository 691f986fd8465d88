"""Refer her, the first step: an offer that says nothing about her, beside exactly what they will see."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, final

import msgspec
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from protocol.local import commands, views
from protocol.local.views import No
from protocol.vocabulary.codes import Priority, ServiceGroup
from tui.acts import Act, bindings
from tui.client import Client, RefusedError
from tui.desk import Desk
from tui.places import Place, ToFacts, ToPlace, ToTakeConsent
from tui.plain import Text, line_of, lines_of, one_line, plain
from tui.screens import offer_form, offer_missing
from tui.screens.desk_screen import BACK
from tui.screens.form_screen import FormScreen
from tui.screens.offer_form import Ground, OfferForm
from tui.screens.referral_lines import offer_pairs, pair_lines
from tui.termwidth import wrap
from tui.widgets.choice import Choice
from tui.widgets.day_choice import DayChoice
from tui.widgets.field import Field
from tui.widgets.page import Page
from tui.widgets.tick import Tick, Ticked
from tui.wording import N_

LABEL_CELLS: Final = 10
PAGE_LABEL_CELLS: Final = 9
PAGE_PARTS: Final = (2, 5)
FRAME_CELLS: Final = 6
DISTRICT_CHARACTERS_MAX: Final = 40

SEND: Final = Act(
    name="send",
    key="ctrl+s",
    label=N_("send"),
    help=N_("Send exactly what stands at the right; for ten seconds it can be stopped."),
    in_palette=False,
)
CONSENT: Final = Act(
    name="consent", key="c", label=N_("ask her"), help=N_("Ask her what she allows this partner.")
)
FACTS: Final = Act(
    name="facts", key="p", label=N_("her position"), help=N_("Write down how she sees the plan.")
)
PARTNERS: Final = Act(
    name="partners", key="v", label=N_("check a partner"), help=N_("Compare the safety number.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was asked to be shown, and what the node showed, or why it did not."""

    asked: commands.PreviewOffer
    preview: views.Preview | None
    refused: str


@final
class OfferScreen(FormScreen[Ground, OfferForm]):
    """The offer."""

    ABOUT = N_(
        "An offer says nothing about her: which help, where, from when, in which language. What"
        " she lets us tell goes only after their yes. At the right stands exactly what leaves."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (SEND, CONSENT, FACTS, PARTNERS, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    PLACE = "offer"
    CSS = """
    OfferScreen #parts { height: 100%; }
    OfferScreen #halves { height: 1fr; }
    OfferScreen #left { width: 44; height: auto; }
    """

    def __init__(self, desk: Desk, *, case_id: bytes) -> None:
        super().__init__(desk, about=case_id)
        self._case_id = case_id
        self._looked: Looked | None = None

    def heading(self) -> str:
        """Her number."""
        number = "" if self._loaded is None else self._loaded[0].case.case_number
        return self.words.say(N_("Refer {case}"), case=number)

    async def load_ground(self, client: Client) -> Ground:
        """Her case without her name, the partners, what she agreed to."""
        look = commands.LookAtCase(case_id=self._case_id, with_names=False, with_identity=False)
        listed = await client.list_consents(commands.ListConsents(case_id=self._case_id))
        return Ground(
            case=await client.look_at_case(look),
            peers=(await client.list_peers()).peers,
            consents=listed.consents,
            me=await client.show_self(),
        )

    def on_screen_resume(self) -> None:
        """Perhaps she has just been asked: what she allows is asked anew."""
        super().on_screen_resume()
        if self.form is not None:
            self.reload()

    def form_type(self) -> type[OfferForm]:
        """What a draft is read as."""
        return OfferForm

    def begin(self, ground: Ground) -> OfferForm:
        """Nothing is promised yet."""
        return offer_form.begin(ground, self.desk)

    # The left half: ours alone.

    def parts(self, ground: Ground, form: OfferForm) -> Iterable[Widget]:
        """The form, and exactly what they will see."""
        left = Vertical(*self._fields(ground, form), id="left")
        yield Horizontal(left, Page(id="page"), id="halves")

    def _fields(self, ground: Ground, form: OfferForm) -> Iterable[Widget]:
        say, chosen = self.words.say, ground.peer(form.peer)
        if chosen is not None:
            yield from self._offer_fields(ground, form, chosen)
            yield Text(plain(say(N_("After their yes they would get")), "bold $secondary"))
            yield from self._ticks(ground, form)
        elsewhere = [peer for peer in ground.peers if not offer_form.is_choosable(peer)]
        if elsewhere:
            yield Text(lines_of(self._not_yet(elsewhere)), id="not-yet")

    def _offer_fields(
        self, ground: Ground, form: OfferForm, chosen: views.PeerView
    ) -> Iterable[Widget]:
        say, words = self.words.say, self.words
        partners = [(peer.node_id, one_line(peer.name)) for peer in ground.partners()]
        none = say(N_("not chosen yet"))
        groups = [(None, none), *((group, words.code(group)) for group in ServiceGroup)]
        areas = offer_form.areas(chosen.country)
        places = [("", none), *((code, self._area(code)) for code in areas)]
        months = [("", none), *((at, words.month(at)) for at in offer_form.months(self.desk))]
        needed = [(priority, words.code(priority)) for priority in Priority]
        yield Choice(
            say(N_("Partner")), partners, value=form.peer, label_cells=LABEL_CELLS, id="peer"
        )
        yield Choice(
            say(N_("Asks for")),
            groups,
            value=form.service_group,
            label_cells=LABEL_CELLS,
            id="group",
        )
        yield Choice(say(N_("Where")), places, value=form.area, label_cells=LABEL_CELLS, id="area")
        yield Field(
            say(N_("District")),
            form.district,
            characters_max=DISTRICT_CHARACTERS_MAX,
            label_cells=LABEL_CELLS,
            id="district",
        )
        yield Choice(
            say(N_("Month")), months, value=form.month, label_cells=LABEL_CELLS, id="month"
        )
        yield Choice(
            say(N_("Needed")), needed, value=form.priority, label_cells=LABEL_CELLS, id="priority"
        )
        if form.priority is Priority.PLANNED:
            yield DayChoice(
                say(N_("Answer by")),
                self._day,
                between=(1, offer_form.DAYS_MAX),
                days=form.days,
                label_cells=LABEL_CELLS,
                id="day",
            )
        ticked = Ticked.YES if form.asks_about_needs else Ticked.NO
        yield Tick(say(N_("special needs: they may ask us")), ticked, id="needs")

    def _area(self, code: str) -> str:
        return self.words.area(code).partition(",")[0]

    def _day(self, days: int) -> str:
        if self.form is None:
            return ""
        moved = msgspec.structs.replace(self.form, days=days)
        return self.desk.date(offer_form.last_moment(self.desk, moved))

    def _ticks(self, ground: Ground, form: OfferForm) -> Iterable[Widget]:
        agreed, told = ground.agreed(form.peer), offer_form.told(ground, form)
        for category in offer_form.in_order(agreed):
            ticked = Ticked.YES if category in told else Ticked.NO
            yield Tick(self.words.code(category), ticked, id=f"category-{int(category)}")
        others = offer_form.in_order(ground.known() - agreed)
        if others:
            yield Text(plain(self.words.say(N_("Stays here: no consent of hers")), "$text-muted"))
        for category in others:
            yield Tick(self.words.code(category), Ticked.CANNOT)

    def _not_yet(self, peers: Iterable[views.PeerView]) -> Iterable[Content]:
        yield plain(self.words.say(N_("Not to be chosen yet")), "$text-muted")
        for peer in peers:
            why = (
                self.words.peer_status(peer.status)
                if peer.status != "active"
                else self.words.trust(peer.level, how=None)
            )
            yield line_of((f"[-] {one_line(peer.name)}  {why}", "$text-muted"))

    def read(self, form: OfferForm) -> OfferForm:
        """The form as the widgets stand."""
        if not self.query("#peer"):
            return form
        peer = self.query_one("#peer", Choice).value
        if peer != form.peer:
            return offer_form.with_peer(form, peer)
        days = self.query("#day").results(DayChoice)
        return msgspec.structs.replace(
            form,
            service_group=self.query_one("#group", Choice).value,
            area=self.query_one("#area", Choice).value,
            district=self.query_one("#district", Field).value,
            month=self.query_one("#month", Choice).value,
            priority=self.query_one("#priority", Choice).value,
            days=next((day.days for day in days), form.days),
            asks_about_needs=self.query_one("#needs", Tick).is_ticked,
            categories=self._read_ticks(form),
        )

    def _read_ticks(self, form: OfferForm) -> list[int] | None:
        if self._loaded is None:
            return form.categories
        agreed = self._loaded[0].agreed(form.peer)
        ticked = [
            int(category)
            for category in offer_form.in_order(agreed)
            if self.query_one(f"#category-{int(category)}", Tick).is_ticked
        ]
        return None if frozenset(ticked) == agreed else ticked

    def changed(self, before: OfferForm, form: OfferForm) -> None:
        """Look again; another partner or another way to name the day needs other fields."""
        if (before.peer, before.priority) != (form.peer, form.priority):
            self.call_later(self.lay_out)
        else:
            self._look()

    def laid_out(self) -> None:
        """Look."""
        self._look()

    # The right half: exactly what leaves.

    def _asked(self) -> commands.PreviewOffer | None:
        if self.form is None or self._loaded is None:
            return None
        return offer_form.asked(self._loaded[0], self.form, self.desk)

    def _look(self) -> None:
        asked = self._asked()
        self._put_page()
        if asked is not None:
            self.attempt(partial(_look_at, asked), self._saw)

    def _saw(self, looked: Looked) -> None:
        # An answer about an older form comes too late: the one about this form is on its way.
        if looked.asked == self._asked():
            self._looked = looked
            self._put_page()
            self.refresh_keys()

    def _put_page(self) -> None:
        for page in self.query(Page):
            page.put(self._page_lines())

    def _page_lines(self) -> list[Content]:
        width = self._page_width
        looked, asked = self._looked, self._asked()
        if asked is None:
            return self._warned(self._lacks(), width)
        if looked is None or looked.asked != asked:
            return [plain(self.words.say(N_("Looking …")), "$text-muted")]
        if looked.preview is None or looked.preview.offer is None:
            return self._warned([offer_missing.why_not(self.words, looked.refused)], width)
        return self._seen(looked.preview.offer, width)

    def _warned(self, sentences: Iterable[str], width: int) -> list[Content]:
        return [plain(line, "$warning") for text in sentences for line in (*wrap(text, width), "")]

    @property
    def _page_width(self) -> int:
        return max(20, self.size.width - 44 - FRAME_CELLS)

    def _seen(self, offer: views.OfferView, width: int) -> list[Content]:
        ground = None if self._loaded is None else self._loaded[0]
        peer = None if ground is None or self.form is None else ground.peer(self.form.peer)
        if ground is None or peer is None:
            return []
        title = self.words.say(N_("Exactly what {partner} will see"), partner=one_line(peer.name))
        pairs = [
            (self.words.say(N_("From")), one_line(ground.me.name)),
            *offer_pairs(self.desk, offer),
        ]
        return [
            *(plain(line, "bold $secondary") for line in wrap(title, width)),
            plain(""),
            *pair_lines(pairs, width=width, label_cells=PAGE_LABEL_CELLS),
            plain(""),
            plain(self.words.say(N_("Nothing else is in it.")), "bold"),
        ]

    def _lacks(self) -> list[str]:
        if self.form is None or self._loaded is None:
            return []
        return offer_missing.lacks(self.desk, self._loaded[0], self.form)

    @property
    def _refused(self) -> str:
        """Why it cannot be sent, as a code: by the node, or as it is known before everything is chosen."""
        if self._asked() is not None:
            return "" if self._looked is None else self._looked.refused
        if self.form is None or self._loaded is None:
            return ""
        return offer_missing.foreseen(self._loaded[0], self.form)

    # The acts.

    def can(self, name: str) -> bool:
        """Sending needs something that was shown; the other keys lead to what is missing."""
        match name:
            case SEND.name:
                is_seen = self._looked is not None and self._asked() is not None
                return is_seen and not self._refused
            case CONSENT.name:
                has_partner = self._loaded is not None and bool(self._loaded[0].partners())
                return has_partner and self._refused in offer_missing.CONSENT_CODES
            case FACTS.name:
                return self._refused == No.POSITION_NOT_RECORDED.value
            case _:
                return self._loaded is not None and not self._loaded[0].partners()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """^s also where something is missing: it says what."""
        is_looked_for = (
            action == SEND.name and self._loaded is not None and self.desk.may(SEND.needs)
        )
        return is_looked_for or super().check_action(action, parameters)

    def action_send(self) -> None:
        """Send exactly what was shown. What is missing is named; what has changed since is shown first."""
        looked, asked = self._looked, self._asked()
        if asked is None or self._refused:
            missing = self._lacks() or [offer_missing.why_not(self.words, self._refused)]
            self.say(" ".join(missing), tone="warn")
            return
        if looked is None or looked.preview is None or looked.asked != asked:
            self._look()
            self.say(self.words.say(N_("It changed: look again, then send.")), tone="note")
            return
        command = offer_form.command_of(looked.asked, looked.preview)
        if command is not None:
            self.send_form(command)

    def action_consent(self) -> None:
        """Ask her."""
        if self.form is not None:
            self.go(ToTakeConsent(case_id=self._case_id, peer=self.form.peer))

    def action_facts(self) -> None:
        """Her position on the plan."""
        self.go(ToFacts(case_id=self._case_id))

    def action_partners(self) -> None:
        """Where partners are checked."""
        self.go(ToPlace(place=Place.PARTNERS))


async def _look_at(asked: commands.PreviewOffer, client: Client) -> Looked:
    try:
        preview = await client.preview_offer(asked)
    except RefusedError as error:
        return Looked(asked=asked, preview=None, refused=error.code)
    return Looked(asked=asked, preview=preview, refused="")

"""What they get after their yes: what she allowed, her words first, shown as it will be read there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, final

import msgspec
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from protocol.local import commands, views
from protocol.vocabulary.codes import TextKind
from tui.acts import Act, bindings
from tui.client import Client, RefusedError
from tui.desk import Desk
from tui.places import ToConsents, ToFiles
from tui.plain import Text, lines_of, one_line, plain
from tui.screens import about_her, conditions, offer_form
from tui.screens.desk_screen import BACK
from tui.screens.file_lines import files_of, sign_of, state_of, what_of
from tui.screens.form_screen import FormScreen
from tui.termwidth import cut, wrap
from tui.widgets.page import Page
from tui.widgets.tick import Tick, Ticked
from tui.wording import N_

LEFT_CELLS: Final = 34
FRAME_CELLS: Final = 6

SEND: Final = Act(
    name="send",
    key="ctrl+s",
    label=N_("send"),
    help=N_("Send exactly what stands at the right; for ten seconds it can be stopped."),
    in_palette=False,
)
CONSENTS: Final = Act(
    name="consents", key="c", label=N_("her consents"), help=N_("What she agreed to, and ticked.")
)
FILES: Final = Act(
    name="files",
    key="l",
    label=N_("files"),
    help=N_("Attach a paper, a picture or a recording; it follows the dossier."),
    needs=commands.BeginFile,
)


class DossierForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is meant to be told; None while it is everything that she allowed."""

    categories: list[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The referral, her case without her name, and the partner."""

    view: views.ReferralView
    case: views.CaseLook | None
    files: Sequence[views.FileLine]
    country: str

    @property
    def consent(self) -> views.ConsentView | None:
        """The consent on which it rests."""
        return offer_form.live_consent(self.view.consents, self.view.referral.peer)

    @property
    def agreed(self) -> frozenset[int]:
        """The categories she allowed."""
        return frozenset() if self.consent is None else frozenset(self.consent.categories)

    def told(self, form: DossierForm) -> frozenset[int]:
        """What is meant to be told: never more than she allowed."""
        if form.categories is None:
            return self.agreed
        return self.agreed & frozenset(form.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was asked to be shown, and what the node showed, or why it did not."""

    asked: commands.PreviewDossier
    preview: views.Preview | None
    refused: str


@final
class DossierScreen(FormScreen[Ground, DossierForm]):
    """The dossier."""

    HEADING = N_("What she lets us tell them")
    ABOUT = N_(
        "What they get after their yes. Only what she allowed can be ticked, and of her sentences"
        " only those she ticked herself go. At the right stands exactly what leaves."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (SEND, CONSENTS, FILES, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)
    CSS = f"""
    DossierScreen #parts {{ height: 100%; }}
    DossierScreen #halves {{ height: 1fr; }}
    DossierScreen #left {{ width: {LEFT_CELLS}; height: auto; }}
    """

    def __init__(self, desk: Desk, *, thread: bytes) -> None:
        super().__init__(desk, about=thread)
        self._thread = thread
        self._looked: Looked | None = None

    async def load_ground(self, client: Client) -> Ground:
        """The referral, her case, and what is read in the partner's country."""
        view = await client.show_referral(commands.ShowReferral(thread=self._thread))
        case_id, peers = view.referral.case_id, (await client.list_peers()).peers
        countries = {peer.node_id: peer.country for peer in peers}
        look = (
            None
            if case_id is None
            else commands.LookAtCase(case_id=case_id, with_names=False, with_identity=False)
        )
        return Ground(
            view=view,
            case=None if look is None else await client.look_at_case(look),
            files=await files_of(client, view.referral),
            country=countries.get(view.referral.peer, ""),
        )

    def on_screen_resume(self) -> None:
        """Perhaps she has just been asked: what she allows is asked anew."""
        super().on_screen_resume()
        if self.form is not None:
            self.reload()

    def form_type(self) -> type[DossierForm]:
        """What a draft is read as."""
        return DossierForm

    def begin(self, ground: Ground) -> DossierForm:
        """Everything that she allowed."""
        del ground
        return DossierForm(categories=None)

    def parts(self, ground: Ground, form: DossierForm) -> Iterable[Widget]:
        """The ticks, and exactly what they will read."""
        left = Vertical(*self._left(ground, form), id="left")
        yield Horizontal(left, Page(id="page"), id="halves")

    def _left(self, ground: Ground, form: DossierForm) -> Iterable[Widget]:
        say, told = self.words.say, ground.told(form)
        yield Text(plain(say(N_("She allowed")), "bold $secondary"))
        for category in offer_form.in_order(ground.agreed):
            ticked = Ticked.YES if category in told else Ticked.NO
            yield Tick(self.words.code(category), ticked, id=f"category-{int(category)}")
        yield Text(id="sentences")

    def read(self, form: DossierForm) -> DossierForm:
        """The form as the ticks stand."""
        if self._loaded is None:
            return form
        agreed = self._loaded[0].agreed
        ticked = [
            int(category)
            for category in offer_form.in_order(agreed)
            if self.query_one(f"#category-{int(category)}", Tick).is_ticked
        ]
        return DossierForm(categories=None if frozenset(ticked) == agreed else ticked)

    def changed(self, before: DossierForm, form: DossierForm) -> None:
        """Look again."""
        del before, form
        self._look()

    def laid_out(self) -> None:
        """Look."""
        self._look()

    # The right half: exactly what leaves.

    def _asked(self) -> commands.PreviewDossier | None:
        if self.form is None or self._loaded is None:
            return None
        told = self._loaded[0].told(self.form)
        return commands.PreviewDossier(
            thread=self._thread,
            categories=offer_form.in_order(told),
            with_names=self.desk.names_are_shown,
        )

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        if self._looked is not None and not self.desk.names_are_shown:
            self._looked = _without_names(self._looked)
        self._put_page()
        super().names_turned()

    def on_unmount(self) -> None:
        """Nothing of hers stays with a closed screen, whoever still knows the screen."""
        self._looked = None

    def _look(self) -> None:
        asked = self._asked()
        self._put_page()
        if asked is not None:
            self.attempt(partial(_look_at, asked), self._saw)

    def _saw(self, looked: Looked) -> None:
        # An answer about other ticks comes too late: the one about these is on its way.
        if looked.asked == self._asked():
            self._looked = looked
            self._put_page()
            self.refresh_keys()

    def _put_page(self) -> None:
        for text in self.query("#sentences").results(Text):
            text.put(lines_of(self._sentences()))
        for page in self.query(Page):
            page.put(self._page_lines())

    def _sentences(self) -> Iterable[Content]:
        if self._loaded is None or self._loaded[0].case is None or self.form is None:
            return
        ground, form = self._loaded[0], self.form
        ticked = () if ground.consent is None else ground.consent.texts
        told = ground.told(form)
        yield plain(self.words.say(N_("Her sentences")), "bold $secondary")
        for said in ground.case.sentences if ground.case is not None else ():
            goes = said.hash in ticked and said.category in told
            yield self._sentence(said, goes=goes)
        stays = self.words.say(N_("stays here"))
        yield plain(f"[{Ticked.NO.value}] {stays}", "$text-muted")
        yield from self._files(ground)

    def _files(self, ground: Ground) -> Iterable[Content]:
        """What was attached; each goes by its own yes, behind the dossier."""
        words = self.words
        yield plain(words.say(N_("Files: l attaches one")), "bold $secondary")
        for line in ground.files:
            if line.is_ours:
                sign, colour = sign_of(line)
                for text in (f"{sign} {what_of(words, line)}", f"  {state_of(words, line)}"):
                    yield plain(cut(text, LEFT_CELLS - 2), colour)

    def _sentence(self, said: views.SaidView, *, goes: bool) -> Content:
        mark = Ticked.YES if goes else Ticked.NO
        kind = self.words.code_of(TextKind, said.kind)
        text = f"[{mark.value}] {kind}: {one_line(said.text)}"
        return plain(cut(text, LEFT_CELLS - 2), "" if goes else "$text-muted")

    def _page_lines(self) -> Sequence[Content]:
        width = max(20, self.size.width - LEFT_CELLS - FRAME_CELLS)
        looked, asked = self._looked, self._asked()
        if looked is None or looked.asked != asked:
            return [plain(self.words.say(N_("Looking …")), "$text-muted")]
        if looked.preview is None or self._loaded is None:
            hint = self.words.say(N_("c: her consents."))
            refusal = f"{self.words.refusal(looked.refused)} {hint}"
            return [plain(line, "$warning") for line in wrap(refusal, width)]
        ground = self._loaded[0]
        title = self.words.say(
            N_("Exactly what {partner} will read"),
            partner=one_line(ground.view.referral.peer_name),
        )
        page = about_her.page(self.desk, looked.preview, width=width, country=ground.country)
        return [
            *(plain(line, "bold $secondary") for line in wrap(title, width)),
            plain(""),
            *conditions.lines(self._kept_to(ground), width=width),
            *page,
            plain(""),
            plain(self.words.say(N_("Nothing else is in it.")), "bold"),
        ]

    def _kept_to(self, ground: Ground) -> Iterator[str]:
        """Her conditions go with the copy of her consent, and stand above what they read."""
        consent = ground.consent
        return iter(()) if consent is None else conditions.texts(self.words, consent)

    # The acts.

    def can(self, name: str) -> bool:
        """Sending needs something that was shown and that says something."""
        if name == SEND.name:
            looked = self._looked
            return (
                looked is not None and looked.preview is not None and bool(looked.asked.categories)
            )
        if name == FILES.name:
            return self._loaded is not None
        return self._loaded is not None and self._loaded[0].case is not None

    def action_send(self) -> None:
        """Send exactly what was shown; what has changed since is shown first."""
        looked = self._looked
        if looked is None or looked.preview is None or looked.asked != self._asked():
            self._look()
            self.say(self.words.say(N_("It changed: look again, then send.")), tone="note")
            return
        command = commands.SendDossier(
            thread=looked.asked.thread,
            categories=looked.asked.categories,
            preview=looked.preview.hash,
        )
        self.send_form(command)

    def action_files(self) -> None:
        """Papers that follow."""
        self.go(ToFiles(thread=self._thread))

    def action_consents(self) -> None:
        """What she agreed to, and ticked."""
        case_id = None if self._loaded is None else self._loaded[0].view.referral.case_id
        if case_id is not None:
            self.go(ToConsents(case_id=case_id))


async def _look_at(asked: commands.PreviewDossier, client: Client) -> Looked:
    try:
        preview = await client.preview_dossier(asked)
    except RefusedError as error:
        return Looked(asked=asked, preview=None, refused=error.code)
    return Looked(asked=asked, preview=preview, refused="")


def _without_names(looked: Looked) -> Looked:
    """The same, as if nobody had asked who she is."""
    preview = None if looked.preview is None else about_her.without_names(looked.preview)
    return Looked(
        asked=msgspec.structs.replace(looked.asked, with_names=False),
        preview=preview,
        refused=looked.refused,
    )

"""What is behind asking her: her case, her language, and the draft of what was half-asked."""

from dataclasses import dataclass, replace
from typing import Final

import msgspec

from protocol.local import commands, views
from tui.client import Client
from tui.desk import Desk
from tui.places import ToTakeConsent
from tui.screens import consent_form, her_sentences
from tui.screens.consent_form import ConsentDrafts, ConsentForm, Situation
from tui.screens.consent_steps import Asking
from tui.screens.desk_screen import DeskScreen
from tui.screens.drafts import DraftKeeper, decode
from tui.wording import LANGUAGES, N_, Words

READ_TOGETHER: Final = 1
CHOOSE: Final = 2
SAY_BACK: Final = 3
HOW: Final = 4
RECORDED: Final = 5
# As the node names its task.
_DAY_NOT_SURE: Final = "clock_in_doubt"
_TITLES: Final = {
    READ_TOGETHER: N_("Consent 1 of 4: read together"),
    CHOOSE: N_("Consent 2 of 4: she chooses"),
    SAY_BACK: N_("Consent 3 of 4: she says it back"),
    HOW: N_("Consent 4 of 4: how she said yes"),
    RECORDED: N_("Consent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the node says before she is asked."""

    look: views.CaseLook
    sentences: list[views.SaidView]
    """Hers, also covered ones: what she said to one of them does not end with F9's minute."""
    consents: list[views.ConsentView]
    peers: list[views.PeerView]
    users: list[views.UserView]
    me: bytes
    drafts: ConsentDrafts | None
    is_day_sure: bool
    """Can a yes be recorded, which needs a day on which she said it?"""


class AskingHer(DeskScreen[Ground]):
    """The form is a value that outlives its widgets, a change of language, and a locked screen."""

    HEADING = N_("Consent")
    RELOADS = False

    def __init__(self, desk: Desk, to: ToTakeConsent) -> None:
        super().__init__(desk)
        self._to = to
        self._draft = DraftKeeper(desk, place="consent", about=to.case_id)
        self._drafts = ConsentDrafts()
        self._form: ConsentForm | None = None
        self._untouched: ConsentForm | None = None
        self._spoken = desk.words

    # In her language.

    @property
    def words(self) -> Words:
        """Every sentence in the language it is read to her."""
        return self._spoken

    def _speak(self, code: str) -> None:
        known = code if code in LANGUAGES else self.desk.words.language
        self._spoken = Words(language=known, digits=self.desk.words.digits)

    def retell(self) -> None:
        """The desk speaks another language or writes other digits; what is read to her stays in hers."""
        self._speak(self.desk.words.language if self._form is None else self._spoken.language)
        super().retell()

    def turn_language(self) -> bool:
        """F4 turns to the next language in which this can be read to her; the desk keeps its own."""
        if self._form is not None:
            codes = list(LANGUAGES)
            code = codes[(codes.index(self._spoken.language) + 1) % len(codes)]
            self._speak(code)
            self._go_on(consent_form.choose_language(self._form, code))
            super().retell()
        return True

    # What the node says, and what was half-asked.

    async def load(self, client: Client) -> Ground:
        """Her case, her consents, the partners, and the draft."""
        case_id = self._to.case_id
        look = await client.look_at_case(
            commands.LookAtCase(
                case_id=case_id, with_names=False, with_identity=self.desk.names_are_shown
            )
        )
        listed = await client.list_consents(commands.ListConsents(case_id=case_id))
        drafts = None
        if self._form is None:
            drafts = decode(await self._draft.load(client), ConsentDrafts)
        return Ground(
            look=look,
            sentences=her_sentences.all_of(look),
            consents=listed.consents,
            peers=(await client.list_peers()).peers,
            users=(await client.list_users()).users,
            me=(await client.show_self()).node_id,
            drafts=drafts,
            is_day_sure=not (await client.show_status()).is_clock_in_doubt,
        )

    def show(self, loaded: Ground) -> None:
        """Begin, or go on where she stopped; an edited sentence has to be read back anew."""
        if self._form is None:
            self._begin(loaded)
        if self._form is not None:
            self._form = consent_form.fitted(self._form, loaded.sentences)
        self.call_later(self.lay_out)
        if not loaded.is_day_sure:
            # Before she is asked, and not after it: until then only her no can be recorded.
            self.say(self.words.task(_DAY_NOT_SURE), tone="warn")

    def names_turned(self) -> None:
        """Hidden is hidden at once, whatever the node does."""
        if self._loaded is not None and not self.desk.names_are_shown:
            sentences = her_sentences.covered(self._loaded.sentences)
            self._loaded = replace(self._loaded, sentences=sentences)
            self.call_later(self.lay_out)
        super().names_turned()

    def _begin(self, ground: Ground) -> None:
        peer = "" if self._to.peer is None else self._to.peer.hex()
        spoken = [one.code for one in LANGUAGES.values() if one.tag == ground.look.language]
        self._untouched = ConsentForm(
            peer=peer,
            is_way_back=self._to.is_way_back,
            language=spoken[0] if spoken else self.desk.words.language,
        )
        self._drafts = ground.drafts or ConsentDrafts()
        kept = self._drafts.of(peer=peer, is_way_back=self._to.is_way_back)
        self._form = kept or self._untouched
        if kept is not None and kept.step == HOW and kept.said_back_on != self.desk.today:
            # Another day: she says it back anew before anything counts.
            self._form = msgspec.structs.replace(kept, step=SAY_BACK)
        self._speak(self._form.language)

    @property
    def _asking(self) -> Asking | None:
        ground, form, person = self._loaded, self._form, self.desk.person
        if ground is None or form is None or person is None:
            return None
        situation = Situation(
            case_id=self._to.case_id,
            age_band=ground.look.age_band,
            sentences=ground.sentences,
            consents=ground.consents,
            me=ground.me,
            asker=person.user_id,
            today=self.desk.today,
        )
        return Asking(
            desk=self.desk,
            words=self._spoken,
            form=form,
            situation=situation,
            peers=ground.peers,
            users=ground.users,
        )

    async def lay_out(self) -> None:
        """Make the widgets of the step in front."""

    # The draft.

    def _go_on(self, form: ConsentForm) -> None:
        """Go on with another form, and keep it."""
        if form == self._form:
            return
        self._form = form
        if form.step != RECORDED:
            self._draft.change(self, self._drafts.with_(form))

    def _choose_peer(self, form: ConsentForm, peer: str) -> ConsentForm:
        """Another organisation; what was half-asked for the one before is kept, and found again."""
        if peer == form.peer:
            return form
        if form.peer:
            self._drafts = self._drafts.with_(form)
        kept = self._drafts.of(peer=peer, is_way_back=form.is_way_back) if peer else None
        if kept is None:
            return consent_form.choose_peer(form, peer)
        return msgspec.structs.replace(
            consent_form.choose_language(kept, form.language), step=READ_TOGETHER
        )

    async def keep_draft(self) -> None:
        """What she said so far; once it is recorded there is nothing half-said."""
        form = self._form
        if form is not None and form != self._untouched and form.step != RECORDED:
            await self._draft.keep(self._drafts.with_(form))

    async def _forget_draft(self, form: ConsentForm) -> None:
        """It is recorded; what is half-asked for others stays. Raises: ClientError."""
        others = self._drafts.without(form)
        await self._draft.drop()
        if others.forms:
            await self._draft.keep(others)

    # The heading and the keys.

    def heading(self) -> str:
        """Which step, whose case, for whom."""
        asking = self._asking
        if asking is None or self._loaded is None:
            return super().heading()
        title = self._spoken.say(_TITLES[asking.form.step])
        parts = [title, self._loaded.look.case_number]
        if asking.form.peer:
            parts.append(asking.peer_name)
        return " · ".join(parts)

    def mark(self) -> str:
        """When the draft was saved."""
        at = self._draft.saved_at
        if at is None:
            return ""
        clock = self._spoken.clock(at, self.desk.zone)
        return self._spoken.say(N_("draft saved {clock}"), clock=clock)

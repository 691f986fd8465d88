"""One partner: who they say they are, and the twelve groups that two people read to each other."""

from collections.abc import Callable
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from protocol.local import commands, views
from protocol.vocabulary.codes import VerifiedHow
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.places import Back
from tui.plain import one_line
from tui.screens.asking import AskScreen
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.partner_waits import evidence_lines, what_waits
from tui.screens.partners import STOPPED
from tui.screens.standing import LEVEL_CHECKED, heard
from tui.widgets.key_line import KeyLine
from tui.widgets.paragraphs import Paragraph, Paragraphs
from tui.wording import N_

MATCH: Final = Act(
    name="match",
    key="m",
    label=N_("they match"),
    help=N_("All twelve groups are the same there: say how you compared them."),
    in_palette=False,
    needs=commands.VerifyPeer,
)
DIFFER: Final = Act(
    name="differ",
    key="x",
    label=N_("they differ"),
    help=N_("One group is another one there: what to do now. Nothing is confirmed."),
    needs=commands.VerifyPeer,
)
LATER: Final = Act(
    name="later",
    key="l",
    label=N_("later"),
    help=N_("Compare another day."),
    needs=commands.VerifyPeer,
)
PHONED: Final = Act(
    name="phoned",
    key="c",
    label=N_("it is them"),
    help=N_(
        "You called them and they did begin anew: what waits leaves, what they lost goes again."
    ),
    in_palette=False,
    needs=commands.ConfirmRestored,
)
ANEW: Final = Act(
    name="anew",
    key="a",
    label=N_("begin anew"),
    help=N_("You called them about messages that contradict each other: ask for a new beginning."),
    in_palette=False,
    needs=commands.UnfreezePeer,
)
ERASE: Final = Act(
    name="erase",
    key="e",
    label=N_("it was she"),
    help=N_("She withdrew herself, as they say: what is locked is erased."),
    in_palette=False,
    needs=commands.ConfirmErasures,
)
VOICE: Final = Act(
    name="voice",
    key="v",
    label=N_("by voice"),
    help=N_("On a number known before."),
    in_palette=False,
)
PERSON: Final = Act(
    name="person", key="p", label=N_("in person"), help=N_("Face to face."), in_palette=False
)
LEAVE: Final = Act(name="leave", key="escape", label=N_("leave it"), help=N_("Leave it as it is."))
_GROUPS_PER_ROW: Final = 6
_LABEL_CELLS: Final = 14


@final
class PartnerScreen(DeskScreen[views.PeerView | None]):
    """What is known of them, and comparing the number."""

    HEADING = N_("Partner")
    ABOUT = N_(
        "Call them on a number you knew before, or sit beside them, and read the twelve groups to each"
        " other. Only if every group is the same do you really talk to each other's computers."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (MATCH, DIFFER, LATER, PHONED, ANEW, ERASE, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk, *, node_id: bytes) -> None:
        super().__init__(desk)
        self._node_id = node_id
        self._differ = False
        self._evidence: tuple[views.EvidenceView, ...] = ()

    def body(self) -> ComposeResult:
        """Paragraphs."""
        yield Paragraphs(id="partner")

    def heading(self) -> str:
        """Their name."""
        title = self.words.say(self.HEADING)
        return title if self._loaded is None else f"{title} · {one_line(self._loaded.name)}"

    async def load(self, client: Client) -> views.PeerView | None:
        """This one, and what it signed that does not go together."""
        peers = (await client.list_peers()).peers
        peer = next((peer for peer in peers if peer.node_id == self._node_id), None)
        if peer is not None:
            stream = await client.show_stream(commands.ShowStream(peer=peer.node_id))
            self._evidence = tuple(stream.evidence)
        return peer

    def show(self, loaded: views.PeerView | None) -> None:
        """Who they are, and the number."""
        page = self.query_one("#partner", Paragraphs)
        if loaded is None:
            page.put([Paragraph(text=self.words.say(N_("We do not know this partner.")))])
        else:
            page.put(
                [
                    *self._about(loaded),
                    *what_waits(self.desk, loaded),
                    *evidence_lines(self.desk, self._evidence),
                    *self._unconfirmed(loaded),
                    *self._comparing(loaded),
                ]
            )
        self.refresh_frame()

    def _about(self, peer: views.PeerView) -> list[Paragraph]:
        words = self.words
        trust = words.trust(peer.level, how=peer.verified_how)
        is_checked = peer.level >= LEVEL_CHECKED
        is_stopped = peer.status in STOPPED
        if is_checked and peer.verified_at is not None:
            trust = f"{trust}, {self.desk.date(peer.verified_at)}"
        if is_checked and peer.verified_by is not None:
            trust = words.say(N_("{trust}, by {name}"), trust=trust, name=peer.verified_by)
        pairs = [
            (N_("Country"), words.country(peer.country), ""),
            (N_("Reference"), peer.node_id_text, ""),
            (
                N_("With us"),
                f"✗ {words.peer_status(peer.status)}"
                if is_stopped
                else words.peer_status(peer.status),
                "bold $error" if is_stopped else "",
            ),
            (
                N_("How sure"),
                f"{'✓' if is_checked else '?'} {trust}",
                "$success" if is_checked else "$warning",
            ),
            (N_("Last word"), heard(self.desk, peer.last_heard), ""),
            (N_("Not sent yet"), words.number(peer.unsent), ""),
        ]
        return [
            Paragraph(text=text, style=style, mark=words.say(label), cells=_LABEL_CELLS)
            for label, text, style in pairs
        ]

    def _unconfirmed(self, peer: views.PeerView) -> list[Paragraph]:
        if not peer.unconfirmed:
            return []
        told = N_(
            "{count} of her withdrawals came from them while they are stopped. They are locked. Ask her, or"
            " call somebody there whom you know; if it was she, press e, and they are erased."
        )
        text = self.words.say(told, count=peer.unconfirmed)
        return [Paragraph(text=""), Paragraph(text=text, style="$warning", mark="? ")]

    def _comparing(self, peer: views.PeerView) -> list[Paragraph]:
        say = self.words.say
        told = [
            Paragraph(text=""),
            Paragraph(
                text=say(N_("Call them on a number you knew before. Read these groups together:")),
                style="bold",
            ),
            Paragraph(text=""),
            # Never in other digits: two people read them aloud, each from her own screen.
            *(
                Paragraph(text="   ".join(row), style="bold $accent", mark="      ")
                for row in _rows_of(peer.safety_number)
            ),
            Paragraph(text=""),
            Paragraph(
                text=say(
                    N_(
                        "They stand here in the digits 0 to 9, in every language, for reading aloud."
                    )
                ),
                style="$text-muted",
            ),
        ]
        if self._differ:
            told += [Paragraph(text=""), *self._when_they_differ()]
        return told

    def _when_they_differ(self) -> list[Paragraph]:
        say = self.words.say
        steps = (
            N_("Nothing was confirmed, and nothing of hers goes there."),
            N_("Read the groups once more, slowly: a slip of the tongue is the usual reason."),
            N_(
                "If they still differ, somebody may stand between you, or they began anew after a loss."
            ),
            N_("Ask them, by another way, for a new introduction file, and tell your supervisor."),
        )
        return [Paragraph(text=say(step), style="$warning", mark="! ") for step in steps]

    # The keys.

    def can(self, name: str) -> bool:
        """A number that was compared is not compared again."""
        if name == LATER.name:
            return True
        peer = self._loaded
        if name == ERASE.name:
            return peer is not None and peer.unconfirmed > 0
        if name == PHONED.name:
            return peer is not None and peer.confirm_awaited is not None
        if name == ANEW.name:
            return peer is not None and peer.is_frozen
        return peer is not None and not peer.is_frozen and peer.level < LEVEL_CHECKED

    async def action_match(self) -> None:
        """How was it compared?"""
        if self._loaded is not None:
            question = self.words.say(
                N_("All twelve groups are the same. How did you compare them with {partner}?"),
                partner=one_line(self._loaded.name),
            )
            await self.app.push_screen(HowScreen(self.desk, question), self._verify)

    def _verify(self, how: VerifiedHow | None) -> None:
        peer = self._loaded
        if how is None or peer is None:
            return
        # The groups that stood on this screen: if they were others by now, the node says no.
        command = commands.VerifyPeer(peer=peer.node_id, how=how, groups=list(peer.safety_number))
        self.attempt(lambda client: client.verify_peer(command), self._verified)

    def _verified(self, _peer: views.PeerView) -> None:
        self._differ = False
        self.say(
            self.words.say(N_("Written down. They have to confirm the same number on their side."))
        )
        self.reload()

    def action_erase(self) -> None:
        """It was she: what is locked is erased, which nobody can undo; a slip of a key may not do that."""
        question = N_(
            "Did you hear from her that she took it back? What is locked is then erased, and cannot be"
            " brought back. If you are not sure: no. It stays locked, and nobody reads it."
        )
        self._ask(question, self._erase)

    def _erase(self) -> None:
        if self._loaded is not None:
            command = commands.ConfirmErasures(peer=self._loaded.node_id)
            self.attempt(lambda client: client.confirm_erasures(command), self._confirmed)

    def _confirmed(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("What she took back is erased now.")))
        self.reload()

    def action_phoned(self) -> None:
        """Somebody called them, and it is they who began anew; a slip of a key may not say so."""
        question = N_("Did you speak with them, on a number you knew before, and was it them?")
        self._ask(question, self._confirm)

    def _confirm(self) -> None:
        if self._loaded is not None:
            command = commands.ConfirmRestored(peer=self._loaded.node_id)
            self.attempt(lambda client: client.confirm_restored(command), self._is_them)

    def _ask(self, question: str, act: Callable[[], None]) -> None:
        def answered(is_so: bool | None) -> None:  # noqa: FBT001  (what a question hands back)
            if is_so:
                act()

        asked = AskScreen(self.desk, self.words.say(question))
        self.call_later(self.app.push_screen, asked, answered)

    def _is_them(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Written down. What they lost goes to them again.")))
        self.reload()

    def action_anew(self) -> None:
        """Somebody called them about what contradicts itself."""
        self._ask(
            N_("Did you call them, and does only one computer speak for them now?"), self._begin
        )

    def _begin(self) -> None:
        if self._loaded is not None:
            command = commands.UnfreezePeer(peer=self._loaded.node_id)
            self.attempt(lambda client: client.unfreeze_peer(command), self._asked)

    def _asked(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("Their computer is asked to begin anew.")))
        self.reload()

    def action_differ(self) -> None:
        """What to do."""
        self._differ = True
        if self._loaded is not None:
            self.show(self._loaded)

    def action_later(self) -> None:
        """Back."""
        self.post_message(Back())


def _rows_of(groups: list[str]) -> list[list[str]]:
    return [
        groups[first : first + _GROUPS_PER_ROW] for first in range(0, len(groups), _GROUPS_PER_ROW)
    ]


@final
class HowScreen(ModalScreen[VerifiedHow | None]):
    """By voice or in person; Enter is neither."""

    BINDINGS: ClassVar[list[BindingType]] = bindings((VOICE, PERSON, LEAVE))

    def __init__(self, desk: Desk, question: str) -> None:
        super().__init__()
        self._desk = desk
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and what each answer means."""
        say = self._desk.words.say
        with Vertical(classes="box"):
            yield Paragraphs(
                [
                    Paragraph(text=self._question),
                    Paragraph(text=""),
                    Paragraph(
                        text=say(
                            N_("By voice, on a number you knew before, and you know the voice.")
                        ),
                        mark="v  ",
                    ),
                    Paragraph(text=say(N_("In person, face to face.")), mark="p  "),
                    Paragraph(text=""),
                ]
            )
            yield KeyLine()

    def on_mount(self) -> None:
        """Leaving it comes first."""
        shown = [(act, self._desk.words.say(act.label)) for act in (LEAVE, VOICE, PERSON)]
        self.query_one(KeyLine).put(shown)

    def action_voice(self) -> None:
        """By voice."""
        _closing = self.dismiss(VerifiedHow.VOICE)

    def action_person(self) -> None:
        """In person."""
        _closing = self.dismiss(VerifiedHow.IN_PERSON)

    def action_leave(self) -> None:
        """Not now."""
        _closing = self.dismiss(None)

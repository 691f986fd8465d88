"""F7: what leaves in some seconds and can be stopped, what was not sent, and what waits for a partner."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from protocol.cadence import leaves_at
from protocol.delivery import OutboxState
from protocol.limits import DAY
from protocol.local import commands, views
from protocol.values import instant
from tui.acts import Act, bindings
from tui.client import Client
from tui.desk import Desk
from tui.everywhere import STOP
from tui.messages import Stopped
from tui.places import Destination, ToOffer, ToReferral, ToSticks
from tui.plain import Text, line_of, one_line, plain
from tui.rights import needs_of
from tui.screens.desk_screen import BACK, DeskScreen
from tui.screens.standing import heard
from tui.termwidth import fit, wrap
from tui.widgets.rows import Row, Rows
from tui.wording import N_

STOP_IT: Final = Act(
    name="stop_it",
    key="u",
    label=N_("stop this one"),
    help=N_("Stop the sending under the cursor: nothing has happened yet."),
    in_palette=False,
    needs=commands.StopSending,
)
PUT_AWAY: Final = Act(
    name="put_away",
    key="d",
    label=N_("put away"),
    help=N_("You have seen that it was not sent: it leaves this list."),
    needs=commands.StopSending,
)
OPEN: Final = Act(
    name="open",
    key="enter",
    label=N_("open"),
    help=N_("The referral that it is about."),
    needs=commands.ShowReferral,
)
STICK: Final = Act(
    name="by_stick",
    key="s",
    label=N_("by stick"),
    help=N_("Write what waits onto a stick that somebody carries, or take one in that came."),
    needs=needs_of(ToSticks()),
)
_HELD: Final = "held "
_SENT: Final = "sent "
_WHAT_CELLS: Final = 30
_WHO_CELLS: Final = 24
_MARGIN: Final = 3

_WHAT: Final = {
    "referral/offer": N_("Offer"),
    "referral/dossier": N_("Dossier, as she allowed"),
    "referral/ask": N_("Question about an offer"),
    "referral/answer": N_("Answer to their question"),
    "referral/accept": N_("Yes: we keep a place"),
    "referral/decline": N_("No to their offer"),
    "referral/prepared": N_("All is ready for her"),
    "referral/arrived": N_("She has arrived"),
    "followup/request": N_("Asking them to see her"),
    "followup/accept": N_("We will see her"),
    "followup/unable": N_("We cannot see her"),
    "followup/report": N_("How she is"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What the node says, and the names that belong to it."""

    held: tuple[views.HeldLine, ...]
    outbox: tuple[views.OutboxLine, ...]
    partners: dict[bytes, str]
    people: dict[bytes, str]
    cases: dict[bytes, str]


@final
class OutboxScreen(DeskScreen[Waiting]):
    """Three groups of rows."""

    HEADING = N_("Outbox")
    ABOUT = N_(
        "What was sent here and has not arrived there. For ten seconds it can be stopped. After that it"
        " leaves together with everything else, as a rule at the full and at the half hour: so nobody who"
        " watches the line learns when you pressed a key. A withdrawal leaves at once, and so does the word"
        " that a partner is stopped. What has left waits, however long, until their computer is on; you"
        " need not do anything for it."
    )
    ACTS: ClassVar[tuple[Act, ...]] = (OPEN, STOP_IT, PUT_AWAY, STICK, BACK)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._leads_to: dict[str, Destination] = {}

    def body(self) -> ComposeResult:
        """The list."""
        yield Rows[str](id="waiting")
        yield Text(id="empty", classes="quiet")

    def on_mount(self) -> None:
        """The seconds run."""
        super().on_mount()
        self.set_interval(1.0, self._tick)

    async def load(self, client: Client) -> Waiting:
        """What is held and what waits, with names for both."""
        may_stop = self.desk.may(commands.ListHeld)
        held = tuple((await client.list_held()).sendings) if may_stop else ()
        about = any(line.thread is not None for line in held)
        every = commands.ListReferrals(is_ours=None)
        referrals = (await client.list_referrals(every)).referrals if about else []
        return Waiting(
            held=held,
            outbox=tuple((await client.list_outbox()).items),
            partners={peer.node_id: peer.name for peer in (await client.list_peers()).peers},
            people={user.user_id: user.name for user in (await client.list_users()).users},
            cases={
                line.thread: line.case_number for line in referrals if line.case_number is not None
            },
        )

    def show(self, loaded: Waiting) -> None:
        """The rows."""
        rows = [*self._held_rows(loaded), *self._refused_rows(loaded), *self._sent_rows(loaded)]
        listed = self.query_one("#waiting", Rows)
        listed.put(rows)
        listed.display = bool(rows)
        if rows and self.focused is None:
            listed.focus()
        nothing = N_("Nothing waits. Everything that was sent has arrived.")
        self.query_one("#empty", Text).put("" if rows else self.words.say(nothing))
        self.refresh_keys()

    def _tick(self) -> None:
        loaded = self._loaded
        if loaded is None or not any(line.refused is None for line in loaded.held):
            return
        if any(line.refused is None and line.leaves_at <= self.desk.now for line in loaded.held):
            self.reload()
        else:
            self.show(loaded)

    def _heading(self, text: str) -> Row[str]:
        return Row(key=None, lines=(plain(self.words.say(text), "bold $secondary"),))

    def _held_rows(self, loaded: Waiting) -> Iterator[Row[str]]:
        held = [line for line in loaded.held if line.refused is None]
        if held:
            yield self._heading(N_("Leaves in some seconds: u stops it"))
        for line in held:
            self._remember(f"{_HELD}{line.held_id.hex()}", _form_or_referral(line))
            seconds = max(0, line.leaves_at - self.desk.now)
            left = self.words.say_many("{count} s", "{count} s", seconds)
            yield Row(
                key=f"{_HELD}{line.held_id.hex()}",
                lines=(self._line("…", "$secondary", self._about(line, loaded), last=left),),
            )

    def _refused_rows(self, loaded: Waiting) -> Iterator[Row[str]]:
        refused = [line for line in loaded.held if line.refused is not None]
        if refused:
            yield self._heading(N_("Was not sent: look at it and send it again"))
        for line in refused:
            self._remember(f"{_HELD}{line.held_id.hex()}", _form_or_referral(line))
            why = self.words.refusal(line.refused or "")
            day = self.desk.day(line.leaves_at)
            yield Row(
                key=f"{_HELD}{line.held_id.hex()}",
                lines=(
                    self._line("✗", "$error", self._about(line, loaded), last=day),
                    *(plain(f"    {part}", "$warning") for part in wrap(why, self._width - 5)),
                ),
            )

    def _sent_rows(self, loaded: Waiting) -> Iterator[Row[str]]:
        if loaded.outbox:
            yield self._heading(N_("On the way: it goes by itself"))
        for line in loaded.outbox:
            key = f"{_SENT}{line.message_id.hex()}"
            self._remember(key, _referral(line.thread if line.case_number is not None else None))
            what = self.words.message_type(line.type)
            who = self._who(line.peer_name, line.case_number)
            is_off = self._is_off(line)
            yield Row(
                key=key,
                lines=(
                    self._line(
                        "!" if is_off else "…",
                        "$warning" if is_off else "$secondary",
                        (what, who),
                        last=self.desk.since(line.queued_at),
                    ),
                    *(
                        plain(f"    {part}", "$text-muted")
                        for part in wrap(self._how(line, is_off=is_off), self._width - 5)
                    ),
                ),
            )

    def _is_off(self, line: views.OutboxLine) -> bool:
        """It was tried, nothing was heard of them since it was written, and that is a day ago."""
        is_tried = line.attempts > 0 and self.desk.now - line.queued_at >= DAY
        return is_tried and (line.last_heard is None or line.last_heard <= line.queued_at)

    def _how(self, line: views.OutboxLine, *, is_off: bool) -> str:
        state = self._state(line)
        if not is_off:
            return state
        tried = self.words.say_many("tried {count} time", "tried {count} times", line.attempts)
        off = self.words.say(
            N_("their computer seems to be off, last word {time}"),
            time=heard(self.desk, line.last_heard),
        )
        return f"{state} · {off} · {tried}"

    def _state(self, line: views.OutboxLine) -> str:
        """Where it stands; what is still here says when it leaves, not that it leaves now."""
        state = self.words.outbox_state(line.state)
        is_here = line.state in (OutboxState.QUEUED, OutboxState.SEALED)
        if not (is_here and line.waits_for_batch and self.desk.cadence.batch_seconds):
            return state
        leaves = leaves_at(
            due=instant(line.due), now=instant(self.desk.now), cadence=self.desk.cadence
        )
        when = self.words.say(N_("leaves at {time} with the others"), time=self.desk.clock(leaves))
        return f"{state} · {when}"

    # How a row reads.

    @property
    def _width(self) -> int:
        return max(40, self.size.width - _MARGIN)

    def _about(self, line: views.HeldLine, loaded: Waiting) -> tuple[str, str]:
        what = self.words.say(_WHAT.get(line.name, N_("A message")))
        case = None if line.thread is None else loaded.cases.get(line.thread)
        me = self.desk.person
        if me is not None and line.user_id != me.user_id:
            by = one_line(loaded.people.get(line.user_id, "?"))
            what = self.words.say(N_("{what} (by {person})"), what=what, person=by)
        return what, self._who(loaded.partners.get(line.peer, ""), case)

    def _who(self, partner: str, case: str | None) -> str:
        return one_line(partner) if case is None else f"{one_line(partner)} · {one_line(case)}"

    def _line(self, mark: str, style: str, about: tuple[str, str], *, last: str) -> Content:
        what, who = about
        room = max(6, self._width - _WHAT_CELLS - _WHO_CELLS - 2)
        return line_of(
            (f"{mark} ", style),
            fit(what, _WHAT_CELLS - 1) + " ",
            fit(who, _WHO_CELLS - 1) + " ",
            (fit(last, room), style),
        )

    def _remember(self, key: str, to: Destination | None) -> None:
        if to is None:
            self._leads_to.pop(key, None)
        else:
            self._leads_to[key] = to

    def on_resize(self) -> None:
        """Other columns."""
        if self._loaded is not None:
            self.show(self._loaded)

    # The keys.

    @property
    def _key(self) -> str:
        lists = self.query("#waiting").results(Rows) if self.is_mounted else ()
        return next((str(listed.chosen or "") for listed in lists), "")

    @property
    def _chosen(self) -> views.HeldLine | None:
        held = () if self._loaded is None else self._loaded.held
        return next((line for line in held if f"{_HELD}{line.held_id.hex()}" == self._key), None)

    def acts_now(self) -> list[Act]:
        """`u` is about the row under the cursor here."""
        acts = [act for act in super().acts_now() if act is not STOP or not self.can(STOP_IT.name)]
        return list(acts)

    def can(self, name: str) -> bool:
        """Each key for its own rows."""
        if name == OPEN.name:
            return self._key in self._leads_to
        if name == STICK.name:
            return True
        chosen = self._chosen
        if chosen is None:
            return False
        return (chosen.refused is None) is (name == STOP_IT.name)

    def on_option_list_option_selected(self, event: Rows.OptionSelected) -> None:
        """Enter."""
        event.stop()
        if self.can(OPEN.name):
            self.action_open()

    def action_open(self) -> None:
        """The referral, or the form of an offer that is none yet."""
        to = self._leads_to.get(self._key)
        if to is not None:
            self.go(to)

    def action_by_stick(self) -> None:
        """Where there is no line."""
        self.go(ToSticks())

    async def action_stop_it(self) -> None:
        """Stop it; nothing has happened."""
        chosen, mine = self._chosen, self.desk.held
        if chosen is None:
            return
        if mine is not None and mine.held_id == chosen.held_id:
            # The application counts its seconds, and has to know that they are over.
            await self.run_action("app.stop_sending")
            return
        command = commands.StopSending(held_id=chosen.held_id)
        self.attempt(lambda client: client.stop_sending(command), self._stopped)

    def _stopped(self, _done: views.Done) -> None:
        self.post_message(Stopped())

    def action_put_away(self) -> None:
        """It was seen."""
        chosen = self._chosen
        if chosen is not None:
            command = commands.StopSending(held_id=chosen.held_id)
            self.attempt(lambda client: client.stop_sending(command), self._put_away)

    def _put_away(self, _done: views.Done) -> None:
        self.say(self.words.say(N_("It was not sent, and is off the list now.")))
        self.reload()


def _form_or_referral(line: views.HeldLine) -> Destination | None:
    if line.thread is None and line.case_id is not None:
        return ToOffer(case_id=line.case_id)
    return _referral(line.thread)


def _referral(thread: bytes | None) -> Destination | None:
    return None if thread is None else ToReferral(thread=thread)

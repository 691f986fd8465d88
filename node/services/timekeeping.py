"""Looking at the clock, and asking a person when nobody knows which day it is (SPEC 3.4)."""

from typing import Final

from node import trusted_clock
from node.effects import NODE_ITSELF, Acting, audit
from node.vault.records import Self
from node.vault.tables import desk, peers, upkeep
from node.vault.unit import Unit
from protocol import limits
from protocol.clock import Sample, offsets_of
from protocol.effects import Task
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.values import node_id

_HELD: Final = "messages held for the clock"


def look(unit: Unit, *, me: Self, acting: Acting) -> bool:
    """Note the clock if it is trusted, and ask a person if it is not.

    Returns:
        Whether what is held for the clock is to be judged again.
    """
    with unit.unseen():
        trusted_clock.note_time(unit, now=acting.now)
    task = Task.CLOCK_IN_DOUBT.value
    if trusted_clock.is_in_doubt(unit, now=acting.now):
        desk.insert_task(
            unit.vault, task=task, peer=me.node_id, thread=None, due=acting.now, now=acting.now
        )
        with unit.unseen():
            upkeep.forget_done(unit.vault, _HELD)
        return False
    desk.finish_peer_tasks(unit.vault, task=task, peer=me.node_id, by=NODE_ITSELF, now=acting.now)
    if not upkeep.is_due(unit.vault, _HELD, every_seconds=limits.HOUR, now=acting.now):
        return False
    with unit.unseen():
        upkeep.note_done(unit.vault, _HELD, now=acting.now)
    return True


def show_clock(unit: Unit, _command: commands.ShowClock, /, *, acting: Acting) -> views.ClockView:
    """How our clock stands, and the newest word of everybody who said what time it is."""
    known = trusted_clock.evidence(unit)
    why = trusted_clock.why_in_doubt(unit, now=acting.now)
    counted = offsets_of(known.samples, now=acting.now)
    newest: dict[bytes, Sample] = {}
    for sample in known.samples:
        newest.setdefault(sample.source, sample)
    return views.ClockView(
        now=acting.now,
        doubt=None if why is None else why.value,
        trusted_at=known.trusted_at,
        latest_seen=known.latest_seen,
        sources=[
            views.ClockSource(
                name=_name(unit, source),
                heard_at=sample.heard_at,
                said=sample.said,
                is_counted=source in counted,
            )
            for source, sample in newest.items()
        ],
    )


def _name(unit: Unit, source: bytes) -> str:
    peer = peers.find_peer(unit.vault, node_id(source))
    return "" if peer is None else peer.display_name


def confirm_clock(
    unit: Unit, command: commands.ConfirmClock, *, me: Self, acting: Acting
) -> views.Done | Refused:
    """A supervisor saw the same day on another clock; somewhere on earth it is a day more or less."""
    if not trusted_clock.is_day(command.day, now=acting.now):
        return refused(No.NUMBER_DIFFERS)
    trusted_clock.confirm(unit, now=acting.now)
    upkeep.forget_done(unit.vault, _HELD)
    desk.finish_peer_tasks(
        unit.vault,
        task=Task.CLOCK_IN_DOUBT.value,
        peer=me.node_id,
        by=acting.actor,
        now=acting.now,
    )
    audit(unit, "clock.confirmed", b"", acting=acting, details=command.day)
    return views.Done()

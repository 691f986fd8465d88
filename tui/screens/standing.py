"""The standing line: when each partner was last heard of, and where something waits to leave."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from protocol.limits import DAY
from protocol.local.views import PeerView
from tui.desk import Desk
from tui.plain import line_of, one_line
from tui.termwidth import measure
from tui.wording import N_

LEVEL_CHECKED: Final = 2
_BETWEEN: Final = " · "
_NAME_CELLS_MAX: Final = 24


def standing(desk: Desk, peers: Sequence[PeerView], *, width: int) -> Content:
    """As many partners as fit, those with a trouble first. Times of day, so that nothing grows old."""
    if not peers:
        return line_of((f" {desk.words.say(N_('No partner yet: 6 leads there.'))}", "$text-muted"))
    parts: list[tuple[str, str]] = []
    used = 1
    for peer in sorted(peers, key=lambda known: not is_silent(desk, known)):
        part = _part(desk, peer)
        used += measure(part[0]) + len(_BETWEEN)
        if used > width and parts:
            break
        parts += [(_BETWEEN if parts else " ", "$text-muted"), part]
    return line_of(*parts)


def is_silent(desk: Desk, peer: PeerView) -> bool:
    """Something waits for them, and for a day nothing was heard."""
    return peer.unsent > 0 and (peer.last_heard is None or desk.now - peer.last_heard >= DAY)


def heard(desk: Desk, instant: int | None) -> str:
    """When they were last heard of: the time of day if that is less than a day ago."""
    if instant is None:
        return desk.words.say(N_("never yet"))
    return desk.clock(instant) if desk.now - instant < DAY else desk.day(instant)


def _part(desk: Desk, peer: PeerView) -> tuple[str, str]:
    name = one_line(peer.name)[:_NAME_CELLS_MAX]
    say, when = desk.words.say, heard(desk, peer.last_heard)
    if peer.is_frozen:
        return say(N_("! {partner}: stopped for safety"), partner=name), "$warning"
    if is_silent(desk, peer):
        return (
            say(
                N_("! {partner}: last word {time}, {count} not sent yet"),
                partner=name,
                time=when,
                count=peer.unsent,
            ),
            "$warning",
        )
    if peer.unsent:
        text = N_("… {partner}: last word {time}, {count} on the way")
        return say(text, partner=name, time=when, count=peer.unsent), "$secondary"
    return say(N_("● {partner}: last word {time}"), partner=name, time=when), "$success"

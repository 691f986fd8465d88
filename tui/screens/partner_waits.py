"""Why something waits with a partner: somebody began anew, messages contradict each other, keys are over."""

from collections.abc import Sequence
from typing import Final

from protocol.local import views
from tui.desk import Desk
from tui.screens.partners import STOPPED
from tui.widgets.paragraphs import Paragraph
from tui.wording import N_

_SHOWN_MAX: Final = 3
_GROUP_BYTES: Final = 4
_GROUPS: Final = 2
_MISUSED: Final = N_("{date}: a message that was altered, or meant for somebody else.")
_SIGNED: Final = {
    "E_FORK": N_("{date}: two messages that contradict each other."),
    "E_CHAIN": N_("{date}: a message that does not follow the one before it."),
    "E_EPOCH_SUPERSEDED": N_("{date}: a message of a computer that was replaced."),
    "E_NOT_FOR_ME": _MISUSED,
    "E_COMMIT": _MISUSED,
    "E_SUITE_MISMATCH": _MISUSED,
    "restored": N_("{date}: they began anew, with less than they had signed before."),
}


def what_waits(desk: Desk, peer: views.PeerView) -> list[Paragraph]:
    """A warning for each thing that a person has to know or to do; nothing where all is well."""
    told = []
    if peer.confirm_awaited is not None:
        told.append(
            N_(
                "They began anew, as after a lost computer. A thief with a stolen copy looks the same:"
                " nothing about anybody goes there. Call them on a number you knew before. If it is"
                " them, press c."
            )
        )
    if peer.state_awaited is not None:
        told.append(
            N_(
                "Our computer was restored. They have not told us yet what was taken back meanwhile:"
                " until then nothing goes there, and what came from them stays closed."
            )
        )
    if peer.is_frozen:
        told.append(
            N_(
                "Stopped for safety: their messages contradict each other. Call them and find out whether"
                " two computers speak for them. When only one does, press a: it is asked to begin anew."
            )
        )
    texts = [desk.words.say(text) for text in told]
    if peer.status not in STOPPED and peer.keys_until <= desk.now:
        texts.append(_keys_are_over(desk, peer))
    warnings = [Paragraph(text=text, style="$warning", mark="! ") for text in texts]
    return [Paragraph(text=""), *warnings] if warnings else []


def evidence_lines(desk: Desk, evidence: Sequence[views.EvidenceView]) -> list[Paragraph]:
    """What they signed that does not go together, the newest first, so that a call can be about it."""
    if not evidence:
        return []
    newest = sorted(evidence, key=lambda one: one.at, reverse=True)[:_SHOWN_MAX]
    heading = desk.words.say(N_("Their signature is on this; ask about it when you call:"))
    lines = [Paragraph(text=""), Paragraph(text=heading, style="bold")]
    for one in newest:
        told = _SIGNED.get(one.code, N_("{date}: something that does not go together."))
        text = desk.words.say(told, date=desk.date(one.at))
        lines.append(Paragraph(text=text, mark="· "))
        if one.held is not None:
            lines.append(
                _skeleton(desk, one.held, N_("held: number {number}, of {when}, mark {mark}"))
            )
        lines.append(
            _skeleton(desk, one.came, N_("came: number {number}, of {when}, mark {mark}"))
        )
    return lines


def mark_of(message_hash: bytes) -> str:
    """Two groups of five digits that people read to each other: is it the same message there?"""
    groups = (message_hash[_GROUP_BYTES * n : _GROUP_BYTES * (n + 1)] for n in range(_GROUPS))
    return " ".join(f"{int.from_bytes(group) % 100_000:05}" for group in groups)


def _skeleton(desk: Desk, shown: views.SkeletonView, told: str) -> Paragraph:
    when = f"{desk.date(shown.created)}, {desk.clock(shown.created)}"
    text = desk.words.say(
        told,
        number=shown.sequence,
        when=when,
        mark=mark_of(shown.hash),
    )
    return Paragraph(text=text, style="$text-muted", mark="    ")


def _keys_are_over(desk: Desk, peer: views.PeerView) -> str:
    return desk.words.say(
        N_(
            "Nothing can leave for them: the keys of theirs that we hold ended on {date}. Our computer asks"
            " theirs for new ones each hour. Call them: their computer has to be on and unlocked. If we hear"
            " nothing for a day after that, ask them for a new introduction file, and read it in."
        ),
        date=desk.date(peer.keys_until),
    )

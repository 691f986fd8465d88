"""What can be done with a referral where it stands, and the one thing that comes next.

The states are the protocol's; a test holds this table against the protocol's own, which the desk may not
import because it also knows keys.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from protocol.local.views import ReferralView
from protocol.vocabulary.codes import FirstStep
from tui.desk import Desk
from tui.plain import one_line
from tui.screens.referral_lines import moment
from tui.wording import N_


class Deed(StrEnum):
    """What a person can do with a referral; each is an act of the screen."""

    ACCEPT = "accept"
    ASK = "ask"
    DECLINE = "decline"
    PREPARE = "prepare"
    ARRIVE = "arrive"
    REPORT = "report"
    ANSWER = "answer"
    DOSSIER = "dossier"
    RECALL = "recall"
    FOLLOW_UP = "follow_up"


_D = Deed
_NOTHING: Final[frozenset[Deed]] = frozenset()
_DECIDE: Final = frozenset({_D.ACCEPT, _D.ASK, _D.DECLINE})

OURS: Final[Mapping[str, frozenset[Deed]]] = {
    "draft": frozenset({_D.RECALL}),
    "ready": frozenset({_D.RECALL}),
    "offered": frozenset({_D.RECALL}),
    "delivered": frozenset({_D.RECALL}),
    "needs_info": frozenset({_D.ANSWER, _D.RECALL}),
    "accepted": frozenset({_D.DOSSIER, _D.RECALL, _D.FOLLOW_UP}),
    "declined": _NOTHING,
    "lapsed": _NOTHING,
    "recalled": _NOTHING,
    "dossier_sent": frozenset({_D.FOLLOW_UP}),
    "prepared": frozenset({_D.FOLLOW_UP}),
    "arrived": frozenset({_D.FOLLOW_UP}),
    "in_care": frozenset({_D.FOLLOW_UP}),
    "outcome_reported": frozenset({_D.FOLLOW_UP}),
    "ended": _NOTHING,
    "withdrawn": frozenset({_D.FOLLOW_UP}),
    "frozen": frozenset({_D.RECALL}),
}
"""Where we referred her."""

THEIRS: Final[Mapping[str, frozenset[Deed]]] = {
    "draft": _NOTHING,
    "ready": _NOTHING,
    "offered": _DECIDE,
    "delivered": _DECIDE,
    "needs_info": _DECIDE,
    "accepted": frozenset({_D.ARRIVE, _D.REPORT}),
    "declined": _NOTHING,
    "lapsed": _NOTHING,
    "recalled": _NOTHING,
    "dossier_sent": frozenset({_D.PREPARE, _D.ARRIVE, _D.REPORT}),
    "prepared": frozenset({_D.ARRIVE, _D.REPORT}),
    "arrived": frozenset({_D.REPORT}),
    "in_care": frozenset({_D.REPORT}),
    "outcome_reported": frozenset({_D.REPORT}),
    "ended": _NOTHING,
    "withdrawn": frozenset({_D.REPORT}),
    "frozen": _NOTHING,
}
"""Where we were asked."""

_NEXT_OURS: Final = {
    "draft": N_("Next: send it. It has not left yet."),
    "ready": N_("Next: wait. It has not left yet."),
    "offered": N_("Next: wait for their answer until {by}. They see nothing of her yet."),
    "delivered": N_("Next: wait for their answer until {by}. They see nothing of her yet."),
    "needs_info": N_("Next: a, answer their question. Ask her where you do not know."),
    "accepted": N_(
        "Next: tell her that {worker} expects her from {date} ({step}). Then d: what she allows."
    ),
    "declined": N_("Next: tell her, and look for another place together."),
    "lapsed": N_("Next: phone them, or look for another place together with her."),
    "recalled": N_("Nothing is left to do: the offer was taken back."),
    "dossier_sent": N_("Next: wait until they have read it and are ready for her."),
    "prepared": N_("Next: go with her, or tell her who meets her. They tell when she is there."),
    "arrived": N_("Next: f, ask when you may hear how she is. She decides what is told."),
    "in_care": N_("Next: f, ask when you may hear how she is. She decides what is told."),
    "outcome_reported": N_("Next: Enter, read how she is; f asks again."),
    "ended": N_("Nothing is left to do: this referral has ended."),
    "withdrawn": N_("She withdrew. w shows what each of them locked and erased."),
    "frozen": N_("Next: call them on a number you knew before. Nothing is sent meanwhile."),
}
_NEXT_WHEN_TOLD: Final = N_("Next: d, look at what she allows, and send it.")
_NEXT_THEIRS: Final = {
    "offered": N_("Next: answer by {by}. Who she is comes after a yes, as far as she allows."),
    "delivered": N_("Next: answer by {by}. Who she is comes after a yes, as far as she allows."),
    "needs_info": N_("Next: wait for their answer; you may also say yes or no at once."),
    "accepted": N_("Next: keep the place from {date}. The dossier comes as she allows."),
    "declined": N_("Nothing is left to do here."),
    "lapsed": N_("Nothing is left to do: nobody answered in time."),
    "recalled": N_("Nothing is left to do: the place may be given to somebody else."),
    "dossier_sent": N_(
        "Next: Enter, read the dossier; then p: say whether you go on with her plan."
    ),
    "prepared": N_("Next: when she is here and you met her alone, v."),
    "arrived": N_("Next: ask her what may be told; then r tells how she is."),
    "in_care": N_("Next: ask her what may be told; then r tells how she is."),
    "outcome_reported": N_("Next: r when there is news, as far as she allows."),
    "ended": N_("Nothing is left to do: this referral has ended."),
    "withdrawn": N_("She withdrew: what they told us is locked, and erased if she wants it."),
    "frozen": N_("Next: call them on a number you knew before. Nothing is sent meanwhile."),
}


def may_do(view: ReferralView, deed: Deed) -> bool:
    """Does this fit where the referral stands? A state of a newer version allows nothing."""
    table = OURS if view.referral.is_ours else THEIRS
    return deed in table.get(view.referral.state, _NOTHING)


def next_step(desk: Desk, view: ReferralView, *, is_told: bool) -> str:
    """The one thing that comes next, with its key. `is_told`: she knows who expects her, and when."""
    line = view.referral
    if is_told and may_do(view, Deed.DOSSIER):
        return desk.words.say(_NEXT_WHEN_TOLD)
    sentence = (_NEXT_OURS if line.is_ours else _NEXT_THEIRS).get(line.state)
    if sentence is None:
        return ""
    step = "" if view.first_step is None else desk.words.code_of(FirstStep, view.first_step)
    return desk.words.say(
        sentence,
        by=moment(desk, line.answer_by),
        worker=one_line(view.worker or ""),
        date="" if view.from_date is None else desk.date(view.from_date),
        step=step,
    )

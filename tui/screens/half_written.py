"""What is half-written: what it is called, the form in which it goes on, and about whom it is."""

from collections.abc import Callable, Mapping
from typing import Final

from protocol.local import views
from protocol.local.commands.desk import ABOUT_AN_ANSWER, report_of
from tui.places import (
    Destination,
    ToFacts,
    ToNewCase,
    ToOffer,
    ToReferral,
    ToReport,
    ToTakeConsent,
    ToWords,
)
from tui.wording import N_


def _report(about: bytes) -> Destination:
    thread, follow_up = report_of(about)
    return ToReport(thread=thread, follow_up=follow_up)


_FORMS: Final[Mapping[str, tuple[str, Callable[[bytes], Destination]]]] = {
    "case": (N_("Half-written: a new case"), lambda _about: ToNewCase()),
    "words": (N_("Half-written: her words"), lambda about: ToWords(case_id=about)),
    "facts": (N_("Half-written: facts"), lambda about: ToFacts(case_id=about)),
    "consent": (
        N_("Half-done: asking her consent"),
        lambda about: ToTakeConsent(case_id=about, peer=None),
    ),
    "offer": (N_("Half-written: an offer"), lambda about: ToOffer(case_id=about)),
    "report": (N_("Half-written: how she is"), _report),
    # From the referral one sees first whether it still waits for this answer.
    ABOUT_AN_ANSWER: (
        N_("Half-written: an answer"),
        lambda about: ToReferral(thread=about),
    ),
}


def form_of(draft: views.DraftLine) -> tuple[str, Destination | None]:
    """What it is, as a sentence to be said, and where it goes on; None where no such form is known."""
    sort = draft.place.split(" ", maxsplit=1)[0]
    known = _FORMS.get(sort)
    return (N_("Half-written"), None) if known is None else (known[0], known[1](draft.about))


def label_of(draft: views.DraftLine, labels: Mapping[bytes, str]) -> str:
    """The case or the partner it is about, of those that have a label; empty where none has."""
    thread, _follow_up = report_of(draft.about)
    return labels.get(draft.about) or labels.get(thread, "")

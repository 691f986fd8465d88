"""A consent form as a value, filled in step by step, without a screen or a node."""

from typing import Any, Final

import msgspec

from protocol.local import commands, views
from protocol.local.views import SaidView
from protocol.values import sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, ConsentMethod, GivenBy, Purpose
from tui.screens import consent_form
from tui.screens.consent_form import Answer, ConsentForm, Situation, command_of

ME: Final = b"a" * 32
PEER: Final = b"b" * 32
ASKER: Final = b"r" * 16
WITNESS: Final = b"w" * 16
TODAY: Final = 20_833
NOTICE: Final = "First we only ask if they have a place."
PLAN, CONTACT, HEALTH = Category.PLAN_WISHES, Category.LOCATION_CONTACT, Category.HEALTH_BODY


def said(text: str, category: Category = PLAN) -> SaidView:
    return SaidView(
        category=category,
        kind="wish",
        language="ben",
        text=text,
        hash=sha256(text.encode()),
        recorded_at=1,
    )


WISH: Final = said("I want my own shop.")
FEAR: Final = said("I am afraid of the dark.")
ILLNESS: Final = said("My medicine is blue.", HEALTH)
SENTENCES: Final = (WISH, FEAR, ILLNESS)


def answer_category(form: ConsentForm, category: int, answer: Answer) -> ConsentForm:
    return consent_form.answer_category(form, category, answer, sentences=SENTENCES)


def situation(**changes: Any) -> Situation:  # noqa: ANN401
    usual: dict[str, Any] = {
        "case_id": b"c" * 16,
        "age_band": AgeBand.ADULT.value,
        "sentences": SENTENCES,
        "consents": [],
        "me": ME,
        "asker": ASKER,
        "today": TODAY,
    }
    return Situation(**{**usual, **changes})


def ready(form: ConsentForm, **changes: Any) -> ConsentForm:  # noqa: ANN401
    """The form after the last step."""
    usual: dict[str, Any] = {
        "understood": True,
        "said_back_on": TODAY,
        "method": int(ConsentMethod.WRITTEN),
        "given_by": int(GivenBy.SURVIVOR),
    }
    return msgspec.structs.replace(form, **{**usual, **changes})


def asked(**answers: Answer) -> ConsentForm:
    """She answered to some categories, by name."""
    form = ConsentForm(peer=PEER.hex())
    for name, answer in answers.items():
        form = answer_category(form, Category[name], answer)
    return form


def recorded(form: ConsentForm, **changes: Any) -> commands.RecordConsent | None:  # noqa: ANN401
    return command_of(form, situation(**changes), notice=NOTICE, tag="ben")


def consent(**changes: Any) -> views.ConsentView:  # noqa: ANN401
    usual: dict[str, Any] = {
        "consent_id": b"1" * 16,
        "holder": ME,
        "recipient": PEER,
        "purpose": Purpose.CARE_REFERRAL.value,
        "categories": [8],
        "excluded_fields": [],
        "conditions": [],
        "words": None,
        "texts": [],
        "state": "live",
        "is_superseded": False,
        "is_refused": False,
        "is_confirmed": False,
        "needs_confirmation": False,
        "valid_from": 1,
        "expires": 2,
        "receipt_id": None,
        "holders": [],
    }
    return views.ConsentView(**{**usual, **changes})

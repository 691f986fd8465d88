"""What an offer still lacks: what nobody chose, and what the node refuses, with the key that leads there."""

from typing import Final

from protocol.errors import RefusalCode
from protocol.local.views import No
from protocol.vocabulary.codes import Purpose
from tui.desk import Desk
from tui.screens import offer_form
from tui.screens.offer_form import Ground, OfferForm
from tui.wording import N_, Words

CONSENT_CODES: Final = frozenset(
    {
        RefusalCode.E_CONSENT_MISSING.value,
        RefusalCode.E_CONSENT_SCOPE.value,
        RefusalCode.E_CONSENT_EXPIRED.value,
        RefusalCode.E_CONSENT_WITHDRAWN.value,
        RefusalCode.E_CONSENT_UNCONFIRMED.value,
    }
)
_POSITION: Final = "plan_position"


def foreseen(ground: Ground, form: OfferForm) -> str:
    """What the node would refuse whatever is chosen, as its code; empty where only the node can tell."""
    was_asked = any(
        consent.recipient == form.peer and consent.purpose == Purpose.CARE_REFERRAL.value
        for consent in ground.consents
    )
    if not was_asked:
        return RefusalCode.E_CONSENT_MISSING.value
    has_position = any(fact.field == _POSITION for fact in ground.case.facts)
    return "" if has_position else No.POSITION_NOT_RECORDED.value


def lacks(desk: Desk, ground: Ground, form: OfferForm) -> list[str]:
    """A sentence for each thing; none where it can be looked at."""
    words = desk.words
    if ground.peer(form.peer) is None:
        return [
            words.say(
                N_("No partner is checked yet, so she can be referred to nobody. v: check one.")
            )
        ]
    found = []
    unchosen = [words.say(label) for label in offer_form.unchosen(ground, form, desk)]
    if unchosen:
        found.append(words.say(N_("Not chosen yet: {fields}."), fields=", ".join(unchosen)))
    if not offer_form.is_district_legal(form.district):
        found.append(
            words.say(
                N_("Write the district in Latin letters, without digits, or leave it empty.")
            )
        )
    refused = foreseen(ground, form)
    # Whoever has to ask her first need not choose before.
    return [why_not(words, refused), *found] if found and refused else found


def why_not(words: Words, refused: str) -> str:
    """Why the node does not send it, and the key that leads to what is missing."""
    why = words.refusal(refused)
    if refused in CONSENT_CODES:
        return f"{why} {words.say(N_('c: ask her.'))}"
    if refused == No.POSITION_NOT_RECORDED.value:
        return f"{why} {words.say(N_('p: write it down.'))}"
    if refused == RefusalCode.E_LEVEL.value:
        return f"{why} {words.say(N_('v: check a partner.'))}"
    return why

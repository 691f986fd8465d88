"""Who may share what, in the test's own words: an oracle that asks nothing of the code it judges."""

from collections.abc import Collection

from protocol.consent import Consent, ConsentEvent
from protocol.disclosure import CaseFacts
from protocol.messages.disclosed import FactValue
from protocol.values import Hash, NodeId
from tests.support.cases import CATEGORY_OF

# Of one that is unknown its issuer has lost the record: nobody can say that she agreed.
NO_MORE = {"withdrawn", "invalidated", "refused", "superseded", "unknown"}

Recorded = tuple[Consent, Collection[ConsentEvent]]


def is_alive(consent: Consent, events: Collection[ConsentEvent], now: int) -> bool:
    """She said yes, nothing ended it, it is its time, and the holder heard it where that is asked."""
    names = {str(event) for event in events}
    if "given" not in names or names & NO_MORE or "expired" in names:
        return False
    if now not in range(consent.valid_from, consent.expires):
        return False
    return consent.issuer != consent.recipient or "confirmed_by_holder" in names


def may_tell(
    recorded: Collection[Recorded],
    *,
    parties: tuple[NodeId, NodeId],
    purpose: str,
    categories: Collection[int],
    at: tuple[int, int],
) -> bool:
    """Is there one living consent of these parties and this purpose that names every category?

    `at` is our trust level for the recipient, and the time.
    """
    level, now = at
    return level == 2 and any(
        (consent.holder, consent.recipient) == parties
        and consent.purpose == purpose
        and all(category in consent.categories for category in categories)
        and is_alive(consent, events, now)
        for consent, events in recorded
    )


def told(
    case: CaseFacts, consent: Consent, ticks: Collection[Hash]
) -> set[tuple[int, str, FactValue]]:
    """Everything that a message under this consent says of her: category, field or kind, value."""
    facts = {
        (CATEGORY_OF[fact.field], fact.field, fact.value)
        for fact in case.facts
        if CATEGORY_OF.get(fact.field) in consent.categories
        and fact.field not in consent.excluded_fields
    }
    texts: set[tuple[int, str, FactValue]] = {
        (int(category), text.kind.value, text.text)
        for category, text in case.sentences
        if category in consent.categories and text.hash in ticks
    }
    return facts | texts

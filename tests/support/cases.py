"""Hypothesis strategies for consents and for what an organisation knows of a survivor.

The table of fields is the test's own: a field that moves to another category in the code is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from protocol.consent import Consent
from protocol.disclosure import CaseFacts
from protocol.messages.disclosed import Fact, FactValue, Sentence
from protocol.values import (
    ConsentId,
    Handle,
    Hash,
    Instant,
    LanguageTag,
    NodeId,
    PlainText,
    Pseudonym,
)
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import Condition, ConsentMethod, GivenBy, Purpose, TextKind
from tests.support.builders import ALO, BANDHAN, CHAUTARI, NOON

DAY: Final = 86_400

FIELDS: Final = {
    1: {
        "given_name": "line",
        "family_name": "line",
        "known_as": "line",
        "birth_date": "date",
        "gender": "code",
        "citizenship": "codes",
        "identity_number": "line",
    },
    2: {
        "present_town": "line",
        "home_district": "line",
        "safe_phone": "line",
        "contact_how": "code",
        "contact_times": "line",
        "contact_never": "codes",
    },
    3: {"marital_status": "code", "number_of_children": "number", "who_may_know": "codes"},
    4: {
        "recruitment": "codes",
        "means_of_control": "codes",
        "exploitation": "codes",
        "months_trafficked": "number",
    },
    5: {"health_conditions": "line", "medicines": "line", "pregnant": "code"},
    6: {"counselling_themes": "codes", "self_harm_risk": "code"},
    7: {"case_number_police": "line", "court_order": "line", "compensation": "code"},
    8: {
        "wish_about": "codes",
        "justice_wish": "codes",
        "plan_position": "code",
        "goal_types": "codes",
    },
    9: {
        "education": "code",
        "skills": "codes",
        "work_wanted": "codes",
        "service_types": "codes",
    },
    10: {"home_conclusion": "code", "family_willing": "code"},
    11: {"threats": "codes", "travel_risk": "code"},
    12: {},
}
CATEGORY_OF: Final = {field: number for number, fields in FIELDS.items() for field in fields}
SHAPE_OF: Final = {field: shape for fields in FIELDS.values() for field, shape in fields.items()}
# What a case file can hold beyond any list: no consent reaches it.
UNLISTED: Final = ("suspect_name", "complaint", "hiv_status", "case_number", "")

_LINES: Final = ("মিতা", "सीता देवी", "खुशी", "Alo 12", "০১৭", "क्‍ष")
# Every list has these; a word of another kind could not be recorded as a code.
_CODES: Final = ("unknown", "not_asked", "declined_to_say")

numbers = st.integers(0, 10**9)
identifiers = st.binary(min_size=16, max_size=16)


def values_of(shape: str) -> st.SearchStrategy[FactValue]:
    """Values of a fact, by its shape."""
    shapes: dict[str, st.SearchStrategy[FactValue]] = {
        "line": st.sampled_from(_LINES),
        "code": st.sampled_from(_CODES),
        "codes": st.sets(st.sampled_from(_CODES)).map(lambda codes: tuple(sorted(codes))),
        "number": st.integers(0, 99),
        "date": st.sampled_from(("1999", "2004-02", "2004-02-29")),
    }
    return shapes[shape]


@st.composite
def facts_of(draw: st.DrawFn, fields: Sequence[str]) -> list[Fact]:
    """Facts with any of these fields, each at most once."""
    chosen = draw(st.sets(st.sampled_from(fields))) if fields else set()
    return [
        Fact(field=field, value=draw(values_of(SHAPE_OF.get(field, "line"))))
        for field in sorted(chosen)
    ]


sentences = st.builds(
    Sentence,
    kind=st.sampled_from(TextKind),
    language=st.sampled_from([LanguageTag(tag) for tag in ("ben", "hin", "nep", "eng")]),
    text=st.text("ঘরবড়িডরनमस्तেক্ষ .", min_size=1, max_size=40).map(PlainText),
)


@st.composite
def consents(
    draw: st.DrawFn, purposes: Sequence[Purpose] = tuple(Purpose), start: int = NOON
) -> Consent:
    """A legal consent from Alo to Bandhan: every key is drawn but the two parties."""
    purpose = draw(st.sampled_from(purposes))
    most = 11 if purpose is Purpose.CARE_REFERRAL else 12
    asked = start + draw(numbers)
    recorded = asked + draw(numbers)
    valid_from = recorded + draw(numbers)
    consent_id = ConsentId(draw(identifiers))
    older = identifiers.map(ConsentId).filter(lambda name: name != consent_id)
    others: list[NodeId] = [CHAUTARI.node_id, NodeId(b"o" * 32)]
    return Consent(
        consent_id=consent_id,
        handle=Handle(draw(identifiers)),
        issuer=draw(st.sampled_from([ALO.node_id, BANDHAN.node_id])),
        holder=ALO.node_id,
        recipient=BANDHAN.node_id,
        purpose=purpose,
        categories=frozenset(map(Category, draw(st.sets(st.integers(1, most))))),
        excluded_fields=frozenset(draw(st.sets(st.sampled_from(sorted(CATEGORY_OF))))),
        onward=frozenset(draw(st.sets(st.sampled_from(others)))),
        given_by=draw(st.sampled_from(GivenBy)),
        method=draw(st.sampled_from(ConsentMethod)),
        language=draw(st.sampled_from([LanguageTag("ben"), LanguageTag("hin")])),
        notice=Hash(draw(st.binary(min_size=32, max_size=32))),
        understood=draw(st.booleans()),
        witness=draw(st.none() | identifiers.map(Pseudonym)),
        asked_at=Instant(asked),
        recorded_at=Instant(recorded),
        valid_from=Instant(valid_from),
        expires=Instant(valid_from + draw(st.integers(1, 365 * DAY))),
        erase_at=Instant(valid_from + draw(numbers)),
        conditions=frozenset(draw(st.sets(st.sampled_from(Condition)))),
        supersedes=draw(st.none() | older),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two case files that differ only in what one consent does not reach."""

    consent: Consent
    ticks: frozenset[Hash]
    one: CaseFacts
    other: CaseFacts


@st.composite
def pairs(draw: st.DrawFn, purposes: Sequence[Purpose]) -> Pair:
    """Draw what she allows, then twice what she does not, of any amount and in any order."""
    consent = draw(consents(purposes))
    reached = [
        field
        for field, number in CATEGORY_OF.items()
        if number in consent.categories and field not in consent.excluded_fields
    ]
    facts = draw(facts_of(reached))
    allowed = sorted(consent.categories)
    texts = draw(st.lists(st.tuples(st.sampled_from(allowed), sentences))) if allowed else []
    # Two texts with the same words are one text with one tick: which of them is told is no secret.
    told = {text.hash: (category, text) for category, text in texts}
    hidden = sorted({*CATEGORY_OF, *UNLISTED} - set(reached))
    sides = [draw(_sides(hidden, told=told, categories=consent.categories)) for _ in range(2)]
    one, other = (
        CaseFacts(
            facts=tuple(draw(st.permutations([*facts, *more]))),
            sentences=tuple(draw(st.permutations([*told.values(), *words]))),
        )
        for more, words in sides
    )
    return Pair(consent=consent, ticks=frozenset(told), one=one, other=other)


@st.composite
def _sides(
    draw: st.DrawFn,
    hidden: Sequence[str],
    *,
    told: dict[Hash, tuple[Category, Sentence]],
    categories: frozenset[Category],
) -> tuple[list[Fact], list[tuple[Category, Sentence]]]:
    facts = draw(facts_of(hidden))
    drawn = draw(st.lists(st.tuples(st.sampled_from(Category), sentences)))
    unticked = [(category, text) for category, text in drawn if text.hash not in told]
    # A ticked text is still untold where it stands under a category she did not name.
    closed = sorted(set(Category) - categories)
    texts = [text for _, text in told.values()]
    again = st.tuples(st.sampled_from(closed), st.sampled_from(texts)) if texts else st.nothing()
    return facts, [*unticked, *draw(st.lists(again))]

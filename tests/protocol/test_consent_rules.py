"""The rules of consent: what may be shared, what may be taken, what a withdrawal obliges us to do."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.consent import Consent, ConsentEvent, Standing
from protocol.consent_rules import (
    Refusal,
    ShareRequest,
    fits_age,
    may_share,
    may_tell_of_consent,
)
from protocol.errors import RefusalCode
from protocol.permits import Permit
from protocol.values import Instant, NodeId, later, sha256
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, GivenBy, Purpose
from tests.support.builders import (
    ALO,
    BANDHAN,
    CHAUTARI,
    CONSENT,
    GIVEN,
    NOON,
    request_for,
    standing,
)
from tests.support.cases import consents
from tests.support.consent_model import may_tell

DAY: Final = 86_400
END: Final = NOON + 90 * DAY
CONFIRMED: Final = GIVEN | {ConsentEvent.CONFIRMED_BY_HOLDER}
WITHDRAWN: Final = GIVEN | {ConsentEvent.WITHDRAWN}
# She walked in at Bandhan, and Bandhan asked her.
ASKED_THERE: Final = replace(CONSENT, issuer=BANDHAN.node_id)
REQUEST: Final = request_for(CONSENT)
TICKS: Final = frozenset({sha256(b"one"), sha256(b"two")})


def share(
    *standings: Standing, request: ShareRequest = REQUEST, level: int = 2, now: int = NOON
) -> Permit | Refusal:
    return may_share(standings, request=request, level=level, now=Instant(now))


def refusal(
    code: RefusalCode, missing: frozenset[Category] = frozenset(), request: ShareRequest = REQUEST
) -> Refusal:
    return Refusal(
        code=code, purpose=request.purpose, recipient=request.recipient, missing=missing
    )


def allowed(answer: Permit | Refusal) -> bool:
    return isinstance(answer, Permit)


# Sharing


def test_a_permit_says_who_may_tell_what_to_whom_and_under_which_consent() -> None:
    asked = replace(REQUEST, categories=frozenset({Category.SAFETY}))
    known = standing(CONSENT, ticks=TICKS)

    permit = share(known, request=asked, now=NOON + 5)

    assert isinstance(permit, Permit)
    names = (name for name in Permit.__slots__ if name != "token")
    assert {name: getattr(permit, name) for name in names} == {
        "consent_id": CONSENT.consent_id,
        "consent_hash": known.consent_hash,
        "handle": CONSENT.handle,
        "holder": ALO.node_id,
        "recipient": BANDHAN.node_id,
        "purpose": Purpose.CARE_REFERRAL,
        "categories": {Category.SAFETY},
        "excluded_fields": {"home_district"},
        "texts": TICKS,
        "at": NOON + 5,
    }


def test_without_any_consent_nothing_may_be_shared() -> None:
    assert share() == refusal(RefusalCode.E_CONSENT_MISSING, CONSENT.categories)


def test_a_request_that_names_nothing_asks_only_whether_there_may_be_a_referral() -> None:
    nothing = replace(REQUEST, categories=frozenset(), handle=None)

    assert allowed(share(standing(CONSENT), request=nothing))
    assert share(request=nothing) == refusal(RefusalCode.E_CONSENT_MISSING)


def test_a_consent_permits_from_its_first_second_until_the_second_it_ends() -> None:
    known = standing(CONSENT)

    answers = [share(known, now=now) for now in (NOON - 1, NOON, END - 1, END)]

    assert [allowed(answer) for answer in answers] == [False, True, True, False]
    assert answers[0] == refusal(RefusalCode.E_CONSENT_MISSING, CONSENT.categories)
    assert answers[3] == refusal(RefusalCode.E_CONSENT_EXPIRED, CONSENT.categories)


def test_after_a_withdrawal_nothing_may_be_shared() -> None:
    answer = share(standing(CONSENT, WITHDRAWN))

    assert answer == refusal(RefusalCode.E_CONSENT_WITHDRAWN, CONSENT.categories)


def test_a_clock_set_back_revives_nothing() -> None:
    wall_clock, latest_seen = NOON + DAY, END

    answer = share(standing(CONSENT), now=max(wall_clock, latest_seen))

    assert answer == refusal(RefusalCode.E_CONSENT_EXPIRED, CONSENT.categories)


def test_a_consent_for_one_purpose_permits_no_other() -> None:
    justice = replace(REQUEST, purpose=Purpose.JUSTICE)

    assert share(standing(CONSENT), request=justice) == refusal(
        RefusalCode.E_CONSENT_MISSING, CONSENT.categories, justice
    )


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": CHAUTARI.node_id},
        {"holder": CHAUTARI.node_id},
        {"holder": BANDHAN.node_id, "recipient": ALO.node_id},
    ],
    ids=["another recipient", "another holder", "the way back"],
)
def test_a_consent_permits_one_holder_to_tell_one_recipient(change: dict[str, NodeId]) -> None:
    request = replace(
        REQUEST,
        holder=change.get("holder", REQUEST.holder),
        recipient=change.get("recipient", REQUEST.recipient),
    )

    answer = share(standing(CONSENT), request=request)

    assert answer == refusal(RefusalCode.E_CONSENT_MISSING, CONSENT.categories, request)


def test_a_consent_permits_nothing_about_another_survivor() -> None:
    other = replace(CONSENT, handle=type(CONSENT.handle)(b"another handle.."))

    assert not allowed(share(standing(other)))
    assert allowed(share(standing(other), request=replace(REQUEST, handle=None)))


def test_what_is_missing_from_a_consent_is_named() -> None:
    more = replace(REQUEST, categories=CONSENT.categories | {Category.LEGAL, Category.JOURNEY})

    answer = share(standing(CONSENT), request=more)

    lacking = frozenset({Category.LEGAL, Category.JOURNEY})
    assert answer == refusal(RefusalCode.E_CONSENT_SCOPE, lacking)


def test_two_consents_are_never_added_up() -> None:
    one = standing(replace(CONSENT, categories=frozenset({Category.SAFETY})))
    other = standing(replace(CONSENT, categories=frozenset({Category.LEGAL})))
    both = replace(REQUEST, categories=frozenset({Category.SAFETY, Category.LEGAL}))

    answer = share(one, other, request=both)

    assert answer == refusal(RefusalCode.E_CONSENT_SCOPE, frozenset({Category.SAFETY}))


def test_a_text_she_ticked_for_one_consent_is_not_ticked_for_another() -> None:
    wide = standing(replace(CONSENT, categories=frozenset({Category.SAFETY})), ticks=TICKS)
    narrow = standing(replace(CONSENT, categories=frozenset({Category.LEGAL})))

    permit = share(wide, narrow, request=replace(REQUEST, categories=frozenset({Category.LEGAL})))

    assert isinstance(permit, Permit)
    assert permit.texts == frozenset()


def test_a_withdrawn_consent_does_not_stand_in_the_way_of_a_new_one() -> None:
    gone, new = standing(CONSENT, WITHDRAWN), standing(CONSENT)

    assert [allowed(share(*order)) for order in ((gone, new), (new, gone))] == [True, True]


@pytest.mark.parametrize("level", [0, 1])
def test_below_level_two_nothing_may_be_shared(level: int) -> None:
    assert share(standing(CONSENT), level=level) == refusal(RefusalCode.E_LEVEL)


def test_what_the_recipient_asked_for_is_shared_only_after_the_holder_heard_it_from_her() -> None:
    answer = share(standing(ASKED_THERE))

    assert answer == refusal(RefusalCode.E_CONSENT_UNCONFIRMED, CONSENT.categories)
    assert allowed(share(standing(ASKED_THERE, CONFIRMED)))


TWO_PURPOSES: Final = (Purpose.CARE_REFERRAL, Purpose.FOLLOW_UP)
recorded = st.tuples(
    consents(TWO_PURPOSES),
    st.sampled_from([GIVEN, CONFIRMED, CONFIRMED, CONFIRMED])
    | st.frozensets(st.sampled_from(ConsentEvent), max_size=4).map(GIVEN.union)
    | st.frozensets(st.sampled_from(ConsentEvent), max_size=3),
)


@st.composite
def questions(
    draw: st.DrawFn,
) -> tuple[list[tuple[Consent, frozenset[ConsentEvent]]], ShareRequest, int, int]:
    """Some consents, and a request that is near to one of them: with a level and a time."""
    known = draw(st.lists(recorded, min_size=1, max_size=3))
    near, _ = draw(st.sampled_from(known))
    holder, recipient = draw(
        st.sampled_from(
            [(ALO, BANDHAN)] * 4 + [(BANDHAN, ALO), (ALO, CHAUTARI), (CHAUTARI, BANDHAN)]
        )
    )
    named = st.frozensets(st.sampled_from(sorted(near.categories) or [Category.LEGAL]))
    request = ShareRequest(
        holder=holder.node_id,
        recipient=recipient.node_id,
        purpose=draw(st.sampled_from([near.purpose, *TWO_PURPOSES])),
        categories=draw(named)
        | draw(st.sampled_from([frozenset(), frozenset(), {Category.JOURNEY}])),
        handle=None,
    )
    edge = draw(st.sampled_from([near.valid_from, near.expires]))
    level = draw(st.sampled_from((2, 2, 2, 2, 1, 0)))
    return known, request, level, edge + draw(st.integers(-1, 1))


@pytest.mark.slow
@settings(max_examples=300)
@given(questions())
def test_something_may_be_shared_exactly_when_one_living_consent_allows_all_of_it(
    question: tuple[list[tuple[Consent, frozenset[ConsentEvent]]], ShareRequest, int, int],
) -> None:
    known, request, level, now = question
    standings = [standing(consent, events) for consent, events in known]

    answer = share(*standings, request=request, level=level, now=now)

    assert allowed(answer) == may_tell(
        known,
        parties=(request.holder, request.recipient),
        purpose=request.purpose,
        categories=request.categories,
        at=(level, now),
    )


# Telling the other party of a consent


def tell(
    known: Standing, *, teller: NodeId = ALO.node_id, level: int = 2, now: int = NOON
) -> Permit | Refusal:
    return may_tell_of_consent(known, teller=teller, level=level, now=Instant(now))


@pytest.mark.parametrize(
    ("known", "teller"),
    [
        (standing(CONSENT), ALO.node_id),
        (standing(ASKED_THERE), BANDHAN.node_id),
        (standing(replace(CONSENT, valid_from=later(NOON, 1))), ALO.node_id),
    ],
    ids=["the holder asked her", "the recipient asked her", "it begins tomorrow"],
)
def test_the_issuer_may_send_a_copy_of_a_consent_to_its_other_party(
    known: Standing, teller: NodeId
) -> None:
    permit = tell(known, teller=teller)

    assert isinstance(permit, Permit)
    assert (permit.consent_hash, permit.categories, permit.texts) == (
        known.consent_hash,
        frozenset(),
        frozenset(),
    )


@pytest.mark.parametrize("teller", [BANDHAN.node_id, CHAUTARI.node_id])
def test_nobody_but_the_issuer_may_send_a_copy_of_a_consent(teller: NodeId) -> None:
    answer = tell(standing(CONSENT), teller=teller)

    assert isinstance(answer, Refusal)
    assert (answer.code, answer.missing) == (RefusalCode.E_CONSENT_SCOPE, frozenset())


@pytest.mark.parametrize(
    ("events", "now", "code"),
    [
        (frozenset({ConsentEvent.REQUESTED}), NOON, RefusalCode.E_CONSENT_MISSING),
        (WITHDRAWN, NOON, RefusalCode.E_CONSENT_WITHDRAWN),
        (GIVEN, END, RefusalCode.E_CONSENT_EXPIRED),
    ],
)
def test_a_consent_that_does_not_live_is_not_copied(
    events: frozenset[ConsentEvent], now: int, code: RefusalCode
) -> None:
    assert tell(standing(CONSENT, events), now=now) == refusal(code)


def test_a_copy_of_a_consent_goes_only_to_a_peer_of_level_two() -> None:
    assert tell(standing(CONSENT), level=1) == refusal(RefusalCode.E_LEVEL)


@pytest.mark.parametrize("given_by", GivenBy)
@pytest.mark.parametrize("age_band", AgeBand)
def test_a_child_needs_authority_beside_it_and_nobody_else_speaks_for_an_adult(
    given_by: GivenBy, age_band: AgeBand
) -> None:
    own = {GivenBy.SURVIVOR, GivenBy.SURVIVOR_WITH_SUPPORT}
    expected = given_by in own if age_band is AgeBand.ADULT else given_by not in own
    assert fits_age(given_by, age_band=age_band) is expected

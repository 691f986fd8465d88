"""What she answers while she is asked: only a yes is recorded, and only what was read back to her goes."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, ConsentMethod, GivenBy, Purpose
from protocol.vocabulary.facts import FACT_FIELDS
from tests.support.asking import (
    ASKER,
    CONTACT,
    FEAR,
    ILLNESS,
    ME,
    NOTICE,
    PEER,
    PLAN,
    SENTENCES,
    TODAY,
    WISH,
    WITNESS,
    answer_category,
    asked,
    consent,
    ready,
    recorded,
    said,
    situation,
)
from tui.screens import consent_form
from tui.screens.consent_form import (
    Answer,
    ConsentDrafts,
    ConsentForm,
    Missing,
    answer_field,
    answer_text,
    choose_days,
    choose_language,
    choose_peer,
    command_of,
    fitted,
    given,
    is_ticked,
    left_out,
    missing,
    note_read_back,
    say_back,
)


def test_nothing_is_preset() -> None:
    form = ConsentForm(peer=PEER.hex())
    assert given(form, SENTENCES) == []
    assert recorded(ready(form)) is None


def test_only_a_yes_is_recorded() -> None:
    form = asked(PLAN_WISHES=Answer.YES, LOCATION_CONTACT=Answer.NO, WORK_LEARNING=Answer.LATER)
    command = recorded(ready(form))
    assert command is not None
    assert command.categories == [PLAN]


def test_no_and_later_and_not_asked_are_recorded_alike() -> None:
    not_asked = recorded(ready(asked(PLAN_WISHES=Answer.YES)))
    for answer in (Answer.NO, Answer.LATER):
        form = asked(PLAN_WISHES=Answer.YES, LOCATION_CONTACT=answer, HEALTH_BODY=answer)
        form = answer_text(form, WISH, answer)
        assert recorded(ready(form)) == not_asked


def test_a_yes_can_become_a_no() -> None:
    form = answer_category(asked(PLAN_WISHES=Answer.YES), PLAN, Answer.NO)
    assert recorded(ready(form)) is None


@pytest.mark.parametrize("answer", list(Answer))
def test_a_photo_cannot_be_chosen(answer: Answer) -> None:
    form = asked(IMAGE_BIOMETRIC=answer)
    assert form == ConsentForm(peer=PEER.hex())


def test_what_no_consent_can_hold_cannot_be_chosen() -> None:
    assert answer_category(ConsentForm(), Category.HANDLE, Answer.YES) == ConsentForm()


# Her sentences.


def test_a_sentence_that_was_read_back_may_go() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES), WISH)
    command = recorded(ready(answer_text(form, WISH, Answer.YES)))
    assert command is not None
    assert command.texts == [WISH.hash]


def test_a_sentence_that_was_not_read_back_cannot_be_ticked() -> None:
    form = answer_text(asked(PLAN_WISHES=Answer.YES), WISH, Answer.YES)
    command = recorded(ready(form))
    assert command is not None
    assert command.texts == []


def test_reading_back_alone_ticks_nothing() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES), WISH)
    assert not is_ticked(form, WISH)


def test_reading_one_sentence_back_ticks_no_other() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES), WISH)
    form = answer_text(form, FEAR, Answer.YES)
    assert not is_ticked(form, FEAR)


def test_a_sentence_outside_a_yes_is_not_even_read_back() -> None:
    form = asked(PLAN_WISHES=Answer.YES, HEALTH_BODY=Answer.LATER)
    assert note_read_back(form, ILLNESS) == form


def test_a_sentence_goes_with_its_category_or_not_at_all() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES, LOCATION_CONTACT=Answer.YES), WISH)
    form = answer_text(form, WISH, Answer.YES)
    form = answer_category(form, PLAN, Answer.NO)
    form = answer_category(form, PLAN, Answer.YES)
    assert not is_ticked(form, WISH)


def test_an_edited_sentence_is_not_ticked_any_more() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES), WISH)
    form = ready(answer_text(form, WISH, Answer.YES))
    edited = said("I want my own shop, in town.")
    form = fitted(form, (edited, FEAR))
    assert not is_ticked(form, edited)
    assert form.understood is None
    command = command_of(
        ready(form), situation(sentences=(edited, FEAR)), notice=NOTICE, tag="ben"
    )
    assert command is not None
    assert command.texts == []


def test_sentences_that_stand_as_they_did_stay_ticked() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES), WISH)
    form = ready(answer_text(form, WISH, Answer.YES))
    assert fitted(form, SENTENCES) == form


def test_on_the_way_back_no_sentence_of_ours_goes() -> None:
    form = ConsentForm(peer=PEER.hex(), is_way_back=True)
    form = answer_category(form, PLAN, Answer.YES)
    form = answer_text(note_read_back(form, WISH), WISH, Answer.YES)
    command = recorded(ready(form))
    assert command is not None
    assert (command.texts, command.purpose, command.is_way_back) == ([], Purpose.FOLLOW_UP, True)


# What is left out.


def test_facts_go_with_their_category_unless_she_leaves_them_out() -> None:
    form = answer_field(asked(LOCATION_CONTACT=Answer.YES), "safe_phone", Answer.NO)
    command = recorded(ready(form))
    assert command is not None
    assert command.excluded_fields == ["safe_phone"]


@pytest.mark.parametrize(
    "category", [Category.JOURNEY, Category.HEALTH_BODY, Category.HEALTH_MIND, Category.LEGAL]
)
def test_of_the_gravest_each_fact_needs_a_yes_of_its_own(category: Category) -> None:
    fields = sorted(field for field, spec in FACT_FIELDS.items() if spec.category is category)
    form = answer_category(asked(PLAN_WISHES=Answer.YES), category, Answer.YES)
    assert given(form, ()) == [PLAN]
    form = answer_field(form, fields[0], Answer.YES)
    assert set(given(form, ())) == {PLAN, category}
    assert sorted(left_out(form, [category])) == fields[1:]


def test_a_fact_of_what_she_refused_cannot_be_allowed() -> None:
    form = asked(HEALTH_BODY=Answer.NO)
    assert answer_field(form, "medicines", Answer.YES) == form


# Saying it back.


@pytest.mark.parametrize(
    "change",
    [
        lambda form: answer_category(form, CONTACT, Answer.YES),
        lambda form: answer_category(form, PLAN, Answer.NO),
        lambda form: answer_field(form, "wish_about", Answer.NO),
        lambda form: note_read_back(form, WISH),
        lambda form: choose_days(form, 365),
        lambda form: choose_language(form, "en"),
        lambda form: choose_peer(form, (b"d" * 32).hex()),
    ],
)
def test_what_changes_after_she_said_it_back_is_said_back_again(
    change: Callable[[ConsentForm], ConsentForm],
) -> None:
    form = change(ready(asked(PLAN_WISHES=Answer.YES)))
    assert Missing.SAY_BACK in missing(form, situation())


@pytest.mark.parametrize("understood", [None, False])
def test_without_understanding_nothing_is_recorded(*, understood: bool | None) -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES), understood=understood)
    assert recorded(form) is None


def test_another_organisation_is_another_question() -> None:
    other = choose_peer(ready(asked(PLAN_WISHES=Answer.YES)), (b"d" * 32).hex())
    assert other == ConsentForm(peer=(b"d" * 32).hex())


# Who gave it, and who was there.


@pytest.mark.parametrize("age", list(AgeBand))
@pytest.mark.parametrize("given_by", list(GivenBy))
def test_an_adult_speaks_for_herself_and_a_child_only_beside_somebody(
    age: AgeBand, given_by: GivenBy
) -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES), given_by=int(given_by))
    is_own = given_by in {GivenBy.SURVIVOR, GivenBy.SURVIVOR_WITH_SUPPORT}
    command = recorded(form, age_band=age.value)
    assert (command is not None) == (is_own == (age is AgeBand.ADULT))


def test_an_age_that_is_not_known_is_a_childs() -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES))
    assert recorded(form, age_band="not_known") is None


@pytest.mark.parametrize(
    ("method", "witness", "is_recorded"),
    [
        (ConsentMethod.SPOKEN_AND_WITNESSED, WITNESS, True),
        (ConsentMethod.SPOKEN_AND_WITNESSED, b"", False),
        (ConsentMethod.SPOKEN_AND_WITNESSED, ASKER, False),
        (ConsentMethod.WRITTEN, b"", True),
        (ConsentMethod.WRITTEN, ASKER, False),
        (ConsentMethod.WRITTEN, WITNESS, True),
    ],
)
def test_a_witness_is_somebody_else(
    method: ConsentMethod, witness: bytes, *, is_recorded: bool
) -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES), method=int(method), witness=witness.hex())
    assert (recorded(form) is not None) == is_recorded


def test_what_she_said_back_on_another_day_is_said_back_again_before_it_is_recorded() -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES))
    tomorrow = situation(today=TODAY + 1)
    assert (missing(form, situation()), missing(form, tomorrow)) == ([], [Missing.SAY_BACK])
    assert recorded(form, today=TODAY + 1) is None

    again = say_back(form, today=TODAY + 1)

    # How she said yes, and who was there, was another day, too.
    assert missing(again, tomorrow) == [Missing.METHOD, Missing.GIVEN_BY]
    assert say_back(form, today=TODAY) == form


def test_her_words_about_conditions_go_only_after_they_were_read_back() -> None:
    form = ready(asked(PLAN_WISHES=Answer.YES), words="Only my sister.")
    assert missing(form, situation()) == [Missing.WORDS]
    command = recorded(msgspec.structs.replace(form, words_read_back=True))
    assert command is not None
    assert command.words == "Only my sister."


# What it takes the place of.


@pytest.mark.parametrize(
    ("changes", "is_replaced"),
    [
        ({}, True),
        ({"state": "withdrawn"}, False),
        ({"state": "expired"}, False),
        ({"recipient": b"d" * 32}, False),
        ({"purpose": Purpose.FOLLOW_UP.value}, False),
        ({"holder": PEER, "recipient": ME}, False),
    ],
)
def test_asking_again_takes_the_place_of_what_she_said_before(
    changes: dict[str, Any], *, is_replaced: bool
) -> None:
    command = recorded(ready(asked(PLAN_WISHES=Answer.YES)), consents=[consent(**changes)])
    assert command is not None
    assert command.supersedes == (b"1" * 16 if is_replaced else None)


# Drafts.


def test_what_is_half_asked_is_kept_for_each_organisation_apart() -> None:
    one = asked(PLAN_WISHES=Answer.YES)
    other = ConsentForm(peer=(b"d" * 32).hex(), days=30)
    back = ConsentForm(peer=one.peer, is_way_back=True)
    drafts = ConsentDrafts().with_(one).with_(other).with_(back)
    assert drafts.of(peer=one.peer, is_way_back=False) == one
    assert drafts.of(peer="", is_way_back=False) == other
    assert drafts.of(peer=one.peer, is_way_back=True) == back
    assert drafts.without(one).of(peer=one.peer, is_way_back=False) is None


def test_a_draft_is_the_same_after_it_was_kept() -> None:
    form = note_read_back(asked(PLAN_WISHES=Answer.YES, HEALTH_BODY=Answer.LATER), WISH)
    drafts = ConsentDrafts().with_(ready(answer_text(form, WISH, Answer.YES)))
    kept = msgspec.json.encode(drafts)
    assert msgspec.json.decode(kept, type=ConsentDrafts) == drafts


def test_only_so_many_are_kept() -> None:
    drafts = ConsentDrafts()
    for number in range(consent_form.FORMS_MAX + 2):
        drafts = drafts.with_(ConsentForm(peer=bytes([number]).hex() * 32))
    assert len(drafts.forms) == consent_form.FORMS_MAX
    assert drafts.forms[-1].peer == bytes([consent_form.FORMS_MAX + 1]).hex() * 32

"""What she answers while she is asked for consent, as a value, and what is recorded of it.

Nothing is preset. Only what was answered with yes can be recorded; "no", "later" and no answer are the same
to everybody outside. Whatever changes after she said it back has to be said back again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from protocol.local import commands, views
from protocol.local.views import SaidView
from protocol.vocabulary.categories import DOSSIER_ORDER, Category
from protocol.vocabulary.codes import AgeBand, Condition, ConsentMethod, GivenBy, Purpose
from protocol.vocabulary.facts import FACT_FIELDS

DAYS: Final = (30, 90, 180, 365)
DAYS_DEFAULT: Final = 90
FORMS_MAX: Final = 4
WORDS_CHARACTERS_MAX: Final = 1_000
# Of these "everything" is not a choice: each fact has its own yes (CR5).
ITEM_BY_ITEM: Final = frozenset(
    {Category.JOURNEY, Category.HEALTH_BODY, Category.HEALTH_MIND, Category.LEGAL}
)
CANNOT: Final = frozenset({Category.IMAGE_BIOMETRIC})
OFFERED: Final = DOSSIER_ORDER
_VALID: Final = frozenset({"live", "unconfirmed", "not_yet"})
_ADULT: Final = (GivenBy.SURVIVOR, GivenBy.SURVIVOR_WITH_SUPPORT)


class Answer(StrEnum):
    """What she says to one thing. `later` is sent as little as `no`."""

    YES = "yes"
    NO = "no"
    LATER = "later"


class Missing(StrEnum):
    """What has to be done before it can be recorded."""

    PEER = "peer"
    SAY_BACK = "say_back"
    METHOD = "method"
    GIVEN_BY = "given_by"
    WITNESS = "witness"
    WORDS = "words"


class ConsentForm(msgspec.Struct, frozen=True, kw_only=True):
    """The four steps. Ids and hashes are hexadecimal, so that a draft can hold them.

    Attributes:
        peer: for which organisation; empty while it is to be chosen.
        is_way_back: what they may tell us.
        language: in which it is read to her; empty: that of the desk.
        answers: by category.
        fields: by field, inside a category that is yes.
        read_back: the sentences that were read back to her.
        texts: what she said to each sentence.
        understood: she said it back; None: not yet asked.
        said_back_on: on which day; what she said another day is said back anew.
        words: her own words about her conditions, which the other side reads.
    """

    peer: str = ""
    is_way_back: bool = False
    language: str = ""
    step: int = 1
    answers: Mapping[int, Answer] = msgspec.field(default_factory=dict)
    fields: Mapping[str, Answer] = msgspec.field(default_factory=dict)
    read_back: tuple[str, ...] = ()
    texts: Mapping[str, Answer] = msgspec.field(default_factory=dict)
    days: int = DAYS_DEFAULT
    understood: bool | None = None
    said_back_on: int = 0
    method: int = 0
    given_by: int = 0
    witness: str = ""
    conditions: tuple[str, ...] = ()
    words: str = ""
    words_read_back: bool = False


class ConsentDrafts(msgspec.Struct, frozen=True, kw_only=True):
    """What is half-asked about one survivor, the newest last: one form for each organisation and way."""

    forms: tuple[ConsentForm, ...] = ()

    def of(self, *, peer: str, is_way_back: bool) -> ConsentForm | None:
        """The newest that fits; without a peer any organisation fits."""
        fitting = [
            form
            for form in self.forms
            if form.is_way_back == is_way_back and (not peer or form.peer == peer)
        ]
        return fitting[-1] if fitting else None

    def without(self, form: ConsentForm) -> "ConsentDrafts":
        """This form is recorded, or takes another place."""
        return ConsentDrafts(
            forms=tuple(
                one
                for one in self.forms
                if (one.peer, one.is_way_back) != (form.peer, form.is_way_back)
            )
        )

    def with_(self, form: ConsentForm) -> "ConsentDrafts":
        """This form is kept; the oldest goes when there are too many."""
        return ConsentDrafts(forms=(*self.without(form).forms, form)[-FORMS_MAX:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the form is about: her case, as far as names are shown, who sits here, and which day it is.

    `today` counts days of the calendar where she sits.
    """

    case_id: bytes
    age_band: str
    sentences: Sequence[SaidView]
    consents: Sequence[views.ConsentView]
    me: bytes
    asker: bytes
    today: int


# She answers.


def answer_category(
    form: ConsentForm, category: int, answer: Answer, *, sentences: Sequence[SaidView]
) -> ConsentForm:
    """Yes, no or later to a category; what cannot be chosen stays as it is."""
    if category in CANNOT or category not in OFFERED:
        return form
    answers = {**form.answers, category: answer}
    if answer is Answer.YES:
        return _asked_anew(form, answers=answers)
    # What was inside goes with its category or not at all; after another yes it is asked about again.
    inside = {one.hash.hex() for one in sentences if one.category == category}
    return _asked_anew(
        form,
        answers=answers,
        texts={text: said for text, said in form.texts.items() if text not in inside},
        fields={
            field: said
            for field, said in form.fields.items()
            if FACT_FIELDS[field].category != category
        },
    )


def answer_field(form: ConsentForm, field: str, answer: Answer) -> ConsentForm:
    """May this fact go with its category?"""
    if not is_yes(form, FACT_FIELDS[field].category):
        return form
    return _asked_anew(form, fields={**form.fields, field: answer})


def note_read_back(form: ConsentForm, sentence: SaidView) -> ConsentForm:
    """It was read back to her, word for word as it would be sent."""
    if not may_be_read_back(form, sentence) or sentence.hash.hex() in form.read_back:
        return form
    return _asked_anew(form, read_back=(*form.read_back, sentence.hash.hex()))


def answer_text(form: ConsentForm, sentence: SaidView, answer: Answer) -> ConsentForm:
    """May this sentence go? Yes only after it was read back, in a category that is yes (CR23)."""
    if answer is Answer.YES and not (
        is_read_back(form, sentence) and may_be_read_back(form, sentence)
    ):
        return form
    return _asked_anew(form, texts={**form.texts, sentence.hash.hex(): answer})


def answer_condition(form: ConsentForm, condition: str, answer: Answer) -> ConsentForm:
    """Must they keep to this? It is a condition or it is none; later counts as none."""
    chosen = {*form.conditions} - {condition} | ({condition} if answer is Answer.YES else set())
    kept = tuple(one.value for one in Condition if one.value in chosen)
    return form if kept == form.conditions else _asked_anew(form, conditions=kept)


def say_words(form: ConsentForm, words: str, *, is_read_back: bool) -> ConsentForm:
    """Her own words about her conditions; other words than those that were read back are not read back."""
    is_read = is_read_back and bool(words) and words == form.words
    if (words, is_read) == (form.words, form.words_read_back):
        return form
    return _asked_anew(form, words=words, words_read_back=is_read)


def say_back(form: ConsentForm, *, today: int) -> ConsentForm:
    """She said it back, today. How she said yes another day, and who was there, does not count for it."""
    if form.said_back_on != today:
        form = msgspec.structs.replace(form, method=0, given_by=0, witness="")
    return msgspec.structs.replace(form, understood=True, said_back_on=today)


def choose_days(form: ConsentForm, days: int) -> ConsentForm:
    """Until when."""
    return form if days == form.days else _asked_anew(form, days=days)


def choose_peer(form: ConsentForm, peer: str) -> ConsentForm:
    """For whom: another organisation is another question, and nothing said before counts for it."""
    if peer == form.peer:
        return form
    return ConsentForm(peer=peer, is_way_back=form.is_way_back, language=form.language)


def choose_language(form: ConsentForm, language: str) -> ConsentForm:
    """Read it to her in another language: then it is read anew."""
    if language == form.language:
        return form
    return _asked_anew(form, language=language)


def fitted(form: ConsentForm, sentences: Sequence[SaidView]) -> ConsentForm:
    """The form for the sentences as they stand now: an edited one was never read back."""
    known = {sentence.hash.hex() for sentence in sentences}
    texts = {text: said for text, said in form.texts.items() if text in known}
    read_back = tuple(text for text in form.read_back if text in known)
    if len(texts) == len(form.texts) and len(read_back) == len(form.read_back):
        return form
    return _asked_anew(form, texts=texts, read_back=read_back)


def _asked_anew(form: ConsentForm, **changes: object) -> ConsentForm:
    return msgspec.structs.replace(form, **{"understood": None, **changes})


# What her answers amount to.


def is_said_back(form: ConsentForm, *, today: int) -> bool:
    """Did she say it back today, as it stands? What is recorded counts as said today."""
    return form.understood is True and form.said_back_on == today


def is_yes(form: ConsentForm, category: int) -> bool:
    """Is this category a yes?"""
    return form.answers.get(category) is Answer.YES


def may_be_read_back(form: ConsentForm, sentence: SaidView) -> bool:
    """Only within a category that is yes; and on the way back nothing of ours goes."""
    return is_yes(form, sentence.category) and not form.is_way_back


def can_be_read_back(form: ConsentForm, sentence: SaidView) -> bool:
    """Now: what is covered nobody can read to her."""
    return bool(sentence.text) and may_be_read_back(form, sentence)


def is_read_back(form: ConsentForm, sentence: SaidView) -> bool:
    """Was it read back to her?"""
    return sentence.hash.hex() in form.read_back


def is_ticked(form: ConsentForm, sentence: SaidView) -> bool:
    """Did she say, after it was read back, that it may go?"""
    return (
        form.texts.get(sentence.hash.hex()) is Answer.YES
        and is_read_back(form, sentence)
        and may_be_read_back(form, sentence)
    )


def field_goes(form: ConsentForm, field: str) -> bool:
    """Does a fact go? Mostly with its category unless left out; of some each needs a yes of its own."""
    category = FACT_FIELDS[field].category
    answer = form.fields.get(field)
    if category in ITEM_BY_ITEM:
        return is_yes(form, category) and answer is Answer.YES
    return is_yes(form, category) and answer is not Answer.NO


def fields_of(category: int) -> list[str]:
    """The facts that a category can hold."""
    return [field for field, spec in FACT_FIELDS.items() if spec.category == category]


def ticked(form: ConsentForm, sentences: Sequence[SaidView]) -> list[SaidView]:
    """Her sentences that may go."""
    return [sentence for sentence in sentences if is_ticked(form, sentence)]


def given(form: ConsentForm, sentences: Sequence[SaidView]) -> list[Category]:
    """The categories she allowed; one of which she left out everything is none."""
    words = {sentence.category for sentence in ticked(form, sentences)}
    return [
        category
        for category in OFFERED
        if is_yes(form, category)
        and category not in CANNOT
        and (category in words or any(field_goes(form, field) for field in fields_of(category)))
    ]


def left_out(form: ConsentForm, categories: Sequence[Category]) -> list[str]:
    """The facts she left out of what she allowed."""
    return [
        field
        for category in categories
        for field in fields_of(category)
        if not field_goes(form, field)
    ]


def purpose_of(form: ConsentForm) -> Purpose:
    """What it is for."""
    return Purpose.FOLLOW_UP if form.is_way_back else Purpose.CARE_REFERRAL


def given_by_of(age_band: str) -> list[GivenBy]:
    """Who may speak: an adult herself; a child's assent only beside somebody with authority."""
    is_adult = age_band == AgeBand.ADULT
    return [one for one in GivenBy if (one in _ADULT) == is_adult]


def replaced(form: ConsentForm, situation: Situation) -> bytes | None:
    """The consent this one takes the place of: still valid, between the same two, for the same."""
    peer = bytes.fromhex(form.peer)
    between = (peer, situation.me) if form.is_way_back else (situation.me, peer)
    same = [
        consent
        for consent in situation.consents
        if (consent.holder, consent.recipient) == between
        and consent.purpose == purpose_of(form)
        and consent.state in _VALID
    ]
    newest = max(same, key=lambda consent: consent.valid_from, default=None)
    return None if newest is None else newest.consent_id


def missing(form: ConsentForm, situation: Situation) -> list[Missing]:
    """What has to be done before it can be recorded."""
    found = []
    if not form.peer:
        found.append(Missing.PEER)
    if not is_said_back(form, today=situation.today):
        found.append(Missing.SAY_BACK)
    if not form.method:
        found.append(Missing.METHOD)
    if form.given_by not in given_by_of(situation.age_band):
        found.append(Missing.GIVEN_BY)
    if not _has_witness(form, situation):
        found.append(Missing.WITNESS)
    if form.words and not form.words_read_back:
        found.append(Missing.WORDS)
    return found


def _has_witness(form: ConsentForm, situation: Situation) -> bool:
    if form.witness == situation.asker.hex():
        return False
    return bool(form.witness) or form.method != ConsentMethod.SPOKEN_AND_WITNESSED


def command_of(
    form: ConsentForm, situation: Situation, *, notice: str, tag: str
) -> commands.RecordConsent | None:
    """What is recorded: her yes, and nothing else she said. None where she said yes to nothing.

    Args:
        form: her answers; nothing may be missing.
        situation: her case.
        notice: what was read to her, exactly.
        tag: the language it was read in.
    """
    categories = given(form, situation.sentences)
    if not categories or missing(form, situation):
        return None
    return commands.RecordConsent(
        case_id=situation.case_id,
        peer=bytes.fromhex(form.peer),
        purpose=purpose_of(form),
        is_way_back=form.is_way_back,
        categories=sorted(categories),
        excluded_fields=sorted(left_out(form, categories)),
        texts=[sentence.hash for sentence in ticked(form, situation.sentences)],
        days=form.days,
        given_by=GivenBy(form.given_by),
        method=ConsentMethod(form.method),
        language=tag,
        notice=notice,
        understood=True,
        conditions=[condition for condition in Condition if condition in form.conditions],
        words=form.words or None,
        witness=bytes.fromhex(form.witness) if form.witness else None,
        supersedes=replaced(form, situation),
    )

"""Whatever is pressed in whatever order: what is recorded is what a second, simpler model says."""

from typing import Any, Final

from hypothesis import given as for_all
from hypothesis import strategies as st

from protocol.local.views import SaidView
from protocol.vocabulary.categories import Category
from protocol.vocabulary.facts import FACT_FIELDS
from tests.support.asking import PEER, SENTENCES, answer_category, ready, recorded
from tui.screens.consent_form import (
    Answer,
    ConsentForm,
    answer_field,
    answer_text,
    note_read_back,
)

STEPS: Final = st.one_of(
    st.tuples(st.just("category"), st.sampled_from(list(Category)), st.sampled_from(Answer)),
    st.tuples(st.just("text"), st.sampled_from(SENTENCES), st.sampled_from(Answer)),
    st.tuples(st.just("read"), st.sampled_from(SENTENCES), st.just(Answer.YES)),
    st.tuples(st.just("field"), st.sampled_from(sorted(FACT_FIELDS)), st.sampled_from(Answer)),
)


class Model:
    """Her last answer to each thing, and what was read back inside a yes; written without the form."""

    def __init__(self) -> None:
        self.yes: set[int] = set()
        self.read: set[bytes] = set()
        self.may_go: set[bytes] = set()
        self.fields: dict[str, Answer] = {}

    def category(self, category: Category, answer: Answer) -> None:
        if answer is Answer.YES:
            self.yes |= {int(category)} - {0, 12}
            return
        self.yes -= {int(category)}
        self.may_go -= {one.hash for one in SENTENCES if one.category == category}
        for field in [one for one in self.fields if FACT_FIELDS[one].category is category]:
            del self.fields[field]

    def read_back(self, sentence: SaidView) -> None:
        if sentence.category in self.yes:
            self.read |= {sentence.hash}

    def text(self, sentence: SaidView, answer: Answer) -> None:
        if answer is not Answer.YES:
            self.may_go -= {sentence.hash}
        elif sentence.category in self.yes and sentence.hash in self.read:
            self.may_go |= {sentence.hash}

    def field(self, field: str, answer: Answer) -> None:
        if FACT_FIELDS[field].category in self.yes:
            self.fields[field] = answer

    def goes(self, field: str) -> bool:
        answer = self.fields.get(field)
        is_grave = int(FACT_FIELDS[field].category) in {4, 5, 6, 7}
        return answer is Answer.YES if is_grave else answer is not Answer.NO

    def expected(self) -> tuple[set[int], set[str], set[bytes]]:
        """The categories, what is left out of them, and the sentences."""
        inside = {
            category: {field for field, spec in FACT_FIELDS.items() if spec.category == category}
            for category in self.yes
        }
        with_words = {one.category for one in SENTENCES if one.hash in self.may_go}
        categories = {
            category
            for category, fields in inside.items()
            if category in with_words or any(map(self.goes, fields))
        }
        left = {
            field for category in categories for field in inside[category] if not self.goes(field)
        }
        return categories, left, set(self.may_go)


def stepped(form: ConsentForm, model: Model, step: tuple[str, Any, Answer]) -> ConsentForm:
    """One key, for the form and for the model."""
    kind, what, answer = step
    match kind:
        case "category":
            model.category(what, answer)
            return answer_category(form, what, answer)
        case "field":
            model.field(what, answer)
            return answer_field(form, what, answer)
        case "read":
            model.read_back(what)
            return note_read_back(form, what)
        case _:
            model.text(what, answer)
            return answer_text(form, what, answer)


@for_all(st.lists(STEPS, max_size=30))
def test_whatever_is_pressed_exactly_what_she_said_yes_to_last_is_recorded(
    steps: list[tuple[str, Any, Answer]],
) -> None:
    form, model = ConsentForm(peer=PEER.hex()), Model()
    for step in steps:
        form = stepped(form, model, step)
    command = recorded(ready(form))
    seen = (
        (set[int](), set[str](), set[bytes]())
        if command is None
        else (
            {int(category) for category in command.categories},
            set(command.excluded_fields),
            set(command.texts),
        )
    )
    assert seen == model.expected()

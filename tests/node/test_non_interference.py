"""What she withheld leaves no trace between two whole nodes, from the offer to the last receipt.

The observer is Bandhan together with whoever counts envelopes: it opens everything that travels, in
both directions, and looks at its own desk. Two federations run the same story; their cases differ only
in what the consent does not reach: facts, sentences, other cases, consents for another organisation,
drafts, files that were read in and not ticked. On the way back it is Alo that observes, and two reports
of Bandhan differ in what was typed beyond her consent.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from node.services import casework, consenting, following_up
from protocol.local import commands
from protocol.messages.disclosed import Fact, Sentence
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import AgeBand, SeenHow, WithdrawalWanted
from tests.support import federation as federations
from tests.support import files
from tests.support.cases import CATEGORY_OF, facts_of, sentences
from tests.support.federation import Federation, done
from tests.support.story import C8, Story, consent_command, tell
from tests.support.traces import trace_of

EXAMPLES_TO_FIND_A_LEAK: Final = 200
# One example is two whole stories: 20 of them in each run, 1,000 in a long search.
EXAMPLES: Final = settings().max_examples // 5
TOLD_APART: Final = "the observer can tell them apart"
POSITIONS: Final = ("agreed", "dissents", "wants_time")
# A consent for a referral reaches any category but images.
REFERABLE: Final = tuple(category for category in Category if 1 <= category <= 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one of two cases has beyond the other, all of it out of the consent's reach."""

    facts: dict[str, commands.FactInput]
    texts: list[tuple[Category, Sentence]]
    other_cases: int
    other_consents: int
    drafts: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A consent, what it reaches, and twice what it does not."""

    categories: tuple[Category, ...]
    excluded: tuple[str, ...]
    facts: dict[str, commands.FactInput]
    ticked: list[tuple[Category, Sentence]]
    one: Side
    other: Side


def as_input(facts: list[Fact]) -> dict[str, commands.FactInput]:
    return {
        fact.field: list(fact.value) if isinstance(fact.value, tuple) else fact.value
        for fact in facts
    }


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Draw what she allows, then twice what she does not."""
    categories = draw(st.sets(st.sampled_from(REFERABLE), min_size=1))
    excluded = draw(st.sets(st.sampled_from(sorted(CATEGORY_OF)), max_size=6))
    reached = [
        name
        for name, number in CATEGORY_OF.items()
        if number in categories and name not in excluded and name != "plan_position"
    ]
    facts = as_input(draw(facts_of(reached)))
    texts = st.lists(st.tuples(st.sampled_from(sorted(categories)), sentences), max_size=3)
    ticked = list({text.hash: (category, text) for category, text in draw(texts)}.values())
    hidden = sorted(set(CATEGORY_OF) - set(reached) - {"plan_position"})
    is_position_told = C8 in categories and "plan_position" not in excluded
    if is_position_told:
        facts["plan_position"] = draw(st.sampled_from(POSITIONS))
    sides = [
        draw(_side(hidden, {text.hash for _, text in ticked}, with_position=not is_position_told))
        for _ in range(2)
    ]
    return Pair(
        categories=tuple(sorted(categories)),
        excluded=tuple(sorted(excluded)),
        facts=facts,
        ticked=ticked,
        one=sides[0],
        other=sides[1],
    )


@st.composite
def _side(draw: st.DrawFn, hidden: list[str], ticked: set[Any], *, with_position: bool) -> Side:
    facts = as_input(draw(facts_of(hidden)))
    if with_position:
        facts["plan_position"] = draw(st.sampled_from(POSITIONS))
    shareable = st.sampled_from([category for category in Category if category >= 1])
    drawn = draw(st.lists(st.tuples(shareable, sentences), max_size=6))
    return Side(
        facts=facts,
        texts=[(category, text) for category, text in drawn if text.hash not in ticked],
        other_cases=draw(st.integers(0, 3)),
        other_consents=draw(st.integers(0, 2)),
        drafts=draw(st.integers(0, 2)),
        files=draw(st.integers(0, 2)),
    )


NOTHING: Final = Side(facts={}, texts=[], other_cases=0, other_consents=0, drafts=0, files=0)


def against_nothing(pair: Pair) -> Pair:
    """Beside a case with whatever it has, one that has nothing out of the consent's reach."""
    return replace(pair, one=NOTHING)


@contextmanager
def running(template: Federation) -> Iterator[Story]:
    with (
        tempfile.TemporaryDirectory(prefix="sathi-pair-") as folder,
        federations.copied(template, Path(folder) / "nodes") as made,
    ):
        yield tell(made)


Leak = Callable[[Story, Side], None]


def no_leak(_story: Story, _side: Side) -> None:
    """The product, as it is."""


def run(story: Story, pair: Pair, side: Side, leak: Leak) -> list[object]:
    """The whole story with one of the two cases."""
    _fill(story, pair, side)
    story.agree(
        categories=[*pair.categories],
        excluded_fields=[*pair.excluded],
        texts=[text.hash for _, text in pair.ticked],
    )
    story.agree_way_back()
    _elsewhere(story, side)
    story.offer(categories=pair.categories)
    story.settle()
    story.accept()
    story.settle()
    for number in range(side.files):
        # Read in, and she has not said yes to it.
        files.attach(story, files.paper(60 + 9_000 * number), category=pair.categories[0])
    story.dossier(pair.categories)
    leak(story, side)
    story.settle()
    story.arrive()
    story.report()
    story.settle()
    story.confirm()
    story.report()
    story.settle()
    story.withdraw(wanted=WithdrawalWanted.ERASE)
    story.settle()
    return trace_of(story, story.bandhan)


def _fill(story: Story, pair: Pair, side: Side) -> None:
    story.open_case(facts={**pair.facts, **side.facts}, sentences=())
    for category, text in [*side.texts, *pair.ticked]:
        said = commands.RecordSentence(
            case_id=story.case_id,
            category=category,
            kind=text.kind,
            language=text.language,
            text=text.text,
        )
        done(story.alo.use(casework.record_sentence, said))


def _elsewhere(story: Story, side: Side) -> None:
    """What else there is at Alo: other cases, consents for Chautari, drafts."""
    for number in range(side.other_cases):
        other = commands.OpenCase(
            case_number=f"ALO-9{number}", age_band=AgeBand.ADULT, language="hin"
        )
        done(story.alo.use(casework.open_case, other))
    chautari = story.federation["Chautari"]
    for number in range(side.other_consents):
        given = consent_command(story.case_id, chautari, days=30 + number)
        done(story.alo.use(consenting.record_consent, given))
    for number in range(side.drafts):
        draft = commands.SaveDraft(place="case", about=bytes([number]), text="খসড়া")
        story.alo.use(casework.save_draft, draft)


def run_back(story: Story, pair: Pair, side: Side, leak: Leak) -> list[object]:
    """The way back, where the pair is what she allows of a report and a side what is typed beyond it."""
    story.open_case()
    story.agree()
    story.agree_way_back(categories=[*pair.categories], excluded_fields=[*pair.excluded])
    story.offer()
    story.settle()
    story.accept()
    story.settle()
    story.dossier()
    story.settle()
    _report(story, pair, side)
    story.settle()
    story.confirm()
    leak(story, side)
    _report(story, pair, side)
    story.settle()
    return trace_of(story, story.alo)


def _report(story: Story, pair: Pair, side: Side) -> None:
    # Where she did not name her plans even a text that was read back stays.
    texts = [(text, True) for _, text in pair.ticked]
    texts += [(text, C8 not in pair.categories) for _, text in side.texts]
    command = commands.ReportFollowUp(
        thread=story.thread,
        follow_up=None,
        at=story.bandhan.now,
        seen=SeenHow.PHONE,
        not_seen=None,
        facts={**pair.facts, **side.facts},
        sentences=[
            commands.SentenceInput(
                kind=text.kind, language=text.language, text=text.text, read_back=read_back
            )
            for text, read_back in texts
        ],
    )
    done(story.bandhan.use(following_up.report, command))


Run = Callable[[Story, Pair, Side, Leak], list[object]]
PAIRS: Final = pairs()
# A report needs nothing beyond her consent, and mostly has nothing: that is what any other is held against.
REPORTS: Final = PAIRS.map(against_nothing)


def hold(
    template: Federation,
    leak: Leak,
    *,
    story_of: Run = run,
    drawn: st.SearchStrategy[Pair] = PAIRS,
    examples: int,
    phases: tuple[Phase, ...] = (Phase.explicit, Phase.generate),
) -> None:
    """Raise AssertionError if a pair of cases is found that the observer can tell apart."""

    @settings(max_examples=examples, phases=phases)
    @given(pair=drawn)
    def cannot_be_told_apart(pair: Pair) -> None:
        traces = []
        for side in (pair.one, pair.other):
            with running(template) as story:
                traces.append(story_of(story, pair, side, leak))
        assert traces[0] == traces[1], TOLD_APART

    cannot_be_told_apart()


@pytest.mark.slow
def test_two_cases_that_differ_only_outside_the_consent_leave_the_same_trace(
    acquainted: Federation,
) -> None:
    hold(acquainted, no_leak, examples=EXAMPLES)


@pytest.mark.slow
def test_two_reports_that_differ_only_outside_the_way_back_leave_the_same_trace(
    acquainted: Federation,
) -> None:
    hold(acquainted, no_leak, story_of=run_back, drawn=REPORTS, examples=EXAMPLES)


# Each of these breaks the promise in one way a careless hand could.


def tells_more_if_there_is_a_health_fact(story: Story, side: Side) -> None:
    if side.facts.keys() & {"medicines", "health_conditions", "pregnant"}:
        request = commands.RequestFollowUp(thread=story.thread, due=story.alo.now + 1)
        done(story.alo.use(following_up.request, request))


def sends_later_for_every_other_case(story: Story, side: Side) -> None:
    story.federation.clock.forward(60 * side.other_cases)


def sends_the_consents_after_the_dossier_if_she_kept_a_sentence(story: Story, side: Side) -> None:
    if side.texts:
        story.alo.write(
            lambda unit: unit.vault.execute(
                "UPDATE outbox SET urgency = 1 WHERE type = 'referral.dossier/1'"
            )
        )


def sends_a_file_without_her_yes(story: Story, _side: Side) -> None:
    for file in files.files_at(story.alo, story):
        files.tick(file, at=story.alo)
        done(files.send(file, at=story.alo))


def asks_the_peer_who_else_was_told(story: Story, side: Side) -> None:
    if side.other_consents:
        story.bandhan.write(
            lambda unit: unit.vault.execute(
                "INSERT INTO tasks (task, peer, due, made_at) VALUES ('offer_again', ?, 1, 1)",
                (story.alo.node_id,),
            )
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "leak",
    [
        tells_more_if_there_is_a_health_fact,
        sends_later_for_every_other_case,
        sends_the_consents_after_the_dossier_if_she_kept_a_sentence,
        asks_the_peer_who_else_was_told,
        sends_a_file_without_her_yes,
    ],
)
def test_a_planted_leak_is_found(acquainted: Federation, leak: Leak) -> None:
    with pytest.raises(AssertionError, match=TOLD_APART):
        hold(acquainted, leak, examples=EXAMPLES_TO_FIND_A_LEAK)


def reports_as_seen_if_a_fact_stays_here(story: Story, side: Side) -> None:
    if side.facts:
        story.bandhan.write(
            lambda unit: unit.vault.execute(
                "DELETE FROM consent_events WHERE event = 'confirmed_by_holder'"
            )
        )


def reports_once_more_if_a_text_stays_here(story: Story, side: Side) -> None:
    if side.texts:
        story.report()


@pytest.mark.slow
@pytest.mark.parametrize(
    "leak",
    [
        reports_as_seen_if_a_fact_stays_here,
        reports_once_more_if_a_text_stays_here,
    ],
)
def test_a_planted_leak_on_the_way_back_is_found(acquainted: Federation, leak: Leak) -> None:
    with pytest.raises(AssertionError, match=TOLD_APART):
        hold(acquainted, leak, story_of=run_back, drawn=REPORTS, examples=EXAMPLES_TO_FIND_A_LEAK)

"""Cases by page: every case once, found by any word about her, and no name unless somebody asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.services import casework, following_up, paging
from node.vault.records import CaseRecord
from node.vault.tables import cases, desk
from node.vault.unit import Unit
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.views import encode_view
from protocol.values import Instant, LanguageTag, PlainText, later, pseudonym
from protocol.vocabulary.codes import AgeBand, CaseStatus
from tests.support import federation as federations
from tests.support.federation import WORKER, Node, done
from tests.support.story import FACTS, Story

ANYBODY: Final = pseudonym(b"somebody of ours")
WORDS: Final = ("রানী", "রাত", "খুলনা", "কৃষ্ণনগর", "silig", "k-7")
ALL: Final = commands.PageCases(
    first=0, count=200, words="", status=None, mine=False, with_names=False
)
NAMES: Final[dict[str, commands.FactInput]] = {
    "given_name": "Zwartbles",
    "family_name": "Quillfeather",
    "known_as": "Moonpenny",
    "birth_date": "1999-03-27",
    "gender": "TransgenderFeminine",
    "citizenship": ["stateless"],
    "identity_number": "IDNO-88-4711",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A case as a test draws it; the model of what may be found."""

    words: tuple[str, ...]
    status: CaseStatus
    is_mine: bool
    opened_at: int


class _UndoneError(Exception):
    """Ends a job so that nothing of it stays."""


drawn_cases = st.lists(
    st.builds(
        Drawn,
        words=st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
        status=st.sampled_from(CaseStatus),
        is_mine=st.booleans(),
        opened_at=st.integers(0, 2**31),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = federations.begin(tmp_path_factory.mktemp("pages"), "Alo Shelter", seed="pages")
    yield made["Alo Shelter"]
    made.close()


def page(node: Node, **changes: object) -> views.CasePage:
    return node.use(paging.page_cases, msgspec.structs.replace(ALL, **changes))


def numbers(shown: views.CasePage) -> list[str]:
    return [line.case_number for line in shown.lines]


def open_drawn(unit: Unit, number: int, drawn: Drawn) -> None:
    case = CaseRecord(
        case_id=number.to_bytes(16, "little"),
        case_number=PlainText(f"N{number}"),
        status=CaseStatus.INTAKE,
        owner=WORKER if drawn.is_mine else ANYBODY,
        age_band=AgeBand.ADULT,
        language=LanguageTag("ben"),
        opened_at=Instant(drawn.opened_at),
    )
    cases.insert_case(unit.vault, case)
    for word in drawn.words:
        desk.add_search_text(unit.vault, owner=case.case_id, owner_kind="case", text=word)
    cases.set_status(unit.vault, case.case_id, drawn.status)


@given(
    drawn=drawn_cases,
    typed=st.lists(st.sampled_from(("র", "রা", "রানী", "কৃষ্ণ", "কৃ", "SILIG", "k")), max_size=2),
    status=st.none() | st.sampled_from(CaseStatus),
    mine=st.booleans(),
    size=st.integers(1, 5),
)
@settings(max_examples=150)
def test_the_pages_together_are_every_case_that_matches_once_the_newest_first(
    empty: Node,
    drawn: list[Drawn],
    typed: list[str],
    status: CaseStatus | None,
    mine: bool,  # noqa: FBT001  (drawn by name)
    size: int,
) -> None:
    def job(unit: Unit) -> None:
        for number, one in enumerate(drawn):
            open_drawn(unit, number, one)
        wanted = msgspec.structs.replace(
            ALL, words=" ".join(typed), status=status, mine=mine, count=size
        )
        acting = empty.acting()
        seen: list[str] = []
        while True:
            here = msgspec.structs.replace(wanted, first=len(seen))
            shown = paging.page_cases(unit, here, acting=acting)
            assert (shown.count, shown.total) == (len(expected), len(drawn))
            if not shown.lines:
                break
            seen += numbers(shown)
        assert seen == expected
        raise _UndoneError

    expected = [
        f"N{number}"
        for number, one in reversed([*enumerate(drawn)])
        if (status is None or one.status is status)
        and (one.is_mine or not mine)
        and all(any(word.startswith(start.lower()) for word in one.words) for start in typed)
    ]
    with pytest.raises(_UndoneError):
        empty.write(job)


def test_no_name_travels_unless_somebody_asks_for_it(story: Story) -> None:
    story.open_case(facts={**FACTS, **NAMES})
    without, asked = page(story.alo), page(story.alo, with_names=True)

    hidden = [str(value) for value in NAMES.values() if isinstance(value, str)]
    body = encode_view(without)
    assert [name for name in hidden if name.encode() in body] == []
    assert [line.known_as for line in asked.lines] == ["Moonpenny"]
    assert [name for name in hidden if name.encode() in encode_view(asked)] == ["Moonpenny"]


def test_a_case_is_found_by_her_name_and_shown_without_it(story: Story) -> None:
    story.open_case(facts={**FACTS, **NAMES})
    shown = page(story.alo, words="moonp খুল")

    assert (numbers(shown), shown.lines[0].known_as) == (["ALO-17"], None)


def test_a_line_says_where_she_is_and_what_comes_next_with_whom(story: Story) -> None:
    story.up_to_dossier()
    [line] = page(story.alo).lines
    [(due,)] = story.alo.rows("SELECT min(due) FROM tasks WHERE done_at IS NULL")

    assert (line.present_town, line.due, line.due_with) == ("খুলনা", due, "Bandhan")


def test_a_line_names_no_day_on_which_somebody_sees_her_where_she_withdrew(story: Story) -> None:
    story.up_to_dossier()
    due = later(story.alo.now, 3 * 86_400)
    asked = commands.RequestFollowUp(thread=story.thread, due=due)
    done(story.alo.use(following_up.request, asked))
    story.alo.write(lambda unit: unit.vault.execute("DELETE FROM tasks").rowcount)
    [before] = page(story.alo).lines
    story.withdraw()
    story.alo.write(lambda unit: unit.vault.execute("DELETE FROM tasks").rowcount)
    [after] = page(story.alo).lines

    assert [(line.due, line.due_with) for line in (before, after)] == [
        (due, "Bandhan"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("first", "count", "is_legal"),
    [(0, 1, True), (0, 200, True), (9, 200, True), (0, 0, False), (0, 201, False), (-1, 1, False)],
)
def test_a_page_has_its_bounds(alo: Node, first: int, count: int, is_legal: bool) -> None:  # noqa: FBT001
    if is_legal:
        assert page(alo, first=first, count=count).lines == []
        return
    with pytest.raises(MalformedError):
        page(alo, first=first, count=count)


def test_a_corrected_fact_no_longer_leads_to_her(story: Story) -> None:
    story.open_case()
    correction = commands.RecordFacts(case_id=story.case_id, facts={"present_town": "যশোর"})
    done(story.alo.use(casework.record_facts, correction))

    found = {word: page(story.alo, words=word).count for word in ("খুলনা", "যশোর", "সেলাই")}
    assert found == {"খুলনা": 0, "যশোর": 1, "সেলাই": 1}


def test_a_word_that_is_only_signs_is_passed_over(story: Story) -> None:
    story.open_case()

    assert [page(story.alo, words=words).count for words in ("সেলাই --", '"', "*", "সেলাই OR")] == [
        1,
        1,
        0,
        0,
    ]


def test_what_came_about_her_leads_to_her_case_until_she_withdraws(story: Story) -> None:
    story.up_to_dossier()
    before = page(story.bandhan, words="অন্ধকারে").count
    story.withdraw()
    story.federation.deliver(story.alo)
    # Locked, and not yet erased.
    story.bandhan.take(story.federation.box(story.bandhan))
    locked = page(story.bandhan, words="অন্ধকারে").count
    story.bandhan.erase()

    assert (before, locked, page(story.bandhan, words="অন্ধকারে").count) == (1, 0, 0)
    assert page(story.bandhan).count == 1


def test_the_index_of_cases_holds_exactly_what_may_be_found(story: Story) -> None:
    story.up_to_reports()
    story.withdraw(story.way_back, at=story.bandhan)
    story.settle()

    for node in (story.alo, story.bandhan):
        held = node.rows(
            "SELECT o.case_id, w.words FROM case_words w JOIN case_order o USING (number)"
        )
        texts = node.rows("SELECT case_id, text FROM search_texts WHERE case_id IS NOT NULL")
        model = {
            case_id: sorted(text for of, text in texts if of == case_id) for case_id, _ in held
        }
        assert {case_id: sorted(words.split("\n")) for case_id, words in held} == model
        node.write(
            lambda unit: unit.vault.execute(
                "INSERT INTO case_search (case_search, rank) VALUES ('integrity-check', 1)"
            )
        )


def test_the_counts_are_those_of_the_cases(empty: Node) -> None:
    def job(unit: Unit) -> None:
        for number in range(7):
            drawn = Drawn(
                words=(), status=list(CaseStatus)[number % 5], is_mine=number < 3, opened_at=1
            )
            open_drawn(unit, number, drawn)
        unit.vault.execute("DELETE FROM search_texts")
        unit.vault.execute("DELETE FROM cases WHERE case_id = ?", (bytes(16),))
        kept = unit.vault.execute("SELECT owner, status, count FROM case_counts WHERE count > 0")
        counted = unit.vault.execute("SELECT owner, status, count(*) FROM cases GROUP BY 1, 2")
        assert sorted(map(tuple, kept.fetchall())) == sorted(map(tuple, counted.fetchall()))
        raise _UndoneError

    with pytest.raises(_UndoneError):
        empty.write(job)

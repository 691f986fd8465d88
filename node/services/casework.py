"""Cases: opened, filled, shown with her own words first, searched."""

from collections.abc import Collection, Mapping, Sequence

from node.effects import Acting, audit
from node.vault.records import CaseRecord
from node.vault.tables import cases, desk, disclosures, messages, name_words, referrals
from node.vault.unit import Unit
from protocol import limits
from protocol.errors import MalformedError
from protocol.fields import schema_error
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.disclosed import Fact, FactValue, Sentence, typed_fact
from protocol.values import language_tag, plain_text
from protocol.vocabulary.categories import SHAREABLE
from protocol.vocabulary.codes import CaseStatus
from protocol.vocabulary.facts import FACT_FIELDS


def open_case(unit: Unit, command: commands.OpenCase, *, acting: Acting) -> views.Done | Refused:
    """Begin a case. Raises: MalformedError if the number or the language is not one."""
    case = CaseRecord(
        case_id=acting.entropy(16),
        case_number=plain_text(
            command.case_number,
            characters_max=limits.NAME_CHARACTERS_MAX,
            place="OpenCase.case_number",
        ),
        status=CaseStatus.INTAKE,
        owner=acting.actor,
        age_band=command.age_band,
        language=language_tag(command.language, place="OpenCase.language"),
        opened_at=acting.now,
    )
    if cases.is_number_taken(unit.vault, case.case_number):
        return refused(No.ALREADY_THERE)
    cases.insert_case(unit.vault, case)
    desk.add_search_text(unit.vault, owner=case.case_id, owner_kind="case", text=case.case_number)
    audit(unit, "case.opened", case.case_id, acting=acting)
    return views.Done(ref=case.case_id)


def record_facts(
    unit: Unit, command: commands.RecordFacts, *, acting: Acting
) -> views.Done | Refused:
    """Record facts, and end what is no longer so; all of it or, if one is not legal, nothing.

    Raises:
        MalformedError: if a field does not exist, has another shape, holds a code that is not in its list,
            or is both recorded and ended.
    """
    case = cases.find_case(unit.vault, command.case_id)
    if case is None:
        return refused(No.NOT_FOUND)
    former = {fact.field: fact.value for fact in cases.load_facts(unit.vault, case.case_id).facts}
    facts = [
        typed_fact(field, value, former=former.get(field))
        for field, value in command.facts.items()
    ]
    _check_ended(command)
    _drop_words(unit, case.case_id, former, changed={*command.no_longer, *command.facts})
    _put(unit, case.case_id, facts, no_longer=command.no_longer, acting=acting)
    if case.status is CaseStatus.INTAKE:
        cases.set_status(unit.vault, case.case_id, CaseStatus.ACTIVE)
    if command.facts:
        audit(unit, "case.facts", case.case_id, acting=acting, details=",".join(command.facts))
    if command.no_longer:
        ended = ",".join(command.no_longer)
        audit(unit, "case.facts_ended", case.case_id, acting=acting, details=ended)
    return views.Done()


def _drop_words(
    unit: Unit, case_id: bytes, former: Mapping[str, FactValue], *, changed: Collection[str]
) -> None:
    """A value that is corrected or ended is not found any more."""
    for field in changed:
        old = former.get(field)
        if isinstance(old, str):
            desk.drop_search_text(unit.vault, case_id, old)


def _put(
    unit: Unit,
    case_id: bytes,
    facts: Sequence[Fact],
    *,
    no_longer: Sequence[str],
    acting: Acting,
) -> None:
    for field in no_longer:
        cases.drop_fact(unit.vault, case_id, field)
    for fact in facts:
        cases.set_fact(unit.vault, case_id, fact, by=acting.actor, now=acting.now)
        if isinstance(fact.value, str):
            desk.add_search_text(unit.vault, owner=case_id, owner_kind="case", text=fact.value)
    name_words.replace(
        unit.vault, cases.names_of(unit.vault, case_id), owner=case_id, case_id=case_id
    )


def _check_ended(command: commands.RecordFacts) -> None:
    for field in command.no_longer:
        if field not in FACT_FIELDS:
            raise schema_error("a field that does not exist", place="no_longer")
        if field in command.facts:
            raise schema_error("recorded and ended at once", place="no_longer")


def record_sentence(
    unit: Unit, command: commands.RecordSentence, *, acting: Acting
) -> views.Done | Refused:
    """Record one text of hers. Raises: MalformedError."""
    case = cases.find_case(unit.vault, command.case_id)
    if case is None:
        return refused(No.NOT_FOUND)
    if command.category not in SHAREABLE:
        raise MalformedError("a category no text can have", place="RecordSentence.category")
    sentence = Sentence(
        kind=command.kind,
        language=language_tag(command.language, place="RecordSentence.language"),
        text=plain_text(
            command.text,
            characters_max=limits.TEXT_CHARACTERS_MAX,
            place="RecordSentence.text",
        ),
    )
    cases.insert_sentence(
        unit.vault,
        case.case_id,
        sentence,
        sentence_id=acting.entropy(16),
        category=command.category,
        by=acting.actor,
        now=acting.now,
    )
    desk.add_search_text(unit.vault, owner=case.case_id, owner_kind="case", text=sentence.text)
    audit(unit, "case.sentence", case.case_id, acting=acting, details=command.kind.value)
    return views.Done(ref=sentence.hash)


def show_case(
    unit: Unit, command: commands.ShowCase, *, acting: Acting
) -> views.CaseView | Refused:
    """One case, her sentences first; that it was read is written down."""
    case = cases.find_case(unit.vault, command.case_id)
    if case is None:
        return refused(No.NOT_FOUND)
    with unit.unseen():
        audit(unit, "case.read", case.case_id, acting=acting)
    known = cases.load_facts(unit.vault, case.case_id)
    return views.CaseView(
        case=_line(case),
        age_band=case.age_band.value,
        language=case.language,
        sentences=[
            views.SentenceView(
                category=int(category),
                kind=sentence.kind.value,
                language=sentence.language,
                text=sentence.text,
                hash=sentence.hash,
            )
            for category, sentence in known.sentences
        ],
        facts=[_fact(fact) for fact in known.facts],
        disclosures=_ledger(unit, case.case_id),
        threads=[r.thread for r in referrals.referrals_of_case(unit.vault, case.case_id)],
    )


def _ledger(unit: Unit, case_id: bytes) -> list[views.DisclosureView]:
    return [
        views.DisclosureView(peer=peer, at=at, categories=categories, fields=fields)
        for peer, at, categories, fields in disclosures.of_case(unit.vault, case_id)
    ]


def _line(case: CaseRecord) -> views.CaseLine:
    return views.CaseLine(
        case_id=case.case_id,
        case_number=case.case_number,
        status=case.status.value,
        opened_at=case.opened_at,
    )


def _fact(fact: Fact) -> views.FactView:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return views.FactView(
        field=fact.field, category=int(FACT_FIELDS[fact.field].category), value=value
    )


def list_cases(unit: Unit) -> views.Cases:
    """The newest cases, without a name."""
    found: Sequence[CaseRecord] = cases.load_cases(unit.vault)
    return views.Cases(cases=[_line(case) for case in found], count=cases.count_cases(unit.vault))


def search(unit: Unit, command: commands.Search) -> views.Found:
    """Where words were found. What is locked or erased is not found. Raises: MalformedError."""
    if command.words:
        plain_text(command.words, characters_max=limits.TEXT_CHARACTERS_MAX, place="Search.words")
    found = desk.search(unit.vault, command.words, limit=desk.SHOWN_MAX)
    return views.Found(
        cases=[owner for owner, kind in found if kind == "case"],
        messages=[
            owner
            for owner, kind in found
            if kind == "message" and messages.is_readable(unit.vault, owner)
        ],
    )


def save_draft(unit: Unit, command: commands.SaveDraft, *, acting: Acting) -> views.Done:
    """Keep a half-written text; an empty one is dropped. Raises: MalformedError."""
    plain_text(command.place, characters_max=limits.NAME_CHARACTERS_MAX, place="SaveDraft.place")
    if len(command.about) > commands.ABOUT_BYTES_MAX:
        raise MalformedError("longer than any id", place="SaveDraft.about")
    if command.text:
        plain_text(
            command.text, characters_max=commands.DRAFT_CHARACTERS_MAX, place="SaveDraft.text"
        )
    desk.save_draft(
        unit.vault,
        user=acting.actor,
        place=command.place,
        about=command.about,
        text=command.text,
        now=acting.now,
    )
    return views.Done()


def load_draft(unit: Unit, command: commands.LoadDraft, *, acting: Acting) -> views.Draft:
    """A half-written text."""
    text = desk.load_draft(unit.vault, user=acting.actor, place=command.place, about=command.about)
    return views.Draft(text=text or "")


def list_drafts(unit: Unit, _command: commands.ListDrafts, *, acting: Acting) -> views.Drafts:
    """Where whoever asks has a half-written text; not a word of it."""
    return views.Drafts(
        drafts=[
            views.DraftLine(place=place, about=about, changed_at=changed_at)
            for place, about, changed_at in desk.drafts_of(unit.vault, acting.actor)
        ],
        count=desk.count_drafts(unit.vault, acting.actor),
    )

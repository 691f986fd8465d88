"""The second chapter: a case, her words letter by letter, where she stands, and what she agrees to."""

from collections.abc import Mapping
from typing import Final

from protocol.local import commands, views
from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import ConsentMethod, GivenBy
from tests.walk.desks import Place
from tests.walk.reader import Reader
from tests.walk.survivor import CASE, FEAR, KEPT, KINDS, RAB, SKILL, WISH

METHOD: Final = ConsentMethod.THUMBPRINT
ANSWERS: Final = {
    Category.PLAN_WISHES: "yes",
    Category.LOCATION_CONTACT: "yes",
    Category.WORK_LEARNING: "yes",
    Category.IDENTITY: "no",
    Category.HEALTH_BODY: "no",
}
GIVEN: Final = tuple(category for category, answer in ANSWERS.items() if answer == "yes")


def open_case(reader: Reader) -> None:
    """A case with a number and nothing that says who she is."""
    reader.go_to("Cases")
    reader.press("new case")
    reader.stands_at("New case")
    reader.fill("Case number", CASE)
    reader.choose("Her age", reader.say("18 or older"))
    reader.choose("Her language", reader.say("Bengali"))
    reader.keep("new-case")
    reader.press("open the case")
    reader.stands_at(CASE)
    reader.keep("case-new")
    listed = reader.place.colleague.ask(commands.ListCases(), views.Cases)
    assert [case.case_number for case in listed.cases] == [CASE]


def write_her_words(reader: Reader) -> None:
    """A wish with a joiner in it, and two fears, as she said them."""
    reader.press("her words")
    reader.stands_at("Her own words")
    reader.reads(CASE)
    for text in (WISH, FEAR, KEPT):
        reader.choose("What it is", reader.say(KINDS[text]))
        reader.move_to_typing()
        reader.type(text)
        reader.keep("her-words")
        reader.press_and_see("write it down", "Written down, word for word.")
        reader.reads(text)
    reader.keep("her-words-written")
    reader.leave()
    reader.stands_at(CASE)
    reader.reads(RAB)
    reader.keep("case-with-words")
    written = {said.text for said in look(reader.place).sentences}
    assert written == {WISH, FEAR, KEPT}


def write_facts(reader: Reader) -> None:
    """Where she stands on the plan, and what she can do."""
    reader.press("facts")
    reader.stands_at("What is known")
    reader.reads(CASE)
    reader.keep("facts")
    reader.choose("Her position on the plan", reader.say("She agrees"))
    reader.keep("facts-plan")
    reader.choose("What it is about", reader.words.code(Category.WORK_LEARNING))
    reader.fill(reader.words.field("skills"), SKILL)
    reader.keep("facts-work")
    reader.press("record")
    reader.reads(reader.words.say_many("{count} fact recorded.", "{count} facts recorded.", 2))
    reader.leave()
    reader.stands_at(CASE)
    facts = {fact.field: fact.value for fact in look(reader.place).facts}
    assert facts == {"plan_position": "agreed", "skills": [SKILL]}


def ask_her(reader: Reader, partner: str) -> None:
    """Three yes and two no, two of three sentences read back; she says it back, and it is recorded."""
    reader.press("consent")
    reader.stands_at("What she agreed to")
    reader.sees("She was not asked yet, or allowed nothing. c asks her.")
    reader.press("ask her")
    with reader.reading_in("bn"):
        reader.stands_at("Consent 1 of 4: read together")
        reader.choose("For", partner)
        reader.keep("consent-read-together")
        _choose(reader, ANSWERS)
        _read_back(reader)
        reader.keep("consent-chosen")
        _say_it_back(reader)
        reader.keep("consent-receipt")
    consent = consents(reader.place)[-1]
    assert consent.categories == sorted(map(int, GIVEN))
    assert len(consent.texts) == 2


def ask_for_the_way_back(reader: Reader, partner: str) -> None:
    """What they may tell us about her; it counts once she was asked again there."""
    with reader.reading_in("bn"):
        reader.leave()
    reader.stands_at("What she agreed to")
    reader.press("the way back")
    with reader.reading_in("bn"):
        reader.stands_at("Consent 1 of 4: read together")
        reader.choose("For", partner)
        reader.keep("way-back-read-together")
        _choose(reader, {Category.PLAN_WISHES: "yes"})
        _say_it_back(reader)
        reader.leave()
    reader.stands_at("What she agreed to")
    reader.keep("consents")
    assert [one.state for one in consents(reader.place)] == ["live", "unconfirmed"]


def _choose(reader: Reader, answers: Mapping[Category, str]) -> None:
    reader.press("she chooses")
    reader.stands_at("Consent 2 of 4: she chooses")
    for category, answer in answers.items():
        reader.move_to_row(reader.words.category(category))
        reader.press(answer)


def _say_it_back(reader: Reader) -> None:
    reader.press("say it back")
    reader.stands_at("Consent 3 of 4: she says it back")
    reader.keep("consent-say-back")
    reader.press_and_see("understood", "✓ She said it back: understood.")
    reader.press("how she said yes")
    reader.stands_at("Consent 4 of 4: how she said yes")
    reader.choose("She said yes", reader.words.code(METHOD))
    reader.choose("It was given", reader.words.code(GivenBy.SURVIVOR))
    reader.keep("consent-how")
    reader.press("record")
    code = reader.reads_like(r"R-[A-Z2-7]{4}-[A-Z2-7]{4}")
    assert reader.offers("back"), code


def _read_back(reader: Reader) -> None:
    """The first two may go, the third stays; each is alone on the screen while it is read."""
    for text, answer in ((WISH, "read to her, may go"), (FEAR, "read to her, may go")):
        reader.move_to_row(text[:20])
        reader.press("read back")
        reader.sees("Read this to her, slowly, word for word.")
        reader.reads(text)
        reader.keep("consent-read-back")
        reader.press(answer)
        reader.stands_at("Consent 2 of 4: she chooses")


def consents(place: Place) -> list[views.ConsentView]:
    """Every consent about her, the oldest first."""
    command = commands.ListConsents(case_id=look(place).case_id)
    found = place.colleague.ask(command, views.Consents).consents
    return sorted(
        found, key=lambda one: (one.valid_from, one.is_superseded, one.state == "unconfirmed")
    )


def look(place: Place) -> views.CaseLook:
    """The case as its node holds it."""
    listed = place.colleague.ask(commands.ListCases(), views.Cases)
    command = commands.LookAtCase(
        case_id=listed.cases[0].case_id, with_names=False, with_identity=False
    )
    return place.colleague.ask(command, views.CaseLook)

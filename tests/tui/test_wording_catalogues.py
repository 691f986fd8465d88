"""The catalogues: complete, up to date, harmless, and compiled from what translators wrote."""

import gettext
import io
import re
import string
import unicodedata
from typing import Final

import pytest
from babel.messages.catalog import Catalog, Message

from protocol.values import plain_text
from tests.catalogues.extraction import (
    Text,
    buttons_in,
    found,
    hidden,
    hidden_in,
    sources,
    texts_in,
)
from tests.catalogues.files import (
    PLURALS,
    TEMPLATE,
    TRANSLATED,
    begin,
    compiled,
    long_buttons,
    merged,
    read,
    source_of,
    strings,
    template_of,
    untranslated,
    written,
)
from tui.wording.catalogue import LANGUAGES, path_of

SHARE_TRANSLATED: Final = 0.98
# Keys of the keyboard, and letters that stand for one.
LATIN_ALLOWED: Final = re.compile(r"Esc|Ctrl|Enter|Tab|F[0-9]{1,2}|[A-Za-z]|HTML|PDF|QR")
# A caseworker is told what happened, not how it works.
NOT_FOR_CASEWORKERS: Final = re.compile(
    r"\b(node|payload|sync\w*|victim|beneficiary|revoke\w*|reject\w*|opt-?in)\b", re.IGNORECASE
)


def texts_of(catalog: Catalog) -> dict[tuple[str | None, str], Message]:
    return {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]): message
        for message in catalog
        if message.id
    }


def originals(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def places_in(text: str) -> list[tuple[str, str, str]]:
    """Every place for a value: its name, its format and its conversion."""
    return sorted(
        (name, form or "", conversion or "")
        for _, name, form, conversion in string.Formatter().parse(text)
        if name is not None
    )


def as_read(compiled_catalogue: bytes) -> dict[object, object]:
    read_back = gettext.GNUTranslations(io.BytesIO(compiled_catalogue))
    texts: dict[object, object] = dict(vars(read_back)["_catalog"])
    # The header names the version of the tool.
    texts.pop("")
    return texts


@pytest.fixture(params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def catalog(language: str) -> Catalog:
    return read(source_of(language))


def test_every_text_of_the_desk_is_in_the_template() -> None:
    said = {(text.context, text.one, text.many) for text in found(sources())}
    held = {
        (message.context, *[*originals(message), None][:2])
        for message in texts_of(read(TEMPLATE)).values()
    }
    assert said == held, "run: make catalogues"


def test_every_text_of_the_template_is_in_the_catalogue(catalog: Catalog) -> None:
    assert texts_of(catalog).keys() == texts_of(read(TEMPLATE)).keys(), "run: make catalogues"


def test_the_desk_reads_what_the_translators_wrote(language: str, catalog: Catalog) -> None:
    assert as_read(path_of(language).read_bytes()) == as_read(compiled(catalog))


def test_nearly_every_text_is_translated(catalog: Catalog) -> None:
    texts = len(texts_of(catalog))
    assert texts - len(untranslated(catalog)) >= SHARE_TRANSLATED * texts


def test_no_translation_is_a_guess_of_a_tool(catalog: Catalog) -> None:
    assert [message.id for message in texts_of(catalog).values() if message.fuzzy] == []


def test_a_translation_has_the_places_of_its_original(catalog: Catalog) -> None:
    for message in texts_of(catalog).values():
        expected = places_in(originals(message)[-1])
        for translation in filter(None, strings(message)):
            assert places_in(translation) == expected, message.id


def test_a_place_is_a_plain_name() -> None:
    for text in texts_of(read(TEMPLATE)).values():
        for name, form, conversion in places_in(originals(text)[-1]):
            assert (name.isidentifier(), form, conversion) == (True, "", "")


def test_no_text_can_drive_a_terminal_or_act_as_markup(catalog: Catalog) -> None:
    for message in texts_of(catalog).values():
        for text in [*originals(message), *filter(None, strings(message))]:
            plain_text(text, characters_max=1_000)
            assert not set(text) & set("[]\n"), text


def test_a_translation_is_spelt_in_the_one_form_that_search_knows(catalog: Catalog) -> None:
    for message in texts_of(catalog).values():
        for text in strings(message):
            assert text == unicodedata.normalize("NFC", text)


def test_a_translation_begins_and_ends_with_the_spaces_of_its_original(catalog: Catalog) -> None:
    for message in texts_of(catalog).values():
        for text in filter(None, strings(message)):
            original = originals(message)[0]
            assert (text[0] == " ", text[-1] == " ") == (original[0] == " ", original[-1] == " ")


def test_no_latin_word_is_left_in_a_translation(catalog: Catalog) -> None:
    for message in texts_of(catalog).values():
        for text in strings(message):
            words = re.findall(r"[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*", re.sub(r"\{\w+\}", " ", text))
            assert [word for word in words if not LATIN_ALLOWED.fullmatch(word)] == [], text


def test_no_text_speaks_of_the_machinery() -> None:
    said = [text.one for text in found(sources()) if NOT_FOR_CASEWORKERS.search(text.one)]
    assert said == []


def test_what_opens_the_desk_has_one_name_in_every_text() -> None:
    others = re.compile(r"pass ?(word|code)|pass[ -]phrase|\bPIN\b", re.IGNORECASE)
    assert [text.one for text in found(sources()) if others.search(text.one)] == []


def test_no_text_is_hidden_from_the_translators() -> None:
    assert hidden(sources()) == []


def test_every_language_has_a_rule_of_plurals() -> None:
    assert set(TRANSLATED) == LANGUAGES.keys() - {"en"}
    assert set(TRANSLATED) <= PLURALS.keys()


@pytest.mark.parametrize(
    ("of_language", "forms"),
    [
        ("bn", ["one", "one", "many", "many"]),
        ("hi", ["one", "one", "many", "many"]),
        ("ne", ["many", "one", "many", "many"]),
    ],
)
def test_each_language_counts_by_its_own_rule(of_language: str, forms: list[str]) -> None:
    catalog = begin(of_language)
    catalog.add(("x", "xs"), string=("one", "many"))
    read_back = gettext.GNUTranslations(io.BytesIO(compiled(catalog)))
    assert [read_back.ngettext("x", "xs", count) for count in (0, 1, 2, 100)] == forms


def test_the_counting_rule_of_a_catalogue_is_that_of_its_language(
    language: str, catalog: Catalog
) -> None:
    assert catalog.plural_forms == begin(language).plural_forms


SOURCE: Final = """
words.say("one" " text", count=3)
self.desk.words.say_many("{count} case", "{count} cases", 3)
words.say_in("verb", "open")
LABEL = N_("later")
MONTH = mark_in("month", "May")
words.say(LABEL)
words.say(N_("inside"))
words.said("not a text")
"""


def test_the_extraction_finds_each_way_to_say_a_text() -> None:
    texts = [(text.context, text.one, text.many) for text in texts_in(SOURCE, file="x.py")]
    assert texts == [
        (None, "one text", None),
        (None, "{count} case", "{count} cases"),
        ("verb", "open", None),
        (None, "later", None),
        ("month", "May", None),
        (None, "inside", None),
    ]


@pytest.mark.parametrize(
    "line",
    [
        'words.say(f"{name} agreed")',
        'words.say("a" + name)',
        'N_("%s agreed" % name)',
        'words.say("")',
        'words.say_many("one", f"{count} cases", 3)',
        'words.say("yes" if it else "no")',
    ],
)
def test_a_text_that_is_put_together_is_hidden_from_the_translators(line: str) -> None:
    assert [call.line for call in hidden_in(line, file="x.py")] == [1]


def test_a_text_that_is_written_down_is_not_hidden() -> None:
    assert list(hidden_in(SOURCE, file="x.py")) == []


def test_a_button_word_is_named_when_it_takes_much_more_room_than_the_english() -> None:
    source = 'Act(name="x", label=N_("stop what was sent"), help=N_("Stop it."))'
    assert buttons_in(source) == {"stop what was sent"}
    catalog = begin("bn")
    # 18 letters of English: 25 cells are room enough, 26 are not; marks above and below take none.
    for label, translation in (("a" * 18, "\u0995" * 25 + "\u09cd"), ("b" * 18, "\u0995" * 26)):
        catalog.add(label, string=translation)
    assert long_buttons(catalog, {"a" * 18, "b" * 18}) == ["b" * 18]


def text(one: str) -> Text:
    return Text(one=one, many=None, context=None, file="tui/x.py")


def test_new_texts_leave_the_translations_as_they_are() -> None:
    catalog = merged(begin("bn"), template_of([text("kept"), text("gone")]))
    texts_of(catalog)[None, "kept"].string = "থাকল"
    texts_of(catalog)[None, "gone"].string = "গেল"
    catalog = merged(catalog, template_of([text("kept!"), text("kept"), text("new")]))
    held = {key[1]: strings(message) for key, message in texts_of(catalog).items()}
    assert held == {"kept!": [""], "kept": ["থাকল"], "new": [""]}


def test_files_written_twice_are_the_same_bytes(language: str, catalog: Catalog) -> None:
    once = written(catalog)
    assert once == source_of(language).read_bytes()
    assert written(merged(catalog, read(TEMPLATE))) == once

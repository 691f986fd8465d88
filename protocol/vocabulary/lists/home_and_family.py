"""Her family, her home, and how safe they are."""

from typing import Final

from protocol.vocabulary.lists.codelist import Code, CodeList

YES_NO: Final = CodeList(
    name="yes_no",
    about="A question with two answers.",
    codes=(
        Code("yes"),
        Code("no"),
    ),
)
YES_PARTLY_NO: Final = CodeList(
    name="yes_partly_no",
    about="Whether somebody is willing, able or safe.",
    codes=(
        Code("yes"),
        Code("partly"),
        Code("no"),
        Code("not_known"),
    ),
)
HOME_CONCLUSION: Final = CodeList(
    name="home_conclusion",
    about="What a visit at her home came to.",
    codes=(
        Code("ready"),
        Code("ready_with_support"),
        Code("not_ready"),
        Code("not_safe"),
    ),
)
RELATION: Final = CodeList(
    name="relation",
    about="What somebody is to her.",
    codes=(
        Code("mother"),
        Code("father"),
        Code("husband"),
        Code("sister"),
        Code("brother"),
        Code("child"),
        Code("grandparent"),
        Code("aunt_or_uncle"),
        Code("in_laws"),
        Code("other_relative"),
        Code("friend"),
        Code("neighbour"),
        Code("other"),
        Code("nobody"),
    ),
)
DEPENDANT: Final = CodeList(
    name="dependant",
    about="Who depends on her.",
    codes=(
        Code("child"),
        Code("sibling"),
        Code("other"),
    ),
)
STIGMA_SETTING: Final = CodeList(
    name="stigma_setting",
    about="Where she was shamed.",
    codes=(
        Code("family"),
        Code("village"),
        Code("school"),
        Code("work"),
        Code("health_service"),
        Code("police"),
        Code("court"),
        Code("shelter"),
        Code("ngo"),
        Code("media"),
    ),
)
STIGMA_WANTED: Final = CodeList(
    name="stigma_wanted",
    about="What she wanted done when she was shamed.",
    codes=(
        Code("nothing"),
        Code("listen"),
        Code("talk_to_them"),
        Code("mediate"),
        Code("complain"),
        Code("legal"),
        Code("move"),
    ),
)

LISTS: Final = (
    YES_NO,
    YES_PARTLY_NO,
    HOME_CONCLUSION,
    RELATION,
    DEPENDANT,
    STIGMA_SETTING,
    STIGMA_WANTED,
)

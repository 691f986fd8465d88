"""What is read to her before she is asked, in her language, and why each thing would be told.

The text is recorded as its hash, so what stands here is exactly what is shown and read out.
"""

from collections.abc import Mapping
from typing import Final

from protocol.vocabulary.categories import Category
from tui.wording import N_, Words

_REFERRAL: Final = (
    N_("We would like to ask {peer} whether they can help you."),
    N_("First we only ask if they have a place. That says nothing about you."),
    N_(
        "If they say yes, may we tell them something about you, so that they can help you well? You decide"
        " about each thing: yes, no, or later. What you do not say yes to stays with us."
    ),
    N_("If you say no, you still get help from us."),
)
_WAY_BACK: Final = (
    N_("{peer} will be there for you. May they tell us later how you are?"),
    N_("They ask you again first, in private. Until then they tell us nothing that you say."),
    N_(
        "You decide about each thing: yes, no, or later. What you do not say yes to, they keep to"
        " themselves."
    ),
    N_("If you say no, you still get help from them and from us."),
)
_CHANGE_YOUR_MIND: Final = (
    N_(
        "You can stop it at any time by telling anyone here or there. You need not say why, and nothing is"
        " taken from you for it."
    ),
    N_(
        "Then we stop, and they are asked to erase what they have. What somebody has already read or heard"
        " cannot be taken back."
    ),
)

SO_THAT: Final[Mapping[Category, str]] = {
    Category.PLAN_WISHES: N_("so that they go on with it"),
    Category.LOCATION_CONTACT: N_("so that they can meet and call her safely"),
    Category.SAFETY: N_("so that they can protect her"),
    Category.HOME_FAMILY_ASSESSMENT: N_("so that they know whether home is safe for her"),
    Category.IDENTITY: N_("so that they know whom to expect"),
    Category.FAMILY: N_("so that they know who may be told, and who may not"),
    Category.WORK_LEARNING: N_("so that they find the work or course she wants"),
    Category.HEALTH_BODY: N_("so that her treatment goes on"),
    Category.HEALTH_MIND: N_("so that they know what helps her, and what hurts"),
    Category.LEGAL: N_("so that they can stand by her with police and court"),
    Category.JOURNEY: N_("so that she need not tell it all again"),
    Category.IMAGE_BIOMETRIC: N_("cannot be chosen: it never goes with a referral"),
}
SO_THAT_WAY_BACK: Final = N_("so that we know how it goes and can help again")


def notice_lines(words: Words, *, peer: str, is_way_back: bool) -> list[str]:
    """The paragraphs, as they are read out."""
    told = _WAY_BACK if is_way_back else _REFERRAL
    return [words.say(text, peer=peer) for text in (*told, *_CHANGE_YOUR_MIND)]


def notice(words: Words, *, peer: str, is_way_back: bool) -> str:
    """The whole text, of which the hash is recorded."""
    return "\n".join(notice_lines(words, peer=peer, is_way_back=is_way_back))


def so_that(words: Words, category: int, *, is_way_back: bool) -> str:
    """Why they would be told this."""
    if is_way_back and category != Category.IMAGE_BIOMETRIC:
        return words.say(SO_THAT_WAY_BACK)
    return words.say(SO_THAT[Category(category)])


def change_your_mind(words: Words) -> list[str]:
    """How to change one's mind, for the receipt."""
    return [words.say(text) for text in _CHANGE_YOUR_MIND]

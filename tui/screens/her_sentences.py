"""Her sentences where she is asked: one about who she is keeps its place also while it is covered."""

from collections.abc import Sequence

import msgspec

from protocol.local import views
from protocol.local.views import SaidView
from protocol.vocabulary.categories import HIDDEN
from tui.screens.about_her import COVERED
from tui.wording import N_, Words


def all_of(look: views.CaseLook) -> list[SaidView]:
    """Every sentence of the case; of a covered one no word, whatever the node sent."""
    return [*look.sentences, *(_without_words(said) for said in look.covered)]


def covered(sentences: Sequence[SaidView]) -> list[SaidView]:
    """The same, as if nobody had asked who she is."""
    return [_without_words(said) if said.category in HIDDEN else said for said in sentences]


def _without_words(said: SaidView) -> SaidView:
    return msgspec.structs.replace(said, text="")


def quoted(words: Words, said: SaidView) -> str:
    """As it stands, or that it is covered."""
    if said.text:
        return f"“{said.text}”"
    return f"{COVERED} {words.say(N_('(F9 shows it)'))}"


def unread(said: SaidView) -> str:
    """What stands beside one that was not read back to her: which keys lead there, marked to be said."""
    if said.text:
        return N_("stays here; r reads it back to her")
    return N_("stays here; F9, then r reads it back to her")

"""Her sentences where she is asked: one about who she is keeps its place also while it is covered."""

import msgspec

from protocol.local import views
from protocol.local.views import SaidView
from tui.screens.about_her import COVERED
from tui.wording import N_, Words


def all_of(look: views.CaseLook) -> list[SaidView]:
    """Every sentence of the case; of a covered one no word, whatever the node sent."""
    covered = [msgspec.structs.replace(said, text="") for said in look.covered]
    return [*look.sentences, *covered]


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

"""How each person wants the desk: the language, the digits, and whether hiding was practised."""

import re
from typing import Final

from node.effects import Acting
from node.vault.tables import settings
from node.vault.unit import Unit
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import Digits
from protocol.values import Pseudonym

# Which languages there are is the desk's to know; here only the form of a code is looked at.
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_USUAL: Final = views.UserSettings(language="", digits=Digits.LATIN.value, has_practised=False)


def save_settings(unit: Unit, command: commands.SaveSettings, *, acting: Acting) -> views.Done:
    """Keep how whoever asks wants it; nobody else's is touched. Raises: MalformedError."""
    if command.language and not _LANGUAGE.fullmatch(command.language):
        raise MalformedError("not the code of a language", place="SaveSettings.language")
    settings.save(
        unit.vault,
        acting.actor,
        language=command.language,
        digits=command.digits.value,
        has_practised=command.has_practised,
    )
    return views.Done()


def load_settings(unit: Unit, user: Pseudonym) -> views.UserSettings:
    """How a person wants it, and what is usual for whoever never chose."""
    found = settings.find(unit.vault, user)
    if found is None:
        return _USUAL
    language, digits, has_practised = found
    return views.UserSettings(language=language, digits=digits, has_practised=has_practised)

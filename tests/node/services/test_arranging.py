"""How a person wants the desk: her own settings, and nobody else's."""

import pytest

from node.services import arranging
from protocol.errors import MalformedError
from protocol.local import commands, views
from protocol.local.commands import Digits
from protocol.values import Pseudonym
from tests.support import sendings
from tests.support.federation import Node


def save(node: Node, user: Pseudonym, language: str, digits: Digits = Digits.NATIVE) -> None:
    command = commands.SaveSettings(language=language, digits=digits, has_practised=True)
    acting = node.acting(user)
    node.write(lambda unit: arranging.save_settings(unit, command, acting=acting))


def settings(node: Node, user: Pseudonym) -> views.UserSettings:
    return node.read(lambda unit: arranging.load_settings(unit, user))


def test_whoever_never_chose_has_no_language_latin_digits_and_has_not_practised(alo: Node) -> None:
    usual = views.UserSettings(language="", digits="latin", has_practised=False)
    assert settings(alo, sendings.supervisor(alo)) == usual


def test_what_one_chose_last_is_kept_for_oneself_alone(alo: Node) -> None:
    asha, rina = sendings.supervisor(alo), sendings.hire(alo, "Rina")
    save(alo, rina, "bn")
    save(alo, asha, "hi")
    save(alo, asha, "", Digits.LATIN)
    assert [settings(alo, who) for who in (asha, rina)] == [
        views.UserSettings(language="", digits="latin", has_practised=True),
        views.UserSettings(language="bn", digits="native", has_practised=True),
    ]


@pytest.mark.parametrize("language", ["B", "b", "BN", "beng", "b1", "bn\n", "../x"])
def test_what_is_no_code_of_a_language_is_refused(language: str, alo: Node) -> None:
    user = sendings.supervisor(alo)
    with pytest.raises(MalformedError) as told:
        save(alo, user, language)
    assert (told.value.place, settings(alo, user).language) == ("SaveSettings.language", "")

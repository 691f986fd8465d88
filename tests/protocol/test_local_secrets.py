"""What must never be shown by accident: a passphrase or a token inside a structure of the local API."""

from protocol.local import commands, views
from protocol.vocabulary.codes import Role

SECRET = "three words and salt 7781"  # noqa: S105  (invented)


def test_a_passphrase_is_in_no_representation() -> None:
    opening = commands.OpenSession(name="Rina", passphrase=SECRET)
    adding = commands.AddUser(name="Rina", role=Role.CASEWORKER, passphrase=SECRET)
    assert SECRET not in repr(opening) + str(opening) + repr(adding) + str(adding)


def test_what_a_held_command_says_is_in_no_representation() -> None:
    holding = commands.HoldSending(name="followup/report", body=SECRET.encode())
    assert SECRET not in repr(holding) + str(holding)


def test_a_token_is_in_no_representation() -> None:
    session = views.Session(
        token=SECRET.encode(),
        user_id=bytes(16),
        name="Rina",
        role=Role.CASEWORKER.value,
        desk=views.DeskSettings(
            lock_seconds=300, unfocused_seconds=60, undo_seconds=10, batch_seconds=0
        ),
        settings=views.UserSettings(language="", digits="latin", has_practised=False),
    )
    assert SECRET not in repr(session) + str(session)

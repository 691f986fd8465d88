"""At the socket: holding is asked for like anything else, and a session says how its desk behaves."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from protocol.local import commands, views
from protocol.local.commands import Digits
from protocol.local.views import parse_view
from protocol.vocabulary.codes import Question, Role
from tests.support.desks import MESSAGE_ID, SETTINGS, Counter, open_counter
from tests.support.nodes import PASSPHRASE, SUPERVISOR, make_node, running_node

ENTER: Final = commands.OpenSession(name=SUPERVISOR, passphrase=PASSPHRASE)
ASK: Final = commands.AskAboutOffer(thread=MESSAGE_ID, question=Question.LANGUAGE)
HOLD: Final = commands.HoldSending(name=ASK.NAME, body=commands.encode_command(ASK))


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made


async def entered(counter: Counter) -> views.Session:
    return parse_view((await counter.ask(ENTER)).body, views.Session)


async def test_a_session_says_how_the_desk_behaves_and_how_its_person_wants_it(
    counter: Counter,
) -> None:
    first = await entered(counter)
    chosen = commands.SaveSettings(language="bn", digits=Digits.NATIVE, has_practised=True)
    await counter.ask(chosen, first.token)
    second = await entered(counter)
    usual = views.UserSettings(language="", digits="latin", has_practised=False)
    assert (first.desk, first.settings) == (SETTINGS, usual)
    assert second.settings == views.UserSettings(
        language="bn", digits="native", has_practised=True
    )


async def test_digits_that_nobody_knows_are_refused(counter: Counter) -> None:
    token = (await entered(counter)).token
    body = commands.encode_command(
        commands.SaveSettings(language="", digits=Digits.LATIN, has_practised=False)
    ).replace(b"latin", b"roman")
    answer = await counter.post("settings/save", body, token)
    assert (answer.status, answer.problem["place"]) == (400, "SaveSettings.digits")


async def test_what_would_be_refused_is_refused_when_it_is_to_be_held(counter: Counter) -> None:
    token = (await entered(counter)).token
    answer = await counter.ask(HOLD, token)
    listed = parse_view((await counter.ask(commands.ListHeld(), token)).body, views.HeldSendings)
    assert (answer.status, answer.problem["code"]) == (404, "not_found")
    assert (listed.sendings, counter.carrier.woken) == ([], 0)


async def test_who_may_not_send_may_not_hold(counter: Counter) -> None:
    theirs = await counter.hire(Role.DATA_OFFICER, token=(await entered(counter)).token)
    statuses = [
        (await counter.ask(command, theirs)).status
        for command in (HOLD, commands.ListHeld(), commands.StopSending(held_id=bytes(16)))
    ]
    assert statuses == [403, 403, 403]


@pytest.mark.sockets
async def test_the_settings_of_a_new_node_are_those_of_the_example(tmp_path: Path) -> None:
    async with running_node(make_node(tmp_path / "asha")) as node:
        session = await node.unlock()
    assert session.desk == views.DeskSettings(
        lock_seconds=300, unfocused_seconds=60, undo_seconds=10, batch_seconds=0
    )

"""The other side of the demonstration: every step that a person waits for is answered."""

from typing import Final, cast

from node.cli.story.counterpart import Counterpart
from node.cli.story.stage import Part, Player
from protocol.local import views
from protocol.local.commands import Command
from protocol.local.fitting import View
from protocol.local.views import Refused
from tests.support.federation import Node
from tests.support.restored import ask
from tests.support.story import Story
from tui.client import RefusedError

STATE: Final = "SELECT state FROM referrals"


class AtDesk:
    """Somebody sits at a node without a process of its own."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.part = Part(name="Bandhan", country="BD", person="Salma", port=0, folder=node.folder)

    async def ask(self, command: Command, _view: type[View]) -> object:
        answered = ask(self._node, command)
        if isinstance(answered, Refused):
            raise RefusedError(answered)
        return answered

    async def do(self, command: Command) -> bytes:
        done = await self.ask(command, views.Done)
        assert isinstance(done, views.Done)
        return done.ref or b""


async def at_once(_seconds: float) -> None:
    """Nobody waits in a test."""


def beside(node: Node) -> Counterpart:
    return Counterpart(cast("Player", AtDesk(node)), now=lambda: node.now, pause=at_once)


async def look(counterpart: Counterpart, story: Story) -> str:
    """It looks once. Returns: how the referral stands at Alo then."""
    await counterpart.look()
    story.settle()
    ((state,),) = story.alo.rows(STATE)
    return str(state)


async def test_beside_the_desk_the_other_side_says_yes_reads_welcomes_her_and_tells_how_she_is(
    story: Story, bandhan: Node
) -> None:
    story.open_case()
    story.agree()
    story.agree_way_back()
    story.offer()
    story.settle()
    answering = beside(bandhan)

    assert await look(answering, story) == "accepted"
    story.dossier()
    story.settle()
    assert await look(answering, story) == "prepared"
    assert await look(answering, story) == "arrived"
    assert story.alo.rows("SELECT type FROM messages WHERE consent IS NOT NULL") == [
        ("followup.report/1",)
    ]


async def test_beside_the_desk_the_side_that_offered_sends_what_she_allows(
    story: Story, alo: Node
) -> None:
    story.open_case()
    story.agree()
    story.offer()
    story.settle()
    answering = beside(alo)
    await answering.look()
    story.accept()
    story.settle()

    assert await look(answering, story) == "dossier_sent"

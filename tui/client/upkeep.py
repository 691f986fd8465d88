"""The client's methods about the clock and the card; `Client` takes them in."""

from typing import Protocol, TypeVar

from protocol.local import commands, views
from protocol.local.commands import Command
from protocol.local.fitting import View

ViewT = TypeVar("ViewT", bound=View)


class Asker(Protocol):
    """Whoever gives commands to a node and reads what it answers."""

    async def ask(self, command: Command, view: type[ViewT]) -> ViewT:
        """Give one command. Raises: ClientError."""
        ...


async def show_clock(node: Asker) -> views.ClockView:
    """Is our clock trusted, and what do the others say?"""
    return await node.ask(commands.ShowClock(), views.ClockView)


async def confirm_clock(node: Asker, command: commands.ConfirmClock) -> views.Done:
    """A person compared the date with another clock."""
    return await node.ask(command, views.Done)


async def show_card(node: Asker) -> views.CardView:
    """Our card, and when it ends."""
    return await node.ask(commands.ShowCard(), views.CardView)


async def prepare_card(node: Asker) -> views.CardDraft:
    """Make a new signing key and a card for it."""
    return await node.ask(commands.PrepareCard(), views.CardDraft)


async def renew_card(node: Asker, command: commands.RenewCard) -> views.Done:
    """Take the card that was prepared, with the root's signature."""
    return await node.ask(command, views.Done)

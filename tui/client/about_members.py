"""The client's methods about the charter and about stopping partners; `Client` has them as its own."""

from protocol.local import commands, views
from tui.client.upkeep import Asker


async def look_at_charter(self: Asker, command: commands.LookAtCharter) -> views.CharterLook:
    """What a file of charters says and would change."""
    return await self.ask(command, views.CharterLook)


async def apply_charter(self: Asker, command: commands.ApplyCharter) -> views.Done:
    """Hold a charter that was looked at, and do what it says."""
    return await self.ask(command, views.Done)


async def show_charter(self: Asker) -> views.CharterView:
    """The charter that is held, and those that partners sent."""
    return await self.ask(commands.ShowCharter(), views.CharterView)


async def apply_suspend(self: Asker, command: commands.ApplySuspend) -> views.Done:
    """Stop talking to a node."""
    return await self.ask(command, views.Done)


async def remove_peer(self: Asker, command: commands.RemovePeer) -> views.Done:
    """End it with a partner."""
    return await self.ask(command, views.Done)


async def confirm_erasures(self: Asker, command: commands.ConfirmErasures) -> views.Done:
    """It was she who withdrew: what a suspended partner told is erased."""
    return await self.ask(command, views.Done)

"""The client's methods about sticks; `Client` has them as its own."""

from protocol.local import commands, views
from tui.client.upkeep import Asker


async def begin_stick(self: Asker, command: commands.BeginStick) -> views.Done:
    """Begin to hand a stick's file over; `ref` is its name from now on."""
    return await self.ask(command, views.Done)


async def keep_stick_part(self: Asker, command: commands.KeepStickPart) -> views.Done:
    """Hand over one part of it."""
    return await self.ask(command, views.Done)


async def take_stick(self: Asker, command: commands.TakeStick) -> views.StickTaken:
    """Take what is in it."""
    return await self.ask(command, views.StickTaken)


async def make_stick(self: Asker, command: commands.MakeStick) -> views.StickMade:
    """Make a file of what waits."""
    return await self.ask(command, views.StickMade)


async def read_stick_part(self: Asker, command: commands.ReadStickPart) -> views.FilePartView:
    """One part of a file that was made."""
    return await self.ask(command, views.FilePartView)


async def close_stick(self: Asker, command: commands.CloseStick) -> views.Done:
    """The node lets go of the file."""
    return await self.ask(command, views.Done)

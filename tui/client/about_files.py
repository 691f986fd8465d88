"""The client's methods about files; `Client` has them as its own."""

from protocol.local import commands, views
from protocol.local.views import No, refused
from tui.client.errors import RefusedError
from tui.client.upkeep import Asker


async def begin_file(self: Asker, command: commands.BeginFile) -> views.Done:
    """Begin to read a file in; `ref` is its name from now on."""
    return await self.ask(command, views.Done)


async def keep_file_part(self: Asker, command: commands.KeepFilePart) -> views.Done:
    """Hand over one part of it."""
    return await self.ask(command, views.Done)


async def close_file(self: Asker, command: commands.CloseFile) -> views.FileLine:
    """All of it was handed over."""
    return await self.ask(command, views.FileLine)


async def tick_file(self: Asker, command: commands.TickFile) -> views.Done:
    """She was shown this very file, and said yes."""
    return await self.ask(command, views.Done)


async def send_file(self: Asker, command: commands.SendFile) -> views.Done:
    """Let it go."""
    return await self.ask(command, views.Done)


async def drop_file(self: Asker, command: commands.DropFile) -> views.Done:
    """Destroy our copy, of which nothing has left."""
    return await self.ask(command, views.Done)


async def list_files(self: Asker, command: commands.ListFiles) -> views.Files:
    """The files of a referral, ours and theirs."""
    return await self.ask(command, views.Files)


async def find_file(client: Asker, thread: bytes, file_id: bytes) -> views.FileLine:
    """One file of a referral.

    Raises:
        RefusedError: if it is gone, as when somebody else put it away.
    """
    files = (await list_files(client, commands.ListFiles(thread=thread))).files
    for line in files:
        if line.file_id == file_id:
            return line
    raise RefusedError(refused(No.NOT_FOUND))


async def export_file_part(self: Asker, command: commands.ExportFilePart) -> views.FilePartView:
    """One part of a file that came, to be written somewhere else."""
    return await self.ask(command, views.FilePartView)

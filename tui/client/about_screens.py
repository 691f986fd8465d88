"""The client's methods for what the screens show; `Client` has them as its own."""

from protocol.local import commands, views
from tui.client.upkeep import Asker


async def show_today(self: Asker) -> views.Today:
    """Everything that needs a person today."""
    return await self.ask(commands.ShowToday(), views.Today)


async def finish_task(self: Asker, command: commands.FinishTask) -> views.Done:
    """It was read, or it was done away from the desk."""
    return await self.ask(command, views.Done)


async def page_cases(self: Asker, command: commands.PageCases) -> views.CasePage:
    """Some of the cases that match, the newest first."""
    return await self.ask(command, views.CasePage)


async def look_at_case(self: Asker, command: commands.LookAtCase) -> views.CaseLook:
    """One case, without her name unless it is asked for."""
    return await self.ask(command, views.CaseLook)


async def export_case(self: Asker, command: commands.ExportCase) -> views.CaseExport:
    """One case of our own, to be taken out of the node."""
    return await self.ask(command, views.CaseExport)


async def import_cases(self: Asker, command: commands.ImportCases) -> views.ImportView:
    """Open cases of a file."""
    return await self.ask(command, views.ImportView)


async def look_for_same(self: Asker, command: commands.LookForSame) -> views.SamePersons:
    """Which other cases may be hers."""
    return await self.ask(command, views.SamePersons)


async def judge_same(self: Asker, command: commands.JudgeSame) -> views.Done:
    """They are one person's, or they are not."""
    return await self.ask(command, views.Done)


async def show_ledger(self: Asker, command: commands.ShowLedger) -> views.Ledger:
    """Who knows what about her."""
    return await self.ask(command, views.Ledger)


async def list_follow_ups(self: Asker) -> views.FollowUps:
    """Every open follow-up, and those closed lately."""
    return await self.ask(commands.ListFollowUps(), views.FollowUps)


async def show_self(self: Asker) -> views.SelfView:
    """Who we are to others."""
    return await self.ask(commands.ShowSelf(), views.SelfView)


async def watch_changes(self: Asker, command: commands.WatchChanges) -> views.Changes:
    """Wait until something changed."""
    return await self.ask(command, views.Changes)

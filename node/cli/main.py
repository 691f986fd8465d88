"""The `sathi` command: names every subcommand, and loads the file of its subject when it is used."""

import importlib
from collections.abc import Mapping
from typing import Any, Final, final

import click

from node.cli.talking import failing_in_one_line

# Loading all of them takes a second, which nobody who asks for one of them should wait.
SUBCOMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "init": (
        "node.cli.initialising:init",
        "Make a new node: by flags, by a file, or by questions.",
    ),
    "serve": ("node.cli.serving:serve", "Run the node; it starts locked."),
    "tui": ("node.cli.desk:tui", "Open the desk; F4 there changes the language."),
    "status": (
        "node.cli.looking:status",
        "Is the node open? Needs no passphrase, and says no name while it is locked.",
    ),
    "doctor": (
        "node.cli.doctor.command:doctor",
        "Look at the node and this computer, and say what to do; reads no case.",
    ),
    "lock": (
        "node.cli.looking:lock",
        "Close the vault: nothing can be read and nothing is sent until somebody unlocks.",
    ),
    "user": ("node.cli.people:user", "The people of this node."),
    "peer": ("node.cli.peers:peer", "Other organisations."),
    "charter": ("node.cli.chartering:charter", "Who belongs to the federation."),
    "backup": (
        "node.cli.backups:backup",
        "Backups: made by the open node, opened by the recovery sheet.",
    ),
    "restore": (
        "node.cli.restoring:restore",
        "Make a node of a backup, in a folder where nothing is.",
    ),
    "take-over": (
        "node.cli.streams:take_over",
        "Another computer spoke for us, and this one goes on; only a supervisor may.",
    ),
    "upgrade": ("node.cli.upgrades:upgrade", "What became of the vault when Sathi was updated."),
    "clock": (
        "node.cli.clock:clock",
        "Is the date right? Nothing is destroyed by a clock that is in doubt.",
    ),
    "card": ("node.cli.card:card", "Our card, by which partners know our signing key."),
    "file": (
        "node.cli.files:file",
        "Files of a referral: read in and sent, or taken out of this node.",
    ),
    "import": (
        "node.cli.importing:import_",
        "Open the cases of an HTCDS spreadsheet, XLSX or CSV; says what it could not take.",
    ),
    "export": (
        "node.cli.exporting:export",
        "Write one case into a CSV file with the names of HTCDS.",
    ),
    "stick": (
        "node.cli.sticks:stick",
        "Sticks: what waits for partners, carried by hand, and what came that way.",
    ),
    "audit": ("node.cli.auditing:audit", "The record of who did what."),
    "relay": (
        "node.cli.relaying:relay",
        "Keep mailboxes for other organisations, without reading anything.",
    ),
    "config": ("node.cli.configuring:config", "The settings of this node."),
    "demo": (
        "node.cli.demo:demo",
        "Two nodes, one survivor who does not exist, seven steps; then a desk to try it on.",
    ),
}
"""For each subcommand its place, `module:attribute`, and the line about it in the list of commands."""


@final
class OneLineGroup(click.Group):
    """The group of all subcommands: each is loaded when it is used, and whatever fails says one line.

    These methods are where click reads what was typed, finds a command, lists them and runs one; it has no
    other place to stand.
    """

    # typing.override comes with Python 3.12; Any is what click itself declares.
    def make_context(  # type: ignore[explicit-override]
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401
    ) -> click.Context:
        """Read what was typed."""
        with failing_in_one_line():
            return super().make_context(info_name, args, parent, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:  # type: ignore[explicit-override]
        """The names, in the order in which somebody needs them."""
        del ctx
        return list(SUBCOMMANDS)

    def get_command(  # type: ignore[explicit-override]
        self, ctx: click.Context, cmd_name: str
    ) -> click.Command | None:
        """Load one subcommand."""
        del ctx
        if cmd_name not in SUBCOMMANDS:
            return None
        module, _, attribute = SUBCOMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(  # type: ignore[explicit-override]
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List them without loading any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in SUBCOMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # type: ignore[explicit-override]  # noqa: ANN401
        """Do it."""
        with failing_in_one_line():
            return super().invoke(ctx)


@click.group(name="sathi", cls=OneLineGroup, no_args_is_help=True)
@click.version_option(package_name="sathi")
def main() -> None:
    """Referral, consent and follow-up between organisations that walk with survivors."""

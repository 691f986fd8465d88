"""The `sathi` command: every subcommand, each from the file of its subject."""

from typing import Any, final

import click

from node.cli.configuring import config
from node.cli.demo import demo
from node.cli.initialising import init
from node.cli.looking import audit, lock, status
from node.cli.peers import peer
from node.cli.people import user
from node.cli.serving import serve
from node.cli.talking import failing_in_one_line


@final
class OneLineGroup(click.Group):
    """A group whose commands, whatever goes wrong in them, answer in one line.

    These two are where click reads what was typed and where it runs it; it has no other place to stand.
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

    def invoke(self, ctx: click.Context) -> Any:  # type: ignore[explicit-override]  # noqa: ANN401
        """Do it."""
        with failing_in_one_line():
            return super().invoke(ctx)


@click.group(name="sathi", cls=OneLineGroup, no_args_is_help=True)
@click.version_option(package_name="sathi")
def main() -> None:
    """Referral, consent and follow-up between organisations that walk with survivors."""


for command in (init, serve, status, lock, user, peer, audit, config, demo):
    main.add_command(command)

"""The `sathi` command: every subcommand, each from the file of its subject."""

import click

from node.cli.initialising import init
from node.cli.serving import serve
from node.cli.talking import failing_in_one_line


@click.group(name="sathi")
@click.version_option(package_name="sathi")
@click.pass_context
def main(context: click.Context) -> None:
    """Referral, consent and follow-up between organisations that walk with survivors."""
    # Left when the context closes, with whatever the subcommand raised.
    context.with_resource(failing_in_one_line())


main.add_command(init)
main.add_command(serve)

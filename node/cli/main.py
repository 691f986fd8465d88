"""The `sathi` command: every subcommand, each from the file of its subject."""

import click

from node.cli.configuring import config
from node.cli.demo import demo
from node.cli.initialising import init
from node.cli.looking import audit, lock, status
from node.cli.peers import peer
from node.cli.people import user
from node.cli.serving import serve
from node.cli.talking import failing_in_one_line


@click.group(name="sathi")
@click.version_option(package_name="sathi")
@click.pass_context
def main(context: click.Context) -> None:
    """Referral, consent and follow-up between organisations that walk with survivors."""
    # Left when the context closes, with whatever the subcommand raised.
    context.with_resource(failing_in_one_line())


for command in (init, serve, status, lock, user, peer, audit, config, demo):
    main.add_command(command)

"""The options that several commands share."""

import os
from pathlib import Path
from typing import Final

import click


def standard_folder() -> Path:
    """Where a node lives if nobody says otherwise."""
    named = os.environ.get("SATHI_DATA")
    return Path(named) if named else Path.home() / ".local" / "share" / "sathi"


data: Final = click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path),
    default=standard_folder,
    show_default="SATHI_DATA, or ~/.local/share/sathi",
    help="The node's folder.",
)
user: Final = click.option(
    "--user", "user", envvar="SATHI_USER", default=None, help="Who asks; asked for if left out."
)
passphrase_file: Final = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    default=None,
    help="A file with the passphrase on its first line; without it, it is asked for.",
)
as_json: Final = click.option("--json", "is_json", is_flag=True, help="Answer in JSON.")

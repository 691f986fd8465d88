"""`sathi export`: one case into a file with the names of the data standard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from node.cli import options, reserving
from node.cli.asking import ask_as, person
from node.cli.talking import CommandFailedError, put, put_json, say
from node.htcds.csv_file import write_csv
from node.htcds.writing import write_case
from protocol.local import commands
from protocol.local.views import No

_NOT_PLAIN: Final = (
    "anybody who has the file can read it: if that is meant, add --plain; nothing was written"
)
_MEANINGS: Final[Mapping[str, str]] = {
    No.NOT_FOUND: "there is no case of that number that may be shown"
}


@click.command(name="export")
@click.argument("case_number")
@options.data
@options.user
@options.passphrase_file
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to write it; must not be there.",
)
@click.option("--plain", "is_plain", is_flag=True, help="Anybody who has the file can read it.")
@options.as_json
def export(
    case_number: str,
    folder: Path,
    user: str | None,
    passphrase_file: Path | None,
    out: Path,
    **flags: bool,
) -> None:
    """Write one case into a CSV file with the names of HTCDS."""
    if not flags["is_plain"]:
        raise CommandFailedError(_NOT_PLAIN)
    taken = f"'{out}' is there already: name another file with --out"
    failed = f"'{out}' could not be written: make room, then type the same again"
    command = commands.ExportCase(case_number=case_number)
    with reserving.place(out, taken=taken, failed=failed) as write:
        who = person(folder, user=user, passphrase_file=passphrase_file)
        case = ask_as(who, lambda client: client.export_case(command), meanings=_MEANINGS)
        write(write_csv(write_case(case)))
    if flags["is_json"]:
        put_json({"file": str(out), "facts": len(case.facts), "texts": case.texts})
    else:
        put(f"{out}\t{len(case.facts)} facts")
    say(
        "It is written down that you took this out. Keep the file where nobody else reads it, and destroy it "
        f"when it has served. {case.texts} texts of hers, her consents and what partners told are not in it."
    )

"""`sathi config`: what the settings are, and whether they can be used. Needs no key and no running node."""

from pathlib import Path

import click
import msgspec

from node import config as settings
from node.cli import options
from node.cli.talking import put, put_json
from protocol import limits


@click.group(name="config")
def config() -> None:
    """The settings of this node."""


@config.command(name="check")
@options.data
def check(folder: Path) -> None:
    """Read federation.toml as `serve` does, and name the line that is wrong."""
    settings.load(folder / settings.FILE_NAME)
    put(f"{settings.FILE_NAME} can be used")


@config.command(name="show")
@options.data
@options.as_json
def show(folder: Path, *, is_json: bool) -> None:
    """Every setting as it is in force, defaults included; a relay's ticket is never shown."""
    tables = _shown(settings.load(folder / settings.FILE_NAME))
    if is_json:
        put_json(tables)
        return
    for line in _lines(tables, place=""):
        put(line)


def _shown(read: settings.NodeConfig) -> dict[str, object]:
    tables: dict[str, object] = msgspec.to_builtins(read)
    # With high risk the vault closes at once, whatever the file says.
    tables["profile"] = msgspec.to_builtins(read.profile) | {
        "vault_lock_minutes": read.profile.vault_lock_seconds // limits.MINUTE
    }
    tables["mailbox"] = msgspec.to_builtins(read.mailbox) | {
        "relay": [{"url": relay.url, "ticket": "(kept secret)"} for relay in read.mailbox.relay]
    }
    return tables


def _lines(value: object, *, place: str) -> list[str]:
    if isinstance(value, dict):
        return [
            line
            for key, inner in value.items()
            for line in _lines(inner, place=f"{place}.{key}".lstrip("."))
        ]
    if isinstance(value, list):
        return [
            line
            for number, inner in enumerate(value)
            for line in _lines(inner, place=f"{place}[{number}]")
        ]
    return [f"{place} = {msgspec.json.encode(value).decode('utf-8')}"]

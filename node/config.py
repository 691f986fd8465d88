"""`federation.toml`: what whoever installs a node decides, read once into a frozen value.

Reading is strict: an unknown section or key is an error. An error is one line that names the file,
the line and the key, and never a value: a ticket or an address may stand there.
"""

import ipaddress
import re
import tomllib
from pathlib import Path
from typing import Final, final
from urllib.parse import urlsplit

import msgspec

from node.sections import (
    ApiSection,
    BackupSection,
    CourierSection,
    DeskSection,
    MailboxSection,
    NodeSection,
    ProfileSection,
    RelaySection,
)
from protocol import limits, values
from protocol.cadence import Cadence
from protocol.errors import MalformedError, SathiError

__all__ = [
    "FILE_NAME",
    "ApiSection",
    "BackupSection",
    "ConfigError",
    "CourierSection",
    "DeskSection",
    "MailboxSection",
    "NodeConfig",
    "NodeSection",
    "ProfileSection",
    "RelaySection",
    "load",
    "parse",
]

FILE_NAME: Final = "federation.toml"
CONFIG_BYTES_MAX: Final = 65_536
PORT_MAX: Final = 65_535
POLL_SECONDS_MIN: Final = 5
POLL_SECONDS_MAX: Final = 3_600
# A screen that nobody looks at for a quarter of an hour is somebody else's screen.
LOCK_MINUTES_MIN: Final = 1
LOCK_MINUTES_MAX: Final = 15
UNFOCUSED_SECONDS_MIN: Final = 10
UNFOCUSED_SECONDS_MAX: Final = 600
UNDO_SECONDS_MAX: Final = 60
# A vault that is open for longer than an office works is open for whoever comes at night.
VAULT_LOCK_MINUTES_MAX: Final = 720
# So that every hour begins with a batch, and batches of all nodes fall together. 0: none.
BATCH_MINUTES: Final = (0, 5, 10, 15, 20, 30, 60)
# Once a week is the least that somebody can want back.
BACKUP_HOURS_MAX: Final = 168
BACKUPS_KEPT_MAX: Final = 120


class ConfigError(SathiError):
    """The configuration cannot be used; one line says where and why."""


@final
class NodeConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a node; each has a default, so an empty file is a good one."""

    node: NodeSection = NodeSection()
    mailbox: MailboxSection = MailboxSection()
    profile: ProfileSection = ProfileSection()
    courier: CourierSection = CourierSection()
    api: ApiSection = ApiSection()
    desk: DeskSection = DeskSection()
    backup: BackupSection = BackupSection()

    @property
    def cadence(self) -> Cadence:
        """When things leave: in batches, and with cover where it is asked for or the risk is high."""
        return Cadence(
            batch_seconds=self.courier.batch_minutes * limits.MINUTE,
            has_cover=self.courier.cover or self.profile.sends_cover_traffic,
        )

    @property
    def stays_here(self) -> bool:
        """Can nobody but this computer reach the node, and is nothing carried elsewhere for it?"""
        addresses = [f"http://{self.node.listen}"]
        if self.mailbox.address:
            addresses.append(self.mailbox.address)
        return not self.mailbox.relay and all(map(_is_loopback, addresses))

    @property
    def shows_place(self) -> bool:
        """Can whoever knows us, or watches the line, see where this computer stands?"""
        addresses = [f"http://{self.node.listen}"]
        if self.mailbox.address:
            addresses.append(self.mailbox.address)
        return not all(_is_onion(one) or _is_loopback(one) for one in addresses)


def load(path: Path) -> NodeConfig:
    """Read and check a configuration file.

    Raises:
        ConfigError: if it cannot be read, has a key this version does not know, or a value that
            cannot be right.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(CONFIG_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot be read ({type(error).__name__})") from None
    return parse(raw, name=path.name)


def parse(raw: bytes, *, name: str) -> NodeConfig:
    """Read and check the bytes of a configuration; `name` stands in errors.

    Raises:
        ConfigError: as `load` does.
    """
    if len(raw) > CONFIG_BYTES_MAX:
        raise ConfigError(f"{name}: longer than {CONFIG_BYTES_MAX} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: not UTF-8") from None
    lines = text.splitlines()
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _line_of_toml(error, last=len(lines))
        raise ConfigError(f"{name}, line {line}: not TOML") from None
    source = _Source(name=name, lines=lines)
    config = _convert(tables, source)
    for key, problem in _problems(config):
        raise source.error(key, problem)
    return config


@final
class _Source:
    """The lines of the file, to tell in which of them a key stands."""

    def __init__(self, *, name: str, lines: list[str]) -> None:
        self._name = name
        self._lines = _lines_by_key(lines)

    def error(self, key: str, problem: str) -> ConfigError:
        """An error about a key, such as `mailbox.relay[0].url`."""
        place = key
        while place and place not in self._lines:
            place = place.rpartition(".")[0]
        line = f", line {self._lines[place]}" if place else ""
        return ConfigError(f"{self._name}{line}: '{key}' {problem}")


def _convert(tables: dict[str, object], source: _Source) -> NodeConfig:
    try:
        return msgspec.convert(tables, NodeConfig)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        key = where.strip("`.")
        if "[...]" in key:
            key = _which_relay(tables, key)
        unknown = re.search(r"unknown field `([^`]*)`", message)
        if unknown:
            raise source.error(f"{key}.{unknown[1]}".lstrip("."), "is not a setting") from None
        raise source.error(key, _safely(message)) from None


def _which_relay(tables: dict[str, object], key: str) -> str:
    """Put the number of the first relay that is wrong into a key that only says `[...]`."""
    mailbox = tables["mailbox"]
    relays = mailbox["relay"] if isinstance(mailbox, dict) else []
    for number, relay in enumerate(relays):
        try:
            msgspec.convert(relay, RelaySection)
        except msgspec.ValidationError:
            return key.replace("[...]", f"[{number}]")
    return key


def _safely(message: str) -> str:
    """Say what msgspec found without the value it found."""
    expected = re.fullmatch(r"Expected `([a-z |]+)`, got `[a-z |]+`", message)
    if expected:
        return f"is not of the type {expected[1]}"
    missing = re.fullmatch(r"Object missing required field `([a-z_]+)`", message)
    if missing:
        return f"lacks '{missing[1]}'"
    return "has none of the values it may have"


def _problems(config: NodeConfig) -> list[tuple[str, str]]:
    """What no type can say: each key that is wrong, with the reason."""
    found: list[tuple[str, str]] = []
    found += _problems_of_listen(config)
    found += _problems_of_address(config)
    found += _problems_of_relays(config)
    found += _problems_of_numbers(config)
    found += _problems_of_batches(config)
    for key, value in (("api.socket", config.api.socket), ("backup.folder", config.backup.folder)):
        if not value:
            found.append((key, "is empty"))
    return found


def _problems_of_numbers(config: NodeConfig) -> list[tuple[str, str]]:
    desk = config.desk
    numbers = (
        (
            "profile.vault_lock_minutes",
            config.profile.vault_lock_minutes,
            0,
            VAULT_LOCK_MINUTES_MAX,
        ),
        ("courier.poll_seconds", config.courier.poll_seconds, POLL_SECONDS_MIN, POLL_SECONDS_MAX),
        ("desk.lock_minutes", desk.lock_minutes, LOCK_MINUTES_MIN, LOCK_MINUTES_MAX),
        (
            "desk.unfocused_seconds",
            desk.unfocused_seconds,
            UNFOCUSED_SECONDS_MIN,
            UNFOCUSED_SECONDS_MAX,
        ),
        ("desk.undo_seconds", desk.undo_seconds, 0, UNDO_SECONDS_MAX),
        ("backup.every_hours", config.backup.every_hours, 1, BACKUP_HOURS_MAX),
        ("backup.keep_daily", config.backup.keep_daily, 1, BACKUPS_KEPT_MAX),
        ("backup.keep_weekly", config.backup.keep_weekly, 0, BACKUPS_KEPT_MAX),
        ("backup.keep_monthly", config.backup.keep_monthly, 0, BACKUPS_KEPT_MAX),
    )
    return [
        (key, f"is not from {least} to {most}")
        for key, value, least, most in numbers
        if not least <= value <= most
    ]


def _problems_of_batches(config: NodeConfig) -> list[tuple[str, str]]:
    minutes = config.courier.batch_minutes
    if minutes not in BATCH_MINUTES:
        return [("courier.batch_minutes", "is not 0, 5, 10, 15, 20, 30 or 60")]
    if minutes == 0 and config.courier.cover:
        return [("courier.cover", "needs batches: batch_minutes is 0")]
    if minutes == 0 and config.profile.sends_cover_traffic:
        return [("courier.batch_minutes", "is 0, and profile.risk = high asks for batches")]
    return []


def _problems_of_listen(config: NodeConfig) -> list[tuple[str, str]]:
    listen = config.node.listen
    malformed = [("node.listen", "is not an IP address and a port such as 127.0.0.1:8470")]
    if not re.fullmatch(r"(\[[0-9a-f:]+\]|[0-9.]+):[0-9]{1,5}", listen):
        return malformed
    try:
        host = ipaddress.ip_address(config.node.host)
    except ValueError:
        return malformed
    if config.node.port > PORT_MAX:
        return malformed
    if not host.is_loopback and not config.mailbox.publish_address:
        return [("node.listen", "is not on loopback; that needs mailbox.publish_address = true")]
    return []


def _problems_of_address(config: NodeConfig) -> list[tuple[str, str]]:
    address = config.mailbox.address
    if not address:
        return []
    if not _is_address(address):
        return [("mailbox.address", "is not an address such as https://host:port")]
    if config.profile.needs_onion and not _is_onion(address):
        return [("mailbox.address", "is no onion address, which profile.risk = high asks for")]
    if not (_is_onion(address) or _is_loopback(address) or config.mailbox.publish_address):
        return [("mailbox.address", "is no onion address; that needs publish_address = true")]
    return []


def _problems_of_relays(config: NodeConfig) -> list[tuple[str, str]]:
    if not config.mailbox.relay:
        return []
    # Better refused than taken and left out: somebody would wait for what never comes.
    return [("mailbox.relay", "cannot be used: relays are not built yet; take it out")]


def _is_address(text: str) -> bool:
    try:
        values.address(text)
    except MalformedError:
        return False
    return True


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_onion(address: str) -> bool:
    return _host(address).endswith(".onion")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(_host(address)).is_loopback
    except ValueError:
        return False


def _line_of_toml(error: tomllib.TOMLDecodeError, *, last: int) -> int:
    found = re.search(r"\(at line ([0-9]+), column [0-9]+\)", str(error))
    return int(found[1]) if found else last


def _lines_by_key(lines: list[str]) -> dict[str, int]:
    """The line of each `key =` and of each table's head, with repeated tables numbered from 0."""
    places: dict[str, int] = {}
    repeated: dict[str, int] = {}
    table = ""
    for number, line in enumerate(lines, start=1):
        head = re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line)
        key = re.match(r"\s*([\w.-]+)\s*=", line)
        if head:
            table = head[2]
            if head[1] == "[[":
                repeated[table] = repeated.get(table, -1) + 1
                places.setdefault(table, number)
                table = f"{table}[{repeated[table]}]"
            places.setdefault(table, number)
        elif key:
            places.setdefault(f"{table}.{key[1]}".lstrip("."), number)
    return places

"""`federation.toml`: what whoever installs a node decides, read once into a frozen value.

Reading is strict: an unknown section or key is an error. An error is one line that names the file,
the line and the key, and never a value: a ticket or an address may stand there.
"""

import ipaddress
import re
import tomllib
from pathlib import Path
from typing import Final, Literal, TypeVar, final
from urllib.parse import urlsplit

import msgspec

from protocol import limits, values
from protocol.errors import MalformedError, SathiError

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

SectionT = TypeVar("SectionT", bound=msgspec.Struct)


class ConfigError(SathiError):
    """The configuration cannot be used; one line says where and why."""


class NodeSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[node]`.

    Attributes:
        listen: host and port of this node's own mailbox.
    """

    listen: str = "127.0.0.1:8470"

    @property
    def host(self) -> str:
        """The host to listen on, without the brackets of IPv6."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on; 0 takes any free one."""
        return int(self.listen.rpartition(":")[2])


class RelaySection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[mailbox.relay]]`; relays are for a later version, and a file with one is refused.

    Attributes:
        url: the relay's address.
        ticket: what its operator gave us, once, to be let in; a secret.
    """

    url: str
    ticket: str

    # typing.override comes with Python 3.12.
    def __repr__(self) -> str:  # type: ignore[explicit-override]
        """The address alone."""
        return f"RelaySection(url={self.url!r})"


class MailboxSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[mailbox]`.

    Attributes:
        publish_address: may a place where people can be found stand on our card?
        address: where other nodes reach our own mailbox; empty if only this computer does.
        relay: the relays that keep a mailbox for us; none in this version.
    """

    publish_address: bool = False
    address: str = ""
    relay: tuple[RelaySection, ...] = ()


class ProfileSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[profile]`: one word that sets what depends on the danger around a node.

    For now that is when the vault closes, and which address our own mailbox may have. The prekeys' time and
    the cover traffic are for a later version: nothing asks for them yet.

    Attributes:
        risk: `high` where somebody may come for the computer.
    """

    risk: Literal["normal", "high"] = "normal"

    @property
    def prekey_grace_seconds(self) -> int:
        """How long a prekey is to outlive its slice; what came late can be opened until then."""
        if self.risk == "high":
            return limits.PREKEY_GRACE_SECONDS_HIGH_RISK
        return limits.PREKEY_GRACE_SECONDS

    @property
    def vault_lock_minutes(self) -> int:
        """How long the vault stays open after the last session ended; 0 is at once."""
        return 0 if self.risk == "high" else 60

    @property
    def sends_cover_traffic(self) -> bool:
        """Is the courier also to go when there is nothing to carry?"""
        return self.risk == "high"

    @property
    def needs_onion(self) -> bool:
        """May our own mailbox have an address inside Tor only?"""
        return self.risk == "high"


class CourierSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[courier]`.

    Attributes:
        poll_seconds: how often mailboxes are asked for something new.
    """

    poll_seconds: int = 30


class DeskSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[desk]`.

    Attributes:
        lock_minutes: after so long without a key the screen is wiped and its session ends.
        unfocused_seconds: the same, after so long behind another window.
        undo_seconds: for so long a sending can be stopped; 0 is not at all.
    """

    lock_minutes: int = 5
    unfocused_seconds: int = 60
    undo_seconds: int = 10


class ApiSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[api]`.

    Attributes:
        socket: the socket the desk and the command talk to; relative to the folder of this file.
    """

    socket: str = "run/api.sock"


@final
class NodeConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a node; each has a default, so an empty file is a good one."""

    node: NodeSection = NodeSection()
    mailbox: MailboxSection = MailboxSection()
    profile: ProfileSection = ProfileSection()
    courier: CourierSection = CourierSection()
    api: ApiSection = ApiSection()
    desk: DeskSection = DeskSection()

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
    if not config.api.socket:
        found.append(("api.socket", "is empty"))
    return found


def _problems_of_numbers(config: NodeConfig) -> list[tuple[str, str]]:
    desk = config.desk
    numbers = (
        ("courier.poll_seconds", config.courier.poll_seconds, POLL_SECONDS_MIN, POLL_SECONDS_MAX),
        ("desk.lock_minutes", desk.lock_minutes, LOCK_MINUTES_MIN, LOCK_MINUTES_MAX),
        (
            "desk.unfocused_seconds",
            desk.unfocused_seconds,
            UNFOCUSED_SECONDS_MIN,
            UNFOCUSED_SECONDS_MAX,
        ),
        ("desk.undo_seconds", desk.undo_seconds, 0, UNDO_SECONDS_MAX),
    )
    return [
        (key, f"is not from {least} to {most}")
        for key, value, least, most in numbers
        if not least <= value <= most
    ]


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

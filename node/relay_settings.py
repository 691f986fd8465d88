"""`relay.toml`: what whoever runs a relay decides, read once into a frozen value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, final

import msgspec

from node import settings_file
from node.addresses import host_of, is_address, is_listen, is_loopback, is_onion, port_of
from node.settings_file import ConfigError, Problems

__all__ = ["FILE_NAME", "ConfigError", "RelayConfig", "RelayServiceSection", "load", "parse"]

FILE_NAME: Final = "relay.toml"
_DATABASE: Final = "postgresql://"


class RelayServiceSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[relay]`.

    Attributes:
        address: where nodes reach the relay; owners sign it with every request, so every process of one
            relay has the same.
        listen: IP address and port on which this process listens.
        database: of PostgreSQL, for several processes; empty for a file in the relay's folder.
        behind_proxy: does what nodes speak to stand in front, on another machine?
        certificate: a file in PEM with which this process speaks TLS itself; empty if it does not.
        key: the file with the key that goes with it.
    """

    address: str
    listen: str = "127.0.0.1:8480"
    database: str = ""
    behind_proxy: bool = False
    certificate: str = ""
    key: str = ""

    @property
    def host(self) -> str:
        """The host to listen on, without the brackets of IPv6."""
        return host_of(self.listen)

    @property
    def port(self) -> int:
        """The port to listen on."""
        return port_of(self.listen)

    # typing.override comes with Python 3.12.
    def __repr__(self) -> str:  # type: ignore[explicit-override]
        """The address alone: a password may stand in `database`."""
        return f"RelayServiceSection(address={self.address!r})"


@final
class RelayConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a relay; only the address has no default."""

    relay: RelayServiceSection


def load(path: Path) -> RelayConfig:
    """Read and check a file of settings.

    Raises:
        ConfigError: if it cannot be read, has a key this version does not know, or a value that
            cannot be right.
    """
    return parse(settings_file.read(path), name=path.name)


def parse(raw: bytes, *, name: str) -> RelayConfig:
    """Read and check the bytes of a file of settings; `name` stands in errors. Raises: ConfigError."""
    return settings_file.parse(
        raw, name=name, kind=RelayConfig, problems=_problems, number=_as_it_is
    )


def _as_it_is(_tables: Mapping[str, object], key: str) -> str:
    """Nothing stands several times in this file."""
    return key


def _problems(config: RelayConfig) -> Problems:
    """What no type can say: each key that is wrong, with the reason."""
    relay = config.relay
    found = _problems_of_places(relay)
    if relay.database and not relay.database.startswith(_DATABASE):
        found.append(("relay.database", "is not an address such as postgresql:///sathi_relay"))
    if bool(relay.certificate) != bool(relay.key):
        found.append(("relay.certificate", "and relay.key go together: one of them is missing"))
    return found


def _problems_of_places(relay: RelayServiceSection) -> Problems:
    if not is_address(relay.address):
        return [("relay.address", "is not an address such as https://relay.example.org")]
    # SPEC 10.2: TLS, an onion service or loopback; anything else would show who asks for which mailbox.
    is_open = relay.address.startswith("http://")
    if is_open and not (is_onion(relay.address) or is_loopback(relay.address)):
        return [("relay.address", "is neither https:// nor an onion address")]
    if not is_listen(relay.listen):
        return [("relay.listen", "is not an IP address and a port such as 127.0.0.1:8480")]
    is_guarded = bool(relay.certificate) or relay.behind_proxy
    if not is_loopback(f"http://{relay.listen}") and not is_guarded:
        return [("relay.listen", "is not on loopback; that needs a certificate, or behind_proxy")]
    return []

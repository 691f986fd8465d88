"""`federation.toml`: what whoever installs a node decides, read once into a frozen value."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, final

import msgspec

from node import settings_file
from node.addresses import is_address, is_listen, is_loopback, is_onion
from node.sections import (
    ApiSection,
    BackupSection,
    CourierSection,
    DeskSection,
    MailboxSection,
    NodeSection,
    ProfileSection,
    RelaySection,
    StickSection,
    TorSection,
)
from node.settings_file import ConfigError
from protocol import limits
from protocol.cadence import Cadence

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
    "StickSection",
    "TorSection",
    "load",
    "parse",
]

FILE_NAME: Final = "federation.toml"
POLL_SECONDS_MIN: Final = 5
POLL_SECONDS_MAX: Final = 3_600
# A relay keeps an envelope for three weeks; a withdrawal should not wait there for longer than this.
VISIT_MINUTES_MAX: Final = 240
_TICKET_BYTES: Final = 32
_PIN: Final = re.compile(r"[0-9a-f]{64}")
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
    stick: StickSection = StickSection()
    tor: TorSection = TorSection()

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
        addresses += [relay.url for relay in self.mailbox.relay]
        return all(map(is_loopback, addresses))

    @property
    def shows_place(self) -> bool:
        """Can whoever knows us, or watches the line, see where this computer stands?"""
        addresses = [f"http://{self.node.listen}"]
        if self.mailbox.address:
            addresses.append(self.mailbox.address)
        return not all(is_onion(one) or is_loopback(one) for one in addresses)


def load(path: Path) -> NodeConfig:
    """Read and check a configuration file.

    Raises:
        ConfigError: if it cannot be read, has a key this version does not know, or a value that
            cannot be right.
    """
    return parse(settings_file.read(path), name=path.name)


def parse(raw: bytes, *, name: str) -> NodeConfig:
    """Read and check the bytes of a configuration; `name` stands in errors.

    Raises:
        ConfigError: as `load` does.
    """
    return settings_file.parse(
        raw, name=name, kind=NodeConfig, problems=_problems, number=_which_relay
    )


def _which_relay(tables: Mapping[str, object], key: str) -> str:
    """Put the number of the first relay that is wrong into a key that only says `[...]`."""
    mailbox = tables["mailbox"]
    relays = mailbox["relay"] if isinstance(mailbox, dict) else []
    for number, relay in enumerate(relays):
        try:
            msgspec.convert(relay, RelaySection)
        except msgspec.ValidationError:
            return key.replace("[...]", f"[{number}]")
    return key


def _problems(config: NodeConfig) -> list[tuple[str, str]]:
    """What no type can say: each key that is wrong, with the reason."""
    found: list[tuple[str, str]] = []
    found += _problems_of_listen(config)
    found += _problems_of_address(config)
    found += _problems_of_relays(config)
    found += _problems_of_tor(config)
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
        ("courier.visit_minutes", config.courier.visit_minutes, 1, VISIT_MINUTES_MAX),
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
    if not is_listen(listen):
        return [("node.listen", "is not an IP address and a port such as 127.0.0.1:8470")]
    if not is_loopback(f"http://{listen}") and not config.mailbox.publish_address:
        return [("node.listen", "is not on loopback; that needs mailbox.publish_address = true")]
    return []


def _problems_of_address(config: NodeConfig) -> list[tuple[str, str]]:
    address = config.mailbox.address
    if not address:
        return [("mailbox.pin", "needs mailbox.address")] if config.mailbox.pin else []
    if not is_address(address):
        return [("mailbox.address", "is not an address such as https://host:port")]
    if config.profile.needs_onion and not is_onion(address):
        return [("mailbox.address", "is no onion address, which profile.risk = high asks for")]
    if not (is_onion(address) or is_loopback(address) or config.mailbox.publish_address):
        return [("mailbox.address", "is no onion address; that needs publish_address = true")]
    return _problems_of_pin("mailbox.pin", config.mailbox.pin, address)


def _problems_of_relays(config: NodeConfig) -> list[tuple[str, str]]:
    relays, found = config.mailbox.relay, list[tuple[str, str]]()
    own = 1 if config.mailbox.address else 0
    if own + len(relays) > limits.RELAYS_MAX:
        found.append(("mailbox.relay", "are too many: three places at most, with our own address"))
    seen: set[str] = set()
    for number, relay in enumerate(relays):
        key = f"mailbox.relay[{number}]"
        found += [(f"{key}.{name}", problem) for name, problem in _problems_of_relay(relay)]
        if relay.url in seen:
            found.append((f"{key}.url", "is there twice"))
        seen.add(relay.url)
    return found


def _problems_of_relay(relay: RelaySection) -> list[tuple[str, str]]:
    if not is_address(relay.url):
        return [("url", "is not an address such as https://relay.example.org")]
    if relay.url.startswith("http://") and not (is_onion(relay.url) or is_loopback(relay.url)):
        return [("url", "is neither https:// nor an onion address")]
    if read_ticket(relay.ticket) is None:
        return [("ticket", "is no ticket: 43 letters, as the operator of the relay gave them")]
    return _problems_of_pin("pin", relay.pin, relay.url)


def _problems_of_pin(key: str, pin: str, address: str) -> list[tuple[str, str]]:
    if pin and read_pin(pin) is None:
        return [(key, "is no pin: 64 of the letters 0-9 and a-f")]
    if pin and not address.startswith("https://"):
        return [
            (key, "is of no use where the address is not https://: there is no key to compare")
        ]
    return []


def _problems_of_tor(config: NodeConfig) -> list[tuple[str, str]]:
    socks = config.tor.socks
    if not socks:
        if config.tor.everything:
            return [("tor.everything", "needs tor.socks: nothing would leave at all")]
        return [
            (f"mailbox.relay[{number}].url", "is an onion address; that needs tor.socks")
            for number, relay in enumerate(config.mailbox.relay)
            if is_onion(relay.url)
        ]
    if not is_listen(socks) or not is_loopback(f"http://{socks}"):
        return [("tor.socks", "is not an address of this computer such as 127.0.0.1:9050")]
    return []


def read_ticket(text: str) -> bytes | None:
    """The 32 bytes of a relay's ticket; None if it is none. It has one spelling."""
    try:
        raw = base64.urlsafe_b64decode(text + "=")
    except (ValueError, UnicodeEncodeError):
        return None
    is_spelled = base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=") == text
    return raw if is_spelled and len(raw) == _TICKET_BYTES else None


def read_pin(text: str) -> bytes | None:
    """The 32 bytes of a pin; None if it is none. It has one spelling."""
    return bytes.fromhex(text) if _PIN.fullmatch(text) else None

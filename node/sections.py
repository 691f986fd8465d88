"""The sections of `federation.toml`, each a frozen value with a default for every setting.

What a setting may be is checked where the file is read, in `node.config`.
"""

from typing import Literal

import msgspec

from protocol import limits


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
    """One `[[mailbox.relay]]`.

    Attributes:
        url: the relay's address.
        ticket: what its operator gave us, once, to be let in; a secret.
        pin: of the key with which it speaks TLS, as its operator tells it; empty if authorities vouch for it.
    """

    url: str
    ticket: str
    pin: str = ""

    # typing.override comes with Python 3.12.
    def __repr__(self) -> str:  # type: ignore[explicit-override]
        """The address alone."""
        return f"RelaySection(url={self.url!r})"


class MailboxSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[mailbox]`.

    Attributes:
        publish_address: may a place where people can be found stand on our card?
        address: where other nodes reach our own mailbox; empty if only this computer does.
        pin: of the key of what answers there; empty if authorities vouch for it.
        relay: the relays that keep a mailbox for us, the first to be tried first.
    """

    publish_address: bool = False
    address: str = ""
    pin: str = ""
    relay: tuple[RelaySection, ...] = ()


class ProfileSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[profile]`: one word that sets what depends on the danger around a node, and what may be set apart.

    The word sets for how long prekeys outlive their week, which address our own mailbox may have, cover on
    quiet days, and that the vault closes at once, whatever else is set.

    Attributes:
        risk: `high` where somebody may come for the computer.
        vault_lock_minutes: how long the vault stays open after the last session ended, where the risk is not
            high; `vault_lock_seconds` is what is in force.
    """

    risk: Literal["normal", "high"] = "normal"
    vault_lock_minutes: int = 60

    @property
    def prekey_grace_seconds(self) -> int:
        """How long a prekey outlives its slice; what came late can be opened until then."""
        if self.risk == "high":
            return limits.PREKEY_GRACE_SECONDS_HIGH_RISK
        return limits.PREKEY_GRACE_SECONDS

    @property
    def vault_lock_seconds(self) -> int:
        """How long the vault stays open after the last session ended; 0 is at once."""
        return 0 if self.risk == "high" else self.vault_lock_minutes * limits.MINUTE

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
        poll_seconds: how often the courier looks for what is due, and into our own mailbox.
        visit_minutes: how often the relays that keep a mailbox for us are visited, a third more or less.
        batch_minutes: everything leaves at the full and the half hour (30), or as soon as it is due (0).
        cover: does an envelope leave on a day on which there is nothing to say?
    """

    poll_seconds: int = 30
    visit_minutes: int = 15
    batch_minutes: int = 30
    cover: bool = False


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


class TorSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tor]`.

    Attributes:
        socks: where Tor listens on this computer; empty: there is none, and nothing inside Tor is reached.
        everything: does all that leaves go through it, or only what leads into Tor?
    """

    socks: str = ""
    everything: bool = False


class StickSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[stick]`.

    Attributes:
        ferry: may envelopes for partners be carried along, where a person says yes to it at a stick?
    """

    ferry: bool = False


class BackupSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[backup]`.

    Attributes:
        folder: where backups go; relative to the folder of this file. Another disk, best.
        every_hours: so often one is made, while the node is open.
        keep_daily: the newest of so many days is kept.
        keep_weekly: the same for weeks.
        keep_monthly: the same for months.
    """

    folder: str = "backups"
    every_hours: int = 24
    keep_daily: int = 7
    keep_weekly: int = 4
    keep_monthly: int = 12

"""The configuration: can it be used, what does its risk set, and what does it give away?"""

from pathlib import Path

from node import config
from node.cli.doctor.findings import Check, Finding, bad, doubtful, good
from node.config import ConfigError, NodeConfig
from protocol import limits
from protocol.local.views import NodeStatus


def read(folder: Path) -> NodeConfig | Finding:
    """The settings, or what is wrong with them: file, line and key, never a value."""
    try:
        return config.load(folder / config.FILE_NAME)
    except ConfigError as error:
        return bad(
            Check.CONFIGURATION,
            str(error),
            fix="mend this line as federation.toml.example says, then: sathi config check",
        )


def judge(settings: NodeConfig) -> Finding:
    """What is set."""
    profile = settings.profile
    minutes = profile.vault_lock_seconds // limits.MINUTE
    many = "1 minute" if minutes == 1 else f"{minutes} minutes"
    closes = f"{many} after the last session" if minutes else "with the last session"
    outside = "refused" if profile.needs_onion else "allowed if published"
    return good(
        Check.CONFIGURATION,
        f"risk is {profile.risk}: the vault closes {closes}, an address outside Tor is {outside}",
    )


def judge_address(settings: NodeConfig) -> Finding:
    """Does the configuration tell where the people whom the node protects may be found?"""
    if settings.shows_place:
        clear = settings.mailbox.address or settings.node.listen
        return doubtful(
            Check.ADDRESS,
            f"published: {clear} shows every organisation that knows us, and everybody who watches the "
            "line, where this computer stands",
            fix="unless that was decided: set publish_address = false under [mailbox] and use an "
            "onion address",
        )
    if settings.mailbox.publish_address:
        return doubtful(
            Check.ADDRESS,
            "none is published, and the configuration would allow it",
            fix="set publish_address = false under [mailbox]",
        )
    return good(Check.ADDRESS, "none is published that shows where this computer stands")


def judge_risk(settings: NodeConfig, seen: NodeStatus) -> list[Finding]:
    """Does the charter ask for more care than is set? Only an open node can say what its charter asks."""
    if not seen.is_risk_raised:
        return []
    if settings.profile.risk == "high":
        return [good(Check.RISK, "the charter asks for high risk, and it is set")]
    address = "; our address outside Tor stays as it is set" if settings.shows_place else ""
    return [
        doubtful(
            Check.RISK,
            "the charter asks for high risk, and federation.toml says normal: the vault closes with the last "
            f"session, prekeys go after a week and cover leaves all the same{address}",
            fix='set risk = "high" under [profile], then: sathi config check',
        )
    ]

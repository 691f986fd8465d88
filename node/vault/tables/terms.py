"""What the charter that is held asks of this node itself, as plain numbers beside the charter."""

from node.vault.driver import Connection
from protocol import limits
from protocol.charter import Parameters, RiskProfile


def keep(vault: Connection, parameters: Parameters) -> None:
    """From now on this is asked; what the charter does not say is as without a charter.

    Raises the driver's IntegrityError outside what a charter may say.
    """
    months, hours = parameters.skeleton_months, parameters.erase_hours
    vault.execute(
        "UPDATE retention SET skeleton_months = ?, erase_hours = ?, is_high_risk = ?",
        (
            limits.SKELETON_MONTHS_DEFAULT if months is None else months,
            limits.ERASE_HOURS_MAX if hours is None else hours,
            parameters.risk is RiskProfile.HIGH,
        ),
    )


def is_risk_high(vault: Connection) -> bool:
    """Does the charter ask for the high risk profile, whatever this node's own settings say?"""
    (is_high,) = vault.execute("SELECT is_high_risk FROM retention").fetchone()
    return bool(is_high)


def erase_hours(vault: Connection) -> int:
    """For how many hours of open vault something locked may wait to be destroyed."""
    (hours,) = vault.execute("SELECT erase_hours FROM retention").fetchone()
    return int(hours)

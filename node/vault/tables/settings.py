"""How each person of this node wants the desk."""

from node.vault.driver import Connection
from protocol.values import Pseudonym


def save(
    vault: Connection, user: Pseudonym, *, language: str, digits: str, has_practised: bool
) -> None:
    """Keep how one person wants it."""
    vault.execute(
        "INSERT INTO user_settings (user_id, language, digits, has_practised) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET language = excluded.language, digits = excluded.digits,"
        " has_practised = excluded.has_practised",
        (user, language, digits, has_practised),
    )


def find(vault: Connection, user: Pseudonym) -> tuple[str, str, bool] | None:
    """Language, digits, and whether hiding was practised; None for whoever never chose."""
    row = vault.execute(
        "SELECT language, digits, has_practised FROM user_settings WHERE user_id = ?", (user,)
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), bool(row[2]))

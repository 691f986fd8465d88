"""The proof that something is gone: every page of both databases and their logs, read one by one."""

from collections.abc import Sequence

from node.cli.story.stage import Player
from node.vault import driver, pages
from node.vault.database import KEYS_FILE
from node.vault.pages import Finding


def findings(player: Player, words: Sequence[str]) -> list[Finding]:
    """Where any of these texts stands in any file of the node's folder."""
    canaries = [word.encode() for word in words]
    return pages.find(player.part.folder, key=player.vault_key, canaries=canaries)


def found(player: Player, words: Sequence[str], keys: Sequence[bytes]) -> set[str | bytes]:
    """Which of these texts and keys stand in any file of the node's folder."""
    canaries = {word.encode(): word for word in words}
    wanted: dict[bytes, str | bytes] = {**canaries, **{key: key for key in keys}}
    hits = pages.find(player.part.folder, key=player.vault_key, canaries=[*wanted])
    return {wanted[hit.canary] for hit in hits}


def disclosure_keys(player: Player) -> tuple[bytes, ...]:
    """The keys under which what came about her rests, read beside the running node."""
    connection = driver.connect(player.part.folder / KEYS_FILE, key=player.vault_key)
    try:
        rows = connection.execute("SELECT key FROM disclosure_keys").fetchall()
    finally:
        connection.close()
    return tuple(bytes(row[0]) for row in rows)

"""The proof that something is gone: every page of both databases and their logs, read one by one."""

from collections.abc import Sequence

from node.cli.story.stage import Player
from node.cli.story.untrue import check
from node.vault import driver, pages
from node.vault.database import KEYS_FILE
from node.vault.pages import Finding


def findings(player: Player, words: Sequence[str]) -> list[Finding]:
    """Where any of these texts stands in any file of the node's folder."""
    return _search(player, [word.encode() for word in words])


def found(player: Player, words: Sequence[str], keys: Sequence[bytes]) -> set[str | bytes]:
    """Which of these texts and keys stand in any file of the node's folder."""
    wanted: list[str | bytes] = [*words, *keys]
    canaries = [item.encode() if isinstance(item, str) else item for item in wanted]
    return {wanted[hit.canary] for hit in _search(player, canaries)}


def _search(player: Player, canaries: Sequence[bytes]) -> list[Finding]:
    hits = pages.find(player.part.folder, key=player.vault_key, canaries=canaries)
    check(all(hit.canary >= 0 for hit in hits), "every page and every frame can be read")
    return hits


def disclosure_keys(player: Player) -> tuple[bytes, ...]:
    """The keys under which what came about her rests, read beside the running node."""
    connection = driver.connect(player.part.folder / KEYS_FILE, key=player.vault_key)
    try:
        rows = connection.execute("SELECT key FROM disclosure_keys").fetchall()
    finally:
        connection.close()
    return tuple(bytes(row[0]) for row in rows)

"""Drafts, parts and charters as files: read within bounds, written where nothing is."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from node.cli.talking import CommandFailedError
from protocol import limits
from protocol.cards import card_in
from protocol.charter import HeldCharter, Member, MemberState, held_charter, parse_charter
from protocol.charter_chain import parse_chain
from protocol.errors import MalformedError, RemoteProtocolError
from protocol.labels import Kind
from protocol.signing import Signed, parse
from protocol.values import Instant

_BYTES_MAX: Final = limits.ENCODED_BYTES_MAX

out: Final = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to write it; must not be there.",
)


def read(file: Path) -> bytes:
    """What stands in a file. Raises: CommandFailedError."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_BYTES_MAX + 1)
    except OSError as error:
        raise CommandFailedError(f"'{file}' cannot be read ({type(error).__name__})") from None
    if len(raw) > _BYTES_MAX:
        raise CommandFailedError(f"'{file}' is too large to be one of ours")
    return raw


def write(place: Path, raw: bytes) -> None:
    """Write a new file. Raises: CommandFailedError if something is there."""
    try:
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandFailedError(
            f"'{place}' is there already: name another file with --out"
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def chain_in(file: Path) -> tuple[bytes, ...]:
    """The charters in a file, the oldest first. Raises: CommandFailedError."""
    try:
        return parse_chain(read(file))
    except MalformedError:
        raise CommandFailedError(f"'{file}' is no charter") from None


def last_of(chain: Sequence[bytes]) -> HeldCharter:
    """The newest charter of a chain. Raises: CommandFailedError."""
    try:
        return held_charter(chain[-1])
    except MalformedError:
        raise CommandFailedError("the last charter of this file is not one") from None


def draft_or_part(file: Path) -> tuple[bytes, Signed | None]:
    """The body of a draft, and the signatures it has already, if it is a part.

    Raises:
        CommandFailedError: if it is neither.
    """
    raw = read(file)
    try:
        part = parse(raw, kind=Kind.CHARTER)
    except MalformedError:
        part = None
    body = raw if part is None else part.body
    try:
        parse_charter(body)
    except MalformedError:
        raise CommandFailedError(f"'{file}' is neither a draft of a charter nor a part") from None
    return body, part


def member_in(file: Path, *, now: Instant) -> Member:
    """A new member, from the card in its introduction file. Raises: CommandFailedError."""
    try:
        card, _ = card_in(read(file), now=now)
    except RemoteProtocolError:
        raise CommandFailedError(
            f"'{file}' is no introduction file, or its card is over"
        ) from None
    return Member(
        node_id=card.node_id,
        root=card.root,
        country=card.country,
        state=MemberState.ACTIVE,
        since=now,
        successor=None,
    )

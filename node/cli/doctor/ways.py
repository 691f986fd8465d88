"""The ways to others: the relays that keep a mailbox for us, and Tor."""

import socket
from typing import Final

from node.addresses import host_of, is_onion, port_of
from node.cli.doctor.findings import Check, Finding, bad, doubtful, good
from node.config import NodeConfig
from protocol import limits
from protocol.local.views import NodeStatus, RelayStatus

SILENT_SECONDS_MAX: Final = limits.HOUR
_TOR_SECONDS: Final = 3.0
# SOCKS 5 (RFC 1928, 3): one way to sign in is offered, none at all; the answer takes it.
_HELLO: Final = b"\x05\x01\x00"
_WELCOME: Final = b"\x05\x00"


def judge_relays(seen: NodeStatus) -> list[Finding]:
    """How each relay of the settings answers; only an open node talks to them."""
    return [_judge_relay(relay) for relay in seen.relays or ()]


def _judge_relay(relay: RelayStatus) -> Finding:
    if not relay.is_made:
        return _judge_unmade(relay)
    if not relay.problem and relay.answered_seconds is None:
        return good(Check.RELAY, f"{relay.address}: not asked yet since the node was opened")
    if not relay.problem:
        ago = _ago(relay.answered_seconds or 0)
        return good(Check.RELAY, f"{relay.address}: answered {ago}, and all it gave was taken")
    said = f"{relay.address}: {_trouble(relay.problem)}, {_last(relay.answered_seconds)}"
    if relay.answered_seconds is not None and relay.answered_seconds < SILENT_SECONDS_MAX:
        return good(Check.RELAY, said)
    return doubtful(
        Check.RELAY,
        f"{said}; what partners left there waits",
        fix=_fix(relay),
    )


def _judge_unmade(relay: RelayStatus) -> Finding:
    if relay.problem == "ticket":
        return doubtful(
            Check.RELAY,
            f"{relay.address}: does not take our ticket, so no partner is told of it",
            fix="ask its operator for another one, and put it under [[mailbox.relay]]",
        )
    if relay.problem == "auth":
        return doubtful(
            Check.RELAY,
            f"{relay.address}: it goes by another address than this one, or has another time",
            fix="ask its operator how the address is spelled, and compare this computer's clock",
        )
    if not relay.problem:
        return good(Check.RELAY, f"{relay.address}: its mailbox is made at the next visit")
    return doubtful(
        Check.RELAY,
        f"{relay.address}: {_trouble(relay.problem)}, so it has made no mailbox yet",
        fix=_fix(relay),
    )


def _trouble(problem: str) -> str:
    match problem:
        case "unreachable":
            return "does not answer, or shows another key"
        case "trouble":
            return "answers with nothing that is legal"
        case "rate":
            return "asks for patience"
        case "auth":
            return "knows no mailbox of ours"
        case name:
            return f"refuses with '{name}'"


def _fix(relay: RelayStatus) -> str:
    if relay.problem == "auth":
        return "ask its operator; if the relay began anew, get a ticket for a new mailbox"
    if is_onion(relay.address):
        return "see whether Tor runs; if it stays, ask the relay's operator"
    return "see whether this computer has a line; if it stays, ask the relay's operator, also for the pin"


def _last(seconds: int | None) -> str:
    return "never did since the node was opened" if seconds is None else f"last {_ago(seconds)}"


def _ago(seconds: int) -> str:
    for unit, name in ((limits.DAY, "day"), (limits.HOUR, "hour"), (limits.MINUTE, "minute")):
        count = seconds // unit
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def does_tor_answer(settings: NodeConfig) -> bool | None:
    """Does something at the address of the settings speak as Tor does? None if none is set."""
    socks = settings.tor.socks
    if not socks:
        return None
    try:
        with socket.create_connection((host_of(socks), port_of(socks)), _TOR_SECONDS) as line:
            line.sendall(_HELLO)
            return line.recv(len(_WELCOME)) == _WELCOME
    except OSError:
        return False


def judge_tor(settings: NodeConfig, *, answers: bool | None) -> list[Finding]:
    """Is there a way into Tor, where one is set?"""
    if answers is None:
        return []
    where, is_all = settings.tor.socks, settings.tor.everything
    goes = "everything" if is_all else "what leads into it"
    if answers:
        return [good(Check.TOR, f"it answers on {where}; {goes} goes there")]
    fix = "start it (sudo systemctl start tor), or mend socks under [tor]"
    said = f"nothing answers on {where} as it does, so nothing leaves to {{}}"
    if is_all:
        return [bad(Check.TOR, said.format("anybody"), fix=fix)]
    return [doubtful(Check.TOR, said.format("partners and relays inside it"), fix=fix)]

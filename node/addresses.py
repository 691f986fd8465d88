"""What an address in a file of settings is: one to listen on, one that leads to a service, an onion."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from protocol import values
from protocol.errors import MalformedError

PORT_MAX: Final = 65_535

_LISTEN: Final = re.compile(r"(\[[0-9a-f:]+\]|[0-9.]+):[0-9]{1,5}")


def host_of(listen: str) -> str:
    """The host of `host:port`, without the brackets of IPv6."""
    return listen.rpartition(":")[0].strip("[]")


def port_of(listen: str) -> int:
    """The port of `host:port`."""
    return int(listen.rpartition(":")[2])


def is_listen(text: str) -> bool:
    """Is it an IP address and a port, such as 127.0.0.1:8470?"""
    if not _LISTEN.fullmatch(text) or port_of(text) > PORT_MAX:
        return False
    try:
        ipaddress.ip_address(host_of(text))
    except ValueError:
        return False
    return True


def is_address(text: str) -> bool:
    """Is it scheme, host and port of a service, as they stand in what owners sign?"""
    try:
        values.address(text)
    except MalformedError:
        return False
    return True


def is_onion(address: str) -> bool:
    """Does it lead to an onion service?"""
    return _host(address).endswith(".onion")


def is_loopback(address: str) -> bool:
    """Does it lead to this very computer?"""
    try:
        return ipaddress.ip_address(_host(address)).is_loopback
    except ValueError:
        return False


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""

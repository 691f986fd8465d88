"""Ways to a mailbox: straight over the network, or through Tor, as the settings say for each address.

What leads into Tor is never looked up here and never tried straight: whoever watches the line, or the name
servers, would learn with whom we talk. Without a way into Tor it cannot be reached.

Where a key is pinned, it is compared before the first byte of a request leaves.
"""

import ipaddress
import ssl
from dataclasses import dataclass
from typing import Final, final

import aiohttp
from aiohttp import ClientConnectionError, Fingerprint
from aiohttp.abc import AbstractResolver
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from aiohttp_socks import (
    ProxyConnectionError,
    ProxyConnector,
    ProxyError,
    ProxyTimeoutError,
    ProxyType,
)

from node.mailbox.pins import NoCertificateError, pin_of

CONNECTIONS_MAX: Final = 32
_ONION: Final = ".onion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tor:
    """Where this computer's Tor listens for SOCKS 5; `is_for_all`: also for what does not lead into Tor."""

    host: str
    port: int
    is_for_all: bool


def new_tls() -> ssl.SSLContext:
    """How we speak TLS: 1.3 and nothing older, to a name that the system's authorities vouch for."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _new_tls_by_pin() -> ssl.SSLContext:
    """The same where a key is pinned: then its name, its dates and who vouches for it count for nothing."""
    context = new_tls()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@final
class Ways(aiohttp.TCPConnector):
    """Makes the connections of a session, each on the way that its address has."""

    def __init__(self, tor: Tor | None, *, resolver: AbstractResolver | None = None) -> None:
        super().__init__(limit=CONNECTIONS_MAX, ssl=new_tls(), resolver=resolver)
        self._is_for_all = tor is not None and tor.is_for_all
        self._tor = None if tor is None else _into_tor(tor)
        self._by_pin = _new_tls_by_pin()

    # typing.override comes with Python 3.12.
    async def connect(  # type: ignore[explicit-override]
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  (as the library calls it)
    ) -> Connection:
        """A connection for one request; where it brings a pin, to whoever holds that key, or none at all.

        Raises:
            aiohttp.ClientError: as it does where nobody answers; also for another key.
            OSError: likewise.
        """
        if not isinstance(req.ssl, Fingerprint):
            return await self._connect(req, traces, timeout)
        pin = req.ssl.fingerprint
        # To the library a fingerprint is that of a whole certificate: left to it, no pin fits.
        req._ssl = self._by_pin  # noqa: SLF001
        connection = await self._connect(req, traces, timeout)
        # also one that was kept, which another pin may have opened.
        if not _shows(connection, pin):
            connection.close()
            raise ClientConnectionError("another key than the one that is pinned")
        return connection

    async def _connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  (as the library calls it)
    ) -> Connection:
        host = req.url.host or ""
        is_onion = host.endswith(_ONION)
        if is_onion and self._tor is None:
            raise ClientConnectionError("there is no way into Tor")
        goes_through = is_onion or (self._is_for_all and not _is_here(host))
        if self._tor is None or not goes_through:
            return await super().connect(req, traces, timeout)
        try:
            return await self._tor.connect(req, traces, timeout)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError):
            raise ClientConnectionError("Tor made no connection") from None

    async def close(self, *, abort_ssl: bool = False) -> None:  # type: ignore[explicit-override]
        """Close both ways."""
        if self._tor is not None:
            await self._tor.close(abort_ssl=abort_ssl)
        await super().close(abort_ssl=abort_ssl)


def _shows(connection: Connection, pin: bytes) -> bool:
    """Does whoever is at the other end hold the key of this pin? Without TLS nobody shows one."""
    transport = connection.transport
    secured = None if transport is None else transport.get_extra_info("ssl_object")
    if secured is None:
        return False
    try:
        return pin_of(secured.getpeercert(binary_form=True) or b"") == pin
    except NoCertificateError:
        return False


def _into_tor(tor: Tor) -> ProxyConnector:
    # By name: Tor looks it up at the other end, and nobody on the way learns of it.
    return ProxyConnector(
        host=tor.host,
        port=tor.port,
        proxy_type=ProxyType.SOCKS5,
        rdns=True,
        limit=CONNECTIONS_MAX,
        ssl=new_tls(),
    )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

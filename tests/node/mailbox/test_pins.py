"""A pin names the key of a service: whoever holds it is talked to, over TLS 1.3, and nobody else."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from node.mailbox.exchange import Answer, Ask, Failure, Unreachable, exchange, new_session
from node.mailbox.pins import NoCertificateError, pin_of, pin_of_file
from tests.support import certificates, socks
from tests.support.certificates import Identity

pytestmark = pytest.mark.sockets

ONION: Final = "exampleexampleexample.onion"


@asynccontextmanager
async def service(
    folder: Path, identity: Identity, *, newest: ssl.TLSVersion | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """A service of this identity; gives its port, and notes what it is told about who asks."""
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.headers["Authorization"])
        return web.Response(text="here")

    app = web.Application()
    app.router.add_get("/", hear)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=identity.server(folder, newest=newest))
    yield server.port or 0, heard
    await server.close()


def ask(port: int, pin: bytes | None, *, host: str = "127.0.0.1", scheme: str = "https") -> Ask:
    return Ask(
        origin=f"{scheme}://{host}:{port}",
        method="GET",
        path="/",
        pin=pin,
        headers={"Authorization": "token"},
        body=b"",
        answer_bytes_max=100,
    )


async def asked(port: int, pin: bytes | None) -> Answer | Failure:
    async with new_session() as session:
        return await exchange(session, ask(port, pin))


def trust(monkeypatch: pytest.MonkeyPatch, folder: Path, authority: Identity) -> None:
    """From now on the system trusts this authority."""
    (folder / "authority.pem").write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))


@pytest.mark.parametrize(
    "identity",
    [
        certificates.self_made(),
        certificates.self_made(name="elsewhere"),
        certificates.self_made(days_ago=400),
    ],
    ids=["of this name", "of another name", "ended last year"],
)
async def test_a_certificate_somebody_made_alone_is_taken_where_its_key_is_pinned(
    tmp_path: Path, identity: Identity
) -> None:
    async with service(tmp_path, identity) as (port, heard):
        assert isinstance(await asked(port, identity.pin), Answer)
        assert heard == ["token"]
        # Without the pin nobody vouches for it.
        assert await asked(port, None) == Unreachable(is_cut=False)
        assert heard == ["token"]


async def test_what_an_authority_vouches_for_is_told_nothing_where_another_key_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certificates.authority()
    trust(monkeypatch, tmp_path, authority)
    vouched = certificates.vouched(authority)
    async with service(tmp_path, vouched) as (port, heard):
        assert await asked(port, certificates.self_made().pin) == Unreachable(is_cut=False)
        assert heard == []
        assert isinstance(await asked(port, None), Answer)
        assert isinstance(await asked(port, vouched.pin), Answer)


async def test_a_connection_that_one_pin_opened_serves_no_other(tmp_path: Path) -> None:
    identity, other = certificates.self_made(), certificates.self_made()
    async with service(tmp_path, identity) as (port, heard), new_session() as session:
        assert isinstance(await exchange(session, ask(port, identity.pin)), Answer)
        assert await exchange(session, ask(port, other.pin)) == Unreachable(is_cut=False)
        assert await exchange(session, ask(port, None)) == Unreachable(is_cut=False)
        assert isinstance(await exchange(session, ask(port, identity.pin)), Answer)
        assert heard == ["token"] * 2


async def test_who_speaks_an_older_tls_is_told_nothing_with_the_right_key_or_an_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certificates.authority()
    trust(monkeypatch, tmp_path, authority)
    vouched = certificates.vouched(authority)
    async with service(tmp_path, vouched, newest=ssl.TLSVersion.TLSv1_2) as (port, heard):
        assert await asked(port, vouched.pin) == Unreachable(is_cut=False)
        assert await asked(port, None) == Unreachable(is_cut=False)
        assert heard == []


async def test_without_tls_there_is_no_key_and_a_pin_lets_nothing_leave(tmp_path: Path) -> None:
    del tmp_path
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.headers["Authorization"])
        return web.Response()

    app = web.Application()
    app.router.add_get("/", hear)
    async with TestServer(app) as server, new_session() as session:
        for pin, told in ((certificates.self_made().pin, 0), (None, 1)):
            await exchange(session, ask(server.port or 0, pin, scheme="http"))
            assert len(heard) == told


async def test_the_key_is_compared_through_tor_too(tmp_path: Path) -> None:
    identity = certificates.self_made()
    async with (
        service(tmp_path, identity) as (port, heard),
        socks.running({ONION: port}) as tor,
        new_session(tor=tor.tor()) as session,
    ):
        wrong = await exchange(session, ask(port, certificates.self_made().pin, host=ONION))
        assert wrong == Unreachable(is_cut=False)
        assert heard == []
        right = await exchange(session, ask(port, identity.pin, host=ONION))
        assert isinstance(right, Answer)


def test_a_pin_is_of_the_key_whatever_certificate_is_made_for_it() -> None:
    identity = certificates.self_made()
    assert pin_of_file(identity.pem) == identity.pin
    assert pin_of_file(identity.pem + certificates.authority().pem) == identity.pin


@pytest.mark.parametrize("raw", [b"", b"\x30\x03\x02\x01\x00", b"\x00" * 1_000])
def test_what_is_no_certificate_has_no_pin(raw: bytes) -> None:
    with pytest.raises(NoCertificateError):
        pin_of(raw)
    with pytest.raises(NoCertificateError):
        pin_of_file(raw)

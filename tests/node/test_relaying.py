"""A relay's door: TLS 1.3 and nothing older, and what is kept tidy behind it."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from node.relay_settings import RelayServiceSection
from node.relaying import NoRelayError, Relay, open_file
from protocol import limits
from protocol.values import Instant, later
from tests.support.mailboxes import (
    NOON,
    StandingClock,
    as_depositor,
    envelopes,
    new_mailbox,
    owner,
    with_ticket,
)
from tests.support.ports import free_port

pytestmark = pytest.mark.sockets
MAILBOX = new_mailbox(owner()).mailbox_id


@asynccontextmanager
async def serving(
    folder: Path, clock: StandingClock, *, certificate: str = "", key: str = ""
) -> AsyncIterator[int]:
    """A relay of one process in this folder, until the block ends; gives its port."""
    port = free_port()
    settings = RelayServiceSection(
        address="https://relay.example.org",
        listen=f"127.0.0.1:{port}",
        certificate=certificate,
        key=key,
    )
    kept = await open_file(folder, clock=clock, deposits_per_minute=60, is_new=True)
    relay = Relay(folder, settings, kept, clock=clock, deposits_per_minute=60)
    ready, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.ensure_future(relay.run(ready=ready, stop=stop))
    try:
        await ready.wait()
        yield port
    finally:
        stop.set()
        await running
        await kept.mailboxes.close()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def self_signed(folder: Path) -> None:
    """A certificate of loopback, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "relay.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "relay.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


async def test_a_relay_that_speaks_tls_itself_speaks_nothing_older_than_1_3(
    tmp_path: Path,
) -> None:
    self_signed(tmp_path)
    clock = StandingClock()
    async with (
        serving(tmp_path, clock, certificate="relay.pem", key="relay.key") as port,
        aiohttp.ClientSession() as session,
    ):
        url = f"https://127.0.0.1:{port}/sathi/v1/info"
        context = ssl.create_default_context(cafile=tmp_path / "relay.pem")
        async with session.get(url, ssl=context) as answer:
            assert answer.status == 200
        older = ssl.create_default_context(cafile=tmp_path / "relay.pem")
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(url, ssl=older)


async def test_a_relay_keeps_no_log_of_what_it_is_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with serving(tmp_path, StandingClock()) as port, aiohttp.ClientSession() as session:
        mailbox = f"http://127.0.0.1:{port}/sathi/v1/mailboxes/{MAILBOX.hex()}"
        for method, url, headers, status in (
            ("GET", f"http://127.0.0.1:{port}/sathi/v1/info", {}, 200),
            ("POST", mailbox + "/envelopes", as_depositor(), 404),
            ("GET", mailbox + "/envelopes", {}, 401),
            ("PUT", mailbox, with_ticket(), 400),
            ("GET", mailbox + "/elsewhere", {}, 404),
        ):
            async with session.request(method, url, headers=headers) as answer:
                assert answer.status == status
    assert [record for record in caplog.records if record.name != "asyncio"] == []


async def test_a_relay_whose_file_is_missing_does_not_begin_anew(tmp_path: Path) -> None:
    with pytest.raises(NoRelayError):
        await open_file(tmp_path, clock=StandingClock(), deposits_per_minute=60)
    assert names_in(tmp_path) == []


async def test_what_waited_for_22_days_is_gone_when_a_relay_begins_to_serve_again(
    tmp_path: Path,
) -> None:
    clock = StandingClock()
    kept = await open_file(tmp_path, clock=clock, deposits_per_minute=60, is_new=True)
    await kept.mailboxes.create(new_mailbox(owner()), ticket=None)
    await kept.mailboxes.purge(now=NOON)
    await kept.mailboxes.deposit(MAILBOX, envelopes(2))
    for day in range(1, 22):
        await kept.mailboxes.purge(now=later(NOON, day * limits.DAY))
    await kept.mailboxes.close()

    async def left(at: Instant) -> int:
        clock.seconds = at
        async with serving(tmp_path, clock):
            pass
        again = await open_file(tmp_path, clock=clock, deposits_per_minute=60)
        waiting = await again.mailboxes.waiting(MAILBOX)
        await again.mailboxes.close()
        return waiting.envelopes

    assert await left(later(NOON, 21 * limits.DAY)) == 2
    assert await left(later(NOON, 22 * limits.DAY)) == 0

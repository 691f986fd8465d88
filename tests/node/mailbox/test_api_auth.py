"""The signature of the owner: for one request, at one service, once and not for long."""

import asyncio
import dataclasses

import pytest
from yarl import URL

from node.mailbox.bounds import OWNER_REQUESTS_REMEMBERED_MAX
from node.mailbox.serving import PARTS
from protocol import limits
from protocol.keys import mailbox_id_of
from protocol.values import later, sha256
from tests.support.mailbox_requests import as_owner, assert_problem
from tests.support.mailboxes import (
    NOON,
    TICKET,
    Served,
    as_depositor,
    new_mailbox,
    owner,
    signed,
    ticket_hash,
)

# The owner's signature


OWNER_REQUESTS = [
    ("GET", "/envelopes"), ("GET", "/envelopes?as=stick"), ("GET", "/envelopes/" + "0" * 32),
    ("DELETE", "/envelopes/" + "0" * 32), ("POST", "/envelopes/delete"), ("PUT", "/bundle"),
    ("PATCH", ""), ("DELETE", ""),
]  # fmt: skip


@pytest.mark.parametrize(("method", "rest"), OWNER_REQUESTS)
async def test_only_the_owner_may(there: Served, method: str, rest: str) -> None:
    url = URL(there.path + rest, encoded=True)
    stranger = dataclasses.replace(there, secret=owner(2))
    refused = [
        await there.browser.request(method, url),
        await there.browser.request(method, url, headers=as_depositor()),
        await there.browser.request(
            method, url, headers=signed(there.claim(method, there.path + rest), stranger.secret)
        ),
        # Nobody learns from the answer whether there is such a mailbox.
        await as_owner(stranger, method, rest),
    ]
    for response in refused:
        await assert_problem(response, "auth", 401)
    assert len({await response.read() for response in refused}) == 1


async def test_a_signed_request_is_good_once(there: Served) -> None:
    path = there.path + "/envelopes"
    headers = there.as_owner("GET", path)
    assert (await there.browser.get(path, headers=headers)).status == 200
    await assert_problem(await there.browser.get(path, headers=headers), "auth", 401)
    # Also at the end of the time in which its signature would still be fresh.
    there.clock.seconds = later(NOON, 300)
    there.clock.ticks = 600.0
    again = await there.browser.get(path, headers=headers)
    assert again.status == 401


@pytest.mark.parametrize(("skew", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
async def test_a_signature_is_fresh_for_300_seconds_both_ways(
    there: Served, skew: int, status: int
) -> None:
    path = there.path + "/envelopes"
    claim = dataclasses.replace(there.claim("GET", path), time=later(NOON, skew))
    response = await there.browser.get(path, headers=signed(claim, there.secret))
    assert response.status == status


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://other.example"}, {"method": "DELETE"}, {"path": "/sathi/v1/info"},
        {"body_hash": sha256(b"another body")},
    ],
)  # fmt: skip
async def test_a_signature_for_something_else_gives_no_right(
    there: Served, change: dict[str, object]
) -> None:
    path = there.path + "/envelopes"
    claim = dataclasses.replace(there.claim("GET", path), **change)  # type: ignore[arg-type]
    response = await there.browser.get(path, headers=signed(claim, there.secret))
    await assert_problem(response, "auth", 401)


async def test_a_signature_binds_the_query_and_the_body(there: Served) -> None:
    path = there.path + "/envelopes"
    headers = there.as_owner("GET", path + "?limit=1")
    response = await there.browser.get(path + "?limit=2", headers=headers)
    await assert_problem(response, "auth", 401)
    path = there.path + "/bundle"
    response = await there.browser.put(
        path, data=b"other", headers=there.as_owner("PUT", path, b"mine")
    )
    await assert_problem(response, "auth", 401)
    assert await there.store.get_bundle(there.mailbox) is None


async def test_the_host_header_decides_nothing(there: Served) -> None:
    path = there.path + "/envelopes"
    headers = there.as_owner("GET", path) | {"Host": "other.example"}
    assert (await there.browser.get(path, headers=headers)).status == 200


async def test_the_tickets_and_names_of_the_builders_are_those_of_the_protocol() -> None:
    assert ticket_hash(TICKET) == sha256(TICKET)
    assert mailbox_id_of(owner().public) == new_mailbox(owner()).mailbox_id
    assert limits.MAILBOX_NONCE_SECONDS == 2 * limits.MAILBOX_AUTH_SKEW_SECONDS


async def test_more_requests_than_can_be_remembered_are_refused_for_ten_minutes(
    there: Served,
) -> None:
    assert there.browser.app is not None
    bounds = there.browser.app[PARTS].bounds
    await asyncio.gather(
        *(
            bounds.note(there.mailbox, number.to_bytes(16))
            for number in range(OWNER_REQUESTS_REMEMBERED_MAX)
        )
    )
    refused = await as_owner(there, "GET", "/envelopes")
    await assert_problem(refused, "rate", 429)
    assert refused.headers["Retry-After"] == "60"
    there.clock.ticks = 600.1
    assert (await as_owner(there, "GET", "/envelopes")).status == 200

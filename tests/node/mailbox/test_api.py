"""The mailbox API on a relay: what it says, how mailboxes are made, and what may be deposited."""

import asyncio
import dataclasses
import hashlib

import pytest
from aiohttp import ClientResponse

from node.mailbox import access, stick
from node.mailbox.records import STANDARD_QUOTA, Waiting
from protocol.codec import encode
from protocol.sealing import deposit_token
from protocol.values import later, sha256
from tests.support.mailbox_requests import (
    MIB,
    as_owner,
    assert_problem,
    deposit,
    name,
    post,
    put_one,
    sendable,
)
from tests.support.mailboxes import (
    DEPOSIT_SECRET,
    NOON,
    ORIGIN,
    Served,
    as_depositor,
    envelope,
    envelopes,
    new_mailbox,
    owner,
    with_ticket,
)


def creation(served: Served, *, origin: str = ORIGIN, created: int = NOON) -> bytes:
    return access.sign_creation(
        served.secret,
        origin=origin,
        deposit_hash=new_mailbox(served.secret).deposit_hash,
        created=later(NOON, created - NOON),
    )


async def put(served: Served, body: bytes, headers: dict[str, str]) -> ClientResponse:
    return await served.browser.put(served.path, data=sendable(body), headers=headers)


# info


async def test_a_relay_tells_everybody_what_it_takes(relay: Served) -> None:
    response = await relay.browser.get("/sathi/v1/info")
    assert response.status == 200
    assert await response.json() == {
        "versions": [1],
        "limits": {
            "envelope_sizes": [4096, 16384, 65536, 262144, 1048576],
            "batch_envelopes": 64,
            "batch_bytes": 1048576,
            "mailbox_envelopes": 4096,
            "mailbox_bytes": 67108864,
            "deposits_per_minute": 60,
            "wait_seconds": 25,
        },
        "ttl": 1_814_400,
        "time": NOON,
    }
    assert "Server" not in response.headers


async def test_an_unknown_path_and_an_unknown_method_are_problems_too(relay: Served) -> None:
    await assert_problem(await relay.browser.get("/"), "not-found", 404)
    await assert_problem(await relay.browser.post("/sathi/v1/info"), "method", 405)
    upper = "/sathi/v1/mailboxes/" + "AB" * 16 + "/bundle"
    await assert_problem(await relay.browser.get(upper), "not-found", 404)


# Making, changing and deleting a mailbox


async def test_a_mailbox_is_made_once_and_the_same_request_is_no_fault(relay: Served) -> None:
    assert (await put(relay, creation(relay), with_ticket())).status == 201
    assert (await put(relay, creation(relay), with_ticket())).status == 200
    other = await put(relay, creation(relay, created=NOON + 1), with_ticket())
    await assert_problem(other, "conflict", 409)


async def test_a_mailbox_needs_a_good_ticket(relay: Served) -> None:
    for headers in ({}, with_ticket(b"x" * 32), with_ticket(b"short"), {"Sathi-Ticket": "=!"}):
        await assert_problem(await put(relay, creation(relay), headers), "ticket", 403)
    assert await relay.store.find(relay.mailbox) is None


async def test_a_mailbox_is_made_by_its_own_key_for_this_relay_only(relay: Served) -> None:
    good = creation(relay)
    forged = good[:-1] + bytes([good[-1] ^ 1])
    await assert_problem(await put(relay, forged, with_ticket()), "auth", 401)
    elsewhere = creation(relay, origin="https://other.example")
    await assert_problem(await put(relay, elsewhere, with_ticket()), "auth", 401)
    stranger = dataclasses.replace(relay, secret=owner(2))
    wrong_key = await put(relay, creation(stranger), with_ticket())
    await assert_problem(wrong_key, "malformed", 400)
    await assert_problem(await put(relay, b"nonsense", with_ticket()), "malformed", 400)
    too_large = await put(relay, bytes(65_537), with_ticket())
    await assert_problem(too_large, "too-large", 413)
    assert await relay.store.find(relay.mailbox) is None


async def test_a_relay_is_asked_for_60_mailboxes_a_minute_at_most(relay: Served) -> None:
    for _ in range(60):
        await assert_problem(await put(relay, b"x", with_ticket()), "malformed", 400)
    refused = await put(relay, creation(relay), with_ticket())
    await assert_problem(refused, "rate", 429)
    assert refused.headers["Retry-After"] == "1"
    relay.clock.ticks += 1.0
    assert (await put(relay, creation(relay), with_ticket())).status == 201


async def test_after_a_change_both_tokens_deposit_and_after_the_next_only_the_newer(
    there: Served,
) -> None:
    async def status(token: bytes) -> int:
        response = await there.browser.post(
            there.path + "/envelopes",
            data=stick.pack([envelope(1)]),
            headers=as_depositor(token),
        )
        return response.status

    first, second = (deposit_token(secret) for secret in (DEPOSIT_SECRET, b"E" * 32))
    assert (await status(first), await status(second)) == (200, 404)
    change = encode({0: sha256(second), 1: sha256(first)})
    assert (await as_owner(there, "PATCH", "", change)).status == 204
    assert (await status(first), await status(second)) == (200, 200)
    change = encode({0: sha256(second), 1: None})
    assert (await as_owner(there, "PATCH", "", change)).status == 204
    assert (await status(first), await status(second)) == (404, 200)


async def test_a_change_that_is_none_is_refused(there: Served) -> None:
    for body in (b"", encode({0: b"short", 1: None}), encode({0: bytes(32)}),
                 encode({0: bytes(32), 1: 7}), encode({0: bytes(32), 1: None, 2: 1})):  # fmt: skip
        await assert_problem(await as_owner(there, "PATCH", "", body), "malformed", 400)
    await assert_problem(await as_owner(there, "PATCH", "", bytes(257)), "too-large", 413)


async def test_a_deleted_mailbox_is_unknown_to_owner_and_depositor(there: Served) -> None:
    assert (await as_owner(there, "DELETE", "")).status == 204
    await assert_problem(await as_owner(there, "DELETE", ""), "auth", 401)
    await assert_problem(await as_owner(there, "PATCH", ""), "auth", 401)
    await assert_problem(await deposit(there, envelope(1)), "not-found", 404)


async def test_of_two_deletions_at_once_the_later_finds_nothing(there: Served) -> None:
    answers = await asyncio.gather(*(as_owner(there, "DELETE", "") for _ in range(8)))
    statuses = [answer.status for answer in answers]
    assert statuses.count(204) == 1
    # One that was authorised before the commit finds nothing; one that came later is a stranger.
    assert set(statuses) <= {204, 401, 404}


# Deposits


async def test_one_envelope_is_stored_once_and_held_after(there: Served) -> None:
    assert (await put_one(there, envelope(1))).status == 201
    assert (await put_one(there, envelope(1))).status == 200
    assert await there.store.waiting(there.mailbox) == Waiting(envelopes=1, bytes=4096)


async def test_one_envelope_is_refused_for_each_fault(there: Served) -> None:
    good = envelope(1)
    await assert_problem(await put_one(there, good, token={}), "auth", 401)
    await assert_problem(await put_one(there, good, under="0" * 32), "eid-mismatch", 422)
    await assert_problem(await put_one(there, good[:-1]), "not-a-bucket", 422)
    await assert_problem(await put_one(there, b"X" * 4096), "not-a-bucket", 422)
    await assert_problem(await put_one(there, bytes(MIB + 1)), "too-large", 413)
    assert (await there.store.waiting(there.mailbox)).envelopes == 0
    assert (await put_one(there, envelope(2, size=MIB))).status == 201


async def test_a_batch_is_answered_envelope_by_envelope(there: Served) -> None:
    batch = list(envelopes(64))
    batch[5] = b"XXXX" + batch[5][4:]
    await put_one(there, batch[6])
    response = await deposit(there, *batch)
    assert response.status == 200
    expected: list[list[object]] = [[name(one), 201] for one in batch]
    expected[5][1] = "not-a-bucket"
    expected[6][1] = 200
    assert await response.json() == {"results": expected}
    assert (await there.store.waiting(there.mailbox)).envelopes == 63


async def test_a_repeated_batch_is_held(there: Served) -> None:
    batch = envelopes(64)
    await deposit(there, *batch)
    response = await deposit(there, *batch)
    assert await response.json() == {"results": [[name(one), 200] for one in batch]}
    assert (await there.store.waiting(there.mailbox)).envelopes == 64


async def test_a_batch_is_refused_for_each_fault(there: Served) -> None:
    good = stick.pack(envelopes(2))
    odd = b"SATHBNDL\x01\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01x"
    odd += hashlib.sha256(odd).digest()
    token = as_depositor()
    await assert_problem(await post(there, good, {}), "auth", 401)
    await assert_problem(await post(there, good[:-1], token), "malformed", 400)
    await assert_problem(await post(there, stick.pack([]), token), "malformed", 400)
    await assert_problem(await post(there, b"", token), "malformed", 400)
    await assert_problem(await post(there, odd, token), "not-a-bucket", 422)
    many = stick.pack(envelopes(65))
    await assert_problem(await post(there, many, token), "too-large", 413)
    heavy = stick.pack(envelopes(5, size=262_144))
    await assert_problem(await post(there, heavy, token), "too-large", 413)
    assert (await there.store.waiting(there.mailbox)).envelopes == 0


async def test_a_batch_of_one_mebibyte_is_taken(there: Served) -> None:
    assert (await deposit(there, *envelopes(64, size=16_384))).status == 200
    assert (await deposit(there, envelope(1, size=MIB))).status == 200


async def test_60_deposits_a_minute_and_then_one_a_second(there: Served) -> None:
    for _ in range(60):
        assert (await put_one(there, envelope(1))).status in {200, 201}
    refused = await put_one(there, envelope(2))
    await assert_problem(refused, "rate", 429)
    assert refused.headers["Retry-After"] == "1"
    await assert_problem(await deposit(there, envelope(2)), "rate", 429)
    there.clock.ticks += 1.0
    assert (await put_one(there, envelope(2))).status == 201
    assert (await put_one(there, envelope(2))).status == 429


async def test_a_wrong_token_uses_up_nobodys_share(there: Served) -> None:
    for _ in range(61):
        assert (await put_one(there, envelope(1), token=as_depositor(b"x" * 32))).status == 404
    assert (await put_one(there, envelope(1))).status == 201


@pytest.mark.slow
async def test_a_full_mailbox_refuses_and_its_reserve_takes_the_smallest(there: Served) -> None:
    await there.store.deposit(there.mailbox, envelopes(63, size=MIB))
    assert STANDARD_QUOTA.bytes_max == 64 * MIB
    large = envelope(1, size=16_384)
    await assert_problem(await put_one(there, large), "full", 507)
    await assert_problem(await deposit(there, large), "full", 507)
    response = await deposit(there, large, envelope(1))
    assert await response.json() == {"results": [[name(large), "full"], [name(envelope(1)), 201]]}
    await there.store.deposit(there.mailbox, envelopes(255, start=100))
    await assert_problem(await put_one(there, envelope(2)), "full", 507)


async def test_a_wrong_token_and_an_unknown_mailbox_get_the_same_answer(there: Served) -> None:
    unknown = dataclasses.replace(there, secret=owner(2))
    wrong = as_depositor(b"x" * 32)
    one = await put_one(there, envelope(1), token=wrong)
    other = await put_one(unknown, envelope(1), token=wrong)
    assert (one.status, await one.read()) == (other.status, await other.read())
    assert dict(one.headers) == dict(other.headers)
    await assert_problem(one, "not-found", 404)
    bundles = [
        await served.browser.get(served.path + "/bundle", headers=wrong)
        for served in (there, unknown)
    ]
    assert [await bundle.read() for bundle in bundles] == [await one.read()] * 2


async def test_a_token_has_one_spelling(there: Served) -> None:
    good = as_depositor()["Authorization"]
    for header in (good + "=", good.lower(), good.replace("Sathi-Deposit", "Bearer"), good + " ",
                   "Sathi-Deposit ", good[:-1], good + "A"):  # fmt: skip
        response = await put_one(there, envelope(1), token={"Authorization": header.rstrip()})
        assert response.status == (201 if header.rstrip() == good else 401)

"""What the owner does over HTTP: collect, wait, delete, publish a bundle."""

import asyncio
import json

import pytest

from node.mailbox import stick
from tests.support.mailbox_requests import (
    MIB,
    as_owner,
    assert_problem,
    deposit,
    name,
)
from tests.support.mailboxes import (
    NOON,
    Served,
    as_depositor,
    envelope,
    envelopes,
)

# Collecting


async def test_the_owner_lists_collects_and_deletes_oldest_first(there: Served) -> None:
    batch = envelopes(3)
    await deposit(there, *batch)
    listed = await as_owner(there, "GET", "/envelopes?limit=2")
    assert await listed.json() == {
        "envelopes": [{"eid": name(one), "size": 4096} for one in batch[:2]],
        "more": True,
        "time": NOON,
    }
    taken = await as_owner(there, "GET", "/envelopes?as=stick&limit=2")
    assert await taken.read() == stick.pack(batch[:2])
    assert (taken.headers["Sathi-More"], taken.content_type) == ("1", "application/octet-stream")
    body = json.dumps({"eids": [name(one) for one in batch[:2]]}).encode()
    for _ in range(2):
        assert (await as_owner(there, "POST", "/envelopes/delete", body)).status == 204
    last = await as_owner(there, "GET", "/envelopes?as=stick")
    assert await last.read() == stick.pack(batch[2:])
    assert last.headers["Sathi-More"] == "0"


async def test_an_empty_mailbox_gives_an_empty_list_and_an_empty_stick(there: Served) -> None:
    listed = await as_owner(there, "GET", "/envelopes")
    assert await listed.json() == {"envelopes": [], "more": False, "time": NOON}
    taken = await as_owner(there, "GET", "/envelopes?as=stick&wait=0")
    assert await taken.read() == stick.pack([])
    assert taken.headers["Sathi-More"] == "0"


async def test_a_pick_up_goes_on_behind_what_the_owner_leaves_there(there: Served) -> None:
    batch = envelopes(3)
    await deposit(there, *batch)
    rest = f"/envelopes?as=stick&after={name(batch[0])}"
    assert await (await as_owner(there, "GET", rest)).read() == stick.pack(batch[1:])
    listed = await as_owner(there, "GET", f"/envelopes?after={name(batch[1])}")
    assert [one["eid"] for one in (await listed.json())["envelopes"]] == [name(batch[2])]


async def test_a_pick_up_holds_a_mebibyte_of_envelopes(there: Served) -> None:
    await there.store.deposit(there.mailbox, [*envelopes(70, size=16_384), envelope(1, size=MIB)])
    first = await as_owner(there, "GET", "/envelopes?as=stick")
    assert len(await first.read()) == MIB + stick.frame_bytes(64)
    assert first.headers["Sathi-More"] == "1"


@pytest.mark.parametrize(
    "query",
    [
        "?as=file", "?limit=0", "?limit=101", "?as=stick&limit=65", "?wait=26", "?wait=-1",
        "?wait=01", "?wait=1.0", "?limit=1&limit=2", "?after=zz", "?other=1", "?as=",
    ],
)  # fmt: skip
async def test_a_query_of_another_spelling_is_refused(there: Served, query: str) -> None:
    await assert_problem(await as_owner(there, "GET", "/envelopes" + query), "malformed", 400)


async def test_one_envelope_is_fetched_and_deleted(there: Served) -> None:
    await deposit(there, envelope(1))
    rest = "/envelopes/" + name(envelope(1))
    fetched = await as_owner(there, "GET", rest)
    assert (fetched.status, await fetched.read()) == (200, envelope(1))
    for _ in range(2):
        assert (await as_owner(there, "DELETE", rest)).status == 204
    await assert_problem(await as_owner(there, "GET", rest), "not-found", 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"eids":[]}', 204),
        (b' { "eids" : [ ] } ', 204),
        (b'{"eids":["' + b"0" * 32 + b'"]}', 204),
        (b"", 400),
        (b"[]", 400),
        (b'{"eids":null}', 400),
        (b'{"eids":[1]}', 400),
        (b'{"eids":[],"eids":[]}', 400),
        (b'{"eids":[],"other":1}', 400),
        (b'{"eids":["' + b"0" * 31 + b'"]}', 400),
        (b'{"eids":["' + b"A" * 32 + b'"]}', 400),
        (b'{"eids":["\xff"]}', 400),
        (b'{"eids":[]} x', 400),
        (json.dumps({"eids": ["0" * 32] * 64}).encode(), 204),
        (json.dumps({"eids": ["0" * 32] * 65}).encode(), 413),
        (bytes(4_097), 413),
    ],
)
async def test_a_list_of_names_is_read_strictly(there: Served, body: bytes, status: int) -> None:
    assert (await as_owner(there, "POST", "/envelopes/delete", body)).status == status


async def test_a_bundle_is_put_by_the_owner_and_read_by_depositors(there: Served) -> None:
    path = there.path + "/bundle"
    await assert_problem(await there.browser.get(path, headers=as_depositor()), "not-found", 404)
    assert (await as_owner(there, "PUT", "/bundle", b"b" * 65_536)).status == 204
    found = await there.browser.get(path, headers=as_depositor())
    assert (found.status, await found.read()) == (200, b"b" * 65_536)
    await assert_problem(await there.browser.get(path), "auth", 401)
    await assert_problem(
        await there.browser.put(path, data=b"b", headers=as_depositor()), "auth", 401
    )
    await assert_problem(await as_owner(there, "PUT", "/bundle", bytes(65_537)), "too-large", 413)


# Waiting


async def until_somebody_waits(served: Served) -> None:
    while served.mailbox not in vars(served.store)["_bells"]:  # noqa: ASYNC110 - the condition itself
        await asyncio.sleep(0)


async def test_a_waiting_pick_up_is_woken_by_a_deposit(there: Served) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(as_owner(there, "GET", "/envelopes?as=stick&wait=25"))
        listing = group.create_task(as_owner(there, "GET", "/envelopes?wait=25"))
        await until_somebody_waits(there)
        assert not waiting.done()
        await deposit(there, envelope(1))
    assert await (await waiting).read() == stick.pack([envelope(1)])
    assert [one["eid"] for one in (await (await listing).json())["envelopes"]] == [
        name(envelope(1))
    ]


async def test_a_waiting_pick_up_comes_back_empty_when_the_service_stops(there: Served) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(as_owner(there, "GET", "/envelopes?as=stick&wait=25"))
        await until_somebody_waits(there)
        there.store.release_waiters()
    assert await (await waiting).read() == stick.pack([])


@pytest.mark.slow
async def test_a_waiting_pick_up_comes_back_empty_after_its_time(there: Served) -> None:
    response = await as_owner(there, "GET", "/envelopes?as=stick&wait=1")
    assert await response.read() == stick.pack([])


async def test_a_pick_up_with_mail_does_not_wait(there: Served) -> None:
    await deposit(there, envelope(1))
    response = await as_owner(there, "GET", "/envelopes?as=stick&wait=25")
    assert await response.read() == stick.pack([envelope(1)])


async def test_the_answers_name_no_mailbox_nobody_and_no_time_of_an_envelope(
    there: Served,
) -> None:
    await deposit(there, envelope(1))
    listed = await as_owner(there, "GET", "/envelopes")
    assert set((await listed.json())["envelopes"][0]) == {"eid", "size"}

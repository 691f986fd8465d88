"""A node's own mailbox: whoever has no right to be there finds nothing at all."""

import dataclasses

from node.mailbox import stick
from tests.support.mailboxes import (
    NOON,
    Served,
    as_depositor,
    envelope,
    owner,
    ticket_hash,
    with_ticket,
)

BLANK = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is nothing here.",
    "time": NOON,
}


async def test_info_is_told_to_depositors_only_and_else_answers_as_an_unknown_path(
    own: Served,
) -> None:
    allowed = await own.browser.get("/sathi/v1/info", headers=as_depositor())
    assert (allowed.status, (await allowed.json())["versions"]) == (200, [1])
    unknown = await own.browser.get("/favicon.ico")
    assert (unknown.status, await unknown.json()) == (404, BLANK)
    for headers in ({}, as_depositor(b"x" * 32), {"Authorization": "Basic eDp5"}):
        response = await own.browser.get("/sathi/v1/info", headers=headers)
        assert (response.status, await response.read()) == (404, await unknown.read())
        assert dict(response.headers) == dict(unknown.headers)


async def test_a_stranger_gets_one_answer_to_everything(own: Served) -> None:
    stranger = dataclasses.replace(own, secret=owner(2))
    requests = [
        ("GET", "/"), ("POST", "/sathi/v1/info"), ("PUT", own.path), ("DELETE", own.path),
        ("POST", own.path + "/envelopes"), ("GET", own.path + "/envelopes"),
        ("POST", stranger.path + "/envelopes"), ("GET", own.path + "/bundle"),
        ("PUT", own.path + "/bundle"), ("TRACE", own.path),
    ]  # fmt: skip
    for method, path in requests:
        for headers in ({}, stranger.as_owner(method, path), as_depositor(b"x" * 32)):
            response = await own.browser.request(method, path, data=b"x", headers=headers)
            assert (response.status, await response.json()) == (404, BLANK)
            assert not {"Server", "Allow", "WWW-Authenticate"} & response.headers.keys()


async def test_nobody_makes_a_mailbox_on_a_node(own: Served) -> None:
    await own.store.add_ticket(ticket_hash())
    response = await own.browser.put(own.path, data=b"", headers=with_ticket())
    assert (response.status, await response.json()) == (404, BLANK)


async def test_peers_deposit_and_the_node_takes_it_without_http(own: Served) -> None:
    response = await own.browser.post(
        own.path + "/envelopes", data=stick.pack([envelope(1)]), headers=as_depositor()
    )
    assert response.status == 200
    taken = await own.store.take(own.mailbox, limit=64, bytes_max=1_048_576)
    assert taken.envelopes == (envelope(1),)


async def test_peers_read_the_bundle_of_a_node(own: Served) -> None:
    await own.store.put_bundle(own.mailbox, b"sealed")
    response = await own.browser.get(own.path + "/bundle", headers=as_depositor())
    assert (response.status, await response.read()) == (200, b"sealed")


async def test_the_owner_may_collect_over_http_too(own: Served) -> None:
    path = own.path + "/envelopes?as=stick"
    response = await own.browser.get(path, headers=own.as_owner("GET", path))
    assert await response.read() == stick.pack([])

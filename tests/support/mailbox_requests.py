"""Requests to a served mailbox, and the problems it should answer with."""

import hashlib
import io
import json
from typing import Final

from aiohttp import ClientResponse
from yarl import URL

from node.mailbox import stick
from tests.support.mailboxes import NOON, Served, as_depositor

MIB: Final = 1_048_576


def name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def problem(problem_name: str, status: int) -> dict[str, object]:
    titles = {
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 409: "Conflict", 413: "Request Entity Too Large",
        422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error",
        503: "Service Unavailable", 507: "Insufficient Storage",
    }  # fmt: skip
    return {
        "type": f"urn:sathi:problem:{problem_name}",
        "title": titles[status],
        "status": status,
        "time": NOON,
    }


async def told(response: ClientResponse) -> dict[str, object]:
    """The problem in an answer, without its sentence."""
    assert response.content_type == "application/problem+json"
    body: dict[str, object] = json.loads(await response.read())
    assert body.pop("detail")
    return body


async def assert_problem(response: ClientResponse, problem_name: str, status: int) -> None:
    assert response.status == status
    assert await told(response) == problem(problem_name, status)


def sendable(body: bytes) -> io.BytesIO | bytes:
    """aiohttp warns of bytes over 1 MiB, and a warning is an error here."""
    return io.BytesIO(body) if len(body) > MIB else body


async def put_one(
    served: Served,
    content: bytes,
    *,
    under: str | None = None,
    token: dict[str, str] | None = None,
) -> ClientResponse:
    path = f"{served.path}/envelopes/{under or name(content)}"
    headers = as_depositor() if token is None else token
    return await served.browser.put(path, data=sendable(content), headers=headers)


async def post(served: Served, body: bytes, headers: dict[str, str]) -> ClientResponse:
    return await served.browser.post(
        served.path + "/envelopes", data=sendable(body), headers=headers
    )


async def deposit(served: Served, *batch: bytes) -> ClientResponse:
    return await served.browser.post(
        served.path + "/envelopes", data=sendable(stick.pack(batch)), headers=as_depositor()
    )


async def as_owner(served: Served, method: str, rest: str, body: bytes = b"") -> ClientResponse:
    path = served.path + rest
    return await served.browser.request(
        method,
        URL(path, encoded=True),
        data=body or None,
        headers=served.as_owner(method, path, body),
    )

"""Every route of the local API, and each way in which it says no."""

import base64
import io
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from node import faults, logs
from node.effects import Acting
from node.local_api.dispatch import ROUTES, Does, Route
from node.services import casework
from node.vault.database import ReadersBusyError
from node.vault.records import Self
from node.vault.unit import NotWrittenError, Unit
from node.writer import GroupLostError, WriterBusyError, WriterStoppedError
from protocol import codec, limits
from protocol.local import commands, views
from protocol.local.commands import BY_NAME, WITHOUT_SESSION, Command, may_use
from protocol.local.views import parse_view
from protocol.vocabulary.codes import AgeBand, Role
from tests.support.answers import ANSWERS
from tests.support.desks import Answer, Counter, open_counter, sample
from tests.support.nodes import make_node

CANARY: Final = "Rani-canary-4711"

GUARDED: Final = sorted(BY_NAME.keys() - WITHOUT_SESSION)


def problem(name: str, status: int, title: str, detail: str, **more: object) -> dict[str, object]:
    said = {"type": f"urn:sathi:problem:{name}", "title": title, "status": status}
    return {**said, "detail": detail, **more}


LOCKED: Final = problem("locked", 423, "Locked", "The node is locked.", code="locked")
NO_SESSION: Final = problem(
    "no-session",
    401,
    "Unauthorized",
    "A session is needed; it may have ended.",
    code="no_session",
)
MALFORMED: Final = problem(
    "malformed", 400, "Bad Request", "The command does not have the form.", code="E_SCHEMA"
)
TOO_LARGE: Final = problem(
    "too-large", 413, "Request Entity Too Large", "The command is larger than its limit."
)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(make_node(tmp_path / "asha")) as made:
        yield made


@pytest.fixture
async def token(counter: Counter) -> bytes:
    return await counter.enter()


def test_every_command_is_in_the_table_of_answers() -> None:
    assert ANSWERS.keys() == BY_NAME.keys()
    at_the_desk = {"session/open", "session/close", "node/lock", "node/status", "user/add"}
    at_the_desk |= {"node/sync", "sending/hold", "sheet/renew", "desk/changes"}
    at_the_desk |= {f"stick/{act}" for act in ("begin", "part", "take", "make", "read", "close")}
    at_the_desk |= {"backup/create", "user/recover", "user/remove", "user/reset"}
    assert {kind.NAME for kind in ROUTES} | at_the_desk == BY_NAME.keys()


@pytest.mark.parametrize("name", sorted(BY_NAME))
async def test_every_command_is_answered(name: str, counter: Counter, token: bytes) -> None:
    answer = await counter.ask(sample(BY_NAME[name]), token)
    assert answer.status == ANSWERS[name]
    expected = "application/cbor" if answer.status == 200 else "application/problem+json"
    assert answer.content_type == expected


async def test_without_a_session_an_open_node_answers_its_status_only(counter: Counter) -> None:
    await counter.enter()
    said = {name: (await counter.ask(sample(BY_NAME[name]))).problem for name in GUARDED}
    assert said == dict.fromkeys(GUARDED, NO_SESSION)
    status = await counter.ask(commands.ShowStatus())
    view = parse_view(status.body, views.NodeStatus)
    assert (status.status, view.is_open, view.name) == (200, True, "Asha Shelter")


async def test_a_locked_node_says_that_it_is_locked_and_nothing_else(counter: Counter) -> None:
    said = {
        name: (await counter.ask(sample(BY_NAME[name]), bytes(32))).problem for name in GUARDED
    }
    assert said == dict.fromkeys(GUARDED, LOCKED)
    assert (await counter.ask(commands.ShowStatus())).status == 200


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_may_do_what_the_table_of_roles_says(
    role: Role, counter: Counter, token: bytes
) -> None:
    theirs = await counter.hire(role, token=token)
    # Where it is allowed it locks the node, so it is asked last.
    refused = {
        name
        for name in sorted(GUARDED, key="sheet/renew".__eq__)
        if name not in {"session/close", "node/lock"}
        and (await counter.ask(sample(BY_NAME[name]), theirs)).status == 403
    }
    assert refused == {name for name in GUARDED if not may_use(role, sample(BY_NAME[name]))}


async def test_a_command_for_another_role_is_refused_with_its_code(
    counter: Counter, token: bytes
) -> None:
    theirs = await counter.hire(Role.DATA_OFFICER, token=token)
    answer = await counter.ask(commands.ListCases(), theirs)
    assert answer.problem == problem(
        "not-allowed", 403, "Forbidden", "This is for another role.", code="not_allowed"
    )


@pytest.mark.parametrize("name", sorted(BY_NAME))
async def test_a_body_with_a_field_too_many_is_refused(
    name: str, counter: Counter, token: bytes
) -> None:
    kind = BY_NAME[name]
    fields = codec.decode(commands.encode_command(sample(kind)))
    assert isinstance(fields, dict)
    answer = await counter.post(name, codec.encode({**fields, "zz_more": CANARY}), token)
    assert answer.problem == {**MALFORMED, "place": kind.__name__}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"\xa0\x00", b"{}", b"\xa1\x61a", codec.encode([1]), codec.encode(CANARY)],
    ids=["empty", "break", "trailing", "json", "cut", "array", "text"],
)
@pytest.mark.parametrize("name", ["case/open", "case/list", "session/open"])
async def test_a_body_without_the_form_is_refused(
    name: str, body: bytes, counter: Counter, token: bytes
) -> None:
    answer = await counter.post(name, body, token)
    assert answer.status == 400
    assert answer.problem["type"] == "urn:sathi:problem:malformed"
    assert CANARY.encode() not in answer.body


async def test_a_field_of_another_type_is_named_and_not_repeated(
    counter: Counter, token: bytes
) -> None:
    body = codec.encode({"case_number": 7, "age_band": CANARY, "language": "ben"})
    answer = await counter.post("case/open", body, token)
    assert answer.status == 400
    assert answer.problem["place"] in {"OpenCase.case_number", "OpenCase.age_band"}
    assert CANARY.encode() not in answer.body


async def test_content_a_service_refuses_is_named_and_not_repeated(
    counter: Counter, token: bytes
) -> None:
    command = commands.OpenCase(
        case_number="2027-001", age_band=next(iter(AgeBand)), language=CANARY
    )
    answer = await counter.ask(command, token)
    assert answer.problem == {**MALFORMED, "place": "OpenCase.language"}


async def test_a_command_that_announces_too_many_bytes_is_not_read(
    counter: Counter, token: bytes
) -> None:
    answer = await counter.post("search", io.BytesIO(bytes(limits.ENCODED_BYTES_MAX + 1)), token)
    assert answer.problem == TOO_LARGE


async def test_a_command_that_never_ends_is_cut_at_its_limit(
    counter: Counter, token: bytes
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(limits.ENCODED_BYTES_MAX // 65_536 + 1):
            yield bytes(65_536)

    answer = await counter.post("search", endless(), token)
    assert answer.problem == TOO_LARGE


@pytest.mark.parametrize("name", ["nope", "case", "case/list/", "case/list/x", "Case/list"])
async def test_a_command_nobody_knows_is_not_found(
    name: str, counter: Counter, token: bytes
) -> None:
    answer = await counter.post(name, b"\xa0", token)
    assert answer.problem == problem("not-found", 404, "Not Found", "There is no such command.")


async def test_only_post_below_the_one_prefix_is_a_command(counter: Counter) -> None:
    got = await counter.send("GET", "/v1/case/list")
    elsewhere = await counter.send("POST", "/v2/case/list")
    said = (got.problem["type"], elsewhere.problem["type"])
    assert said == ("urn:sathi:problem:method", "urn:sathi:problem:not-found")
    assert (got.status, elsewhere.status) == (405, 404)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer x", "Sathi-Session", "Sathi-Session ", "Sathi-Session " + "A" * 44, "sathi-session {}",
     "Sathi-Session {}=", "Sathi-Session  {}", "{}"],
)  # fmt: skip
async def test_a_session_has_one_spelling(header: str, counter: Counter, token: bytes) -> None:
    good = (await _shown(counter, "Sathi-Session {}", token)).status
    assert (good, (await _shown(counter, header, token)).problem) == (200, NO_SESSION)


async def _shown(counter: Counter, header: str, token: bytes) -> Answer:
    spelled = header.format(base64.urlsafe_b64encode(token).rstrip(b"=").decode())
    return await counter.send("POST", "/v1/case/list", b"\xa0", {"Authorization": spelled})


async def test_a_user_of_the_machine_who_is_not_on_the_list_gets_nothing(tmp_path: Path) -> None:
    async with open_counter(make_node(tmp_path / "n"), allowed_uids=frozenset({4711})) as counter:
        token = await counter.enter()
        said = [
            (await counter.ask(sample(BY_NAME[name]), token)).problem for name in sorted(BY_NAME)
        ]
        assert said == [NO_SESSION] * len(BY_NAME)


@pytest.mark.parametrize(
    ("error", "status", "name", "retry_after"),
    [
        (WriterBusyError(CANARY), 503, "busy", "5"),
        (ReadersBusyError(CANARY), 503, "busy", "5"),
        (GroupLostError(CANARY), 507, "full", None),
        (NotWrittenError(CANARY), 507, "full", None),
        (WriterStoppedError(CANARY), 423, "locked", None),
        (RuntimeError(CANARY), 500, "internal", None),
    ],
)
async def test_what_goes_wrong_inside_is_a_problem_without_content(
    error: Exception,
    status: int,
    name: str,
    retry_after: str | None,
    counter: Counter,
    token: bytes,
) -> None:
    counter.carrier.fails_with = error
    answer = await counter.ask(commands.SyncNow(), token)
    assert (answer.status, answer.problem["type"], answer.retry_after) == (
        status,
        f"urn:sathi:problem:{name}",
        retry_after,
    )
    assert CANARY.encode() not in answer.body


async def test_an_answer_is_kept_by_nobody_and_names_no_software(
    counter: Counter, token: bytes
) -> None:
    async with counter.browser.post("http://node/v1/node/status", data=b"\xa0") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
    assert (await counter.ask(commands.ListCases(), token)).status == 200


@pytest.mark.parametrize(
    ("command", "wakes"),
    [
        (commands.ListCases(), 0),
        (commands.MakeIntroduction(), 0),
        (sample(commands.OpenCase), 0),
        (sample(commands.SendOffer), 0),
    ],
    ids=["read", "write", "other-write", "refused"],
)
async def test_the_courier_is_not_woken_for_nothing(
    command: Command, wakes: int, counter: Counter, token: bytes
) -> None:
    await counter.ask(command, token)
    assert counter.carrier.woken == wakes


async def test_a_log_line_has_the_command_the_status_and_the_time_it_took(
    counter: Counter, token: bytes
) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.make_safe)
    root = logging.getLogger()
    root.addHandler(handler)
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        words = commands.Search(words=CANARY)
        await counter.ask(words, token)
        await counter.ask(words)
        await counter.post(CANARY, b"\xa0", token)
        await counter.post("search", codec.encode({CANARY: CANARY}), token)
        counter.carrier.fails_with = RuntimeError(CANARY)
        await counter.ask(commands.SyncNow(), token)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    text = stream.getvalue()
    assert CANARY not in text
    assert token.hex() not in text
    lines = [line for line in text.splitlines() if '"api.request"' in line]
    assert [_said(line) for line in lines] == [
        ("search", 200),
        ("search", 401),
        ("unknown", 404),
        ("search", 400),
        ("node/sync", 500),
    ]


def _said(line: str) -> tuple[str, int]:
    fields = json.loads(line)
    assert fields.keys() == {
        "time", "level", "logger", "event", "command", "status", "milliseconds",
    }  # fmt: skip
    return fields["command"], fields["status"]


async def test_a_queued_message_is_durable_before_the_courier_is_told(
    counter: Counter, token: bytes, tmp_path: Path
) -> None:
    async with open_counter(make_node(tmp_path / "setu", name="Setu")) as other:
        made = await other.ask(commands.MakeIntroduction(), await other.enter())
    introduction = parse_view(made.body, views.IntroductionFile).introduction
    woken_then: list[int] = []
    faults.arm("outbox.after_enqueue", action=lambda: woken_then.append(counter.carrier.woken))
    try:
        answer = await counter.ask(commands.AddPeer(introduction=introduction), token)
    finally:
        faults.disarm()
    assert (answer.status, woken_then, counter.carrier.woken) == (200, [0], 1)


async def test_what_was_refused_leaves_nothing_behind(counter: Counter, token: bytes) -> None:
    def write_and_refuse(unit: Unit, command: Command, _me: Self, acting: Acting) -> views.Refused:
        assert isinstance(command, commands.OpenCase)
        casework.open_case(unit, command, acting=acting)
        return views.refused(views.No.NOT_ALLOWED)

    session = counter.desk.caller(token).session
    assert session is not None
    route = Route(does=Does.WRITE, step=write_and_refuse)
    refused = await counter.desk._by_service(route, sample(commands.OpenCase), session)
    assert refused == views.refused(views.No.NOT_ALLOWED)
    cases = parse_view((await counter.ask(commands.ListCases(), token)).body, views.Cases)
    assert cases == views.Cases(cases=[], count=0)

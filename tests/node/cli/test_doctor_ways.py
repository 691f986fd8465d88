"""What `sathi doctor` says of the ways to others: relays that answer or do not, and Tor."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from node.cli.doctor import ways
from node.cli.doctor.findings import Finding
from node.config import NodeConfig, TorSection
from protocol import limits
from protocol.local.views import NodeStatus, RelayStatus
from tests.support.ports import free_port

CLEAR = "https://relay.example.org"
ONION = "http://relayrelayrelay.onion"


def judged(
    problem: str = "", *, ago: int | None = 0, is_made: bool = True, address: str = CLEAR
) -> Finding:
    relay = RelayStatus(address=address, is_made=is_made, answered_seconds=ago, problem=problem)
    [finding] = ways.judge_relays(open_node(relay))
    return finding


def open_node(*relays: RelayStatus) -> NodeStatus:
    return NodeStatus(
        is_open=True,
        name="Alo Shelter",
        node_id="sn1alo",
        is_erasure_pending=False,
        prekey_weeks_left=7,
        outbox_waiting=0,
        outbox_oldest_seconds=0,
        relays=[*relays],
    )


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (0, "answered just now, and all it gave was taken"),
        (59, "answered just now, and all it gave was taken"),
        (60, "answered 1 minute ago, and all it gave was taken"),
        (7_199, "answered 1 hour ago, and all it gave was taken"),
        (3 * limits.DAY, "answered 3 days ago, and all it gave was taken"),
        (None, "not asked yet since the node was opened"),
    ],
)
def test_a_relay_that_did_what_it_was_asked_is_well(ago: int | None, said: str) -> None:
    finding = judged(ago=ago)
    assert (finding.state, finding.detail) == ("ok", f"{CLEAR}: {said}")


@pytest.mark.parametrize(
    ("ago", "state"),
    [(0, "ok"), (limits.HOUR - 1, "ok"), (limits.HOUR, "warn"), (None, "warn")],
)
def test_a_relay_that_fails_is_missed_after_an_hour_or_if_it_never_answered(
    ago: int | None, state: str
) -> None:
    finding = judged("unreachable", ago=ago)
    assert finding.state == state
    assert "does not answer, or shows another key" in finding.detail


@pytest.mark.parametrize(
    ("problem", "said", "fix"),
    [
        ("unreachable", "does not answer", "a line"),
        ("trouble", "answers with nothing that is legal", "a line"),
        ("rate", "asks for patience", "a line"),
        ("auth", "knows no mailbox of ours", "a ticket for a new mailbox"),
        ("full", "refuses with 'full'", "a line"),
    ],
)
def test_each_trouble_with_a_relay_has_its_words_and_what_to_do(
    problem: str, said: str, fix: str
) -> None:
    finding = judged(problem, ago=None)
    assert said in finding.detail
    assert fix in (finding.fix or "")
    assert "Tor" in (judged("unreachable", ago=None, address=ONION).fix or "")


@pytest.mark.parametrize(
    ("problem", "state", "said"),
    [
        ("ticket", "warn", "does not take our ticket"),
        ("auth", "warn", "goes by another address"),
        ("unreachable", "warn", "it has made no mailbox yet"),
        ("", "ok", "at the next visit"),
    ],
)
def test_a_relay_without_a_mailbox_of_ours_is_told_apart(
    problem: str, state: str, said: str
) -> None:
    finding = judged(problem, ago=None, is_made=False)
    assert finding.state == state
    assert said in finding.detail


def test_a_node_without_relays_and_a_locked_one_have_no_line_about_them() -> None:
    assert ways.judge_relays(open_node()) == []
    locked = NodeStatus(
        is_open=False,
        name="",
        node_id="",
        is_erasure_pending=False,
        prekey_weeks_left=None,
        outbox_waiting=None,
        outbox_oldest_seconds=None,
    )
    assert ways.judge_relays(locked) == []


def through(port: int, *, everything: bool = False) -> NodeConfig:
    return NodeConfig(tor=TorSection(socks=f"127.0.0.1:{port}", everything=everything))


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Something on loopback that hears one greeting and says this; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(3)
                line.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        yield listening.getsockname()[1]
        serving.join()


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("answer", "is_tor"), [(b"\x05\x00", True), (b"HTTP/1.1 400\r\n", False), (b"", False)]
)
def test_tor_is_there_where_something_speaks_as_it_does(answer: bytes, *, is_tor: bool) -> None:
    with answering(answer) as port:
        assert ways.does_tor_answer(through(port)) is is_tor


@pytest.mark.sockets
def test_where_nothing_listens_there_is_no_tor() -> None:
    assert ways.does_tor_answer(through(free_port())) is False


@pytest.mark.parametrize(
    ("answers", "everything", "state", "said"),
    [
        (True, False, "ok", "what leads into it goes there"),
        (True, True, "ok", "everything goes there"),
        (False, False, "warn", "nothing leaves to partners and relays inside it"),
        (False, True, "FAIL", "nothing leaves to anybody"),
    ],
)
def test_without_tor_it_is_told_what_does_not_leave(
    *, answers: bool, everything: bool, state: str, said: str
) -> None:
    [finding] = ways.judge_tor(through(9_050, everything=everything), answers=answers)
    assert finding.state == state
    assert said in finding.detail


def test_where_no_tor_is_set_there_is_no_line_about_it() -> None:
    assert ways.does_tor_answer(NodeConfig()) is None
    assert ways.judge_tor(NodeConfig(), answers=None) == []

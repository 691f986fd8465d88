"""`sathi doctor` beside real running nodes: what an open one says, and that nothing of a case is in it."""

import socket
import threading
from pathlib import Path

import pytest

from protocol.local import commands, views
from tests.support import crossing
from tests.support.command_line import PASSPHRASE, Ended, Founded, founded, sathi, served
from tests.support.crossing import TOWN, WISH
from tests.support.ports import free_port
from tests.support.processes import Post

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

CASE_NUMBER = "A-17"
OF_AN_OPEN_NODE = {"erasure", "prekeys", "date", "card", "outbox"}


def states(ended: Ended) -> dict[str, str]:
    return {finding["check"]: finding["state"] for finding in ended.json()}


def ask_a_listener_that_hangs_up(listening: socket.socket, folder: Path) -> Ended:
    """What the command says where each connection is closed again at once."""

    is_over = threading.Event()

    def hang_up() -> None:
        while not is_over.is_set():
            listening.accept()[0].close()

    answering = threading.Thread(target=hang_up)
    answering.start()
    try:
        return sathi("doctor", "--data", folder, "--json")
    finally:
        is_over.set()
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(listening.getsockname())
        answering.join()


@pytest.fixture
def node(tmp_path: Path) -> Founded:
    return founded(tmp_path / "node", port=free_port())


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    return Post(alo), Post(bandhan)


async def test_of_open_nodes_full_of_a_case_nothing_but_the_machine_is_told(
    posts: tuple[Post, Post],
) -> None:
    alo, bandhan = posts
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        await bandhan.ask(commands.LockNode(), views.Done)
        await alo.do(crossing.request(two))
        quiet = [
            sathi("doctor", "--data", post.folder, *more)
            for post in posts
            for more in ([], ["--json"])
        ]
        named = [sathi("doctor", *alo.founded.credentials, *more) for more in ([], ["--json"])]
    finally:
        for post in posts:
            await post.abandon()
    case = (WISH, TOWN, CASE_NUMBER, two.thread.hex(), *(one.hex() for one in two.consents))
    people = ("Rina", "Salma", PASSPHRASE, "Bandhan", "Alo Shelter", two.peer_of_alo.hex())
    said = [ended.data + ended.talk for ended in quiet]
    assert [canary for canary in (*case, *people) if any(canary in text for text in said)] == []
    told = [ended.data + ended.talk for ended in named]
    assert [canary for canary in (*case, PASSPHRASE) if any(canary in t for t in told)] == []
    assert all("Bandhan: heard today, level 2, 1 waiting" in text for text in told)
    assert states(quiet[1]).keys() >= OF_AN_OPEN_NODE
    assert states(quiet[3]).keys() & OF_AN_OPEN_NODE == set()


def test_a_locked_node_stands_well_and_says_nothing_of_what_it_holds(node: Founded) -> None:
    with served(node.folder):
        found = states(sathi("doctor", "--data", node.folder, "--json"))
    assert found["node"] == "ok"
    assert found.keys() & OF_AN_OPEN_NODE == set()


def test_a_wrong_passphrase_names_no_partner_and_leaves_the_other_lines(node: Founded) -> None:
    wrong = node.folder.parent / "wrong"
    wrong.write_text("another invented sentence", encoding="utf-8")
    who = ("--user", "Rina", "--passphrase-file", wrong)
    with served(node.folder):
        ended = sathi("doctor", "--data", node.folder, "--json", *who)
        assert sathi("status", "--data", node.folder).data == "locked\n"
    found = states(ended)
    assert (ended.code, found["partner"], found["folder"]) == (1, "FAIL", "ok")


def test_a_socket_that_gives_no_answer_is_a_node_to_be_started_again(node: Founded) -> None:
    path = node.folder / "run" / "api.sock"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen()
        ended = ask_a_listener_that_hangs_up(listening, node.folder)
    (found,) = (one for one in ended.json() if one["check"] == "node")
    assert (found["state"], "start it again" in found["fix"]) == ("FAIL", True)

"""The largest file goes between two real nodes that are killed on the way, by the command at both ends.

What is compared is the SHA-256 of what lies on the disk at both ends; and how much memory the processes took.
"""

import asyncio
import hashlib
import re
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from protocol import limits
from protocol.local import commands, views
from tests.support import crossing
from tests.support.command_line import Ended, sathi
from tests.support.files import paper
from tests.support.processes import GoneError, Post, Two, carry

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

SIZE = limits.FILE_BYTES_MAX
PARTS = 17
# A node that does nothing takes about half of this; the file itself has 16 MiB, and lies in no memory whole.
MEMORY_MIB_MAX = 150


@pytest.fixture
def posts(tmp_path: Path) -> tuple[Post, Post]:
    alo, bandhan = crossing.found_two(tmp_path)
    return Post(alo), Post(bandhan)


async def said(post: Post, *arguments: str | Path) -> Ended:
    """What `sathi file` says at this node."""
    given = (arguments[0], *post.founded.credentials, *arguments[1:])
    return await asyncio.to_thread(sathi, "file", *given)


def memory_mib(post: Post) -> int:
    """The most that the process ever took."""
    assert post._process is not None
    status = Path(f"/proc/{post._process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) // 1_024


async def files_of(post: Post, two: Two) -> list[views.FileLine]:
    return (await post.ask(commands.ListFiles(thread=two.thread), views.Files)).files


async def until_gone(post: Post, posts: Sequence[Post]) -> None:
    """Open a node, and let both carry for a while. Raises: GoneError, where the failpoint was reached."""
    await post.unlock()
    for _ in range(30):
        for one in posts:
            await one.ask(commands.SyncNow(), views.Done)


async def killed_at(post: Post, point: str, posts: Sequence[Post]) -> bool:
    """Let a node run until it dies at a failpoint, and start it again; False if nothing was left to do."""
    assert await post.stop() == 0
    assert await post.start("--fault", point)
    try:
        await until_gone(post, posts)
    except GoneError:
        assert await post.end_of_process() == -signal.SIGKILL
        has_died = True
    else:
        assert await post.stop() == 0
        has_died = False
    assert await post.start()
    await post.unlock()
    return has_died


async def test_the_largest_file_arrives_whole_whoever_is_killed_on_the_way(
    posts: tuple[Post, Post], tmp_path: Path
) -> None:
    alo, bandhan = posts
    source, target = tmp_path / "scan.pdf", tmp_path / "out.pdf"
    source.write_bytes(paper(SIZE))
    try:
        two = await crossing.meet_and_refer(alo, bandhan)
        [case] = (await alo.ask(commands.ListCases(), views.Cases)).cases
        options = ("--category", "8", "--label", "school_paper")
        attached = await said(alo, "attach", case.case_number, source, *options)
        assert attached.code == 0, attached.talk
        name, link = attached.data.split()
        sent = await said(alo, "send", name, "--she-said-yes")
        assert sent.code == 0, sent.talk
        points = (
            (alo, "outbox.after_seal:2"),
            (bandhan, "inbox.after_commit:1"),
            (alo, "vault.between_commits:2"),
        )
        died = [await killed_at(post, point, posts) for post, point in points]
        await carry(alo, bandhan)
        memory = [memory_mib(post) for post in posts]
        [came] = await files_of(bandhan, two)
        [gone] = await files_of(alo, two)
        listed = (await said(bandhan, "list")).data
        taken = await said(bandhan, "export", came.file_id.hex()[:12], target)
        again = await said(bandhan, "export", came.file_id.hex()[:12], target)
        assert [await post.stop() for post in posts] == [0, 0]
    finally:
        for post in posts:
            await post.abandon()
    # The nodes carry by themselves meanwhile: the first is sure to die on the way.
    assert died[0]
    assert (came.state, came.parts_done, came.parts) == ("whole", PARTS, PARTS)
    assert (gone.state, gone.parts_done) == ("sent", PARTS)
    assert f"\twhole\t17 of 17\t{SIZE}\tpdf\tschool_paper" in listed
    assert (taken.code, again.code) == (0, 1), taken.talk
    assert "has left Sathi's protection" in taken.talk
    assert hashlib.sha256(target.read_bytes()).hexdigest() == link
    assert hashlib.sha256(source.read_bytes()).hexdigest() == link
    assert max(memory) <= MEMORY_MIB_MAX, memory


async def test_the_command_says_why_a_file_is_not_read_in(
    posts: tuple[Post, Post], tmp_path: Path
) -> None:
    alo, _ = posts
    link, program = tmp_path / "link", tmp_path / "program"
    link.symlink_to(tmp_path / "elsewhere")
    program.write_bytes(b"MZ" + bytes(60))
    options = ("--category", "8", "--label", "other")
    try:
        await crossing.meet_and_refer(*posts)
        [case] = (await alo.ask(commands.ListCases(), views.Cases)).cases
        tried = [
            await said(alo, "attach", case.case_number, path, *options)
            for path in (link, tmp_path / "missing", program)
        ]
        other = await said(alo, "attach", "no-such-case", program, *options)
        category = await said(
            alo, "attach", case.case_number, program, "--category", "5", "--label", "other"
        )
        unasked = await said(alo, "send", "00")
        nothing = await said(alo, "list", "--json")
    finally:
        for post in posts:
            await post.abandon()
    assert [ended.code for ended in (*tried, other, category)] == [1] * 5
    assert "a link to another place" in tried[0].talk
    assert "no such file" in tried[1].talk
    assert "only PDF, JPEG, PNG and OGG" in tried[2].talk
    assert "no referral of that case" in other.talk
    assert "does not cover this category" in category.talk
    assert (unasked.code, "--she-said-yes" in unasked.talk) == (2, True)
    assert nothing.json() == {"files": []}

"""A node is killed while a person is removed: whoever stays finds a whole node, and the removed person none.

Real processes. Whether the removal counts is told by the place at which it was cut off; what the tests expect
there is written down here, and not asked of the product.
"""

import signal
from pathlib import Path
from typing import Final

import pytest

from node.cli.founding import CHEAP_COST
from node.vault import keyring
from protocol.local import commands, views
from protocol.vocabulary.codes import AgeBand, Role
from tests.support.command_line import founded
from tests.support.ports import free_port
from tests.support.processes import GoneError, Post
from tui.client import Client, RefusedError

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

MITALI: Final = commands.AddUser(
    name="Mitali",
    role=Role.SUPERVISOR,
    passphrase="her own four words",  # noqa: S106
)
CASE: Final = commands.OpenCase(
    case_number="2027-001", age_band=next(iter(AgeBand)), language="ben"
)
REMOVED: Final = {
    "rekey.after_copy": False,
    "rekey.between_files": False,
    "rekey.between_files:2": False,
    "rekey.before_keyring": False,
    "rekey.before_switch": False,
    "rekey.after_switch": True,
    "rekey.between_moves": True,
    "rekey.between_moves:2": True,
    "rekey.before_answer": True,
}


@pytest.fixture
def alo(tmp_path: Path) -> Post:
    return Post(founded(tmp_path / "alo", port=free_port()))


async def can_unlock(post: Post, passphrase: str) -> bool:
    async with Client(post.folder / "run" / "api.sock") as client:
        try:
            await client.open_session(name=MITALI.name, passphrase=passphrase)
        except RefusedError as error:
            if error.code != views.No.WRONG_PASSPHRASE:
                raise
            return False
        return True


def sheet_opens(post: Post) -> bool:
    text = post.founded.recovery_sheet.read_text(encoding="utf-8").partition("\n\n")[2]
    try:
        keyring.unlock(
            keyring.load(post.folder), keyring.recovery_credential(text), cost=CHEAP_COST
        )
    except keyring.WrongPassphraseError:
        return False
    return True


@pytest.mark.parametrize(("place", "is_removed"), REMOVED.items())
async def test_wherever_it_is_killed_the_node_is_whole_and_she_is_in_or_out(
    alo: Post, place: str, *, is_removed: bool
) -> None:
    try:
        assert await alo.start("--fault", place)
        await alo.unlock()
        mitali = await alo.do(MITALI)
        await alo.do(CASE)
        with pytest.raises(GoneError):
            await alo.ask(commands.RemoveUser(user=mitali), views.RecoverySheet)
        assert await alo.end_of_process() == -signal.SIGKILL
        assert await alo.start()
        # She comes first: what the crash left is not for her to use.
        while_locked = await can_unlock(alo, MITALI.passphrase)
        await alo.unlock()
        while_open = await can_unlock(alo, MITALI.passphrase)
        users = await alo.ask(commands.ListUsers(), views.Users)
        cases = await alo.ask(commands.ListCases(), views.Cases)
        audit = await alo.ask(commands.CheckAudit(), views.AuditState)
        assert await alo.stop() == 0
    finally:
        await alo.abandon()
    assert (while_locked, while_open, sheet_opens(alo)) == ((not is_removed,) * 3)
    assert [user.name for user in users.users] == (["Rina"] if is_removed else ["Mitali", "Rina"])
    assert ([case.case_number for case in cases.cases], audit.is_whole) == (["2027-001"], True)
    assert not {"rekeying", "rekeyed"} & {path.name for path in alo.folder.iterdir()}


async def test_a_reset_that_was_cut_off_is_mended_by_the_next_opening(alo: Post) -> None:
    passphrase = "four other invented words"  # noqa: S105
    try:
        # The first visit is the adding of her.
        assert await alo.start("--fault", "keyring.before_save:2")
        await alo.unlock()
        mitali = await alo.do(MITALI)
        reset = commands.ResetUser(user=mitali, passphrase=passphrase, role=None)
        with pytest.raises(GoneError):
            await alo.do(reset)
        assert await alo.end_of_process() == -signal.SIGKILL
        assert await alo.start()
        not_yet = await can_unlock(alo, passphrase)
        await alo.unlock()
        mended = [await can_unlock(alo, each) for each in (MITALI.passphrase, passphrase)]
        assert await alo.stop() == 0
    finally:
        await alo.abandon()
    assert (not_yet, mended) == (False, [False, True])

"""A node with as many cases as an organisation has in decades, and its two processes: the node and a desk.

It is made by `sathi init`, as a demonstration whose passphrase costs next to nothing to check. The cases are
written through the vault's own tables: all are invented, each has a place and some a short name. Whoever sits
at the desk has been through the practice case, so that Today is her first screen.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from bench import names
from bench.floors import processes, sizes
from bench.floors.terminals import Terminal, on_terminal
from node.cli.founding import CHEAP_COST
from node.system import SystemClock, entropy
from node.vault import keyring
from node.vault.database import Database
from node.vault.keyring import Cost, Kind
from node.vault.records import CaseRecord
from node.vault.tables import cases, desk, identity, name_words, settings
from node.vault.unit import Unit
from protocol.messages.disclosed import Fact
from protocol.values import Instant, Pseudonym, instant, language_tag, later, plain_text, pseudonym
from protocol.vocabulary.codes import AgeBand, CaseStatus
from protocol.vocabulary.facts import NAME_FIELDS

USER: Final = "Asha"
PASSPHRASE: Final = "four invented words here"  # noqa: S105
_TOWNS: Final = ("Khulna", "Jashore", "Satkhira", "Kolkata", "Basirhat", "Kathmandu", "Birgunj")
_NAMES: Final = ("Moyna", "Tuni", "Shefali")
_GIVEN: Final = names.written()
# Without a common factor, so that neighbours in the list of names are none among the cases.
_STRIDE: Final = 7_919
_LANGUAGES: Final = ("ben", "hin", "nep")
_STATUSES: Final = tuple(CaseStatus)
_TRIGGERS: Final = (
    "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'trigger' AND tbl_name IN ('case_words', 'search_texts')"
)
_REBUILD: Final = (
    "INSERT INTO case_search (case_search) VALUES ('rebuild')",
    "INSERT INTO search (search) VALUES ('rebuild')",
)
_SECONDS_BETWEEN: Final = 3_600
_SHEETS: Final = ("root-sheet", "recovery-sheet", "suspend-sheet")
_CHEAP: Final = "--cheap-passphrase"


class NodeError(Exception):
    """The node could not be made, or does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A node's folder, and how many cases are in it."""

    folder: Path
    cases: int

    @property
    def sheet(self) -> Path:
        """The file of its recovery sheet."""
        return self.folder.parent / "recovery-sheet"


def number_of(case: int) -> str:
    """The invented number of a case; the newest case is the last one."""
    return f"K-{case:06}"


@cache
def shared(place: Path, count: int) -> Made:
    """One node for all rows: filling it takes longer than they do."""
    return make(place, count=count)


def make(place: Path, *, count: int = sizes.CASES) -> Made:
    """Make the node in a folder of its own, ready to run.

    Raises:
        NodeError: if `sathi init` does not make it.
    """
    # The path of the socket in it has to be short.
    beside = Path(mkdtemp(dir=place, prefix="d"))
    folder = beside / "n"
    passphrase = beside / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
    passphrase.chmod(0o600)
    done = subprocess.run(
        [
            *_sathi("init", folder),
            *("--name=Alo Shelter", "--country=IN", f"--user={USER}", "--demo", _CHEAP),
            *(f"--passphrase-file={passphrase}", f"--listen={processes.LOOPBACK}:{_free_port()}"),
            *(f"--{sheet}={beside / sheet}" for sheet in _SHEETS),
        ],
        cwd=processes.ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NodeError(done.stderr)
    made = Made(folder=folder, cases=count)
    _fill(made)
    return made


def _sathi(command: str, folder: Path) -> Sequence[str]:
    return (sys.executable, "-m", "node.cli", command, "--data", str(folder))


def _free_port() -> int:
    with socket.socket() as knocking:
        knocking.bind((processes.LOOPBACK, 0))
        return int(knocking.getsockname()[1])


@contextmanager
def serving(made: Made) -> Iterator[None]:
    """Run the node, locked, until the block ends.

    Raises:
        NodeError: if it ends before it is ready.
    """
    with (made.folder.parent / "log").open("a", encoding="utf-8") as log:
        started = subprocess.Popen(
            (*_sathi("serve", made.folder), _CHEAP),
            cwd=processes.ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with started as node:
        assert node.stdout is not None
        try:
            if not node.stdout.readline().startswith("ready"):
                raise NodeError("the node did not start")
            yield
        finally:
            node.terminate()


@contextmanager
def at_the_desk(made: Made) -> Iterator[Terminal]:
    """Open the desk of a node that runs, on a terminal of its own."""
    with on_terminal((*_sathi("tui", made.folder), "--language", "en")) as terminal:
        yield terminal


def kdf_milliseconds(cost: Cost) -> float:
    """What a passphrase of this cost takes alone."""
    salt = keyring.new_salt(entropy=entropy)
    person = keyring.credential(USER, PASSPHRASE)
    begun = time.perf_counter()
    keyring.enrol(person, kind=Kind.USER, salt=salt, entropy=entropy, cost=cost)
    return (time.perf_counter() - begun) * 1_000


def _fill(made: Made) -> None:
    person = keyring.credential(USER, PASSPHRASE)
    ring = keyring.load(made.folder)
    unlocked = keyring.unlock(ring, person, cost=CHEAP_COST)
    database = Database.open(made.folder, key=unlocked.vault_key)
    database.write_now(lambda unit: _write(unit, made.cases))
    database.close()


def _write(unit: Unit, count: int) -> None:
    [user] = identity.load_active_users(unit.vault)
    owner = pseudonym(user.user_id)
    settings.save(unit.vault, owner, language="en", digits="latin", has_practised=True)
    begun = instant(SystemClock().wall() - count * _SECONDS_BETWEEN)
    # To index each word by itself takes milliseconds; all of them at the end take seconds.
    triggers = unit.vault.execute(_TRIGGERS).fetchall()
    for name, _ in triggers:
        unit.vault.execute(f"DROP TRIGGER {name}")
    for number in range(count):
        _write_case(unit, number, owner=owner, now=later(begun, number * _SECONDS_BETWEEN))
    for statement in _REBUILD:
        unit.vault.execute(statement)
    for _, statement in triggers:
        unit.vault.execute(statement)


def _write_case(unit: Unit, number: int, *, owner: Pseudonym, now: Instant) -> None:
    case = CaseRecord(
        case_id=entropy(16),
        case_number=plain_text(number_of(number), characters_max=64),
        status=_STATUSES[number % len(_STATUSES)],
        owner=owner,
        age_band=AgeBand.ADULT,
        language=language_tag(_LANGUAGES[number % len(_LANGUAGES)]),
        opened_at=now,
    )
    cases.insert_case(unit.vault, case)
    given = _GIVEN[number * _STRIDE % len(_GIVEN)]
    facts = [
        Fact(field="present_town", value=_TOWNS[number % len(_TOWNS)]),
        Fact(field="given_name", value=given),
    ]
    if number % 10 == 0:
        facts.append(Fact(field="known_as", value=_NAMES[number // 10 % len(_NAMES)]))
    for fact in facts:
        cases.set_fact(unit.vault, case.case_id, fact, by=owner, now=now)
    texts = (case.case_number, *(str(fact.value) for fact in facts))
    for text in texts:
        desk.add_search_text(unit.vault, owner=case.case_id, owner_kind="case", text=text)
    known = [str(fact.value) for fact in facts if fact.field in NAME_FIELDS]
    name_words.replace(unit.vault, known, owner=case.case_id, case_id=case.case_id)

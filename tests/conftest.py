"""What every test may use: how hard Hypothesis searches, the external vectors, federations on disk.

A federation is made once, then copied for each test.
"""

import gc
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import federation as federations
from tests.support import postgresql as postgresql_server
from tests.support.federation import Federation, Node
from tests.support.postgresql import Server
from tests.support.story import Story, meet_and_verify, tell

ROOT = Path(__file__).parents[1]

# A desk makes many small things that soon go by themselves: looking for rings among them at the usual pace
# takes a fifth of the time of its tests.
gc.set_threshold(200_000, 20, 100)

# `ci` draws the same examples every time: a red run is red again on the next machine.
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffle the files, and the tests inside each: no test may lean on the one before it.

    The order is the same on every machine until SATHI_ORDER names another one.
    """
    seed = os.environ.get("SATHI_ORDER", "")

    def place(name: str) -> bytes:
        return hashlib.sha256(f"{seed} {name}".encode()).digest()

    items.sort(key=lambda item: (place(item.path.name), place(item.nodeid)))


@pytest.fixture(scope="session")
def vectors_root() -> Path:
    """The folder of external test vectors, which are read and never copied into the project."""
    named = os.environ.get("SATHI_VECTORS")
    folder = Path(named) if named else ROOT.parent / "shared" / "data" / "vectors"
    if folder.is_dir():
        return folder
    reason = "the external vectors are not here: set SATHI_VECTORS to their folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def standards_root(vectors_root: Path) -> Path:
    """The folder of published standards beside the vectors; they too are read and never copied."""
    folder = vectors_root.parent / "standards"
    if not folder.is_dir():
        pytest.skip("the published standards are not here: they lie beside the external vectors")
    return folder


@pytest.fixture(scope="session")
def acquainted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Alo knows Bandhan and Chautari, both ways, at level 2."""
    folder = tmp_path_factory.mktemp("acquainted")
    made = federations.begin(folder, "Alo Shelter", "Bandhan", "Chautari")
    for name in ("Bandhan", "Chautari"):
        meet_and_verify(made, made[name], made["Alo Shelter"])
    yield made
    made.close()


@pytest.fixture
def federation(acquainted: Federation, tmp_path: Path) -> Iterator[Federation]:
    """A copy of its own, in which nothing else has happened yet."""
    with federations.copied(acquainted, tmp_path / "federation") as made:
        yield made


@pytest.fixture
def story(federation: Federation) -> Story:
    """One survivor at Alo, nothing of whom has left yet."""
    return tell(federation)


@pytest.fixture
def alo(federation: Federation) -> Node:
    return federation["Alo Shelter"]


@pytest.fixture
def bandhan(federation: Federation) -> Node:
    return federation["Bandhan"]


@pytest.fixture
def chautari(federation: Federation) -> Node:
    return federation["Chautari"]


@pytest.fixture
def strangers(tmp_path: Path) -> Iterator[Federation]:
    """Alo, Bandhan and Chautari, who have not met."""
    made = federations.begin(
        tmp_path / "strangers", "Alo Shelter", "Bandhan", "Chautari", seed="strangers"
    )
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of our own, begun once."""
    if postgresql_server.binaries() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(postgresql_server.MISSING)
        pytest.skip(postgresql_server.MISSING)
    with postgresql_server.running() as server:
        yield server

"""What every test may use: how hard Hypothesis searches, and where the external vectors lie."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

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

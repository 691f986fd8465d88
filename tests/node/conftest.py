"""Federations on disk: made once, then copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import federation as federations
from tests.support.federation import Federation, Node
from tests.support.story import Story, meet_and_verify, tell


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

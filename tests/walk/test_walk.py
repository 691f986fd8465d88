"""The story of the path, walked by keys alone at both desks: every key is read on the screen first.

Each act is looked up at the other node. The screens are left in `build/walk/LANGUAGE` to be looked at.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.walk.desks import two_desks
from tests.walk.reader import Album, Reader
from tests.walk.story import steps
from tests.walk.terminal import TMUX

BUILD = Path(__file__).parents[2] / "build" / "walk"


@pytest.fixture(autouse=True)
def tmux_is_there() -> None:
    if TMUX is None:
        reason = "tmux is not here: no terminal to walk in"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.parametrize("language", ["en", "bn"])
def test_the_whole_path_is_walked_by_keys_that_stand_on_the_screen(
    language: str, tmp_path: Path
) -> None:
    shutil.rmtree(BUILD / language, ignore_errors=True)
    album = Album(BUILD / language)
    with two_desks(tmp_path, languages=(language, language)) as (alo, bandhan):
        for name, step in steps(Reader(alo, album), Reader(bandhan, album)):
            try:
                step()
            except AssertionError as error:
                raise AssertionError(f"at the step “{name}”: {error}") from error

"""Text snapshots: what a screen looked like when somebody last looked at it, kept beside its test.

`SATHI_SNAPSHOTS=write` (`make snapshots`) writes them anew; the difference is then read like any other.
"""

import os
from pathlib import Path
from typing import Any, Final

from tests.support.desk_app import rows
from tui.termwidth import measure

FOLDER: Final = Path(__file__).parents[1] / "tui" / "snapshots"


def check_snapshot(app: Any, name: str) -> None:  # Any: every application of Textual  # noqa: ANN401
    """Hold the screen against `NAME.LANGUAGE.COLUMNSxROWS.txt`, and no row may be wider than the screen."""
    size, seen = app.size, rows(app)
    wide = [row for row in seen if measure(row) > size.width]
    assert not wide, wide
    language = app.desk.words.language
    path = FOLDER / f"{name}.{language}.{size.width}x{size.height}.txt"
    text = "\n".join(seen) + "\n"
    if os.environ.get("SATHI_SNAPSHOTS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    assert path.is_file(), f"no snapshot '{path.name}': look at the screen, then `make snapshots`"
    assert text == path.read_text(encoding="utf-8")

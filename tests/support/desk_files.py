"""Files at a desk in a test: one short and one long paper, and what the screen says of them."""

from typing import Any, Final

from tests.support import files
from tests.support.desk_app import shown

PAPER: Final = files.paper(70_000)
LONG: Final = files.paper(4 * files.PART + 17, name="long")
"""Five parts."""
TALL: Final = (100, 90)
"""So large that no page has to be moved."""


def said(app: Any) -> str:  # Any: every application of Textual  # noqa: ANN401
    """The whole screen on one line."""
    return " ".join(shown(app).split())

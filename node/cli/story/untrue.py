"""What the story stops with when something it says is not so."""

from protocol.errors import SathiError


class UntrueError(SathiError):
    """The sentence that turned out untrue."""


def check(is_so: bool, sentence: str) -> None:  # noqa: FBT001  (reads as a sentence)
    """Hold a sentence against what was seen.

    Raises:
        UntrueError: if it is not so.
    """
    if not is_so:
        raise UntrueError(sentence)

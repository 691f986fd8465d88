"""Work in the background of a screen, so that the screen never waits for the node."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def in_background(
    owner: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],  # Any: what asyncio's coroutines yield
    *,
    group: str,
    is_exclusive: bool = True,
) -> None:
    """Begin it; it ends with its owner. An exclusive one takes the place of the former of its group.

    It takes what makes the coroutine, so that one replaced before its turn is never begun.
    """
    _worker: Worker[None] = owner.run_worker(work, group=group, exclusive=is_exclusive)

"""Leaving nothing behind in memory: rendered lines rest in caches all over the libraries.

A cache may be emptied at any time, that is what makes it one. So all of them are, whatever is in them: asking
each library for the caches that hold text would miss the next one it adds.
"""

import contextlib
import functools
import gc
from contextvars import Context

from textual.app import App
from textual.cache import FIFOCache, LRUCache
from textual.message_pump import MessagePump


def wipe() -> None:
    """Empty every cache of this process, and let go of the screens that were taken away."""
    for held in gc.get_objects():
        if isinstance(held, functools._lru_cache_wrapper):  # noqa: SLF001  (it has no public name)
            held.cache_clear()
        elif isinstance(held, LRUCache | FIFOCache):
            held.clear()
        elif isinstance(held, Context):
            _forget_closed(held)
        elif isinstance(held, MessagePump):
            _stop_watching(held)
    gc.collect()


def _forget_closed(context: Context) -> None:
    """Take what was closed out of a context.

    A timer that was called off keeps its context until its time would have come, a minute for a question to
    the node; and in a context stands which screen was in front.
    """
    for variable, value in [*context.items()]:
        if isinstance(value, list):
            value[:] = [each for each in value if not _is_closed(each)]
        elif _is_closed(value):
            # One that is in use belongs to a task, and goes with it.
            with contextlib.suppress(RuntimeError):
                context.run(variable.set, None)


def _stop_watching(watched: MessagePump) -> None:
    """Take what was closed from those who are told when something here changes: they stay till it does."""
    for watchers in vars(watched).get("__watchers", {}).values():
        watchers[:] = [(pump, told) for pump, told in watchers if not _is_closed(pump)]


def _is_closed(value: object) -> bool:
    if not isinstance(value, MessagePump) or isinstance(value, App):
        return False
    # One that is still to begin does not run either, and is needed.
    return value._closed  # noqa: SLF001  (it has no public name)

"""Leaving nothing behind in memory: rendered lines rest in caches all over the libraries.

A cache may be emptied at any time, that is what makes it one. So all of them are, whatever is in them: asking
each library for the caches that hold text would miss the next one it adds.
"""

import functools
import gc

from textual.cache import FIFOCache, LRUCache


def empty_caches() -> None:
    """Empty every cache of this process, and let go of what nobody holds any more."""
    for held in gc.get_objects():
        if isinstance(held, functools._lru_cache_wrapper):  # noqa: SLF001  (it has no public name)
            held.cache_clear()
        elif isinstance(held, LRUCache | FIFOCache):
            held.clear()
    gc.collect()

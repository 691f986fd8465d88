"""Nothing at all: what stands in front while the desk is being locked."""

from typing import final

from textual.screen import Screen


@final
class Cover(Screen[None]):
    """Opaque and empty; no key does anything on it."""

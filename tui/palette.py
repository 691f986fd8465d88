"""What `^p` finds: every act of this screen and of every screen, by its name and its sentence.

Nothing in it is dangerous: what cannot be undone, and a picture of the screen, are not offered. It never
searches what the node holds.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import final

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.acts import Act, key_name
from tui.everywhere import EVERYWHERE
from tui.plain import plain
from tui.screens.desk_screen import DeskScreen


@final
class ActsProvider(Provider):
    """The acts that work now."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for label, sentence, run in self._found():
            yield DiscoveryHit(plain(label), run, text=label, help=sentence)

    async def search(self, query: str) -> Hits:
        """Those whose words are like what was typed."""
        matcher = self.matcher(query)
        for label, sentence, run in self._found():
            score = matcher.match(f"{label} {sentence}")
            if score > 0:
                yield Hit(score, plain(label), run, text=label, help=sentence)

    def _found(self) -> Sequence[tuple[str, str, Callable[[], object]]]:
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return ()
        say = screen.words.say
        own = screen.acts_here()
        everywhere = [act for act in EVERYWHERE if screen.desk.may(act.needs)]
        widget = screen.widget_acts()
        return [
            (
                f"{say(act.label)}  {key_name(act.key)}",
                say(act.help),
                self._pressing(act) if act in widget else self._runner(act),
            )
            for act in dict.fromkeys((*own, *everywhere))
            if act.in_palette
        ]

    def _runner(self, act: Act) -> Callable[[], object]:
        namespace = self.app if act.name.startswith("app.") else self.screen
        return partial(self.app.run_action, act.name.removeprefix("app."), namespace)

    def _pressing(self, act: Act) -> Callable[[], object]:
        # A widget answers to its keys alone; of a pair the second one goes on.
        return partial(self.app.simulate_key, act.key.rpartition(",")[2])

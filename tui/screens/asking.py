"""One question before what cannot be taken back. `y` is yes; Enter is never a yes."""

from typing import ClassVar, Final, final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.acts import Act, bindings
from tui.desk import Desk
from tui.plain import Text
from tui.widgets.key_line import KeyLine
from tui.wording import N_

YES: Final = Act(name="yes", key="y", label=N_("yes"), help=N_("Do it."), in_palette=False)
NO: Final = Act(name="no", key="n,escape", label=N_("no"), help=N_("Leave it as it is."))


@final
class AskScreen(ModalScreen[bool]):
    """Asks, alone on the screen: nothing of hers is drawn behind it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings((YES, NO))

    def __init__(self, desk: Desk, question: str) -> None:
        super().__init__()
        self._desk = desk
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and the two keys."""
        with Vertical(classes="box"):
            yield Text(self._question)
            yield KeyLine()

    def on_mount(self) -> None:
        """No comes first."""
        shown = [(act, self._desk.words.say(act.label)) for act in (NO, YES)]
        self.query_one(KeyLine).put(shown)

    def action_yes(self) -> None:
        """She said so."""
        _closing = self.dismiss(True)

    def action_no(self) -> None:
        """Nothing is done."""
        _closing = self.dismiss(False)

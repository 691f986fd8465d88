"""People who follow a guide, here and at the partner's: each types what stands there, and answers."""

import shutil
import time
from contextlib import ExitStack
from typing import Final

from node.vault.backup import folder as backup_folder
from tests.support.command_line import PASSPHRASE
from tests.support.guides import Block
from tests.support.laptops import OURS, PARTNER, Laptops
from tests.support.shell import Answer, Done, Shell, shell

_HANDED_OVER: Final = "our-introduction.sathi"
# What the guides say to try again: the other side has not answered yet.
_NOT_YET: Final = ("nobody waits for that", "\nwaits\t")
_WAIT_SECONDS: Final = 20
# These end with 3 where something should be looked at.
_MAY_WARN: Final = ("sathi doctor", "sathi backup list")
_WARNED: Final = 3


class People:
    """Whoever follows a guide, here and at the partner's: each types what stands there, and answers."""

    def __init__(self, made: Laptops, terminals: ExitStack) -> None:
        self._made = made
        self._terminals = terminals
        self._here = self._sit_down(at_the_partner=False)
        self._there = self._sit_down(at_the_partner=True)

    def _sit_down(self, *, at_the_partner: bool) -> Shell:
        home = self._made.partner_home if at_the_partner else self._made.our_home
        return self._terminals.enter_context(shell(home))

    def serve(self, *, at_the_partner: bool) -> Shell:
        """A node runs already, in a terminal of its own."""
        own = self._sit_down(at_the_partner=at_the_partner)
        own.begin("sathi serve", until="ready")
        return own

    def follow(self, block: Block) -> str:
        """Type a block; everything that was shown."""
        if block.stays:
            [line] = block.lines
            own = self._sit_down(at_the_partner=block.is_at_the_partner)
            return own.begin(self.filled_in(line), until="ready")
        if block.is_at_the_partner:
            self._bring_over()
        return "".join(self._type(line, block).shown for line in block.lines)

    def _type(self, line: str, block: Block) -> Done:
        """Type one line, again as long as the guide says to wait for the other side."""
        at = self._there if block.is_at_the_partner else self._here
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            done = at.run(self.filled_in(line), answers=self._answers(block))
            if time.monotonic() > until or not any(word in done.shown for word in _NOT_YET):
                break
        allowed = (0, _WARNED) if line.startswith(_MAY_WARN) else (0,)
        assert done.code in allowed, done.shown
        assert not any(word in done.shown for word in _NOT_YET), done.shown
        return done

    def filled_in(self, line: str) -> str:
        """A line with what the words in capitals are here."""
        for word, value in self._values.items():
            line = line.replace(word, value)
        return line

    @property
    def _values(self) -> dict[str, str]:
        """What the words in capitals are here."""
        newest = backup_folder.finished(self._made.stick)[-1]
        return {
            "STICK": str(self._made.stick),
            "FILE": newest.path.name,
            "OURS": OURS,
            "PARTNER": PARTNER,
            "OLD": str(self._made.gone),
            "OTHER": str(self._made.other_stick),
        }

    def _answers(self, block: Block) -> tuple[Answer, ...]:
        name = "Salma" if block.is_at_the_partner else "Rina"
        return (
            Answer(question="Your name: ", text=name),
            Answer(question="Passphrase: ", text=PASSPHRASE),
            Answer(question="The code of the recovery sheet: ", text=self._made.recovery_code),
            Answer(question="The 24 words of the root key: ", text=self._made.root_words),
            Answer(question="is it they who began anew? [y/N]: ", text="y"),
            Answer(question="cat > suspend.txt\n", text=self._made.suspend_lines, is_file=True),
        )

    def _bring_over(self) -> None:
        """An introduction file goes to the partner by any way."""
        made = self._made.our_home / _HANDED_OVER
        if made.exists():
            shutil.copy(made, self._made.partner_home)

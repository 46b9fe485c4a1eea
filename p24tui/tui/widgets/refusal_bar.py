"""Why something was not done, on lines of its own above the keys: it covers nothing that one reads or writes."""

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

SHOWN_FOR = 12.0
"""Seconds for which it stands there."""


class RefusalBar(Static):
    """Shows a rule's id where a rule said no, and the sentence; it goes by itself."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.display = False
        self._timer: Timer | None = None
        self._case_id = ""
        self._sentence = ""

    @property
    def sentence(self) -> str:
        """What stands there; empty where nothing does."""
        return self._sentence if self.display else ""

    def say(self, rule: str, sentence: str, case_id: str = "") -> None:
        """Show why; ``rule`` is empty where no rule said so, and ``case_id`` where it was not of one case."""
        self._case_id, self._sentence = case_id, sentence
        self.update(Content.assemble((f"{rule}  " if rule else "", "bold"), sentence))
        self.display = True
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SHOWN_FOR, self.clear)

    def keep_for(self, case_id: str) -> None:
        """One goes to this case: what was said of another goes."""
        if self._case_id not in ("", case_id):
            self.clear()

    def clear(self) -> None:
        """Take it away."""
        self.display = False

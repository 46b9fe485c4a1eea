"""The cases that one has open, in a row: which of them one is in, and in which a patient has written."""

from msgspec import Struct
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.tui import draw
from p24tui.words.cases import SUICIDE, UNREAD

WIDEST = 24


class OpenOne(Struct, frozen=True):
    """An open case as the strip shows it."""

    case_id: str
    name: str
    unread: int
    suicide: bool
    here: bool


class CaseStrip(Widget):
    """Shown from two open cases on; one can be clicked."""

    cases: reactive[tuple[OpenOne, ...]] = reactive(())

    class Chosen(Message):
        """One wants to be in this case."""

        def __init__(self, case_id: str) -> None:
            super().__init__()
            self.case_id = case_id

    def on_mount(self) -> None:
        self.display = False

    def watch_cases(self, cases: tuple[OpenOne, ...]) -> None:
        self.display = len(cases) > 1

    def render(self) -> RenderResult:
        parts = [(label, "bold reverse" if one.here else "bold" if one.unread else "") for one, label in self._shown()]
        return Content("│").join(Content.styled(label, style) for label, style in parts)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for one, label in self._shown():
            at += len(label) + 1
            if event.x < at:
                self.post_message(self.Chosen(one.case_id))
                return

    def _shown(self) -> list[tuple[OpenOne, str]]:
        """All of them, in as many cells each as there is room for."""
        if not self.cases:
            return []
        most = max(6, min(WIDEST, self.size.width // len(self.cases) - 1))
        return [(one, _label(one, most)) for one in self.cases]


def _label(one: OpenOne, most: int) -> str:
    mark = f"{SUICIDE} " if one.suicide else ""
    unread = f" {UNREAD}{one.unread}" if one.unread else ""
    name = draw.fit(one.name, most - len(mark) - len(unread) - 2).rstrip()
    return f" {mark}{name}{unread} "

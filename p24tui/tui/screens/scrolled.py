"""A box of which a part is scrolled by the arrows, and which Esc leaves."""

from typing import TypeVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

Ends = TypeVar("Ends")


class ScrolledScreen(ModalScreen[Ends | None]):
    """``scrolled`` is the part that scrolls; nothing in it takes the focus. Others that do go on from there."""

    BINDINGS = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("escape", "leave", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.scrolled = VerticalScroll(id=name, can_focus=False)

    def action_scroll(self, step: int) -> None:
        parts = list(self.query(VerticalScroll))
        for part in parts if step > 0 else reversed(parts):
            if part.scroll_y < part.max_scroll_y if step > 0 else part.scroll_y > 0:
                part.scroll_relative(y=step, animate=False)
                return

    def action_leave(self) -> None:
        self.dismiss(None)

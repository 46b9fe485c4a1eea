"""Rows of which any number can be chosen: the arrows walk, the space bar chooses."""

from collections.abc import Collection, Mapping

from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Toggles(Widget, can_focus=True):
    """A row for each option, with a mark that says whether it is chosen. ``chosen`` is in the options' order."""

    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("space,enter", "choose", show=False),
    ]

    class Changed(Message):
        """Another choice has been made."""

    at: reactive[int] = reactive(0)

    def __init__(self, options: Mapping[str, str], chosen: Collection[str] = (), *, id: str) -> None:
        super().__init__(id=id)
        self._options = dict(options)
        self._chosen = set(chosen)
        self.styles.height = len(self._options)

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is chosen."""
        return tuple(one for one in self._options if one in self._chosen)

    def clear(self) -> None:
        """Choose none."""
        self._chosen.clear()
        self.refresh()

    def render(self) -> RenderResult:
        rows = [self._row(number, one, words) for number, (one, words) in enumerate(self._options.items())]
        return Content("\n").join(rows)

    def action_move(self, step: int) -> None:
        self.at = (self.at + step) % len(self._options)

    def action_choose(self) -> None:
        self._chosen ^= {list(self._options)[self.at]}
        self.refresh()
        self.post_message(self.Changed())

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _row(self, number: int, one: str, words: str) -> Content:
        mark = "●" if one in self._chosen else "○"
        style = "bold" if one in self._chosen else ""
        here = self.has_focus and number == self.at
        return Content.styled(f" {mark} {words} ", f"{style} reverse" if here else style)

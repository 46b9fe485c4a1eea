"""Steps in a box, each chosen by its digit."""

from collections.abc import Iterable
from typing import TypeVar

from textual.binding import Binding
from textual.content import Content

from p24tui.i18n import _
from p24tui.tui.screens.scrolled import ScrolledScreen

Ends = TypeVar("Ends")


class StepsScreen(ScrolledScreen[Ends]):
    """Ends with what ``outcomes`` has for the digit that was pressed; Enter takes no step, and points to the digits."""

    BINDINGS = [
        *(Binding(str(digit), f"choose({digit})", show=False) for digit in range(1, 10)),
        Binding("enter", "point", show=False),
    ]

    outcomes: tuple[Ends, ...] = ()

    @property
    def keys(self) -> str:
        """What the keys do."""
        if not self.outcomes:
            return _("↑ ↓ rulla   Esc tillbaka")
        last = len(self.outcomes)
        return _("{digits} välj   ↑ ↓ rulla   Esc tillbaka").format(digits=f"1–{last}" if last > 1 else "1")

    def action_choose(self, digit: int) -> None:
        if digit <= len(self.outcomes):
            self.dismiss(self.outcomes[digit - 1])

    def action_point(self) -> None:
        self.query(".dialog-keys").add_class("-pointed")


def step_lines(steps: Iterable[tuple[str, str]]) -> Content:
    """A line for each step: its digit, its words and its rule."""
    lines = [
        Content.assemble((f" {digit}  ", "bold $primary"), _(words), (f"  {rule}", "$foreground 60%"))
        for digit, (words, rule) in enumerate(steps, 1)
    ]
    return Content("\n").join(lines)

"""Steps in a box, each chosen by its digit."""

from collections.abc import Iterable

from textual.content import Content

from p24tui.i18n import _


def step_lines(steps: Iterable[tuple[str, str]]) -> Content:
    """A line for each step: its digit, its words and its rule."""
    lines = [
        Content.assemble((f" {digit}  ", "bold $primary"), _(words), (f"  {rule}", "$foreground 60%"))
        for digit, (words, rule) in enumerate(steps, 1)
    ]
    return Content("\n").join(lines)

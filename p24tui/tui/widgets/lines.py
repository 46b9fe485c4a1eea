"""Words that take as many lines as they need, also when they are said anew in quick succession."""

from textual.visual import VisualType
from textual.widgets import Static


class Lines(Static):
    """Textual counts only the first of several updates before it is idle, and may keep the height of the one before."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        self._layout_updates += 1
        super().update(content, layout=layout)

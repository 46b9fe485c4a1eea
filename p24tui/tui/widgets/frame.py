"""What parts of the desk stand in: one whose border says that the keys go there, and one that is not seen itself."""

from textual.containers import Horizontal, Vertical
from textual.widget import Widget


class Frame(Vertical):
    """Has the class ``-focus`` while the focus is in it.

    ``:focus-within`` says the same, and has all that stands in it styled anew: a third of what opening a case costs.
    """

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self._show_focus)

    def _show_focus(self, focused: Widget | None) -> None:
        within = focused is not None and self in focused.ancestors_with_self
        if within != self.has_class("-focus"):
            self.set_class(within, "-focus", update=False)
            self.app.stylesheet.update_nodes([self])


class Beside(Horizontal):
    """Parts side by side that leave nothing of it to be seen: painting it, behind each row that changes, is cheap."""

    BLANK = True

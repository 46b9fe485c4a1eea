"""What the list leaves out, on a line of its own under it, for as long as it leaves anything out."""

from textual.content import Content
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.text import clean_line
from p24tui.tui.keys import key_name


class ListNote(Static):
    """Says what is shown and how many open cases are not: nobody is hidden quietly (CH-7)."""

    _said = ("", "")

    def on_mount(self) -> None:
        self.display = False

    def show(self, shown: str, hidden: str) -> None:
        """Say this; without a word on either there is no line."""
        if (shown, hidden) == self._said:
            return
        self._said = (shown, hidden)
        self.display = bool(shown or hidden)
        self.update(
            Content.assemble(
                (_(" Visar "), "$foreground 70%"),
                (clean_line(shown), "bold"),
                (f"   {hidden}" if hidden else "", "bold $warning"),
                (_("   {key} visar alla").format(key=key_name("show_all")), "$foreground 70%"),
            )
        )

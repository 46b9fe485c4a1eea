"""What the list leaves out, on a line of its own under it, for as long as it leaves anything out."""

from rich.cells import cell_len
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
        self.refresh()

    def render(self) -> Content:
        """What is hidden, and the key that shows it, stand there whole; what is shown as far as there is room."""
        shown, hidden = self._said
        lead, key = _(" Visar "), _("   {key} visar alla").format(key=key_name("show_all"))
        hidden = f"   {hidden}" if hidden else ""
        room = self.size.width - cell_len(lead + hidden + key)
        words = Content.styled(clean_line(shown), "bold").truncate(max(0, room), ellipsis=True)
        return Content.assemble((lead, "$foreground 70%"), words, (hidden, "bold $warning"), (key, "$foreground 70%"))

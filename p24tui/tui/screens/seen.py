"""Something that stays on the screen until somebody has seen it."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.tui.widgets.dialog import Dialog


class SeenScreen(ModalScreen[None]):
    """A title and what there is to say; ``urgent`` where something is wrong."""

    BINDINGS = [Binding("enter,escape", "leave", show=False)]

    def __init__(self, title: str, words: str, *, urgent: bool = False) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._urgent = urgent

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide"):
            style = "bold $error" if self._urgent else "bold"
            yield Static(Content.styled(self._title, style), classes="dialog-title")
            yield Static(Content(self._words))
            yield Static(_("Enter jag har sett det"), classes="dialog-keys")

    def action_leave(self) -> None:
        self.dismiss(None)

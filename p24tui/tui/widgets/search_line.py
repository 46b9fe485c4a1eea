"""Where one types what to look for in the list; what is found shows while one types."""

from textual.binding import Binding
from textual.message import Message

from p24tui.i18n import _
from p24tui.tui.widgets.field import Field


class SearchLine(Field):
    """Enter keeps what is found and goes back to the list, Esc shows everything again."""

    BINDINGS = [Binding("escape", "leave", show=False), Binding("down", "submit", show=False)]

    class Sought(Message):
        """Something else is looked for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """One is done; ``kept`` says whether what is found is to stay."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder=_("Sök namn, nummer, ärende, text   Enter till listan   Esc visa alla"), id=id)
        self.display = False

    def open(self) -> None:
        """Be there, and be typed in."""
        self.display = True
        self.focus()

    def close(self) -> None:
        """Be empty, and away."""
        with self.prevent(Field.Changed):
            self.value = ""
        self.display = False

    def on_input_changed(self, event: Field.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value))

    def on_input_submitted(self, event: Field.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(kept=bool(self.value.strip())))

    def action_leave(self) -> None:
        self.post_message(self.Left(kept=False))

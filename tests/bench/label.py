"""The least Textual program: one label whose text each key changes: what the console is measured against."""

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Label

WORD = "Tryckningar"


class LabelApp(App[None]):
    """Counts keys."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self._pressed = 0
        self._label = Label(f"{WORD}: 0")

    def compose(self) -> ComposeResult:
        yield self._label

    def on_key(self, event: Key) -> None:
        if event.key == "ctrl+q":
            return
        self._pressed += 1
        self._label.update(f"{WORD}: {self._pressed}")


if __name__ == "__main__":
    LabelApp().run()

"""The least Textual program that one types into: one field, what writing in the console is measured against."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class FieldApp(App[None]):
    """A field and nothing else."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Input()


if __name__ == "__main__":
    FieldApp().run()

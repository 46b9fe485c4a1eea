"""A line to fill in. Its cursor stands still: nothing blinks here but an alarm."""

from typing import Any

from textual.widgets import Input


class Field(Input):
    """A compact input with a steady cursor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, compact=True, **kwargs)
        self.cursor_blink = False


class Secret(Field):
    """A line for what nobody else may know: it is not shown, and not copied to where others may read it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, password=True, **kwargs)

    def action_copy(self) -> None:
        """Nothing."""

    def action_cut(self) -> None:
        """Nothing."""

"""A line to fill in. Its cursor stands still: nothing blinks here but an alarm."""

from typing import Any

from textual.widgets import Input


class Field(Input):
    """A compact input with a steady cursor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, compact=True, **kwargs)
        self.cursor_blink = False

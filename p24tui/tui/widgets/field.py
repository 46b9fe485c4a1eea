"""What one fills in. The cursor stands still: nothing blinks here but an alarm.

What is put there or pasted is text from outside as any other, and is cleaned before it is drawn (H23).
"""

from typing import Any

from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.widgets import Input, TextArea

from p24tui.text import clean_text


class Field(Input):
    """A compact input with a steady cursor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, compact=True, **kwargs)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """A secret is never drawn, and must not become another."""
        return value if self.password else clean_text(value).replace("\n", " ")


class Area(TextArea):
    """Room for text of several lines, which Tab leaves."""

    def __init__(self, text: str = "", **kwargs: Any) -> None:
        super().__init__(clean_text(text), tab_behavior="focus", soft_wrap=True, **kwargs)
        self.cursor_blink = False

    def load_text(self, text: str) -> None:
        super().load_text(clean_text(text))

    def edit(self, edit: Edit) -> EditResult:
        """A key alone may be a mark on the letter before it, and is left as it is."""
        if len(edit.text) > 1 or not edit.text.isprintable():
            edit.text = clean_text(edit.text)
        return super().edit(edit)


class Secret(Field):
    """A line for what nobody else may know: it is not shown, and not copied to where others may read it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, password=True, **kwargs)

    def action_copy(self) -> None:
        """Nothing."""

    def action_cut(self) -> None:
        """Nothing."""

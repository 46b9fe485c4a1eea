"""Where one writes to the patient. What is typed belongs to one case from the first letter to the last (H21)."""

from textual.message import Message
from textual.widgets import TextArea

from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.text import clean_line
from p24tui.tui.keys import Where, bindings

KEPT_AFTER = 0.7
"""Seconds without a key after which the draft is kept."""


class Composer(TextArea):
    """Enter is a new line, Ctrl+S sends, Esc leaves. The recipient's name stands above."""

    BINDINGS = bindings(Where.COMPOSER)

    class Sent(Message):
        """The text is to go to the patient of the case it was written in. ``message_id`` is the draft's own."""

        def __init__(self, composer: "Composer", case_id: str, text: str, message_id: str) -> None:
            super().__init__()
            self.composer = composer
            self.case_id = case_id
            self.text = text
            self.message_id = message_id

        @property
        def control(self) -> "Composer":
            return self.composer

    class DraftChanged(Message):
        """What is written in a case is to be kept; an empty text keeps nothing."""

        def __init__(self, composer: "Composer", case_id: str, text: str) -> None:
            super().__init__()
            self.composer = composer
            self.case_id = case_id
            self.text = text

        @property
        def control(self) -> "Composer":
            return self.composer

    class Touched(Message):
        """A key was pressed here: somebody is at the case."""

        def __init__(self, composer: "Composer") -> None:
            super().__init__()
            self.composer = composer

        @property
        def control(self) -> "Composer":
            return self.composer

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, tab_behavior="focus", show_line_numbers=False, soft_wrap=True)
        self.cursor_blink = False
        self._case_id: str | None = None
        self._message_id = fresh_id()
        self._kept = ""

    @property
    def case_id(self) -> str | None:
        """The case that is written in."""
        return self._case_id

    def write_in(self, case_id: str, recipient: str, draft: str) -> None:
        """Turn to a case: its recipient, its draft. The same case keeps what is being typed."""
        self.border_title = _("Svar till {name}").format(name=clean_line(recipient))
        if case_id == self._case_id:
            return
        self.keep_draft()
        self._case_id = case_id
        self._message_id = fresh_id()
        self._kept = draft
        self.text = draft
        self.move_cursor(self.document.end)

    def send(self) -> None:
        """Ask for what is written to be sent; it stays here until that has been done."""
        if self._case_id is not None and self.text.strip():
            self.post_message(self.Sent(self, self._case_id, self.text, self._message_id))

    def sent(self, case_id: str, message_id: str) -> None:
        """That text has gone. It is cleared, unless one is in another case, or writes another text, by now."""
        if case_id == self._case_id and message_id == self._message_id:
            self._message_id = fresh_id()
            self._kept = ""
            self.text = ""

    def unkept(self) -> tuple[str, str] | None:
        """The case and what is written in it, where that has changed since it was last asked for."""
        if self._case_id is None or self.text == self._kept:
            return None
        self._kept = self.text
        return self._case_id, self.text

    def keep_draft(self) -> None:
        """Hand over what is written so that it is kept, where it has changed since it was last."""
        if (draft := self.unkept()) is not None:
            self.post_message(self.DraftChanged(self, *draft))

    def on_text_area_changed(self) -> None:
        case_id = self._case_id
        self.set_timer(KEPT_AFTER, lambda: self.keep_draft() if case_id == self._case_id else None)

    def on_key(self) -> None:
        self.post_message(self.Touched(self))

    def on_blur(self) -> None:
        self.keep_draft()

"""Where one writes to the patient, or to colleagues. What is typed belongs to one case from first to last (H21)."""

from functools import lru_cache

from rich.text import Text
from textual import events
from textual._time import get_time
from textual.content import Content
from textual.message import Message

from p24tui import services
from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.routine.phrase import PLACEHOLDER
from p24tui.routine.tone import Remark
from p24tui.store.values import Audience
from p24tui.text import clean_line
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings
from p24tui.tui.widgets.field import Area

KEPT_AFTER = 0.7
"""Seconds after a key at the latest in which the draft is kept."""


class Composer(Area):
    """Enter is a new line, Ctrl+S sends, Esc leaves. The recipient's name stands above.

    What breaks the tone towards patients is underlined as one types (SE-1, SE-5); a note to colleagues is left alone.
    """

    BINDINGS = bindings(Where.COMPOSER)
    COMPONENT_CLASSES = {"composer--remark"}

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

    class CameEarly(Message):
        """What was struck before one came to this case is dropped."""

    class Touched(Message):
        """A key was pressed here: somebody is at the case."""

        def __init__(self, composer: "Composer") -> None:
            super().__init__()
            self.composer = composer

        @property
        def control(self) -> "Composer":
            return self.composer

    class Remarked(Message):
        """What there is to say about the text where the cursor is; none where there is nothing."""

        def __init__(self, composer: "Composer", remark: Remark | None) -> None:
            super().__init__()
            self.composer = composer
            self.remark = remark

        @property
        def control(self) -> "Composer":
            return self.composer

    def __init__(self, audience: Audience = Audience.MESSAGE, *, id: str | None = None) -> None:
        super().__init__(id=id, show_line_numbers=False)
        self.audience = audience
        self.set_class(audience is Audience.NOTE, "-note")
        self._case_id: str | None = None
        self._here_since = 0.0
        self._message_id = fresh_id()
        self._tried = ""
        self._kept = ""
        self._asked: tuple[str | None, float] = (None, 0.0)
        self._keeping = False
        self._remark: tuple[int, Remark] | None = None

    @property
    def case_id(self) -> str | None:
        """The case that is written in."""
        return self._case_id

    def write_in(self, case_id: str, recipient: str, draft: str) -> None:
        """Turn to a case: its recipient, its draft. The same case keeps what is being typed."""
        if self.audience is Audience.NOTE:
            title = _("Intern anteckning · {name}")
            self.border_subtitle = _("patienten ser den inte")
        else:
            title = _("Svar till {name}")
        self.border_title = Content(title.format(name=clean_line(recipient)))  # a string would be read as markup
        if case_id == self._case_id:
            return
        self.keep_draft()
        self._case_id, self._here_since = case_id, get_time()
        self._message_id = fresh_id()
        self._tried = ""
        self._kept = draft
        self.text = draft
        self.move_cursor(self.document.end)

    def put_away(self) -> None:
        """Turn to no case; what was written is kept."""
        self.keep_draft()
        self._case_id = None
        self._kept = self.text = ""

    def send(self) -> None:
        """Ask for what is written to be sent; it stays here until that has been done."""
        if self._case_id is not None and self.text.strip() and not self.read_only:
            if self.text != self._tried:  # what was tried before may have gone, though nobody heard of it
                self._message_id, self._tried = fresh_id(), self.text
            self.post_message(self.Sent(self, self._case_id, self.text, self._message_id))

    def sent(self, case_id: str, text: str) -> None:
        """That text has gone: it is cleared, here and as a draft. What has been written behind it since stays."""
        self._message_id = fresh_id()
        self._tried = ""
        self.text = self.text.removeprefix(text)
        self.move_cursor(self.document.end)
        self.post_message(self.DraftChanged(self, case_id, self.text))

    def unkept(self) -> tuple[str, str] | None:
        """The case and what is written in it, where that is not kept; what was said of it before is overtaken."""
        self._asked = self._case_id, get_time()
        return self._unkept()

    def _unkept(self) -> tuple[str, str] | None:
        if self._case_id is None or self.text == self._kept:
            return None
        return self._case_id, self.text

    def is_kept(self, case_id: str, text: str) -> None:
        """That text has been taken over by whoever keeps it."""
        if case_id == self._case_id:
            self._kept = text

    def keep_draft(self) -> None:
        """Hand over what is written so that it is kept, where it is not."""
        if (draft := self._unkept()) is not None:
            self.post_message(self.DraftChanged(self, *draft))

    def has_overtaken(self, message: DraftChanged) -> bool:
        """Whether newer words than the message's have been asked for since it was sent."""
        case_id, at = self._asked
        return message.case_id == case_id and message.time < at

    def put_phrase(self, text: str) -> None:
        """Put a phrase where the cursor is, and select the first gap in it to be typed over."""
        self.replace(text, *self.selection, maintain_selection_offset=False)
        self.select_gap()

    def add_paragraph(self, text: str) -> None:
        """Put a phrase after all that stands there, apart from it, and select the first gap in it."""
        self.move_cursor(self.document.end)
        self.put_phrase(f"\n\n{text}" if self.text.strip() else text)

    def select_gap(self) -> None:
        """Select the first placeholder that is not filled in, if there is any."""
        for row, line in enumerate(self.document.lines):
            if gap := PLACEHOLDER.search(line):
                self.move_cursor((row, gap.start()))
                self.move_cursor((row, gap.end()), select=True)
                return

    def better(self) -> None:
        """Write what the remark at the cursor offers instead; Ctrl+Z takes it back."""
        if self._remark is not None:
            row, remark = self._remark
            self.replace(remark.better, (row, remark.start), (row, remark.end))

    def get_line(self, line_index: int) -> Text:
        """The line with what breaks the tone underlined."""
        line = super().get_line(line_index)
        for remark in self._remarks(line_index):
            line.stylize(self.get_component_rich_style("composer--remark", partial=True), remark.start, remark.end)
        return line

    def on_text_area_changed(self) -> None:
        if not self._keeping:
            self._keeping = True
            self.set_timer(KEPT_AFTER, self._keep)
        self._say_remark()
        self.call_after_refresh(self.scroll_cursor_visible)  # a line that has just wrapped is below what one sees

    def _keep(self) -> None:
        self._keeping = False
        self.keep_draft()

    def on_text_area_selection_changed(self) -> None:
        self._say_remark()

    def on_key(self, event: events.Key) -> None:
        self.post_message(self.CameEarly() if self._is_for_another(event) else self.Touched(self))

    def on_paste(self, event: events.Paste) -> None:
        self._is_for_another(event)

    def _is_for_another(self, event: events.Event) -> bool:
        """Whether it was struck before one came to this case; then it is not for it, and goes nowhere (H21)."""
        early = event.time < self._here_since
        if early:
            event.prevent_default()
            event.stop()
        return early

    def on_blur(self) -> None:
        self.keep_draft()

    def _say_remark(self) -> None:
        """The remark nearest before the cursor on its line, else the first in the text."""
        row, column = self.cursor_location
        here = [(row, remark) for remark in self._remarks(row)]
        before = [one for one in here if one[1].start <= column]
        elsewhere = ((n, remark) for n in range(self.document.line_count) for remark in self._remarks(n))
        found = before[-1] if before else here[0] if here else next(elsewhere, None)
        if found != self._remark:
            self._remark = found
            self.post_message(self.Remarked(self, found[1] if found else None))

    def _remarks(self, row: int) -> tuple[Remark, ...]:
        if self.audience is Audience.NOTE or row >= self.document.line_count:
            return ()
        line = self.document[row]
        return _remarks_on(line) if line else ()


@lru_cache(maxsize=512)
def _remarks_on(line: str) -> tuple[Remark, ...]:
    """Each line is looked at once, however often it is painted."""
    return services.tone.remarks(line)

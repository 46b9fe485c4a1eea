"""A case as it is read: who, when, what; drawn line by line, so that its length costs nothing."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from p24tui.tui import draw
from p24tui.tui.entries import Entry
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings

Line = tuple[str, str]
"""Text and look."""


class Conversation(ScrollView, can_focus=True):
    """Entries wrapped to the width. It stays at the end unless one has scrolled up, and then where one reads."""

    BINDINGS = [
        ("down", "scroll_down", ""),
        ("up", "scroll_up", ""),
        ("pagedown", "page_down", ""),
        ("pageup", "page_up", ""),
        ("home", "scroll_home", ""),
        ("end", "scroll_end", ""),
        *bindings(Where.CASE),
    ]
    COMPONENT_CLASSES = {
        f"conversation--{look}" for look in ("heading", "patient", "staff", "system", "form", "note", "event", "unread")
    }

    class TopReached(Message):
        """One has scrolled up to the first of what is shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: tuple[Entry, ...] = ()
        self._wrapped: dict[Entry, list[Line]] = {}
        self._width = 0
        self._lines: list[Line] = []
        self._starts: list[int] = []
        self._follows = True

    def show(self, shown: Sequence[Entry], *, at_end: bool = False, at_start: bool = False) -> None:
        """Show these entries: their end or start if asked to, else as they stood."""
        at_end = self._follows = not at_start and (at_end or self._follows)
        reading = None if at_end or at_start else self._anchor()
        self._entries = tuple(shown)
        self._wrap()
        if at_end:
            self.call_after_refresh(self._to_end)
        elif at_start:
            self.scroll_home(animate=False)
        elif reading is not None:
            self._go_back_to(*reading)

    @property
    def follows(self) -> bool:
        """Whether the end is in sight, and stays so when more comes."""
        return self._follows

    def on_resize(self) -> None:
        self._wrap()
        if self._follows:
            self.call_after_refresh(self._to_end)

    def _to_end(self) -> None:
        """Unless one has turned to something else by then."""
        if self._follows:
            self.scroll_end(animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value >= self.max_scroll_y:
            self._follows = True
        elif new_value < old_value:
            self._follows = False
        if new_value == 0 and old_value > 0:
            self.post_message(self.TopReached())

    def render_line(self, y: int) -> Strip:
        index = y + int(self.scroll_offset.y)
        text, look = self._lines[index] if index < len(self._lines) else ("", "patient")
        style = self._look(look)
        return draw.strip([(" " + text, style)], self.scrollable_content_region.width, style)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"conversation--{name}")

    def _wrap(self) -> None:
        """Wrap what has not been wrapped to this width before."""
        width = max(10, self.scrollable_content_region.width - 4)
        known = self._wrapped if width == self._width else {}
        self._width = width
        self._wrapped = {entry: known.get(entry) or self._wrap_entry(entry, width) for entry in self._entries}
        self._lines, self._starts = [], []
        for entry in self._entries:
            self._starts.append(len(self._lines))
            self._lines += self._wrapped[entry]
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        self.vertical_scrollbar.window_virtual_size = len(self._lines)
        self.vertical_scrollbar.window_size = self.scrollable_content_region.height
        self.refresh()

    def _wrap_entry(self, entry: Entry, width: int) -> list[Line]:
        look = "note" if entry.look == "note" else "unread" if entry.look == "unread" else "heading"
        lines = [(line, look) for line in self._broken(entry.heading, width)]
        if entry.text:
            lines += [
                ("  " + line, entry.look)
                for paragraph in entry.text.split("\n")
                for line in self._broken(paragraph, width)
            ]
        return [*lines, ("", "heading")]

    def _broken(self, paragraph: str, width: int) -> list[str]:
        """A paragraph's lines; what is too long for one begins each of them where the first began."""
        indent = " " * min(len(paragraph) - len(paragraph.lstrip()), width // 2)
        wrapped = Text(paragraph.strip()).wrap(self.app.console, width - len(indent))
        return [indent + line.plain.rstrip() for line in wrapped] or [""]

    def _anchor(self) -> tuple[str, int] | None:
        """The entry that stands at the top, and how far into it one has read."""
        y = int(self.scroll_target_y)
        for entry, start in zip(reversed(self._entries), reversed(self._starts), strict=True):
            if start <= y:
                return entry.key, y - start
        return None

    def _go_back_to(self, key: str, into: int) -> None:
        for entry, start in zip(self._entries, self._starts, strict=True):
            if entry.key == key:
                self.scroll_to(y=start + into, animate=False, immediate=True)
                return

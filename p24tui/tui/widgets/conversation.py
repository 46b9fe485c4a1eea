"""The chat as it is read: who, when, what; drawn line by line, so that its length costs nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from p24tui.i18n import _, ngettext
from p24tui.services.views import OpenCase
from p24tui.store.values import Author, FormAnswer, Message
from p24tui.text import clean_line, clean_text
from p24tui.tui import draw
from p24tui.tui.keys import Where, bindings
from p24tui.words import moment

SHOWN_CHARACTERS = 20_000
"""How much of one message is drawn. All of it is stored."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading and the text under it; ``look`` is the name of its component style."""

    heading: str
    text: str
    look: str


def entries(opened: OpenCase, now: datetime) -> list[Entry]:
    """What there is to read of a case, in order: its forms, then the chat."""
    found = [_form(list(lines)) for _id, lines in groupby(opened.answers, key=lambda one: one.form_id)]
    files: dict[str | None, list[str]] = {}
    for one in opened.attachments:
        files.setdefault(one.message_id, []).append(
            f"⎙ {clean_line(one.title)} ({one.content_type}, {one.size // 1024 + 1} kB)"
        )
    if None in files:
        found.append(Entry(_("Bilagor"), "\n".join(files[None]), "form"))
    found += [_message(one, opened, now, files.get(one.id, [])) for one in opened.messages]
    return found


def _form(lines: list[FormAnswer]) -> Entry:
    answered = [one for one in lines if one.kind != "group"]
    free = sum(one.free_text for one in answered)
    heading = ngettext("Formulär: {count} svar", "Formulär: {count} svar", len(answered)).format(count=len(answered))
    if free:
        heading += " · " + ngettext("{count} fritext", "{count} fritexter", free).format(count=free)
    return Entry(heading, "\n".join(_answer(one) for one in lines), "form")


def _answer(one: FormAnswer) -> str:
    indent = "  " * min(one.depth, 6)
    if one.kind == "group":
        return f"{indent}{clean_line(one.question)}"
    text = clean_text(one.answer).replace("\n", "\n" + indent + "  ")
    return f"{indent}{clean_line(one.question, 400)}  {'› ' if one.free_text else ''}{text}"


def _message(one: Message, opened: OpenCase, now: datetime, files: list[str]) -> Entry:
    names = {
        Author.PATIENT: one.author_name or opened.line.patient.name,
        Author.STAFF: one.author_name,
        Author.SYSTEM: _("automatiskt"),
    }
    text = clean_text(one.text[:SHOWN_CHARACTERS])
    if len(one.text) > SHOWN_CHARACTERS:
        text += "\n" + _("… {count} tecken till visas inte här.").format(count=len(one.text) - SHOWN_CHARACTERS)
    heading = f"{moment(one.sent_at, now)}  {clean_line(names[one.author])}"
    return Entry(heading, "\n".join(filter(None, [text, *files])), one.author.value)


class Conversation(ScrollView, can_focus=True):
    """The entries of one case, wrapped to the width. It stays at the end unless one has scrolled up."""

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
        "conversation--heading",
        "conversation--patient",
        "conversation--staff",
        "conversation--system",
        "conversation--form",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: list[Entry] = []
        self._lines: list[tuple[str, str]] = []

    def show(self, shown: list[Entry], *, at_end: bool) -> None:
        """Show these entries, and go to their end if asked to."""
        at_end = at_end or self.is_vertical_scroll_end
        self._entries = shown
        self._wrap()
        if at_end:
            self.scroll_end(animate=False, immediate=False)

    def on_resize(self) -> None:
        self._wrap()

    def render_line(self, y: int) -> Strip:
        fill = self.rich_style
        index = y + int(self.scroll_offset.y)
        if index >= len(self._lines):
            return Strip.blank(self.scrollable_content_region.width, fill)
        text, look = self._lines[index]
        return draw.strip([(" " + text, self._look(look))], self.scrollable_content_region.width, fill)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"conversation--{name}")

    def _wrap(self) -> None:
        width = max(10, self.scrollable_content_region.width - 4)
        self._lines = [line for entry in self._entries for line in self._entry_lines(entry, width)]
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        self.refresh()

    def _entry_lines(self, entry: Entry, width: int) -> Iterator[tuple[str, str]]:
        yield entry.heading, "heading"
        for paragraph in entry.text.split("\n"):
            for line in Text(paragraph).wrap(self.app.console, width):
                yield "  " + line.plain.rstrip(), entry.look
        yield "", entry.look

"""What there is to read of a case, in its three parts: the chat, the anamnesis, the history."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from msgspec import Struct

from p24tui.i18n import _, ngettext
from p24tui.services.views import OpenCase
from p24tui.store.values import AttachmentLine, Author, Event, FormAnswer, LeftDraft, Message, Note
from p24tui.text import clean_line, clean_text
from p24tui.tui.keys import key_name
from p24tui.words.cases import FREE_TEXT
from p24tui.words.events import event_words
from p24tui.words.times import moment

SHOWN_CHARACTERS = 20_000
"""How much of one message is drawn. All of it is stored."""

NOTE = "◆"
DRAFT = "✎"
FILE = "▤"


class Part(StrEnum):
    """What of a case one reads."""

    CHAT = "chat"
    ANAMNESIS = "anamnesis"
    HISTORY = "history"


class Entry(Struct, frozen=True):
    """A heading and the text under it; ``look`` is the name of its component style, ``key`` tells it from others."""

    key: str
    heading: str
    text: str
    look: str


def entries(
    opened: OpenCase, part: Part, messages: Sequence[Message], now: datetime, *, more: bool = False
) -> list[Entry]:
    """What a part of the case says, in order.

    ``messages`` are those of the chat that have been read by now; ``more`` says that there are others before them.
    """
    if opened.line.patient.protected:
        return []
    match part:
        case Part.CHAT:
            return chat(opened, messages, now, more=more)
        case Part.ANAMNESIS:
            return anamnesis(opened)
        case Part.HISTORY:
            return [_event(one, number, now) for number, one in enumerate(opened.events)]


def chat(opened: OpenCase, messages: Sequence[Message], now: datetime, *, more: bool) -> list[Entry]:
    """Messages, notes and texts left unsent by others in order of time; first, that there is a form."""
    found = [_form_in_short(opened)] if opened.answers else []
    files: dict[str | None, list[AttachmentLine]] = {}
    for one in opened.attachments:
        files.setdefault(one.message_id, []).append(one)
    said = [(one.sent_at, _message(one, opened, now, files.get(one.id, []))) for one in messages]
    oldest = messages[0].sent_at if messages and more else None
    noted = [(one.written_at, _note(one, now)) for one in opened.notes if oldest is None or one.written_at >= oldest]
    begun = [(one.saved_at, _left_draft(one, now)) for one in opened.left_drafts]
    return found + [entry for _at, entry in sorted(said + noted + begun, key=lambda pair: pair[0])]


def anamnesis(opened: OpenCase) -> list[Entry]:
    """The forms with their answers, and the files that came with them."""
    forms = groupby(opened.answers, key=lambda one: one.form_id)
    found = [_form(id, list(lines)) for id, lines in forms]
    if files := [one for one in opened.attachments if one.message_id is None]:
        found.append(Entry("files", _("Bilagor"), _file_lines(files), "form"))
    return found or [Entry("none", _("Patienten har inte fyllt i något formulär."), "", "form")]


def _form_in_short(opened: OpenCase) -> Entry:
    answered = [one for one in opened.answers if one.kind != "group"]
    said = ngettext("Formulär: {count} svar", "Formulär: {count} svar", len(answered)).format(count=len(answered))
    if free := sum(one.free_text for one in answered):
        said += " · " + ngettext("{count} fritext", "{count} fritexter", free).format(count=free)
    if opened.line.case.unread_free_text:
        unread = _("{mark} fritext som ingen har läst: tryck {key}")
        said += " · " + unread.format(mark=FREE_TEXT, key=key_name("read_anamnesis"))
        return Entry("form", said, "", "unread")
    return Entry("form", said, "", "form")


def _form(id: str, lines: list[FormAnswer]) -> Entry:
    answered = sum(one.kind != "group" for one in lines)
    heading = ngettext("Formulär: {count} svar", "Formulär: {count} svar", answered).format(count=answered)
    return Entry(id, heading, "\n".join(_answer(one) for one in lines), "form")


def _answer(one: FormAnswer) -> str:
    indent = "  " * min(one.depth, 6)
    if one.kind == "group":
        return f"\n{indent}{clean_line(one.question)}"
    text = clean_text(one.answer).replace("\n", "\n" + indent + "  ")
    if not one.free_text:
        return f"{indent}{clean_line(one.question, 400)}  {text}"
    return f"{indent}{clean_line(one.question, 400)}\n{indent}  › {text}"


def _message(one: Message, opened: OpenCase, now: datetime, files: Sequence[AttachmentLine]) -> Entry:
    names = {
        Author.PATIENT: one.author_name or opened.line.patient.name,
        Author.STAFF: one.author_name,
        Author.SYSTEM: _("automatiskt svar"),
    }
    text = clean_text(one.text[:SHOWN_CHARACTERS])
    if len(one.text) > SHOWN_CHARACTERS:
        text += "\n" + _("… {count} tecken till visas inte här.").format(count=len(one.text) - SHOWN_CHARACTERS)
    heading = f"{moment(one.sent_at, now)}  {clean_line(names[one.author])}"
    return Entry(one.id, heading, "\n".join(filter(None, [text, _file_lines(files)])), one.author.value)


def _note(one: Note, now: datetime) -> Entry:
    words = _("{name}, intern anteckning (patienten ser den inte)").format(name=clean_line(one.author_name))
    return Entry(one.id, f"{NOTE} {moment(one.written_at, now)}  {words}", clean_text(one.text), "note")


def _left_draft(one: LeftDraft, now: datetime) -> Entry:
    words = _("Utkast av {name}, inte skickat:").format(name=clean_line(one.name))
    text = clean_text(one.text[:SHOWN_CHARACTERS])
    return Entry(f"draft-{one.staff_id}", f"{DRAFT} {moment(one.saved_at, now)}  {words}", text, "note")


def _file_lines(files: Sequence[AttachmentLine]) -> str:
    """A line for each; the last says how they are opened."""
    if not files:
        return ""
    opens = _("{key} öppnar").format(key=key_name("attachments"))
    return "\n".join(file_words(one) for one in files) + f"  {opens}"


def file_words(one: AttachmentLine) -> str:
    """A file in a line: its title, its kind, its size."""
    return f"{FILE} {clean_line(one.title)} ({clean_line(one.content_type)}, {one.size // 1024 + 1} kB)"


def _event(one: Event, number: int, now: datetime) -> Entry:
    who = clean_line(one.actor) if one.staff_id else _("automatiskt")
    rule = f"  {one.rule}" if one.rule else ""
    return Entry(str(number), f"{moment(one.at, now)}  {who}{rule}", event_words(one.kind, one.details), "event")

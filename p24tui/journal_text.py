"""What goes into the record system VAS, as text: always Swedish, whatever language the screen speaks (DO-2, DO-4)."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from p24tui import assets
from p24tui.clock import local
from p24tui.routine.documentation import FormWay, NoteText
from p24tui.store.values import AttachmentLine, Author, FormAnswer, Message
from p24tui.text import clean_line, clean_text

MOST = 20_000
"""Characters that a part of a note may have."""

MOST_RESULT = 2000
"""Characters of what came of a form, which stands on one line."""

CUT = "\n[Avkortat här: resten står i ärendet i Plattform24.]"
"""Stands at the end of what was too long."""


def vas() -> dict[str, Any]:
    """What VAS asks for, as data."""
    return assets.load("documentation.toml")


def form_text(answers: Sequence[FormAnswer]) -> str:
    """The forms with questions and answers, one to a line (IM-4, the first way)."""
    forms = groupby(answers, key=lambda one: one.form_id)
    return "\n\n".join("\n".join(["Formulär som patienten har fyllt i:", *map(_answer, lines)]) for _id, lines in forms)


def chat_text(messages: Sequence[Message]) -> str:
    """The whole chat, with who and when."""
    return "\n\n".join(
        f"{_when(one)} {_SAYS[one.author]}{_name(one)}:\n{clean_text(one.text).strip()}" for one in messages
    )


def files_text(files: Sequence[AttachmentLine]) -> str:
    """What files came."""
    return "\n".join(f"{clean_line(one.title)} ({clean_line(one.content_type)})" for one in files)


def told(
    answers: Sequence[FormAnswer], messages: Sequence[Message], files: Sequence[AttachmentLine], form_way: FormWay
) -> dict[str, str]:
    """What Aktuellt is made of, and never more: form where it is copied, the patient's words, how many files.

    Each has a name, by which one knows whether it has been given before.
    """
    form = form_text(answers) if form_way is FormWay.COPIED else ""
    many = f"Patienten har skickat bilagor: {len(files)}." if files else ""
    words = {one.id: _patient_words(one) for one in messages if one.author is Author.PATIENT}
    parts = {f"form-{len(answers)}": form, **words, f"files-{len(files)}": many}
    return {name: clean_text(text) for name, text in parts.items() if text}


def current_text(parts: Iterable[str]) -> str:
    """Aktuellt of such parts, no longer than may be kept; that it was cut stands in it."""
    text = "\n\n".join(filter(None, parts))
    return text if len(text) <= MOST else text[: MOST - len(CUT)].rstrip() + CUT


def form_line(note: NoteText, answered: int) -> str:
    """That a form was filled in, and what came of it (IM-4, the second way)."""
    if note.form_way is not FormWay.SUMMARISED:
        return ""
    kept = f"Patienten har fyllt i formulär i Plattform24 ({answered} svar), som finns kvar där."
    return f"{kept} Det framkom: {clean_line(note.form_result, MOST_RESULT)}"


def note_text(note: NoteText, answered: int) -> str:
    """The note in the order in which VAS wants it: its fields, then the search words with their text."""
    words = vas()
    rows = {one["id"]: one["sv"] for one in words["row"]}
    fields = [
        ("Rad", rows.get(note.vas_row, note.vas_row)),
        ("Avd/mott", note.clinic),
        ("Anteckningstyp", note.note_type),
        ("Jntyp", note.journal_type),
        ("Std/kopia", words["copy_to"]),
    ]
    head = "\n".join(f"{name}: {clean_line(value)}" for name, value in fields)
    current = "\n\n".join(filter(None, [note.current.strip(), form_line(note, answered), *note.images]))
    parts = [head]
    if current:
        headings = {words["current_heading"], words["assessment_heading"]}
        parts.append(f"{words['current_heading']}\n{_without_headings(clean_text(current), headings)}")
    parts.append(f"{words['assessment_heading']}\n{clean_text(note.assessment).strip()}")
    return "\n\n".join(parts)


def _without_headings(text: str, headings: Collection[str]) -> str:
    """The text in which no line passes for a search word: a patient's "Bedömning" is not the author's."""
    names = {one.casefold() for one in headings}
    lines = text.split("\n")
    return "\n".join(f"– {one}" if one.strip(" :").casefold() in names else one for one in lines)


_SAYS = {Author.PATIENT: "Patienten", Author.STAFF: "Vårdpersonal", Author.SYSTEM: "Automatiskt"}


def _patient_words(one: Message) -> str:
    """What the patient has written, with when."""
    return f"Patienten skriver {_when(one)}:\n{clean_text(one.text).strip()}"


def _name(one: Message) -> str:
    return f" {clean_line(one.author_name)}" if one.author is Author.STAFF and one.author_name else ""


def _when(one: Message) -> str:
    return local(one.sent_at).strftime("%Y-%m-%d %H.%M")


def _answer(one: FormAnswer) -> str:
    question, answer = clean_line(one.question, 400), clean_text(one.answer).strip()
    if one.kind == "group":
        return question
    if "\n" in answer:
        return f"{question}\n  " + answer.replace("\n", "\n  ")
    return f"{question} {answer}" if question.endswith(("?", ":")) else f"{question}: {answer}"

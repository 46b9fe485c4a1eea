"""QuestionnaireResponse: the form.

Source: https://hl7.org/fhir/R4/questionnaireresponse.html. Its Questionnaire is not known here. So every string counts
as free text, which somebody must read: R4 sends what was typed as a string, also beside the choices of an open choice.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from p24tui.clock import local
from p24tui.gateways.fhir.element import Element, instant
from p24tui.gateways.fhir.files import file_or_issue
from p24tui.gateways.fhir.model import FormLine, Kind, SentFile, SentForm, Severity, Unusable
from p24tui.gateways.fhir.refs import optional_ref, ref
from p24tui.text import clean_line, clean_text

MOST_LINES = 5000
LONGEST_QUESTION = 2000
LONGEST_ANSWER = 1_048_576
UNREADABLE = "(svaret kunde inte läsas)"
UNREAD_ANSWER = "is no answer that can be read; the rest of the form was taken"
FILE_MISSING = "(bilagan kunde inte tas emot)"


def read_form(resource: Element) -> SentForm:
    """Raises ``Unusable`` where the form belongs to no case, has the wrong shape or far too many lines."""
    if resource.text("status") == "entered-in-error":
        raise Unusable(resource.at("status"), "says that the form was entered in error")
    case = ref(resource, "encounter", Kind.CASE)
    files: list[SentFile] = []
    lines: list[FormLine] = []
    for line in _items(resource, 0, files):
        lines.append(line)
        if len(lines) > MOST_LINES:
            raise Unusable(resource.at("item"), f"has more than {MOST_LINES} questions and answers")
    subject = resource.lenient(lambda one: optional_ref(one, "subject", Kind.PATIENT), None)
    return SentForm(case, subject, resource.moment("authored"), tuple(lines), tuple(files))


def _items(parent: Element, depth: int, files: list[SentFile]) -> Iterator[FormLine]:
    for item in parent.children("item"):
        link_id, question = item.line("linkId"), item.line("text", LONGEST_QUESTION)
        answers = item.children("answer")
        if not answers:
            kind = "group" if item.children("item") else "unanswered"
            yield FormLine(depth, link_id, question or link_id, kind, "", False)
        for answer in answers:
            kind, text, free = _answer(answer, files)
            yield FormLine(depth, link_id, question or link_id, kind, text, free)
            yield from _items(answer, depth + 1, files)
        yield from _items(item, depth + 1, files)


def _answer(answer: Element, files: list[SentFile]) -> tuple[str, str, bool]:
    """What kind of answer it is, the answer in words, and whether it is free text."""
    given = [name for name in answer.value if name.startswith("value") and answer.has(name)]
    if not given:
        return "unanswered", "", False
    name = given[0]
    if len(given) > 1 or name not in _READERS:
        answer.note(clean_line(name, 40), UNREAD_ANSWER, Severity.ERROR)
        return "unreadable", UNREADABLE, False
    kind, read = _READERS[name]
    if kind == "attachment":
        return kind, _file(answer, name, files), False
    try:
        text = clean_text(read(answer, name))
    except (Unusable, ValueError, OverflowError):
        answer.note(name, UNREAD_ANSWER, Severity.ERROR)
        return "unreadable", UNREADABLE, False
    if len(text) > LONGEST_ANSWER:
        raise Unusable(answer.at(name), f"is longer than {LONGEST_ANSWER} characters")
    return kind, text, kind == "string" and bool(text.strip())


def _file(answer: Element, name: str, files: list[SentFile]) -> str:
    file = file_or_issue(answer, name)
    if file is None:
        return FILE_MISSING
    files.append(file)
    return file.title


def _boolean(answer: Element, name: str) -> str:
    value = answer.value[name]
    if not isinstance(value, bool):
        raise Unusable(answer.at(name), "is neither true nor false")
    return "Ja" if value else "Nej"


def _number(answer: Element, name: str) -> str:
    return _digits(answer.value[name], answer.at(name))


def _digits(value: Any, path: str) -> str:
    """A number as it was sent, with a decimal comma as it is written in Swedish."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unusable(path, "is no number")
    return str(value).replace(".", ",")


def _text(answer: Element, name: str) -> str:
    return answer.text(name)


def _date_time(answer: Element, name: str) -> str:
    """Time of day in Sweden where the text says it; a date stays as it is."""
    text = answer.text(name)
    if "T" not in text:
        return text
    return f"{local(instant(text)):%Y-%m-%d %H:%M}"


def _coding(answer: Element, name: str) -> str:
    coding = answer.child(name)
    assert coding is not None
    return coding.text("display") or coding.text("code")


def _quantity(answer: Element, name: str) -> str:
    quantity = answer.child(name)
    assert quantity is not None
    unit = quantity.line("unit") or quantity.line("code")
    number = _digits(quantity.value.get("value"), quantity.at("value"))
    return " ".join(filter(None, [quantity.line("comparator"), number, unit]))


def _reference(answer: Element, name: str) -> str:
    reference = answer.child(name)
    assert reference is not None
    identifier = reference.child("identifier")
    named = identifier.text("value") if identifier else ""
    return clean_line(reference.text("display") or reference.text("reference") or named)


_READERS = {
    "valueBoolean": ("boolean", _boolean),
    "valueDecimal": ("decimal", _number),
    "valueInteger": ("integer", _number),
    "valueDate": ("date", _text),
    "valueDateTime": ("dateTime", _date_time),
    "valueTime": ("time", _text),
    "valueString": ("string", _text),
    "valueUri": ("uri", _text),
    "valueAttachment": ("attachment", _text),
    "valueCoding": ("coding", _coding),
    "valueQuantity": ("quantity", _quantity),
    "valueReference": ("reference", _reference),
}

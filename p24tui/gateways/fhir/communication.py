"""Communication: a message from the patient, or from somebody related to them.

Source: https://hl7.org/fhir/R4/communication.html. An attachment that cannot be taken does not keep back the words
that came with it: staff see the message, the source is told of the attachment.
"""

from p24tui.gateways.fhir.element import Element, quote
from p24tui.gateways.fhir.files import file_or_issue
from p24tui.gateways.fhir.model import Kind, Ref, SentFile, SentMessage, Severity, Unusable
from p24tui.gateways.fhir.refs import optional_ref, ref, type_of_ref
from p24tui.text import clean_text

LONGEST_TEXT = 1_048_576
"""Bytes of a message in UTF-8, counted as it was sent."""


def read_message(resource: Element) -> SentMessage:
    """Raises ``Unusable`` where it belongs to no case, is from nobody who may write, is too long, or is empty."""
    if resource.text("status") == "entered-in-error":
        raise Unusable(resource.at("status"), "says that the message was entered in error")
    case = ref(resource, "encounter", Kind.CASE)
    sender, sender_kinds = _sender(resource)
    texts: list[str] = []
    files: list[SentFile] = []
    for payload in resource.children("payload"):
        _read_payload(payload, texts, files)
    text = "\n\n".join(texts)
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT:
        raise Unusable(resource.at("payload"), f"is longer than {LONGEST_TEXT} bytes")
    cleaned = clean_text(text).strip()
    if not cleaned and not files:
        raise _empty(resource)
    subject = resource.lenient(lambda one: optional_ref(one, "subject", Kind.PATIENT), None)
    return SentMessage(case, subject, sender, sender_kinds, resource.moment("sent"), cleaned, tuple(files))


def _empty(resource: Element) -> Unusable:
    for issue in resource.reading.issues:
        if issue.severity is Severity.ERROR:
            return Unusable(issue.path, issue.problem)
    return Unusable(resource.at("payload"), "has neither text nor an attachment")


def _sender(resource: Element) -> tuple[Ref | None, tuple[Kind, ...]]:
    """Who wrote, and what they may be; where nobody is said it is the patient."""
    sender = resource.child("sender")
    if sender is None or not (sender.has("reference") or sender.has("identifier")):
        return None, (Kind.PATIENT,)
    said = type_of_ref(sender)
    for kind in (Kind.PATIENT, Kind.GUARDIAN):
        if said == kind:
            return ref(resource, "sender", kind), (kind,)
    if not said:
        return ref(resource, "sender", Kind.PATIENT), (Kind.PATIENT, Kind.GUARDIAN)
    raise Unusable(sender.path, f"is {quote(said)}: only the patient, or a RelatedPerson, writes here")


def _read_payload(payload: Element, texts: list[str], files: list[SentFile]) -> None:
    if text := payload.text("contentString"):
        texts.append(text)
    file = file_or_issue(payload, "contentAttachment")
    if file:
        files.append(file)
    if payload.has("contentReference"):
        payload.note("contentReference", "is a reference, which is not followed, and was left out")

"""Taking what the patient has written: messages and forms. They are records: once stored they never change."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from p24tui.gateways.fhir.model import Kind, Ref, SentFile, SentForm, SentMessage, Unusable
from p24tui.ids import stable_id
from p24tui.routine import chat
from p24tui.routine.case import Case, CaseState, ContactKind
from p24tui.routine.protection import Protection
from p24tui.services import suicide
from p24tui.services.change import locked
from p24tui.services.guardians import numbers
from p24tui.services.intake.contacts import kind_was_assumed
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.referring import refer
from p24tui.services.intake.taking import Taken, Taking, digest
from p24tui.store import messages, people
from p24tui.store.values import Attachment, Author, CaseRow, FormAnswer, Message

OTHER_CONTENT = (
    "came earlier under the same id with other content; what was sent is a record and stays, "
    "so send this under an id of its own"
)
FILES_REFUSED = "En bilaga kunde inte tas emot. Skicka den gärna en gång till."
RELATIVE = "Närstående"


def take_message(taking: Taking, sent: SentMessage) -> Taken:
    """A message from the patient or from someone related. It wakes the case whatever its state (CH-6).

    Raises ``Unusable`` where its case is not known, another wrote it, or its id came with other content.
    """
    row, message_id = _case_of(taking, sent.case, sent.subject), taking.id()
    author = _author(taking, sent, row)
    said = digest(row.case.id, sent.sent, sent.text, _digests(sent.files))
    if _came_before(taking, said):
        return Taken(Verdict.DUPLICATE, message_id)
    sent_at = _never_later(sent.sent, taking.now)
    case_id = row.case.id
    message = Message(message_id, case_id, Author.PATIENT, None, author, sent.text, sent_at, taking.now)
    messages.add(taking.tx, message)
    _add_files(taking, sent.files, case_id, message_id, of=message_id)
    suicide.patient_wrote(taking.tx, taking.actor(row.case.unit_id), row.case, taking.now)
    taking.save(row.case, suicide.flagged(chat.receive(row.case, sent_at), [sent.text], row.patient.protection))
    taking.event("message.received", case_id, row.case.unit_id, message_id=message_id)
    if taking.refused_parts():
        _tell_of_refused_files(taking, row.case, message_id)
    _finish(taking, row, message_id, said)
    _refer(taking, row)
    return Taken(Verdict.CREATED, message_id)


def take_form(taking: Taking, sent: SentForm) -> Taken:
    """A form with its answers. Its free text counts as unread (H6).

    Raises ``Unusable`` where its case is not known, or its id came with other content.
    """
    row, form_id = _case_of(taking, sent.case, sent.subject), taking.id()
    said = digest(row.case.id, sent.authored, sent.lines, _digests(sent.files))
    if _came_before(taking, said):
        return Taken(Verdict.DUPLICATE, form_id)
    case_id = row.case.id
    lines = [
        FormAnswer(
            case_id, form_id, position, one.depth, one.link_id, one.question, one.kind, one.answer, one.free_text
        )
        for position, one in enumerate(sent.lines)
    ]
    messages.add_answers(taking.tx, lines)
    _add_files(taking, sent.files, case_id, None, of=form_id)
    free_text = sum(line.free_text for line in lines)
    suicide.patient_wrote(taking.tx, taking.actor(row.case.unit_id), row.case, taking.now)
    words = [line.answer for line in lines if line.free_text]
    taking.save(row.case, suicide.flagged(_with_form(taking, row.case, free_text), words, row.patient.protection))
    taking.event("form.received", case_id, row.case.unit_id)
    _finish(taking, row, form_id, said)
    _refer(taking, row)
    return Taken(Verdict.CREATED, form_id)


def _case_of(taking: Taking, case: Ref, subject: Ref | None) -> CaseRow:
    row = locked(taking.tx, taking.resolve(case, Kind.CASE))
    patient_id = taking.try_to_resolve(subject, Kind.PATIENT)
    if patient_id not in (None, row.patient.id):
        raise taking.refused("subject", "is another patient than the one whose case it is")
    return row


def _author(taking: Taking, sent: SentMessage, row: CaseRow) -> str:
    """The writer's name. Raises ``Unusable`` where it is neither the patient nor someone related to them."""
    if sent.sender is None:
        return row.patient.name
    for kind in sent.sender_kinds:
        found = taking.try_to_resolve(sent.sender, kind)
        if found is not None:
            return _name_of(taking, kind, found, row)
    if Kind.PATIENT in sent.sender_kinds:
        taking.resolve(sent.sender, Kind.PATIENT)
    # Somebody related whom nobody has told of: their words about the patient are not kept waiting.
    taking.note("sender", "is not known here; the message was taken as from someone related to the patient")
    return RELATIVE


def _name_of(taking: Taking, kind: Kind, stored_as: str, row: CaseRow) -> str:
    patient_id = stored_as.partition("/")[0]
    if patient_id != row.patient.id:
        raise taking.refused("sender", f"is {_other(kind)}: nobody else writes in this case")
    if kind is Kind.PATIENT:
        return row.patient.name
    return people.guardian_name(taking.tx, patient_id, numbers(stored_as.rpartition("/")[2])) or RELATIVE


def _other(kind: Kind) -> str:
    return "another patient" if kind is Kind.PATIENT else "related to another patient"


def _came_before(taking: Taking, said: str) -> bool:
    known = taking.known()
    if known is None:
        return False
    if known.digest != said:
        raise Unusable(taking.path, OTHER_CONTENT)
    return taking.says_nothing_new(known, said)


def _with_form(taking: Taking, case: Case, free_text: int) -> Case:
    """The case with one more form. In a case that is under way it is news from the patient, as a message is.

    When it was filled in says nothing of when the patient began to wait for us.
    """
    after = chat.receive(case, taking.now)
    kind = case.kind
    if kind is ContactKind.MESSAGE and kind_was_assumed(taking.tx, case.id):
        kind = ContactKind.TRIAGED
    unread = case.unread if case.state is CaseState.NEW else after.unread
    return replace(after, kind=kind, has_form=True, unread=unread, unread_free_text=case.unread_free_text + free_text)


def _add_files(taking: Taking, files: Iterable[SentFile], case_id: str, message_id: str | None, *, of: str) -> None:
    for number, file in enumerate(files):
        id = stable_id(of, "file", str(number))
        size = len(file.data)
        attachment = Attachment(id, case_id, message_id, file.title, file.content_type, size, file.sha256, file.data)
        messages.add_attachment(taking.tx, attachment)


def _finish(taking: Taking, row: CaseRow, stored_as: str, said: str) -> None:
    taking.remember(stored_as, said)
    if taking.protections.of(row.patient.number) is not None:
        record = people.patient(taking.tx, id=row.patient.id)
        assert record is not None
        taking.protect(record, Protection.NONE)


def _refer(taking: Taking, row: CaseRow) -> None:
    unit = people.unit(taking.tx, row.case.unit_id)
    assert unit is not None  # no unit is ever taken away
    refer(taking, unit, row.case.id)


def _tell_of_refused_files(taking: Taking, case: Case, of: str) -> None:
    """Say in the chat, to staff and to the patient, that something is missing."""
    id = stable_id(of, "refused")
    message = Message(id, case.id, Author.SYSTEM, None, "", FILES_REFUSED, taking.now, taking.now)
    messages.add(taking.tx, message)
    taking.event("attachment.refused", case.id, case.unit_id, message_id=id)


def _digests(files: Iterable[SentFile]) -> list[tuple[str, str, str]]:
    return [(file.title, file.content_type, file.sha256) for file in files]


def _never_later(said: datetime | None, now: datetime) -> datetime:
    return min(said or now, now)

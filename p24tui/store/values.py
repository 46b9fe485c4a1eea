"""What the store takes and hands out: plain values.

They stand apart from the queries, so that a screen can show them before SQLAlchemy has been loaded.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, convert

from p24tui.routine.actor import Profession
from p24tui.routine.alert import Reason
from p24tui.routine.case import Case
from p24tui.routine.hours import OpeningHours
from p24tui.routine.outgoing import TO_DECIDE, Channel, OutgoingState, Purpose
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection

Position = tuple[int, int]
"""A place in the change log: transaction and number. Everything after it is later for every reader."""

CASE_FIELDS = Case.__struct_fields__
PATIENT_FIELDS = Patient.__struct_fields__


class Doing(StrEnum):
    """What someone who is in a case does there."""

    VIEWING = "viewing"
    TYPING = "typing"


class Present(Struct, frozen=True):
    """Somebody who is in a case now."""

    case_id: str
    staff_id: str
    name: str
    doing: Doing
    place: str


class Acknowledged(Struct, frozen=True):
    """Somebody has seen that a case called for this reason since then."""

    reason: Reason
    since: datetime


class UnitKind(StrEnum):
    """A vårdcentral, or another clinic: at the first a patient may always send the chat (CH-9)."""

    PRIMARY_CARE = "primary-care"
    OTHER = "other"


class Unit(Struct, frozen=True):
    """A unit. ``id`` is its HSA-id; ``message_after`` places messages without triage in the order (CH-10)."""

    id: str
    name: str
    kind: UnitKind
    hours: OpeningHours
    message_after: int


class Staff(Struct, frozen=True):
    """A member of staff. ``id`` is the HSA-id; ``mobile`` is E.164, and both it and ``email`` may be empty (VI-10).

    ``system_user`` is the operating system's user that is theirs and nobody else's.
    """

    id: str
    name: str
    profession: Profession
    active: bool = True
    email: str = ""
    mobile: str = ""
    system_user: str | None = None


class PatientRecord(Struct, frozen=True):
    """A patient with what the sources and the person-data service said of protection, and when."""

    patient: Patient
    number_kind: str
    flagged: Protection
    checked_at: datetime | None


def patient_from(values: Sequence[Any]) -> PatientRecord:
    """The patient that the columns of the table are."""
    id, number, number_kind, name, born, mobile, protection, flagged, checked_at = values
    person = Patient(id, number, name, born, Protection(protection), mobile)
    return PatientRecord(person, number_kind, Protection(flagged), checked_at)


class Author(StrEnum):
    """Who wrote a message."""

    PATIENT = "patient"
    STAFF = "staff"
    SYSTEM = "system"


class Message(Struct, frozen=True):
    """One message in a chat. ``sent_at`` is when it was written, ``stored_at`` when it was safe here; both UTC."""

    id: str
    case_id: str
    author: Author
    author_id: str | None
    author_name: str
    text: str
    sent_at: datetime
    stored_at: datetime


class Audience(StrEnum):
    """Whom a text is for: the patient, or colleagues alone."""

    MESSAGE = "message"
    NOTE = "note"


class Note(Struct, frozen=True):
    """What one of the staff has written on a case for colleagues; no patient sees it. ``written_at`` is UTC."""

    id: str
    case_id: str
    staff_id: str
    author_name: str
    text: str
    written_at: datetime


class Attachment(Struct, frozen=True):
    """A file sent in; ``data`` are its bytes as they came."""

    id: str
    case_id: str
    message_id: str | None
    title: str
    content_type: str
    size: int
    sha256: str
    data: bytes


class AttachmentLine(Struct, frozen=True):
    """What a chat shows of an attachment before it is opened."""

    id: str
    message_id: str | None
    title: str
    content_type: str
    size: int


class FormAnswer(Struct, frozen=True):
    """One line of a form: a heading (``kind`` is ``group``) or a question with its answer, ``depth`` steps in."""

    case_id: str
    form_id: str
    position: int
    depth: int
    link_id: str
    question: str
    kind: str
    answer: str
    free_text: bool


class CaseRow(Struct, frozen=True):
    """A case with its patient and the name of whoever has it."""

    case: Case
    patient: Patient
    owner: str


def case_row(values: Sequence[Any]) -> CaseRow:
    """The row of these columns: those of ``CASE_FIELDS``, then of ``PATIENT_FIELDS``, then the owner's name."""
    patient = convert(dict(zip(PATIENT_FIELDS, values[len(CASE_FIELDS) : -1], strict=True)), Patient)
    return CaseRow(case_from(values[: len(CASE_FIELDS)]), patient, values[-1] or "")


def case_from(values: Sequence[Any]) -> Case:
    """The case of these columns, which are those of ``CASE_FIELDS``."""
    return convert(dict(zip(CASE_FIELDS, values, strict=True)), Case)


class Contact(Struct, frozen=True):
    """How the contact came about: the source and its own id, the e-ID used (NA-2) and the way in (NA-4)."""

    source: str
    source_id: str
    e_id: str = ""
    e_id_at: datetime | None = None
    way_in: str = ""


class LeftDraft(Struct, frozen=True):
    """What somebody has begun to write to a patient whose case they no longer have. ``saved_at`` is UTC."""

    staff_id: str
    name: str
    text: str
    saved_at: datetime


class Event(Struct, frozen=True):
    """One line of a case's history."""

    at: datetime
    kind: str
    actor: str
    profession: str
    place: str
    rule: str
    details: dict[str, Any]
    staff_id: str | None = None


class RiskRow(Struct, frozen=True):
    """One thing stated of suicide risk, its columns in their order; ``details`` are the fields of its entry."""

    kind: str
    at: datetime
    staff_id: str | None
    name: str
    profession: str
    details: dict[str, Any]


class OutgoingRow(Struct, frozen=True, kw_only=True):
    """Something that goes out, or has gone, its columns in their order. Instants are UTC.

    ``about`` is the case, or the visit at its time; with ``purpose`` and ``local_date`` there is only one (H13).
    ``due_at`` is when it was to go, ``try_at`` when it is looked at next, ``expires_at`` until when it is of use.
    ``fence`` rises with every claim: who holds an older one writes nothing. ``recipient`` is in the end the
    address that was used; ``person_number`` is the identity number of who gets it, where that is known and is not the
    patient: a child's proxy, another guardian. ``settled_by`` has seen that it failed, or decided what to do where
    nobody knew; it ``may_have_gone`` where they then let it go once more.
    """

    id: str
    unit_id: str
    patient_id: str
    case_id: str | None = None
    visit_id: str | None = None
    about: str
    purpose: Purpose
    local_date: date
    visit_at: datetime | None = None
    channel: Channel
    recipient: str
    person_number: str = ""
    subject: str = ""
    text: str
    invitation: dict[str, Any] | None = None
    due_at: datetime
    expires_at: datetime
    try_at: datetime
    state: OutgoingState = OutgoingState.QUEUED
    problem: str = ""
    queued_at: datetime
    queued_by: str | None
    queued_by_name: str
    fence: int = 0
    lease_until: datetime | None = None
    claimed_by: str = ""
    sent_at: datetime | None = None
    changed_at: datetime
    gateway: str = ""
    gateway_id: str = ""
    parts: int = 0
    settled_by: str = ""
    settled_at: datetime | None = None
    may_have_gone: bool = False

    @property
    def at(self) -> datetime:
        """When it went, or is to go."""
        return self.due_at if self.sent_at is None else self.sent_at

    @property
    def is_undecided(self) -> bool:
        """Whether somebody must see it and decide."""
        return self.state in TO_DECIDE and self.settled_at is None

    @property
    def is_free(self) -> bool:
        """Whether nothing has gone and nothing is on its way, so that the same may be wanted again."""
        return self.state in (OutgoingState.CANCELLED, OutgoingState.FAILED) and not self.may_have_gone


class Read(Struct, frozen=True):
    """A row of the read log. ``patients`` is how many a list showed; ``case_id`` is none where it was a list."""

    seq: int
    at: datetime
    kind: str
    unit_id: str
    case_id: str | None
    patients: int


Change = tuple[str, str]
"""The unit at which something has changed, and the case; where it is about no case, that is empty."""


class Changed(Struct, frozen=True):
    """This has changed. ``everything`` says that too much has, or too long ago: read the list anew."""

    changes: frozenset[Change]
    everything: bool = False

    @property
    def case_ids(self) -> frozenset[str]:
        """The cases; an empty one stands for what is about none."""
        return frozenset(case_id for _unit_id, case_id in self.changes)

    def concerning(self, unit_ids: Collection[str], is_shown: Callable[[str], bool]) -> frozenset[str]:
        """The cases of these units and those that are shown; and that something is about none, wherever it was."""
        return frozenset(
            case_id
            for unit_id, case_id in self.changes
            if not case_id or not unit_id or unit_id in unit_ids or is_shown(case_id)
        )


class Lost(Struct, frozen=True):
    """The feed no longer reaches the database. What is shown may be old from now on."""

    problem: str


class Alive(Struct, frozen=True):
    """The feed reaches the database, and has told of everything up to now."""


Notice = Changed | Lost | Alive

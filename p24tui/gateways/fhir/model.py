"""What a source sent, in our own words, before anything of it is looked up or stored. Text in it is cleaned."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from p24tui.gateways.booking import SentBooking
from p24tui.routine.case import ContactKind
from p24tui.routine.identity import IdentityNumber
from p24tui.routine.protection import Protection


class Kind(StrEnum):
    """The resource types that are taken, in their order: what others refer to comes before them.

    An Organization only tells which unit is meant. Nothing refers to a booking, so it comes last.
    """

    ORGANIZATION = "Organization"
    PATIENT = "Patient"
    GUARDIAN = "RelatedPerson"
    CASE = "Encounter"
    FORM = "QuestionnaireResponse"
    MESSAGE = "Communication"
    BOOKING = "Appointment"


class Severity(StrEnum):
    """How bad an issue is: something was not taken, or all was taken and something is worth knowing."""

    ERROR = "error"
    INFORMATION = "information"


class Issue(Struct, frozen=True):
    """Something to tell the source: the place in what it sent, and a sentence in English."""

    path: str
    problem: str
    severity: Severity = Severity.INFORMATION


class Unusable(Exception):
    """A resource, or a part of it, that cannot be taken: the place, and a sentence in English.

    ``waits`` says that it will be taken by itself once what the sentence names has come.
    """

    def __init__(self, path: str, problem: str, *, waits: bool = False) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem
        self.waits = waits


class Ref(Struct, frozen=True):
    """A reference to another resource, by the names that it may go by, the most exact first."""

    path: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent as data."""

    title: str
    content_type: str
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()


class SentPatient(Struct, frozen=True):
    """A Patient. ``born`` is from the number where that tells it; ``mobile`` is E.164 or empty."""

    number: IdentityNumber
    name: str
    born: date | None
    mobile: str
    flagged: Protection


class SentGuardian(Struct, frozen=True):
    """A RelatedPerson: the guardian of a patient."""

    patient: Ref
    number: IdentityNumber
    name: str
    relationship: str
    flagged: Protection


class SentCase(Struct, frozen=True):
    """An Encounter that is a case of ours.

    ``triaged`` says that a priority was given, usable or not; ``kind`` is none where the source did not say.
    """

    patient: Ref
    unit_id: str
    kind: ContactKind | None
    triaged: bool
    priority: int | None
    matter: str
    started: datetime | None
    e_id: str
    e_id_at: datetime | None
    way_in: str
    suicide_risk: bool
    mental_health: bool
    flagged: Protection


class FormLine(Struct, frozen=True):
    """A heading or a question with its answer, ``depth`` steps in."""

    depth: int
    link_id: str
    question: str
    kind: str
    answer: str
    free_text: bool


class SentForm(Struct, frozen=True):
    """A QuestionnaireResponse."""

    case: Ref
    subject: Ref | None
    authored: datetime | None
    lines: tuple[FormLine, ...]
    files: tuple[SentFile, ...]


class SentMessage(Struct, frozen=True):
    """A Communication. ``sender`` is none where nobody is said; ``sender_kinds`` is what they may be."""

    case: Ref
    subject: Ref | None
    sender: Ref | None
    sender_kinds: tuple[Kind, ...]
    sent: datetime | None
    text: str
    files: tuple[SentFile, ...]


class SentAppointment(Struct, frozen=True):
    """An Appointment. ``patient`` and ``proxy`` are whom it refers to, where it is one each.

    ``booking`` has their numbers only where the references themselves carry them. ``untold`` are participants of whom
    the Appointment does not say what they are: they may be patients too.
    """

    booking: SentBooking
    patient: Ref | None
    proxy: Ref | None
    untold: tuple[Ref, ...] = ()


Sent = SentPatient | SentGuardian | SentCase | SentForm | SentMessage | SentAppointment

"""What is shown of video visits: plain values, with nothing in them that may not be shown."""

from datetime import date, datetime

from msgspec import Struct

from p24tui.routine.case import Case
from p24tui.routine.link import Participant
from p24tui.routine.patient import ShownPatient
from p24tui.routine.proxy import Guardian
from p24tui.routine.visit import Visit, VisitCall
from p24tui.routine.visit_step import Step
from p24tui.store.values import OutgoingRow


class VisitLine(Struct, frozen=True):
    """A visit with all that a list shows of it. Instants are UTC.

    ``age`` is the age on the day of the visit. ``holder`` is a name, ``number`` the mobile to telephone. ``sent`` is
    what goes out or has gone because of it. Of a protected patient there is neither name nor number, nor who else is in
    it. ``opens_at`` is from when its links lead in; ``is_absent`` says that the patient was to have come.
    """

    visit: Visit
    patient: ShownPatient
    age: int | None
    holder: str
    number: str
    case: Case | None
    participants: tuple[Participant, ...]
    waiting: tuple[Participant, ...]
    calls: tuple[VisitCall, ...]
    sent: tuple[OutgoingRow, ...]
    step: Step
    opens_at: datetime
    is_absent: bool


class TaskLine(Struct, frozen=True):
    """A booking that somebody must see to. ``problem`` is a key of ``words.visits.TASKS``; instants are UTC.

    ``number`` and ``name`` are the patient's as they were sent; both are empty where that is somebody protected.
    """

    id: str
    unit_id: str
    problem: str
    number: str
    name: str
    starts_at: datetime | None
    received_at: datetime
    version: int


class InvitedLine(Struct, frozen=True):
    """A visit that a colleague is invited to (VI-10), without anything of its patient."""

    participant: Participant
    unit: str
    starts_at: datetime
    ends_at: datetime
    case_id: str | None
    on_video: bool


class VisitDay(Struct, frozen=True):
    """The visits of some units on a local day, by time, and what must be seen to. ``id`` is this view's in the log."""

    id: str
    day: date
    lines: tuple[VisitLine, ...]
    tasks: tuple[TaskLine, ...]
    invited: tuple[InvitedLine, ...]


class Profile(Struct, frozen=True):
    """A patient as the booking form shows them (VI-6), with the visits that are booked.

    ``guardians`` are hidden where they are protected; ``preselected`` is the number of who would be proxy, or empty.
    """

    patient_id: str
    number: str
    patient: ShownPatient
    born: date | None
    mobile: str
    guardians: tuple[Guardian, ...]
    preselected: str
    booked: tuple[Visit, ...]

"""What has been stated of suicide risk in a case, entry by entry, and where that leads.

An entry is never changed or taken back: what turns out otherwise is stated anew, and stands beside. Instants are UTC.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Profession
from p24tui.routine.case import RiskLevel


class Basis(StrEnum):
    """What an assessment rests on (SU-3)."""

    ANAMNESIS = "anamnesis"
    JOURNAL = "journal"
    CHAT = "chat"
    TELEPHONE = "telephone"
    VIDEO = "video"
    IN_PERSON = "in-person"


class Outcome(StrEnum):
    """What came of a telephone call."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    NOT_IN_USE = "not-in-use"


class Service(StrEnum):
    """Who takes over where nothing more can be done here: the on-call service, or 112."""

    ON_CALL = "on-call"
    EMERGENCY = "112"


class InsteadOfVisit(StrEnum):
    """Why the visit within the limit is decided on individually (SU-8)."""

    WEEKEND = "weekend"
    REFUSES = "refuses"


class Suspicion(Struct, frozen=True):
    """Suicide risk is suspected, and why (SU-2)."""

    why: str


class NoSuspicion(Struct, frozen=True):
    """There is no suspicion, in the words of whoever says so (SU-1)."""

    why: str = ""


class Assessment(Struct, frozen=True):
    """The overall assessment, as it is signed (SU-3, SU-4).

    ``rung`` is the id of a rung of the suicide ladder. ``certain`` says that the risk is low with reasonable certainty
    although nobody could be reached (SU-10).
    """

    level: RiskLevel
    basis: tuple[Basis, ...]
    rung: str
    risk_factors: str
    protective_factors: str
    certain: bool = False


class Safety(Struct, frozen=True):
    """Whether the patient feels safe enough to continue online, by their own answer, and what is done where not."""

    feels_safe: bool
    instead: str = ""


class Booking(Struct, frozen=True):
    """A visit in person: when, with whom of which profession, and where (SU-6)."""

    at: datetime
    profession: Profession
    whom: str
    where: str


class Visited(Struct, frozen=True):
    """What became of the visit that was booked: it has taken place, or the patient did not come (SU-7)."""

    came: bool
    note: str = ""


class Decision(Struct, frozen=True):
    """What a psychologist or doctor has decided instead of the visit, in dialogue with the patient, and why (SU-8)."""

    because: InsteadOfVisit
    decision: str
    reason: str


class Prolonged(Struct, frozen=True):
    """The chat is kept until then, as long as that is safe (SU-9)."""

    until: datetime
    reason: str


class Call(Struct, frozen=True):
    """An attempt to reach the patient by telephone, and what came of it (SU-9)."""

    at: datetime
    outcome: Outcome
    note: str = ""


class HandedOn(Struct, frozen=True):
    """The on-call service or 112 has taken over: who there, and when (SU-11 to SU-13, AP-4)."""

    service: Service
    whom: str
    at: datetime
    why: str = ""


class Looked(Struct, frozen=True):
    """How to reach somebody who is not handled here has been looked at, and why (AP-4)."""

    why: str


class Overdue(Struct, frozen=True):
    """What was followed has passed its time: the visit has not been recorded, or the prolonged time is over."""


class Wrote(Struct, frozen=True):
    """The patient has written: what was tried because they were silent says no more."""


class ClosedDown(Struct, frozen=True):
    """The patient has turned out to be protected: what was done and planned before says no more (PR-1)."""


Entry = (
    Suspicion
    | NoSuspicion
    | Assessment
    | Safety
    | Booking
    | Visited
    | Decision
    | Prolonged
    | Call
    | HandedOn
    | Looked
    | Overdue
    | Wrote
    | ClosedDown
)


KINDS: dict[str, type[Entry]] = {
    "suspicion": Suspicion,
    "no-suspicion": NoSuspicion,
    "assessment": Assessment,
    "safety": Safety,
    "booking": Booking,
    "visited": Visited,
    "decision": Decision,
    "prolonged": Prolonged,
    "call": Call,
    "handed-on": HandedOn,
    "looked": Looked,
    "overdue": Overdue,
    "wrote": Wrote,
    "closed-down": ClosedDown,
}
_KIND_OF = {entry: kind for kind, entry in KINDS.items()}


def kind_of(entry: Entry) -> str:
    """The name under which such entries are kept."""
    return _KIND_OF[type(entry)]


class Stated(Struct, frozen=True):
    """An entry, by whom and when it was stated. A tick or a source has no ``staff_id``."""

    entry: Entry
    at: datetime
    staff_id: str | None = None
    name: str = ""
    profession: Profession | None = None


class Course(Struct, frozen=True):
    """Where the entries have led. ``visit`` is booked and nothing has become of it; ``visited`` has taken place."""

    level: RiskLevel = RiskLevel.UNSAID
    assessed: Stated | None = None
    certain: bool = False
    safety: Safety | None = None
    visit: Booking | None = None
    visited: Visited | None = None
    decision: Decision | None = None
    calls: tuple[Call, ...] = ()
    handed_on: HandedOn | None = None
    looked: Stated | None = None


def course_of(stated: Iterable[Stated]) -> Course:
    """Where these entries lead, in the order in which they were stated."""
    found = Course()
    for one in stated:
        found = _after(found, one)
    return found


_KEPT = {Safety: "safety", Booking: "visit", Decision: "decision", HandedOn: "handed_on"}
"""The entries that take the place of the one before, by the part of the course that they are."""


def _after(course: Course, stated: Stated) -> Course:
    match stated.entry:
        case Suspicion():
            return Course()
        case NoSuspicion() if course.level is RiskLevel.LOW:
            return course  # the assessment stands
        case NoSuspicion():
            return Course(RiskLevel.NO_SUSPICION, looked=course.looked)
        case Assessment() as one:
            # What was decided rests on the assessment before; a visit that is booked, and calls that were made, do not.
            visit = course.visit if one.level is RiskLevel.MODERATE else None
            return Course(one.level, stated, one.certain, visit=visit, calls=course.calls, looked=course.looked)
        case Visited() as one:
            return replace(course, visit=None, visited=one if one.came else course.visited)
        case Call() as one:
            return replace(course, calls=(*course.calls, one))
        case Looked():
            return replace(course, looked=stated)
        case Wrote():
            return replace(course, calls=(), handed_on=None, looked=None)
        case ClosedDown():
            return replace(course, calls=(), handed_on=None, visit=None)
    kept: dict[str, Any] = {_KEPT[type(stated.entry)]: stated.entry} if type(stated.entry) in _KEPT else {}
    return replace(course, **kept)

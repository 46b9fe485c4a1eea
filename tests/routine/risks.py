"""People and entries for the tests of suicide risk, and a second, independent word on what ending takes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.risk_course import (
    Assessment,
    Basis,
    Booking,
    Call,
    ClosedDown,
    Course,
    Decision,
    Entry,
    HandedOn,
    InsteadOfVisit,
    Outcome,
    Prolonged,
    Safety,
    Service,
    Stated,
    Suspicion,
    Visited,
    Wrote,
    course_of,
)
from tests.routine.cases import NOW, UNIT, case

NURSE = Actor("SE2321000016-ML01", "Maria Lind", Profession.NURSE, UNIT, "console:test:1")
PSYCHOLOGIST = Actor("SE2321000016-AK04", "Amir Karimi", Profession.PSYCHOLOGIST, UNIT, "console:test:4")
DOCTOR = Actor("SE2321000016-SH03", "Sara Holm", Profession.DOCTOR, UNIT, "console:test:3")
MIDWIFE = Actor("SE2321000016-EN05", "Eva Norling", Profession.OTHER, UNIT, "console:test:5")
ADMINISTRATOR = Actor("SE2321000016-AE06", "Anna Ek", Profession.ADMINISTRATION, UNIT, "console:test:6")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

LOW = Assessment(RiskLevel.LOW, (Basis.ANAMNESIS, Basis.CHAT), "low-mood", "ensam", "familj, arbete")
LOW_CERTAIN = replace(LOW, certain=True)
MODERATE = replace(LOW, level=RiskLevel.MODERATE, rung="suicidal-thoughts")
HIGH = replace(LOW, level=RiskLevel.HIGH, rung="plans")

SUSPICION = Suspicion("skriver att hon inte orkar")
SAFE = Safety(True)
VISIT = Booking(NOW + DAY, Profession.DOCTOR, "Sara Holm", "rum 3")
CAME = Visited(True)
STAYED_AWAY = Visited(False, "kom inte, svarar inte")
REFUSES = Decision(InsteadOfVisit.REFUSES, "hembesök i morgon", "vill inte komma, lovar att svara")
WEEKEND = Decision(InsteadOfVisit.WEEKEND, "ringer lördag och söndag", "stängt, syster hos patienten")
PROLONGED = Prolonged(NOW + DAY, "syster hos patienten")
NO_ANSWER = Call(NOW - HOUR, Outcome.NO_ANSWER)
REACHED = Call(NOW - HOUR, Outcome.REACHED, "mår bättre, kommer i morgon")
TO_112 = HandedOn(Service.EMERGENCY, "SOS Alarm", NOW)
TO_ON_CALL = HandedOn(Service.ON_CALL, "dr Nyberg", NOW)


def taken(decision: Case | Refusal) -> Case:
    """The case after a step that is allowed."""
    assert isinstance(decision, Case), decision
    return decision


def stated(*entries: Entry, by: Actor = PSYCHOLOGIST, at: datetime = NOW) -> tuple[Stated, ...]:
    """The entries as they are kept, all by one person at one time."""
    return tuple(Stated(one, at, by.staff_id, by.name, by.profession) for one in entries)


def course(*entries: Entry) -> Course:
    """Where these entries lead."""
    return course_of(stated(*entries))


AT_LOW = course(SUSPICION, LOW)
AT_MODERATE = course(SUSPICION, MODERATE)
BOOKED = course(SUSPICION, MODERATE, VISIT)
AT_HIGH = course(SUSPICION, HIGH)


def suspected(**facts: Any) -> Case:
    """A case with suicide risk that the psychologist has taken on."""
    given = {"suicide": SuicideRisk.TAKEN_ON, "owner_id": PSYCHOLOGIST.staff_id, "state": CaseState.ONGOING, **facts}
    return case(**given)


def moderate(**facts: Any) -> Case:
    """The same after moderate risk was assessed this Monday: the visit is due by Wednesday."""
    return suspected(**{"risk": RiskLevel.MODERATE, "visit_by": NOW.date() + 2 * DAY, **facts})


def is_through(entries: Sequence[Entry], *, is_suspected: bool, is_left: bool) -> bool:
    """Whether the routine's path has been gone to its end, told anew from the entries alone.

    What was said before the last suspicion says nothing, and what was reached before the patient last wrote is no
    more. ``is_left``: the person is not handled here.
    """
    since = _after_last(entries, lambda one: isinstance(one, Suspicion))
    unbroken = _after_last(since, lambda one: isinstance(one, Wrote | ClosedDown))
    if is_left:
        acted = any(isinstance(one, HandedOn) or _reaches(one) for one in unbroken)
        return acted or not is_suspected
    assessments = [one for one in since if isinstance(one, Assessment)]
    if not assessments:
        return not is_suspected
    decided = _after_last(since, lambda one: isinstance(one, Assessment))
    handed_on = any(
        isinstance(one, HandedOn) for one in _after_last(decided, lambda one: isinstance(one, Wrote | ClosedDown))
    )
    match assessments[-1].level:
        case RiskLevel.HIGH:
            return handed_on
        case RiskLevel.MODERATE:
            came = any(isinstance(one, Visited) and one.came for one in decided)
            return came or handed_on or any(isinstance(one, Decision) for one in decided)
    attempts = [one for one in _after_last(unbroken, _reaches) if isinstance(one, Call)]
    asked = any(isinstance(one, Safety) for one in decided)
    return asked or (len(attempts) >= 2 and assessments[-1].certain)


def _reaches(one: Entry) -> bool:
    return isinstance(one, Call) and one.outcome is Outcome.REACHED


def _after_last(entries: Sequence[Entry], is_that: Any) -> Sequence[Entry]:
    places = [place for place, one in enumerate(entries) if is_that(one)]
    return entries[places[-1] + 1 :] if places else entries

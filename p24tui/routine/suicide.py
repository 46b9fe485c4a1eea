"""Suicide risk, step by step: suspected, assessed by a psychologist or doctor, and followed until it may end (SU).

Each step is a function that says what the case becomes, or which rule forbids it. What a step states is kept as an
entry (``risk_course``); what ending still lacks says ``risk_path.missing``.
"""

from datetime import date, datetime, time, timedelta

from msgspec.structs import replace

from p24tui.routine.actor import ASSESSORS, Actor
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.chat import assessor, has_unread, is_over, may_handle, may_handle_case, owned_by
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import OpeningHours, day_openings, instant_of, is_open, local_day
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import (
    Assessment,
    Basis,
    Booking,
    Course,
    Decision,
    Entry,
    InsteadOfVisit,
    Prolonged,
    Safety,
    Suspicion,
    Visited,
)
from p24tui.routine.risk_path import ASSESSED, RiskPace
from p24tui.routine.rule import rule

OWNERS_STEPS: frozenset[type[Entry]] = frozenset({Assessment, Booking, Decision, Prolonged, Safety})
"""What only the one who has the case takes."""

_SIGNED: frozenset[type[Entry]] = frozenset({Assessment, Decision, Prolonged})


@rule("SU-3", "SU-8", "SU-9")
def may_state(kind: type[Entry], case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """Whether one of ``OWNERS_STEPS`` is this person's to take, whatever it would say.

    Only a psychologist or doctor signs: the assessment, what is decided instead of a visit, and a chat prolonged.
    """
    if refusal := may_handle_case(case, actor, protection) or is_over(case):
        return refusal
    if kind in _SIGNED and (refusal := assessor(actor)):
        return refusal
    return owned_by(case, actor) or (_unread(case, "SU-3") if kind is Assessment else None)


@rule("SU-2")
def suspect(case: Case, actor: Actor, protection: Protection, said: Suspicion) -> Case | Refusal:
    """Suspect suicide risk, whoever has the case. It waits for a psychologist or doctor, unless one has it.

    Where the risk was found to be low, or there was no suspicion, all that was said of it begins anew.
    """
    if refusal := may_handle(actor, protection) or is_over(case):
        return refusal
    if case.suicide is not SuicideRisk.NONE:
        return Refusal("SU-2", "risk-known")
    if not said.why.strip():
        return Refusal("SU-2", "risk-why")
    theirs = case.owner_id == actor.staff_id and actor.profession in ASSESSORS
    suicide = SuicideRisk.TAKEN_ON if theirs else SuicideRisk.AWAITING
    return replace(_unfollowed(case), suicide=suicide, risk=RiskLevel.UNSAID, risk_words=False, ending_by=None)


@rule("SU-1")
def say_no_suspicion(case: Case, actor: Actor, protection: Protection) -> Case | Refusal:
    """Say that there is no suspicion: any clinician may who has read what there is. It takes back no suspicion.

    Nor does it take back an assessment: after one of low risk it says that words since then are no cause for another.
    """
    if refusal := may_handle(actor, protection) or is_over(case) or _unread(case, "SU-1"):
        return refusal
    if case.suicide is not SuicideRisk.NONE:
        return Refusal("SU-1", "risk-suspected")
    if case.risk is RiskLevel.LOW and not case.risk_words:
        return Refusal("SU-1", "risk-assessed")
    risk = case.risk if case.risk is RiskLevel.LOW else RiskLevel.NO_SUSPICION
    return replace(case, risk=risk, risk_words=False)


@rule("SU-3", "SU-4", "SU-6", "SU-13")
def assess(
    case: Case,
    course: Course,
    actor: Actor,
    protection: Protection,
    said: Assessment,
    now: datetime,
    pace: RiskPace,
) -> Case | Refusal:
    """Sign the overall assessment: only the psychologist or doctor who has the case does.

    With low risk the case goes on as any other; with moderate risk a visit in person is due within ``visit_days``
    calendar days; high risk is never left to a booking.
    """
    if refusal := may_state(Assessment, case, actor, protection) or _is_whole(case, said):
        return refusal
    assessed = replace(case, risk=said.level, risk_words=False, ending_by=None)
    if said.level is RiskLevel.LOW:
        return replace(_unfollowed(assessed), suicide=SuicideRisk.NONE)
    taken = replace(assessed, suicide=SuicideRisk.TAKEN_ON)
    if said.level is RiskLevel.HIGH:
        return _unfollowed(taken)
    return replace(
        taken, visit_by=local_day(now) + timedelta(days=pace.visit_days), risk_due_at=_recorded_by(course, pace)
    )


@rule("SU-5")
def say_safe(case: Case, course: Course, actor: Actor, protection: Protection, said: Safety) -> Case | Refusal:
    """Keep the patient's answer to whether it feels safe enough to continue online, where the risk is low."""
    if refusal := may_state(Safety, case, actor, protection):
        return refusal
    if course.level is not RiskLevel.LOW:
        return Refusal("SU-5", "safety-not-low")
    return case if said.feels_safe or said.instead.strip() else Refusal("SU-5", "safety-instead")


@rule("SU-6", "SU-13")
def book(
    case: Case,
    course: Course,
    actor: Actor,
    protection: Protection,
    said: Booking,
    now: datetime,
    pace: RiskPace,
) -> Case | Refusal:
    """Record the visit in person that moderate risk wants: with a doctor or psychologist, and in time.

    Until a while after it the case needs nobody, and then it calls. A later one can be booked where a psychologist or
    doctor has decided so individually (SU-8). Once the last day has passed the risk is assessed anew first.
    """
    if refusal := may_state(Booking, case, actor, protection):
        return refusal
    if course.level is RiskLevel.HIGH:
        return Refusal("SU-13", "high-booking")
    if course.level is not RiskLevel.MODERATE:
        return Refusal("SU-6", "booking-not-moderate")
    if said.profession not in ASSESSORS:
        return Refusal("SU-6", "booking-profession")
    if not said.whom.strip() or not said.where.strip():
        return Refusal("SU-6", "booking-where")
    if said.at <= now:
        return Refusal("SU-6", "booking-past")
    decided = local_day(now) + timedelta(days=pace.decided_days) if course.decision else None
    last = decided or case.visit_by
    if last is None or local_day(said.at) > last:
        return Refusal("SU-6", "booking-late")
    return replace(_in_hand(case, actor), risk_due_at=said.at + pace.recorded_within)


@rule("SU-6")
def is_booked_while_closed(hours: OpeningHours, said: Booking) -> bool:
    """Whether the unit is closed when the visit would be.

    That is warned of and not refused: the last day stands whatever the hours are, and a visit can be arranged for.
    """
    return not is_open(hours, said.at)


@rule("SU-7")
def visited(
    case: Case, course: Course, actor: Actor, protection: Protection, said: Visited, now: datetime
) -> Case | Refusal:
    """Record that the visit has taken place, or that the patient did not come: then the case calls for somebody."""
    if refusal := may_handle_case(case, actor, protection) or is_over(case):
        return refusal
    if course.visit is None:
        return Refusal("SU-7", "no-visit")
    if now < course.visit.at:
        return Refusal("SU-7", "visit-ahead")
    after = replace(case, risk_due_at=None, visit_by=None if said.came else case.visit_by)
    calls = not said.came or case.owner_id is None  # somebody ends it, or finds out why the patient did not come
    return replace(after, suicide=SuicideRisk.AWAITING) if calls else after


@rule("SU-8")
def decide(
    case: Case, course: Course, actor: Actor, protection: Protection, said: Decision, *, closed_within: bool
) -> Case | Refusal:
    """Record what a psychologist or doctor has decided instead of the visit within the limit, and why.

    ``closed_within`` says that the unit is closed for a day within it: a weekend is no reason where none is near.
    """
    if refusal := may_state(Decision, case, actor, protection):
        return refusal
    if course.level is not RiskLevel.MODERATE:
        return Refusal("SU-8", "decision-not-moderate")
    if not said.decision.strip() or not said.reason.strip():
        return Refusal("SU-8", "decision-reason")
    if said.because is InsteadOfVisit.WEEKEND and not closed_within:
        return Refusal("SU-8", "no-weekend")
    return replace(_in_hand(case, actor), visit_by=None)


@rule("SU-9")
def prolong(
    case: Case,
    course: Course,
    actor: Actor,
    protection: Protection,
    said: Prolonged,
    now: datetime,
    pace: RiskPace,
) -> Case | Refusal:
    """Keep the chat of a patient who is silent for a while, after it has been assessed on what is known.

    It needs nobody until then, and calls. With high risk nothing is waited for.
    """
    if refusal := may_state(Prolonged, case, actor, protection):
        return refusal
    if course.level is RiskLevel.HIGH:
        return Refusal("SU-13", "high-prolong")
    if course.level is not RiskLevel.MODERATE:
        return Refusal("SU-9", "prolong-unassessed")
    if not said.reason.strip():
        return Refusal("SU-9", "prolong-reason")
    if not now < said.until <= now + pace.prolonged_longest:
        return Refusal("SU-9", "prolong-until")
    due = said.until if case.risk_due_at is None else min(said.until, case.risk_due_at)
    return replace(_in_hand(case, actor), risk_due_at=due)


@rule("SU-6", "SU-7", "SU-9")
def is_due(case: Case, now: datetime) -> bool:
    """Whether what was followed is to be looked at again, or the last day for the visit has passed."""
    if case.state is CaseState.ENDED or case.suicide in (SuicideRisk.NONE, SuicideRisk.AWAITING):
        return False
    if case.risk_due_at is not None and now >= case.risk_due_at:
        return True
    return _is_past(case.visit_by, now)


@rule("SU-7", "SU-9")
def fall_due(case: Case, course: Course, now: datetime, pace: RiskPace) -> Case:
    """The case calls for a psychologist or doctor again, whoever has it. A last day that has passed is no more.

    A visit that is still to come falls due at its own time, whatever the chat was prolonged to before it.
    """
    recorded_by = _recorded_by(course, pace)
    ahead = recorded_by if recorded_by is not None and recorded_by > now else None
    last = None if _is_past(case.visit_by, now) else case.visit_by
    return replace(case, suicide=SuicideRisk.AWAITING, risk_due_at=ahead, visit_by=last)


@rule("SU-8")
def is_closed_within(hours: OpeningHours, first: date, days: int) -> bool:
    """Whether the unit is closed for one of so many days after the first."""
    return any(not day_openings(hours, first + timedelta(days=n)) for n in range(1, days + 1))


def _recorded_by(course: Course, pace: RiskPace) -> datetime | None:
    """When the visit that is booked is to have been recorded; none where none is."""
    return None if course.visit is None else course.visit.at + pace.recorded_within


def _in_hand(case: Case, actor: Actor) -> Case:
    """The case that its psychologist or doctor has just seen to: it waits for no other."""
    return replace(case, suicide=SuicideRisk.TAKEN_ON) if actor.profession in ASSESSORS else case


def _is_past(day: date | None, now: datetime) -> bool:
    return day is not None and now >= instant_of(day + timedelta(days=1), time.min)


def _is_whole(case: Case, said: Assessment) -> Refusal | None:
    """Whether an assessment says all that it must."""
    if said.level not in ASSESSED:
        return Refusal("SU-3", "assessment-level")
    if not said.basis or (case.has_form and Basis.ANAMNESIS not in said.basis):
        return Refusal("SU-3", "assessment-basis")
    if not said.rung:
        return Refusal("SU-4", "assessment-rung")
    if not said.risk_factors.strip() or not said.protective_factors.strip():
        return Refusal("SU-4", "assessment-factors")
    return None


def _unread(case: Case, rule_id: str) -> Refusal | None:
    return Refusal(rule_id, "risk-unread") if has_unread(case) else None


def _unfollowed(case: Case) -> Case:
    return replace(case, risk_due_at=None, visit_by=None)

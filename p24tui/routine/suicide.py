"""Suicide risk, step by step: suspected, assessed by a psychologist or doctor, and followed until it may end (SU).

Each step is a function that says what the case becomes, or which rule forbids it. What a step states is kept as an
entry (``risk_course``); what ending still lacks is ``missing``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from p24tui.routine.actor import ASSESSORS, Actor
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.chat import CLINICIANS, is_left, may_handle, may_handle_case, owned_by
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import OpeningHours, day_openings, instant_of, local_day
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import (
    Assessment,
    Basis,
    Booking,
    Call,
    Course,
    Decision,
    HandedOn,
    InsteadOfVisit,
    Outcome,
    Prolonged,
    Safety,
    Service,
    Suspicion,
    Visited,
)
from p24tui.routine.rule import rule

RAISED = frozenset({RiskLevel.MODERATE, RiskLevel.HIGH})
ASSESSED = RAISED | {RiskLevel.LOW}


@dataclass(frozen=True, slots=True)
class RiskPace:
    """The limits in force: days within which the visit takes place (SU-6), and the project's own beside.

    ``recorded_within`` is how soon after its time a visit is to be recorded; ``prolonged_longest`` how long the chat is
    prolonged at a time (SU-9); ``calls`` how many attempts are made by telephone; ``look_lasts`` how long a look at how
    to reach somebody is open to the person who took it (AP-4). A visit that is decided on individually takes place
    within ``decided_days`` (SU-8).
    """

    visit_days: int
    recorded_within: timedelta
    prolonged_longest: timedelta
    calls: int
    look_lasts: timedelta
    decided_days: int


@rule("SU-2")
def suspect(case: Case, actor: Actor, protection: Protection, said: Suspicion) -> Case | Refusal:
    """Suspect suicide risk, whoever has the case. It waits for a psychologist or doctor, unless one has it.

    Where the risk was found to be low, or there was no suspicion, all that was said of it begins anew.
    """
    if refusal := may_handle(actor, protection) or _is_over(case):
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
    if refusal := may_handle(actor, protection) or _is_over(case) or _unread(case, "SU-1"):
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
    if refusal := may_handle_case(case, actor, protection) or _is_over(case) or _assessor(actor):
        return refusal
    if refusal := owned_by(case, actor) or _unread(case, "SU-3") or _is_whole(case, said):
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
    if refusal := _step(case, actor, protection):
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
    if refusal := _step(case, actor, protection):
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


@rule("SU-7")
def visited(
    case: Case, course: Course, actor: Actor, protection: Protection, said: Visited, now: datetime
) -> Case | Refusal:
    """Record that the visit has taken place, or that the patient did not come: then the case calls for somebody."""
    if refusal := may_handle_case(case, actor, protection) or _is_over(case):
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
    if refusal := _step(case, actor, protection) or _assessor(actor):
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
    if refusal := _step(case, actor, protection) or _assessor(actor):
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


@rule("SU-9", "AP-4")
def call(case: Case, course: Course, actor: Actor, protection: Protection, said: Call, now: datetime) -> Case | Refusal:
    """Record an attempt to reach the patient by telephone. Any clinician may, whoever has the case."""
    if refusal := _outside(case, course, actor, protection):
        return refusal
    if said.at > now:
        return Refusal("SU-9", "call-ahead")
    if said.outcome is Outcome.REACHED and not said.note.strip():
        return Refusal("SU-9", "call-note")
    return case


@rule("SU-11", "SU-12", "SU-13", "AP-4")
def hand_on(
    case: Case, course: Course, actor: Actor, protection: Protection, said: HandedOn, now: datetime
) -> Case | Refusal:
    """Record that the on-call service or 112 has taken over: who there, and when.

    112 anybody may have called, at any moment; the on-call service a psychologist or doctor calls, who judges that the
    risk may be at least moderate.
    """
    if refusal := _outside(case, course, actor, protection):
        return refusal
    if not said.whom.strip():
        return Refusal("SU-11", "handed-on-whom")
    if said.at > now:
        return Refusal("SU-11", "handed-on-ahead")
    if said.service is Service.ON_CALL and not is_left(case, protection):
        if refusal := _assessor(actor):
            return refusal
        if course.level not in RAISED:
            return Refusal("SU-11", "handed-on-level")
    return case


@rule("AP-4", "SU-2")
def is_suspected(case: Case, protection: Protection) -> bool:
    """Whether suicide risk is suspected. Nobody reads a protected person's words, so there they count by themselves."""
    return case.suicide is not SuicideRisk.NONE or (is_protected(protection) and case.risk_words)


@rule("AP-4")
def may_look(
    case: Case, course: Course, actor: Actor, protection: Protection, why: str, now: datetime, pace: RiskPace
) -> Refusal | None:
    """Whether this person may look at how to reach a protected person: once, where suicide is suspected.

    Whoever looked may look again for a while, should their console have failed them.
    """
    if actor.profession not in CLINICIANS:
        return Refusal("CH-4", "not-clinician")
    if refusal := _is_over(case):
        return refusal
    if not is_protected(protection):
        return Refusal("AP-4", "look-not-needed")
    if not is_suspected(case, protection):
        return Refusal("AP-4", "look-no-risk")
    if not why.strip():
        return Refusal("AP-4", "look-why")
    if course.looked is None:
        return None
    own = course.looked.staff_id == actor.staff_id
    return None if own and now - course.looked.at < pace.look_lasts else Refusal("AP-4", "looked")


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


@rule("SU-1", "SU-3", "SU-5", "SU-6", "SU-7", "SU-8", "SU-9", "SU-10", "SU-11", "SU-12", "SU-13", "AP-4")
def missing(case: Case, course: Course, protection: Protection, pace: RiskPace) -> Refusal | None:
    """What ending still lacks because of suicide risk; none where nothing is in its way.

    Of somebody who is not handled here nothing is asked but that it was acted on outside, where suicide is suspected.
    """
    if is_left(case, protection):
        acted = course.handed_on is not None or any(one.outcome is Outcome.REACHED for one in course.calls)
        if is_suspected(case, protection):
            return None if acted else Refusal("AP-4", "act-outside")
        return Refusal("SU-1", "risk-words") if case.risk_words else None
    match course.level:
        case RiskLevel.MODERATE:
            lacks = _moderate_lacks(course)
        case RiskLevel.HIGH:
            lacks = None if course.handed_on else Refusal("SU-13", "high-hand-on")
        case RiskLevel.LOW:
            lacks = _low_lacks(course, pace)
        case _:
            lacks = _unassessed_lacks(case)
    if lacks is not None or not case.risk_words:
        return lacks
    return Refusal("SU-3", "risk-words-anew") if course.level in RAISED else Refusal("SU-1", "risk-words")


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


def _unassessed_lacks(case: Case) -> Refusal | None:
    if case.suicide is not SuicideRisk.NONE:
        return Refusal("SU-3", "risk-unassessed")
    unsaid = case.mental_health and case.risk is RiskLevel.UNSAID
    return Refusal("SU-1", "risk-unsaid") if unsaid else None


def _low_lacks(course: Course, pace: RiskPace) -> Refusal | None:
    """The patient's answer, or that they could not be reached and the risk is low with reasonable certainty (SU-10).

    A call that reached them makes what was tried before it say no more.
    """
    if course.safety is not None:
        return None
    tried = list(takewhile(lambda one: one.outcome is not Outcome.REACHED, reversed(course.calls)))
    if not tried:
        return Refusal("SU-5", "safety-unasked")
    if len(tried) < pace.calls:
        return Refusal("SU-9", "calls-left")
    return None if course.certain else Refusal("SU-10", "not-certain")


def _moderate_lacks(course: Course) -> Refusal | None:
    if course.visited or course.decision or course.handed_on:
        return None
    return Refusal("SU-7", "visit-awaits") if course.visit else Refusal("SU-6", "visit-missing")


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


def _step(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """What every step of the one who has the case wants."""
    return may_handle_case(case, actor, protection) or _is_over(case) or owned_by(case, actor)


def _outside(case: Case, course: Course, actor: Actor, protection: Protection) -> Refusal | None:
    """What acting outside the platform wants: risk, and with a protected person the look at how (AP-4)."""
    if is_protected(protection):
        if refusal := may_handle(actor, Protection.NONE) or _is_over(case):
            return refusal
        return None if course.looked else Refusal("AP-4", "look-first")
    if refusal := may_handle(actor, protection) or _is_over(case):
        return refusal
    at_risk = is_suspected(case, protection) or course.level is RiskLevel.LOW
    return None if at_risk else Refusal("SU-9", "no-risk")


def _assessor(actor: Actor) -> Refusal | None:
    return None if actor.profession in ASSESSORS else Refusal("SU-3", "not-assessor")


def _is_over(case: Case) -> Refusal | None:
    return Refusal("CH-12", "ended") if case.state is CaseState.ENDED else None


def _unread(case: Case, rule_id: str) -> Refusal | None:
    return Refusal(rule_id, "risk-unread") if case.unread or case.unread_free_text else None


def _unfollowed(case: Case) -> Case:
    return replace(case, risk_due_at=None, visit_by=None)

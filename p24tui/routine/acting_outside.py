"""Acting outside the platform: telephone, the on-call service, 112, and how to reach a protected person (AP-4)."""

from datetime import datetime

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, RiskLevel
from p24tui.routine.chat import CLINICIANS, assessor, is_left, is_over, may_handle
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import Call, Course, HandedOn, Outcome, Service
from p24tui.routine.risk_path import RAISED, RiskPace, is_suspected
from p24tui.routine.rule import rule


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
        if refusal := assessor(actor):
            return refusal
        if course.level not in RAISED:
            return Refusal("SU-11", "handed-on-level")
    return case


@rule("AP-4")
def may_look(
    case: Case, course: Course, actor: Actor, protection: Protection, why: str, now: datetime, pace: RiskPace
) -> Refusal | None:
    """Whether this person may look at how to reach a protected person: once, where suicide is suspected.

    Whoever looked may look again for a while, should their console have failed them.
    """
    if actor.profession not in CLINICIANS:
        return Refusal("CH-4", "not-clinician")
    if refusal := is_over(case):
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


def _outside(case: Case, course: Course, actor: Actor, protection: Protection) -> Refusal | None:
    """What acting outside the platform wants: risk, and with a protected person the look at how (AP-4)."""
    if is_protected(protection):
        if refusal := may_handle(actor, Protection.NONE) or is_over(case):
            return refusal
        return None if course.looked else Refusal("AP-4", "look-first")
    if refusal := may_handle(actor, protection) or is_over(case):
        return refusal
    at_risk = is_suspected(case, protection) or course.level is RiskLevel.LOW
    return None if at_risk else Refusal("SU-9", "no-risk")

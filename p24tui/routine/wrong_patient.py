"""Somebody has logged in as themself to help another: that is not handled, and nothing is written down on them (AP)."""

from datetime import date, datetime

from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.chat import handed_with_risk, has_unread, is_over, may_handle_case, video_is_off
from p24tui.routine.decision import Refusal
from p24tui.routine.ending import ended
from p24tui.routine.identity import age_on
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Course
from p24tui.routine.risk_path import RAISED, RiskPace, missing
from p24tui.routine.rule import rule

ANAMNESIS = "OBS FEL PATIENT"
"""What the anamnesis of the person who logged in says from then on, in the routine's own words (AP-3)."""


@rule("AP-1")
def is_let_through(born: date | None, guardians: int, today: date, proxy_below_age: int) -> bool:
    """Whether the contact is a guardian's who is proxy for their own child: the only one for somebody else's sake.

    The child is the patient, is below the age for a proxy, and has a guardian on record.
    """
    return born is not None and guardians > 0 and age_on(born, today) < proxy_below_age


@rule("AP-1", "AP-2", "AP-3", "AP-4")
def mark(
    case: Case,
    actor: Actor,
    protection: Protection,
    course: Course,
    pace: RiskPace,
    now: datetime,
    *,
    by_proxy: bool,
) -> Case | Refusal:
    """The contact was for somebody else: it ends at once, and is locked for all that is written down on a patient.

    Any clinician may who has read it, unless a colleague has it. Suspected suicide risk is acted on first (AP-4); where
    it has been assessed as raised its course is gone to the end as in any other case.
    """
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if case.owner_id not in (None, actor.staff_id):
        return Refusal("CH-11", "owned")
    if refusal := video_is_off(case):
        return refusal
    if by_proxy:
        return Refusal("AP-1", "guardian-proxy")
    if has_unread(case):
        return Refusal("CH-7", "unread")
    if refusal := handed_with_risk(case):
        return refusal
    marked = replace(case, wrong_patient_at=now)
    whole = case if course.level in RAISED else marked
    return missing(whole, course, protection, pace) or ended(marked, now, None)

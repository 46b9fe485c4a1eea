"""Ending a chat: two steps, and one day added where the patient has not answered."""

from datetime import datetime, time, timedelta

from msgspec.structs import replace

from p24tui.routine.actor import ASSESSORS, Actor
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.chat import handed_with_risk, has_unread, is_left, is_over, owned_by, unasked, video_is_off
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import STOCKHOLM
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import Course
from p24tui.routine.risk_path import RiskPace, missing
from p24tui.routine.rule import rule


@rule("CH-12", "VI-14", "SU-1", "SU-2", "AP-4")
def request_end(case: Case, actor: Actor, protection: Protection, course: Course, pace: RiskPace) -> Case | Refusal:
    """The first step: it may be asked for, and nothing has ended yet.

    What is not handled here may be ended by anyone, once suspected suicide risk was acted on outside (PR-1, AP-4).
    Suicide risk is for a psychologist or doctor to end, not while it is being handed over (H7), and not before its
    course allows it (H8, H9); an answer that nobody has read is read first (H10).
    """
    if refusal := is_over(case):
        return refusal
    if not is_left(case, protection):
        if refusal := owned_by(case, actor):
            return refusal
        if case.suicide is not SuicideRisk.NONE and actor.profession not in ASSESSORS:
            return Refusal("SU-2", "suicide-risk")
    if not is_protected(protection):
        if refusal := handed_with_risk(case):
            return refusal
        if refusal := video_is_off(case):
            return refusal
        if has_unread(case):
            return Refusal("CH-7", "unread")
    return missing(case, course, protection, pace) or replace(case, ending_by=actor.staff_id)


@rule("CH-12", "CH-6", "SE-3")
def confirm_end(
    case: Case,
    actor: Actor,
    protection: Protection,
    course: Course,
    pace: RiskPace,
    now: datetime,
    added_days: int,
) -> Case | Refusal:
    """The second step, by the same person: now it has ended.

    Where the patient has not answered, ``added_days`` days are added: they can answer through the whole of the
    last of them, counted from the local day of ``now``.
    """
    if case.ending_by is None or case.ending_by != actor.staff_id:
        return Refusal("CH-12", "not-confirmed")
    checked = request_end(case, actor, protection, course, pace)
    if isinstance(checked, Refusal):
        return checked
    silent = case.state is CaseState.WAITING and not is_left(case, protection)
    return ended(case, now, end_of_day(now, added_days) if silent else None)


def ended(case: Case, now: datetime, answer_until: datetime | None) -> Case:
    """The case as it stands once it has ended: nobody has it, nothing is waited for.

    The last day for a visit in person stays known, for the patient's word may open the case again (SU-6).
    """
    over = replace(
        case,
        state=CaseState.ENDED,
        ended_at=now,
        answer_until=answer_until,
        owner_id=None,
        waiting_since=None,
        unread=0,
        unread_free_text=0,
        ending_by=None,
        held_until=None,
        held_reason="",
        held_by=None,
        no_times=False,
        owner_lost_at=None,
        risk_due_at=None,
    )
    return unasked(over)


def keep_open(case: Case, actor: Actor) -> Case | Refusal:
    """Take back the first step; only who took it does."""
    if case.ending_by is None or case.ending_by != actor.staff_id:
        return Refusal("CH-12", "not-confirmed")
    return replace(case, ending_by=None)


def end_of_day(now: datetime, days: int) -> datetime:
    """The midnight that ends the local day ``days`` days after the one on which ``now`` falls."""
    day = now.astimezone(STOCKHOLM).date() + timedelta(days=days + 1)
    return datetime.combine(day, time.min, STOCKHOLM).astimezone(now.tzinfo)

"""Where the course of a suicide risk must have come before its case may end, and the limits that apply (SU)."""

from datetime import timedelta
from itertools import takewhile

from msgspec import Struct

from p24tui.routine.case import Case, RiskLevel, SuicideRisk
from p24tui.routine.chat import is_left
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import Course, Outcome
from p24tui.routine.rule import rule

RAISED = frozenset({RiskLevel.MODERATE, RiskLevel.HIGH})
ASSESSED = RAISED | {RiskLevel.LOW}


class RiskPace(Struct, frozen=True):
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


@rule("AP-4", "SU-2")
def is_suspected(case: Case, protection: Protection) -> bool:
    """Whether suicide risk is suspected. Nobody reads a protected person's words, so there they count by themselves."""
    return case.suicide is not SuicideRisk.NONE or (is_protected(protection) and case.risk_words)


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

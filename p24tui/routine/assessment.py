"""What a clinician says of a case, kept apart from the priority that came with it (CH-4)."""

from datetime import date, datetime

from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, Need, SuicideRisk, Urgency
from p24tui.routine.chat import has_unread, is_over, may_handle_case
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import local_day
from p24tui.routine.protection import Protection
from p24tui.routine.queue import triage_failed
from p24tui.routine.rule import rule


@rule("CH-4", "GA-1")
def assess(
    case: Case,
    actor: Actor,
    protection: Protection,
    urgency: Urgency,
    need: Need,
    now: datetime,
    *,
    need_since: date | None = None,
    is_assessed: bool = False,
) -> Case | Refusal:
    """Say how urgent the case is and what is sought. The received priority stays as it came.

    ``is_assessed`` says that the medical assessment has been made with it; one that has been made stays made. Any
    clinician may, whoever has the case; ``need_since`` is the day on which a treatment was decided, never one ahead.
    """
    if refusal := may_handle_case(case, actor, protection):
        return refusal
    if refusal := is_over(case):
        return refusal
    if has_unread(case):
        return Refusal("CH-4", "assess-unread")
    if (need is Need.TREATMENT) != (need_since is not None):
        return Refusal("GA-1", "need-since")
    if need_since is not None and need_since > local_day(now):
        return Refusal("GA-1", "need-ahead")
    said = replace(case, urgency=urgency, need=need, need_since=need_since)
    return replace(said, assessed_by=actor.staff_id, assessed_at=now) if is_assessed else said


@rule("CH-4", "CH-7")
def is_urgent(case: Case) -> bool:
    """Whether a case must not be left without action: by a clinician's word.

    Before anybody has answered it or said otherwise, priority 1 and a triage that failed count as such.
    """
    if case.suicide is SuicideRisk.AWAITING or case.urgency is Urgency.URGENT:
        return True
    untouched = case.urgency is Urgency.UNSAID and case.answered_at is None
    return untouched and (case.priority == 1 or triage_failed(case))

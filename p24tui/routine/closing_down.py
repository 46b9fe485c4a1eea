"""A case whose patient turns out to be protected: it is handled no longer, whoever had it (PR-1)."""

from datetime import datetime

from msgspec.structs import replace

from p24tui.routine.case import Case, CaseState, SuicideRisk, Video
from p24tui.routine.chat import back_in_the_queue, had, unasked, unfollowed, untaken
from p24tui.routine.handover import unoffered
from p24tui.routine.rule import rule


@rule("PR-1")
def closed_down(case: Case, now: datetime) -> Case:
    """The open case with nobody who has it, offered to nobody, asked for by nobody, and resting no longer.

    It waits to be ended by anyone, as one that came in so. Suspected suicide risk calls again until it has been acted
    on outside (AP-4), and so do words that nobody reads from now on. What has ended stays so.
    """
    if case.state is CaseState.ENDED:
        return case
    awake = replace(case, held_until=None, held_reason="", held_by=None, ending_by=None, risk_due_at=None)
    if case.state is CaseState.HELD:
        awake = replace(awake, state=CaseState.DUE, waiting_since=case.waiting_since or now)
    if case.video is Video.ON:
        awake = replace(awake, video=Video.OVER)
    if case.risk_words:
        awake = replace(awake, suicide=SuicideRisk.AWAITING)
    return unfollowed(untaken(unasked(unoffered(had(back_in_the_queue(awake))))))

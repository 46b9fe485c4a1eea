"""Holding a case until a day, with a reason. A hold never stops a deadline, and any answer ends it."""

from datetime import date, datetime

from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.chat import has_unread, is_over, owned_by, unasked, untaken, video_is_off
from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule


@rule("CH-7", "SU-2")
def may_hold(case: Case, actor: Actor) -> Refusal | None:
    """Whether this person may let the case rest at all, whatever the day and the reason."""
    if refusal := is_over(case) or owned_by(case, actor) or video_is_off(case):
        return refusal
    if has_unread(case):
        return Refusal("CH-7", "unread")
    return Refusal("SU-2", "suicide-hold") if case.suicide is not SuicideRisk.NONE else None


@rule("SE-4", "SU-2")
def hold(case: Case, actor: Actor, until: date, reason: str, today: date, *, no_times: bool = False) -> Case | Refusal:
    """Let the case rest until the morning of ``until``. It says until when, why and by whom.

    Nobody has it meanwhile, so a case with suspected suicide risk never rests. Where there were ``no_times`` to
    offer it becomes the first task of that day.
    """
    if refusal := may_hold(case, actor):
        return refusal
    if until <= today:
        return Refusal("SE-4", "hold-past")
    if not reason.strip():
        return Refusal("SE-4", "hold-reason")
    held = replace(
        case,
        state=CaseState.HELD,
        held_until=until,
        held_reason=reason.strip(),
        held_by=actor.staff_id,
        owner_id=None,
        ending_by=None,
        no_times=no_times,
    )
    return unasked(held)


def hold_is_due(case: Case, today: date) -> bool:
    """Whether the day has come on which a held case is taken up again."""
    return case.state is CaseState.HELD and case.held_until is not None and case.held_until <= today


def wake(case: Case, now: datetime) -> Case:
    """Take a held case up again: it waits for us from ``now`` unless it already waited. Its reason stays to be read."""
    return untaken(replace(case, state=CaseState.DUE, waiting_since=case.waiting_since or now))

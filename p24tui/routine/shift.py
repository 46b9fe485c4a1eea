"""A shift: what must be done before it ends, and what becomes of the cases of somebody who is lost (SH-1)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.chat import back_in_the_queue, had, is_left, unasked
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.rule import rule


class ShiftKind(StrEnum):
    """What one does on a shift; ``RESPONSIBLE`` is for the inflow (CH-2)."""

    CHAT = "chat"
    VIDEO = "video"
    RESPONSIBLE = "responsible"
    OTHER = "other"


class Ongoing(StrEnum):
    """What one would leave behind: an open video visit or another case, a handover that nobody has accepted, a text."""

    VISIT = "visit"
    OWNED = "owned"
    OFFERED = "offered"
    DRAFT = "draft"
    NOTE_DRAFT = "note-draft"


@rule("SH-1")
def ongoing(
    case: Case, staff_id: str, protection: Protection, *, draft: bool = False, note_draft: bool = False
) -> tuple[Ongoing, ...]:
    """What this person would leave behind in a case: nothing where it has ended.

    An unsent text to the patient counts while one has the case: in one that has gone back to the queue or to a
    colleague it is handed on, for whoever opens it there sees it. A note to colleagues counts wherever it was begun;
    where the contact is not handled nobody can write, so there it counts nowhere.
    """
    if case.state is CaseState.ENDED:
        return ()
    found = []
    if case.owner_id == staff_id:
        found.append(Ongoing.VISIT if case.kind is ContactKind.VIDEO else Ongoing.OWNED)
        if case.handed_to:
            found.append(Ongoing.OFFERED)
    if not is_left(case, protection):
        if draft and case.owner_id == staff_id:
            found.append(Ongoing.DRAFT)
        if note_draft:
            found.append(Ongoing.NOTE_DRAFT)
    return tuple(found)


@rule("SH-1", "VI-13")
def may_end(left: Collection[Ongoing], visits: int = 0) -> Refusal | None:
    """Whether the shift may end: never while anything is left behind (H12).

    ``visits`` are those that one is to hold, which were to have begun and have neither been taken in nor ended.
    """
    if left:
        return Refusal("SH-1", "shift-ongoing")
    return Refusal("SH-1", "shift-visits") if visits else None


@rule("SH-1")
def lost(seen_at: datetime, now: datetime, grace: timedelta) -> bool:
    """Whether somebody is lost whose console was last heard at ``seen_at``."""
    return now - seen_at >= grace


@rule("SH-1", "SU-2")
def give_up(case: Case, now: datetime) -> Case:
    """The case of somebody who is lost: back in the queue, where it calls until somebody has it.

    A begun ending and a colleague's question fall with it; the patient's waiting stays. With suicide risk it keeps its
    owner, and a colleague's question, and calls at once (H7).
    """
    given_up = replace(case, ending_by=None, owner_lost_at=now)
    if case.suicide is not SuicideRisk.NONE:
        return given_up
    return unasked(back_in_the_queue(given_up))


@rule("SH-1")
def come_back(case: Case, staff_id: str) -> Case:
    """The case of somebody who was lost and is there again: where it is theirs still, it calls no longer."""
    return had(case) if case.owner_id == staff_id else case

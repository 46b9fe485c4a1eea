"""Reading a case of a unit where one does not work: for a reason, for a time, and reviewed by somebody else.

The care relation is what lets staff read; beyond it there are these reasons alone, and each such reading is looked at.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule


class Ground(StrEnum):
    """Why somebody reads beyond the units where they work."""

    LIFE = "life"
    SUICIDE = "suicide"
    HERE = "here"
    CONSENT = "consent"


class Outcome(StrEnum):
    """What whoever reviewed it found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class BreakGlass(Struct, frozen=True):
    """That somebody may read one patient's cases at ``units`` until ``ends_at`` (UTC), and what came of the review."""

    id: str
    staff_id: str
    staff_name: str
    profession: str
    unit_id: str
    patient_id: str
    units: tuple[str, ...]
    ground: Ground
    words: str
    begun_at: datetime
    ends_at: datetime
    reviewed_by: str | None = None
    reviewed_by_name: str = ""
    reviewed_at: datetime | None = None
    outcome: Outcome | None = None
    review_words: str = ""


@rule("PR-1", "LO-1")
def may_begin(words: str, protection: Protection) -> Refusal | None:
    """Whether it may begin: never for somebody who is protected, and never without saying why."""
    if is_protected(protection):
        return Refusal("PR-1", "break-glass-protected")
    return None if words.strip() else Refusal("LO-1", "break-glass-why")


@rule("PR-1", "LO-1")
def may_read(one: BreakGlass, actor: Actor, protection: Protection, now: datetime) -> Refusal | None:
    """Whether this person may still read by it: whoever began it, until it ends."""
    if one.staff_id != actor.staff_id:
        return Refusal("LO-1", "break-glass-not-yours")
    if not one.begun_at <= now < one.ends_at:
        return Refusal("LO-1", "break-glass-over")
    return Refusal("PR-1", "break-glass-protected") if is_protected(protection) else None


@rule("LO-1", "LO-2")
def is_reviewed_by(one: BreakGlass, staff_id: str | None, unit_ids: Collection[str]) -> bool:
    """Whether it is this person's to review, at these units: never one's own, and at a unit that was read."""
    return one.reviewed_at is None and one.staff_id != staff_id and not set(one.units).isdisjoint(unit_ids)


@rule("LO-1", "LO-2")
def review(one: BreakGlass, actor: Actor, outcome: Outcome, words: str, now: datetime) -> BreakGlass | Refusal:
    """Sign what one has found, in one's own words."""
    if one.reviewed_at is not None:
        return Refusal("LO-2", "break-glass-reviewed")
    if one.staff_id == actor.staff_id:
        return Refusal("LO-2", "break-glass-own")
    if not is_reviewed_by(one, actor.staff_id, {actor.unit_id}):
        return Refusal("LO-2", "break-glass-elsewhere")
    if not words.strip():
        return Refusal("LO-2", "break-glass-outcome")
    return replace(
        one,
        reviewed_by=actor.staff_id,
        reviewed_by_name=actor.name,
        reviewed_at=now,
        outcome=outcome,
        review_words=words.strip(),
    )


@rule("LO-2")
def is_overdue(one: BreakGlass, within: timedelta, now: datetime) -> bool:
    """Whether it ought to have been reviewed by now."""
    return one.reviewed_at is None and now - one.begun_at > within

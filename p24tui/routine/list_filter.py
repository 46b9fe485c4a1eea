"""What of the patient list somebody wants to see. It chooses; it never changes the order, and hides no one quietly."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.chat import has_unread
from p24tui.routine.rule import rule


class Age(StrEnum):
    """When a case came in: any day, today, or before today."""

    ANY = "any"
    TODAY = "today"
    OLDER = "older"


class ListFilter(Struct, frozen=True):
    """Every condition must hold. Without ``units`` all are meant, without ``kinds`` every kind of contact."""

    age: Age = Age.ANY
    mine: bool = False
    unread: bool = False
    held: bool = False
    ended: bool = False
    units: frozenset[str] = frozenset()
    kinds: frozenset[ContactKind] = frozenset()


@rule("CH-7", "SU-2", "SU-7")
def passes(chosen: ListFilter, case: Case, staff_id: str | None, today_began: datetime) -> bool:
    """Whether a list with this filter shows the case to this person.

    Suicide risk passes every filter, whoever has it, until it is assessed as low or the case has ended. ``today_began``
    is local midnight in UTC.
    """
    if case.state is CaseState.ENDED and not chosen.ended:
        return False
    if case.suicide is not SuicideRisk.NONE and case.state is not CaseState.ENDED:
        return True
    if chosen.age is not Age.ANY and (case.received_at < today_began) != (chosen.age is Age.OLDER):
        return False
    return (
        (not chosen.mine or case.owner_id == staff_id)
        and (not chosen.unread or has_unread(case))
        and (not chosen.held or case.state in (CaseState.HELD, CaseState.DUE))
        and (not chosen.units or case.unit_id in chosen.units)
        and (not chosen.kinds or case.kind in chosen.kinds)
    )

"""The care guarantee of a case: the law's days and the unit's hours, given to the rule (GA-1)."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from p24tui.clock import local_date
from p24tui.routine.case import Case
from p24tui.routine.guarantee import Guarantee, Promises, guarantee
from p24tui.services.limits import limit_on
from p24tui.store.values import Unit, UnitKind


def guarantee_of(case: Case, unit: Unit, now: datetime) -> Guarantee | None:
    """The deadline of the case at its unit; none for one that has ended."""
    primary_care = unit.kind is UnitKind.PRIMARY_CARE
    return guarantee(case, unit.hours, _promises(local_date(now)), primary_care=primary_care)


@lru_cache(maxsize=8)
def _promises(today: date) -> Promises:
    return Promises(
        contact=limit_on("care_guarantee_contact", today),
        assessment=limit_on("care_guarantee_assessment", today),
        visit=limit_on("care_guarantee_specialist", today),
        treatment=limit_on("care_guarantee_treatment", today),
        contact_near=timedelta(minutes=limit_on("care_guarantee_contact_near", today)),
        near=timedelta(minutes=limit_on("care_guarantee_near", today)),
    )

"""The national care guarantee (HSL 9:1): which deadline an open case has, why, and when it is near.

It counts calendar days and never stops, whatever is closed or held; the day of contact is day 0.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from p24tui.routine.case import Case, CaseState, ContactKind, Need
from p24tui.routine.hours import HORIZON_DAYS, OpeningHours, day_openings, instant_of, local_day, staffed_since
from p24tui.routine.rule import rule

_DAY = timedelta(days=1)


class Why(StrEnum):
    """Why a case has the deadline that it has, or has none."""

    CONTACT = "contact"
    ASSESSMENT = "assessment"
    ASSESSMENT_ASSUMED = "assessment-assumed"
    VISIT = "visit"
    TREATMENT = "treatment"
    ASSESSED = "assessed"
    ANSWERED = "answered"
    RETURN = "return"
    BOOKED = "booked"


class Promises(Struct, frozen=True):
    """The law's days, and how much staffed time before a deadline it counts as near."""

    contact: int
    assessment: int
    visit: int
    treatment: int
    contact_near: timedelta
    near: timedelta


class Guarantee(Struct, frozen=True):
    """The deadline of a case, why it is that, and from when it is near (UTC); none where none applies.

    ``due_at`` is the midnight that ends the last day.
    """

    why: Why
    due_at: datetime | None = None
    near_at: datetime | None = None

    def is_near(self, now: datetime) -> bool:
        """Whether the deadline is near, or has passed."""
        return self.near_at is not None and self.near_at <= now


@rule("GA-1")
def guarantee(case: Case, hours: OpeningHours, promises: Promises, *, primary_care: bool) -> Guarantee | None:
    """The deadline that applies to the case now; none for one that has ended.

    In primary care: contact the day it is sought, then a medical assessment within three days where the problem is
    new or clearly worse. A triaged case is taken for one until a clinician says otherwise; a message without triage is
    not. Elsewhere: a visit, or a treatment from the day it was decided. A hold changes nothing.
    """
    if case.state is CaseState.ENDED:
        return None
    why, since, days = _applies(case, promises, primary_care)
    if since is None:
        return Guarantee(why)
    due_at = _midnight_after(since + days * _DAY)
    ahead = promises.contact_near if why is Why.CONTACT else promises.near
    return Guarantee(why, due_at, max(near_at(hours, due_at, ahead), case.received_at))


@lru_cache(maxsize=4096)
def near_at(hours: OpeningHours, due_at: datetime, ahead: timedelta) -> datetime:
    """The instant from which no more than ``ahead`` of staffed time is left before the deadline.

    A deadline in closed time is near before the last closing ahead of it; for a unit that never opens, at once.
    """
    day = local_day(due_at)
    for _ in range(HORIZON_DAYS):
        closings = [closes for _opens, closes in day_openings(hours, day) if closes <= due_at]
        if closings:
            return staffed_since(hours, closings[-1], ahead) or closings[-1]
        day -= _DAY
    return due_at - HORIZON_DAYS * _DAY


def _applies(case: Case, promises: Promises, primary_care: bool) -> tuple[Why, date | None, int]:
    """Why, from which local day, and how many days; no day where no deadline applies."""
    came = local_day(case.received_at)
    if case.need is Need.RETURN:
        return Why.RETURN, None, 0
    if case.need is Need.TREATMENT:
        return Why.TREATMENT, case.need_since, promises.treatment
    if case.kind is ContactKind.VIDEO:
        return Why.BOOKED, None, 0
    if not primary_care:
        return Why.VISIT, came, promises.visit
    if case.answered_at is None:
        return Why.CONTACT, came, promises.contact
    if case.assessed_at is not None:
        return Why.ASSESSED, None, 0
    if case.need is Need.NEW:
        return Why.ASSESSMENT, came, promises.assessment
    if case.kind is ContactKind.TRIAGED:
        return Why.ASSESSMENT_ASSUMED, came, promises.assessment
    return Why.ANSWERED, None, 0


@lru_cache(maxsize=1024)
def _midnight_after(day: date) -> datetime:
    return instant_of(day + _DAY, time.min)

"""Days on which a unit is not open as its week says: what is decided for a day alone, and why it is as it is."""

from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.holidays import eve_name, holiday_name
from p24tui.routine.hours import openings_on
from p24tui.routine.opening import OpeningHours, Openings
from p24tui.routine.rule import rule

KEPT_DAYS = 366
"""How long what was decided for a day is kept after it: waiting is counted back over it."""

_DAY = timedelta(days=1)


class Ground(StrEnum):
    """Why a unit is open or closed on a day: the week, a holiday, a closed eve, or what is decided for it alone."""

    WEEK = "week"
    HOLIDAY = "holiday"
    EVE = "eve"
    OWN = "own"


class DayPlan(Struct, frozen=True):
    """What applies on a day. ``name`` is that of the holiday or eve that it is, also where that closes nothing."""

    day: date
    openings: Openings
    ground: Ground
    name: str


@rule("CH-1")
def plan(hours: OpeningHours, day: date) -> DayPlan:
    """What applies on the day, and why."""
    holiday, eve = holiday_name(day), eve_name(day)
    if decided_for(hours, day) is not None:
        ground = Ground.OWN
    elif holiday:
        ground = Ground.HOLIDAY
    elif eve and hours.closed_eves:
        ground = Ground.EVE
    else:
        ground = Ground.WEEK
    return DayPlan(day, openings_on(hours, day), ground, holiday or eve or "")


def coming(hours: OpeningHours, first: date, days: int) -> tuple[DayPlan, ...]:
    """What applies on each of so many days from the first one on."""
    return tuple(plan(hours, first + n * _DAY) for n in range(days))


def standing_out(hours: OpeningHours, first: date, days: int) -> tuple[DayPlan, ...]:
    """The holidays and eves of so many days, and every day from the first one on that has been decided for."""
    named = {one.day for one in coming(hours, first, days) if one.name}
    return tuple(plan(hours, day) for day in sorted(named | {day for day in decided_days(hours) if day >= first}))


def decided_days(hours: OpeningHours) -> frozenset[date]:
    """The days for which something is decided for them alone."""
    return hours.closed_days | {day for day, _openings in hours.shortened}


def decided_for(hours: OpeningHours, day: date) -> Openings | None:
    """The openings decided for that day alone, empty where it is closed; none where it is as usual."""
    if day in hours.closed_days:
        return ()
    return dict(hours.shortened).get(day)


def decide(hours: OpeningHours, day: date, openings: Openings | None) -> OpeningHours:
    """The opening hours with these openings for that day alone, closed where empty, as usual again where none."""
    own = {one: kept for one, kept in hours.shortened if one != day}
    if openings:
        own[day] = openings
    closed = hours.closed_days - {day}
    return replace(
        hours, shortened=tuple(sorted(own.items())), closed_days=closed | {day} if openings == () else closed
    )


def changed_days(before: OpeningHours, after: OpeningHours) -> tuple[date, ...]:
    """The days for which something else is decided now than before."""
    days = decided_days(before) | decided_days(after)
    return tuple(sorted(day for day in days if decided_for(before, day) != decided_for(after, day)))


def without_old(hours: OpeningHours, today: date) -> OpeningHours:
    """The opening hours without what was decided for days more than a year ago."""
    kept = today - KEPT_DAYS * _DAY
    return replace(
        hours,
        shortened=tuple(one for one in hours.shortened if one[0] >= kept),
        closed_days=frozenset(day for day in hours.closed_days if day >= kept),
    )

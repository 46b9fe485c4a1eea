"""The roster: who is responsible for a unit's inflow, where nobody is, and when that calls for attention (CH-2).

Instants are aware UTC. A week begins on Monday, at midnight in Sweden.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import (
    STOCKHOLM,
    OpeningHours,
    Span,
    day_openings,
    instant_of,
    local_day,
    next_weekday,
    staffed_between,
)
from p24tui.routine.rule import rule
from p24tui.routine.unit_alert import UnitAlert, UnitReason

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class RosterEntry(Struct, frozen=True):
    """A person who is to be responsible from ``starts_at`` up to ``ends_at``.

    ``available`` is not so where the person is no longer active or no longer works at the unit: then the entry covers
    nothing. ``calendar_id`` is what the calendar that it came from calls it; empty where it was made here.
    """

    id: str
    unit_id: str
    staff_id: str
    starts_at: datetime
    ends_at: datetime
    name: str = ""
    profession: Profession = Profession.OTHER
    available: bool = True
    calendar_id: str = ""

    @property
    def same(self) -> tuple[str, datetime, datetime]:
        """Who and when: an entry of the same is the same, whatever its id."""
        return self.staff_id, self.starts_at, self.ends_at


class Taken(Struct, frozen=True):
    """Somebody has taken the responsibility by hand, or was handed it, at ``since``."""

    staff_id: str
    since: datetime


class OnDuty(Struct, frozen=True):
    """Who is responsible, since when, and until when it is said that they are."""

    staff_id: str
    since: datetime
    until: datetime


class Copying(Struct, frozen=True):
    """What copying a week comes to: ``new`` entries, yet without ids, and those that are left out, with the reason.

    ``there`` stand in the other week already, ``closed`` would fall when the unit is closed that week, and ``gone``
    are of people who are not available.
    """

    new: tuple[RosterEntry, ...] = ()
    there: tuple[RosterEntry, ...] = ()
    closed: tuple[RosterEntry, ...] = ()
    gone: tuple[RosterEntry, ...] = ()


@rule("CH-2")
def gaps(hours: OpeningHours, entries: Iterable[RosterEntry], start: datetime, end: datetime) -> tuple[Span, ...]:
    """The staffed time from ``start`` up to ``end`` for which nobody is on the roster, in order."""
    covers = [(one.starts_at, one.ends_at) for one in entries if one.available]
    return uncovered(hours, covers, start, end)


@rule("CH-2")
def responsible_at(entries: Collection[RosterEntry], taken: Taken | None, now: datetime) -> OnDuty | None:
    """Who is responsible now, or nobody.

    Who has taken it by hand, until the next entry of the roster begins or the day in Sweden ends; else the entry that
    covers now, of several the one that began last.
    """
    holder = _holder(entries, taken, now)
    if holder is None:
        return None
    turns = _turns(entries, taken)
    since = until = now
    for turn in reversed([one for one in turns if one <= now]):
        if _holder(entries, taken, turn) != holder:
            break
        since = turn
    for until in (one for one in turns if one > now):
        if _holder(entries, taken, until) != holder:
            break
    return OnDuty(holder, since, until)


@rule("CH-2")
def unit_alerts(
    unit_id: str, hours: OpeningHours, entries: Collection[RosterEntry], taken: Taken | None, now: datetime
) -> tuple[UnitAlert, ...]:
    """What calls at this unit because of its roster (H5).

    That it is open and nobody is responsible, since that began; and every gap that is still to come today, or on the
    next day that it opens: on a Friday that is Monday.
    """
    covers = [(one.starts_at, one.ends_at) for one in entries if one.available]
    if taken is not None:
        covers.append((taken.since, _lapses(entries, taken)))
    today = local_day(now)
    alerts = []
    for day in (today, next_weekday(hours, today)):
        for begins, ends in uncovered(hours, covers, midnight(day), midnight(day + _DAY)):
            if begins <= now < ends:
                alerts.append(UnitAlert(unit_id, UnitReason.NOBODY, begins))
            elif begins > now:
                alerts.append(UnitAlert(unit_id, UnitReason.GAP, begins))
    return tuple(alerts)


@rule("CH-2")
def may_stand(
    entry: RosterEntry, there: Iterable[RosterEntry], longest: timedelta, *, available: bool
) -> Refusal | None:
    """Whether the entry may stand in the roster beside what is ``there``. Any day will do, a holiday too.

    ``available`` says whether the person is active and works at the unit.
    """
    if entry.ends_at <= entry.starts_at:
        return Refusal("CH-2", "roster-order")
    if entry.ends_at - entry.starts_at > longest:
        return Refusal("CH-2", "roster-long")
    if not available:
        return Refusal("CH-2", "roster-person")
    if any(one.same == entry.same and one.id != entry.id for one in there):
        return Refusal("CH-2", "roster-there")
    return None


@rule("CH-2")
def may_hand(actor: Actor, responsible: str | None, *, available: bool) -> Refusal | None:
    """Whether the actor may hand the responsibility to a colleague, who is ``available`` or not.

    Whoever has it may, and so may any clinician of the unit: who has it may have fallen ill.
    """
    if actor.profession not in CLINICIANS and actor.staff_id != responsible:
        return Refusal("CH-2", "roster-hand")
    return None if available else Refusal("CH-2", "roster-person")


def copied_week(
    hours: OpeningHours, entries: Iterable[RosterEntry], there: Iterable[RosterEntry], start: date, to: date
) -> Copying:
    """The week that begins on Monday ``start``, copied to the one that begins on ``to``.

    Entries keep their times by the clock on the wall, whatever the clocks do between. ``there`` are the entries of
    the other week. What covers opening hours here and none there, because of a holiday, is left out.
    """
    known = {one.same for one in there}
    kept: dict[str, list[RosterEntry]] = {"new": [], "there": [], "closed": [], "gone": []}
    for one in sorted(entries, key=lambda one: (one.starts_at, one.ends_at, one.staff_id)):
        copy = replace(
            one,
            id="",
            calendar_id="",
            starts_at=_moved(one.starts_at, to - start),
            ends_at=_moved(one.ends_at, to - start),
        )
        kept[_fate(hours, one, copy, known)].append(copy)
        known.add(copy.same)
    return Copying(**{name: tuple(ones) for name, ones in kept.items()})


def in_week(entries: Iterable[RosterEntry], monday: date) -> tuple[RosterEntry, ...]:
    """The entries that begin in the week that begins on this Monday, in order."""
    start, end = midnight(monday), midnight(monday + WEEK)
    found = (one for one in entries if start <= one.starts_at < end)
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.ends_at, one.name, one.id)))


def span_of(day: date, start: time, end: time) -> Span:
    """From ``start`` that day to ``end``, wall times in Sweden; an end that comes before the start is the day after."""
    return instant_of(day, start), instant_of(day + _DAY if end < start else day, end)


def monday_of(day: date) -> date:
    """The Monday with which the day's week begins."""
    return day - timedelta(days=day.weekday())


def midnight(day: date) -> datetime:
    """The instant with which the day begins in Sweden."""
    return instant_of(day, time.min)


def _fate(
    hours: OpeningHours, one: RosterEntry, copy: RosterEntry, known: Collection[tuple[str, datetime, datetime]]
) -> str:
    if not one.available:
        return "gone"
    if copy.same in known:
        return "there"
    covered = staffed_between(hours, copy.starts_at, copy.ends_at)
    if copy.ends_at <= copy.starts_at or (not covered and staffed_between(hours, one.starts_at, one.ends_at)):
        return "closed"
    return "new"


def _moved(instant: datetime, step: timedelta) -> datetime:
    wall = instant.astimezone(STOCKHOLM)
    return instant_of(wall.date() + step, wall.time())


def uncovered(hours: OpeningHours, covers: Iterable[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    """The staffed time from ``start`` up to ``end`` that none of these covers, in order."""
    spans: list[Span] = []
    day, last = local_day(start), local_day(end)
    while day <= last:
        spans += ((max(opens, start), min(closes, end)) for opens, closes in day_openings(hours, day))
        day += _DAY
    for begins, ends in covers:
        spans = [part for span in spans for part in ((span[0], min(span[1], begins)), (max(span[0], ends), span[1]))]
        spans = [part for part in spans if part[0] < part[1]]
    return tuple(span for span in spans if span[0] < span[1])


def _lapses(entries: Iterable[RosterEntry], taken: Taken) -> datetime:
    """Until when it counts that somebody has taken the responsibility by hand."""
    begins = [one.starts_at for one in entries if one.available and one.starts_at > taken.since]
    return min([*begins, midnight(local_day(taken.since) + _DAY)])


def _turns(entries: Iterable[RosterEntry], taken: Taken | None) -> list[datetime]:
    """The instants at which somebody else may become responsible, in order."""
    turns = {instant for one in entries if one.available for instant in (one.starts_at, one.ends_at)}
    if taken is not None:
        turns |= {taken.since, _lapses(entries, taken)}
    return sorted(turns)


def _holder(entries: Iterable[RosterEntry], taken: Taken | None, at: datetime) -> str | None:
    if taken is not None and taken.since <= at < _lapses(entries, taken):
        return taken.staff_id
    covering = [one for one in entries if one.available and one.starts_at <= at < one.ends_at]
    return max(covering, key=lambda one: (one.starts_at, one.staff_id)).staff_id if covering else None

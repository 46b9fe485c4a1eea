"""A day, a week or a month as people in Sweden count them: what a report is about.

Instants are aware UTC. A day on which the clocks change has 23 or 25 hours.
"""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.routine.hours import Span, instant_of

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MIDNIGHT = time(0)
_YEARS = range(2000, 2200)
_WEEK = re.compile(r"(\d{4})-?W?(\d{1,2})", re.ASCII | re.IGNORECASE)


class Length(StrEnum):
    """How long a period is; weeks are those of ISO 8601, Monday to Sunday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Period(Struct, frozen=True):
    """One such period, by its first day. Made by ``period_of``, which finds that day."""

    length: Length
    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self._after - _DAY

    @property
    def days(self) -> tuple[date, ...]:
        """Its days, in order."""
        return tuple(self.first + n * _DAY for n in range((self._after - self.first).days))

    @property
    def begins(self) -> datetime:
        """The midnight with which it begins (UTC)."""
        return instant_of(self.first, _MIDNIGHT)

    @property
    def ends(self) -> datetime:
        """The midnight up to which it lasts (UTC)."""
        return instant_of(self._after, _MIDNIGHT)

    @property
    def slots(self) -> tuple[Span, ...]:
        """What it is drawn in: the hours of a day, else days; each from its beginning up to its end (UTC)."""
        if self.length is Length.DAY:
            hours = (self.ends - self.begins) // _HOUR
            return tuple((self.begins + n * _HOUR, self.begins + (n + 1) * _HOUR) for n in range(hours))
        return tuple((instant_of(day, _MIDNIGHT), instant_of(day + _DAY, _MIDNIGHT)) for day in self.days)

    @property
    def previous(self) -> "Period":
        """The one right before it."""
        return period_of(self.length, self.first - _DAY)

    @property
    def next(self) -> "Period":
        """The one right after it."""
        return Period(self.length, self._after)

    def holds(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return self.first <= day < self._after

    @property
    def _after(self) -> date:
        if self.length is Length.MONTH:
            return (self.first.replace(day=28) + 4 * _DAY).replace(day=1)
        return self.first + (7 * _DAY if self.length is Length.WEEK else _DAY)


def period_of(length: Length, day: date) -> Period:
    """The period of that length that the day belongs to."""
    if length is Length.WEEK:
        return Period(length, day - day.weekday() * _DAY)
    return Period(length, day.replace(day=1) if length is Length.MONTH else day)


def read_period(length: Length, written: str) -> Period:
    """The period that somebody wrote: ``2026-11-23``, ``2026-48`` for a week, ``2026-11`` for a month.

    Raises ``ValueError`` where it is none, or lies before 2000 or after 2199.
    """
    if length is Length.WEEK:
        match = _WEEK.fullmatch(written)
        if match is None:
            raise ValueError("no week")
        day = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    else:
        day = datetime.strptime(written, "%Y-%m-%d" if length is Length.DAY else "%Y-%m").date()  # noqa: DTZ007
    if day.year not in _YEARS:
        raise ValueError("no year for a report")
    return period_of(length, day)

"""A unit's calendar: open now, closes when, the next staffed time, and the staffed time between two instants.

Opening hours say when staff answer (CH-1). They never keep a patient from writing, nor staff from answering
early or late. Instants are aware UTC and durations real elapsed time; opening hours are wall times in Sweden.
Where the clock changes, a wall time that does not exist is the moment of the change, and of one that comes
twice it is the first. A function that is given a naive time raises ``ValueError``.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from msgspec import Struct

from p24tui.routine.holidays import is_eve, is_holiday, is_weekday
from p24tui.routine.opening import BadHours, Opening, OpeningHours, Openings, describe, parse_hours
from p24tui.routine.rule import rule

__all__ = [
    "HORIZON_DAYS",
    "STOCKHOLM",
    "BadHours",
    "Opening",
    "OpeningHours",
    "Openness",
    "closes_at",
    "closes_for_day",
    "day_openings",
    "describe",
    "instant_of",
    "is_open",
    "last_closing",
    "local_day",
    "next_staffed",
    "next_weekday",
    "openings_on",
    "openness",
    "opens_next",
    "parse_hours",
    "staffed_between",
    "staffed_since",
    "staffed_times",
    "staffed_until",
]

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HORIZON_DAYS = 400
"""How far ahead an opening is looked for: more than a year, so that only a unit that never opens has none."""

_DAY = timedelta(days=1)
_NOTHING = timedelta()
_CLOCK_CHANGES_AT = time(1, tzinfo=UTC)

Span = tuple[datetime, datetime]


class Openness(Struct, frozen=True):
    """Whether a unit is open now, and when that changes (UTC; none where it never does)."""

    open: bool
    changes_at: datetime | None


@rule("CH-1")
def openings_on(hours: OpeningHours, day: date) -> Openings:
    """When the unit is staffed that day, in wall time. Special days go before holidays and the week."""
    if day in hours.closed_days:
        return ()
    for special, openings in hours.shortened:
        if special == day:
            return openings
    if is_holiday(day) or (hours.closed_eves and is_eve(day)):
        return ()
    return hours.weekly[day.weekday()]


@lru_cache(maxsize=1024)
def day_openings(hours: OpeningHours, day: date) -> tuple[Span, ...]:
    """When the unit is staffed on that local day: instants in UTC, in order, from opening up to closing.

    A break that lies in the hour which the clock skips is none.
    """
    spans: list[Span] = []
    for one in openings_on(hours, day):
        opens, closes = instant_of(day, one.opens), instant_of(day, one.closes)
        if spans and spans[-1][1] == opens:
            opens, _closed = spans.pop()
        if opens < closes:
            spans.append((opens, closes))
    return tuple(spans)


@rule("CH-1")
def is_open(hours: OpeningHours, now: datetime) -> bool:
    """Whether the unit is staffed at this instant. At the instant of closing it no longer is."""
    return closes_at(hours, now) is not None


def closes_at(hours: OpeningHours, now: datetime) -> datetime | None:
    """When the opening that ``now`` falls in ends; none while closed. A lunch break ends one too."""
    now = _utc(now)
    for opens, closes in day_openings(hours, local_day(now)):
        if opens <= now < closes:
            return closes
    return None


@rule("CH-5", "CH-7")
def closes_for_day(hours: OpeningHours, now: datetime) -> datetime | None:
    """The last closing of the local day of ``now``, also when it has passed; none on a day that is closed."""
    spans = day_openings(hours, local_day(_utc(now)))
    return spans[-1][1] if spans else None


@rule("CH-7")
def last_closing(hours: OpeningHours, now: datetime) -> datetime | None:
    """The latest closing of a day at or before ``now``; none if there was none within 400 days."""
    now = _utc(now)
    today = local_day(now)
    for n in range(HORIZON_DAYS + 1):
        spans = day_openings(hours, today - n * _DAY)
        if spans and spans[-1][1] <= now:
            return spans[-1][1]
    return None


def opens_next(hours: OpeningHours, now: datetime) -> datetime | None:
    """When the next opening after ``now`` starts, also while open; none if there is none within 400 days."""
    now = _utc(now)
    return next((opens for opens, _ in _openings_from(hours, now) if opens > now), None)


def openness(hours: OpeningHours, now: datetime) -> Openness:
    """Whether a unit with these hours is open now, and until when it stays so (CH-1)."""
    if is_open(hours, now):
        return Openness(True, closes_at(hours, now))
    return Openness(False, opens_next(hours, now))


@rule("CH-1")
def next_staffed(hours: OpeningHours, now: datetime) -> datetime | None:
    """The first instant from ``now`` on with staff: ``now`` itself while open, else the next opening."""
    now = _utc(now)
    return now if is_open(hours, now) else opens_next(hours, now)


def staffed_between(hours: OpeningHours, start: datetime, end: datetime) -> timedelta:
    """How much staffed time passes from ``start`` to ``end``; negative where ``end`` comes first.

    Additive: the time from a to b and from b to c is the time from a to c, whatever their order.
    """
    start, end = _utc(start), _utc(end)
    if end < start:
        return -staffed_between(hours, end, start)
    total = _NOTHING
    day, last = local_day(start), local_day(end)
    while day <= last:
        for opens, closes in day_openings(hours, day):
            total += max(min(closes, end) - max(opens, start), _NOTHING)
        day += _DAY
    return total


def staffed_times(hours: OpeningHours, spans: Collection[Span]) -> list[timedelta]:
    """How much staffed time there is in each of these spans; for very many at once. No span ends before it begins."""
    if not spans:
        return []
    first, last = (local_day(edge) for edge in (min(start for start, _ in spans), max(end for _, end in spans)))
    days = (first + n * _DAY for n in range((last - first).days + 1))
    openings = [opening for day in days for opening in day_openings(hours, day)]
    begins = [opens for opens, _ in openings]
    before = list(accumulate((closes - opens for opens, closes in openings), initial=_NOTHING))

    def staffed_by(at: datetime) -> timedelta:
        place = bisect_right(begins, at)
        if not place:
            return _NOTHING
        opens, closes = openings[place - 1]
        return before[place - 1] + min(at, closes) - opens

    return [staffed_by(end) - staffed_by(start) for start, end in spans]


def staffed_until(hours: OpeningHours, start: datetime, amount: timedelta) -> datetime | None:
    """The first instant at which ``amount`` of staffed time has run since ``start``.

    None if it has not within 400 days. Raises ``ValueError`` for a negative amount.
    """
    start = _utc(start)
    if amount < _NOTHING:
        raise ValueError("staffed time cannot be counted backwards")
    if not amount:
        return start
    left = amount
    for opens, closes in _openings_from(hours, start):
        begins = max(opens, start)
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return None


def staffed_since(hours: OpeningHours, now: datetime, amount: timedelta) -> datetime | None:
    """The last instant since which ``amount`` of staffed time has passed by ``now``.

    None if there was not so much within 400 days. Raises ``ValueError`` for a negative amount.
    """
    now = _utc(now)
    if amount < _NOTHING:
        raise ValueError("staffed time cannot be counted forwards")
    if not amount:
        return now
    left, today = amount, local_day(now)
    for n in range(HORIZON_DAYS + 1):
        for opens, closes in reversed(day_openings(hours, today - n * _DAY)):
            ends = min(closes, now)
            if ends - opens >= left:
                return ends - left
            left -= max(ends - opens, _NOTHING)
    return None


@rule("CH-1", "CH-9")
def next_weekday(hours: OpeningHours, day: date) -> date:
    """The first day after ``day`` on which the unit is staffed.

    For a unit with no opening within 400 days it is the next weekday that is no usual eve.
    """
    ahead = [day + n * _DAY for n in range(1, HORIZON_DAYS + 1)]
    staffed = (one for one in ahead if day_openings(hours, one))
    return next(staffed, None) or next(one for one in ahead if is_weekday(one) and not is_eve(one))


def _openings_from(hours: OpeningHours, start: datetime) -> Iterator[Span]:
    first = local_day(start)
    for n in range(HORIZON_DAYS + 1):
        for opens, closes in day_openings(hours, first + n * _DAY):
            if closes > start:
                yield opens, closes


def instant_of(day: date, wall: time) -> datetime:
    """The instant in UTC at which clocks in Sweden show ``wall`` on that day."""
    local = datetime.combine(day, wall, STOCKHOLM)
    instant = local.astimezone(UTC)
    exists = instant.astimezone(STOCKHOLM).time() == wall
    return instant if exists else datetime.combine(day, _CLOCK_CHANGES_AT)


def local_day(instant: datetime) -> date:
    """The calendar day in Sweden on which the instant falls."""
    return instant.astimezone(STOCKHOLM).date()


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a time without a time zone is no instant")
    return instant.astimezone(UTC)

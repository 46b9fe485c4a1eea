"""What a week of the roster shows, day by day: entries and gaps in order, and where they lie on a scale of time."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from p24tui.clock import local
from p24tui.routine.holidays import holiday_name
from p24tui.routine.hours import openings_on
from p24tui.routine.roster import RosterEntry, midnight
from p24tui.services.views import RosterWeek

DAY_MINUTES = 24 * 60
SLOTS = (15, 30, 60, 120)
"""Minutes that a line of the scale may stand for."""

USUAL = (8 * 60, 17 * 60)
"""The scale of a week in which nothing is to be seen, in minutes after midnight."""

_DAY = timedelta(days=1)


class RosterItem(Struct, frozen=True):
    """An entry, or a gap where ``entry`` is none. ``first`` and ``last`` are what of it is on the day, in minutes."""

    starts_at: datetime
    ends_at: datetime
    entry: RosterEntry | None
    first: int
    last: int

    @property
    def key(self) -> tuple[str, datetime]:
        """What it is known by when the week is shown anew."""
        return ("", self.starts_at) if self.entry is None else (self.entry.id, self.starts_at)


class RosterDay(Struct, frozen=True):
    """A day: its items in order, and its openings in minutes after midnight. ``name`` is a holiday's, or empty."""

    date: date
    items: tuple[RosterItem, ...]
    openings: tuple[tuple[int, int], ...]
    name: str


def days_of(week: RosterWeek) -> tuple[RosterDay, ...]:
    """The days of the week, from Monday on; a weekend on which nothing is to be seen is left out."""
    days = tuple(_day(week, week.monday + n * _DAY) for n in range(7))
    shown = [n for n, one in enumerate(days) if n < 5 or one.items or one.openings]
    return days[: max(shown) + 1]


def scale_of(days: tuple[RosterDay, ...], lines: int) -> tuple[int, int, int]:
    """The first and the last minute of the day that are shown, and how many minutes a line stands for."""
    edges = [minute for day in days for span in day.openings for minute in span]
    edges += [minute for day in days for one in day.items for minute in (one.first, one.last)]
    first, last = min(edges, default=USUAL[0]) // 60 * 60, -(-max(edges, default=USUAL[1]) // 60) * 60
    slot = next((one for one in SLOTS if (last - first) // one <= lines), SLOTS[-1])
    return first, last, slot


def _day(week: RosterWeek, day: date) -> RosterDay:
    begins, ends = midnight(day), midnight(day + _DAY)
    spans = [(one.starts_at, one.ends_at, one) for one in week.entries]
    every: list[tuple[datetime, datetime, RosterEntry | None]] = [*spans, *((*gap, None) for gap in week.gaps)]
    items = [
        RosterItem(start, end, entry, _minute(max(start, begins), day), _minute(min(end, ends), day))
        for start, end, entry in every
        if start < ends and end > begins
    ]
    items.sort(key=lambda one: (one.starts_at, one.ends_at, one.key[0]))
    openings = tuple(
        (one.opens.hour * 60 + one.opens.minute, one.closes.hour * 60 + one.closes.minute)
        for one in openings_on(week.unit.hours, day)
    )
    return RosterDay(day, tuple(items), openings, "" if openings else holiday_name(day) or "")


def _minute(instant: datetime, day: date) -> int:
    at = local(instant)
    return at.hour * 60 + at.minute if at.date() == day else DAY_MINUTES

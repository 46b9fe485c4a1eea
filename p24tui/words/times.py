"""Days, times and how long somebody has waited, in words: the same on every screen and in every list."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from p24tui.clock import local, local_date
from p24tui.errors import BadInput
from p24tui.i18n import N_, _
from p24tui.routine.hours import instant_of
from p24tui.routine.period import Length, Period, read_period
from p24tui.text import clean_line

WEEKDAYS = (N_("mån"), N_("tis"), N_("ons"), N_("tor"), N_("fre"), N_("lör"), N_("sön"))
MONTHS = (
    N_("jan"), N_("feb"), N_("mar"), N_("apr"), N_("maj"), N_("jun"),
    N_("jul"), N_("aug"), N_("sep"), N_("okt"), N_("nov"), N_("dec"),
)  # fmt: skip
MONTHS_IN_FULL = (
    N_("januari"), N_("februari"), N_("mars"), N_("april"), N_("maj"), N_("juni"),
    N_("juli"), N_("augusti"), N_("september"), N_("oktober"), N_("november"), N_("december"),
)  # fmt: skip

BESIDE_TODAY = {N_("igår"): -1, N_("idag"): 0, N_("imorgon"): 1}
"""Days by their names, and how far from today each is."""

_DAY = re.compile(r"(?P<day>\d{1,2})(?:/(?P<number>\d{1,2})| (?P<name>[^\W\d_]+)\.?)(?: (?P<year>20\d\d))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[.:]?(\d{2}))?", re.ASCII)


def waited(since: datetime | None, now: datetime) -> str:
    """How long someone has waited: minutes, then hours, then days. A dash where nobody waits."""
    if since is None:
        return "–"
    return time_words(now - since)


def time_words(length: timedelta) -> str:
    """How long something took: minutes, then hours, then days."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 100:
        return _("{count} min").format(count=minutes)
    if minutes < 48 * 60:
        return _("{count} tim").format(count=max(2, minutes // 60))  # "1 tim" would look like less than "99 min"
    return _("{count} dgr").format(count=minutes // (24 * 60))


def parse_clock(typed: str) -> time | None:
    """The time of day that somebody typed, such as ``8``, ``8.30``, ``08:30`` or ``0830``; none where it is none."""
    found = _CLOCK.fullmatch(typed.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_moment(typed: str, now: datetime, *, has_been: bool = False) -> datetime | None:
    """What somebody typed in Swedish time as UTC: ``09.00`` of today, or of a day as ``read_day`` takes it, such as
    ``24 nov 09.00``; none where it is none.
    """
    words = " ".join(typed.split())
    if _DAY.fullmatch(words):  # the year of "24 nov 2026" is no time of day
        return None
    day, _space, clock = words.rpartition(" ")
    at, today = parse_clock(clock), local_date(now)
    on = read_day(day, today, has_been=has_been) if day else today
    return None if at is None or on is None else instant_of(on, at)


def read_day(typed: str, today: date, *, has_been: bool = False) -> date | None:
    """The day that somebody typed: ``24 nov``, ``24/11``, ``24/11 2026``, ``2026-11-24``, ``i dag``, ``i morgon`` or
    ``i går``; none where it is none.

    A day without its year is the next that is not past; where what one asks for ``has_been``, the nearest.
    """
    words = " ".join(typed.split())
    for name, ahead in BESIDE_TODAY.items():
        if words.casefold().replace(" ", "") in (name, _(name)):
            return today + timedelta(days=ahead)
    found = _DAY.fullmatch(words)
    try:
        if found is None:
            return read_period(Length.DAY, words).first
        month = _month(found["name"]) if found["name"] else int(found["number"])
        years = [int(found["year"])] if found["year"] else range(today.year - 1, today.year + 9)
        days = [date(year, month, int(found["day"])) for year in years if _there_is(year, month, int(found["day"]))]
    except ValueError:
        return None
    if found["year"]:
        return next(iter(days), None)
    if has_been:
        return min(days, key=lambda day: abs(day - today), default=None)
    return next((day for day in days if day >= today), None)


def day_of(typed: str, today: date, *, has_been: bool = False) -> date:
    """The same day. Raises ``BadInput`` where it is none."""
    day = read_day(typed, today, has_been=has_been)
    if day is None:
        raise no_day(typed)
    return day


def no_day(typed: str) -> BadInput:
    """What is said to somebody who typed what is no day."""
    return BadInput("bad-date", value=clean_line(typed.strip(), 20) or "–")


def _there_is(year: int, month: int, day: int) -> bool:
    return month in range(1, 13) and day in range(1, monthrange(year, month)[1] + 1)


def _month(name: str) -> int:
    """Its number, by its name in Swedish or the language in use. Raises ``ValueError``."""
    sought = name.casefold()
    for names in (MONTHS, MONTHS_IN_FULL):
        for number, one in enumerate(names, 1):
            if sought in (one, _(one).casefold()):
                return number
    raise ValueError("no month")


def clock_time(instant: datetime) -> str:
    """The time of day in Sweden, such as ``16.32``."""
    return local(instant).strftime("%H.%M")


def day_and_time(instant: datetime) -> str:
    """Weekday, day, month and time, such as ``mån 23 nov 16.32``."""
    return f"{day_words(local(instant).date())} {clock_time(instant)}"


def day_words(day: date) -> str:
    """Weekday, day and month, such as ``mån 23 nov``."""
    return f"{_(WEEKDAYS[day.weekday()])} {day.day} {_(MONTHS[day.month - 1])}"


def period_words(period: Period) -> str:
    """A period in words, such as ``mån 23 nov 2026``, ``vecka 48 2026`` or ``november 2026``."""
    first = period.first
    if period.length is Length.WEEK:
        year, week, _day = first.isocalendar()
        return _("vecka {week} {year}").format(week=week, year=year)
    if period.length is Length.MONTH:
        return f"{_(MONTHS_IN_FULL[first.month - 1])} {first.year}"
    return f"{day_words(first)} {first.year}"


def moment(instant: datetime, now: datetime) -> str:
    """The time alone where it was today, else with its day."""
    return clock_time(instant) if local(instant).date() == local(now).date() else day_and_time(instant)


def short_moment(instant: datetime, now: datetime) -> str:
    """The time alone where it was today, else with its date, such as ``24 nov 08.00``."""
    at = local(instant)
    today = at.date() == local(now).date()
    return clock_time(instant) if today else f"{at.day} {_(MONTHS[at.month - 1])} {clock_time(instant)}"


def span_words(start: datetime, end: datetime) -> str:
    """From when until when, such as ``mån 23 nov 08.00–12.00``; an end on another day has its weekday."""
    same_day = local(start).date() == local(end).date()
    return f"{day_and_time(start)}–{clock_time(end) if same_day else weekday_and_time(end)}"


def weekday_and_time(instant: datetime) -> str:
    """Weekday and time, such as ``mån 16.32``."""
    return f"{_(WEEKDAYS[local(instant).weekday()])} {clock_time(instant)}"

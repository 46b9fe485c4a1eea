"""A roster as an iCalendar file (RFC 5545), out and in: what other programs plan with.

Times in a file may have a zone, be UTC, or be floating, which then is the time in Sweden. What cannot be used is
named with its reason, and costs nothing else.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from p24tui.errors import BadInput
from p24tui.routine.hours import STOCKHOLM, instant_of, local_day
from p24tui.routine.roster import WEEK, RosterEntry, midnight, monday_of
from p24tui.text import clean_line, clean_text

if TYPE_CHECKING:
    from icalendar import Calendar, Component

LARGEST = 2_000_000
"""Bytes that a file may have."""

MOST = 5000
"""Entries that a file may come to."""

SERIES_REACH = 53 * WEEK
"""How far ahead, from the Monday of this week on, a series is followed."""

SUPERSEDED = "superseded"
"""The reason of an event that is in the file once more, in a later version."""

_OURS = "@p24tui"
_HSA_PROPERTIES = ("X-P24TUI-HSA-ID", "X-HSA-ID")
_HSA_ID = re.compile(r"\bSE\d{10}-[A-Z0-9]{1,18}\b", re.ASCII)
_SIMPLE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_YEARS = range(1970, 2200)
_TITLE = 80


class Unusable(Struct, frozen=True):
    """An event that cannot be used: what it calls itself, when it begins where that is known, the reason as a key."""

    title: str
    at: datetime | None
    reason: str


class Occurrence(Struct, frozen=True):
    """Once that somebody is to be responsible. They are named by HSA-id, else by one of ``names``."""

    calendar_id: str
    title: str
    hsa_id: str
    names: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


class Reading(Struct, frozen=True):
    """What a file says: for each of ``calendar_ids`` these occurrences and no others.

    A cancelled event has none. Of a series (``series``) nothing is said of the time before ``since``.
    """

    calendar_ids: frozenset[str]
    series: frozenset[str]
    since: datetime
    occurrences: tuple[Occurrence, ...]
    unusable: tuple[Unusable, ...]


class _CannotUse(Exception):
    """Why an event cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def entry_id(calendar_id: str) -> str:
    """The id of the entry that we ourselves have called so in a file; empty where another program has."""
    return calendar_id.removesuffix(_OURS) if calendar_id.endswith(_OURS) else ""


def write(entries: Iterable[RosterEntry], name: str, now: datetime) -> bytes:
    """The entries as a file whose calendar is called ``name``; each is an event with the person as its title."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//p24tui//roster//SV")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", clean_line(name))
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.id}{_OURS}")
        event.add("dtstamp", now)
        event.add("dtstart", entry.starts_at)
        event.add("dtend", entry.ends_at)
        event.add("summary", clean_line(entry.name))
        event.add("x-p24tui-hsa-id", entry.staff_id)
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def read(data: bytes, now: datetime) -> Reading:
    """What a file says. Raises ``BadInput`` where it is no calendar, or too large."""
    since = midnight(monday_of(local_day(now)))
    events: dict[str, list[Component]] = {}
    unusable: list[Unusable] = []
    for calendar in _calendars(data):
        for event in calendar.subcomponents:
            if event.name == "VEVENT":
                if str(calendar.get("METHOD", "")).upper() == "CANCEL":
                    event["STATUS"] = "CANCELLED"
                if calendar_id := _text(event, "UID"):
                    events.setdefault(calendar_id, []).append(event)
                else:
                    unusable.append(_unusable(event, "no-uid"))
    occurrences: list[Occurrence] = []
    understood: set[str] = set()
    series: set[str] = set()
    for calendar_id, versions in events.items():
        found, problems = _once(calendar_id, versions, since)
        occurrences += found
        unusable += problems
        if all(one.reason == SUPERSEDED for one in problems):
            understood.add(calendar_id)
        if any("RRULE" in one for one in versions):
            series.add(calendar_id)
        if len(occurrences) > MOST:
            raise BadInput("calendar-large", most=MOST)
    return Reading(frozenset(understood), frozenset(series), since, tuple(occurrences), tuple(unusable))


def _calendars(data: bytes) -> "list[Calendar]":
    from icalendar import Calendar

    if len(data) > LARGEST:
        raise BadInput("calendar-large", most=f"{LARGEST // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        found = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, RecursionError) as error:
        raise BadInput("calendar") from error
    if not found or any(one.name != "VCALENDAR" for one in found):
        raise BadInput("calendar")
    return list(found)


def _once(calendar_id: str, versions: "list[Component]", since: datetime) -> tuple[list[Occurrence], list[Unusable]]:
    """What the events with one id come to: a single event, or a series and its exceptions."""
    masters = [one for one in versions if "RECURRENCE-ID" not in one]
    exceptions = [one for one in versions if "RECURRENCE-ID" in one]
    if not masters:
        return [], [_unusable(one, "exception-alone") for one in exceptions]
    master = max(masters, key=_sequence)
    problems = [_unusable(one, SUPERSEDED) for one in masters if one is not master]
    try:
        found = {} if _cancelled(master) else {one.starts_at: one for one in _expanded(calendar_id, master, since)}
    except _CannotUse as error:
        return [], [_unusable(master, error.reason), *problems]
    for exception in exceptions:
        try:
            if "RANGE" in _one(exception, "RECURRENCE-ID").params:
                raise _CannotUse("recurrence")
            replaced = found.pop(_instant(_when(exception, "RECURRENCE-ID")), None)
            if replaced is not None and not _cancelled(exception):
                (one,) = _expanded(calendar_id, exception, since)
                found[one.starts_at] = one
        except _CannotUse as error:
            problems.append(_unusable(exception, error.reason))
    return list(found.values()), problems


def _expanded(calendar_id: str, event: "Component", since: datetime) -> Iterator[Occurrence]:
    start, end = _when(event, "DTSTART"), _end(event)
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise _CannotUse("time")
    zone = start.tzinfo
    last = end if zone is None else end.astimezone(zone)
    long = last.replace(tzinfo=None) - start.replace(tzinfo=None)
    hsa_id, names = _person(event)
    for wall in _walls(event, start.replace(tzinfo=None), zone, since):
        begins, ends = _instant(wall.replace(tzinfo=zone)), _instant((wall + long).replace(tzinfo=zone))
        yield Occurrence(calendar_id, _title(event), hsa_id, names, begins, ends)


def _walls(event: "Component", start: datetime, zone: tzinfo | None, since: datetime) -> list[datetime]:
    """When it begins by the clock on the wall, each time of a series that lies within reach."""
    if "RDATE" in event:
        raise _CannotUse("recurrence")
    if "RRULE" not in event:
        return [start]
    from dateutil.rrule import rrulestr
    from icalendar import vRecur

    recurrence = event["RRULE"]
    if not isinstance(recurrence, vRecur) or not _is_simple(recurrence):
        raise _CannotUse("recurrence")
    recurrence = vRecur(recurrence)
    if "UNTIL" in recurrence:
        recurrence["UNTIL"] = [_until(recurrence["UNTIL"][0], zone)]
    first = since.astimezone(zone or STOCKHOLM).replace(tzinfo=None)
    try:
        written: bytes = recurrence.to_ical()  # type: ignore[no-untyped-call]
        rule = rrulestr(written.decode(), dtstart=start)
        walls = rule.between(first, first + SERIES_REACH, inc=True)
    except (ValueError, OverflowError) as error:
        raise _CannotUse("recurrence") from error
    left_out = {_instant(one) for one in _dates(event, "EXDATE")}
    return [wall for wall in walls if _instant(wall.replace(tzinfo=zone)) not in left_out]


def _is_simple(recurrence: Any) -> bool:
    """Daily or weekly on given days of the week: what a roster repeats by."""
    if not set(recurrence) <= _SIMPLE or any(len(recurrence.get(key, [1])) != 1 for key in _SIMPLE - {"BYDAY"}):
        return False
    days = [str(day) for day in recurrence.get("BYDAY", [])]
    every = recurrence.get("INTERVAL", [1])[0]
    daily = recurrence.get("FREQ") == ["DAILY"]
    return (
        (daily or recurrence.get("FREQ") == ["WEEKLY"])
        and all(len(day) == 2 for day in days)
        and every > 0
        and not (daily and days and every > 1)  # may never happen, which takes for ever to find out
    )


def _until(until: date | datetime, zone: tzinfo | None) -> datetime:
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max.replace(microsecond=0))
    return (
        until.replace(tzinfo=None) if until.tzinfo is None else until.astimezone(zone or STOCKHOLM).replace(tzinfo=None)
    )


def _end(event: "Component") -> datetime:
    if "DTEND" in event:
        return _when(event, "DTEND")
    prop = _one(event, "DURATION") if "DURATION" in event else None
    try:
        duration = getattr(prop, "dt", None)
    except Exception as error:
        raise _CannotUse("no-end") from error
    if not isinstance(duration, timedelta):
        raise _CannotUse("no-end")
    try:
        return _when(event, "DTSTART") + duration
    except OverflowError as error:
        raise _CannotUse("time") from error


def _when(event: "Component", name: str) -> datetime:
    """The time that the property says, as it says it. A zone that is not known is none that one may guess at."""
    prop = _one(event, name)
    try:
        at = prop.dt
    except Exception as error:
        raise _CannotUse("time") from error
    if not isinstance(at, datetime):
        raise _CannotUse("all-day" if isinstance(at, date) else "time")
    if at.year not in _YEARS:
        raise _CannotUse("time")
    if at.tzinfo is None and "TZID" in prop.params:
        raise _CannotUse("zone")
    return at


def _dates(event: "Component", name: str) -> list[datetime]:
    """The times in a property that may come several times with several in each."""
    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    try:
        dates = [one.dt for each in lists for one in each.dts]
    except Exception as error:
        raise _CannotUse("recurrence") from error
    if not all(isinstance(one, datetime) for one in dates):
        raise _CannotUse("recurrence")
    return dates


def _one(event: "Component", name: str) -> Any:
    prop = event.get(name)
    if prop is None or isinstance(prop, list):
        raise _CannotUse("time")
    return prop


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None or at.tzinfo == STOCKHOLM:
        return instant_of(at.date(), at.time())
    return at.astimezone(UTC)


def _person(event: "Component") -> tuple[str, tuple[str, ...]]:
    """The HSA-id that the event carries, where it does, and the names by which it may mean somebody."""
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    said = [_text(event, name) for name in _HSA_PROPERTIES]
    said += [str(one) for one in attendees]
    names = [str(one.params.get("CN", "")) for one in attendees if hasattr(one, "params")]
    ids = [found[0] for one in (*said, *names) if (found := _HSA_ID.search(one.upper()))]
    names = [clean_line(name) for name in (*names, _text(event, "SUMMARY")) if name]
    return (ids[0] if ids else "", tuple(dict.fromkeys(names)))


def _sequence(event: "Component") -> int:
    found = event.get("SEQUENCE", 0)
    return int(found) if isinstance(found, int) else 0


def _cancelled(event: "Component") -> bool:
    return _text(event, "STATUS").upper() == "CANCELLED"


def _text(event: "Component", name: str) -> str:
    found = event.get(name, "")
    return str(found[0] if isinstance(found, list) else found).strip()


def _title(event: "Component") -> str:
    return clean_line(clean_text(_text(event, "SUMMARY") or _text(event, "UID")), _TITLE)


def _unusable(event: "Component", reason: str) -> Unusable:
    try:
        return Unusable(_title(event), _instant(_when(event, "DTSTART")), reason)
    except (_CannotUse, OverflowError):
        return Unusable(_title(event), None, reason)

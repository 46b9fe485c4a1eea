"""Who is responsible for the inflow, where the roster has gaps, and when that calls (CH-2, H5)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.actor import Profession
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import STOCKHOLM, OpeningHours, Span, parse_hours, staffed_between
from p24tui.routine.roster import (
    RosterEntry,
    Taken,
    copied_week,
    gaps,
    in_week,
    may_hand,
    may_stand,
    monday_of,
    responsible_at,
    unit_alerts,
)
from p24tui.routine.unit_alert import UnitReason
from tests.routine.cases import actor
from tests.routine.opening_hours import ALWAYS, NEVER, OFFICE, any_hours, no_deadline

UNIT = "SE2321000016-ASEN"
HOURS = parse_hours("mon-fri 08:00-17:00")
LONGEST = timedelta(hours=24)
MONDAY = date(2026, 11, 23)


def at(day: date | str, wall: str) -> datetime:
    """The instant of a wall time in Sweden."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time.fromisoformat(wall), STOCKHOLM).astimezone(UTC)


def entry(who: str, start: datetime, end: datetime, *, id: str = "", available: bool = True) -> RosterEntry:
    return RosterEntry(id or f"{who}-{start:%d%H%M}", UNIT, who, start, end, available=available)


def on(day: date | str, who: str, start: str, end: str, *, available: bool = True) -> RosterEntry:
    return entry(who, at(day, start), at(day, end), available=available)


def walls(spans: Iterable[Span]) -> list[str]:
    """Spans as people read them."""
    local = [(start.astimezone(STOCKHOLM), end.astimezone(STOCKHOLM)) for start, end in spans]
    return [f"{start:%d %H:%M}-{end:%H:%M}" for start, end in local]


def length(spans: Iterable[Span]) -> timedelta:
    return sum((end - start for start, end in spans), timedelta())


# Gaps


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
@pytest.mark.parametrize(
    ("rostered", "left"),
    [
        ([], ["23 08:00-17:00"]),
        ([("08:00", "17:00")], []),
        ([("07:00", "18:30")], []),
        ([("08:00", "12:00"), ("12:00", "17:00")], []),
        ([("08:00", "12:00"), ("13:00", "17:00")], ["23 12:00-13:00"]),
        ([("09:00", "16:00")], ["23 08:00-09:00", "23 16:00-17:00"]),
        ([("09:00", "15:00"), ("10:00", "11:00")], ["23 08:00-09:00", "23 15:00-17:00"]),
        ([("17:00", "20:00")], ["23 08:00-17:00"]),
    ],
)
def test_a_gap_is_staffed_time_that_nobody_is_on_the_roster_for(
    rostered: list[tuple[str, str]], left: list[str]
) -> None:
    entries = [on(MONDAY, "maria", start, end) for start, end in rostered]
    assert walls(gaps(HOURS, entries, at(MONDAY, "00:00"), at(MONDAY, "23:59"))) == left


@pytest.mark.rule("CH-2")
def test_who_has_left_the_unit_covers_nothing() -> None:
    entries = [on(MONDAY, "maria", "08:00", "17:00", available=False)]
    assert walls(gaps(HOURS, entries, at(MONDAY, "00:00"), at(MONDAY, "23:00"))) == ["23 08:00-17:00"]
    assert responsible_at(entries, None, at(MONDAY, "09:00")) is None


@pytest.mark.rule("CH-2")
def test_a_holiday_and_a_weekend_have_no_gap_and_a_lunch_break_is_none() -> None:
    start, end = at("2026-12-23", "00:00"), at("2026-12-28", "00:00")
    assert walls(gaps(OFFICE, [], start, end)) == ["23 08:00-12:00", "23 13:00-17:00"]
    assert gaps(NEVER, [], start, end) == ()


@pytest.mark.rule("CH-2")
@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clock_changes_is_covered_by_real_hours(day: str, hours: int) -> None:
    start = at(day, "00:00")
    end = start + timedelta(hours=hours)
    total = length(gaps(ALWAYS, [], start, end))
    assert total == timedelta(hours=hours) - timedelta(minutes=1)  # it closes at 23.59
    night = entry("maria", at(day, "01:00"), at(day, "04:00"))
    assert total - length(gaps(ALWAYS, [night], start, end)) == timedelta(hours=3 + hours - 24)


spans = st.lists(
    st.tuples(st.sampled_from(["maria", "johan"]), st.integers(-48, 240), st.integers(1, 24 * 4)), max_size=12
)
starts = st.sampled_from(
    [at("2026-11-20", "00:00"), at("2026-03-27", "12:00"), at("2026-10-23", "09:30"), at("2026-12-22", "00:00")]
)


@pytest.mark.rule("CH-2")
@given(any_hours, starts, spans, st.integers(0, 10 * 24))
@no_deadline
def test_gaps_and_what_is_covered_are_all_of_the_staffed_time(
    hours: OpeningHours, start: datetime, rostered: list[tuple[str, int, int]], long: int
) -> None:
    end = start + timedelta(hours=long)
    entries = [
        entry(who, start + timedelta(hours=off), start + timedelta(hours=off, minutes=15 * quarters), id=str(n))
        for n, (who, off, quarters) in enumerate(rostered)
    ]
    found = gaps(hours, entries, start, end)
    covered = timedelta()
    edges = sorted({start, end, *(t for one in entries for t in (one.starts_at, one.ends_at) if start < t < end)})
    for begins, ends in pairwise(edges):
        if any(one.starts_at <= begins < one.ends_at for one in entries):
            covered += staffed_between(hours, begins, ends)
    assert length(found) + covered == staffed_between(hours, start, end)
    assert all(start <= begins < ends <= end for begins, ends in found)
    for begins, _ends in found:
        assert responsible_at(entries, None, begins) is None


# Who is responsible


@pytest.mark.rule("CH-2")
def test_the_entry_that_began_last_counts_and_who_it_relieved_has_it_again_after() -> None:
    entries = [on(MONDAY, "maria", "08:00", "17:00"), on(MONDAY, "johan", "12:00", "13:00")]
    told = [
        (one.staff_id, walls([(one.since, one.until)])[0][3:]) if one else None
        for one in (responsible_at(entries, None, at(MONDAY, wall)) for wall in ("07:59", "10:00", "12:00", "15:00"))
    ]
    assert told == [None, ("maria", "08:00-12:00"), ("johan", "12:00-13:00"), ("maria", "13:00-17:00")]
    assert responsible_at(entries, None, at(MONDAY, "17:00")) is None


def test_two_entries_of_one_person_in_a_row_are_one() -> None:
    entries = [on(MONDAY, "maria", "08:00", "12:00"), on(MONDAY, "maria", "12:00", "17:00")]
    found = responsible_at(entries, None, at(MONDAY, "12:30"))
    assert found is not None
    assert walls([(found.since, found.until)]) == ["23 08:00-17:00"]


@pytest.mark.rule("CH-2")
def test_who_takes_it_by_hand_has_it_until_the_next_entry_begins_or_the_day_ends() -> None:
    entries = [on(MONDAY, "maria", "08:00", "12:00"), on(MONDAY, "johan", "12:00", "17:00")]
    for taken, ends in (("10:00", "12:00"), ("12:00", "24:00"), ("13:00", "24:00")):
        by_sara = Taken("sara", at(MONDAY, taken))
        found = responsible_at(entries, by_sara, at(MONDAY, taken))
        assert found is not None
        assert found.staff_id == "sara"
        assert found.since == at(MONDAY, taken)
        assert found.until == (at("2026-11-24", "00:00") if ends == "24:00" else at(MONDAY, ends))
    after = responsible_at(entries, Taken("sara", at(MONDAY, "10:00")), at(MONDAY, "12:00"))
    assert after is not None
    assert after.staff_id == "johan"


@pytest.mark.rule("CH-2")
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-12-31"])
def test_what_was_taken_by_hand_lapses_at_midnight_in_sweden(day: str) -> None:
    taken = Taken("sara", at(day, "00:30"))
    midnight = at(date.fromisoformat(day) + timedelta(days=1), "00:00")
    held = responsible_at([], taken, midnight - timedelta(microseconds=1))
    assert held is not None
    assert held.until == midnight
    assert responsible_at([], taken, midnight) is None


# What calls


def called(hours: OpeningHours, entries: list[RosterEntry], taken: Taken | None, now: datetime) -> list[str]:
    found = unit_alerts(UNIT, hours, entries, taken, now)
    assert {one.unit_id for one in found} <= {UNIT}
    return [f"{one.reason.value} {one.since.astimezone(STOCKHOLM):%d %H:%M}" for one in found]


def whole_week() -> list[RosterEntry]:
    return [on(MONDAY + timedelta(days=n), "maria", "08:00", "17:00") for n in range(5)]


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_an_open_unit_with_nobody_calls_since_nobody_was() -> None:
    entries = [on(MONDAY, "maria", "08:00", "12:00"), *whole_week()[1:]]
    assert called(HOURS, entries, None, at(MONDAY, "11:59")) == ["gap 23 12:00"]
    assert called(HOURS, entries, None, at(MONDAY, "12:00")) == ["nobody 23 12:00"]
    assert called(HOURS, entries, None, at(MONDAY, "16:59")) == ["nobody 23 12:00"]
    assert called(HOURS, entries, None, at(MONDAY, "17:00")) == []
    assert called(HOURS, entries, Taken("johan", at(MONDAY, "12:30")), at(MONDAY, "12:31")) == []
    assert called(HOURS, [], None, at(MONDAY, "08:00"))[0] == "nobody 23 08:00"


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_a_gap_is_called_the_day_before_it_happens_which_before_a_weekend_is_friday() -> None:
    entries = whole_week()
    following = MONDAY + timedelta(days=7)
    assert called(HOURS, entries, None, at(MONDAY + timedelta(days=3), "10:00")) == []
    for day in (4, 5, 6):
        found = unit_alerts(UNIT, HOURS, entries, None, at(MONDAY + timedelta(days=day), "10:00"))
        assert [(one.reason, one.since) for one in found] == [(UnitReason.GAP, at(following, "08:00"))]


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_before_christmas_the_next_day_is_the_first_that_opens_again() -> None:
    entries = [on("2026-12-23", "maria", "08:00", "17:00")]
    assert called(HOURS, entries, None, at("2026-12-23", "09:00")) == ["gap 28 08:00"]


def test_what_was_taken_by_hand_covers_the_rest_of_the_day_but_not_tomorrow() -> None:
    taken = Taken("sara", at(MONDAY, "08:00"))
    assert called(OFFICE, [], taken, at(MONDAY, "09:00")) == ["gap 24 08:00", "gap 24 13:00"]


def test_a_unit_that_never_opens_never_calls() -> None:
    assert unit_alerts(UNIT, NEVER, [], None, at(MONDAY, "09:00")) == ()


@given(any_hours, starts, spans, st.integers(0, 3 * 24 * 60))
@no_deadline
def test_an_alert_that_nobody_is_responsible_and_somebody_who_is_exclude_each_other(
    hours: OpeningHours, start: datetime, rostered: list[tuple[str, int, int]], minute: int
) -> None:
    now = start + timedelta(minutes=minute)
    entries = [
        entry(who, start + timedelta(hours=off), start + timedelta(hours=off, minutes=15 * quarters), id=str(n))
        for n, (who, off, quarters) in enumerate(rostered)
    ]
    taken = Taken("sara", start) if len(rostered) % 2 else None
    nobody = [one for one in unit_alerts(UNIT, hours, entries, taken, now) if one.reason is UnitReason.NOBODY]
    is_open = staffed_between(hours, now, now + timedelta(microseconds=1)) > timedelta()
    assert bool(nobody) == (is_open and responsible_at(entries, taken, now) is None)
    assert all(one.since <= now for one in nobody)


# Editing


@pytest.mark.rule("CH-2")
@pytest.mark.parametrize(
    ("start", "end", "available", "reason"),
    [
        (at(MONDAY, "08:00"), at(MONDAY, "08:00"), True, "roster-order"),
        (at(MONDAY, "09:00"), at(MONDAY, "08:00"), True, "roster-order"),
        (at(MONDAY, "08:00"), at("2026-11-24", "08:01"), True, "roster-long"),
        (at(MONDAY, "08:00"), at("2026-11-24", "08:00"), True, None),
        (at(MONDAY, "08:00"), at(MONDAY, "17:00"), False, "roster-person"),
        (at("2026-12-25", "08:00"), at("2026-12-25", "17:00"), True, None),
        (at("2026-11-28", "22:00"), at("2026-11-29", "06:00"), True, None),
        (at("2026-11-24", "08:00"), at("2026-11-24", "17:00"), True, "roster-there"),
    ],
)
def test_what_may_stand_in_the_roster(start: datetime, end: datetime, available: bool, reason: str | None) -> None:
    found = may_stand(entry("maria", start, end, id="new"), whole_week(), LONGEST, available=available)
    assert found == (Refusal("CH-2", reason) if reason else None)


def test_an_entry_may_be_put_where_it_stands() -> None:
    (one, *_others) = whole_week()
    assert may_stand(one, whole_week(), LONGEST, available=True) is None


@pytest.mark.rule("CH-2")
@pytest.mark.parametrize(
    ("profession", "has_it", "available", "reason"),
    [
        (Profession.NURSE, "somebody", True, None),
        (Profession.ADMINISTRATION, "somebody", True, "roster-hand"),
        (Profession.ADMINISTRATION, "SE2321000016-ML01", True, None),
        (Profession.NURSE, None, False, "roster-person"),
    ],
)
def test_who_may_hand_the_responsibility_to_whom(
    profession: Profession, has_it: str | None, available: bool, reason: str | None
) -> None:
    found = may_hand(actor(profession), has_it, available=available)
    assert found == (Refusal("CH-2", reason) if reason else None)


# Copying


@pytest.mark.parametrize("monday", ["2026-03-23", "2026-10-19", "2026-11-23", "2026-12-14"])
def test_a_copied_week_keeps_its_wall_times_over_clock_changes(monday: str) -> None:
    start = date.fromisoformat(monday)
    to = start + timedelta(days=7)
    week = [on(start + timedelta(days=n), "maria", "08:00", "12:00") for n in range(5)]
    copying = copied_week(HOURS, week, [], start, to)
    local = [one.starts_at.astimezone(STOCKHOLM) for one in (*copying.new, *copying.closed)]
    assert [(one.date(), one.time()) for one in local] == [(to + timedelta(days=n), time(8)) for n in range(5)]
    assert all(one.ends_at - one.starts_at == timedelta(hours=4) for one in copying.new)


def test_copying_leaves_out_what_is_there_what_is_closed_and_who_is_gone() -> None:
    start, to = date(2026, 12, 14), date(2026, 12, 21)
    week = [on(start + timedelta(days=n), "maria", "08:00", "17:00") for n in range(5)]
    week.append(on(start, "johan", "08:00", "17:00", available=False))
    week.append(on(start + timedelta(days=5), "sara", "10:00", "14:00"))
    there = [on(to, "maria", "08:00", "17:00")]
    copying = copied_week(HOURS, week, there, start, to)
    assert walls((one.starts_at, one.ends_at) for one in copying.new) == [
        "22 08:00-17:00",
        "23 08:00-17:00",
        "26 10:00-14:00",  # somebody was to be there on a closed Saturday, and is again
    ]
    assert [len(ones) for ones in (copying.there, copying.closed, copying.gone)] == [1, 2, 1]
    assert {one.id for one in copying.new} == {""}


def test_copying_twice_copies_nothing_more() -> None:
    to = MONDAY + timedelta(days=7)
    first = copied_week(HOURS, whole_week(), [], MONDAY, to)
    assert len(first.new) == 5
    assert copied_week(HOURS, whole_week(), first.new, MONDAY, to).new == ()


def test_a_night_that_the_spring_clock_change_leaves_nothing_of_is_left_out() -> None:
    start, to = date(2026, 3, 16), date(2026, 3, 23)
    night = entry("maria", at("2026-03-22", "02:10"), at("2026-03-22", "02:40"))
    copying = copied_week(ALWAYS, [night], [], start, to)
    assert (copying.new, len(copying.closed)) == ((), 1)


def test_a_week_begins_on_monday_at_midnight_in_sweden() -> None:
    entries = [
        entry("before", at("2026-10-18", "23:59"), at("2026-10-19", "08:00")),
        entry("first", at("2026-10-19", "00:00"), at("2026-10-19", "08:00")),
        entry("last", at("2026-10-25", "23:59"), at("2026-10-26", "08:00")),
        entry("after", at("2026-10-26", "00:00"), at("2026-10-26", "08:00")),
    ]
    assert [one.staff_id for one in in_week(entries, date(2026, 10, 19))] == ["first", "last"]
    assert monday_of(date(2026, 10, 25)) == date(2026, 10, 19)

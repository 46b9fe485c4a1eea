"""A unit's opening hours over thirty years, both clock changes and the Swedish holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p24tui.routine.holidays import is_eve, is_holiday
from p24tui.routine.hours import (
    STOCKHOLM,
    OpeningHours,
    closes_at,
    day_openings,
    is_open,
    next_staffed,
    next_weekday,
    openings_on,
    opens_next,
    parse_hours,
    staffed_between,
    staffed_since,
    staffed_until,
)
from tests.routine.opening_hours import ALWAYS, NEVER, OFFICE, any_hours, days, no_deadline, opening_hours

SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)


def at(day: str, wall: str, *, fold: int = 0) -> datetime:
    """The instant of a wall time in Sweden."""
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(wall), STOCKHOLM)
    return local.replace(fold=fold).astimezone(UTC)


def clock_changes() -> list[datetime]:
    """Both clock changes of every year: 01:00 UTC on the last Sundays of March and October."""
    days = [date(year, month, 31) for year in range(2020, 2051) for month in (3, 10)]
    return [datetime.combine(day - timedelta(days=day.isoweekday() % 7), time(1), UTC) for day in days]


instants = st.one_of(
    st.builds(datetime.combine, days, st.times(timezones=st.just(UTC))),
    st.builds(
        lambda change, off: change + timedelta(minutes=off),
        st.sampled_from(clock_changes()),
        st.integers(-4 * 60, 4 * 60),
    ),
)


# What is open when


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize(
    ("day", "wall", "is_so"),
    [
        ("2026-11-23", "07:59", False),
        ("2026-11-23", "08:00", True),
        ("2026-11-23", "11:59", True),
        ("2026-11-23", "12:00", False),
        ("2026-11-23", "13:00", True),
        ("2026-11-23", "16:32", True),
        ("2026-11-23", "17:00", False),
        ("2026-11-22", "10:00", False),  # a Sunday
        ("2026-04-03", "10:00", False),  # långfredagen
        ("2026-04-06", "10:00", False),  # annandag påsk
        ("2026-05-14", "10:00", False),  # Kristi himmelsfärdsdag
        ("2026-05-15", "10:00", True),  # the Friday after it
        ("2025-06-06", "10:00", False),  # nationaldagen, a Friday
        ("2026-06-19", "10:00", False),  # midsommarafton
        ("2026-12-24", "10:00", False),
        ("2026-12-31", "10:00", False),
        ("2027-01-06", "10:00", False),
    ],
)
def test_open_on_weekdays_within_hours(day: str, wall: str, is_so: bool) -> None:
    assert is_open(OFFICE, at(day, wall)) is is_so


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize("eve", ["2026-06-19", "2026-12-24", "2026-12-31", "2026-04-04"])
def test_a_unit_may_be_open_on_the_eves(eve: str) -> None:
    every_day = "mon-sun 08:00-17:00"
    assert is_open(parse_hours(f"{every_day}; eves open"), at(eve, "10:00"))
    assert not is_open(parse_hours(f"{every_day}; eves closed"), at(eve, "10:00"))
    assert not is_open(parse_hours(every_day), at(eve, "10:00"))


@pytest.mark.rule("CH-1")
def test_special_days_go_before_everything_but_the_closed_ones() -> None:
    hours = parse_hours(
        "mon-fri 08:00-17:00; 2026-12-23 08:00-12:00; 2026-12-24 09:00-11:00; 2026-12-26 10:00-12:00; 2026-12-28 closed"
    )
    assert not is_open(hours, at("2026-12-23", "12:00"))
    assert is_open(hours, at("2026-12-24", "10:00"))
    assert is_open(hours, at("2026-12-26", "10:00"))  # a Saturday, and annandag jul
    assert not is_open(hours, at("2026-12-28", "10:00"))
    assert is_open(hours, at("2026-12-29", "10:00"))


def test_an_opening_ends_at_its_own_closing_and_a_lunch_break_counts() -> None:
    assert closes_at(OFFICE, at("2026-11-23", "11:00")) == at("2026-11-23", "12:00")
    assert closes_at(OFFICE, at("2026-11-23", "16:32")) == at("2026-11-23", "17:00")
    assert closes_at(OFFICE, at("2026-11-23", "12:30")) is None


@pytest.mark.rule("CH-1", "CH-9")
@pytest.mark.hazard("H4")
@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (("2026-11-23", "03:00"), ("2026-11-23", "08:00")),
        (("2026-11-23", "08:00"), ("2026-11-23", "13:00")),  # open: the next one
        (("2026-11-23", "12:10"), ("2026-11-23", "13:00")),
        (("2026-11-23", "17:00"), ("2026-11-24", "08:00")),
        (("2026-11-27", "17:00"), ("2026-11-30", "08:00")),  # over a weekend
        (("2026-04-02", "17:00"), ("2026-04-07", "08:00")),  # over Easter
        (("2026-12-23", "20:00"), ("2026-12-28", "08:00")),  # over Christmas
        (("2026-03-27", "20:00"), ("2026-03-30", "08:00")),  # over the clock change in spring
        (("2026-10-23", "20:00"), ("2026-10-26", "08:00")),  # and in autumn
    ],
)
def test_the_next_opening(now: tuple[str, str], opening: tuple[str, str]) -> None:
    assert opens_next(OFFICE, at(*now)) == at(*opening)


@pytest.mark.rule("CH-1")
def test_next_staffed_is_now_while_open() -> None:
    assert next_staffed(OFFICE, at("2026-11-23", "08:00")) == at("2026-11-23", "08:00")
    assert next_staffed(OFFICE, at("2026-11-23", "12:00")) == at("2026-11-23", "13:00")


@pytest.mark.rule("CH-9")
@pytest.mark.hazard("H4")
@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 11, 23), date(2026, 11, 24)),
        (date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 4, 2), date(2026, 4, 7)),
        (date(2026, 5, 13), date(2026, 5, 15)),
        (date(2026, 6, 18), date(2026, 6, 22)),
        (date(2026, 12, 23), date(2026, 12, 28)),
        (date(2026, 12, 30), date(2027, 1, 4)),
        (date(2027, 1, 5), date(2027, 1, 7)),
    ],
)
def test_the_next_weekday(day: date, following: date) -> None:
    assert next_weekday(OFFICE, day) == following
    assert next_weekday(NEVER, day) == following


def test_the_next_weekday_is_one_on_which_this_unit_is_staffed() -> None:
    hours = parse_hours("mon,wed-thu 08:00-12:00; 2026-11-25 closed; 2026-11-28 09:00-10:00")
    assert next_weekday(hours, date(2026, 11, 23)) == date(2026, 11, 26)
    assert next_weekday(hours, date(2026, 11, 26)) == date(2026, 11, 28)


def test_a_unit_that_never_opens() -> None:
    now = at("2026-11-23", "10:00")
    assert not is_open(NEVER, now)
    assert opens_next(NEVER, now) is None
    assert next_staffed(NEVER, now) is None
    assert staffed_between(NEVER, now, now + timedelta(days=400)) == timedelta()
    assert staffed_until(NEVER, now, timedelta(minutes=1)) is None


# Staffed time


def test_staffed_time_counts_opening_hours_alone() -> None:
    friday, monday = at("2026-11-27", "16:00"), at("2026-11-30", "09:30")
    assert staffed_between(OFFICE, friday, monday) == timedelta(hours=2, minutes=30)
    assert staffed_between(OFFICE, monday, friday) == -timedelta(hours=2, minutes=30)
    assert staffed_until(OFFICE, friday, timedelta(hours=2)) == at("2026-11-30", "09:00")
    assert staffed_until(OFFICE, friday, timedelta(hours=1)) == at("2026-11-27", "17:00")
    assert staffed_until(OFFICE, friday, timedelta()) == friday
    with pytest.raises(ValueError, match="backwards"):
        staffed_until(OFFICE, friday, -timedelta(minutes=1))


def test_the_night_of_a_clock_change_has_its_real_length() -> None:
    nights = parse_hours("sun 00:00-06:00")
    for day, real in ((SPRING, 5), (AUTUMN, 7), (date(2026, 11, 22), 6)):
        ((opens, closes),) = day_openings(nights, day)
        assert closes - opens == timedelta(hours=real)
        assert staffed_between(nights, opens - timedelta(days=1), closes) == timedelta(hours=real)


@pytest.mark.parametrize(
    ("day", "text", "spans"),
    [
        (SPRING, "01:30-02:30", [("00:30", "01:00")]),  # 02:30 does not exist: the clock goes to 03:00
        (SPRING, "02:00-03:00", []),
        (SPRING, "02:15-02:45,03:00-04:00", [("01:00", "02:00")]),
        (SPRING, "02:30-03:30", [("01:00", "01:30")]),
        (AUTUMN, "01:30-02:30", [("23:30", "00:30")]),  # 02:30 comes twice: the first
        (AUTUMN, "02:30-03:00", [("00:30", "02:00")]),
        (AUTUMN, "02:00-02:15,02:30-02:45", [("00:00", "00:15"), ("00:30", "00:45")]),
    ],
)
def test_wall_times_that_are_missing_or_doubled(day: date, text: str, spans: list[tuple[str, str]]) -> None:
    shown = [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in day_openings(parse_hours(f"sun {text}"), day)]
    assert shown == spans


@pytest.mark.rule("CH-1")
@no_deadline
@given(any_hours, instants, instants, instants)
def test_staffed_time_is_additive(hours: OpeningHours, a: datetime, b: datetime, c: datetime) -> None:
    b, c = (a + (one - a) / 200 for one in (b, c))  # within months, so that it stays quick
    assert staffed_between(hours, a, b) + staffed_between(hours, b, c) == staffed_between(hours, a, c)
    assert timedelta() <= staffed_between(hours, min(a, b), max(a, b)) <= abs(b - a)


@pytest.mark.rule("CH-1")
@no_deadline
@given(any_hours, instants)
def test_open_closing_and_next_opening_agree(hours: OpeningHours, now: datetime) -> None:
    closes, opens, staffed = closes_at(hours, now), opens_next(hours, now), next_staffed(hours, now)
    assert is_open(hours, now) is (closes is not None)
    if closes is None:
        assert staffed == opens
        if opens:
            assert staffed_between(hours, now, opens) == timedelta()
    else:
        assert staffed == now < closes
        assert staffed_between(hours, now, closes) == closes - now
        assert not is_open(hours, closes)
        assert opens is None or opens > closes
    if opens:
        assert opens > now
        assert is_open(hours, opens)
        assert not is_open(hours, opens - timedelta(microseconds=1))


@pytest.mark.rule("CH-1")
@no_deadline
@given(any_hours, instants, st.timedeltas(timedelta(), timedelta(hours=100)))
def test_staffed_until_undoes_staffed_between(hours: OpeningHours, start: datetime, amount: timedelta) -> None:
    until = staffed_until(hours, start, amount)
    if until is None:
        assert staffed_between(hours, start, start + timedelta(days=399)) < amount
        return
    assert staffed_between(hours, start, until) == amount
    if amount:
        assert staffed_between(hours, start, until - timedelta(microseconds=1)) < amount


@pytest.mark.rule("CH-1")
@no_deadline
@given(any_hours, st.one_of(days, st.sampled_from([change.date() for change in clock_changes()])))
def test_openings_are_in_order_apart_and_on_their_own_day(hours: OpeningHours, day: date) -> None:
    spans = day_openings(hours, day)
    for opens, closes in spans:
        assert opens < closes
        assert opens.tzinfo is closes.tzinfo is UTC
        assert opens.astimezone(STOCKHOLM).date() == closes.astimezone(STOCKHOLM).date() == day
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


@pytest.mark.rule("CH-1")
@settings(max_examples=30, deadline=None)
@given(opening_hours(), st.integers(2020, 2050))
def test_never_open_on_a_holiday_or_a_closed_day(hours: OpeningHours, year: int) -> None:
    special = {day for day, _ in hours.shortened}
    for day in [*(date(year, 1, 1) + timedelta(days=n) for n in range(365)), *hours.closed_days]:
        is_off = is_holiday(day) or (hours.closed_eves and is_eve(day))
        if day in hours.closed_days or (is_off and day not in special):
            assert openings_on(hours, day) == ()
            noon = datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)
            assert not is_open(hours, noon)


@no_deadline
@given(opening_hours(), days)
def test_the_next_weekday_lies_ahead_and_is_staffed(hours: OpeningHours, day: date) -> None:
    following = next_weekday(hours, day)
    assert following > day
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    if openings_on(hours, following):
        assert not any(openings_on(hours, one) for one in between)


@pytest.mark.rule("CH-1")
@no_deadline
@given(any_hours, instants, st.integers(1, 20 * 60))
def test_staffed_time_counted_back_is_staffed_time_counted_forward(
    hours: OpeningHours, now: datetime, minutes: int
) -> None:
    amount = timedelta(minutes=minutes)
    since = staffed_since(hours, now, amount)
    if since is not None:
        assert since <= now
        assert staffed_between(hours, since, now) == amount


def test_a_message_from_friday_evening_has_waited_half_an_hour_on_monday_at_half_past_eight() -> None:
    assert staffed_since(OFFICE, at("2026-11-23", "08:30"), timedelta(minutes=30)) == at("2026-11-23", "08:00")
    assert staffed_since(OFFICE, at("2026-11-23", "08:20"), timedelta(minutes=30)) == at("2026-11-20", "16:50")
    assert staffed_since(NEVER, at("2026-11-23", "08:20"), timedelta(minutes=30)) is None


def test_instants_in_other_time_zones_are_the_same_instants_and_naive_ones_are_refused() -> None:
    now = at("2026-10-25", "02:30", fold=1)
    assert closes_at(ALWAYS, now.astimezone(STOCKHOLM)) == closes_at(ALWAYS, now)
    assert staffed_between(ALWAYS, now.astimezone(STOCKHOLM), now) == timedelta()
    with pytest.raises(ValueError, match="time zone"):
        is_open(OFFICE, datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001 - that is what is tried
    with pytest.raises(ValueError, match="time zone"):
        staffed_between(OFFICE, now, datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001


def test_a_year_of_staffed_time_is_counted_quickly() -> None:
    start = at("2026-01-01", "00:00")
    end = start + timedelta(days=365)
    expected = staffed_between(OFFICE, start, end)
    assert expected == timedelta(hours=251 * 8)  # the almanac gives 2026 as many working days
    fastest = min(_seconds(start, end) for _ in range(10))
    assert fastest < 0.02  # 4 ms; the rest is for a slow and busy machine


def _seconds(start: datetime, end: datetime) -> float:
    before = perf_counter()
    staffed_between(OFFICE, start, end)
    return perf_counter() - before

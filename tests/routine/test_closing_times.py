"""When a unit closes for the day, and what stands on that: over thirty years, with both clock changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.holidays import is_holiday
from p24tui.routine.hours import (
    HORIZON_DAYS,
    STOCKHOLM,
    OpeningHours,
    closes_at,
    closes_for_day,
    day_openings,
    is_open,
    last_closing,
    local_day,
    next_weekday,
    openness,
    opens_next,
    parse_hours,
    staffed_between,
    staffed_since,
    staffed_until,
)
from tests.routine.opening_hours import NEVER, OFFICE, any_hours, days, no_deadline
from tests.routine.test_hours import AUTUMN, SPRING, at, clock_changes, instants

DAY = timedelta(days=1)
SATURDAYS = parse_hours("mon-thu 07:30-12:00,12:45-17:00; fri 07:30-15:00; sat 10:00-14:00")
OVER_THE_CHANGE = "00:30-01:45,01:50-02:20,02:40-03:20,04:00-23:59"
NIGHTS = parse_hours(f"mon-sun {OVER_THE_CHANGE}; eves open")
"""A unit that is open over 02–03, where the clocks change, with breaks in the middle of it."""


@st.composite
def odd_holidays(draw: st.DrawFn) -> OpeningHours:
    """Lunch breaks and Saturdays, and holidays of a year that are open all the same, or closed twice over."""
    year = draw(st.integers(2020, 2050))
    holidays = [day for day in (date(year, 1, 1) + n * DAY for n in range(365)) if is_holiday(day)]
    kept = draw(st.lists(st.sampled_from(holidays), max_size=4, unique=True))
    week = draw(
        st.sampled_from(["mon-fri 08:00-12:00,13:00-17:00", "mon-sat 07:00-11:30,12:15-16:00", "sun 01:00-04:00"])
    )
    special = "".join(f"; {day} {draw(st.sampled_from(['closed', '09:00-11:00,11:30-13:00']))}" for day in kept)
    return parse_hours(week + special + draw(st.sampled_from(["; eves open", "; eves closed"])))


every_hours = st.one_of(any_hours, odd_holidays(), st.sampled_from([SATURDAYS, NIGHTS]))


# The last closing of a day


@pytest.mark.rule("CH-5", "CH-7")
@pytest.mark.parametrize(
    ("now", "closing"),
    [
        (("2026-11-23", "00:00"), ("2026-11-23", "17:00")),  # a Monday, before opening
        (("2026-11-23", "11:59"), ("2026-11-23", "17:00")),  # before the lunch break
        (("2026-11-23", "12:30"), ("2026-11-23", "17:00")),  # in it
        (("2026-11-23", "17:00"), ("2026-11-23", "17:00")),
        (("2026-11-23", "23:59"), ("2026-11-23", "17:00")),  # long past
        (("2026-11-28", "09:00"), ("2026-11-28", "14:00")),  # a Saturday
        (("2026-11-29", "09:00"), None),  # a Sunday
        (("2026-12-24", "09:00"), None),  # julafton
        (("2027-01-06", "09:00"), None),  # trettondedag jul, a Wednesday
    ],
)
def test_the_closing_of_a_day_is_its_last_one(now: tuple[str, str], closing: tuple[str, str] | None) -> None:
    hours = parse_hours("mon-fri 08:00-12:00,13:00-17:00; sat 10:00-14:00")
    assert closes_for_day(hours, at(*now)) == (closing and at(*closing))


def test_the_closing_follows_what_is_decided_for_the_day() -> None:
    hours = parse_hours("mon-fri 08:00-17:00; 2026-12-23 08:00-12:00; 2026-12-24 09:00-11:00; 2026-12-28 closed")
    assert closes_for_day(hours, at("2026-12-23", "16:00")) == at("2026-12-23", "12:00")
    assert closes_for_day(hours, at("2026-12-24", "16:00")) == at("2026-12-24", "11:00")
    assert closes_for_day(hours, at("2026-12-28", "09:00")) is None
    assert last_closing(hours, at("2026-12-29", "09:00")) == at("2026-12-24", "11:00")


@pytest.mark.rule("CH-7")
@pytest.mark.parametrize(
    ("now", "closing"),
    [
        (("2026-11-23", "16:59"), ("2026-11-20", "17:00")),
        (("2026-11-23", "12:30"), ("2026-11-20", "17:00")),  # a lunch break closes no day
        (("2026-11-23", "17:00"), ("2026-11-23", "17:00")),
        (("2026-11-22", "10:00"), ("2026-11-20", "17:00")),
        (("2026-04-07", "09:00"), ("2026-04-02", "17:00")),  # over Easter
    ],
)
def test_the_last_closing_of_a_day_that_has_been(now: tuple[str, str], closing: tuple[str, str]) -> None:
    assert last_closing(OFFICE, at(*now)) == at(*closing)


def test_a_unit_that_never_opens_has_never_closed() -> None:
    now = at("2026-11-23", "10:00")
    assert closes_for_day(NEVER, now) is None
    assert last_closing(NEVER, now) is None
    long_ago = parse_hours(f"mon-sun closed; {local_day(now) - (HORIZON_DAYS + 1) * DAY} 08:00-12:00")
    assert last_closing(long_ago, now) is None


@pytest.mark.rule("CH-5", "CH-7")
@no_deadline
@given(every_hours, instants)
def test_the_closing_of_a_day_ends_its_last_opening(hours: OpeningHours, now: datetime) -> None:
    closing = closes_for_day(hours, now)
    spans = day_openings(hours, local_day(now))
    assert (closing is None) is (not spans)
    if closing is None:
        return
    assert local_day(closing) == local_day(now)
    assert not is_open(hours, closing)
    assert is_open(hours, closing - timedelta(microseconds=1))
    until = closes_at(hours, now)
    assert until is None or until <= closing
    if now >= closing:
        following = opens_next(hours, now)
        assert following is None or local_day(following) > local_day(now)
        assert not is_open(hours, now)


@pytest.mark.rule("CH-7")
@no_deadline
@given(every_hours, instants)
def test_no_day_has_closed_between_the_last_closing_and_now(hours: OpeningHours, now: datetime) -> None:
    closing = last_closing(hours, now)
    if closing is None:
        ago = [closes_for_day(hours, now - n * DAY) for n in range(1, HORIZON_DAYS)]
        assert not any(ago)
        return
    assert closing <= now
    assert closes_for_day(hours, closing) == closing
    day = local_day(closing) + DAY
    while day < local_day(now):
        assert day_openings(hours, day) == ()
        day += DAY
    today = closes_for_day(hours, now)
    if today is not None and today <= now:
        assert closing == today


# What warnings and deadlines stand on


@pytest.mark.rule("CH-1")
@no_deadline
@given(every_hours, instants)
def test_what_is_said_of_now_holds_until_it_changes(hours: OpeningHours, now: datetime) -> None:
    state = openness(hours, now)
    assert state.open is is_open(hours, now)
    if state.changes_at is None:
        assert not state.open
        return
    assert state.changes_at > now
    assert is_open(hours, state.changes_at - timedelta(microseconds=1)) is state.open
    staffed = staffed_between(hours, now, state.changes_at)
    assert staffed == (state.changes_at - now if state.open else timedelta())


@pytest.mark.rule("CH-1")
@no_deadline
@given(every_hours, instants, instants, instants)
def test_staffed_time_is_additive_for_units_of_every_kind(
    hours: OpeningHours, a: datetime, b: datetime, c: datetime
) -> None:
    b, c = (a + (one - a) / 300 for one in (b, c))
    assert staffed_between(hours, a, b) + staffed_between(hours, b, c) == staffed_between(hours, a, c)


@pytest.mark.rule("CH-1")
@no_deadline
@given(every_hours, instants, st.timedeltas(timedelta(), timedelta(hours=60)))
def test_counting_forward_and_back_are_each_others_inverse(
    hours: OpeningHours, now: datetime, amount: timedelta
) -> None:
    until = staffed_until(hours, now, amount)
    if until is not None:
        assert staffed_between(hours, now, until) == amount
        back = staffed_since(hours, until, amount)
        assert back is not None
        assert back >= now  # a stretch without staff may lie between
        assert staffed_between(hours, now, back) == timedelta()
    since = staffed_since(hours, now, amount)
    if since is not None:
        assert staffed_between(hours, since, now) == amount
        forward = staffed_until(hours, since, amount)
        assert forward is not None
        assert forward <= now
        assert staffed_between(hours, forward, now) == timedelta()
        if amount:
            assert staffed_between(hours, since + timedelta(microseconds=1), now) < amount


@no_deadline
@given(every_hours, instants, st.timedeltas(timedelta(), timedelta(hours=30)))
def test_counting_back_does_not_depend_on_the_time_zone_it_is_asked_in(
    hours: OpeningHours, now: datetime, amount: timedelta
) -> None:
    assert staffed_since(hours, now.astimezone(STOCKHOLM), amount) == staffed_since(hours, now, amount)


def test_counting_back_takes_neither_a_naive_time_nor_a_negative_amount() -> None:
    now = at("2026-11-23", "10:00")
    assert staffed_since(OFFICE, now, timedelta()) == now
    assert staffed_since(OFFICE, at("2026-11-22", "10:00"), timedelta()) == at("2026-11-22", "10:00")
    with pytest.raises(ValueError, match="forwards"):
        staffed_since(OFFICE, now, -timedelta(minutes=1))
    for asked in (closes_for_day, last_closing, lambda hours, naive: staffed_since(hours, naive, DAY)):
        with pytest.raises(ValueError, match="time zone"):
            asked(OFFICE, datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001 - that is what is tried


@pytest.mark.rule("CH-9")
@pytest.mark.hazard("H4")
@no_deadline
@given(every_hours, st.one_of(days, st.sampled_from([change.date() - DAY for change in clock_changes()])))
def test_the_next_weekday_is_the_next_day_with_staffed_time(hours: OpeningHours, day: date) -> None:
    following = next_weekday(hours, day)
    ahead = [day + n * DAY for n in range(1, HORIZON_DAYS + 1)]
    staffed = [one for one in ahead if day_openings(hours, one)]
    assert following == (staffed[0] if staffed else following)
    assert following > day


def test_an_hour_that_the_clock_skips_staffs_no_day() -> None:
    hours = parse_hours(f"mon 08:00-12:00; {SPRING} 02:00-03:00")
    assert next_weekday(hours, SPRING - DAY) == SPRING + DAY
    assert closes_for_day(hours, at(str(SPRING), "12:00")) is None


# The nights on which the clocks change


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize("change", clock_changes(), ids=lambda change: f"{change:%Y-%m}")
def test_a_night_of_change_is_staffed_as_its_openings_say(change: datetime) -> None:
    day = local_day(change)
    hours = parse_hours(f"mon-sat closed; {day} {OVER_THE_CHANGE}")  # some springs it is Easter Day
    spans = day_openings(hours, day)
    spring = change.month == 3
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))
    walls = [tuple(one.astimezone(STOCKHOLM).strftime("%H:%M") for one in span) for span in spans]
    if spring:  # from 01:50 over the change, with no break in the hour that is skipped
        assert walls == [("00:30", "01:45"), ("01:50", "03:20"), ("04:00", "23:59")]
        real = timedelta(hours=1, minutes=15) + timedelta(minutes=10 + 20)
    else:  # up to the first 02:20, and from the first 02:40 over the second hour to 03:20
        assert walls == [("00:30", "01:45"), ("01:50", "02:20"), ("02:40", "03:20"), ("04:00", "23:59")]
        real = timedelta(hours=1, minutes=15) + timedelta(minutes=30 + 20 + 60 + 20)
    real += timedelta(hours=19, minutes=59)
    midnight = datetime.combine(day, datetime.min.time(), STOCKHOLM).astimezone(UTC)
    assert staffed_between(hours, midnight, midnight + timedelta(hours=23 if spring else 25)) == real


@pytest.mark.rule("CH-5")
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_day_that_closes_in_the_missing_or_doubled_hour_closes_once(day: date) -> None:
    hours = parse_hours("sun 00:30-02:30")
    closing = closes_for_day(hours, at(str(day), "00:00"))
    assert closing == datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=60 if day == SPRING else 30)
    asked, looks = at(str(day), "00:00"), []
    while local_day(asked) == day:
        looks.append((asked, closes_for_day(hours, asked), is_open(hours, asked)))
        asked += timedelta(minutes=10)
    assert {found for _asked, found, _open in looks} == {closing}
    opened = [one for one, _found, staffed in looks if staffed]
    assert opened == [one for one, *_rest in looks if at(str(day), "00:30") <= one < closing]

"""Days, weeks and months as people in Sweden count them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.hours import local_day
from p24tui.routine.period import Length, Period, period_of, read_period

DAYS = st.dates(date(2000, 1, 10), date(2199, 12, 20))
LENGTHS = st.sampled_from(Length)


@pytest.mark.parametrize(
    ("length", "day", "first", "last"),
    [
        (Length.DAY, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 23)),
        (Length.WEEK, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)),
        (Length.WEEK, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        (Length.WEEK, date(2027, 1, 2), date(2026, 12, 28), date(2027, 1, 3)),
        (Length.MONTH, date(2026, 11, 23), date(2026, 11, 1), date(2026, 11, 30)),
        (Length.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Length.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_belongs_to_its_week_and_its_month(length: Length, day: date, first: date, last: date) -> None:
    period = period_of(length, day)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_a_day_has_as_many_hours_as_the_clocks_give_it(day: date, hours: int) -> None:
    period = period_of(Length.DAY, day)
    assert len(period.slots) == hours
    assert period.ends - period.begins == timedelta(hours=hours)


def test_a_month_with_a_change_of_clocks_has_days_from_midnight_to_midnight() -> None:
    period = period_of(Length.MONTH, date(2026, 10, 1))
    lengths = {(ends - begins) // timedelta(hours=1) for begins, ends in period.slots[:-7]}
    assert lengths == {24}
    assert period.slots[24] == (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))
    assert len(period.slots) == 31


@given(LENGTHS, DAYS)
def test_periods_follow_each_other_without_a_gap_and_the_way_back_is_the_way_there(length: Length, day: date) -> None:
    period = period_of(length, day)
    assert period.next.begins == period.ends
    assert period.next.previous == period
    assert period.previous.next == period


@given(LENGTHS, DAYS)
def test_the_slots_fill_the_period_and_lie_in_its_days(length: Length, day: date) -> None:
    period = period_of(length, day)
    slots = period.slots
    assert (slots[0][0], slots[-1][1]) == (period.begins, period.ends)
    assert all(one[1] == other[0] for one, other in pairwise(slots))
    assert all(period.holds(local_day(begins)) for begins, _ends in slots)
    assert period.holds(day)
    assert not period.holds(period.first - timedelta(days=1))
    assert not period.holds(period.last + timedelta(days=1))
    assert period.days == tuple(sorted({period.first, *period.days, period.last}))


@pytest.mark.parametrize(
    ("length", "written", "first"),
    [
        (Length.DAY, "2026-11-23", date(2026, 11, 23)),
        (Length.WEEK, "2026-48", date(2026, 11, 23)),
        (Length.WEEK, "2026-W48", date(2026, 11, 23)),
        (Length.WEEK, "2026-53", date(2026, 12, 28)),
        (Length.WEEK, "2026-1", date(2025, 12, 29)),
        (Length.MONTH, "2026-11", date(2026, 11, 1)),
    ],
)
def test_a_period_can_be_written(length: Length, written: str, first: date) -> None:
    assert read_period(length, written) == Period(length, first)


@pytest.mark.parametrize(
    ("length", "written"),
    [
        *((Length.DAY, one) for one in ("", "idag", "2026-02-30", "2026-11", "1999-12-31", "2200-01-01")),
        *(
            (Length.WEEK, one)
            for one in ("", "48", "2026-0", "2027-53", "2026-54", "2026-11-23", "9999-52", "２０２６-48")
        ),
        *((Length.MONTH, one) for one in ("", "november", "2026-13", "2026-00", "2026-11-23", "1999-12")),
    ],
)
def test_what_is_no_period_is_refused(length: Length, written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_period(length, written)

"""Days that are not as the week says: what applies on them and why, and what is decided for a day alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.closing_warnings import warnings_in_order
from p24tui.routine.holidays import eve_name, is_eve
from p24tui.routine.hours import OpeningHours, describe, openings_on, parse_hours
from p24tui.routine.opening import BadHours, parse_openings, rewrite_hours
from p24tui.routine.special_days import (
    KEPT_DAYS,
    Ground,
    changed_days,
    coming,
    decide,
    decided_days,
    decided_for,
    plan,
    standing_out,
    without_old,
)
from tests.routine.opening_hours import OFFICE, any_hours, days, no_deadline, openings

EVES = {
    date(2026, 4, 4): "Påskafton",
    date(2026, 6, 19): "Midsommarafton",
    date(2026, 12, 24): "Julafton",
    date(2026, 12, 31): "Nyårsafton",
}
CHRISTMAS = "mon-fri 08:00-17:00; 2026-12-23 08:00-12:00; 2026-12-26 10:00-12:00; 2026-12-28 closed"


@pytest.mark.rule("CH-1")
def test_the_usually_closed_eves_have_their_names_and_no_other_day_has() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert {day: eve_name(day) for day in year if eve_name(day)} == EVES
    assert [day for day in year if is_eve(day)] == list(EVES)


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize(
    ("day", "is_open", "ground", "name"),
    [
        (date(2026, 11, 23), True, Ground.WEEK, ""),
        (date(2026, 11, 22), False, Ground.WEEK, ""),
        (date(2026, 12, 23), True, Ground.OWN, ""),
        (date(2026, 12, 24), False, Ground.EVE, "Julafton"),
        (date(2026, 12, 25), False, Ground.HOLIDAY, "Juldagen"),
        (date(2026, 12, 26), True, Ground.OWN, "Annandag jul"),
        (date(2026, 12, 28), False, Ground.OWN, ""),
    ],
)
def test_what_applies_on_a_day_and_why(day: date, is_open: bool, ground: Ground, name: str) -> None:
    found = plan(parse_hours(CHRISTMAS), day)
    assert (bool(found.openings), found.ground, found.name) == (is_open, ground, name)


def test_an_eve_on_which_the_unit_is_open_is_as_the_week_says_and_has_its_name() -> None:
    found = plan(parse_hours("mon-fri 08:00-17:00; eves open"), date(2026, 12, 24))
    assert (bool(found.openings), found.ground, found.name) == (True, Ground.WEEK, "Julafton")


def test_holidays_eves_and_decided_days_stand_out_the_decided_ones_however_far_ahead() -> None:
    hours = parse_hours(f"{CHRISTMAS}; 2026-11-02 closed; 2027-08-02 closed")
    found = [one.day for one in standing_out(hours, date(2026, 11, 23), 56)]
    assert found == [
        *(date(2026, 12, day) for day in (23, 24, 25, 26, 28, 31)),
        date(2027, 1, 1),
        date(2027, 1, 6),
        date(2027, 8, 2),
    ]


@pytest.mark.rule("CH-1")
@no_deadline
@given(any_hours, days, st.one_of(st.none(), openings()))
def test_what_is_decided_for_a_day_applies_to_it_and_to_no_other(
    hours: OpeningHours, day: date, decided: tuple[()] | None
) -> None:
    after = decide(hours, day, decided)
    assert decided_for(after, day) == decided
    assert openings_on(after, day) == (openings_on(decide(hours, day, None), day) if decided is None else decided)
    for other in decided_days(hours) | {day - timedelta(days=1), day + timedelta(days=1)}:
        if other != day:
            assert openings_on(after, other) == openings_on(hours, other)
    assert changed_days(hours, after) == ((day,) if decided_for(hours, day) != decided else ())
    assert decide(after, day, decided_for(hours, day)) == hours


@no_deadline
@given(any_hours, days)
def test_only_what_is_more_than_a_year_old_is_forgotten(hours: OpeningHours, today: date) -> None:
    after = without_old(hours, today)
    kept = today - timedelta(days=KEPT_DAYS)
    assert decided_days(after) == {day for day in decided_days(hours) if day >= kept}
    assert all(one.openings == openings_on(hours, one.day) for one in coming(after, today, 20))


# What is written over what was


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "mon-thu 07:30-16:00",
            "mon-thu 07:30-16:00; 2026-12-23 08:00-12:00; 2026-12-26 10:00-12:00; 2026-12-28 closed",
        ),
        (
            "2026-12-23 closed; 2026-12-28 09:00-10:00",
            "mon-fri 08:00-17:00; 2026-12-23 closed; 2026-12-26 10:00-12:00; 2026-12-28 09:00-10:00",
        ),
        ("eves open; 2026-12-26 closed", CHRISTMAS.replace("10:00-12:00", "closed") + "; eves open"),
    ],
)
def test_what_one_writes_applies_and_what_one_leaves_out_stays(text: str, after: str) -> None:
    assert describe(rewrite_hours(parse_hours(CHRISTMAS), text)) == after


@no_deadline
@given(any_hours, any_hours)
def test_hours_written_in_full_take_the_place_of_the_week_and_of_the_days_they_name(
    before: OpeningHours, written: OpeningHours
) -> None:
    after = rewrite_hours(before, describe(written))
    assert after.weekly == written.weekly
    for day in decided_days(before) | decided_days(written):
        said = decided_for(written, day)
        assert decided_for(after, day) == (decided_for(before, day) if said is None else said)
    eves = written.closed_eves and before.closed_eves
    assert after.closed_eves is eves


def test_eves_said_to_be_closed_are_closed_again() -> None:
    assert rewrite_hours(parse_hours("mon 08:00-12:00; eves open"), "eves closed").closed_eves


@pytest.mark.parametrize("text", ["", "mon 08:00", "2026-02-30 closed", "2026-12-23 closed; 2026-12-23 closed"])
def test_what_cannot_be_read_changes_nothing(text: str) -> None:
    with pytest.raises(BadHours):
        rewrite_hours(OFFICE, text)


def test_a_days_openings_are_read_alone() -> None:
    assert parse_openings(" 13:00-17:00, 08:00-12:00") == OFFICE.weekly[0]
    assert parse_openings("Closed") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "shape"),
        ("stängt", "shape"),
        ("08:00", "shape"),
        ("8-12", "time"),
        ("24:00-25:00", "time"),
        ("17:00-08:00", "order"),
        ("08:00-12:00,12:00-13:00", "overlap"),
    ],
)
def test_what_is_wrong_with_a_days_openings_has_a_key(text: str, reason: str) -> None:
    with pytest.raises(BadHours) as error:
        parse_openings(text)
    assert error.value.reason == reason


# Warnings before closing


@pytest.mark.rule("CH-5", "CH-7")
@pytest.mark.parametrize("minutes", [(60, 30, 15, 5), (240, 1), (6, 5, 4, 3, 2, 1)])
def test_warnings_fall_towards_closing(minutes: tuple[int, ...]) -> None:
    assert warnings_in_order(minutes)


@pytest.mark.rule("CH-5", "CH-7")
@pytest.mark.parametrize("minutes", [(), (30,), (30, 30), (5, 15), (241, 5), (10, 0), (7, 6, 5, 4, 3, 2, 1)])
def test_what_cannot_be_warnings(minutes: tuple[int, ...]) -> None:
    assert not warnings_in_order(minutes)

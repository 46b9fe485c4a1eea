"""Swedish public holidays, and the eves that are usually closed, against days known from the almanac."""

from datetime import date, timedelta

import pytest

from p24tui.routine.holidays import holiday_name, is_eve, is_holiday, is_weekday

EASTER_DAYS = [
    date(2020, 4, 12),
    date(2021, 4, 4),
    date(2022, 4, 17),
    date(2023, 4, 9),
    date(2024, 3, 31),
    date(2025, 4, 20),
    date(2026, 4, 5),
    date(2027, 3, 28),
    date(2028, 4, 16),
    date(2030, 4, 21),
    date(2035, 3, 25),
    date(2038, 4, 25),
    date(2049, 4, 18),
]


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize("easter", EASTER_DAYS, ids=str)
def test_the_days_that_follow_easter(easter: date) -> None:
    assert holiday_name(easter - timedelta(days=2)) == "Långfredagen"
    assert holiday_name(easter) == "Påskdagen"
    assert holiday_name(easter + timedelta(days=1)) == "Annandag påsk"
    assert "Kristi himmelsfärdsdag" in str(holiday_name(easter + timedelta(days=39)))
    assert "Pingstdagen" in str(holiday_name(easter + timedelta(days=49)))
    assert is_eve(easter - timedelta(days=1))
    assert not is_holiday(easter - timedelta(days=1))


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "Nyårsdagen"),
        (date(2026, 1, 6), "Trettondedag jul"),
        (date(2026, 5, 1), "Första maj"),
        (date(2026, 5, 14), "Kristi himmelsfärdsdag"),
        (date(2026, 6, 6), "Nationaldagen"),
        (date(2024, 6, 22), "Midsommardagen"),
        (date(2025, 6, 21), "Midsommardagen"),
        (date(2026, 6, 20), "Midsommardagen"),
        (date(2027, 6, 26), "Midsommardagen"),
        (date(2024, 11, 2), "Alla helgons dag"),
        (date(2025, 11, 1), "Alla helgons dag"),
        (date(2026, 10, 31), "Alla helgons dag"),
        (date(2027, 11, 6), "Alla helgons dag"),
        (date(2026, 12, 25), "Juldagen"),
        (date(2026, 12, 26), "Annandag jul"),
    ],
)
def test_the_other_days_of_the_law(day: date, name: str) -> None:
    assert holiday_name(day) == name
    assert not is_weekday(day)


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize(
    "day",
    [
        date(2026, 4, 4),  # påskafton
        date(2024, 6, 21),
        date(2025, 6, 20),
        date(2026, 6, 19),
        date(2027, 6, 25),  # midsommarafton
        date(2026, 12, 24),
        date(2026, 12, 31),
    ],
)
def test_the_eves_are_no_holidays_but_usually_closed(day: date) -> None:
    assert is_eve(day)
    assert not is_holiday(day)
    assert is_weekday(day) is (day.weekday() < 5)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 5),  # trettondagsafton
        date(2026, 4, 2),  # skärtorsdagen
        date(2026, 4, 30),  # valborgsmässoafton
        date(2026, 5, 15),  # klämdag
        date(2026, 5, 25),  # annandag pingst, a holiday until 2004
        date(2026, 10, 30),  # allhelgonaafton
        date(2026, 12, 23),
    ],
)
def test_other_days_near_holidays_are_weekdays(day: date) -> None:
    assert not is_eve(day)
    assert holiday_name(day) is None
    assert is_weekday(day)


def test_a_sunday_is_no_holiday_by_itself_and_no_weekday_either() -> None:
    assert not is_holiday(date(2026, 11, 22))
    assert not is_weekday(date(2026, 11, 22))
    assert not is_weekday(date(2026, 11, 21))
    assert is_weekday(date(2026, 11, 23))


def test_two_holidays_on_one_day_are_both_named() -> None:
    assert set(str(holiday_name(date(2008, 5, 1))).split("; ")) == {"Första maj", "Kristi himmelsfärdsdag"}


def test_every_year_has_the_thirteen_holidays_and_four_eves() -> None:
    for year in range(2020, 2051):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
        names = [name for day in days for name in (holiday_name(day) or "").split("; ") if name]
        assert len(names) == len(set(names)) == 13, year
        assert sum(map(is_eve, days)) == 4, year

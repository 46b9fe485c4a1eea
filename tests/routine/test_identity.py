"""Identity numbers, ages and HSA-ids. Every number of a person is an official Swedish test number."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from personnummer import personnummer

from p24tui.routine.identity import (
    BadNumber,
    IdentityNumber,
    NumberKind,
    age_on,
    check_hsa_id,
    parse_number,
    show_number,
)

TODAY = date(2026, 11, 23)
no_deadline = settings(deadline=None)  # the first number loads the library
RESERVE = r"RH\d{6}[A-Z]\d{3}"


def refusal(text: str, *, kind: NumberKind | None = None, pattern: str | None = None) -> str:
    with pytest.raises(BadNumber) as caught:
        parse_number(text, today=TODAY, kind=kind, reserve_pattern=pattern)
    assert not text.strip() or text.strip() not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("195009072553", date(1950, 9, 7)),
        ("196101182803", date(1961, 1, 18)),
        ("189002029800", date(1890, 2, 2)),
        ("200302022389", date(2003, 2, 2)),
    ],
)
def test_official_test_persons_are_accepted(number: str, born: date) -> None:
    parsed = parse_number(number, today=TODAY)
    assert parsed == IdentityNumber(number, NumberKind.PERSONNUMMER)
    assert parsed.born == born


@pytest.mark.parametrize("text", ["195009072553", "19500907-2553", "500907-2553", "5009072553", " 500907-2553\n"])
def test_every_way_of_writing_gives_the_same_number(text: str) -> None:
    assert parse_number(text, today=TODAY).value == "195009072553"


@pytest.mark.parametrize(
    ("text", "today", "value"),
    [
        ("900202+9800", date(2026, 1, 1), "189002029800"),
        ("900202-9800", date(1980, 1, 1), "189002029800"),
        ("030202-2389", date(2003, 2, 2), "200302022389"),
        ("500907-2553", date(2049, 12, 31), "195009072553"),
        ("500907+2553", date(2050, 1, 1), "195009072553"),
    ],
)
def test_ten_digits_get_their_century_from_the_day(text: str, today: date, value: str) -> None:
    assert parse_number(text, today=today).value == value


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("197010632391", date(1970, 10, 3)),
        ("191503882399", date(1915, 3, 28)),
        ("191500882392", None),  # the month is unknown
        ("191500722390", None),
    ],
)
def test_samordningsnummer_also_with_an_unknown_month(number: str, born: date | None) -> None:
    parsed = parse_number(number, today=TODAY)
    assert parsed == IdentityNumber(number, NumberKind.SAMORDNINGSNUMMER)
    assert parsed.born == born


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "format"),
        ("19500907255", "format"),
        ("1950090725533", "format"),
        ("19500907 2553", "format"),
        ("19500907--2553", "format"),
        ("1950\u06600907-2553", "format"),
        ("١٩٥٠٠٩٠٧٢٥٥٣", "format"),
        ("195009072553\x00", "format"),
        ("5" * 1_000_000, "format"),
        ("\ud800", "format"),
        ("195009072554", "checksum"),
        ("195009082553", "checksum"),
        ("191500882393", "checksum"),
        ("195009070002", "checksum"),
        ("195013072553", "date"),
        ("195002302553", "date"),
        ("195009002553", "date"),
        ("195000072553", "date"),
        ("191513882392", "date"),
        ("195009992553", "date"),
        ("000009072553", "date"),
    ],
)
def test_what_is_no_number_is_refused(text: str, reason: str) -> None:
    assert refusal(text) == reason


def test_a_birth_in_the_future_is_refused() -> None:
    with pytest.raises(BadNumber) as caught:
        parse_number("200302022389", today=date(2003, 2, 1))
    assert caught.value.reason == "future"
    assert parse_number("200302022389", today=date(2003, 2, 2)).born == date(2003, 2, 2)


def test_the_library_itself_takes_a_future_date_and_we_do_not() -> None:
    number = next(f"20991231238{last}" for last in range(10) if personnummer.valid(f"20991231238{last}"))
    assert refusal(number) == "future"
    assert refusal("209900882392") == "future"


def test_a_number_of_another_kind_than_said_is_refused() -> None:
    assert refusal("195009072553", kind=NumberKind.SAMORDNINGSNUMMER) == "kind"
    assert refusal("197010632391", kind=NumberKind.PERSONNUMMER) == "kind"
    parsed = parse_number("195009072553", today=TODAY, kind=NumberKind.PERSONNUMMER)
    assert parsed.kind is NumberKind.PERSONNUMMER


def test_reserve_numbers_follow_the_configured_pattern() -> None:
    reserve = IdentityNumber("RH195009K123", NumberKind.RESERVNUMMER)
    kind = NumberKind.RESERVNUMMER
    assert parse_number("rh195009k123", today=TODAY, reserve_pattern=RESERVE) == reserve
    assert parse_number("RH195009K123", today=TODAY, kind=kind, reserve_pattern=RESERVE) == reserve
    assert reserve.born is None


def test_reserve_numbers_are_refused_without_a_pattern_or_where_it_does_not_fit() -> None:
    kind = NumberKind.RESERVNUMMER
    assert refusal("RH195009K123") == "format"
    assert refusal("RH195009K123", kind=kind) == "format"
    assert refusal("RH195009K1234", kind=kind, pattern=RESERVE) == "format"
    assert refusal("RH195009K123", kind=NumberKind.PERSONNUMMER, pattern=RESERVE) == "format"
    assert refusal("", kind=kind, pattern=".*") == "format"
    assert refusal("RH195009K123", pattern="(") == "reserve-pattern"


def test_a_personnummer_stays_one_where_the_reserve_pattern_fits_it_too() -> None:
    parsed = parse_number("195009072553", today=TODAY, reserve_pattern=r"\d{12}")
    assert parsed.kind is NumberKind.PERSONNUMMER


@no_deadline
@given(st.text(max_size=50))
def test_any_text_is_a_number_or_a_bad_number(text: str) -> None:
    try:
        parsed = parse_number(text, today=TODAY)
    except BadNumber:
        return
    assert parse_number(parsed.value, today=TODAY) == parsed


@no_deadline
@given(
    st.dates(date(1850, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 9),
    st.sampled_from([0, 60]),
)
def test_where_the_day_is_known_the_check_digit_is_the_librarys(born: date, serial: int, last: int, add: int) -> None:
    number = f"{born:%Y%m}{born.day + add:02}{serial:03}{last}"
    if personnummer.valid(number):
        assert parse_number(number, today=TODAY).born == born
    else:
        assert refusal(number) == "checksum"


@no_deadline
@given(st.integers(1900, 2020), st.integers(0, 12), st.integers(1, 999))
def test_an_unknown_day_of_birth_has_one_check_digit(year: int, month: int, serial: int) -> None:
    stem = f"{year}{month:02}60{serial:03}"
    fitting = [last for last in range(10) if _accepted(f"{stem}{last}")]
    assert len(fitting) == 1


def _accepted(number: str) -> bool:
    try:
        parse_number(number, today=TODAY)
    except BadNumber:
        return False
    return True


def test_numbers_are_shown_with_a_hyphen() -> None:
    assert show_number("195009072553") == "19500907-2553"
    assert show_number("RH195009K123") == "RH195009K123"
    assert show_number("") == ""


@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2003, 2, 2), date(2016, 2, 1), 12),
        (date(2003, 2, 2), date(2016, 2, 2), 13),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
        (date(2012, 2, 29), date(2025, 3, 1), 13),
        (date(2012, 2, 29), date(2024, 2, 28), 11),
        (date(2012, 2, 29), date(2024, 2, 29), 12),
        (date(2012, 3, 1), date(2025, 3, 1), 13),
        (date(2012, 12, 31), date(2025, 12, 30), 12),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(1890, 2, 2), date(2026, 11, 23), 136),
    ],
)
def test_age_on_a_day(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@no_deadline
@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 40_000))
def test_age_rises_by_one_at_most_from_day_to_day(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    assert age_on(born, day) >= 0
    assert age_on(born, day + timedelta(days=1)) - age_on(born, day) in (0, 1)


@pytest.mark.parametrize(
    "text", ["SE2321000016-1003", "SE2321000115-A", "SE2321000115-ABCDEFGHIJ01234567", " se2321000016-1x "]
)
def test_hsa_ids(text: str) -> None:
    assert check_hsa_id(text) == text.strip().upper()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SE2321000016",
        "SE2321000016-",
        "SE232100001-1003",
        "NO2321000016-1003",
        "SE2321000016-10_3",
        "SE2321000016-Å",
        "ſE2321000016-1003",
        "SE٢321000016-1003",
        "SE2321000016-1003\nX",
        "SE2321000115-ABCDEFGHIJ012345678",
    ],
)
def test_what_is_no_hsa_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HSA-id"):
        check_hsa_id(text)

"""How a unit's opening hours are written, as data and as text."""

from datetime import UTC, date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine.hours import BadHours, Opening, OpeningHours, describe, parse_hours
from tests.routine.opening_hours import NEVER, OFFICE, any_hours, no_deadline


@no_deadline
@given(any_hours)
def test_plain_data_and_text_read_back_the_same(hours: OpeningHours) -> None:
    assert OpeningHours.from_data(hours.to_data()) == hours
    assert parse_hours(describe(hours)) == hours
    assert hash(parse_hours(describe(hours))) == hash(hours)


def test_plain_data_has_the_documented_shape() -> None:
    data = {
        "weekly": {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sat": [["10:00", "14:00"]]},
        "closed_eves": True,
        "special": {"2026-12-23": [["08:00", "12:00"]]},
        "closed": ["2026-12-28"],
    }
    hours = OpeningHours.from_data(data)
    assert hours.to_data() == data
    assert describe(hours) == (
        "mon 08:00-12:00,13:00-17:00; sat 10:00-14:00; 2026-12-23 08:00-12:00; 2026-12-28 closed"
    )


def test_what_is_left_out_is_closed_and_order_does_not_matter() -> None:
    hours = OpeningHours.from_data({"weekly": {"mon": [["13:00", "17:00"], ["08:00", "12:00"]]}})
    assert hours == parse_hours("mon 08:00-12:00,13:00-17:00")
    assert hours == parse_hours(" MON  13:00-17:00 , 08:00-12:00 ")
    assert hours.closed_eves
    assert hours.weekly[1:] == ((),) * 6


def test_describe_groups_days_alike() -> None:
    assert describe(OFFICE) == "mon-fri 08:00-12:00,13:00-17:00"
    assert describe(NEVER) == "mon-sun closed"
    assert describe(parse_hours("mon-fri 08:00-17:00; eves open")) == "mon-fri 08:00-17:00; eves open"
    assert describe(parse_hours("mon,tue,thu 08:00-17:00")) == "mon-tue 08:00-17:00; thu 08:00-17:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "shape"),
        ("mon", "shape"),
        ("mon-fri", "shape"),
        ("mon 08:00", "shape"),
        ("mon 08:00-12:00-17:00", "shape"),
        ("mon 08:00-12:00,", "shape"),
        ("mon 8-17", "time"),
        ("mon 08:00-24:00", "time"),
        ("mon 08:60-17:00", "time"),
        ("mon 08.00-17.00", "time"),
        ("mon ٠٨:00-17:00", "time"),
        ("mon 17:00-08:00", "order"),
        ("mon 08:00-08:00", "order"),
        ("mon 08:00-12:00,11:00-17:00", "overlap"),
        ("mon 08:00-12:00,12:00-17:00", "overlap"),
        ("mån 08:00-17:00", "day"),
        ("mon- 08:00-17:00", "day"),
        ("fri-mon 08:00-17:00", "day"),
        ("mon-fri 08:00-17:00; fri 08:00-12:00", "twice"),
        ("mon closed; mon closed", "twice"),
        ("mon 08:00-17:00; 2026-12-23 closed; 2026-12-23 08:00-12:00", "twice"),
        ("mon 08:00-17:00; eves open; eves closed", "twice"),
        ("mon 08:00-17:00; eves perhaps", "shape"),
        ("mon 08:00-17:00; 2026-02-29 closed", "date"),
        ("mon 08:00-17:00; 20261223 closed", "date"),
        ("mon 08:00-17:00; 2026-w01-1 08:00-12:00", "date"),
        ("2026-12-23 08:00-12:00", "day"),
        ("eves open", "day"),
        ("mon,,wed 08:00-12:00", "day"),
        ("mon 08:00-17:00;", "shape"),
    ],
)
def test_text_that_cannot_be_used_is_refused_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(BadHours) as caught:
        parse_hours(text)
    assert caught.value.reason == reason
    assert len(str(caught.value).split()) > 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "shape"),
        ([], "shape"),
        ({}, "key"),
        ({"weekly": None}, "shape"),
        ({"weekly": {}, "Closed": []}, "key"),
        ({"weekly": {1: []}}, "key"),
        ({"weekly": {"mån": []}}, "key"),
        ({"weekly": {"mon": "08:00-17:00"}}, "shape"),
        ({"weekly": {"mon": ["08:00", "17:00"]}}, "shape"),
        ({"weekly": {"mon": [["08:00"]]}}, "shape"),
        ({"weekly": {"mon": [[8, 17]]}}, "time"),
        ({"weekly": {"mon": [["08:00", None]]}}, "time"),
        ({"weekly": {}, "closed_eves": "no"}, "shape"),
        ({"weekly": {}, "closed": "2026-12-28"}, "shape"),
        ({"weekly": {}, "closed": [20261228]}, "date"),
        ({"weekly": {}, "closed": ["2026-12-32"]}, "date"),
        ({"weekly": {}, "special": []}, "shape"),
        ({"weekly": {}, "special": {"2026-12-23": []}}, "shape"),
        ({"weekly": {}, "special": {"today": [["08:00", "12:00"]]}}, "date"),
        ({"weekly": {}, "special": {"2026-12-23": [["08:00", "12:00"]]}, "closed": ["2026-12-23"]}, "twice"),
    ],
)
def test_data_that_cannot_be_used_is_refused_with_a_sentence(data: Any, reason: str) -> None:
    with pytest.raises(BadHours) as caught:
        OpeningHours.from_data(data)
    assert caught.value.reason == reason
    assert len(str(caught.value).split()) > 3


def test_values_check_themselves() -> None:
    morning = Opening(time(8), time(12))
    week = ((morning,),) * 7
    with pytest.raises(BadHours, match="seven days"):
        OpeningHours(((morning,),))
    with pytest.raises(BadHours, match="minute"):
        Opening(time(8, 0, 30), time(12))
    with pytest.raises(BadHours, match="minute"):
        Opening(time(8, tzinfo=UTC), time(12))
    with pytest.raises(BadHours, match="order"):
        OpeningHours(week, shortened=((date(2026, 12, 23), (morning,)), (date(2026, 12, 22), (morning,))))
    with pytest.raises(BadHours, match="overlap"):
        OpeningHours(((morning, morning),) * 7)


@no_deadline
@given(st.text(max_size=60))
def test_any_text_is_hours_or_bad_hours(text: str) -> None:
    try:
        hours = parse_hours(text)
    except BadHours:
        return
    assert parse_hours(describe(hours)) == hours

"""Moderate risk: a visit in person within two days, until it has been, or decided on individually (SU-6 to SU-8)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import suicide
from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.case import Case, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.holidays import is_weekday
from p24tui.routine.hours import STOCKHOLM, local_day, parse_hours
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Booking, Course, Decision
from tests.routine.cases import NOW, PACE, UNSAID
from tests.routine.risks import (
    AT_HIGH,
    AT_LOW,
    AT_MODERATE,
    BOOKED,
    CAME,
    DAY,
    HOUR,
    MIDWIFE,
    MODERATE,
    NURSE,
    PROLONGED,
    PSYCHOLOGIST,
    REFUSES,
    STAYED_AWAY,
    SUSPICION,
    VISIT,
    WEEKEND,
    course,
    moderate,
    suspected,
    taken,
)

NONE = Protection.NONE


def swedish(*when: int) -> datetime:
    return datetime(*when, tzinfo=STOCKHOLM).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.rule("SU-6")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("assessed", "last_day"),
    [
        (swedish(2026, 11, 23, 11, 0), date(2026, 11, 25)),  # a Monday
        (swedish(2026, 11, 23, 0, 0), date(2026, 11, 25)),
        (swedish(2026, 11, 23, 23, 59), date(2026, 11, 25)),
        (swedish(2026, 11, 24, 0, 0), date(2026, 11, 26)),
        (swedish(2026, 11, 27, 16, 0), date(2026, 11, 29)),  # a Friday: the Sunday
        (swedish(2026, 12, 24, 10, 0), date(2026, 12, 26)),  # Christmas Eve
        (swedish(2026, 12, 31, 23, 59), date(2027, 1, 2)),
        (swedish(2027, 1, 1, 0, 0), date(2027, 1, 3)),
        (swedish(2027, 3, 26, 23, 30), date(2027, 3, 28)),  # the day on which summer time begins
        (swedish(2027, 3, 28, 3, 0), date(2027, 3, 30)),
        (swedish(2027, 10, 30, 0, 30), date(2027, 11, 1)),  # across the day on which it ends
        (swedish(2028, 2, 27, 12, 0), date(2028, 2, 29)),
    ],
)
def test_the_visit_takes_place_within_two_calendar_days_whatever_days_those_are(
    assessed: datetime, last_day: date
) -> None:
    one = taken(suicide.assess(suspected(), UNSAID, PSYCHOLOGIST, NONE, MODERATE, assessed, PACE))
    assert one.visit_by == last_day
    after = last_day + DAY
    midnight = swedish(after.year, after.month, after.day)
    in_time, late = (replace(VISIT, at=at) for at in (midnight - timedelta(seconds=1), midnight))
    assert taken(suicide.book(one, AT_MODERATE, PSYCHOLOGIST, NONE, in_time, assessed, PACE)).risk_due_at
    refused = Refusal("SU-6", "booking-late")
    assert suicide.book(one, AT_MODERATE, PSYCHOLOGIST, NONE, late, assessed, PACE) == refused
    assert not suicide.is_due(one, midnight - timedelta(microseconds=1))
    assert suicide.is_due(one, midnight)


@pytest.mark.rule("SU-6")
@pytest.mark.hazard("H8")
@given(
    st.integers(0, 3_000_000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.floats(-1, 100, allow_nan=False).map(lambda hours: hours * HOUR),
)
def test_no_visit_is_booked_later_than_the_second_day_after_the_assessment_nor_before_now(
    assessed: datetime, ahead: timedelta
) -> None:
    one = taken(suicide.assess(suspected(), UNSAID, PSYCHOLOGIST, NONE, MODERATE, assessed, PACE))
    at = assessed + ahead
    days = (local_day(at) - local_day(assessed)).days
    booked = suicide.book(one, AT_MODERATE, PSYCHOLOGIST, NONE, replace(VISIT, at=at), assessed, PACE)
    assert isinstance(booked, Case) is (days <= 2 and at > assessed)


@pytest.mark.rule("SU-6", "SU-13")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("at", "facts", "said", "refused"),
    [
        (AT_HIGH, {}, VISIT, Refusal("SU-13", "high-booking")),
        (UNSAID, {}, VISIT, Refusal("SU-6", "booking-not-moderate")),
        (AT_LOW, {}, VISIT, Refusal("SU-6", "booking-not-moderate")),
        (AT_MODERATE, {"visit_by": None}, VISIT, Refusal("SU-6", "booking-late")),
        (AT_MODERATE, {}, replace(VISIT, profession=Profession.NURSE), Refusal("SU-6", "booking-profession")),
        (AT_MODERATE, {}, replace(VISIT, profession=Profession.OTHER), Refusal("SU-6", "booking-profession")),
        (AT_MODERATE, {}, replace(VISIT, whom=" "), Refusal("SU-6", "booking-where")),
        (AT_MODERATE, {}, replace(VISIT, where=""), Refusal("SU-6", "booking-where")),
        (AT_MODERATE, {}, replace(VISIT, at=NOW), Refusal("SU-6", "booking-past")),
        (AT_MODERATE, {}, replace(VISIT, at=NOW + 3 * DAY), Refusal("SU-6", "booking-late")),
    ],
)
def test_what_is_no_booking_for_moderate_risk(
    at: Course, facts: dict[str, Any], said: Booking, refused: Refusal
) -> None:
    assert suicide.book(moderate(**facts), at, PSYCHOLOGIST, NONE, said, NOW, PACE) == refused


@pytest.mark.rule("SU-6")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("at", "is_closed"),
    [
        (swedish(2026, 11, 27, 8, 0), False),  # a Friday, at opening
        (swedish(2026, 11, 27, 7, 59), True),
        (swedish(2026, 11, 27, 17, 0), True),
        (swedish(2026, 11, 28, 10, 0), True),  # a Saturday
        (swedish(2027, 1, 6, 10, 0), True),  # Epiphany
    ],
)
def test_a_visit_while_the_unit_is_closed_is_warned_of_and_not_refused(at: datetime, is_closed: bool) -> None:
    """The routine gives two days and no more, whatever the hours: to refuse would leave no visit at all."""
    said = replace(VISIT, at=at)
    assert suicide.is_booked_while_closed(parse_hours("mon-fri 08:00-17:00"), said) is is_closed
    assessed = at - HOUR
    one = taken(suicide.assess(suspected(), UNSAID, PSYCHOLOGIST, NONE, MODERATE, assessed, PACE))
    assert isinstance(suicide.book(one, AT_MODERATE, PSYCHOLOGIST, NONE, said, assessed, PACE), Case)


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.parametrize("profession", sorted(ASSESSORS))
def test_a_booked_visit_is_to_be_recorded_an_hour_after_its_time(profession: Profession) -> None:
    one = moderate(risk_due_at=NOW)
    said = replace(VISIT, profession=profession, at=NOW + timedelta(seconds=1))
    after = taken(suicide.book(one, AT_MODERATE, PSYCHOLOGIST, NONE, said, NOW, PACE))
    assert after == replace(one, risk_due_at=said.at + HOUR)


@pytest.mark.rule("SU-7")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("owner", "risk", "after_came"),
    [
        (PSYCHOLOGIST, SuicideRisk.TAKEN_ON, SuicideRisk.TAKEN_ON),
        (None, SuicideRisk.FOLLOWED, SuicideRisk.AWAITING),
        (NURSE, SuicideRisk.AWAITING, SuicideRisk.AWAITING),
    ],
)
def test_when_the_visit_has_been_it_is_recorded_and_somebody_looks_at_the_case(
    owner: Actor | None, risk: SuicideRisk, after_came: SuicideRisk
) -> None:
    one = moderate(owner_id=owner.staff_id if owner else None, suicide=risk, risk_due_at=VISIT.at + HOUR)
    came = taken(suicide.visited(one, BOOKED, NURSE, NONE, CAME, VISIT.at))
    assert came == replace(one, suicide=after_came, risk_due_at=None, visit_by=None)
    away = taken(suicide.visited(one, BOOKED, NURSE, NONE, STAYED_AWAY, VISIT.at))
    assert away == replace(one, suicide=SuicideRisk.AWAITING, risk_due_at=None)


@pytest.mark.rule("SU-7")
@pytest.mark.hazard("H8")
def test_no_visit_is_recorded_before_its_time_or_without_being_booked() -> None:
    early = VISIT.at - timedelta(microseconds=1)
    assert suicide.visited(moderate(), BOOKED, NURSE, NONE, CAME, early) == Refusal("SU-7", "visit-ahead")
    assert suicide.visited(moderate(), AT_MODERATE, NURSE, NONE, CAME, VISIT.at) == Refusal("SU-7", "no-visit")
    twice = course(SUSPICION, MODERATE, VISIT, CAME)
    assert suicide.visited(moderate(), twice, NURSE, NONE, CAME, VISIT.at) == Refusal("SU-7", "no-visit")


# Weekends, and the patient who refuses


@pytest.mark.rule("SU-8")
@pytest.mark.parametrize(
    ("at", "said", "closed", "refused"),
    [
        (AT_MODERATE, REFUSES, False, None),
        (AT_MODERATE, REFUSES, True, None),
        (AT_MODERATE, WEEKEND, True, None),
        (AT_MODERATE, WEEKEND, False, Refusal("SU-8", "no-weekend")),
        (AT_MODERATE, replace(REFUSES, decision=" "), True, Refusal("SU-8", "decision-reason")),
        (AT_MODERATE, replace(WEEKEND, reason=""), True, Refusal("SU-8", "decision-reason")),
        (UNSAID, REFUSES, True, Refusal("SU-8", "decision-not-moderate")),
        (AT_LOW, REFUSES, True, Refusal("SU-8", "decision-not-moderate")),
        (AT_HIGH, REFUSES, True, Refusal("SU-8", "decision-not-moderate")),
    ],
)
def test_the_decision_instead_of_the_visit_has_a_cause_and_a_reason(
    at: Course, said: Decision, closed: bool, refused: Refusal | None
) -> None:
    one = moderate(risk_due_at=NOW + DAY)
    outcome = suicide.decide(one, at, PSYCHOLOGIST, NONE, said, closed_within=closed)
    assert outcome == (refused or replace(one, visit_by=None))


@pytest.mark.rule("SU-8", "SU-9", "SU-3")
@pytest.mark.parametrize("who", [NURSE, MIDWIFE])
def test_nobody_but_a_psychologist_or_doctor_decides_or_prolongs(who: Actor) -> None:
    mine, refused = moderate(owner_id=who.staff_id), Refusal("SU-3", "not-assessor")
    assert suicide.decide(mine, AT_MODERATE, who, NONE, REFUSES, closed_within=True) == refused
    assert suicide.prolong(mine, AT_MODERATE, who, NONE, PROLONGED, NOW, PACE) == refused


@pytest.mark.rule("SU-8")
@pytest.mark.hazard("H8")
@pytest.mark.parametrize(
    ("day", "is_closed"),
    [
        (date(2026, 11, 23), False),  # Monday to Wednesday
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), True),  # Thursday: the second day is a Saturday
        (date(2026, 11, 27), True),
        (date(2026, 11, 28), True),
        (date(2026, 11, 29), False),  # Sunday: that it is closed itself is over by tomorrow
        (date(2026, 12, 22), True),  # Christmas Eve, a Thursday
        (date(2026, 12, 30), True),  # New Year's Eve and Day
        (date(2027, 1, 3), False),
        (date(2027, 1, 5), True),  # Epiphany, a Wednesday
    ],
)
def test_a_weekend_is_near_where_the_unit_is_closed_on_a_day_within_the_limit(day: date, is_closed: bool) -> None:
    assert suicide.is_closed_within(parse_hours("mon-fri 08:00-17:00"), day, 2) is is_closed
    assert suicide.is_closed_within(parse_hours("mon-sun closed"), day, 2)
    assert not suicide.is_closed_within(parse_hours("mon-sun closed"), day, 0)


@pytest.mark.rule("SU-8")
@given(st.dates(date(2026, 1, 1), date(2031, 1, 1)), st.integers(1, 9))
def test_for_a_unit_that_is_open_on_weekdays_it_is_near_where_one_of_the_days_is_none(day: date, days: int) -> None:
    within = [day + n * DAY for n in range(1, days + 1)]
    hours = replace(parse_hours("mon-fri 08:00-17:00"), closed_eves=False)
    assert suicide.is_closed_within(hours, day, days) is not all(map(is_weekday, within))


@pytest.mark.rule("SU-8")
@pytest.mark.parametrize(("days", "is_booked"), [(0, True), (3, True), (7, True), (8, False)])
def test_a_visit_that_is_decided_on_individually_takes_place_within_a_week_of_being_booked(
    days: int, is_booked: bool
) -> None:
    decided = course(SUSPICION, MODERATE, REFUSES)
    said = replace(VISIT, at=NOW + days * DAY + HOUR)
    outcome = suicide.book(moderate(visit_by=None), decided, PSYCHOLOGIST, NONE, said, NOW, PACE)
    assert outcome == (
        moderate(visit_by=None, risk_due_at=said.at + PACE.recorded_within)
        if is_booked
        else Refusal("SU-6", "booking-late")
    )


@pytest.mark.rule("SU-6", "SU-8", "SU-9")
def test_what_an_assessor_sees_to_waits_for_no_other_and_what_a_nurse_books_still_does() -> None:
    waits = moderate(suicide=SuicideRisk.AWAITING)
    seen_to = (
        suicide.book(waits, AT_MODERATE, PSYCHOLOGIST, NONE, VISIT, NOW, PACE),
        suicide.decide(waits, AT_MODERATE, PSYCHOLOGIST, NONE, REFUSES, closed_within=False),
        suicide.prolong(waits, AT_MODERATE, PSYCHOLOGIST, NONE, PROLONGED, NOW, PACE),
    )
    assert [taken(one).suicide for one in seen_to] == 3 * [SuicideRisk.TAKEN_ON]
    nurses = replace(waits, owner_id=NURSE.staff_id)
    assert taken(suicide.book(nurses, AT_MODERATE, NURSE, NONE, VISIT, NOW, PACE)).suicide is SuicideRisk.AWAITING


@pytest.mark.rule("SU-6", "SU-7", "SU-9")
@pytest.mark.hazard("H8")
def test_what_falls_due_keeps_a_visit_that_is_still_to_come_and_drops_a_last_day_that_has_passed() -> None:
    one = moderate(risk_due_at=NOW)
    recorded_by = VISIT.at + PACE.recorded_within
    assert suicide.fall_due(one, AT_MODERATE, NOW, PACE).risk_due_at is None
    assert suicide.fall_due(one, BOOKED, NOW, PACE).risk_due_at == recorded_by
    just_before = suicide.fall_due(one, BOOKED, recorded_by - timedelta(microseconds=1), PACE)
    assert just_before.risk_due_at == recorded_by
    for at in (recorded_by, recorded_by + HOUR):
        assert suicide.fall_due(one, BOOKED, at, PACE).risk_due_at is None
    assert suicide.fall_due(one, AT_MODERATE, NOW, PACE).visit_by == one.visit_by
    assert suicide.fall_due(one, AT_MODERATE, NOW + 3 * DAY, PACE).visit_by is None

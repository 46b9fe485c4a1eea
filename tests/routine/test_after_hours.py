"""Where a patient is referred while the unit is closed, and when what they sent is read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine import after_hours
from p24tui.routine.after_hours import Referral, RefersTo, Severity, severity_of, severity_of_priority
from p24tui.routine.case import Case, ContactKind, SuicideRisk
from p24tui.routine.hours import OpeningHours, is_open, parse_hours
from tests.routine.cases import any_case, case
from tests.routine.opening_hours import NEVER, OFFICE, any_hours, no_deadline
from tests.routine.test_hours import at, instants

USUAL = parse_hours("mon-fri 08:00-17:00")
MAPPING = {Severity.SUICIDE: RefersTo.EMERGENCY, Severity.PRIORITY_3: RefersTo.ADVICE}


def referral(
    day: str,
    wall: str,
    hours: OpeningHours = USUAL,
    severity: Severity = Severity.PRIORITY_3,
    *,
    primary_care: bool = True,
) -> Referral | None:
    return after_hours.referral(severity, hours, MAPPING, at(day, wall), primary_care=primary_care)


# How severe


@pytest.mark.rule("CH-8")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"priority": 1}, Severity.PRIORITY_1),
        ({"priority": 5}, Severity.PRIORITY_5),
        ({"priority": None}, Severity.FAILED),
        ({"priority": None, "kind": ContactKind.MESSAGE}, Severity.MESSAGE),
        ({"priority": None, "kind": ContactKind.VIDEO}, Severity.MESSAGE),
        ({"priority": 2, "kind": ContactKind.MESSAGE}, Severity.PRIORITY_2),
        ({"priority": 5, "suicide": SuicideRisk.AWAITING}, Severity.SUICIDE),
        ({"priority": 5, "suicide": SuicideRisk.TAKEN_ON}, Severity.SUICIDE),
        ({"priority": None, "suicide": SuicideRisk.AWAITING}, Severity.SUICIDE),
        ({"priority": 6}, Severity.FAILED),
        ({"priority": 0}, Severity.FAILED),
    ],
)
def test_how_severe_a_case_is_by_what_came_with_it(facts: dict[str, Any], expected: Severity) -> None:
    assert severity_of(case(**facts)) is expected


@pytest.mark.rule("CH-8")
@given(any_case())
def test_suicide_risk_outweighs_everything_else(one: Case) -> None:
    assert (severity_of(one) is Severity.SUICIDE) == (one.suicide is not SuicideRisk.NONE)


def test_without_a_priority_it_is_a_message() -> None:
    assert severity_of_priority(None) is Severity.MESSAGE


# Where to


@pytest.mark.rule("CH-8")
def test_a_severity_that_the_mapping_does_not_know_is_referred_to_both() -> None:
    found = referral("2026-11-23", "20:00", severity=Severity.FAILED)
    assert found is not None
    assert found.refers_to is RefersTo.BOTH
    assert found.refers_to.named == ("112", "1177")


@pytest.mark.rule("CH-8")
@pytest.mark.parametrize(
    ("refers_to", "named", "numbers"),
    [
        (RefersTo.EMERGENCY, ("112",), ("112", "1177")),
        (RefersTo.BOTH, ("112", "1177"), ("112", "1177")),
        (RefersTo.ADVICE, ("1177",), ("1177", "112")),
    ],
)
def test_both_numbers_are_there_and_the_right_one_first(
    refers_to: RefersTo, named: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    assert (refers_to.named, refers_to.numbers) == (named, numbers)


def test_who_has_been_told_something_graver_need_not_be_told_it() -> None:
    assert RefersTo.EMERGENCY.as_grave == (RefersTo.EMERGENCY,)
    assert set(RefersTo.BOTH.as_grave) == {RefersTo.BOTH, RefersTo.EMERGENCY}
    assert set(RefersTo.ADVICE.as_grave) == set(RefersTo)


@pytest.mark.rule("CH-9")
@pytest.mark.parametrize("severity", Severity)
def test_at_a_primary_care_unit_one_may_send_whatever_the_severity(severity: Severity) -> None:
    here = referral("2026-11-23", "20:00", severity=severity)
    elsewhere = referral("2026-11-23", "20:00", severity=severity, primary_care=False)
    assert here is not None
    assert elsewhere is not None
    assert (here.may_send, here.rule) == (True, "CH-9")
    assert (elsewhere.may_send, elsewhere.rule) == (False, "CH-8")
    assert (here.refers_to, here.read_at) == (elsewhere.refers_to, elsewhere.read_at)


# When it is read


@pytest.mark.rule("CH-1", "CH-9")
@pytest.mark.hazard("H4")
@pytest.mark.parametrize(
    ("now", "read_at"),
    [
        (("2026-11-23", "17:00"), ("2026-11-24", "08:00")),  # the instant of closing
        (("2026-11-23", "03:00"), ("2026-11-23", "08:00")),  # the small hours of a weekday
        (("2026-11-27", "17:01"), ("2026-11-30", "08:00")),  # Friday: Monday
        (("2026-11-28", "11:00"), ("2026-11-30", "08:00")),  # Saturday
        (("2026-11-29", "23:59"), ("2026-11-30", "08:00")),  # Sunday
        (("2026-12-23", "17:01"), ("2026-12-28", "08:00")),  # Christmas and the weekend after it
        (("2025-12-23", "17:01"), ("2025-12-29", "08:00")),  # a Boxing Day on a Friday
        (("2024-12-23", "17:01"), ("2024-12-27", "08:00")),  # and one on a Thursday
        (("2026-12-30", "18:00"), ("2027-01-04", "08:00")),  # New Year
        (("2027-01-05", "18:00"), ("2027-01-07", "08:00")),  # trettondagen
        (("2026-06-18", "17:01"), ("2026-06-22", "08:00")),  # midsummer
        (("2026-04-02", "17:01"), ("2026-04-07", "08:00")),  # Easter
        (("2026-05-13", "17:01"), ("2026-05-15", "08:00")),  # Ascension Day
        (("2025-06-05", "17:01"), ("2025-06-09", "08:00")),  # the national day on a Friday
        (("2026-03-28", "20:00"), ("2026-03-30", "08:00")),  # over the clock change in spring
        (("2026-10-24", "20:00"), ("2026-10-26", "08:00")),  # and in autumn
    ],
)
def test_it_is_read_when_the_unit_opens_next(now: tuple[str, str], read_at: tuple[str, str]) -> None:
    found = referral(*now)
    assert found is not None
    assert found.read_at == at(*read_at)


@pytest.mark.rule("CH-1", "CH-9")
def test_a_lunch_break_is_closed_time_and_it_opens_again_the_same_day() -> None:
    found = referral("2026-11-23", "12:10", OFFICE)
    assert found is not None
    assert found.read_at == at("2026-11-23", "13:00")
    assert referral("2026-11-23", "11:59", OFFICE) is None
    assert referral("2026-11-23", "13:00", OFFICE) is None


@pytest.mark.rule("CH-1", "CH-9")
@pytest.mark.hazard("H4")
def test_a_single_closed_day_and_a_short_one_count() -> None:
    hours = parse_hours("mon-fri 08:00-17:00; 2026-11-24 closed; 2026-11-25 10:00-12:00")
    found = referral("2026-11-23", "17:30", hours)
    assert found is not None
    assert found.read_at == at("2026-11-25", "10:00")


@pytest.mark.rule("CH-1", "CH-8")
@pytest.mark.hazard("H4")
def test_a_unit_that_never_opens_refers_and_promises_no_time() -> None:
    found = referral("2026-11-23", "10:00", NEVER)
    assert found == Referral(RefersTo.ADVICE, may_send=True, read_at=None)
    assert after_hours.closed_since(NEVER, at("2026-11-23", "10:00")) is None


@pytest.mark.rule("CH-1", "CH-8", "CH-9")
@pytest.mark.hazard("H4")
@no_deadline
@given(any_hours, instants, st.sampled_from(Severity), st.booleans())
def test_exactly_when_it_is_closed_one_is_referred_and_it_is_read_by_staff(
    hours: OpeningHours, now: datetime, severity: Severity, primary_care: bool
) -> None:
    found = after_hours.referral(severity, hours, MAPPING, now, primary_care=primary_care)
    assert (found is None) == is_open(hours, now)
    if found is None:
        return
    assert found.may_send is primary_care
    assert {"112", "1177"} == set(found.refers_to.numbers)
    if found.read_at is not None:
        assert found.read_at > now
        assert is_open(hours, found.read_at)
        assert not is_open(hours, found.read_at - timedelta(microseconds=1))
        halfway = now + (found.read_at - now) / 2
        assert not is_open(hours, halfway)
        again = after_hours.referral(severity, hours, MAPPING, halfway, primary_care=primary_care)
        assert again == found  # all through the stretch one and the same is said


@pytest.mark.rule("CH-8")
@no_deadline
@given(any_hours, instants)
def test_a_stretch_of_closed_time_has_one_beginning(hours: OpeningHours, now: datetime) -> None:
    if is_open(hours, now):
        return
    since = after_hours.closed_since(hours, now)
    if since is None:
        assert not is_open(hours, now - timedelta(days=30))
        return
    assert since <= now
    assert is_open(hours, since - timedelta(microseconds=1))
    assert after_hours.closed_since(hours, since + (now - since) / 2) == since


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        after_hours.referral(Severity.MESSAGE, OFFICE, {}, datetime(2026, 11, 23, 20), primary_care=True)  # noqa: DTZ001


# Staff who work on


@pytest.mark.rule("CH-1")
@pytest.mark.parametrize(
    ("answered", "now", "expected"),
    [
        ("17:05", "17:10", True),
        ("17:00", "17:10", True),
        ("16:59", "17:10", False),  # before closing: they may have gone home
        ("17:05", "17:35", False),  # too long ago
        ("17:05", "17:34", True),
        (None, "17:10", False),
    ],
)
def test_a_conversation_that_goes_on_after_closing_is_not_broken_into(
    answered: str | None, now: str, expected: bool
) -> None:
    day = "2026-11-23"
    one = case(answered_at=None if answered is None else at(day, answered))
    within = timedelta(minutes=30)
    assert after_hours.somebody_answers(one, at(day, "17:00"), at(day, now), within) is expected


@pytest.mark.rule("CH-1")
def test_a_conversation_at_a_unit_without_hours_counts_too() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    one = case(answered_at=now - timedelta(minutes=5))
    assert after_hours.somebody_answers(one, None, now, timedelta(minutes=30))

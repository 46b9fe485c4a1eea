"""The care guarantee: calendar days from the day of contact, whatever is closed or held (GA-1)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.case import CaseState, ContactKind, Need
from p24tui.routine.guarantee import Guarantee, Promises, Why, guarantee, near_at
from p24tui.routine.hours import OpeningHours, local_day, parse_hours, staffed_between
from tests.routine.cases import NOW, any_case, case
from tests.routine.opening_hours import any_hours

USUAL = parse_hours("mon-fri 08:00-17:00")
PROMISES = Promises(0, 3, 90, 90, timedelta(minutes=60), timedelta(hours=4))
ANSWERED: dict[str, Any] = {"answered_at": NOW}


def of(*, primary_care: bool = True, hours: OpeningHours = USUAL, **facts: Any) -> Guarantee | None:
    received = facts.pop("received_at", NOW)
    return guarantee(replace(case(**facts), received_at=received), hours, PROMISES, primary_care=primary_care)


def days_of(**facts: Any) -> tuple[Why, date | None]:
    """Why, and the last day on which the promise is kept."""
    found = of(**facts)
    assert found is not None
    return found.why, None if found.due_at is None else local_day(found.due_at - timedelta(seconds=1))


@pytest.mark.rule("GA-1")
@pytest.mark.parametrize(
    ("facts", "why", "last_day"),
    [
        ({}, Why.CONTACT, date(2026, 11, 23)),
        ({"kind": ContactKind.MESSAGE, "priority": None}, Why.CONTACT, date(2026, 11, 23)),
        (ANSWERED, Why.ASSESSMENT_ASSUMED, date(2026, 11, 26)),
        ({**ANSWERED, "need": Need.NEW}, Why.ASSESSMENT, date(2026, 11, 26)),
        ({**ANSWERED, "kind": ContactKind.MESSAGE, "need": Need.NEW}, Why.ASSESSMENT, date(2026, 11, 26)),
        ({**ANSWERED, "kind": ContactKind.MESSAGE}, Why.ANSWERED, None),
        ({**ANSWERED, "assessed_at": NOW}, Why.ASSESSED, None),
        ({"assessed_at": NOW}, Why.CONTACT, date(2026, 11, 23)),
        ({"need": Need.RETURN}, Why.RETURN, None),
        ({"need": Need.TREATMENT, "need_since": date(2026, 12, 1)}, Why.TREATMENT, date(2027, 3, 1)),
        ({"kind": ContactKind.VIDEO}, Why.BOOKED, None),
        ({"primary_care": False}, Why.VISIT, date(2027, 2, 21)),
        ({"primary_care": False, "need": Need.RETURN}, Why.RETURN, None),
    ],
)
def test_the_deadline_that_applies_and_why(facts: dict[str, Any], why: Why, last_day: date | None) -> None:
    assert days_of(**facts) == (why, last_day)


@pytest.mark.rule("GA-1")
@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        (datetime(2026, 3, 5, 9, tzinfo=UTC), date(2026, 3, 8)),  # Thursday to Sunday
        (datetime(2026, 11, 27, 9, tzinfo=UTC), date(2026, 11, 30)),  # Friday to Monday
        (datetime(2026, 12, 23, 9, tzinfo=UTC), date(2026, 12, 26)),  # holidays count
        (datetime(2026, 11, 26, 22, 59, tzinfo=UTC), date(2026, 11, 29)),  # 23.59 in Sweden
        (datetime(2026, 11, 26, 23, 1, tzinfo=UTC), date(2026, 11, 30)),  # a minute past midnight there
        (datetime(2026, 3, 27, 9, tzinfo=UTC), date(2026, 3, 30)),  # over the change to summer time
        (datetime(2026, 10, 23, 9, tzinfo=UTC), date(2026, 10, 26)),  # and back
    ],
)
def test_calendar_days_count_and_the_day_of_contact_is_day_0(received: datetime, last_day: date) -> None:
    assert days_of(received_at=received, need=Need.NEW, **ANSWERED) == (Why.ASSESSMENT, last_day)


@pytest.mark.rule("GA-1")
def test_it_ends_at_midnight_in_sweden_whatever_the_clock_does() -> None:
    found = of(received_at=datetime(2026, 3, 27, 9, tzinfo=UTC), need=Need.NEW, **ANSWERED)
    assert found is not None
    assert found.due_at == datetime(2026, 3, 30, 22, tzinfo=UTC)


@pytest.mark.rule("GA-1")
@pytest.mark.parametrize("state", [one for one in CaseState if one is not CaseState.ENDED])
def test_no_state_and_no_hold_stops_it(state: CaseState) -> None:
    held: dict[str, Any] = {"held_until": date(2026, 12, 24)} if state is CaseState.HELD else {}
    assert of(state=state, **held) == of()


@pytest.mark.rule("GA-1")
def test_what_has_ended_has_no_deadline() -> None:
    assert of(state=CaseState.ENDED) is None


@pytest.mark.rule("GA-1")
@pytest.mark.parametrize(
    ("due_at", "ahead", "near"),
    [
        # Monday's contact is near an hour before closing at 17.00
        (datetime(2026, 11, 23, 23, tzinfo=UTC), 60, datetime(2026, 11, 23, 15, tzinfo=UTC)),
        # a deadline on Sunday is near on Friday, four staffed hours before closing
        (datetime(2026, 11, 29, 23, tzinfo=UTC), 240, datetime(2026, 11, 27, 12, tzinfo=UTC)),
        # on Boxing Day, which is a Saturday: closed since the eve of Christmas, so on the 23rd
        (datetime(2026, 12, 26, 23, tzinfo=UTC), 240, datetime(2026, 12, 23, 12, tzinfo=UTC)),
        # more staffed time ahead than the day has goes back to the day before
        (datetime(2026, 11, 24, 23, tzinfo=UTC), 600, datetime(2026, 11, 23, 15, tzinfo=UTC)),
    ],
)
def test_it_is_near_in_staffed_time_before_it_falls_in_closed_time(
    due_at: datetime, ahead: int, near: datetime
) -> None:
    assert near_at(USUAL, due_at, timedelta(minutes=ahead)) == near


@pytest.mark.rule("GA-1")
def test_what_comes_in_after_the_last_closing_is_near_at_once() -> None:
    late = datetime(2026, 11, 23, 18, tzinfo=UTC)
    found = of(received_at=late)
    assert found is not None
    assert found.near_at == late
    assert found.is_near(late)
    assert not found.is_near(late - timedelta(seconds=1))


@pytest.mark.rule("GA-1")
def test_a_unit_that_never_opens_has_no_time_to_be_warned_in() -> None:
    found = of(hours=parse_hours("mon-sun closed"))
    assert found is not None
    assert found.near_at == NOW


@pytest.mark.rule("GA-1")
@given(any_case(), any_hours, st.booleans())
def test_a_warning_comes_before_the_deadline_and_leaves_the_time_that_it_promises(
    one: Any, hours: OpeningHours, primary_care: bool
) -> None:
    found = guarantee(one, hours, PROMISES, primary_care=primary_care)
    if one.state is CaseState.ENDED:
        assert found is None
        return
    assert found is not None
    assert (found.due_at is None) == (found.near_at is None)
    if found.due_at is not None and found.near_at is not None:
        assert one.received_at <= found.near_at
        assert found.due_at > one.received_at or found.why is Why.TREATMENT
        ahead = PROMISES.contact_near if found.why is Why.CONTACT else PROMISES.near
        assert staffed_between(hours, found.near_at, found.due_at) <= ahead

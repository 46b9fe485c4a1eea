"""What calls for attention, who hears it, and how often (CH-2, CH-3, CH-13, SU-2)."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.alert import AlertPace, Reason, alerts, calling_anew, is_heard, rings
from p24tui.routine.case import Case, CaseState, SuicideRisk
from tests.routine.cases import NOW, alert, any_case, case

PACE = AlertPace(repeats=timedelta(seconds=30), apart=timedelta(seconds=10), escalates=timedelta(seconds=120))
LIMIT = NOW - timedelta(minutes=30)
LONG_AGO = NOW - timedelta(minutes=31)


@pytest.mark.rule("CH-3", "CH-13", "SU-2")
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"suicide": SuicideRisk.AWAITING}, Reason.SUICIDE),
        ({"suicide": SuicideRisk.AWAITING, "owner_id": "somebody", "priority": 1}, Reason.SUICIDE),
        ({"suicide": SuicideRisk.TAKEN_ON}, None),
        ({"priority": 1}, Reason.PRIORITY),
        ({"priority": 1, "owner_id": "somebody"}, None),
        ({"priority": 1, "state": CaseState.WAITING}, None),
        ({"unread": 1, "waiting_since": LONG_AGO}, Reason.UNREAD),
        ({"unread": 1, "waiting_since": LIMIT}, Reason.UNREAD),
        ({"unread": 1, "waiting_since": NOW}, None),
        ({"unread": 0, "waiting_since": LONG_AGO}, None),
        ({"suicide": SuicideRisk.AWAITING, "state": CaseState.ENDED}, None),
    ],
)
def test_what_calls(facts: dict[str, Any], reason: Reason | None) -> None:
    call = alert(case(**facts), LIMIT)
    assert (call.reason if call else None) is reason


@pytest.mark.rule("CH-13")
def test_an_unread_message_does_not_call_while_the_unit_is_closed() -> None:
    assert alert(case(unread=1, waiting_since=LONG_AGO), None) is None


def test_the_next_message_calls_anew() -> None:
    first = alert(case(unread=1, waiting_since=LONG_AGO), LIMIT)
    second = alert(case(unread=1, waiting_since=LONG_AGO + timedelta(seconds=1)), LIMIT)
    assert first != second


@pytest.mark.hazard("H7")
@given(any_case())
def test_suicide_risk_that_nobody_has_taken_on_always_calls(one: Case) -> None:
    if one.suicide is SuicideRisk.AWAITING and one.state is not CaseState.ENDED:
        call = alert(one, None)
        assert call is not None
        assert call.reason is Reason.SUICIDE


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
@pytest.mark.parametrize(
    ("responsible", "seconds", "heard"),
    [("me", 0, True), ("other", 0, False), ("other", 119, False), ("other", 120, True), (None, 0, True)],
)
def test_the_responsible_person_hears_it_first(responsible: str | None, seconds: int, heard: bool) -> None:
    now = NOW + timedelta(seconds=seconds)
    assert is_heard(NOW, now, me="me", responsible=responsible, pace=PACE) is heard


@pytest.mark.rule("CH-3")
@pytest.mark.parametrize(
    ("since_last", "heard", "news", "sounds"),
    [
        (None, 1, True, True),
        (None, 0, False, False),
        (29, 1, False, False),
        (30, 1, False, True),
        (9, 5, True, False),
        (10, 5, True, True),
        (500, 0, True, False),
    ],
)
def test_when_it_sounds(since_last: int | None, heard: int, news: bool, sounds: bool) -> None:
    last = None if since_last is None else NOW - timedelta(seconds=since_last)
    assert rings(last, heard, news, NOW, PACE) is sounds


@pytest.mark.rule("CH-3")
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 500), st.booleans()), max_size=200))
def test_it_is_never_a_flood(seconds: list[tuple[int, int, bool]]) -> None:
    now, last = NOW, None
    sounded: list[datetime] = []
    for step, heard, news in seconds:
        now += timedelta(seconds=step)
        if rings(last, heard, news, now, PACE):
            sounded.append(now)
            last = now
    assert all(later - earlier >= PACE.apart for earlier, later in pairwise(sounded))


@pytest.mark.rule("CH-3", "CH-13")
@pytest.mark.hazard("H6")
def test_a_reason_that_has_been_seen_hides_no_other() -> None:
    one = case(priority=1, unread=1, waiting_since=LONG_AGO, owner_lost_at=NOW)
    assert [each.reason for each in alerts(one, LIMIT)] == [Reason.PRIORITY, Reason.LOST, Reason.UNREAD]


RISK: dict[str, Any] = {"suicide": SuicideRisk.AWAITING}
TAKEN: dict[str, Any] = {"suicide": SuicideRisk.TAKEN_ON, "owner_id": "SE2321000016-AK04"}


@pytest.mark.rule("SU-2", "SU-9")
@pytest.mark.hazard("H7", "H9", "H10")
@pytest.mark.parametrize(
    ("before", "after", "anew"),
    [
        (RISK, RISK, False),
        (RISK, TAKEN, True),
        (TAKEN, RISK, True),
        (TAKEN, {**TAKEN, "unread": 1}, True),
        ({**RISK, "owner_id": "a"}, RISK, True),
        ({**RISK, "handed_at": NOW}, RISK, True),
        ({**RISK, "unread": 1}, RISK, False),
        ({**TAKEN, "state": CaseState.ENDED}, TAKEN, True),
        (TAKEN, {**TAKEN, "state": CaseState.ENDED}, False),
        ({}, {"unread": 1}, False),
    ],
)
def test_suicide_risk_calls_anew_for_every_new_cause(before: dict[str, Any], after: dict[str, Any], anew: bool) -> None:
    later = NOW + timedelta(minutes=1)
    found = calling_anew(case(**before), case(**after), later)
    assert found == replace(case(**after), risk_since=later if anew else None)
    if anew and found.suicide is SuicideRisk.AWAITING:
        call = alert(found, None)
        assert call is not None
        assert call.since == later

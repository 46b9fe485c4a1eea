"""Cases and people for the tests of the rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.alert import Alert, alerts
from p24tui.routine.case import Case, CaseState, ContactKind, RiskLevel, SuicideRisk, Urgency
from p24tui.routine.risk_course import Course, HandedOn, Service
from p24tui.routine.risk_path import RiskPace

PACE = RiskPace(2, timedelta(hours=1), timedelta(hours=24), 2, timedelta(minutes=10), 7)
"""The limits of the routine's section on suicide risk, and the project's own."""

UNSAID = Course()
"""Nothing has been said of suicide risk."""

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
UNIT = "SE2321000016-ASEN"

HANDED_ON = Course(RiskLevel.HIGH, handed_on=HandedOn(Service.EMERGENCY, "SOS Alarm", NOW))
"""High risk that 112 has taken over: the case may end."""


def actor(profession: Profession = Profession.NURSE, staff_id: str = "SE2321000016-ML01") -> Actor:
    """Somebody at the unit."""
    return Actor(staff_id, "Maria Lind", profession, UNIT, "console:test:1")


def case(**facts: Any) -> Case:
    """A case of priority 3 that came ten minutes ago."""
    at = NOW - timedelta(minutes=10)
    given = {"id": "a", "kind": ContactKind.TRIAGED, "priority": 3, "waiting_since": at, "opened_at": at, **facts}
    return Case(unit_id=UNIT, patient_id="p", matter="Hosta", received_at=at, **given)


def alert(one: Case, unread_before: datetime | None, near_since: datetime | None = None) -> Alert | None:
    """The gravest reason for which the case calls."""
    return next(iter(alerts(one, unread_before, near_since)), None)


@st.composite
def any_case(draw: st.DrawFn) -> Case:
    """Any case that can be, ids few enough to meet."""
    kind = draw(st.sampled_from(ContactKind))
    minutes = draw(st.none() | st.integers(-30, 5000))
    return case(
        id=draw(st.text("abc", min_size=1, max_size=6)),
        kind=kind,
        priority=draw(st.none() | st.integers(1, 5)),
        has_form=draw(st.booleans()),
        suicide=draw(st.sampled_from(SuicideRisk)),
        risk=draw(st.sampled_from(RiskLevel)),
        risk_due_at=draw(st.none() | st.just(NOW + timedelta(hours=3))),
        state=draw(st.sampled_from(CaseState)),
        waiting_since=None if minutes is None else NOW - timedelta(minutes=minutes),
        owner_id=draw(st.none() | st.sampled_from(["SE2321000016-ML01", "SE2321000016-JB02"])),
        unread=draw(st.integers(0, 3)),
        unread_free_text=draw(st.integers(0, 1)),
        urgency=draw(st.sampled_from(Urgency)),
        no_times=draw(st.booleans()),
        held_until=draw(st.none() | st.sampled_from([NOW.date(), NOW.date() + timedelta(days=1)])),
        told_closing_at=draw(st.none() | st.sampled_from([NOW - timedelta(days=1), NOW])),
        owner_lost_at=draw(st.none() | st.just(NOW)),
    )

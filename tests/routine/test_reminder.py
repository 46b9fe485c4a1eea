"""Reminders: when one may be pressed for, which a video visit has, and what is looked at again before one goes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.routine.actor import Profession
from p24tui.routine.case import CaseState
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import STOCKHOLM, OpeningHours
from p24tui.routine.outgoing import Purpose, Sending
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.reminder import (
    Drop,
    Fail,
    Go,
    ReminderTimes,
    Wait,
    answer_reminder,
    by_day,
    decide,
    is_waited_for,
    may_remind,
    visit_reminders,
)
from p24tui.routine.visit import VisitState
from tests.routine.cases import actor, case
from tests.routine.opening_hours import ALWAYS, NEVER, OFFICE
from tests.routine.visits import visit

TIMES = ReminderTimes(
    soon_before=timedelta(minutes=15),
    morning=time(7),
    apart=timedelta(minutes=30),
    day_begins=time(6),
    night_begins=time(21),
    kept=timedelta(hours=8),
)
MOBILE = "+46701740605"
MINE = "SE2321000016-ML01"


def at(day: str, wall: str) -> datetime:
    """The instant of a wall time in Sweden in November 2026 (or on a whole date)."""
    date = day if "-" in day else f"2026-11-{day}"
    return datetime.fromisoformat(f"{date}T{wall}").replace(tzinfo=STOCKHOLM).astimezone(UTC)


MONDAY = at("23", "10:00")
WAITED_FOR = case(
    state=CaseState.WAITING, owner_id=MINE, waiting_since=None, answered_at=MONDAY - timedelta(hours=1), unread=0
)
PATIENT = Patient("p", "196101182803", "Maria Ljungberg", None, Protection.NONE, MOBILE)
DUE = Sending(Purpose.ANSWER, MONDAY, MONDAY + timedelta(hours=7))
VISIT = visit(starts_at=at("24", "10:00"))


def planned(visit_at: datetime, now: datetime, hours: OpeningHours = OFFICE, **more: bool) -> list[tuple[str, str]]:
    """Why and when (wall time in Sweden), in order."""
    found = visit_reminders(visit_at, now, hours, TIMES, **more)
    return [(one.purpose.removeprefix("visit-"), f"{one.due_at.astimezone(STOCKHOLM):%d %H.%M}") for one in found]


@pytest.mark.rule("SE-2")
def test_whoever_waits_for_a_silent_patient_may_remind_them() -> None:
    assert may_remind(WAITED_FOR, actor(), PATIENT) is None


@pytest.mark.rule("SE-2", "PR-1", "PR-2", "VI-1", "CH-4", "CH-11", "CH-12")
@pytest.mark.parametrize(
    ("facts", "about", "refusal"),
    [
        ({"state": CaseState.ENDED, "owner_id": None}, {}, Refusal("CH-12", "ended")),
        ({"owner_id": None}, {}, Refusal("CH-11", "unclaimed")),
        ({"owner_id": "SE2321000016-JB02"}, {}, Refusal("CH-11", "owned")),
        ({"waiting_since": MONDAY, "state": CaseState.ANSWERED}, {}, Refusal("SE-2", "nothing-to-remind")),
        ({"answered_at": None, "state": CaseState.ONGOING}, {}, Refusal("SE-2", "nothing-to-remind")),
        ({}, {"protection": Protection.MARKED}, Refusal("PR-1", "protected")),
        ({}, {"protection": Protection.POPULATION}, Refusal("PR-1", "protected")),
        ({}, {"protection": Protection.UNKNOWN}, Refusal("PR-2", "protection-unknown")),
        ({}, {"mobile": ""}, Refusal("VI-1", "no-mobile")),
    ],
)
def test_a_reminder_is_refused_with_the_rule_that_forbids_it(
    facts: dict[str, Any], about: dict[str, Any], refusal: Refusal
) -> None:
    assert may_remind(replace(WAITED_FOR, **facts), actor(), replace(PATIENT, **about)) == refusal


def test_administration_reminds_nobody() -> None:
    assert may_remind(WAITED_FOR, actor(Profession.ADMINISTRATION), PATIENT) == Refusal("CH-4", "not-clinician")


@pytest.mark.rule("SE-2")
@pytest.mark.parametrize(
    ("pressed", "goes"),
    [
        (at("23", "10:00"), at("23", "10:00")),
        (at("23", "12:30"), at("23", "13:00")),  # closed for lunch
        (at("23", "17:30"), at("24", "08:00")),
        (at("27", "17:00"), at("30", "08:00")),  # over the weekend
        (at("2026-12-23", "18:00"), at("2026-12-28", "08:00")),  # over Christmas
    ],
)
def test_a_reminder_to_a_silent_patient_goes_in_staffed_time(pressed: datetime, goes: datetime) -> None:
    found = answer_reminder(pressed, OFFICE, TIMES)
    assert found is not None
    assert found.due_at == goes
    assert found.expires_at > goes


def test_a_unit_that_is_always_open_sends_none_at_night() -> None:
    found = answer_reminder(at("23", "22:00"), ALWAYS, TIMES)
    assert found is not None
    assert found.due_at == at("24", "06:00")


def test_a_unit_that_never_opens_sends_none() -> None:
    assert answer_reminder(MONDAY, NEVER, TIMES) is None


@pytest.mark.rule("NA-3")
@pytest.mark.parametrize(
    ("visit_at", "now", "expected"),
    [
        # three days ahead: all three
        (at("26", "10:00"), MONDAY, [("booked", "23 10.00"), ("today", "26 08.00"), ("soon", "26 09.45")]),
        # an hour ahead: the booking and the last; its day needs no other
        (at("23", "11:00"), MONDAY, [("booked", "23 10.00"), ("soon", "23 10.45")]),
        # ten minutes ahead: only that it is booked
        (at("23", "10:10"), MONDAY, [("booked", "23 10.00")]),
        # it has begun: none
        (MONDAY, MONDAY, []),
        # right when the unit opens: the morning's would come too close to the last
        (at("24", "08:00"), MONDAY, [("booked", "23 10.00"), ("today", "24 07.00"), ("soon", "24 07.45")]),
        (at("24", "08:15"), MONDAY, [("booked", "23 10.00"), ("today", "24 07.00"), ("soon", "24 08.00")]),
        (at("24", "08:45"), MONDAY, [("booked", "23 10.00"), ("today", "24 08.00"), ("soon", "24 08.30")]),
        # booked in the evening for the next morning: what says so comes by day, and is the day's as well
        (at("24", "10:00"), at("23", "20:00"), [("booked", "24 08.00"), ("soon", "24 09.45")]),
        # booked at night for a visit right when it opens
        (at("24", "08:05"), at("23", "23:00"), [("today", "24 07.00"), ("soon", "24 07.50")]),
        # booked on a Saturday for that Saturday, when the unit is closed: somebody is there
        (at("28", "14:00"), at("28", "09:00"), [("booked", "28 09.00"), ("soon", "28 13.45")]),
        # booked on a Friday evening for a Saturday
        (at("28", "14:00"), at("27", "18:00"), [("today", "28 07.00"), ("soon", "28 13.45")]),
    ],
)
def test_a_visit_gets_the_reminders_that_still_make_sense(
    visit_at: datetime, now: datetime, expected: list[tuple[str, str]]
) -> None:
    assert planned(visit_at, now) == expected


@pytest.mark.rule("NA-3")
def test_a_visit_that_moves_says_so_and_is_planned_anew() -> None:
    assert planned(at("26", "10:00"), MONDAY, moved=True)[0] == ("moved", "23 10.00")


@pytest.mark.rule("NA-3")
def test_a_unit_may_have_times_of_its_own() -> None:
    own = replace(TIMES, soon_before=timedelta(minutes=60), morning=time(9))
    found = visit_reminders(at("24", "14:00"), MONDAY, OFFICE, own)
    assert [one.due_at for one in found[1:]] == [at("24", "09:00"), at("24", "13:00")]


@pytest.mark.rule("NA-3", "SE-2")
def test_no_reminder_goes_at_night() -> None:
    assert planned(at("24", "06:10"), MONDAY) == [("booked", "23 10.00"), ("soon", "24 06.00")]
    assert planned(at("24", "03:00"), MONDAY) == [("booked", "23 10.00")]
    assert planned(at("24", "22:00"), MONDAY)[-1] == ("today", "24 08.00")


@pytest.mark.rule("SE-2", "NA-3", "PR-2")
def test_what_is_due_and_wanted_goes() -> None:
    assert decide(DUE, PATIENT, MOBILE, OFFICE, TIMES, MONDAY, case=WAITED_FOR) == Go(MOBILE)


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1", "H2")
def test_protection_is_looked_at_before_all_else() -> None:
    late = DUE.expires_at + timedelta(days=1)
    for protection in (Protection.MARKED, Protection.POPULATION):
        protected = replace(PATIENT, protection=protection)
        assert decide(DUE, protected, "", OFFICE, TIMES, late, case=None) == Drop("protected")
    unknown = replace(PATIENT, protection=Protection.UNKNOWN)
    waits = decide(DUE, unknown, MOBILE, OFFICE, TIMES, MONDAY, case=WAITED_FOR)
    assert waits == Wait(MONDAY + timedelta(minutes=1), "protection-unknown")
    assert decide(DUE, unknown, MOBILE, OFFICE, TIMES, late, case=WAITED_FOR) == Fail("too-late")


@pytest.mark.rule("VI-7", "VI-8", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_where_somebody_else_gets_it_their_protection_counts_and_staff_see_that_nobody_was_told() -> None:
    soon = Sending(Purpose.VISIT_SOON, at("24", "09:45"), VISIT.starts_at, VISIT.starts_at)

    def found(other: Protection, one: Sending = soon, now: datetime = soon.due_at, **facts: Any) -> object:
        stands = replace(VISIT, **facts)
        return decide(one, PATIENT, MOBILE, OFFICE, TIMES, now, other=other, visit=stands)

    assert found(Protection.NONE) == Go(MOBILE)
    assert found(Protection.UNKNOWN) == Wait(soon.due_at + timedelta(minutes=1), "protection-unknown")
    for other in (Protection.MARKED, Protection.POPULATION):
        assert found(other) == Fail("protected")
        assert found(other, now=VISIT.starts_at) == Fail("protected")
        assert found(other, replace(soon, expires_at=soon.due_at), VISIT.starts_at) == Fail("protected")
        assert found(other, state=VisitState.CANCELLED) == Drop("visit-cancelled")


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
@pytest.mark.parametrize(
    ("state", "decision"),
    [
        (VisitState.STARTED, Go(MOBILE)),
        (VisitState.ENDED, Drop("visit-over")),
        (VisitState.ABSENT, Drop("visit-over")),
        (VisitState.CANCELLED, Drop("visit-cancelled")),
    ],
)
def test_nobody_is_invited_to_what_is_over_but_told_that_they_need_not_come(
    state: VisitState, decision: object
) -> None:
    now, stands = at("24", "10:05"), replace(VISIT, state=state)
    one = Sending(Purpose.INVITATION, now, at("24", "10:30"), VISIT.starts_at)
    assert decide(one, PATIENT, MOBILE, OFFICE, TIMES, now, visit=stands) == decision
    moved = replace(one, visit_at=at("23", "10:00"))
    assert decide(moved, PATIENT, MOBILE, OFFICE, TIMES, now, visit=stands) == decision
    assert decide(one, PATIENT, MOBILE, OFFICE, TIMES, now) == Drop("visit-cancelled")
    called_off = replace(one, calls_off=True)
    assert decide(called_off, PATIENT, MOBILE, OFFICE, TIMES, now, visit=stands) == Go(MOBILE)


@pytest.mark.rule("NA-3")
@pytest.mark.parametrize(
    ("wall", "by"),
    [("05:59", "06:00"), ("06:00", "06:00"), ("20:59", "20:59"), ("21:00", "06:00 the day after"), ("00:10", "06:00")],
)
def test_what_waits_for_the_day_goes_when_the_night_is_over(wall: str, by: str) -> None:
    goes, _space, later = by.partition(" ")
    assert by_day(at("23", wall), TIMES) == at("24" if later else "23", goes)


@pytest.mark.rule("SE-2")
@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({"waiting_since": MONDAY, "state": CaseState.ANSWERED}, Drop("answered")),
        ({"state": CaseState.ENDED}, Drop("ended")),
        ({"state": CaseState.HELD}, Go(MOBILE)),
    ],
)
def test_a_patient_who_has_answered_is_not_reminded(facts: dict[str, Any], decision: object) -> None:
    found = replace(WAITED_FOR, **facts)
    assert decide(DUE, PATIENT, MOBILE, OFFICE, TIMES, MONDAY, case=found) == decision
    assert is_waited_for(found) is (decision == Go(MOBILE))


@pytest.mark.rule("SE-2")
def test_staffed_time_and_the_number_are_looked_at_again() -> None:
    evening, long = at("23", "18:00"), replace(DUE, expires_at=at("30", "10:00"))
    assert decide(DUE, PATIENT, "", OFFICE, TIMES, MONDAY, case=WAITED_FOR) == Fail("no-mobile")
    assert decide(long, PATIENT, MOBILE, OFFICE, TIMES, evening, case=WAITED_FOR) == Wait(at("24", "08:00"), "closed")
    assert decide(DUE, PATIENT, MOBILE, OFFICE, TIMES, evening, case=WAITED_FOR) == Fail("too-late")


@pytest.mark.rule("NA-3")
def test_a_visit_that_is_cancelled_or_has_moved_is_not_reminded_of() -> None:
    soon = Sending(Purpose.VISIT_SOON, at("24", "09:45"), VISIT.starts_at, VISIT.starts_at)
    now = soon.due_at
    assert decide(soon, PATIENT, MOBILE, OFFICE, TIMES, now, visit=VISIT) == Go(MOBILE)
    cancelled = replace(VISIT, state=VisitState.CANCELLED)
    assert decide(soon, PATIENT, MOBILE, OFFICE, TIMES, now, visit=cancelled) == Drop("visit-cancelled")
    come = replace(VISIT, state=VisitState.STARTED, came=True)  # it was held before its time, and is not ended yet
    assert decide(soon, PATIENT, MOBILE, OFFICE, TIMES, now, visit=come) == Drop("visit-over")
    moved = replace(VISIT, starts_at=at("24", "11:00"))
    assert decide(soon, PATIENT, MOBILE, OFFICE, TIMES, now, visit=moved) == Drop("visit-moved")
    assert decide(soon, PATIENT, MOBILE, OFFICE, TIMES, now) == Drop("visit-cancelled")
    assert decide(soon, PATIENT, MOBILE, OFFICE, TIMES, VISIT.starts_at, visit=VISIT) == Fail("too-late")

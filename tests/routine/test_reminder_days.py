"""Whole days of reminders, lived through by the rules alone: each goes once or is accounted for, whatever happens.

An outbox of plain values stands for the table, and a run of ``look`` for any process's tick: late, doubled, after a
sleep, or with the clock an hour off. The suite lives a thousand of them, ``--hypothesis-profile=long`` ten thousand.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.hours import STOCKHOLM, OpeningHours, local_day
from p24tui.routine.outgoing import Purpose, Sending
from p24tui.routine.reminder import Drop, Fail, Go, Wait, decide, visit_reminders
from p24tui.routine.visit import Visit, VisitState
from tests.routine.opening_hours import ALWAYS, OFFICE, opening_hours
from tests.routine.test_reminder import MOBILE, PATIENT, TIMES
from tests.routine.visits import visit

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
STEPS = (timedelta(hours=1), -timedelta(hours=1))

Key = tuple[datetime, Purpose, date]


@dataclass
class Row:
    """A row of the outbox: ``done`` is what became of it, none while it waits."""

    sending: Sending
    try_at: datetime
    done: str | None = None
    sent_at: datetime | None = None


@dataclass
class Outbox:
    """One visit and its rows. Its key is the table's: the visit at its time, the purpose, the local day."""

    hours: OpeningHours
    visit: Visit
    rows: dict[Key, Row] = field(default_factory=dict)
    sent: list[tuple[Key, datetime]] = field(default_factory=list)

    def plan(self, now: datetime) -> None:
        """What booking or moving does."""
        at, told = self.visit.starts_at, bool(self.sent)
        for one in visit_reminders(at, now, self.hours, TIMES, moved=told):
            key = (at, one.purpose, local_day(one.due_at))
            known = self.rows.get(key)
            if known is None or known.done in ("dropped", "failed"):
                self.rows[key] = Row(Sending(one.purpose, one.due_at, one.expires_at, at), one.due_at)

    def move(self, now: datetime, to: datetime) -> None:
        """Planned anew: what was planned for the old time does not go."""
        if to != self.visit.starts_at and to > now:
            self._drop_waiting()
            self.visit = replace(self.visit, starts_at=to)
            self.plan(now)

    def cancel(self) -> None:
        self.visit = replace(self.visit, state=VisitState.CANCELLED)
        self._drop_waiting()

    def look(self, now: datetime) -> None:
        """A tick of any process."""
        for key, row in self.rows.items():
            if row.done is None and row.try_at <= now:
                self._carry_out(key, row, now)

    def _carry_out(self, key: Key, row: Row, now: datetime) -> None:
        match decide(row.sending, PATIENT, MOBILE, self.hours, TIMES, now, visit=self.visit):
            case Go():
                row.done, row.sent_at = "sent", now
                self.sent.append((key, now))
            case Wait(until, _reason):
                assert until > now
                row.try_at = until
            case Drop():
                row.done = "dropped"
            case Fail():
                row.done = "failed"

    def _drop_waiting(self) -> None:
        for row in self.rows.values():
            row.done = row.done or "dropped"


def check(outbox: Outbox) -> None:
    """Nothing twice, nothing at night, nothing after the visit, nothing left unaccounted for."""
    keys = [key for key, _at in outbox.sent]
    assert len(keys) == len(set(keys))
    for (visit_at, purpose, _day), sent_at in outbox.sent:
        wall = sent_at.astimezone(STOCKHOLM).time()
        assert TIMES.day_begins <= wall < TIMES.night_begins, (purpose, sent_at)
        assert sent_at < visit_at
    assert all(row.done is not None for row in outbox.rows.values())


days = st.sampled_from([SPRING, AUTUMN, date(2027, 5, 13), date(2027, 12, 24)]).flatmap(
    lambda day: st.integers(-3, 3).map(lambda step: day + timedelta(days=step))
)
instants = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
    days,
    st.integers(0, 24 * 60 - 1),
)
hours_of_units = st.one_of(st.sampled_from([OFFICE, ALWAYS]), opening_hours())
pauses = st.sampled_from([5, 5, 5, 60, 60, 600, 3600, 8 * 3600]).map(lambda seconds: timedelta(seconds=seconds))
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("look"), pauses),
        st.tuples(st.just("step"), st.sampled_from(STEPS)),
        st.tuples(st.just("move"), st.integers(-600, 4000).map(lambda minutes: timedelta(minutes=minutes))),
        st.tuples(st.just("cancel"), st.just(timedelta())),
    ),
    max_size=14,
)


@pytest.mark.rule("NA-3", "SE-2")
@pytest.mark.hazard("H13")
@settings(max_examples=max(1_000, settings().max_examples), deadline=None)
@given(hours=hours_of_units, now=instants, ahead=st.integers(1, 5 * 24 * 60), deeds=deeds)
def test_whatever_happens_each_reminder_goes_once_by_day_or_is_accounted_for(
    hours: OpeningHours, now: datetime, ahead: int, deeds: list[tuple[str, timedelta]]
) -> None:
    outbox = Outbox(hours, visit(starts_at=now + timedelta(minutes=ahead)))
    outbox.plan(now)
    for deed, much in deeds:
        now += timedelta(seconds=5)
        if deed in ("look", "step"):
            now += much
        elif deed == "move":
            outbox.move(now, now + much)
        else:
            outbox.cancel()
        outbox.look(now)
        outbox.look(now)  # another process
    outbox.look(max(now, outbox.visit.starts_at) + timedelta(days=1))
    check(outbox)


@pytest.mark.rule("NA-3")
@settings(max_examples=300, deadline=None)
@given(hours=st.sampled_from([OFFICE, ALWAYS]), now=instants, ahead=st.integers(20, 5 * 24 * 60))
def test_with_ticks_on_time_all_that_was_planned_goes_when_it_was_due(
    hours: OpeningHours, now: datetime, ahead: int
) -> None:
    outbox = Outbox(hours, visit(starts_at=now + timedelta(minutes=ahead)))
    outbox.plan(now)
    for due in sorted(row.sending.due_at for row in outbox.rows.values()):
        outbox.look(due)
    assert {row.done for row in outbox.rows.values()} <= {"sent"}
    assert [sent_at for _key, sent_at in outbox.sent] == sorted(row.sending.due_at for row in outbox.rows.values())


@pytest.mark.rule("NA-3", "SE-2")
@pytest.mark.hazard("H13")
@pytest.mark.parametrize("changes", [SPRING, AUTUMN])
@pytest.mark.parametrize("step", [timedelta(), *STEPS])
def test_over_both_clock_changes_with_the_clock_off_by_an_hour_nothing_is_missed_and_nothing_twice(
    changes: date, step: timedelta
) -> None:
    """A visit on the Tuesday after, booked on the Thursday before; from the change on the clock is off, and put right
    on the day itself. A tick every five minutes."""
    midnight = datetime(changes.year, changes.month, changes.day, tzinfo=STOCKHOLM)
    visit_at = (midnight + timedelta(days=2, hours=10)).astimezone(UTC)
    now = (midnight - timedelta(days=3) + timedelta(hours=9)).astimezone(UTC)
    outbox = Outbox(OFFICE, visit(starts_at=visit_at))
    outbox.plan(now)
    begins, ends = midnight.astimezone(UTC) + timedelta(hours=2), visit_at - timedelta(hours=1, minutes=30)
    while now < visit_at:
        now += timedelta(minutes=5)
        off = step if begins <= now < ends else timedelta()
        outbox.look(now + off)
    check(outbox)
    assert [row.done for row in outbox.rows.values()] == ["sent"] * 3
    assert [f"{at.astimezone(STOCKHOLM):%a %H.%M}" for _key, at in outbox.sent] in (
        ["Thu 09.05", "Tue 08.00", "Tue 09.45"],
        ["Thu 09.05", "Tue 08.30", "Tue 09.45"],  # an hour slow until half past eight
    )


def test_every_row_is_of_a_known_purpose() -> None:
    assert {purpose for purpose in Purpose if purpose.of_visit} == {
        Purpose.VISIT_BOOKED,
        Purpose.VISIT_MOVED,
        Purpose.VISIT_TODAY,
        Purpose.VISIT_SOON,
        Purpose.VISIT_NOW,
    }

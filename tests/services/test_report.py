"""A day, a week and a month in numbers that one can count by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from p24tui.errors import BadInput
from p24tui.gateways.outgoing.model import Accepted, Problem, Rejected, Uncertain
from p24tui.ids import fresh_id
from p24tui.routine.case import CaseState, ContactKind, SuicideRisk
from p24tui.routine.hours import staffed_between, staffed_times
from p24tui.routine.opening import parse_hours
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.period import Length, period_of
from p24tui.services import cases, chat, ending, intake, outbox, registration, report, roster, undo
from p24tui.services.report_views import Answering, Flow, Report, SameDay, Sent, Waits
from p24tui.store import closings, feed, tables
from p24tui.store.duty_values import Closing
from p24tui.words.cases import MESSAGE, TRIAGE_FAILED
from tests import registering as contacts
from tests import samples
from tests.outgoing import queued, send, stored, with_gateway
from tests.samples import bundle, contact, message
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World, noted

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TODAY = date(2026, 11, 23)


def made(world: World, length: Length = Length.DAY, day: date = TODAY, *units: str) -> Report:
    return report.report_of(world.system, world.actor("maria"), units or (UNIT,), period_of(length, day))


def answer(world: World, who: str, case_id: str) -> None:
    """Take the case on where nobody has, and write to the patient."""
    actor, row = world.actor(who), world.row(case_id)
    version = row.case.version
    if row.case.owner_id is None:
        version = chat.claim(world.system, actor, case_id, version).version
    chat.answer(world.system, actor, case_id, version, "Hej, det ordnar vi.", fresh_id())


def end(world: World, who: str, case_id: str) -> None:
    actor = world.actor(who)
    cases.mark_read(world.system, actor, case_id)
    noted(world.system, actor, case_id)
    case = ending.request_end(world.system, actor, case_id, world.row(case_id).case.version)
    ending.confirm_end(world.system, actor, case_id, case.version)


def test_inflow_is_counted_by_hour_priority_and_kind_and_the_urgent_apart(world: World) -> None:
    world.case(minutes_ago=10, priority=1)
    world.case(minutes_ago=50, priority=2, suicide=SuicideRisk.TAKEN_ON)
    world.case(minutes_ago=60, priority=2, state=CaseState.ENDED, unread=0)
    world.case(minutes_ago=61, kind=ContactKind.MESSAGE, priority=None)
    world.case(minutes_ago=9 * 60 + 1, priority=None)  # the day before, by a minute
    world.case(minutes_ago=5, priority=None)
    world.case(minutes_ago=5, kind=ContactKind.VIDEO, priority=None)
    inflow = made(world).inflow
    assert (inflow.cases, inflow.urgent) == (6, 2)
    by_hour = {n: (slot.cases, slot.urgent) for n, slot in enumerate(inflow.slots) if slot.cases}
    assert by_hour == {7: (1, 0), 8: (5, 2)}
    assert inflow.slots[8].begins == MONDAY_NINE - HOUR
    assert {mark: many for mark, many in inflow.marks.items() if many} == {TRIAGE_FAILED: 1, "1": 1, "2": 2, MESSAGE: 2}
    assert inflow.kinds == {ContactKind.TRIAGED: 4, ContactKind.MESSAGE: 1, ContactKind.VIDEO: 1}


@pytest.mark.rule("GA-1")
def test_first_answers_are_waited_for_in_real_and_in_staffed_minutes(world: World) -> None:
    early = world.case(minutes_ago=120)  # 7.00, an hour before the unit opens
    late = world.case(minutes_ago=30)
    unanswered = world.case(minutes_ago=20)
    answer(world, "maria", early.id)
    world.clock.advance(10 * MINUTE)
    answer(world, "johan", late.id)
    world.clock.advance(10 * MINUTE)
    answer(world, "johan", late.id)
    found = made(world)
    first = found.first_answers
    assert (first.answered, first.unanswered) == (2, 1)
    assert first.waits == Waits(80 * MINUTE, 120 * MINUTE, 120 * MINUTE)
    assert first.staffed == Waits(50 * MINUTE, 60 * MINUTE, 60 * MINUTE)
    assert found.same_day == SameDay(kept=2, missed=0, pending=1)
    assert found.answering == (Answering("Johan Berg", 1, 2), Answering("Maria Lind", 1, 1))
    world.clock.advance(timedelta(days=1))
    answer(world, "maria", unanswered.id)
    later = made(world)
    assert (later.first_answers.answered, later.first_answers.unanswered) == (3, 0)
    assert later.same_day == SameDay(kept=2, missed=1, pending=0)
    assert later.flow.messages_out == 3
    assert later.now is None


def test_nobody_answered_has_no_waits(world: World) -> None:
    world.case(answered_at=world.clock.now())
    first = made(world).first_answers
    assert (first.answered, first.unanswered, first.waits, first.staffed) == (0, 1, None, None)


def test_a_phrase_by_the_system_is_no_answer_and_a_day_that_is_over_has_missed_it(world: World) -> None:
    world.case()
    assert made(world).same_day == SameDay(0, 0, 1)
    world.clock.advance(15 * HOUR - MINUTE)
    assert made(world).same_day == SameDay(0, 0, 1)
    world.clock.advance(MINUTE)
    assert made(world).same_day == SameDay(0, 1, 0)


def test_what_was_done_is_counted_whenever_the_case_came_in(world: World) -> None:
    old = world.case(minutes_ago=60 * 24 * 3, unread=0)
    answer(world, "maria", old.id)
    world.writes(old.id)
    end(world, "maria", old.id)
    undo.undo(world.system, world.actor("maria"), old.id)
    end(world, "maria", old.id)
    other = world.case(unread=0)
    chat.claim(world.system, world.actor("johan"), other.id, 1)
    end(world, "johan", other.id)
    found = made(world)
    assert found.flow == Flow(ended=2, reopened=0, messages_in=1, messages_out=1)
    assert found.inflow.cases == 1
    assert found.answering == (Answering("Maria Lind", 1, 1),)
    assert made(world, Length.DAY, TODAY - timedelta(days=1)).flow == Flow(0, 0, 0, 0)


@pytest.mark.rule("CH-6")
@pytest.mark.hazard("H10")
def test_an_answer_to_what_has_ended_is_told_as_a_reopening_and_counted(world: World) -> None:
    intake.load(world.system, "portal", samples.body(bundle(*contact())))
    with world.system.store.reading() as tx:
        (id,) = tx.connection.scalars(select(tables.cases.c.id))
    answer(world, "maria", id)
    cases.read_free_text(world.system, world.actor("maria"), id)
    end(world, "maria", id)
    assert made(world).flow == Flow(ended=1, reopened=0, messages_in=1, messages_out=1)
    intake.load(world.system, "portal", samples.body(bundle(message("m-late", "e0", sender="Patient/p0"))))
    assert world.row(id).case.state is CaseState.ANSWERED
    assert world.event_kinds(id)[-2:] == ["case.reopened", "message.received"]
    assert made(world).flow == Flow(ended=1, reopened=1, messages_in=2, messages_out=1)


@pytest.mark.rule("SE-2")
def test_what_goes_out_is_counted_by_what_became_of_it(world: World) -> None:
    with_gateway(world, Accepted("gw-1"), Rejected(Problem.ADDRESS), Uncertain(Problem.SILENCE), Accepted("gw-2"))
    rows = [queued(world) for _number in range(3)]
    send(world)
    assert made(world).sent == Sent(taken=1, delivered=0, failed=1, uncertain=1)
    failed = next(row for row in rows if stored(world, row.id).state is OutgoingState.FAILED)
    outbox.send_again(world.system, world.actor("maria"), failed.id)
    send(world)
    assert made(world).sent == Sent(taken=2, delivered=0, failed=0, uncertain=1)


def test_a_week_and_a_month_are_counted_by_day(world: World) -> None:
    world.case(minutes_ago=60 * 24 * 1)
    world.case(minutes_ago=10)
    week, month = made(world, Length.WEEK), made(world, Length.MONTH)
    assert [one.cases for one in week.inflow.slots] == [1, 0, 0, 0, 0, 0, 0]
    assert [n for n, one in enumerate(month.inflow.slots, start=1) if one.cases] == [22, 23]
    assert week.now is None
    assert month.now is None


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 25), {1: 1, 2: 1, 3: 1, 24: 1}), (date(2026, 3, 29), {1: 1, 2: 1, 22: 1})]
)
def test_where_the_clocks_change_each_hour_is_counted_once(world: World, day: date, hours: dict[int, int]) -> None:
    began = period_of(Length.DAY, day).begins
    for hour in hours:
        world.clock.instant = began + hour * HOUR + 30 * MINUTE
        world.case()
    found = made(world, Length.DAY, day).inflow
    assert {n: slot.cases for n, slot in enumerate(found.slots) if slot.cases} == hours


def test_today_says_how_it_stands_now_and_no_other_day_does(world: World) -> None:
    world.case()
    world.case(state=CaseState.WAITING, waiting_since=None, unread=0)
    now = made(world).now
    assert now is not None
    assert (now.unread, now.states[CaseState.NEW].cases, now.states[CaseState.WAITING].cases) == (1, 1, 1)
    assert made(world, Length.DAY, TODAY - timedelta(days=1)).now is None


def test_only_the_units_that_are_asked_for_count_and_each_must_exist(world: World) -> None:
    world.second_unit("maria")
    world.case()
    world.case(unit_id=BERGA)
    assert made(world).inflow.cases == 1
    assert made(world, Length.DAY, TODAY, UNIT, BERGA).inflow.cases == 2
    with pytest.raises(BadInput):
        made(world, Length.DAY, TODAY, "SE2321000016-NONE")


@pytest.mark.rule("CH-2")
def test_a_day_says_how_much_of_its_opening_time_has_nobody_in_the_roster(world: World) -> None:
    assert made(world).days[0].unmanned == 9 * HOUR
    for starts, ends in ((6, 10), (9, 12), (13, 16)):
        on_duty(world, starts, ends)
    (one,) = made(world).days
    assert (one.opening, one.unmanned) == (9 * HOUR, HOUR)
    week = made(world, Length.WEEK).days
    assert [day.day.isoweekday() for day in week] == [1, 2, 3, 4, 5]
    assert [day.unmanned // HOUR for day in week] == [1, 9, 9, 9, 9]


def on_duty(world: World, starts: int, ends: int, day: date = TODAY) -> None:
    """An entry of the roster, between hours in UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    maria = world.actor("maria")
    roster.add(world.system, maria, PEOPLE["maria"][0], midnight + starts * HOUR, midnight + ends * HOUR)


@pytest.mark.rule("CH-7")
def test_a_day_says_who_signed_its_closing_last_or_that_nobody_has(world: World) -> None:
    (one,) = made(world).days
    assert (one.signed, one.over) == (None, False)
    world.clock.advance(9 * HOUR)
    (one,) = made(world).days
    assert (one.signed, one.over) == (None, True)
    for who, minutes in (("johan", 0), ("maria", 5)):
        sign(world, who, world.clock.now() + minutes * MINUTE)
    (one,) = made(world).days
    assert one.signed == ("Maria Lind", world.clock.now() + 5 * MINUTE)
    world.clock.advance(timedelta(hours=-8))  # what came before closing and was seen by nobody
    world.case()
    world.clock.advance(timedelta(hours=8))
    assert made(world).days[0].signed is None


def sign(world: World, who: str, at: datetime) -> None:
    staff_id, name, _profession = PEOPLE[who]
    with world.system.store.writing() as tx:
        closings.add(tx, Closing(fresh_id(), UNIT, TODAY, at, staff_id, name, position=feed.end_of_log(tx)))


def test_no_report_says_anything_of_a_patient(world: World) -> None:
    one = world.case(name="Karin Öberg", matter="Tryck i bröstet", unread=0)
    answer(world, "maria", one.id)
    said = repr(made(world))
    for secret in (one.id, one.patient_id, "Karin", "bröstet", "196101"):
        assert secret not in said


def test_the_last_eight_hours_end_now(world: World) -> None:
    for minutes in (0, 10, 59, 60, 7 * 60 + 59, 8 * 60 + 1):
        world.case(minutes_ago=minutes)
    world.clock.advance(timedelta(seconds=1))
    assert report.inflow_lately(world.system, (UNIT,)) == (1, 0, 0, 0, 0, 0, 1, 3)


INSTANTS = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.lists(st.tuples(INSTANTS, INSTANTS).map(sorted).map(tuple), max_size=5))
def test_staffed_times_at_once_are_those_one_by_one(spans: list[tuple[datetime, datetime]]) -> None:
    hours = parse_hours("mon-fri 08:00-12:00,13:00-17:00")
    assert staffed_times(hours, spans) == [staffed_between(hours, start, end) for start, end in spans]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_half_waited_no_longer_than_the_median_and_nine_of_ten_no_longer_than_the_ninth(minutes: list[int]) -> None:
    found = report.waits_of([one * MINUTE for one in minutes])
    assert found is not None
    assert 2 * sum(one * MINUTE <= found.median for one in minutes) >= len(minutes)
    assert 10 * sum(one * MINUTE <= found.ninth for one in minutes) >= 9 * len(minutes)
    assert found.ninth in {one * MINUTE for one in minutes}
    assert found.median <= found.longest == max(minutes) * MINUTE


@pytest.mark.rule("RE-3", "RE-6", "RE-8")
def test_how_contacts_were_registered_is_counted_how_soon_their_posts_were_gone_and_what_is_left(world: World) -> None:
    gone, _left = contacts.made(world), contacts.made(world)
    contacts.made(world, wanted=contacts.FREE)
    contacts.made(world, wanted=contacts.NOT)
    eva = world.actor("eva")
    world.clock.advance(timedelta(minutes=30))
    registration.registered(world.system, eva, gone.id, "L1", "Faktura")
    registration.removed(world.system, eva, gone.id)
    found = made(world).registered
    assert (found.told, found.own, found.nothing, found.left) == (2, 1, 1, 1)
    assert found.waits is not None
    assert found.waits.longest == timedelta(minutes=30)

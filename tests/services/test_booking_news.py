"""News of bookings that are visits here: what is said anew is followed, and what was changed here by hand stays."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from p24tui.errors import BadInput
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.proxy import Guardian
from p24tui.routine.visit import Visit, VisitKind, VisitState
from p24tui.services import booking_tasks, invitations, visits
from p24tui.services.intake.outcome import Verdict
from p24tui.store import participants, people
from p24tui.store import visits as stored
from tests.outgoing import MOBILE, rows_of, send, states, with_gateway
from tests.services.test_bookings import (
    HOUR,
    MINUTE,
    NEW,
    TOMORROW,
    booking,
    day,
    problems,
    take,
    tasks,
)
from tests.visiting import FATHER, MOTHER, child, stored_visit
from tests.world import MONDAY_NINE, PEOPLE, World

WEEK = timedelta(days=7)
NOWHERE = "SE2321000016-NOWHERE"
SOON = MONDAY_NINE + MINUTE


def a_booking(world: World) -> tuple[Patient, Visit]:
    """A patient whose visit VAS has booked for tomorrow at nine."""
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    return patient, day(world)[0].visit


def give_mobile(world: World, patient: Patient, mobile: str) -> None:
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=patient.id)
        assert record is not None
        people.put_patient(tx, replace(record, patient=replace(record.patient, mobile=mobile)), world.clock.now())


@pytest.mark.rule("VI-7", "NA-3")
@pytest.mark.hazard("H14")
def test_another_proxy_in_vas_is_the_proxy_and_has_what_the_first_had(world: World) -> None:
    gateway = with_gateway(world)
    kid = child(world)
    take(world, booking(kid, proxy_number=MOTHER.number))
    first = day(world)[0].visit
    assert take(world, booking(kid, proxy_number=FATHER.number, said_at=SOON)) is Verdict.UPDATED
    (line,) = day(world)
    assert (line.visit.id, line.visit.proxy_number, line.visit.mobile) == (first.id, FATHER.number, FATHER.mobile)
    assert {row.person_number for row in rows_of(world, kid.id) if row.state is OutgoingState.QUEUED} == {FATHER.number}
    with world.system.store.reading() as tx:
        there = {one.number: one for one in participants.of_visits(tx, [first.id])[first.id]}
    assert (there[MOTHER.number].revoked_at is None, there[FATHER.number].revoked_at) == (False, None)
    send(world)
    assert {sent.to for sent in gateway.handed} == {FATHER.mobile}
    assert take(world, booking(kid, said_at=SOON + MINUTE)) is Verdict.DUPLICATE  # nobody is named: he stays
    assert day(world)[0].visit.proxy_number == FATHER.number


@pytest.mark.rule("VI-7")
@pytest.mark.hazard("H14")
def test_another_proxy_and_another_time_at_once(world: World) -> None:
    with_gateway(world)
    kid = child(world)
    take(world, booking(kid, proxy_number=MOTHER.number))
    moved = booking(kid, proxy_number=FATHER.number, starts_at=TOMORROW + HOUR, ends_at=None, said_at=SOON)
    take(world, moved)
    visit = day(world)[0].visit
    assert (visit.proxy_number, visit.starts_at) == (FATHER.number, TOMORROW + HOUR)
    queued = [row for row in rows_of(world, kid.id) if row.state is OutgoingState.QUEUED]
    assert {(row.person_number, row.visit_at) for row in queued} == {(FATHER.number, TOMORROW + HOUR)}


@pytest.mark.rule("VI-7", "VI-9")
@pytest.mark.hazard("H14")
def test_a_visit_that_becomes_a_childs_has_the_proxy_that_vas_had_said(world: World) -> None:
    with_gateway(world)
    kid = child(world, born=date(2013, 11, 25))  # thirteen on Wednesday
    give_mobile(world, kid, MOBILE)
    wednesday = TOMORROW + timedelta(days=1)
    take(world, booking(kid, proxy_number=FATHER.number, starts_at=wednesday, ends_at=None))
    take(world, booking(kid, proxy_number=FATHER.number, said_at=SOON))
    visit = day(world)[0].visit
    assert (visit.kind, visit.proxy_number) == (VisitKind.CHILD, FATHER.number)


@pytest.mark.rule("VI-7", "VI-1")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("father", "problem"),
    [(replace(FATHER, mobile=""), "proxy-no-mobile"), (replace(FATHER, number=NEW), "not-guardian")],
)
def test_another_proxy_who_cannot_be_is_a_task_and_the_first_is_not_let_in(
    world: World, father: Guardian, problem: str
) -> None:
    with_gateway(world)
    kid = child(world, (MOTHER, father))
    take(world, booking(kid, proxy_number=MOTHER.number))
    take(world, booking(kid, proxy_number=FATHER.number, said_at=SOON))
    assert problems(world) == [problem]
    assert day(world)[0].visit.state is VisitState.CANCELLED


@pytest.mark.rule("VI-5")
def test_a_booked_visit_that_becomes_a_group_is_cancelled_and_seen_to(world: World) -> None:
    _patient, visit = a_booking(world)
    take(world, booking(None, patients=3, said_at=SOON))
    assert problems(world) == ["group-visit"]
    assert stored_visit(world, visit.id).state is VisitState.CANCELLED


@pytest.mark.rule("VI-2")
@pytest.mark.parametrize("mobile", [MOBILE, ""])
def test_a_known_booking_that_goes_to_a_unit_elsewhere_is_no_matter_of_ours(world: World, mobile: str) -> None:
    with_gateway(world)
    patient = world.patient(mobile=mobile)
    take(world, booking(patient))
    assert take(world, booking(patient, unit_id=NOWHERE, said_at=SOON)) is Verdict.UPDATED
    moved = booking(patient, unit_id=NOWHERE, said_at=SOON + MINUTE, starts_at=TOMORROW + HOUR, ends_at=None)
    assert take(world, moved) is Verdict.DUPLICATE
    assert tasks(world) == ()
    assert {line.visit.state for line in day(world)} <= {VisitState.CANCELLED}
    back = booking(patient, said_at=SOON + 2 * MINUTE)
    assert take(world, back) is (Verdict.CREATED if mobile else Verdict.UPDATED)


@pytest.mark.rule("VI-2")
def test_what_was_cancelled_here_stays_so_while_vas_says_nothing_of_its_time(world: World) -> None:
    patient, visit = a_booking(world)
    visits.cancel(world.system, world.actor("maria"), visit.id)
    take(world, booking(patient, holder_id=PEOPLE["sara"][0], said_at=SOON))
    assert [line.visit.state for line in day(world)] == [VisitState.CANCELLED]
    take(world, booking(patient, starts_at=TOMORROW + HOUR, ends_at=None, said_at=SOON + MINUTE))
    assert VisitState.BOOKED in {line.visit.state for line in day(world)}


@pytest.mark.rule("VI-2")
def test_what_was_moved_here_stays_where_it_is_while_vas_says_nothing_of_its_time(world: World) -> None:
    patient, visit = a_booking(world)
    visits.move(world.system, world.actor("maria"), visit.id, TOMORROW + HOUR)
    sara = PEOPLE["sara"][0]
    longer = booking(patient, holder_id=sara, ends_at=TOMORROW + 40 * MINUTE, said_at=SOON)
    assert take(world, longer) is Verdict.UPDATED
    after = stored_visit(world, visit.id)
    assert (after.starts_at, after.ends_at) == (TOMORROW + HOUR, TOMORROW + HOUR + 40 * MINUTE)
    assert (after.holder_id, tasks(world)) == (sara, ())
    take(world, booking(patient, starts_at=TOMORROW + 3 * HOUR, ends_at=None, said_at=SOON + MINUTE))
    assert stored_visit(world, visit.id).starts_at == TOMORROW + 3 * HOUR


@pytest.mark.rule("VI-2")
def test_what_somebody_has_seen_to_comes_back_only_with_another_time(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile="")
    take(world, booking(patient))
    booking_tasks.settle(world.system, world.actor("maria"), tasks(world)[0].id)
    take(world, booking(patient, holder_id=PEOPLE["sara"][0], said_at=SOON))
    assert tasks(world) == ()
    take(world, booking(patient, starts_at=TOMORROW + HOUR, ends_at=None, said_at=SOON + MINUTE))
    assert problems(world) == ["no-mobile"]


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_somebody_is_told_where_a_visit_ends_because_its_patient_is_protected(world: World) -> None:
    patient, visit = a_booking(world)
    take(world, booking(patient, holder_id=PEOPLE["sara"][0], said_at=SOON), looked_up=Protection.MARKED)
    assert stored_visit(world, visit.id).state is VisitState.CANCELLED
    assert [(task.problem, task.name, task.number) for task in tasks(world)] == [("protected", "", "")]


@pytest.mark.rule("VI-2")
def test_cancelled_and_booked_again_and_again_each_is_a_visit_of_its_own(world: World) -> None:
    patient, _visit = a_booking(world)
    for turn in range(1, 4):
        take(world, booking(patient, cancelled=True, said_at=MONDAY_NINE + 2 * turn * MINUTE))
        again = booking(patient, said_at=MONDAY_NINE + (2 * turn + 1) * MINUTE)
        assert take(world, again) is Verdict.CREATED
    assert sorted(line.visit.state.value for line in day(world)) == ["booked", "cancelled", "cancelled", "cancelled"]


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H13")
def test_a_booking_that_fails_half_way_leaves_nothing_but_its_task(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, visit = a_booking(world)
    take(world, booking(patient, cancelled=True, said_at=SOON))
    before = states(world, patient.id)

    def fail(*_args: object) -> None:
        raise BadInput("visit-length")

    monkeypatch.setattr(visits, "plan", fail)
    take(world, booking(patient, said_at=SOON + MINUTE))
    assert problems(world) == ["visit-length"]
    assert (states(world, patient.id), [line.visit.id for line in day(world)]) == (before, [visit.id])
    with world.system.store.reading() as tx:
        kept = stored.booked_as(tx, "vas", "B1")
    assert kept is not None
    assert kept.id == visit.id


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H13")
def test_a_move_that_fails_half_way_leaves_nothing_but_its_task(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, visit = a_booking(world)

    def fail(*_args: object) -> None:
        raise BadInput("visit-length")

    monkeypatch.setattr(invitations, "renew", fail)
    take(world, booking(patient, starts_at=TOMORROW + HOUR, ends_at=None, said_at=SOON))
    after = stored_visit(world, visit.id)
    assert (after.state, after.starts_at, problems(world)) == (VisitState.CANCELLED, TOMORROW, ["visit-length"])
    assert {row.state for row in rows_of(world, patient.id)} == {OutgoingState.CANCELLED}


@pytest.mark.rule("VI-7")
@pytest.mark.hazard("H14")
def test_booked_again_without_a_proxy_it_has_the_one_that_vas_had_said(world: World) -> None:
    with_gateway(world)
    kid = child(world)
    take(world, booking(kid, proxy_number=FATHER.number))
    take(world, booking(kid, cancelled=True, said_at=SOON))
    take(world, booking(kid, said_at=SOON + MINUTE))
    booked = [line.visit for line in day(world) if line.visit.state is VisitState.BOOKED]
    assert [visit.proxy_number for visit in booked] == [FATHER.number]

"""Traps on the way to one SMS a day: yesterday's that waits, one let go again, a report or an answer that is late."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from p24tui.errors import BadInput, Refused
from p24tui.gateways.outgoing.model import Fate, NotNow, Outgoing, Problem, Rejected, Report, Uncertain
from p24tui.jobs.clockwork import Clockwork, Tick
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.services import chat, delivery, outbox, protections, reminders, sending
from p24tui.services.sending import Sender
from p24tui.store import outbox as rows
from p24tui.store import read_log, tables
from p24tui.system import System
from tests import visiting
from tests.outgoing import MOBILE, persons, queued, rows_of, send, states, stored, waited_for, with_gateway
from tests.samples import contact, message
from tests.services.test_intake import post
from tests.services.test_intake import send as send_in
from tests.world import BERGA, UNIT, World

S = OutgoingState


@pytest.mark.rule("SE-2")
def test_an_answer_that_comes_by_the_intake_cancels_the_reminder(world: World) -> None:
    gateway = with_gateway(world)
    send_in(world, *contact(0))
    with world.system.store.writing() as tx:
        (case_id,) = tx.connection.scalars(tables.cases.select().with_only_columns(tables.cases.c.id))
        tx.connection.execute(update(tables.patients).values(mobile=MOBILE))
    maria, case = world.actor("maria"), world.row(case_id).case
    claimed = chat.claim(world.system, maria, case_id, case.version)
    chat.answer(world.system, maria, case_id, claimed.version, "Hur mår du?", "m-1")
    world.clock.advance(timedelta(hours=9))  # the unit has closed: it goes in the morning
    row = reminders.remind(world.system, maria, case_id)
    post(world, message("m-new", "e0", sender="Patient/p0", text="Bättre, tack"))
    assert (stored(world, row.id).state, stored(world, row.id).problem) == (S.CANCELLED, "answered")
    chat.answer(world.system, maria, case_id, world.row(case_id).case.version, "Bra!", "m-2")
    world.clock.advance(timedelta(hours=15))
    send(world)
    assert gateway.handed == []


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_yesterdays_that_still_waits_is_todays(world: World) -> None:
    gateway = with_gateway(world, NotNow(Problem.UNREACHABLE))
    case, maria = waited_for(world), world.actor("maria")
    world.clock.advance(timedelta(hours=7, minutes=30))
    queued(world, case)
    send(world)
    world.clock.advance(timedelta(hours=16))
    for again in (reminders.preview, reminders.remind):
        with pytest.raises(Refused, match="SE-2: reminder-late"):
            again(world.system, maria, case.id)
    gateway.answers.clear()
    gateway.handed.clear()
    assert send(world) == 1


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_yesterdays_failed_one_is_not_let_go_where_todays_has_gone(world: World) -> None:
    gateway = with_gateway(world, Rejected(Problem.REFUSED))
    case = waited_for(world)
    world.clock.advance(timedelta(hours=6))
    failed = queued(world, case)
    send(world)
    gateway.answers.clear()
    world.clock.advance(timedelta(hours=18))
    queued(world, case)
    send(world)
    with pytest.raises(Refused, match="SE-2: reminded"):
        outbox.send_again(world.system, world.actor("maria"), failed.id)


@pytest.mark.hazard("H13")
def test_what_turns_out_to_have_been_taken_does_not_go_once_more(world: World) -> None:
    gateway = with_gateway(world, Uncertain(Problem.SILENCE))
    row = queued(world)
    send(world)
    outbox.send_again(world.system, world.actor("maria"), row.id)
    assert delivery.hear(world.system, "scripted", Report(Fate.TAKEN, id=row.id, gateway_id="gw"))
    send(world)
    assert (len(gateway.handed), stored(world, row.id).state) == (1, S.ACCEPTED)


@pytest.mark.hazard("H13")
def test_an_answer_about_an_attempt_that_somebody_has_settled_counts_no_more(world: World) -> None:
    gateway = with_gateway(world, NotNow(Problem.UNREACHABLE))

    def sleep(one: Outgoing) -> None:
        world.clock.advance(timedelta(seconds=60))
        delivery.strand(world.system)
        outbox.settle(world.system, world.actor("johan"), one.id)

    gateway.before = sleep
    row = queued(world)
    send(world)
    assert stored(world, row.id).state is S.UNCERTAIN


@pytest.mark.rule("SE-2", "PR-2")
@pytest.mark.hazard("H1")
def test_what_a_slow_gateway_keeps_waiting_is_looked_at_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = with_gateway(world)
    waiting = [waited_for(world) for _ in range(3)]
    for case in waiting:
        queued(world, case)
    monkeypatch.setattr(sending, "LOOKED_AT_WITHIN", 0.0)

    def answers_come(_first: Outgoing) -> None:
        gateway.before = lambda _outgoing: None
        for case in waiting:
            world.writes(case.id)

    gateway.before = answers_come
    sender = Sender(world.system, "console:a", timedelta(0))
    sender._at_once = 3
    sender.send_due()
    sender.send_due()
    assert len(gateway.handed) == 1


@pytest.mark.rule("NA-3")
def test_after_an_outage_a_visits_reminders_do_not_come_together(world: World) -> None:
    gateway = with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    at = world.clock.now() + timedelta(days=1, hours=2)
    visiting.book(world, patient.id, at)
    world.clock.advance(timedelta(days=1))  # nothing ran since
    send(world)
    assert len(gateway.handed) == 1
    assert states(world, patient.id)[0] == ("visit-booked", S.CANCELLED)
    assert rows_of(world, patient.id)[0].problem == "next-one"


def test_an_outage_is_one_line_of_the_history(world: World) -> None:
    with_gateway(world, NotNow(Problem.UNREACHABLE))
    case = waited_for(world)
    queued(world, case)
    for _minute in range(20):
        send(world)
        world.clock.advance(timedelta(minutes=1))
    assert world.event_kinds(case.id).count("sms.postponed") == 1


def test_what_waited_for_the_unit_to_open_is_late_once_it_has(world: World) -> None:
    with_gateway(world, NotNow(Problem.UNREACHABLE))
    case = waited_for(world)
    world.clock.advance(timedelta(hours=7, minutes=55))
    row = queued(world, case)
    send(world)
    world.clock.advance(timedelta(minutes=10))
    send(world)
    assert stored(world, row.id).problem == "closed"
    assert outbox.standing(world.system, [UNIT]).overdue == 0
    world.clock.advance(timedelta(days=1))
    assert outbox.standing(world.system, [UNIT]).overdue == 1


@pytest.mark.hazard("H13")
def test_a_clock_that_is_set_back_silences_no_gateway(world: World) -> None:
    gateway = with_gateway(world, Uncertain(Problem.SILENCE))
    first, second = waited_for(world), waited_for(world)
    sender = Sender(world.system, "console:a")
    world.clock.advance(timedelta(hours=2))
    queued(world, first)
    sender.send_due()
    gateway.answers.clear()
    world.clock.advance(-timedelta(hours=1))
    queued(world, second)
    sender.send_due()
    assert len(gateway.handed) == 2


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
def test_the_history_says_that_a_flag_stopped_it(world: World) -> None:
    with_gateway(world)
    case = waited_for(world)
    world.clock.advance(timedelta(hours=10))
    queued(world, case)
    persons(world).protected[world.row(case.id).patient.number] = Protection.MARKED
    protections.look_up(world.system, world.actor("maria"), case.patient_id)
    assert world.event_kinds(case.id)[-2:] == ["sms.cancelled", "patient.updated"]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_nobody_sees_or_reminds_another_units_patient_and_a_preview_is_logged(world: World) -> None:
    with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    world.second_unit("maria")
    there = type(maria)(maria.staff_id, maria.name, maria.profession, BERGA, maria.place)
    for deed in (reminders.preview, reminders.remind):
        with pytest.raises(BadInput, match="no-case"):
            deed(world.system, there, case.id)
    reminders.preview(world.system, maria, case.id)
    with world.system.store.reading() as tx:
        (read, *_earlier) = read_log.of_person(tx, maria.staff_id or "", world.clock.now() - timedelta(days=1), 10)
    assert (read.kind, read.case_id) == ("case", case.id)


def test_no_number_and_no_text_reaches_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with_gateway(world)
    row = queued(world)

    def clash(system: System) -> int:
        with system.store.writing() as tx:
            rows.add(
                tx, type(row)(**{**{name: getattr(row, name) for name in row.__struct_fields__}, "about": "another"})
            )
        return 1

    Clockwork(world.system, "console:test").run(Tick("outbox", 5, clash))
    assert "outbox failed" in caplog.text
    assert MOBILE not in caplog.text
    assert "väntar på ditt svar" not in caplog.text


def test_protection_that_was_unknown_is_asked_for_again_when_one_presses_again(world: World) -> None:
    with_gateway(world)
    case, maria = waited_for(world), world.actor("maria")
    persons(world).silent = True
    with pytest.raises(Refused, match="protection-unknown"):
        reminders.remind(world.system, maria, case.id)
    persons(world).silent = False
    assert reminders.preview(world.system, maria, case.id).number == MOBILE

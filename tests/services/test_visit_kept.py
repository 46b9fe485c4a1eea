"""A visit is never left where nobody can see it or end it: whoever has its case, wherever that goes, however late."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from p24tui.errors import Refused, Unavailable
from p24tui.routine.case import Case, CaseState, ContactKind
from p24tui.routine.protection import Protection
from p24tui.routine.shift import ShiftKind
from p24tui.routine.visit import CallOutcome, Visit, VisitState
from p24tui.routine.visit_step import Step
from p24tui.services import (
    chat,
    ending,
    links,
    patient_side,
    protections,
    shift,
    takeover,
    undo,
    visit_day,
    visit_list,
    visits,
)
from p24tui.services import closing as services_closing
from p24tui.services.change import change_in
from p24tui.services.links import Go
from p24tui.services.visit_views import VisitLine
from p24tui.store import people
from p24tui.store import visits as stored
from tests.outgoing import MOBILE, persons, with_gateway
from tests.services.test_links import joining, login, number_of, patients_token, started
from tests.visiting import book, stored_visit, with_video
from tests.world import BERGA, PEOPLE, UNIT, World, noted

S = VisitState
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def due(world: World) -> Visit:
    """A visit that begins now, whose patient can be seen to come."""
    joining(world)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + HOUR, holder_id=PEOPLE["maria"][0])
    world.clock.advance(HOUR)
    return visit


def taken_in(world: World) -> tuple[Visit, Case]:
    """One that Maria has taken in and started, six minutes late."""
    visit, maria = due(world), world.actor("maria")
    taken, case = visit_day.take_in(world.system, maria, visit.id, visit.version)
    begun = visit_day.start(world.system, maria, taken.id, taken.version)
    world.clock.advance(6 * MINUTE)
    return begun, case


def end(world: World, case_id: str, who: str = "maria") -> Case:
    actor = world.actor(who)
    noted(world.system, actor, case_id)
    asked = ending.request_end(world.system, actor, case_id, world.row(case_id).case.version)
    return ending.confirm_end(world.system, actor, case_id, asked.version)


def line(world: World, visit: Visit) -> VisitLine:
    return visit_list.one(world.system, world.actor("maria"), visit.id)


@pytest.mark.rule("VI-13")
def test_staff_who_wait_alone_on_video_telephone_before_it_ends_as_absent(world: World) -> None:
    visit = due(world)
    started(world, visit)
    world.clock.advance(6 * MINUTE)
    seen = line(world, visit)
    assert (seen.is_absent, seen.step) == (True, Step.TELEPHONE)
    case_id = seen.visit.case_id or ""
    assert visit_day.end_video(world.system, world.actor("maria"), case_id)[1]
    with pytest.raises(Refused, match="VI-13: came-or-call"):
        end(world, case_id)
    visit_day.say_whether_came(world.system, world.actor("maria"), case_id, came=False)
    with pytest.raises(Refused, match="VI-13: call-first"):
        end(world, case_id)
    visit_day.record_call(world.system, world.actor("maria"), visit.id, CallOutcome.NO_ANSWER)
    end(world, case_id)
    assert stored_visit(world, visit.id).state is S.ABSENT


@pytest.mark.rule("VI-13", "VI-14")
def test_a_patient_who_was_seen_to_come_need_not_be_asked_about(world: World) -> None:
    visit = due(world)
    token = patients_token(world, visit)
    started(world, visit)
    assert isinstance(links.use(world.system, token, login(world, number_of(world, visit))), Go)
    case_id = stored_visit(world, visit.id).case_id or ""
    assert not visit_day.end_video(world.system, world.actor("maria"), case_id)[1]
    end(world, case_id)
    assert stored_visit(world, visit.id).state is S.ENDED


@pytest.mark.rule("VI-13", "SH-1")
@pytest.mark.hazard("H12")
@pytest.mark.parametrize("way", ["takeover", "release"])
def test_whoever_gets_the_chat_holds_the_visit_and_can_telephone_and_end_it(world: World, way: str) -> None:
    visit, case = taken_in(world)
    maria, johan = world.actor("maria"), world.actor("johan")
    if way == "takeover":
        takeover.ask(world.system, johan, case.id, case.version, "Maria har gått hem.")
        takeover.let_go(world.system, maria, case.id, johan.staff_id or "")
    else:
        released = chat.release(world.system, maria, case.id, case.version)
        chat.claim(world.system, johan, case.id, released.version)
    assert stored_visit(world, visit.id).holder_id == johan.staff_id
    visit_day.record_call(world.system, johan, visit.id, CallOutcome.NO_ANSWER)
    end(world, case.id, "johan")
    assert stored_visit(world, visit.id).state is S.ABSENT


@pytest.mark.rule("CH-11", "VI-14")
@pytest.mark.hazard("H12")
def test_a_visit_goes_with_its_case_to_another_unit_and_is_held_there(world: World) -> None:
    visit, case = taken_in(world)
    world.second_unit("sara")
    with world.system.store.writing() as tx:  # what the acceptance of a handover does to the case
        change_in(
            tx,
            world.system,
            world.actor("maria"),
            case.id,
            "handover.accepted",
            lambda row: structs.replace(row.case, unit_id=BERGA, owner_id=PEOPLE["sara"][0]),
        )
    sara = structs.replace(world.actor("sara"), unit_id=BERGA)
    assert [one.visit.id for one in visit_list.of_day(world.system, sara, [BERGA], world.clock.now().date()).lines] == [
        visit.id
    ]
    visit_day.record_call(world.system, sara, visit.id, CallOutcome.NO_ANSWER)
    visit_day.start_video(world.system, sara, case.id)


@pytest.mark.rule("VI-14", "CH-12")
def test_an_ending_that_is_undone_lets_the_visit_and_its_link_live_again(world: World) -> None:
    visit = due(world)
    token = patients_token(world, visit)
    started(world, visit)
    links.use(world.system, token, login(world, number_of(world, visit)))
    case_id, maria = stored_visit(world, visit.id).case_id or "", world.actor("maria")
    visit_day.end_video(world.system, maria, case_id)
    end(world, case_id)
    undo.undo(world.system, maria, case_id)
    assert stored_visit(world, visit.id).state is S.STARTED


@pytest.mark.rule("VI-13", "SH-1", "CH-7")
@pytest.mark.hazard("H12", "H3")
def test_a_booked_visit_that_nobody_held_is_seen_the_next_day_and_stops_shift_and_closing(world: World) -> None:
    joining(world)
    maria = world.actor("maria")
    shift.start(world.system, maria, ShiftKind.VIDEO)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + 7 * HOUR, holder_id=maria.staff_id)
    shift_may_end_before = shift.ongoing(world.system, maria).lines
    assert shift_may_end_before == ()
    world.clock.advance(7 * HOUR + 30 * MINUTE)  # half past four, and the unit closes at five
    with pytest.raises(Refused, match="SH-1: shift-visits"):
        shift.end(world.system, maria)
    with pytest.raises(Refused, match="CH-7: sign-visits"):
        services_closing.sign(world.system, maria)
    world.clock.advance(DAY)
    today = world.clock.now().date()
    assert [one.visit.id for one in visit_list.of_day(world.system, maria, [UNIT], today).lines] == [visit.id]
    visit_day.record_call(world.system, maria, visit.id, CallOutcome.NO_ANSWER)
    visit_day.end_absent(world.system, maria, visit.id, stored_visit(world, visit.id).version)
    shift.end(world.system, maria)


@pytest.mark.rule("VI-13")
def test_a_call_at_its_old_time_does_not_end_a_visit_that_has_moved(world: World) -> None:
    visit, maria = due(world), world.actor("maria")
    world.clock.advance(6 * MINUTE)
    visit_day.record_call(world.system, maria, visit.id, CallOutcome.NEW_TIME)
    moved = visits.move(world.system, maria, visit.id, visit.starts_at + 2 * DAY)
    for at in (world.clock.now(), moved.starts_at + 6 * MINUTE):
        world.clock.instant = at
        with pytest.raises(Refused, match="VI-13: call-first"):
            visit_day.end_absent(world.system, maria, visit.id, stored_visit(world, visit.id).version)


@pytest.mark.rule("VI-4")
def test_a_relatives_talk_leaves_the_patients_own_video_contact_alone(world: World) -> None:
    joining(world)
    own = world.case(kind=ContactKind.VIDEO, priority=None, unread=0, mobile=MOBILE)
    visit = book(world, own.patient_id, world.clock.now() + HOUR, relative=True, summons=None)
    _taken, case = visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)
    assert case.id != own.id
    assert world.row(own.id).case.state is CaseState.NEW


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
def test_of_who_is_protected_by_now_neither_the_number_called_nor_the_matter_is_shown(world: World) -> None:
    visit, case = taken_in(world)
    visit_day.record_call(world.system, world.actor("maria"), visit.id, CallOutcome.NO_ANSWER)
    persons(world).protected[number_of(world, visit)] = Protection.MARKED
    visits.look_up(world.system, world.actor("maria"), visit.patient_id)
    seen = line(world, visit)
    assert [call.number for call in seen.calls] == [""]
    assert seen.case is not None
    assert (seen.case.id, seen.case.matter, seen.number) == (case.id, "", "")


@pytest.mark.rule("VI-14")
def test_nobody_writes_to_a_patient_who_cannot_read_it(world: World) -> None:
    _visit, case = taken_in(world)
    with pytest.raises(Refused, match="VI-14: chat-unread"):
        chat.answer(world.system, world.actor("maria"), case.id, case.version, "Vi fortsätter här.", "m1")


@pytest.mark.rule("VI-14")
def test_where_there_is_a_patients_side_the_visit_lives_on_as_a_chat_both_ways(world: World) -> None:
    with_gateway(world)
    with_video(world)
    world.system.settings = replace(world.system.settings, patient_side="portal")
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + HOUR)
    _taken, case = visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)
    chat.answer(world.system, world.actor("maria"), case.id, case.version, "Vi fortsätter här.", "m1")
    ((_cursor, answer),) = patient_side.answers(world.system, "portal").answers
    assert (answer.text, answer.case_names) == ("Vi fortsätter här.", (f"Encounter/{case.id}",))
    assert [one.id for one in patient_side.open_cases(world.system, "portal")] == [case.id]


@pytest.mark.rule("PR-1")
def test_taking_in_and_learning_of_protection_at_once_wait_for_each_other_in_one_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not world.system.settings.database:
        pytest.skip("the embedded database has one writer")
    with_gateway(world)
    case = world.case(kind=ContactKind.VIDEO, priority=None, unread=0, mobile=MOBILE)
    visit = book(world, case.patient_id, world.clock.now() + HOUR)
    took, learnt = threading.Event(), threading.Event()
    claimed, of_patient = visit_day._claimed, stored.of_patient

    def slow_claim(*given: Any) -> Case:
        took.set()
        learnt.wait(1)
        return claimed(*given)

    def slow_of_patient(tx: Any, patient_id: str, **given: Any) -> list[Visit]:
        if given.get("lock"):
            learnt.set()
            took.wait(1)
        return of_patient(tx, patient_id, **given)

    monkeypatch.setattr(visit_day, "_claimed", slow_claim)
    monkeypatch.setattr(stored, "of_patient", slow_of_patient)

    def protect() -> None:
        with world.system.store.writing() as tx:
            record = people.patient(tx, id=case.patient_id)
            assert record is not None
            marked = structs.replace(record, patient=structs.replace(record.patient, protection=Protection.MARKED))
            protections.put_patient(tx, world.system, world.actor("johan"), marked)

    done = both(lambda: visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version), protect)
    assert not [one for one in done if isinstance(one, Unavailable)]


def both(*deeds: Callable[[], object]) -> list[object]:
    """Do all at once; what each came to, or the error that it raised."""
    found: list[object] = []

    def run(deed: Callable[[], object]) -> None:
        try:
            found.append(deed())
        except Exception as error:  # noqa: BLE001 - that is what is looked at
            found.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    return found

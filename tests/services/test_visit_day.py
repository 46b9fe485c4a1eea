"""The day of a visit: taken in, started, on video, half ended, ended; and a patient who does not come."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused, Stale, Unavailable
from p24tui.gateways.video import NoVideo
from p24tui.routine.case import Case, CaseState, ContactKind, Video
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.routine.visit import CallOutcome, Summons, Visit, VisitState
from p24tui.services import chat, ending, takeover, visit_day, visits
from p24tui.store import people
from tests.outgoing import MOBILE, persons, rows_of, states, with_gateway
from tests.visiting import book, child, roles, stored_visit, with_video
from tests.world import World, noted

S = VisitState
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def due(world: World) -> Visit:
    """A visit that is about to begin, with video set up."""
    with_gateway(world)
    with_video(world)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + HOUR)
    world.clock.advance(HOUR - 5 * MINUTE)
    return visit


def begun(world: World) -> tuple[Visit, Case]:
    """A visit that has been taken in and started by Maria."""
    visit, maria = due(world), world.actor("maria")
    taken, case = visit_day.take_in(world.system, maria, visit.id, visit.version)
    return visit_day.start(world.system, maria, taken.id, taken.version), case


def end(world: World, case_id: str) -> Case:
    """End the case in its two steps."""
    maria = world.actor("maria")
    noted(world.system, maria, case_id)
    asked = ending.request_end(world.system, maria, case_id, world.row(case_id).case.version)
    return ending.confirm_end(world.system, maria, case_id, asked.version)


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_a_visit_from_its_taking_in_to_its_end(world: World) -> None:
    visit, maria = due(world), world.actor("maria")
    video = with_video(world)
    taken, case = visit_day.take_in(world.system, maria, visit.id, visit.version)
    assert (taken.state, taken.case_id, taken.holder_id) == (S.TAKEN_IN, case.id, maria.staff_id)
    assert (case.kind, case.owner_id, case.state) == (ContactKind.VIDEO, maria.staff_id, CaseState.ONGOING)
    with pytest.raises(Refused, match="VI-14: start-first"):
        visit_day.start_video(world.system, maria, case.id)
    visit_day.start(world.system, maria, taken.id, taken.version)
    on, address = visit_day.start_video(world.system, maria, case.id)
    assert on.video is Video.ON
    assert address == f"https://video.example.se/room-{visit.id}"
    assert video.entered == [(f"room-{visit.id}", "Maria Lind", True)]
    with pytest.raises(Refused, match="VI-14: video-on"):
        ending.request_end(world.system, maria, case.id, on.version)
    half, unknown = visit_day.end_video(world.system, maria, case.id)
    assert half.video is Video.OVER
    assert unknown  # nobody can see here who came
    assert stored_visit(world, visit.id).state is S.STARTED  # it lives on as a chat
    with pytest.raises(Refused, match="VI-13: came-or-call"):
        end(world, case.id)
    visit_day.say_whether_came(world.system, maria, case.id, came=True)
    ended = end(world, case.id)
    assert (ended.state, stored_visit(world, visit.id).state) == (CaseState.ENDED, S.ENDED)
    assert world.event_kinds(case.id) == [
        *("visit.taken-in", "visit.started", "video.started", "video.ended", "journal.in-vas", "visit.came"),
        *("journal.in-vas", "ending.requested", "case.ended", "visit.ended"),
    ]


@pytest.mark.rule("VI-13")
@pytest.mark.parametrize("came", [True, False])
def test_who_has_come_before_the_time_is_not_reminded_of_it(world: World, came: bool) -> None:
    with_gateway(world)
    with_video(world)
    visit, maria = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + 3 * HOUR), world.actor("maria")
    taken, case = visit_day.take_in(world.system, maria, visit.id, visit.version)
    visit_day.start(world.system, maria, taken.id, taken.version)
    visit_day.start_video(world.system, maria, case.id)
    visit_day.end_video(world.system, maria, case.id)
    visit_day.say_whether_came(world.system, maria, case.id, came=came)
    assert ("visit-soon", OutgoingState.CANCELLED if came else OutgoingState.QUEUED) in states(world, case.patient_id)


@pytest.mark.rule("DO-1")
@pytest.mark.parametrize(
    ("came", "lacks"), [(True, "DO-1: undocumented"), (False, "VI-13: call-first")], ids=["held", "nobody came"]
)
def test_a_video_that_was_held_is_noted_and_one_that_nobody_came_to_is_not(
    world: World, came: bool, lacks: str
) -> None:
    (_visit, case), maria = begun(world), world.actor("maria")
    visit_day.start_video(world.system, maria, case.id)
    visit_day.end_video(world.system, maria, case.id)
    visit_day.say_whether_came(world.system, maria, case.id, came=came)
    with pytest.raises(Refused, match=lacks):
        ending.request_end(world.system, maria, case.id, world.row(case.id).case.version)


@pytest.mark.rule("VI-14")
def test_from_chat_to_video_and_back_and_again(world: World) -> None:
    with_gateway(world)
    video, maria = with_video(world), world.actor("maria")
    case = world.case(mobile=MOBILE, unread=0)
    chat.claim(world.system, maria, case.id, case.version)
    on, _address = visit_day.start_video(world.system, maria, case.id)
    assert on.video is Video.ON
    assert [purpose for purpose, _state in states(world, case.patient_id)] == ["visit-now"]
    visit_day.end_video(world.system, maria, case.id)
    visit_day.start_video(world.system, maria, case.id)
    assert [purpose for purpose, _state in states(world, case.patient_id)] == ["visit-now"]  # the link still holds
    assert len({room for room, _name, _moderator in video.entered}) == 1
    visit_day.end_video(world.system, maria, case.id)
    visit_day.say_whether_came(world.system, maria, case.id, came=True)
    end(world, case.id)


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_nothing_rests_and_nobody_lets_go_while_the_video_is_on(world: World) -> None:
    _visit, case = begun(world)
    maria = world.actor("maria")
    on, _address = visit_day.start_video(world.system, maria, case.id)
    tomorrow = local_date(world.clock.now()) + timedelta(days=1)
    with pytest.raises(Refused, match="VI-14: video-on"):
        chat.release(world.system, maria, case.id, on.version)
    with pytest.raises(Refused, match="VI-14: video-on"):
        chat.hold(world.system, maria, case.id, on.version, tomorrow, "svar väntas")


def test_without_video_nothing_is_written(world: World) -> None:
    _visit, case = begun(world)
    world.system.video = NoVideo()
    with pytest.raises(Unavailable):
        visit_day.start_video(world.system, world.actor("maria"), case.id)
    assert world.row(case.id).case == case


@pytest.mark.rule("VI-13")
def test_a_patient_who_does_not_come_is_telephoned_before_the_visit_ends_as_absent(world: World) -> None:
    visit, case = begun(world)
    maria = world.actor("maria")
    world.clock.instant = visit.starts_at + 6 * MINUTE
    with pytest.raises(Refused, match="VI-13: call-first"):
        ending.request_end(world.system, maria, case.id, world.row(case.id).case.version)
    with pytest.raises(Refused, match="VI-13: not-holder"):
        visit_day.record_call(world.system, world.actor("johan"), visit.id, CallOutcome.NO_ANSWER)
    call = visit_day.record_call(world.system, maria, visit.id, CallOutcome.NO_ANSWER)
    assert (call.number, call.at, call.name) == (MOBILE, world.clock.now(), "Maria Lind")
    end(world, case.id)
    assert stored_visit(world, visit.id).state is S.ABSENT


@pytest.mark.rule("VI-13")
def test_a_visit_held_by_telephone_has_taken_place(world: World) -> None:
    visit, case = begun(world)
    world.clock.instant = visit.starts_at + 6 * MINUTE
    visit_day.record_call(world.system, world.actor("maria"), visit.id, CallOutcome.BY_TELEPHONE)
    end(world, case.id)
    assert stored_visit(world, visit.id).state is S.ENDED


@pytest.mark.rule("VI-13")
def test_one_that_nobody_took_in_ends_as_absent_after_the_call(world: World) -> None:
    visit, maria = due(world), world.actor("maria")
    with pytest.raises(Refused, match="VI-13: call-when"):
        visit_day.record_call(world.system, maria, visit.id, CallOutcome.NO_ANSWER)
    world.clock.instant = visit.starts_at + 6 * MINUTE
    with pytest.raises(Refused, match="VI-13: call-first"):
        visit_day.end_absent(world.system, maria, visit.id, visit.version)
    visit_day.record_call(world.system, maria, visit.id, CallOutcome.VOICEMAIL)
    assert visit_day.end_absent(world.system, maria, visit.id, visit.version).state is S.ABSENT


@pytest.mark.rule("VI-13")
def test_a_childs_proxy_is_who_is_telephoned(world: World) -> None:
    with_gateway(world)
    visit = book(world, child(world).id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    world.clock.instant = visit.starts_at
    call = visit_day.record_call(world.system, world.actor("maria"), visit.id, CallOutcome.NO_ANSWER)
    assert call.number == "+46701740606"


@pytest.mark.rule("VI-14")
def test_two_who_take_it_in_at_once_are_one(world: World) -> None:
    visit = due(world)
    visit_day.take_in(world.system, world.actor("johan"), visit.id, visit.version)
    with pytest.raises((Refused, Stale)):
        visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)


@pytest.mark.rule("NA-1")
def test_administration_takes_no_visit_in(world: World) -> None:
    visit = due(world)
    with pytest.raises(Refused, match="NA-1: role-may-not"):
        visit_day.take_in(world.system, world.actor("eva"), visit.id, visit.version)


@pytest.mark.rule("VI-14")
def test_the_patients_own_video_contact_is_the_visits_chat(world: World) -> None:
    with_gateway(world)
    case = world.case(kind=ContactKind.VIDEO, priority=None, unread=0, mobile=MOBILE)
    visit = book(world, case.patient_id, world.clock.now() + HOUR)
    taken, claimed = visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)
    assert taken.case_id == claimed.id == case.id


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("far", ["booked", "taken in", "on video"])
def test_of_who_turns_out_to_be_protected_no_visit_goes_on_and_no_link_leads_there(world: World, far: str) -> None:
    visit, maria = due(world), world.actor("maria")
    if far != "booked":
        taken, case = visit_day.take_in(world.system, maria, visit.id, visit.version)
        if far == "on video":
            visit_day.start(world.system, maria, taken.id, taken.version)
            visit_day.start_video(world.system, maria, case.id)
    with world.system.store.reading() as tx:
        record = people.patient(tx, id=visit.patient_id)
    assert record is not None
    persons(world).protected[record.patient.number] = Protection.MARKED
    visits.look_up(world.system, maria, visit.patient_id)
    after = stored_visit(world, visit.id)
    assert after.state is (S.CANCELLED if far == "booked" else S.ENDED)
    assert roles(world, visit.id) == []
    waiting = [row for row in rows_of(world, visit.patient_id) if row.state is OutgoingState.QUEUED]
    assert waiting == []
    if after.case_id is not None:
        row = world.row(after.case_id)
        assert row.case.owner_id is None
        assert row.case.video is not Video.ON


def test_a_colleague_goes_into_a_video_that_is_on_and_into_no_other(world: World) -> None:
    _visit, case = begun(world)
    video, sara = with_video(world), world.actor("sara")
    with pytest.raises(Refused, match="VI-14: video-off"):
        visit_day.address(world.system, sara, case.id)
    visit_day.start_video(world.system, world.actor("maria"), case.id)
    visit_day.address(world.system, sara, case.id)
    assert video.entered[-1][1:] == ("Sara Holm", False)


def test_there_is_no_such_visit_at_another_unit(world: World) -> None:
    visit = due(world)
    world.second_unit("maria")
    elsewhere = replace(world.actor("maria"), unit_id="SE2321000016-BERGA")
    for deed in (
        lambda: visit_day.take_in(world.system, elsewhere, visit.id, visit.version),
        lambda: visits.cancel(world.system, elsewhere, visit.id),
        lambda: visits.move(world.system, elsewhere, visit.id, world.clock.now() + 2 * HOUR),
    ):
        with pytest.raises(BadInput, match="no-visit"):
            deed()


def test_who_took_over_the_chat_holds_the_visit_on(world: World) -> None:
    visit, case = begun(world)
    johan = world.actor("johan")
    takeover.ask(world.system, johan, case.id, case.version, "Maria har gått hem.")
    takeover.let_go(world.system, world.actor("maria"), case.id, johan.staff_id or "")
    visit_day.start_video(world.system, johan, case.id)
    assert stored_visit(world, visit.id).holder_id == johan.staff_id

"""The video visits of a day at the desk: what stands there, and each step of a visit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from p24tui.gateways import browser
from p24tui.gateways.browser import Opened
from p24tui.routine.case import CaseState, Video
from p24tui.routine.link import Role
from p24tui.routine.protection import Protection
from p24tui.routine.visit import CallOutcome, Summons, VisitState
from p24tui.services import invitations, protections, visit_day, visits
from p24tui.services.invitations import Guest
from p24tui.services.visits import Wanted
from p24tui.store import events, participants
from p24tui.store import visits as stored
from p24tui.store.visit_values import BookingTask
from p24tui.tui.places import Place
from p24tui.tui.screens.dialogs import ConfirmEndScreen
from p24tui.tui.screens.visit import VisitScreen, VisitStep
from p24tui.tui.screens.visit_dialogs import CallScreen, EndAbsentScreen, ParticipantsScreen, spaced
from p24tui.tui.widgets.place import VisitList
from p24tui.words.events import EVENTS, event_words
from tests.outgoing import MOBILE, persons, send
from tests.services.test_read_log import log_of
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.tui.test_places import cursor_line, order_of, place_of
from tests.tui.visit_kit import (
    SIZES,
    arrives,
    booked,
    choose,
    given_to_browser,
    half_ended,
    known,
    later,
    line_of,
    number_of,
    on_video,
    open_day,
    said,
    taken_in,
    words,
)
from tests.visiting import book, child, stored_visit
from tests.world import BERGA, PEOPLE, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def day(sqlcipher_world: World) -> World:
    """A unit with video, at nine o'clock."""
    return open_day(sqlcipher_world)


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever opens a browser of the machine that it runs on."""
    monkeypatch.setattr(browser, "open_address", lambda _address: Opened.NOWHERE)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the workstation's browser was given."""
    return given_to_browser(monkeypatch)


@SIZES
@pytest.mark.rule("VI-13", "VI-14", "NA-3")
async def test_the_day_stands_by_time_with_what_each_visit_asks_for(day: World, size: tuple[int, int]) -> None:
    absent = booked(day, 1, "Gunnar Ask", holder_id=PEOPLE["maria"][0])
    half_ended(day, "Sofia Nyberg")
    on_video(day, booked(day, 6, "Ali Noor"))
    waits = booked(day, 20, "Karin Öberg")
    booked(day, 200, "Birgitta Ek")
    visits.cancel(day.system, day.actor("maria"), booked(day, 300, "Sven Åkesson").id)
    send(day)
    day.clock.instant = absent.starts_at + timedelta(minutes=5)
    arrives(day, waits)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3")
        names = ["Gunnar Ask", "Sofia Nyberg", "Ali Noor", "Karin Öberg", "Birgitta Ek", "Sven Åkesson"]
        assert order_of(pilot, *names) == names
        assert "i dag mån 23 nov · 5 besök · 1 halvt avslutat · 1 att ringa · 1 väntar" in screen_text(pilot)
        assert "RING: har inte kommit" in line_of(pilot, "Gunnar Ask")
        assert "◐ HALVT AVSLUTAT" in line_of(pilot, "Sofia Nyberg")
        assert "▶ VIDEO PÅ" in line_of(pilot, "Ali Noor")
        assert "patienten väntar sedan 09.06" in line_of(pilot, "Karin Öberg")
        assert "Maria" in line_of(pilot, "Gunnar Ask")
        assert "✓○" in line_of(pilot, "Birgitta Ek")
        assert "AVBOKAT" in line_of(pilot, "Sven Åkesson")
        assert ("1 av 1 patient" in line_of(pilot, "Karin Öberg")) is (size[0] == 120)


@pytest.mark.rule("VI-7", "VI-9", "VI-3", "VI-4")
@pytest.mark.hazard("H14")
async def test_age_on_the_day_proxy_summons_and_what_has_been_sent(day: World) -> None:
    one = child(day)
    kept = book(day, one.id, day.clock.now() + timedelta(hours=1), summons=Summons.CHILD_SAVED)
    relative = booked(day, 70, "Vera Vila", relative=True)
    with day.system.store.writing() as tx:
        stored.save(tx, structs.replace(stored_visit(day, kept.id), summons=None))
    send(day)
    async with at_desk(day, size=(200, 60)) as pilot:
        await press(pilot, "f3")
        shown = line_of(pilot, "Katja Hennig")
        assert "Katja Hennig 10, barn, ombud Maria Ljungberg" in shown
        assert "bokat ✓ strax ○" in shown
        assert "saknas" in shown
        assert "1 utan kallelse" in screen_text(pilot)
        shown = line_of(pilot, "Vera Vila")
        assert "anhörigsamtal" in shown
        assert "saknas" not in shown
        assert "strax" not in shown
    assert relative.kind.value == "relative"


@pytest.mark.rule("LO-1")
async def test_whom_the_day_shows_is_logged_and_read_anew_only_who_is_new(day: World) -> None:
    first = booked(day, 60, "Först Frida")
    async with at_desk(day) as pilot:
        await press(pilot, "f3")
        kind, _unit, patients, view = log_of(day, "maria")[-1]
        assert (kind, patients) == ("visits", [first.patient_id])
        second = booked(day, 30, "Sedan Sune")
        await settled(pilot)
        assert "Sedan Sune" in screen_text(pilot)
        assert "Först Frida" in cursor_line(pilot)
        assert log_of(day, "maria")[-1][2:] == ([second.patient_id], view)
        before = log_of(day, "maria")
        await later(pilot, day, timedelta(seconds=31))
        assert log_of(day, "maria") == before
        await press(pilot, "enter")
        assert log_of(day, "maria")[-1][0] == "visit"


@pytest.mark.rule("VI-13")
async def test_a_visit_that_is_over_says_who_is_known_to_have_come(day: World) -> None:
    came, absent = booked(day, 1, "Karin Öberg"), booked(day, 2, "Gunnar Ask")
    guest = Guest(role=Role.GUEST, name="Per Öberg", address="0701740608")
    invitations.invite(day.system, day.actor("johan"), came.id, guest)
    telephoned = booked(day, 3, "Ali Noor")
    with day.system.store.writing() as tx:
        stored.save(tx, structs.replace(stored_visit(day, came.id), state=VisitState.ENDED, came=True))
        stored.save(tx, structs.replace(stored_visit(day, absent.id), state=VisitState.ABSENT, came=False))
        stored.save(tx, structs.replace(stored_visit(day, telephoned.id), state=VisitState.ENDED))
    async with at_desk(day) as pilot:
        await press(pilot, "f3")
        assert " av " not in line_of(pilot, "Karin Öberg")
        assert "patient" in line_of(pilot, "Karin Öberg")
        assert " av " not in line_of(pilot, "Gunnar Ask")
        assert "patient" not in line_of(pilot, "Gunnar Ask")
        assert " av " not in line_of(pilot, "Ali Noor")
        await press(pilot, "enter")
        assert "patient · var med" in known(pilot)
        assert "gäst Per Öberg" in known(pilot)
        assert "sågs inte gå in" in known(pilot)
        assert "har inte kommit" not in known(pilot)
        await press(pilot, "escape", "down", "enter")
        assert "patient · kom inte" in known(pilot)


@pytest.mark.rule("VI-14")
async def test_of_a_half_ended_visit_nobody_is_said_to_wait_or_to_be_missing(day: World) -> None:
    half_ended(day, "Sofia Nyberg")
    async with at_desk(day) as pilot:
        await press(pilot, "f3")
        assert " av " not in line_of(pilot, "Sofia Nyberg")
        assert "patient" in line_of(pilot, "Sofia Nyberg")
        await press(pilot, "enter")
        assert "patient · var med" in known(pilot)


async def test_other_days_are_one_key_away(day: World) -> None:
    booked(day, 60, "I Dag Ida")
    booked(day, 60 + 24 * 60, "I Morgon Mona")
    async with at_desk(day) as pilot:
        await press(pilot, "f3")
        assert "I Dag Ida" in screen_text(pilot)
        await press(pilot, "right")
        assert "tis 24 nov · 1 besök" in screen_text(pilot)
        assert "I Morgon Mona" in cursor_line(pilot)
        assert "I Dag Ida" not in screen_text(pilot)
        await press(pilot, "right")
        assert "Inga videobesök den här dagen." in screen_text(pilot)
        await press(pilot, "i", "left")
        assert "sön 22 nov" in screen_text(pilot)
        await press(pilot, "f3")
        assert "i dag mån 23 nov" in screen_text(pilot)
        await press(pilot, "right")
        await later(pilot, day, timedelta(days=1))
        assert "i dag tis 24 nov" in screen_text(pilot)


@pytest.mark.parametrize("away", [("f2",), ("f4",), ("escape",)], ids=" ".join)
async def test_one_comes_back_to_the_day_and_the_row_that_one_left(day: World, away: tuple[str, ...]) -> None:
    booked(day, 60, "I Dag Ida")
    booked(day, 60 + 24 * 60, "I Morgon Mona")
    booked(day, 90 + 24 * 60, "I Morgon Moa")
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "right", "down")
        assert "I Morgon Moa" in cursor_line(pilot)
        await press(pilot, *away, "f3")
        assert "tis 24 nov · 2 besök" in screen_text(pilot)
        assert "I Morgon Moa" in cursor_line(pilot)
        assert log_of(day, "maria")[-1][0] == "visits"  # it is another view
        await press(pilot, "f3")
        assert "I Dag Ida" in cursor_line(pilot)


@SIZES
@pytest.mark.rule("VI-13")
async def test_it_ages_by_the_clock_and_the_cursor_stays_on_its_visit(day: World, size: tuple[int, int]) -> None:
    for minutes in range(30):
        booked(day, 5 + minutes, f"Person {minutes:02}")
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "down", "down")
        assert "att ringa" not in screen_text(pilot)
        day.clock.advance(timedelta(minutes=11))
        await later(pilot, day, timedelta(0))
        assert "Person 02" in cursor_line(pilot)
        assert "2 att ringa" in screen_text(pilot)
        assert "RING: har inte kommit" in line_of(pilot, "Person 00")
        await press(pilot, "end")
        assert "Person 29" in cursor_line(pilot)


@SIZES
@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
async def test_one_key_leads_through_the_day_of_a_visit(day: World, opened: list[str], size: tuple[int, int]) -> None:
    visit = booked(day, 10)
    arrives(day, visit)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "t")
        assert stored_visit(day, visit.id).state is VisitState.TAKEN_IN
        assert "Maria" in cursor_line(pilot)
        await press(pilot, "t")
        assert stored_visit(day, visit.id).state is VisitState.STARTED
        await press(pilot, "t")
        case_id = stored_visit(day, visit.id).case_id
        assert case_id is not None
        assert opened == [f"https://video.example.se/room-{visit.id}"]
        assert "▶ VIDEO PÅ" in cursor_line(pilot)
        await press(pilot, "t")
        assert "med på videon?" in words(pilot)  # nobody can see here who comes
        await press(pilot, "j")
        assert "◐ HALVT AVSLUTAT" in cursor_line(pilot)
        assert day.row(case_id).case.video is Video.OVER
        await press(pilot, "t")
        assert "Ingen har antecknat" in words(pilot)  # first what was said is written down (DO-1)
        await press(pilot, "2", "t")
        assert isinstance(pilot.app.screen, ConfirmEndScreen)
        assert stored_visit(day, visit.id).state is VisitState.STARTED
        await press(pilot, "enter")
        assert "AVSLUTAT" in cursor_line(pilot)
        assert place_of(pilot) is Place.VIDEO
        assert desk_of(pilot).query_one(VisitList).has_focus
        assert stored_visit(day, visit.id).state is VisitState.ENDED
        await press(pilot, "t")
        assert "Besöket är över: avslutat." in screen_text(pilot)


@SIZES
@pytest.mark.rule("VI-14", "VI-11", "NA-2")
async def test_the_visit_itself_says_all_and_has_every_step(
    day: World, opened: list[str], size: tuple[int, int]
) -> None:
    visit = booked(day, 10, reason="Eksem på händerna")
    day.system.settings = replace(day.system.settings, interpreter_mailbox="tolk@formedling.example.se")
    invitations.invite(day.system, day.actor("johan"), visit.id, Guest(role=Role.INTERPRETER))
    send(day)
    with day.system.store.writing() as tx:
        there = participants.of_visits(tx, [visit.id])[visit.id]
        patient = next(one for one in there if one.role is Role.PATIENT)
        participants.save(
            tx, structs.replace(patient, e_id="freja", e_id_at=day.clock.now(), arrived_at=day.clock.now())
        )
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "enter")
        for fact in (
            "mån 23 nov 09.10–09.40",
            "patient · Eksem på händerna",
            "vuxen, sparad (1177.se) · Maria Lind 09.00",
            "patient · väntar sedan 09.00 · Freja eID Plus 09.00",
            "tolk digital · e-post tolk@formedling.example.se · inbjuden 09.00 av Johan Berg · har inte kommit",
            "09.00 videobesök bokat · +46701740605 · skickat",
        ):
            assert fact in known(pilot)
        assert "Nästa steg: Ta in besöket: det blir ditt (VI-14)." in words(pilot)
        assert "1 Ta in" in words(pilot)
        await press(pilot, "1")
        assert "Nästa steg: Starta besöket (VI-14)." in words(pilot)
        await press(pilot, "1")
        assert "Nästa steg: Starta videon" in words(pilot)
        await press(pilot, "1")
        assert len(opened) == 1
        assert "▶ VIDEO PÅ" in words(pilot)
        await choose(pilot, VisitStep.OPEN_VIDEO)
        assert len(opened) == 2
        await choose(pilot, VisitStep.END_VIDEO)
        await press(pilot, "escape")
        assert "◐ HALVT AVSLUTAT: avsluta besöket" in words(pilot)
        await choose(pilot, VisitStep.CAME)
        await press(pilot, "n")
        await choose(pilot, VisitStep.START_VIDEO)
        assert len(opened) == 3
        await choose(pilot, VisitStep.END_VIDEO)
        await press(pilot, "j")
        await choose(pilot, VisitStep.CHAT)
        assert place_of(pilot) is Place.LIST
        assert desk_of(pilot)._pane.case_id == stored_visit(day, visit.id).case_id


@pytest.mark.rule("VI-14")
async def test_only_who_has_its_case_begins_a_visit(day: World) -> None:
    visit = booked(day, 10)
    visit_day.take_in(day.system, day.actor("johan"), visit.id, visit.version)
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "t")
        assert "Johan Berg har ärendet." in words(pilot)
    assert stored_visit(day, visit.id).state is VisitState.TAKEN_IN


@pytest.mark.rule("VI-13")
async def test_earlier_calls_stand_over_the_next_one_in_a_small_window_too(day: World) -> None:
    visit = booked(day, 10)
    day.clock.instant = visit.starts_at + timedelta(minutes=6)
    for outcome in CallOutcome:
        visit_day.record_call(day.system, day.actor("maria"), visit.id, outcome)
    async with at_desk(day, "johan", size=(80, 24)) as pilot:
        await press(pilot, "f3", "j")
        assert "09.16 till +46701740605: inget svar · Maria Lind" in words(pilot)
        assert "6 svarade: får en ny tid" in words(pilot)
        assert "Esc låt vara" in words(pilot)


@pytest.mark.rule("VI-14")
async def test_what_is_refused_is_said_in_the_visit_with_its_rule(day: World) -> None:
    visit = booked(day, 10)
    taken_in(day, visit, "johan")
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "enter", "1")
        assert isinstance(pilot.app.screen, VisitScreen)
        assert "Johan Berg har ärendet." in words(pilot)
        await press(pilot, "escape", "t")
        assert "Johan Berg har ärendet." in words(pilot)
        assert "Regel" in words(pilot)


async def test_what_a_colleague_did_meanwhile_is_said_and_the_visit_shown_as_it_is(day: World) -> None:
    visit = booked(day, 10)
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "enter")
        taken_in(day, visit, "johan")
        await press(pilot, "1")
        assert "Besöket har redan tagits in" in words(pilot) or "ändrades nyss" in words(pilot)
        assert "Hålls av Johan Berg" in words(pilot)


@SIZES
@pytest.mark.rule("VI-13")
async def test_an_absent_patient_is_called_before_the_visit_ends_in_a_second_step(
    day: World, size: tuple[int, int]
) -> None:
    visit = booked(day, 10, holder_id=PEOPLE["maria"][0])
    day.clock.instant = visit.starts_at + timedelta(minutes=6)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "t")
        assert isinstance(pilot.app.screen, CallScreen)
        assert "+46 70 174 06 05" in screen_text(pilot)
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, EndAbsentScreen)
        assert "Inget är avslutat förrän du bekräftar." in words(pilot)
        await press(pilot, "escape")
        assert stored_visit(day, visit.id).state is VisitState.BOOKED
        assert "RINGD, kom inte: avsluta" in cursor_line(pilot)
        await press(pilot, "t", "enter")
        assert stored_visit(day, visit.id).state is VisitState.ABSENT
        assert "UTEBLEV 09.16" in cursor_line(pilot)
        assert place_of(pilot) is Place.VIDEO
    with day.system.store.reading() as tx:
        assert [call.outcome for call in stored.calls(tx, [visit.id])[visit.id]] == [CallOutcome.NO_ANSWER]


@pytest.mark.rule("VI-13")
async def test_one_that_has_been_taken_in_ends_with_its_case(day: World) -> None:
    visit = booked(day, 10)
    case = taken_in(day, visit)
    day.clock.instant = visit.starts_at + timedelta(minutes=6)
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "enter")
        await choose(pilot, VisitStep.END_VISIT)
        assert "Ring först och anteckna samtalet" in words(pilot)
        await press(pilot, "t", "2", "enter")
        assert isinstance(pilot.app.screen, ConfirmEndScreen)
        await press(pilot, "enter")
    assert day.row(case.id).case.state is CaseState.ENDED
    assert stored_visit(day, visit.id).state is VisitState.ABSENT


@pytest.mark.rule("VI-13")
async def test_a_visit_by_telephone_was_held_and_a_new_time_ends_nothing(day: World) -> None:
    held, moved = booked(day, 10, "Per Telefon"), booked(day, 11, "Ny Tid")
    day.clock.instant = moved.starts_at + timedelta(minutes=6)
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "j", "5")
        assert "Avsluta besöket med Per Telefon 65?" in words(pilot)
        await press(pilot, "enter", "down", "j", "6")
        assert "Lägg den nya tiden i VAS, eller flytta besöket här." in words(pilot)
    assert stored_visit(day, held.id).state is VisitState.ENDED
    assert stored_visit(day, moved.id).state is VisitState.BOOKED


@pytest.mark.rule("VI-13")
async def test_a_call_that_is_not_ones_to_record_says_why_and_still_shows_the_number(day: World) -> None:
    visit = booked(day, 10, holder_id=PEOPLE["johan"][0])
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "j")
        assert "En kollega håller besöket" in words(pilot)
        assert "+46 70 174 06 05" in screen_text(pilot)
        day.clock.instant = visit.starts_at + timedelta(minutes=6)
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, CallScreen)
        assert "En kollega håller besöket" in words(pilot)
    with day.system.store.reading() as tx:
        assert stored.calls(tx, [visit.id]) == {}


def test_a_number_is_written_so_that_it_can_be_dialled() -> None:
    assert spaced("+46701740605") == "+46 70 174 06 05"
    assert spaced("+4740000000") == "+4740000000"
    assert spaced("") == ""


@SIZES
@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
async def test_a_guests_link_is_taken_back_and_photo_identification_recorded(day: World, size: tuple[int, int]) -> None:
    visit = booked(day, 10)
    for name, mobile in (("Per Öberg", "0701740608"), ("Sara Ek", "0701740609")):
        guest = Guest(role=Role.GUEST, name=name, address=mobile, must_identify=True)
        invitations.invite(day.system, day.actor("maria"), visit.id, guest)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "enter")
        await choose(pilot, VisitStep.PEOPLE)
        assert isinstance(pilot.app.screen, ParticipantsScreen)
        await press(pilot, "r")
        assert "loggar in med e-legitimation" in words(pilot)
        await press(pilot, "down")
        assert "ska visa legitimation" in words(pilot)
        await press(pilot, "f")
        assert "legitimation visad 09.00, Maria Lind" in known(pilot)
        await choose(pilot, VisitStep.PEOPLE)
        await press(pilot, "down", "down", "r")
        assert "återkallad 09.00" in known(pilot)
    with day.system.store.reading() as tx:
        there = participants.of_visits(tx, [visit.id])[visit.id]
    assert sum(one.revoked_at is not None for one in there) == 1
    assert [one.identified_by for one in there if one.identified_at] == ["Maria Lind"]


@SIZES
@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
async def test_of_a_protected_person_nothing_stands_there(day: World, size: tuple[int, int]) -> None:
    visit = booked(day, 10, "Hemlig Person", reason="Hemligt")
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3")
        assert "Hemlig Person" in screen_text(pilot)
        persons(day).protected[number_of(day, visit)] = Protection.MARKED
        protections.look_up(day.system, day.actor("johan"), visit.patient_id)
        await settled(pilot)
        assert "Hemlig" not in screen_text(pilot)
        assert "Skyddad person" in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, VisitScreen)
        assert "Hemlig" not in screen_text(pilot)
        assert "0701740605" not in screen_text(pilot).replace(" ", "")
        assert pilot.app.screen._steps == ()


@SIZES
@pytest.mark.rule("VI-1")
async def test_bookings_to_see_to_are_counted_above_the_visits(day: World, size: tuple[int, int]) -> None:
    for number in range(2):
        with day.system.store.writing() as tx:
            at = day.clock.now()
            unit = day.actor("maria").unit_id
            task = BookingTask(f"task-{number}", unit, "vas", f"b{number}", at, "no-patient", {}, at)
            stored.put_task(tx, task)
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3")
        assert "0 besök · 2 bokningar att se till (n)" in screen_text(pilot)


async def test_the_visits_of_every_unit_stand_together_and_each_is_acted_on_at_its_own(day: World) -> None:
    day.second_unit("maria")
    booked(day, 10, "Här Hanna")
    patient, at_berga = day.patient("Där David", mobile=MOBILE), structs.replace(day.actor("maria"), unit_id=BERGA)
    wanted = Wanted(
        patient_id=patient.id, starts_at=day.clock.now() + timedelta(minutes=20), summons=Summons.ADULT_SAVED
    )
    there = visits.book(day.system, at_berga, wanted)
    async with at_desk(day) as pilot:
        await press(pilot, "f3")
        assert order_of(pilot, "Här Hanna", "Där David") == ["Här Hanna", "Där David"]
        assert "Berga" in line_of(pilot, "Där David")
        await press(pilot, "down", "t", "enter")
        assert "Hålls av Maria Lind" in words(pilot)
    assert stored_visit(day, there.id).state is VisitState.TAKEN_IN


@SIZES
@pytest.mark.parametrize("step", [VisitStep.MOVE, VisitStep.CANCEL, VisitStep.SUMMONS, VisitStep.INVITE])
async def test_what_changes_a_booking_is_asked_from_the_visit_too(
    day: World, size: tuple[int, int], step: VisitStep
) -> None:
    booked(day, 10, "Först Frida")
    booked(day, 20, "Sedan Sune")
    async with at_desk(day, size=size) as pilot:
        await press(pilot, "f3", "down", "enter")
        await choose(pilot, step)
        assert pilot.app.screen is not desk_of(pilot)
        assert "Sedan Sune" in said(pilot)
        await press(pilot, "escape")
        assert place_of(pilot) is Place.VIDEO


async def test_a_second_click_on_a_row_opens_its_visit(day: World) -> None:
    booked(day, 10)
    async with at_desk(day) as pilot:
        await press(pilot, "f3")
        for _click in range(2):
            await pilot.click(VisitList, offset=(20, 1))
            await settled(pilot)
        assert isinstance(pilot.app.screen, VisitScreen)


async def test_too_early_nothing_is_done_but_the_visit_can_be_taken_in_there(day: World) -> None:
    visit = booked(day, 120)
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "t")
        assert "länkarna leder in från 10.30" in words(pilot)
        assert stored_visit(day, visit.id).state is VisitState.BOOKED
        await press(pilot, "g", "enter")
        assert "Inget att göra än" in words(pilot)
        await choose(pilot, VisitStep.TAKE_IN)
    assert stored_visit(day, visit.id).state is VisitState.TAKEN_IN


def test_what_happens_to_a_visit_is_told_in_words(day: World) -> None:
    assert event_words("visit.called", {"outcome": "no-answer"}) == "Ringde patienten: inget svar."
    assert event_words("visit.invited", {"role": "interpreter", "by": "email"}) == (
        "Bjöd in tolk till videobesöket, e-post."
    )
    assert event_words("visit.link-used", {"role": "patient", "outcome": "go"}) == (
        "Länken användes, patient: in i videon."
    )
    assert event_words("visit.summons", {"summons": "child-posted"}).endswith("barn, utskriven för post.")
    assert "Registrera hen" in event_words("booking.task", {"problem": "no-patient"})
    assert event_words("visit.link-used", {"role": "?", "outcome": "?"}) == "Länken användes, ?: ?."


@pytest.mark.rule("VI-14")
def test_every_event_of_a_visit_has_its_sentence(day: World) -> None:
    visit = booked(day, 10)
    case = half_ended(day, "Ali Noor")
    taken_in(day, visit)
    with day.system.store.reading() as tx:
        kinds = {one.kind for one in events.of_case(tx, case.id)}
    assert {"visit.taken-in", "visit.started", "video.started", "video.ended"} <= kinds
    assert all(kind in EVENTS for kind in kinds if kind.startswith(("visit.", "video.")))

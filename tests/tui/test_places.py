"""The places of the desk: what stands in each, and how one goes between them by the keyboard and the mouse."""

from datetime import date, timedelta

import pytest
from textual.pilot import Pilot

from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.list_filter import ListFilter
from p24tui.routine.role import Role
from p24tui.services import chat, ending
from p24tui.tui.places import Place, places_of
from p24tui.tui.plots import bars
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.key_bar import KeyBar
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.place import ClosingList, PlaceTabs
from p24tui.tui.widgets.place_overview import PlaceOverview
from tests.services.test_read_log import log_of
from tests.tui.kit import at_desk, desk_of, fill, overview_text, press, screen_text, settled
from tests.world import BERGA, World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def order_of(pilot: Pilot[None], *names: str) -> list[str]:
    """The names in the order in which they stand on the screen, of those that do."""
    shown = [line for line in screen_text(pilot).splitlines() if "LARM" not in line]
    found = {name: row for name in names for row, line in enumerate(shown) if name in line}
    return sorted(found, key=lambda name: found[name])


def cursor_line(pilot: Pilot[None]) -> str:
    """The line that the cursor stands on."""
    (line,) = [line for line in screen_text(pilot).splitlines() if "▌" in line]
    return line


def place_of(pilot: Pilot[None]) -> Place:
    return desk_of(pilot).query_one(PlaceTabs).place


def ended(world: World, name: str, who: str = "maria", matter: str = "Hosta") -> Case:
    """A case that has just been ended."""
    one, actor = world.case(name=name, matter=matter, unread=0), world.actor(who)
    case = chat.claim(world.system, actor, one.id, one.version)
    case = ending.request_end(world.system, actor, one.id, case.version)
    return ending.confirm_end(world.system, actor, one.id, case.version)


@SIZES
async def test_each_key_leads_to_its_place_and_back(sqlcipher_world: World, size: tuple[int, int]) -> None:
    fill(sqlcipher_world)
    said = {
        "f3": "Inga videobesök den här dagen.",
        "f4": "9 öppna ärenden",
        "f5": "Inget är kvar att registrera eller anteckna.",
        "f6": "Per timme, som mest",
        "f7": "läsningar i dag",
    }
    async with at_desk(sqlcipher_world, size=size) as pilot:
        for key, words in said.items():
            await press(pilot, key)
            assert words in screen_text(pilot)
            assert f" {key.upper()} " in screen_text(pilot)
        await press(pilot, "f2")
        assert place_of(pilot) is Place.LIST
        assert desk_of(pilot).query_one(PatientList).has_focus
        assert order_of(pilot, "Väntat", "Erik Lund") == ["Väntat", "Erik Lund"]
        await press(pilot, "f4", "escape")
        assert place_of(pilot) is Place.LIST


async def test_the_tabs_take_no_line_from_the_list_in_a_low_window(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        assert "F4" not in screen_text(pilot)
        await press(pilot, "f3")
        assert "F4 Stängning" in screen_text(pilot)
    async with at_desk(sqlcipher_world, size=(120, 40)) as pilot:
        assert "F2 Patientlista  F3 Videobesök" in screen_text(pilot)


async def test_a_tab_can_be_clicked(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        for place in (Place.OVERVIEW, Place.VIDEO, Place.LIST):
            tabs = desk_of(pilot).query_one(PlaceTabs)
            at = str(tabs.render()).index(f"F{list(Place).index(place) + 2} ")
            await pilot.click(PlaceTabs, offset=(at, 0))
            await settled(pilot)
            assert place_of(pilot) is place


@SIZES
@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
async def test_closing_shows_every_open_case_whatever_the_filter_the_older_ones_first(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    fill(sqlcipher_world)
    sqlcipher_world.case(
        name="Vera Vila", state=CaseState.HELD, unread=0, held_until=date(2026, 11, 25), held_reason="provsvar"
    )
    ended(sqlcipher_world, "Slut Stina")
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f", "m", "enter", "slash", *"lund", "enter")
        assert len(desk_of(pilot).query_one(PatientList).live) == 1
        await press(pilot, "f4")
        shown = screen_text(pilot)
        assert "10 öppna ärenden · 9 kvar · 1 äldre · 7 olästa · 3 brådskande · inte signerad" in shown
        assert "äldre 20 nov" in cursor_line(pilot)
        assert "✓ till 25 nov" in shown
        assert "Slut Stina" not in shown
        assert "visas inte" not in shown
        names = ("Sven Åkesson", "Erik Lund", "Nils Björk", "Karin Öberg", "Ali Noor", "Skyddad person", "Birgitta Ek")
        assert order_of(pilot, *names) == list(names)
        assert "Hemligt" not in shown
        await press(pilot, "f2")
        assert len(desk_of(pilot).query_one(PatientList).live) == 1


@pytest.mark.rule("SU-2", "CH-3")
async def test_urgent_is_priority_one_and_suicide_risk_that_nobody_has_taken_on(sqlcipher_world: World) -> None:
    sqlcipher_world.case(priority=1)
    sqlcipher_world.case(priority=3, suicide=SuicideRisk.AWAITING)
    sqlcipher_world.case(priority=3, suicide=SuicideRisk.TAKEN_ON)
    sqlcipher_world.case(priority=2, unread=0, unread_free_text=1)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        assert "4 öppna ärenden · 4 kvar · 4 olästa · 2 brådskande" in screen_text(pilot)


async def test_video_cases_that_nobody_has_booked_stand_in_the_list_and_can_be_filtered(
    sqlcipher_world: World,
) -> None:
    sqlcipher_world.case(name="Direkt Disa", kind=ContactKind.VIDEO, priority=None)
    sqlcipher_world.case(name="Chatt Carl")
    async with at_desk(sqlcipher_world) as pilot:
        assert order_of(pilot, "Direkt Disa", "Chatt Carl") != []
        desk_of(pilot)._live.choose(ListFilter(kinds=frozenset({ContactKind.VIDEO})))
        assert [line.patient.name for line in desk_of(pilot)._live.lines] == ["Direkt Disa"]
        await press(pilot, "f3")
        assert "Inga videobesök den här dagen." in screen_text(pilot)


@SIZES
@pytest.mark.rule("LO-1")
async def test_registration_shows_what_has_ended_undecided_and_logs_it(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    ended(sqlcipher_world, "Igår Inga")
    sqlcipher_world.clock.advance(timedelta(days=1))
    first = ended(sqlcipher_world, "Först Frida", who="johan", matter="Intyg")
    sqlcipher_world.clock.advance(timedelta(minutes=9))
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f5")
        assert "2 att ta ställning till" in screen_text(pilot)
        assert all(words in cursor_line(pilot) for words in ("09.00", "Först Frida", "Intyg", "Johan Berg"))
        assert "23 nov 09.00" in screen_text(pilot)
        assert first.patient_id in log_of(sqlcipher_world, "maria")[-1][2]
        second = ended(sqlcipher_world, "Sedan Sune")
        await settled(pilot)
        names = ("Först Frida", "Sedan Sune", "Igår Inga")
        assert order_of(pilot, *names) == ["Sedan Sune", "Först Frida", "Igår Inga"]
        assert "Först Frida" in cursor_line(pilot)
        assert log_of(sqlcipher_world, "maria")[-1][2] == [second.patient_id]


@SIZES
async def test_the_overview_is_numbers_and_names_no_patient(sqlcipher_world: World, size: tuple[int, int]) -> None:
    cases = fill(sqlcipher_world)
    chat.claim(sqlcipher_world.system, sqlcipher_world.actor("johan"), cases["cough"].id, cases["cough"].version)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f6")
        assert "7 ärenden med något oläst" in screen_text(pilot)
        assert " ██" in screen_text(pilot)
        shown = overview_text(pilot)
        assert "8 ärenden, varav 2 brådskande" in shown
        assert "00 01 02" in " ".join(shown.split())
        (line,) = [line for line in shown.splitlines() if "Johan Berg" in line]
        assert line.rstrip().endswith("47 min")
        for name in ("Erik", "Karin", "Ali Noor", "Öberg"):
            assert name not in shown
            assert name not in "\n".join(row for row in screen_text(pilot).splitlines() if "LARM" not in row)
        assert isinstance(desk_of(pilot).focused, PlaceOverview)
        sqlcipher_world.case()
        await settled(pilot)
        assert "9 ärenden, varav 2 brådskande" in overview_text(pilot)


def test_bars_are_as_high_as_what_they_count() -> None:
    assert bars([0, 1, 4, 8]) == "·▁▄█"
    assert bars([0, 1, 1000]) == "·▁█"
    assert bars([0, 0]) == "··"
    assert bars([]) == ""


@pytest.mark.rule("LO-1")
async def test_the_log_shows_ones_own_readings_and_that_others_are_for_the_controller(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(cases["cough"].id)
        await press(pilot, "enter", "f7")
        shown = screen_text(pilot)
        assert "3 läsningar i dag" in shown
        assert "loggkontrollanten" in shown
        assert "såg sin egen logg" in cursor_line(pilot)
        assert order_of(pilot, "öppnade ett ärende", "såg en lista") == ["öppnade ett ärende", "såg en lista"]
        await press(pilot, "enter")
        assert "Här finns inget ärende att gå till." in screen_text(pilot)
        await press(pilot, "down", "enter")
        assert place_of(pilot) is Place.LIST
        assert desk_of(pilot)._pane.case_id == cases["cough"].id


@SIZES
async def test_enter_opens_the_case_of_the_row_whatever_the_list_shows(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f", "m", "enter", "f4", "down", "down", "down")
        assert "Karin Öberg" in cursor_line(pilot)
        await press(pilot, "enter")
        desk = desk_of(pilot)
        assert place_of(pilot) is Place.LIST
        assert (desk._pane.case_id, desk._in_case) == (cases["chest"].id, True)
        assert desk.query_one(PatientList).cursor_id == cases["chest"].id
        assert "case.read" in sqlcipher_world.event_kinds(cases["chest"].id)


async def test_enter_opens_what_has_ended_and_leaves_the_filter(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    one = ended(sqlcipher_world, "Slut Stina")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f", "m", "enter", "f5", "enter")
        assert desk_of(pilot)._pane.case_id == one.id
        assert desk_of(pilot)._live.filter.mine


async def test_a_second_click_on_a_row_opens_its_case(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4")
        for _click in range(2):
            assert place_of(pilot) is Place.CLOSING
            await pilot.click(ClosingList, offset=(20, 2))
            await settled(pilot)
        assert desk_of(pilot)._pane.case_id == cases["suicide"].id


@SIZES
@pytest.mark.hazard("H21")
async def test_what_one_writes_is_kept_and_stands_there_when_one_comes_back(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    async with at_desk(sqlcipher_world, size=size) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(cough)
        await press(pilot, "t", *"Hej Ali")
        for key in ("f3", "f4", "f5", "f6", "f7"):
            await press(pilot, key, *(() if key == "f4" else ("x", "a", "h")), "f2")  # there they act on its own row
            assert isinstance(desk_of(pilot).focused, Composer)
            assert desk_of(pilot)._pane.composer.text == "Hej Ali"
        await press(pilot, "f6", "f2", *" igen")
        assert desk_of(pilot)._pane.composer.text == "Hej Ali igen"
        assert sqlcipher_world.row(cough).owner == "Maria Lind"


async def test_in_a_place_no_letter_and_no_command_acts_on_the_list(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        before = [sqlcipher_world.event_kinds(case.id) for case in cases.values()]
        await press(pilot, "f5", "t", "a", "h", "x", "z", "k", "f", "slash", "s", "v", "5")
        assert place_of(pilot) is Place.REGISTRATION
        assert [sqlcipher_world.event_kinds(case.id) for case in cases.values()] == before
        desk = desk_of(pilot)
        assert not desk.check_action("claim", ())
        assert desk.check_action("acknowledge", ())
        bar = str(desk.query_one(KeyBar).render())
        assert "Enter gå till ärendet" in bar
        assert "ta emot" not in bar


async def test_the_cursor_stays_on_its_row_when_something_comes_in(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "end")
        assert "Anna-Lisa" in cursor_line(pilot)
        sqlcipher_world.case(name="Ny Nora", priority=1, minutes_ago=90)
        await settled(pilot)
        assert "10 öppna ärenden" in screen_text(pilot)
        assert "Anna-Lisa" in cursor_line(pilot)


async def test_page_home_and_end_move_the_cursor_through_many(sqlcipher_world: World) -> None:
    for number in range(60):
        sqlcipher_world.case(name=f"Person {number:02}", minutes_ago=100 - number)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f4", "end")
        assert "Person 59" in cursor_line(pilot)
        await press(pilot, "pageup")
        above = cursor_line(pilot)
        assert "Person 59" not in above
        await press(pilot, "home", "down")
        assert "Person 01" in cursor_line(pilot)


async def test_the_list_stands_where_it_stood_when_one_comes_back(sqlcipher_world: World) -> None:
    for number in range(60):
        sqlcipher_world.case(name=f"Person {number:02}", minutes_ago=100 - number)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "f4")
        sqlcipher_world.case(name="Ny Nora", priority=5)
        await settled(pilot)
        await press(pilot, "f2")
        assert order_of(pilot, "Person 00", "Person 01") == ["Person 00", "Person 01"]
        assert "Person 01" in cursor_line(pilot)


async def test_while_one_is_elsewhere_one_is_in_no_case_and_its_answers_are_news(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(cough.id)
        await press(pilot, "enter", "f6")
        async with at_desk(sqlcipher_world, "johan") as other:
            assert "◉" not in screen_text(other)
        sqlcipher_world.writes(cough.id)
        await settled(pilot)
        assert "1 nytt svar" in screen_text(pilot)


@SIZES
async def test_whatever_leads_to_a_case_leads_out_of_the_place(sqlcipher_world: World, size: tuple[int, int]) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(cases["cough"].id)
        await press(pilot, "enter", "f4", "ctrl+pagedown")
        assert place_of(pilot) is Place.LIST
        assert desk_of(pilot)._in_case
        await press(pilot, "f4")
        desk_of(pilot).action_go_to_alarm()
        await settled(pilot)
        assert place_of(pilot) is Place.LIST
        assert desk_of(pilot).query_one(PatientList).has_focus
        assert "Erik Lund" in cursor_line(pilot)


def test_who_has_which_places() -> None:
    assert places_of(Role.NURSE) == places_of(None) == tuple(Place)
    assert set(Place) - set(places_of(Role.ADMINISTRATION)) == {Place.CLOSING}
    assert places_of(Role.HEAD) == (Place.OVERVIEW, Place.LOG)
    assert places_of(Role.LOG_CONTROLLER) == places_of(Role.TECHNICIAN) == (Place.LOG,)


async def test_a_place_that_is_not_ones_own_says_so_and_nothing_happens(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world, "eva") as pilot:
        assert "F4" not in screen_text(pilot)
        await press(pilot, "f4")
        assert "Det ingår inte i rollen administration. Det ingår i: sjuksköterska, läkare" in screen_text(pilot)
        assert place_of(pilot) is Place.LIST


async def test_several_units_stand_together_each_by_name(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    sqlcipher_world.case(name="Här Hanna")
    sqlcipher_world.case(name="Där David", unit_id=BERGA)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "u", "f4")
        assert "2 öppna ärenden" in screen_text(pilot)
        (line,) = [line for line in screen_text(pilot).splitlines() if "Där David" in line]
        assert "Berga" in line
        await press(pilot, "f6")
        (line,) = [line for line in overview_text(pilot).splitlines() if " ingen   " in line]
        assert line.split("ingen")[1].split()[0] == "2"

"""Finding a case by the keyboard: filters, search, saved views, jumps, units."""

import pytest

from p24tui.routine.case import CaseState, ContactKind
from p24tui.services import chat, list_views
from p24tui.tui.screens.views import ViewsScreen
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.search_line import SearchLine
from tests.controlling import log_rows
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import BERGA, World

pytestmark = pytest.mark.anyio


def names(pilot: object) -> list[str]:
    return [line.patient.name for line in list_of(pilot).live.lines]


def list_of(pilot: object) -> PatientList:
    return desk_of(pilot).query_one(PatientList)  # type: ignore[arg-type]


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
async def test_the_filter_on_today_says_how_many_older_it_hides_and_keeps_suicide_risk(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f", "i", "enter")
        assert "Sven Åkesson" not in names(pilot)
        assert "Erik Lund" in names(pilot)
        assert "1 visas inte: 1 äldre" in screen_text(pilot)
        await press(pilot, "f", "i", "m", "enter")
        assert names(pilot) == ["Erik Lund"]
        assert "8 visas inte: 1 äldre" in screen_text(pilot)
        await press(pilot, "escape")
        assert len(names(pilot)) == 9
        assert "visas inte" not in screen_text(pilot)


async def test_each_key_of_the_filter_shows_its_cases(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    system, maria = sqlcipher_world.system, sqlcipher_world.actor("maria")
    chat.claim(system, maria, cases["ear"].id, cases["ear"].version)
    sqlcipher_world.case(name="Vilande Vera", state=CaseState.HELD, unread=0)
    sqlcipher_world.case(name="Slut Stina", state=CaseState.ENDED, unread=0, ended_at=sqlcipher_world.clock.now())
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f", "m")
        assert names(pilot) == ["Erik Lund", "Anna-Lisa Johansson-Bergström"]
        await press(pilot, "m", "v")
        assert names(pilot) == ["Erik Lund", "Vilande Vera"]
        await press(pilot, "v", "o")
        assert "Ali Noor" not in names(pilot)
        assert "Karin Öberg" in names(pilot)
        await press(pilot, "0", "ä")
        assert names(pilot) == ["Erik Lund", "Sven Åkesson"]
        await press(pilot, "0", "k", "k")
        assert names(pilot) == ["Erik Lund", "Birgitta Ek"]
        await press(pilot, "0", "a")
        assert names(pilot)[-1] == "Slut Stina"
        assert "AVSLUTAD" in screen_text(pilot)
        await press(pilot, "0", "enter")
        assert "Slut Stina" not in names(pilot)


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
async def test_search_finds_names_numbers_matters_and_what_was_written(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    one = sqlcipher_world.case(name="Text Tage", matter="Övrigt", text="Jag har ont i vänster tumme.")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "slash", *"öberg")
        assert names(pilot) == ["Karin Öberg"]
        assert "1 med suicidrisk" in screen_text(pilot)
        await press(pilot, "enter")
        assert list_of(pilot).has_focus
        assert names(pilot) == ["Karin Öberg"]
        await press(pilot, "escape")
        assert len(names(pilot)) == 10
        assert not desk_of(pilot).query_one(SearchLine).display
        await press(pilot, "slash", *"tumme")
        assert names(pilot) == ["Text Tage"]
        assert log_rows(sqlcipher_world, "search")[-1].patients == [one.patient_id]
        await press(pilot, "escape")
        assert len(names(pilot)) == 10


async def test_nothing_found_says_so_and_how_to_see_all(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "slash", *"xyzzy")
        shown = screen_text(pilot)
        assert "Inget hittades för ”xyzzy”." in shown
        assert "Sökt i namn, nummer, ärende och text." in shown
        assert "9 visas inte; Esc visar alla." in shown
        assert list_of(pilot).cursor_id is None
        await press(pilot, "escape", "enter")
        assert "Erik Lund" in screen_text(pilot)


async def test_letters_in_the_search_are_letters(sqlcipher_world: World) -> None:
    case = fill(sqlcipher_world)["suicide"]
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "slash", "t", "a", "h", "question_mark")
        assert desk_of(pilot).query_one(SearchLine).value == "tah?"
        assert sqlcipher_world.row(case.id).case == case


async def test_a_view_is_saved_and_chosen_by_its_number(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f", "k", "k", "enter", "v", "s", *"Recept", "enter")
        assert "Vyn Recept är sparad." in screen_text(pilot)
        await press(pilot, "escape")
        assert len(names(pilot)) == 9
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, ViewsScreen)
        await press(pilot, "6")
        assert names(pilot) == ["Erik Lund", "Birgitta Ek"]
        await press(pilot, "v", "1")
        assert len(names(pilot)) == 9
        await press(pilot, "v", "end", "delete")
        assert list_views.views_of(sqlcipher_world.system, sqlcipher_world.actor("maria")) == ()


async def test_the_jumps(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    system, johan = sqlcipher_world.system, sqlcipher_world.actor("johan")
    chat.claim(system, johan, cases["failed"].id, cases["failed"].version)
    async with at_desk(sqlcipher_world) as pilot:
        patient_list = list_of(pilot)
        await press(pilot, "o")
        assert patient_list.cursor_id == cases["chest"].id
        await press(pilot, "n")
        assert patient_list.cursor_id == cases["protected"].id
        await press(pilot, "w")
        assert patient_list.cursor_id == cases["old"].id
        await press(pilot, "o")
        assert patient_list.cursor_id == cases["suicide"].id


async def test_jumps_that_lead_nowhere_say_so(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        for key, words in (("n", "Inget oläst."), ("w", "Ingen väntar."), ("o", "Alla som väntar har någon.")):
            await press(pilot, key)
            assert words in screen_text(pilot)


@pytest.mark.rule("CH-10")
async def test_who_works_for_two_units_sees_both_together_or_apart(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    here = sqlcipher_world.case(name="Här Hanna")
    there = sqlcipher_world.case(name="Där David", unit_id=BERGA, kind=ContactKind.MESSAGE, priority=None)
    async with at_desk(sqlcipher_world) as pilot:
        assert names(pilot) == ["Här Hanna", "Där David"]
        shown = screen_text(pilot)
        assert "Åsen + Berga" in shown
        assert "Enhet" in shown
        await press(pilot, "u")
        assert names(pilot) == ["Här Hanna"]
        assert "1 visas inte" in screen_text(pilot)
        await press(pilot, "u")
        assert names(pilot) == ["Där David"]
        await press(pilot, "t")
        assert sqlcipher_world.row(there.id).case.owner_id == sqlcipher_world.actor("maria").staff_id
        await press(pilot, "escape", "escape", "u")
        assert names(pilot) == ["Här Hanna", "Där David"]
        assert sqlcipher_world.row(here.id).case.owner_id is None


@pytest.mark.rule("LO-1")
async def test_who_works_for_one_unit_sees_nothing_of_the_other(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    sqlcipher_world.case(name="Där David", unit_id=BERGA)
    async with at_desk(sqlcipher_world, "johan") as pilot:
        assert names(pilot) == []
        sqlcipher_world.case(name="Där Doris", unit_id=BERGA, priority=1)
        await settled(pilot)
        assert names(pilot) == []


async def test_a_held_case_says_until_when_and_why(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Vera Vila", unread=0)
    system, maria = sqlcipher_world.system, sqlcipher_world.actor("maria")
    chat.claim(system, maria, one.id, 1)
    async with at_desk(sqlcipher_world, size=(140, 40)) as pilot:
        await press(pilot, "h", *"provsvar", "enter")
        assert "VILAR 24 nov · provsvar" in screen_text(pilot)


async def test_what_has_come_in_is_marked_until_one_opens_something(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        sqlcipher_world.case(name="Ny Person", matter="Andnöd", priority=2)
        await settled(pilot)
        (line,) = [one for one in screen_text(pilot).splitlines() if "Ny Person" in one]
        assert "+" in line
        await press(pilot, "enter", "escape")
        (line,) = [one for one in screen_text(pilot).splitlines() if "Ny Person" in one]
        assert "+" not in line
        assert "nytt ärende" not in screen_text(pilot)


@pytest.mark.rule("CH-6")
@pytest.mark.hazard("H10")
async def test_an_answer_that_comes_in_is_announced_unless_one_is_reading_that_case(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        sqlcipher_world.writes(cases["quiet"].id)
        await settled(pilot)
        assert "1 nytt svar 09.00" in screen_text(pilot)
        (line,) = [one for one in screen_text(pilot).splitlines() if "Omar Haddad" in one]
        assert "+" in line
        list_of(pilot).move_to(cases["cough"].id)
        await press(pilot, "enter")
        assert "nytt svar" not in screen_text(pilot)
        sqlcipher_world.writes(cases["cough"].id)
        await settled(pilot)
        assert "nytt svar" not in screen_text(pilot)


@pytest.mark.hazard("H22")
async def test_what_has_come_in_out_of_sight_stays_counted(sqlcipher_world: World) -> None:
    for n in range(60):
        sqlcipher_world.case(name=f"Person {n}", priority=3, minutes_ago=100 + n)
    async with at_desk(sqlcipher_world, size=(120, 24)) as pilot:
        sqlcipher_world.case(name="Längst Ner", priority=5)
        sqlcipher_world.case(name="Längst Upp", priority=1)
        await settled(pilot)
        assert "2 nya ärenden" in screen_text(pilot)
        await press(pilot, "enter", "escape")
        assert "1 nytt ärende" in screen_text(pilot)
        await press(pilot, "end")
        (line,) = [one for one in screen_text(pilot).splitlines() if "Längst Ner" in one]
        assert "▌" in line


async def test_the_cursor_stays_in_sight_when_the_search_line_opens(sqlcipher_world: World) -> None:
    for n in range(60):
        sqlcipher_world.case(name=f"Person {n:02}", priority=3, minutes_ago=100 + n)
    async with at_desk(sqlcipher_world, size=(120, 24)) as pilot:
        await press(pilot, "end", "slash", *"per")
        assert any(line.startswith("│▌") for line in screen_text(pilot).splitlines())


@pytest.mark.hazard("H23")
async def test_what_one_searches_for_is_never_markup(sqlcipher_world: World) -> None:
    sqlcipher_world.case(name="[/] Elak [@click=app.quit()]x[/]")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "slash", *"[/]")
        assert "sökt: [/]" in screen_text(pilot)
        await press(pilot, "enter", "t")
        assert "Svar till [/] Elak [@click=app.quit()]x[/]" in screen_text(pilot)


@pytest.mark.parametrize("key", ["n", "o", "g"])
async def test_in_one_pane_one_sees_the_line_that_one_has_gone_to(sqlcipher_world: World, key: str) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "down", "down", "enter")
        assert not desk_of(pilot).query_one(PatientList).display
        await press(pilot, key)
        assert desk_of(pilot).query_one(PatientList).display
        assert desk_of(pilot).focused is desk_of(pilot).query_one(PatientList)

"""Booking at the desk: a patient found or registered, and one form that knows the rules."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from msgspec import structs

from p24tui.routine.protection import Protection
from p24tui.routine.visit import Summons, VisitKind
from p24tui.services import patients
from p24tui.tui.screens.booking_form import BookingScreen, standing
from p24tui.tui.screens.booking_guardians import GuardiansScreen, PrimaryScreen
from p24tui.tui.screens.form import FormScreen
from tests.outgoing import MOBILE, rows_of, with_gateway
from tests.services.test_patients import CHILD, KATJA, knowing, person
from tests.tui.booking_kit import (
    A_CHILD,
    FATHERS,
    MOTHERS,
    SIZES,
    Size,
    a_child,
    an_adult,
    at,
    choose,
    offered,
    plain,
    search,
    visits_of,
    write,
)
from tests.tui.kit import at_desk, desk_of, press, screen_text
from tests.visiting import FATHER, MOTHER, book, roles, stored_visit
from tests.world import BERGA, PEOPLE, World

pytestmark = pytest.mark.anyio

TURNS_13 = date(2029, 5, 4)
"""The birthday on which the child is no longer booked with a proxy."""


@SIZES
@pytest.mark.rule("VI-1", "VI-6", "NA-3", "VI-3")
async def test_who_is_not_here_is_registered_and_then_booked(sqlcipher_world: World, size: Size) -> None:
    with_gateway(sqlcipher_world)
    knowing(sqlcipher_world, person(KATJA, "Katja Hennig"))
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await search(pilot, "20030202-2389")
        assert "Inga patienter hittade · registrera 20030202-2389" in plain(pilot)
        await press(pilot, "ctrl+s")
        assert "Skriv patientens mobilnummer" in plain(pilot)
        await write(pilot, "070-174 06 05")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BookingScreen)
        assert "Boka videobesök · Katja Hennig" in plain(pilot)
        assert "20030202-2389 · 23 år den dagen" in plain(pilot)
        await at(pilot, "2026-11-24", "10.00")
        await choose(pilot, "booking-summons", Summons.ADULT_SAVED.value)
        await press(pilot, "ctrl+s")
        assert "Bokat: Katja Hennig tis 24 nov 10.00." in plain(pilot)
    (visit,) = visits_of(sqlcipher_world, KATJA)
    assert (visit.kind, visit.holder_id, visit.summons) == (
        VisitKind.PATIENT,
        PEOPLE["maria"][0],
        Summons.ADULT_SAVED,
    )
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)
    assert len(rows_of(sqlcipher_world, visit.patient_id)) == 3


async def test_a_number_that_is_none_comes_again_as_it_was_typed(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, "20030202-2380")
        assert isinstance(pilot.app.screen, FormScreen)
        assert "Numret stämmer inte" in screen_text(pilot)
        assert "20030202-2380" in screen_text(pilot)


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
@pytest.mark.parametrize("is_here", [True, False])
async def test_of_a_protected_person_nothing_but_the_refusal_is_said(sqlcipher_world: World, is_here: bool) -> None:
    if is_here:
        an_adult(sqlcipher_world)
    knowing(sqlcipher_world, person(KATJA, "Katja Hennig", Protection.MARKED))
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, KATJA)
        if not is_here:
            await write(pilot, MOBILE)
            await press(pilot, "ctrl+s")
        assert pilot.app.screen is desk_of(pilot)
        shown = plain(pilot)
        assert "Regel PR-1" in shown
        assert "Personen har skyddade personuppgifter och handläggs inte här." in shown
        assert "2389" not in shown
        assert "Katja" not in shown


@pytest.mark.rule("VI-1")
async def test_the_name_is_asked_for_only_where_the_service_cannot_say_it(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    knowing(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, KATJA)
        assert not pilot.app.screen.query("#part-name")
        await write(pilot, MOBILE)
        await press(pilot, "ctrl+s")
        assert "Personuppgiftstjänsten kan inte säga namnet." in screen_text(pilot)
        assert MOBILE in screen_text(pilot)
        await press(pilot, "tab")
        await write(pilot, "Katja Hennig")
        await press(pilot, "ctrl+s")
        assert "Boka videobesök · Katja Hennig" in screen_text(pilot)


@pytest.mark.rule("VI-6", "VI-7", "VI-8")
async def test_a_child_is_registered_without_a_mobile_and_its_guardians_are_offered(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    knowing(sqlcipher_world, A_CHILD, MOTHERS, FATHERS)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, CHILD)
        assert "behövs inte: barnet nås genom sitt ombud" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BookingScreen)
        assert offered(pilot, "booking-proxy") == ["Albert Hammar", "Maria Ljungberg"]
        assert "Den andra kan bli gäst (VI-8)" in plain(pilot)


@SIZES
@pytest.mark.rule("VI-1", "VI-3", "VI-7", "NA-3")
@pytest.mark.hazard("H14")
async def test_a_child_is_booked_with_its_primary_guardian_as_proxy(sqlcipher_world: World, size: Size) -> None:
    one = a_child(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await search(pilot, CHILD)
        shown = plain(pilot)
        assert "10 år den dagen" in shown
        assert "Maria Ljungberg · primär" in shown
        assert "Ombudets mobil 070-174 06 05" in shown
        assert offered(pilot, "booking-summons") == ["barn, sparad (1177.se)", "barn, utskriven för post"]
        await at(pilot, "2026-11-24", "10.00")
        await press(pilot, "ctrl+s")
        assert "Välj den kallelse som är vald i VAS: sparad, eller utskriven för post. (VI-3)" in plain(pilot)
        assert "10.00" in screen_text(pilot)
        await choose(pilot, "booking-summons", Summons.CHILD_POSTED.value)
        await press(pilot, "ctrl+s")
        assert pilot.app.screen is desk_of(pilot)
    (visit,) = visits_of(sqlcipher_world, CHILD)
    assert (visit.kind, visit.proxy_name, visit.mobile) == (VisitKind.CHILD, "Maria Ljungberg", MOBILE)
    assert visit.patient_id == one.patient_id


@pytest.mark.rule("VI-1", "VI-7")
async def test_the_other_guardian_can_be_chosen_and_gets_the_mobile_that_was_missing(sqlcipher_world: World) -> None:
    a_child(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, CHILD)
        await at(pilot, "2026-11-24", "10.00")
        await choose(pilot, "booking-summons", Summons.CHILD_SAVED.value)
        await choose(pilot, "booking-proxy", FATHER.number)
        await press(pilot)
        assert "saknas: skriv som" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "Ombudet har inget mobilnummer här." in plain(pilot)
        pilot.app.screen.query_one("#booking-mobile").focus()
        await write(pilot, "070-1740607")
        await press(pilot, "ctrl+s")
        assert pilot.app.screen is desk_of(pilot)
    (visit,) = visits_of(sqlcipher_world, CHILD)
    assert (visit.proxy_name, visit.mobile) == ("Albert Hammar", FATHER.mobile)


@pytest.mark.rule("VI-9")
@pytest.mark.hazard("H14")
async def test_who_is_thirteen_on_the_day_is_booked_as_an_adult(sqlcipher_world: World) -> None:
    a_child(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, CHILD)
        await at(pilot, (TURNS_13 - timedelta(days=1)).isoformat(), "10.00")
        assert "12 år den dagen" in screen_text(pilot)
        assert "Ombud " in screen_text(pilot)
        await at(pilot, TURNS_13.isoformat(), "10.00")
        shown = plain(pilot)
        assert "13 år den dagen" in shown
        assert "13 år eller mer den dagen: bokas som vuxen, utan ombud (VI-9)." in shown
        assert "Ombud " not in shown
        assert "Patientens mobil" in shown
        assert offered(pilot, "booking-summons") == ["vuxen, sparad (1177.se)", "vuxen, utskriven för post"]


@SIZES
@pytest.mark.rule("PR-1", "VI-7")
@pytest.mark.hazard("H2")
async def test_a_protected_guardian_is_shown_without_a_name_and_cannot_be_chosen(
    sqlcipher_world: World, size: Size
) -> None:
    a_child(sqlcipher_world)
    hidden = structs.replace(FATHERS, protection=Protection.POPULATION)
    knowing(sqlcipher_world, A_CHILD, MOTHERS, hidden)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await search(pilot, CHILD)
        assert offered(pilot, "booking-proxy") == ["Maria Ljungberg · primär"]
        shown = plain(pilot)
        assert "Skyddad person: kan inte vara ombud (PR-1)." in shown
        assert "Albert" not in shown


@pytest.mark.rule("PR-1", "VI-7")
async def test_with_nobody_who_can_be_proxy_the_form_says_so_and_books_nothing(sqlcipher_world: World) -> None:
    a_child(sqlcipher_world)
    both = [structs.replace(one, protection=Protection.MARKED) for one in (MOTHERS, FATHERS)]
    knowing(sqlcipher_world, A_CHILD, *both)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, CHILD)
        why = "den som har skyddade personuppgifter kan inte det. Ring om en annan väg. (PR-1)"
        assert why in plain(pilot)
        await at(pilot, "2026-11-24", "10.00")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BookingScreen)
    assert visits_of(sqlcipher_world, CHILD) == []


async def test_a_time_when_the_unit_is_closed_takes_a_second_press(sqlcipher_world: World) -> None:
    an_adult(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, KATJA)
        await choose(pilot, "booking-summons", Summons.ADULT_SAVED.value)
        await at(pilot, "2026-11-28", "10.00")
        assert "▲ Enheten är stängd då, och öppnar mån 30 nov 08.00." in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "Ctrl+S en gång till, så gäller tiden ändå." in screen_text(pilot)
        assert visits_of(sqlcipher_world, KATJA) == []
        await press(pilot, "ctrl+s")
        assert pilot.app.screen is desk_of(pilot)
    assert len(visits_of(sqlcipher_world, KATJA)) == 1


async def test_a_double_press_books_one(sqlcipher_world: World) -> None:
    an_adult(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, KATJA)
        await choose(pilot, "booking-summons", Summons.ADULT_SAVED.value)
        await at(pilot, "2026-11-24", "10.00")
        form = pilot.app.screen
        assert isinstance(form, BookingScreen)
        asked = form._asked()
        await pilot.press("ctrl+s", "ctrl+s")
        desk_of(pilot)._book_visit(form, asked, sqlcipher_world.actor("maria"))  # as after a lost answer
        await press(pilot)
    assert len(visits_of(sqlcipher_world, KATJA)) == 1


@pytest.mark.parametrize(
    ("day", "clock", "minutes", "said"),
    [
        ("i övermorgon", "10.00", "30", "i övermorgon är inget datum."),
        ("23/11", "08.30", "30", "Tiden har redan passerat."),
        ("2026-11-24", "tio", "30", "tio är inget klockslag."),
        ("2026-11-24", "10.00", "0", "hela minuter, minst en, och tillsammans högst 8 timmar"),
        ("2026-11-24", "10.00", "9999", "hela minuter, minst en, och tillsammans högst 8 timmar"),
        ("2026-11-23", "08.30", "30", "Tiden har redan passerat."),
        ("1026-11-23", "08.30", "30", "1026-11-23 är inget datum."),
    ],
)
async def test_what_cannot_be_a_time_is_said_and_all_that_was_typed_stays(
    sqlcipher_world: World, day: str, clock: str, minutes: str, said: str
) -> None:
    an_adult(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, KATJA)
        await choose(pilot, "booking-summons", Summons.ADULT_SAVED.value)
        await at(pilot, day, clock)
        await write(pilot, minutes)
        await press(pilot, "ctrl+s", "ctrl+s")
        assert said in plain(pilot)
        assert f"Klockan {clock}" in plain(pilot)
        await press(pilot, "escape")
        assert "Esc en gång till kastar det du skrev." in screen_text(pilot)
        await press(pilot, "escape")
        assert pilot.app.screen is desk_of(pilot)


@SIZES
@pytest.mark.rule("VI-2", "VI-4")
async def test_where_vas_is_the_way_only_a_relative_is_booked_here_and_then_invited(
    sqlcipher_world: World, size: Size
) -> None:
    an_adult(sqlcipher_world, mobile=MOBILE)
    system = sqlcipher_world.system
    system.settings = replace(system.settings, booking_by_hand=False)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await search(pilot, KATJA)
        shown = plain(pilot)
        assert "Besök med patienten bokas i VAS med DIVL och kommer hit därifrån (VI-2)." in shown
        assert "Kallelse i VAS" not in shown
        await at(pilot, "2026-11-24", "10.00")
        await press(pilot, "ctrl+s")
        assert "Bjud in en anhörig · tis 24 nov 10.00 · Katja Hennig" in plain(pilot)
        await write(pilot, "Bo Ek")
        await press(pilot, "tab")
        await write(pilot, "070-1740607")
        await press(pilot, "ctrl+s")
        assert "Inbjuden: Bo Ek. Länken går med sms." in plain(pilot)
    (visit,) = visits_of(sqlcipher_world, KATJA)
    assert visit.kind is VisitKind.RELATIVE
    assert roles(sqlcipher_world, visit.id) == [("relative", "Bo Ek")]


@SIZES
@pytest.mark.rule("VI-7")
async def test_another_primary_guardian_leaves_what_is_booked_as_it_is(sqlcipher_world: World, size: Size) -> None:
    one = a_child(sqlcipher_world, mobiles=(MOTHER.number, FATHER.number))
    tomorrow = sqlcipher_world.clock.now() + timedelta(days=1)
    before = book(sqlcipher_world, one.patient_id, tomorrow, summons=Summons.CHILD_SAVED)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await search(pilot, CHILD)
        assert "Redan bokat: tis 24 nov 09.00, ombud Maria Ljungberg" in plain(pilot)
        await press(pilot, "ctrl+g")
        assert isinstance(pilot.app.screen, GuardiansScreen)
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PrimaryScreen)
        shown = plain(pilot)
        assert "Låt Albert Hammar vara primär vårdnadshavare" in shown
        assert "Redan bokade besök behåller sitt ombud: tis 24 nov 09.00, ombud Maria Ljungberg" in shown
        await press(pilot, "enter", "escape")
        assert "Albert Hammar · primär" in plain(pilot)
        await at(pilot, "2026-11-25", "10.00")
        await choose(pilot, "booking-summons", Summons.CHILD_SAVED.value)
        await press(pilot, "ctrl+s")
    _first, second = visits_of(sqlcipher_world, CHILD)
    assert second.proxy_name == "Albert Hammar"
    assert stored_visit(sqlcipher_world, before.id).proxy_name == "Maria Ljungberg"


@pytest.mark.rule("VI-6")
async def test_guardians_that_are_missing_are_fetched_from_the_form(sqlcipher_world: World) -> None:
    with_gateway(sqlcipher_world)
    knowing(sqlcipher_world, person(CHILD, "Katja Hennig"))
    patients.register(sqlcipher_world.system, sqlcipher_world.actor("maria"), CHILD, "")
    knowing(sqlcipher_world, A_CHILD, MOTHERS, FATHERS)
    async with at_desk(sqlcipher_world) as pilot:
        await search(pilot, CHILD)
        assert "Barnet har ingen vårdnadshavare här, så ingen kan vara ombud." in plain(pilot)
        await press(pilot, "ctrl+g", "h")
        assert "Maria Ljungberg" in screen_text(pilot)
        await press(pilot, "escape")
        assert offered(pilot, "booking-proxy") == ["Albert Hammar", "Maria Ljungberg"]


@pytest.mark.rule("VI-6", "VI-7", "VI-9")
def test_what_a_form_asks_for_follows_from_the_day(sqlcipher_world: World) -> None:
    one = a_child(sqlcipher_world)
    day_before = TURNS_13 - timedelta(days=1)
    assert standing(one, day_before, relative=False).kind is VisitKind.CHILD
    assert standing(one, TURNS_13, relative=False).kind is VisitKind.PATIENT
    assert standing(one, day_before, relative=True).kind is VisitKind.RELATIVE
    unknown = standing(structs.replace(one, born=None), day_before, relative=False).hindrance
    assert unknown is not None
    assert unknown.reason == "age-unknown"


async def test_whoever_works_at_several_units_says_at_which_it_is(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    an_adult(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "b")
        await write(pilot, KATJA)
        await choose(pilot, "part-unit", BERGA)
        await press(pilot, "ctrl+s")
        await choose(pilot, "booking-summons", Summons.ADULT_SAVED.value)
        await at(pilot, "2026-11-24", "10.00")
        await press(pilot, "ctrl+s")
    (visit,) = visits_of(sqlcipher_world, KATJA)
    assert visit.unit_id == BERGA

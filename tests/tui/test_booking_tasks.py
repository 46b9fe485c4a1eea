"""Bookings that have not become visits, at the desk: seen to, tried again, put aside."""

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.routine.protection import Protection
from p24tui.services import patients
from p24tui.services.visit_views import Profile
from p24tui.store import people
from p24tui.tui.screens.booking_tasks import SHORT, TasksScreen
from p24tui.words.visits import TASKS
from tests.outgoing import MOBILE, with_gateway
from tests.services.test_patients import CHILD, KATJA, knowing, person
from tests.tui.booking_kit import SIZES, Size, a_child, an_adult, plain, told, visits_of, write
from tests.tui.kit import at_desk, press, screen_text
from tests.world import World

pytestmark = pytest.mark.anyio


def test_whatever_a_booking_lacks_is_said_in_words_short_and_in_full() -> None:
    assert set(SHORT) == set(TASKS)
    for problem, words in TASKS.items():
        assert explain(Refused("VI-1", f"task-{problem}")) == words


async def see_to_tasks(pilot: Pilot[None]) -> None:
    await press(pilot, "f3", "n")
    assert isinstance(pilot.app.screen, TasksScreen)


@pytest.mark.rule("VI-1")
@SIZES
@pytest.mark.hazard("H13")
async def test_a_booking_of_somebody_unknown_is_booked_once_they_are_registered(
    sqlcipher_world: World, size: Size
) -> None:
    with_gateway(sqlcipher_world)
    knowing(sqlcipher_world, person(KATJA, "Katja Hennig"))
    told(sqlcipher_world, KATJA)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await see_to_tasks(pilot)
        shown = plain(pilot)
        assert "1 bokning att se till" in shown
        assert "tis 24 nov 09.00" in shown
        assert "Patienten finns inte här. Registrera hen, så bokas besöket." in shown
        await press(pilot, "o")
        assert "Registrera hen, så bokas besöket. (VI-1)" in plain(pilot)
        await press(pilot, "enter")
        assert "registrera 20030202-2389" in plain(pilot)
        await write(pilot, MOBILE)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, TasksScreen)
        assert "Bokat: Katja Hennig tis 24 nov 09.00." in plain(pilot)
        assert "Inget att se till" in plain(pilot)
    assert len(visits_of(sqlcipher_world, KATJA)) == 1


@pytest.mark.rule("VI-1")
async def test_a_mobile_that_is_missing_is_put_in_and_the_booking_tried_again(sqlcipher_world: World) -> None:
    profile = an_adult(sqlcipher_world)
    without_mobile(sqlcipher_world, profile)
    told(sqlcipher_world, KATJA)
    async with at_desk(sqlcipher_world) as pilot:
        await see_to_tasks(pilot)
        assert "mobil saknas" in screen_text(pilot)
        await press(pilot, "enter")
        await write(pilot, "070")
        await press(pilot, "ctrl+s")
        assert "Skriv ett mobilnummer" in screen_text(pilot)
        await press(pilot, "end")
        await write(pilot, "-1740605")
        await press(pilot, "ctrl+s")
        assert "Bokat: Katja Hennig" in plain(pilot)


@pytest.mark.rule("VI-1", "VI-6")
async def test_what_a_childs_booking_lacks_is_seen_to_at_its_guardians(sqlcipher_world: World) -> None:
    a_child(sqlcipher_world, mobiles=())
    told(sqlcipher_world, CHILD)
    async with at_desk(sqlcipher_world) as pilot:
        await see_to_tasks(pilot)
        await press(pilot, "enter")
        assert "Vårdnadshavare för Katja Hennig" in screen_text(pilot)
        await press(pilot, "down", "m")
        assert "Mobil till Maria Ljungberg" in screen_text(pilot)
        await write(pilot, MOBILE)
        await press(pilot, "ctrl+s")
        assert "070-174 06 05" in screen_text(pilot)
        await press(pilot, "escape")
        assert "Bokat: Katja Hennig" in plain(pilot)
    (visit,) = visits_of(sqlcipher_world, CHILD)
    assert visit.proxy_name == "Maria Ljungberg"


@pytest.mark.rule("VI-5")
async def test_a_group_visit_is_put_aside_by_a_second_press_in_ones_own_name(sqlcipher_world: World) -> None:
    told(sqlcipher_world, KATJA, patients=3)
    async with at_desk(sqlcipher_world) as pilot:
        await see_to_tasks(pilot)
        assert "Följ manualen för gruppbesök via video." in plain(pilot)
        assert "o försök igen" not in screen_text(pilot)
        await press(pilot, "k")
        assert "k en gång till lägger undan den, i ditt namn." in plain(pilot)
        await press(pilot, "k")
        assert "Undanlagd, i ditt namn." in plain(pilot)
        assert "Inget att se till" in plain(pilot)


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
async def test_the_booking_of_a_protected_person_has_neither_name_nor_number(sqlcipher_world: World) -> None:
    an_adult(sqlcipher_world)
    knowing(sqlcipher_world, person(KATJA, "Katja Hennig", Protection.MARKED))
    patients_refused(sqlcipher_world)
    told(sqlcipher_world, KATJA)
    async with at_desk(sqlcipher_world) as pilot:
        await see_to_tasks(pilot)
        shown = plain(pilot)
        assert "Bokningen gäller en person med skyddade personuppgifter." in shown
        assert "Katja" not in shown
        assert "2389" not in shown


def without_mobile(world: World, profile: Profile) -> None:
    """The patient's mobile is no longer known here."""
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=profile.patient_id)
        assert record is not None
        people.put_patient(tx, replace(record, patient=replace(record.patient, mobile="")), world.clock.now())


def patients_refused(world: World) -> None:
    """It has become known that the patient is protected."""
    with pytest.raises(Refused):
        patients.find(world.system, world.actor("maria"), KATJA)

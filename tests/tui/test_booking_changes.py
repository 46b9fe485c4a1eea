"""A booked visit at the desk: moved, cancelled, its summons confirmed."""

from datetime import timedelta

import pytest

from p24tui.routine.visit import Summons, VisitKind, VisitState
from p24tui.services import patients
from tests.outgoing import MOBILE
from tests.services.test_patients import CHILD, KATJA
from tests.tui.booking_kit import SIZES, Size, a_child, an_adult, in_two_hours, plain, told, visits_of, write
from tests.tui.kit import at_desk, press, screen_text
from tests.visiting import stored_visit
from tests.world import World

pytestmark = pytest.mark.anyio


@SIZES
@pytest.mark.rule("NA-3")
async def test_a_visit_moves_and_a_closed_time_takes_a_second_press(sqlcipher_world: World, size: Size) -> None:
    visit = in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f3", "m")
        await write(pilot, "2026-11-28")
        await press(pilot, "ctrl+s")
        assert "Enheten är stängd då. Ctrl+S en gång till" in plain(pilot)
        assert "2026-11-28" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "Flyttat till lör 28 nov 11.00." in plain(pilot)
    after = stored_visit(sqlcipher_world, visit.id)
    assert (after.starts_at - visit.starts_at, after.ends_at - after.starts_at) == (
        timedelta(days=5),
        visit.ends_at - visit.starts_at,
    )


@pytest.mark.rule("VI-9", "VI-3")
@pytest.mark.hazard("H14")
async def test_a_child_who_will_be_thirteen_is_moved_as_an_adult(sqlcipher_world: World) -> None:
    one = a_child(sqlcipher_world)
    patients.register(sqlcipher_world.system, sqlcipher_world.actor("maria"), CHILD, MOBILE)
    visit = in_two_hours(sqlcipher_world, one, summons=Summons.CHILD_SAVED)
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        await press(pilot, "f3", "m")
        await write(pilot, "2029-05-07")
        await press(pilot, "ctrl+s")
        assert "Patienten har fyllt 13 år den dagen" in plain(pilot)
    after = stored_visit(sqlcipher_world, visit.id)
    assert (after.kind, after.summons, after.summons_by) == (VisitKind.PATIENT, None, "")


@SIZES
async def test_a_visit_is_cancelled_by_a_second_press(sqlcipher_world: World, size: Size) -> None:
    visit = in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f3", "c")
        assert "Avboka besöket mån 23 nov 11.00 för Katja Hennig?" in plain(pilot)
        assert "Patienten får inget sms om det: säg till hen." in plain(pilot)
        await press(pilot, "escape")
        assert stored_visit(sqlcipher_world, visit.id).state is VisitState.BOOKED
        await press(pilot, "c", "enter")
        assert "Avbokat: mån 23 nov 11.00." in plain(pilot)
        await press(pilot, "m")
        assert "Besöket är redan avbokat." in plain(pilot)
    assert stored_visit(sqlcipher_world, visit.id).state is VisitState.CANCELLED


@pytest.mark.rule("VI-3")
async def test_the_summons_of_a_visit_from_vas_is_confirmed_and_only_those_that_fit_are_offered(
    sqlcipher_world: World,
) -> None:
    an_adult(sqlcipher_world)
    told(sqlcipher_world, KATJA, starts_at=sqlcipher_world.clock.now() + timedelta(hours=2))
    (visit,) = visits_of(sqlcipher_world, KATJA)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "k")
        assert "Kallelsen till Katja Hennig" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "Välj ett av alternativen vid ”Kallelse i VAS”." in screen_text(pilot)
        await press(pilot, "space", "down", "down", "enter", "ctrl+s")
        assert "Kallelsen är bekräftad." in plain(pilot)
    after = stored_visit(sqlcipher_world, visit.id)
    assert (after.summons, after.summons_by) == (Summons.ADULT_POSTED, "Maria Lind")

"""The cursor of a place stays with its patient, so that the next key meets nobody else (H21)."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.routine.case import CaseState
from p24tui.services import chat, ending, visits
from p24tui.tui.places import Place
from p24tui.tui.screens.visit import VisitScreen
from p24tui.tui.widgets.place import nearest
from tests.registering import ended
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.tui.test_places import SIZES, cursor_line, order_of, place_of
from tests.tui.visit_kit import booked, on_video, open_day
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.hazard("H21")
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("ABCDE", "C"),
        ("XYCZ", "C"),
        ("ABDE", "D"),
        ("XABDE", "D"),
        ("AB", "B"),
        ("AXE", "E"),  # of two that are as near, the one that stood below
        ("EXA", "E"),
        ("VWXYZ", "X"),
        ("V", "V"),
    ],
)
def test_where_the_row_has_gone_the_nearest_that_has_not_takes_its_place(after: str, expected: str) -> None:
    assert after[nearest(tuple("ABCDE"), 2, tuple(after))] == expected


def test_where_there_are_no_rows_the_cursor_stands_nowhere() -> None:
    assert nearest(tuple("ABC"), 2, ()) == 0
    assert nearest((), 0, tuple("ABC")) == 0


@SIZES
@pytest.mark.hazard("H21")
async def test_the_closing_check_comes_back_to_the_case_that_one_went_to(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f4", "down", "down", "down")
        assert "Karin Öberg" in cursor_line(pilot)
        await press(pilot, "enter")
        assert place_of(pilot) is Place.LIST
        sqlcipher_world.case(name="Ny Nora", priority=1, minutes_ago=90)
        await settled(pilot)
        await press(pilot, "f4")
        assert "Ny Nora" in screen_text(pilot)
        assert "Karin Öberg" in cursor_line(pilot)
        await press(pilot, "f5", "f6", "f4", "f4")
        assert "Karin Öberg" in cursor_line(pilot)


@pytest.mark.hazard("H21")
async def test_where_the_case_has_ended_meanwhile_the_one_after_it_is_met(sqlcipher_world: World) -> None:
    for name in ("Ett Eva", "Två Tage", "Tre Tore", "Fyra Frej"):
        sqlcipher_world.case(name=name, unread=0)
    world, actor = sqlcipher_world, sqlcipher_world.actor("johan")
    async with at_desk(world) as pilot:
        await press(pilot, "f4", "down")
        assert "Två Tage" in cursor_line(pilot)
        case = desk_of(pilot)._chosen()
        assert case is not None
        await press(pilot, "f2")
        case = chat.claim(world.system, actor, case.id, case.version)
        case = ending.request_end(world.system, actor, case.id, case.version)
        assert ending.confirm_end(world.system, actor, case.id, case.version).state is CaseState.ENDED
        await settled(pilot)
        await press(pilot, "f4")
        assert "Tre Tore" in cursor_line(pilot)


@pytest.mark.parametrize("keys", [("i", "enter"), ("h", *"provsvar", "enter")], ids=["no times", "held"])
async def test_what_one_has_seen_to_sinks_and_the_cursor_stays_on_what_is_next(
    sqlcipher_world: World, keys: tuple[str, ...]
) -> None:
    for name in ("Ett Eva", "Två Tage", "Tre Tore"):
        sqlcipher_world.case(name=name, unread=0)
    sqlcipher_world.rostered()
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f4", "down")
        assert "Två Tage" in cursor_line(pilot)
        await press(pilot, *keys)
        assert order_of(pilot, "Ett Eva", "Två Tage", "Tre Tore") == ["Ett Eva", "Tre Tore", "Två Tage"]
        assert "Tre Tore" in cursor_line(pilot)
        await press(pilot, "home", *keys)
        assert "Tre Tore" in cursor_line(pilot)


@pytest.mark.hazard("H21")
async def test_the_cursor_goes_with_a_row_that_somebody_else_has_seen_to(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    first = world.case(name="Ett Eva", unread=0)
    world.case(name="Två Tage", unread=0)
    async with at_desk(world) as pilot:
        await press(pilot, "f4")
        until = world.clock.now().date() + timedelta(days=1)
        chat.hold(world.system, world.actor("johan"), first.id, first.version, until, "provsvar", takes_on=True)
        await settled(pilot)
        assert order_of(pilot, "Ett Eva", "Två Tage") == ["Två Tage", "Ett Eva"]
        assert "Ett Eva" in cursor_line(pilot)


@pytest.mark.hazard("H21")
@pytest.mark.parametrize("back", [("f3",), ("escape", "f3")], ids=["F3", "Esc and F3"])
async def test_the_video_visits_come_back_to_the_visit_whose_chat_one_went_to(
    sqlcipher_world: World, back: tuple[str, ...]
) -> None:
    day = open_day(sqlcipher_world)
    booked(day, 5, "Först Frida")
    on_video(day, booked(day, 10, "Ali Noor"))
    gone = booked(day, 20, "Sist Sune")
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "down", "g")
        assert place_of(pilot) is Place.LIST
        booked(day, 3, "Ny Nora")
        await settled(pilot)
        await press(pilot, *back)
        assert "Ny Nora" in screen_text(pilot)
        assert "Ali Noor" in cursor_line(pilot)
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, VisitScreen)
        await press(pilot, "escape", "f2")
        visits.cancel(day.system, day.actor("johan"), gone.id)
        await press(pilot, "f3")
        assert "Sist Sune" in cursor_line(pilot)


async def test_one_comes_back_to_the_visits_of_another_day_and_f3_once_more_leads_to_today(
    sqlcipher_world: World,
) -> None:
    day = open_day(sqlcipher_world)
    for minutes in (60, 70):
        booked(day, minutes, f"I Dag {minutes}")
        booked(day, minutes + 24 * 60, f"I Morgon {minutes}")
    async with at_desk(day) as pilot:
        await press(pilot, "f3", "down", "right")
        assert "I Morgon 60" in cursor_line(pilot)
        await press(pilot, "down", "f2", "f3")
        assert "I Morgon 70" in cursor_line(pilot)
        await press(pilot, "f3")
        assert "I Dag 60" in cursor_line(pilot)


@pytest.mark.hazard("H21")
async def test_registration_comes_back_to_the_contact_that_one_went_to(sqlcipher_world: World) -> None:
    for name in ("Ett Eva", "Två Tage", "Tre Tore"):
        ended(sqlcipher_world, name=name)
        sqlcipher_world.clock.advance(timedelta(minutes=1))
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f5", "down")
        left = _who(pilot)
        await press(pilot, "enter")
        assert place_of(pilot) is Place.LIST
        ended(sqlcipher_world, name="Ny Nora")
        await settled(pilot)
        await press(pilot, "f5")
        assert "Ny Nora" in screen_text(pilot)
        assert _who(pilot) == left == "Två Tage"


def _who(pilot: Pilot[None]) -> str:
    """Whom the cursor stands on."""
    names = ("Ett Eva", "Två Tage", "Tre Tore", "Ny Nora")
    return next(name for name in names if name in cursor_line(pilot))

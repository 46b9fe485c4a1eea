"""A unit's hours on the screen: all of it is seen, nothing is saved until all is right, and every console follows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import OptionList, Select

from p24tui.routine.hours import BadHours, describe
from p24tui.routine.opening import Openings
from p24tui.services import unit_settings, units
from p24tui.tui.screens.unit_day import DayScreen
from p24tui.tui.screens.unit_hours import UnitHoursScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.field import Field
from p24tui.words.hours import openings_words, problem_words, read_openings
from tests.routine.opening_hours import openings
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import BERGA, UNIT, World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
WEEK = "mon-fri 08:00-17:00"


def hours_of(world: World, unit_id: str = UNIT) -> str:
    return describe(units.find_unit(world.system, unit_id).hours)


def screen_of(pilot: Pilot[None]) -> UnitHoursScreen:
    (screen,) = [one for one in pilot.app.screen_stack if isinstance(one, UnitHoursScreen)]
    return screen


def is_shown(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.screen, UnitHoursScreen)


async def write(pilot: Pilot[None], id: str, text: str) -> None:
    """Write a text into one of the fields, in place of what stands there; its last letter by the keyboard."""
    field = pilot.app.screen.query_one(f"#{id}", Field)
    field.focus()
    await settled(pilot)
    field.value = text[:-1]
    field.action_end()
    await press(pilot, text[-1])
    assert field.value == text


def line_with(pilot: Pilot[None], word: str) -> str:
    return next(line for line in screen_text(pilot).splitlines() if word in line)


def header(pilot: Pilot[None]) -> str:
    return screen_text(pilot).splitlines()[0]


@SIZES
@pytest.mark.rule("CH-1")
async def test_one_sees_the_week_the_eves_the_coming_holidays_and_the_warnings(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    units.close_day(sqlcipher_world.system, sqlcipher_world.actor("maria"), UNIT, date(2027, 6, 4))
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "ctrl+o")
        assert "08.00–17.00" in line_with(pilot, "måndag")
        assert "stängt" in line_with(pilot, "söndag")
        assert "stängt" in line_with(pilot, "aftnar")
        assert "60, 30, 15, 5" in line_with(pilot, "varnas")
        assert "stängt (julafton)" in line_with(pilot, "tor 24 dec")
        assert "stängt (trettondedag jul)" in line_with(pilot, "ons 6 jan")
        assert "Inget är ändrat." in screen_text(pilot)
        pilot.app.screen.query_one(OptionList).focus()
        await press(pilot, "end")
        assert "stängt (eget beslut)" in line_with(pilot, "fre 4 jun")
        await press(pilot, "escape")
        assert not is_shown(pilot)


@SIZES
@pytest.mark.rule("CH-1")
async def test_what_is_saved_shows_in_the_header_at_once(sqlcipher_world: World, size: tuple[int, int]) -> None:
    async with at_desk(sqlcipher_world, size=size) as pilot:
        assert "17.00" in header(pilot)
        await press(pilot, "ctrl+o")
        await write(pilot, "hours-0", "8-12, 13.00-16.30")
        assert "var 08.00–17.00" in line_with(pilot, "måndag")
        assert "Ändras: mån: 08.00–12.00, 13.00–16.30" in screen_text(pilot)
        assert hours_of(sqlcipher_world) == WEEK
        await press(pilot, "ctrl+s")
        assert not is_shown(pilot)
        await settled(pilot)
        assert "12.00" in header(pilot)
    assert hours_of(sqlcipher_world) == "mon 08:00-12:00,13:00-16:30; tue-fri 08:00-17:00"


@pytest.mark.rule("CH-1")
async def test_the_other_consoles_follow(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as marias, at_desk(sqlcipher_world, "johan") as johans:
        assert "ÖPPET" in header(johans)
        await press(marias, "ctrl+o")
        await write(marias, "hours-0", "stängt")
        await press(marias, "ctrl+s")
        await settled(johans)
        assert "ÖPPET" not in header(johans)
        assert "ÖPPET" not in header(marias)


@SIZES
async def test_what_is_wrong_is_said_beside_it_and_nothing_is_saved(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "ctrl+o")
        await write(pilot, "hours-0", "8-12")
        await write(pilot, "hours-1", "17-8")
        await write(pilot, "hours-2", "8-25")
        await write(pilot, "hours-3", "8-12,11-17")
        await write(pilot, "hours-4", "ibland")
        await write(pilot, "hours-warnings", "5 10")
        assert "! stänger före öppning: 17.00-08.00" in line_with(pilot, "tisdag")
        assert "! inget klockslag: 25.00" in line_with(pilot, "onsdag")
        assert "! tiderna går i varandra" in line_with(pilot, "torsdag")
        assert "! skriv som 08.00-17.00 eller stängt" in line_with(pilot, "fredag")
        assert "! 2–6 fallande tal mellan 240 och 1" in line_with(pilot, "varnas")
        await press(pilot, "ctrl+s")
        assert "rätta först det som är markerat" in screen_text(pilot)
        focused = pilot.app.focused
        assert focused is not None
        assert focused.id == "hours-1"
        assert hours_of(sqlcipher_world) == WEEK


@SIZES
@pytest.mark.rule("CH-1")
async def test_a_day_is_added_changed_and_taken_away(sqlcipher_world: World, size: tuple[int, int]) -> None:
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "ctrl+o", "ctrl+n")
        await write(pilot, "day-date", "2026-12-24")
        assert "tor 24 dec är julafton. Som vanligt: stängt." in screen_text(pilot)
        await write(pilot, "day-hours", "9-11")
        await press(pilot, "enter")
        assert "09.00–11.00 (julafton, egna tider)   ändras" in line_with(pilot, "tor 24 dec")
        assert "Ändras: tor 24 dec: 09.00–11.00 (julafton, egna tider)" in screen_text(pilot)
        await press(pilot, "ctrl+n")
        await write(pilot, "day-date", "23 dec")
        await write(pilot, "day-hours", "stängt")
        await press(pilot, "enter", "ctrl+s")
        assert hours_of(sqlcipher_world) == f"{WEEK}; 2026-12-23 closed; 2026-12-24 09:00-11:00"

        await press(pilot, "ctrl+o")
        pilot.app.screen.query_one(OptionList).focus()
        await press(pilot, "home", "delete", "home", "enter")
        assert isinstance(pilot.app.screen, DayScreen)
        await write(pilot, "day-hours", "stängt")
        await press(pilot, "enter", "ctrl+s")
        assert hours_of(sqlcipher_world) == f"{WEEK}; 2026-12-24 closed"

        await press(pilot, "ctrl+o")
        pilot.app.screen.query_one(OptionList).focus()
        await press(pilot, "home", "enter")
        await write(pilot, "day-hours", "som vanligt")
        await press(pilot, "enter")
        assert "Ändras: tor 24 dec: stängt (julafton)" in screen_text(pilot)
        await press(pilot, "delete")
        assert "Dagen är redan som vanligt." in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert hours_of(sqlcipher_world) == WEEK


async def test_a_day_that_has_been_or_is_no_day_is_said(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+o", "ctrl+n")
        await write(pilot, "day-date", "julafton")
        await press(pilot, "enter")
        assert "! julafton är inget datum. Skriv som 28 nov, 28/11" in screen_text(pilot)
        await write(pilot, "day-date", "2026-11-22")
        await write(pilot, "day-hours", "alltid")
        await press(pilot, "enter")
        assert "! dagen har redan varit" in screen_text(pilot)
        assert "! skriv som 08.00-17.00 eller stängt" in screen_text(pilot)
        await press(pilot, "escape")
        assert "Inget är ändrat." in screen_text(pilot)


@pytest.mark.rule("CH-1", "CH-5", "CH-7")
async def test_eves_and_warnings_are_saved_with_the_rest(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+o")
        pilot.app.screen.query_one("#hours-eves", Select).value = False
        await settled(pilot)
        assert "08.00–17.00 (julafton)" in line_with(pilot, "tor 24 dec ")
        await write(pilot, "hours-warnings", "45, 10")
        text = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "aftnar: som veckan i övrigt, tor 24 dec: 08.00–17.00 (julafton)" in text
        assert "varning 45 och larm 10 minuter före stängning" in text
        await press(pilot, "ctrl+s")
    assert hours_of(sqlcipher_world) == f"{WEEK}; eves open"
    assert unit_settings.of_units(sqlcipher_world.system, [UNIT])[0].warnings == (45, 10)


async def test_what_is_changed_is_thrown_away_only_by_a_second_press(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+o")
        await write(pilot, "hours-0", "stängt")
        await press(pilot, "escape")
        assert "Esc en gång till kastar ändringarna" in screen_text(pilot)
        await write(pilot, "hours-1", "stängt")
        await press(pilot, "escape")
        assert is_shown(pilot)
        await press(pilot, "escape")
        assert not is_shown(pilot)
    assert hours_of(sqlcipher_world) == WEEK


async def test_saving_what_is_not_changed_says_so(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+o", "ctrl+s")
        assert "inget är ändrat" in screen_text(pilot)


@pytest.mark.rule("CH-1")
async def test_the_units_one_works_for_are_a_key_away(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "ctrl+o")
        assert "Vårdcentralen Åsen   1 av 2 · Ctrl+PgDn nästa enhet" in screen_text(pilot)
        await press(pilot, "ctrl+pagedown")
        assert "Vårdcentralen Berga   2 av 2" in screen_text(pilot)
        await write(pilot, "hours-4", "8-15")
        await press(pilot, "ctrl+pagedown")
        assert "Det är inte sparat." in screen_text(pilot)
        assert "Berga" in screen_text(pilot)
        await press(pilot, "ctrl+s")
    assert hours_of(sqlcipher_world) == WEEK
    assert hours_of(sqlcipher_world, BERGA) == "mon-thu 08:00-17:00; fri 08:00-15:00"


@pytest.mark.rule("CH-1")
async def test_what_a_colleague_has_changed_meanwhile_is_said_and_not_overwritten_unseen(
    sqlcipher_world: World,
) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+o")
        await write(pilot, "hours-0", "8-15")
        units.close_day(sqlcipher_world.system, sqlcipher_world.actor("johan"), UNIT, date(2026, 12, 23))
        await press(pilot, "ctrl+s")
        text = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "Johan Berg har ändrat sedan du öppnade. Inget är sparat." in text
        assert "mån: 08.00–15.00 · ons 23 dec: 08.00–17.00" in text
        assert hours_of(sqlcipher_world) == f"{WEEK}; 2026-12-23 closed"
        assert screen_of(pilot).query_one("#hours-0", Field).value == "8-15"
        await press(pilot, "ctrl+s")
    assert hours_of(sqlcipher_world) == "mon 08:00-15:00; tue-fri 08:00-17:00"


async def test_it_is_reached_while_one_types_and_what_one_typed_is_kept(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        pilot.app.screen.post_message(desk_of(pilot).GoTo(cases["cough"].id))
        await settled(pilot)
        await press(pilot, "enter", "t", *"Hej", "ctrl+o")
        assert "Öppettider" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.focused, Composer)
        assert pilot.app.focused.text == "Hej"


async def test_it_is_reached_from_the_other_places(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6", "ctrl+o")
        assert is_shown(pilot)


# Hours as people write them


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("8-12", "08:00-12:00"),
        ("08.00–12.00, 13.00–16.30", "08:00-12:00,13:00-16:30"),
        (" 7:30 - 12 ,13-17 ", "07:30-12:00,13:00-17:00"),
        ("Stängt", ""),
        ("stängd", ""),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, means: str) -> None:
    assert ",".join(map(str, read_openings(typed))) == means


@given(openings())
def test_hours_as_they_are_shown_are_read_back(shown: Openings) -> None:
    assert read_openings(openings_words(shown)) == shown
    for between in (",", ", "):
        assert read_openings(between.join(map(str, shown)) or "stängt") == shown


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_said_to_be_wrong(typed: str) -> None:
    try:
        said = "".join(map(str, read_openings(typed)))
    except BadHours as error:
        said = problem_words(error)
    assert said or typed.strip().lower() in {"stängt", "stängd", "closed"}

"""The roster on the screen, by the keyboard: gaps that cannot be missed, editing, copying, handing over."""

from datetime import date, time, timedelta

import pytest
from textual.pilot import Pilot

from p24tui.services import alerts, roster, staff, units
from p24tui.tui.screens.roster import RosterScreen
from p24tui.tui.screens.roster_dialogs import RosterEntryScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.roster_week import RosterWeekView
from p24tui.words.times import parse_clock
from tests.services.test_roster import MONDAY, NEXT, at, put, whole_week
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.tui.test_colours import coloured
from tests.world import BERGA, PEOPLE, UNIT, World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Size = tuple[int, int]
TUESDAY = MONDAY + timedelta(days=1)


def names(world: World, monday: date = MONDAY) -> list[str]:
    return [one.name for one in roster.week_of(world.system, UNIT, monday).entries]


def header(pilot: Pilot[None]) -> str:
    return screen_text(pilot).splitlines()[0]


async def fill_in(pilot: Pilot[None], **fields: str) -> None:
    """Put these into the fields of the entry's dialog, and save."""
    screen = pilot.app.screen
    assert isinstance(screen, RosterEntryScreen)
    for name, value in fields.items():
        screen.query_one(f"#roster-{name}").value = value  # type: ignore[attr-defined]
    await press(pilot, "ctrl+s")


@SIZES
@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
async def test_a_week_shows_who_when_and_every_gap_by_word_and_symbol(
    sqlcipher_world: World, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    whole_week(sqlcipher_world)
    one = roster.week_of(sqlcipher_world.system, UNIT, MONDAY).entries[1]
    roster.drop(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id)
    put(sqlcipher_world, "johan", "08:00", "12:00", TUESDAY)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f8")
        said = screen_text(pilot)
        assert "vecka 48, mån 23 nov – sön 29 nov 2026" in said
        assert "Just nu: Maria Lind, chattansvarig till 17.00" in said
        assert "▲ 2 luckor de närmaste sju dagarna: tis 24 nov 12.00–17.00" in said
        assert said.count("▲ LUCKA") == 2  # in the week, and what the cursor stands on
        assert "▲ LUCKA tis 24 nov 12.00–17.00: enheten är öppen" in said
        assert "▌" in said
        assert coloured(pilot) == []
        await press(pilot, "escape")
        assert "Bemanning" not in screen_text(pilot)


async def test_the_whole_week_is_manned_and_a_holiday_is_named(sqlcipher_world: World) -> None:
    whole_week(sqlcipher_world)
    whole_week(sqlcipher_world, monday=NEXT)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f8")
        assert "✓ Inga luckor de närmaste sju dagarna" in screen_text(pilot)
        await press(pilot, *["pagedown"] * 4)
        assert "Juldagen" in screen_text(pilot)
        await press(pilot, "t")
        assert "vecka 48" in screen_text(pilot)
        await press(pilot, "pageup")
        assert "vecka 47" in screen_text(pilot)


@SIZES
@pytest.mark.rule("CH-2")
async def test_a_gap_is_filled_with_enter_and_the_times_of_the_gap_stand_there(
    sqlcipher_world: World, size: Size
) -> None:
    put(sqlcipher_world, "johan", "08:00", "12:00")
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f8", "enter")
        said = screen_text(pilot)
        assert "Maria Lind" in said
        assert "2026-11-23" in said
        assert "12.00" in said
        await press(pilot, "ctrl+s")
        assert names(sqlcipher_world) == ["Johan Berg", "Maria Lind"]
        (_johan, maria) = roster.week_of(sqlcipher_world.system, UNIT, MONDAY).entries
        assert (maria.starts_at, maria.ends_at) == (at(MONDAY, "12:00"), at(MONDAY, "17:00"))
        assert "Sparat." in screen_text(pilot)


async def test_a_person_is_chosen_from_the_units_staff_by_the_keyboard(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f8", "n", "enter", "down", "enter", "tab", "tab", "tab", "enter")
        assert names(sqlcipher_world) == ["Sara Holm"]  # after Maria Lind, by name


async def test_an_entry_is_changed_and_what_cannot_stand_is_there_again_with_the_reason(
    sqlcipher_world: World,
) -> None:
    put(sqlcipher_world, "johan", "08:00", "17:00")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f8", "home", "enter")
        await fill_in(pilot, **{"from": "9.30", "to": "9.30"})
        assert "Passet måste sluta efter att det har börjat." in screen_text(pilot)
        assert "09.30" in screen_text(pilot)
        await fill_in(pilot, **{"from": "kvart i nio"})
        assert "kvart i nio är inget klockslag" in screen_text(pilot)
        await fill_in(pilot, **{"from": "8", "day": "på måndag"})
        assert "på måndag är inget datum" in screen_text(pilot)
        await fill_in(pilot, day="24/11", to="1630", who=PEOPLE["sara"][0])
        (one,) = roster.week_of(sqlcipher_world.system, UNIT, MONDAY).entries
        assert (one.name, one.starts_at, one.ends_at) == ("Sara Holm", at(TUESDAY, "08:00"), at(TUESDAY, "16:30"))


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_an_entry_goes_only_at_the_second_press(sqlcipher_world: World, key: str) -> None:
    put(sqlcipher_world, "johan", "08:00", "12:00")
    put(sqlcipher_world, "maria", "12:00", "17:00")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f8", "home", key, "down", key)
        assert names(sqlcipher_world) == ["Johan Berg", "Maria Lind"]
        assert "Ta bort Maria Lind mån 23 nov 12.00–17.00?" in screen_text(pilot)
        await press(pilot, key)
        assert names(sqlcipher_world) == ["Johan Berg"]
        assert "▲ LUCKA" in screen_text(pilot)


@SIZES
async def test_a_week_is_copied_after_one_has_seen_what_that_does(sqlcipher_world: World, size: Size) -> None:
    whole_week(sqlcipher_world)
    put(sqlcipher_world, "maria", "08:00", "17:00", NEXT)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f8", "c")
        assert "Kopiera vecka 48 till vecka 49" in screen_text(pilot)
        assert "4 pass läggs till." in screen_text(pilot)
        assert "1 finns redan och står kvar." in screen_text(pilot)
        await press(pilot, "escape")
        assert len(names(sqlcipher_world, NEXT)) == 1
        await press(pilot, "c", "enter")
        assert len(names(sqlcipher_world, NEXT)) == 5
        assert "4 pass kopierade." in screen_text(pilot)
        await press(pilot, "c")
        assert "Inget att kopiera." in screen_text(pilot)
        await press(pilot, "enter")
        assert len(names(sqlcipher_world, NEXT)) == 5


@pytest.mark.rule("CH-2")
async def test_the_responsibility_is_handed_to_a_chosen_colleague_and_the_header_says_so(
    sqlcipher_world: World,
) -> None:
    put(sqlcipher_world, "maria", "08:00", "12:00")
    put(sqlcipher_world, "maria", "12:30", "17:00")
    async with at_desk(sqlcipher_world) as pilot:
        assert "du är chattansvarig till 12.00" in header(pilot)
        await press(pilot, "f8", "g")
        assert "Maria Lind har det nu." in screen_text(pilot)
        await press(pilot, "down", "down", "enter")
        assert "Johan Berg är chattansvarig nu." in screen_text(pilot)
        await press(pilot, "escape")
        assert "Chattansvarig Johan Berg till 12.30" in header(pilot)


@pytest.mark.rule("CH-2")
async def test_by_the_clock_somebody_else_becomes_responsible_on_the_screen(sqlcipher_world: World) -> None:
    put(sqlcipher_world, "johan", "08:00", "12:00")
    put(sqlcipher_world, "sara", "12:00", "17:00")
    async with at_desk(sqlcipher_world, size=(200, 40)) as pilot:
        assert "Chattansvarig Johan Berg till 12.00" in header(pilot)
        await press(pilot, "f8")
        sqlcipher_world.clock.instant = at(MONDAY, "12:00")
        desk_of(pilot)._tick()
        await settled(pilot)
        assert "Just nu: Sara Holm, chattansvarig till 17.00" in screen_text(pilot)
        await press(pilot, "escape")
        assert "Chattansvarig Sara Holm till 17.00" in header(pilot)


async def test_what_was_taken_by_hand_says_no_time_in_the_header(sqlcipher_world: World) -> None:
    alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("johan"))
    async with at_desk(sqlcipher_world) as pilot:
        assert "Chattansvarig Johan Berg " in header(pilot)
        assert " till " not in header(pilot)
        await press(pilot, "f8")
        assert "Just nu: Johan Berg, chattansvarig dagen ut" in screen_text(pilot)


async def test_a_change_on_another_console_is_shown_and_the_cursor_stays(sqlcipher_world: World) -> None:
    whole_week(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f8", "right", "right")
        view = pilot.app.screen.query_one(RosterWeekView)
        before = view.item
        put(sqlcipher_world, "sara", "07:00", "08:00", MONDAY + timedelta(days=2), by="johan")
        desk_of(pilot)._read_units()
        await settled(pilot)
        assert "Sara Holm" in screen_text(pilot)
        assert view.item is not None
        assert before is not None
        assert view.item.key == before.key


async def test_who_works_at_several_units_goes_between_their_rosters(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    put(sqlcipher_world, "johan", "08:00", "12:00")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f8")
        assert "Johan Berg" in screen_text(pilot)
        await press(pilot, "u")
        assert "Vårdcentralen Berga" in screen_text(pilot)
        assert "Johan Berg" not in screen_text(pilot)
        await press(pilot, "n", "ctrl+s")
        assert [one.name for one in roster.week_of(sqlcipher_world.system, BERGA, MONDAY).entries] == ["Maria Lind"]
        assert names(sqlcipher_world) == ["Johan Berg"]


async def test_who_is_gone_is_said_to_be_and_covers_nothing(sqlcipher_world: World) -> None:
    put(sqlcipher_world, "johan", "08:00", "17:00")
    gone = staff.make_staff(*PEOPLE["johan"], active=False)
    staff.put_staff(sqlcipher_world.system, sqlcipher_world.source, gone, (UNIT,))
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f8", "home")
        assert "Johan Berg (borta)" in screen_text(pilot)
        assert "▲ LUCKA" in screen_text(pilot)
        assert "Just nu: ingen är chattansvarig" in screen_text(pilot)


async def test_it_opens_from_what_one_writes_and_nothing_typed_is_lost(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "t", *"Hej")
        assert isinstance(desk_of(pilot).focused, Composer)
        await press(pilot, "f8", "x", "escape")
        focused = desk_of(pilot).focused
        assert isinstance(focused, Composer)
        assert focused.text == "Hej"


async def test_it_opens_over_another_place_and_f8_closes_it(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6", "f8")
        assert isinstance(pilot.app.screen, RosterScreen)
        await press(pilot, "f8")
        assert not isinstance(pilot.app.screen, RosterScreen)


async def test_a_click_moves_the_cursor_and_two_change_the_entry(sqlcipher_world: World) -> None:
    whole_week(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f8")
        view = pilot.app.screen.query_one(RosterWeekView)
        await pilot.click(view, offset=(60, 6))
        await settled(pilot)
        assert view.day is not None
        assert view.day.date == MONDAY + timedelta(days=2)
        await pilot.click(view, offset=(60, 6), times=2)
        await settled(pilot)
        assert isinstance(pilot.app.screen, RosterEntryScreen)


async def test_many_entries_are_scrolled_to_in_a_low_window(sqlcipher_world: World) -> None:
    hours = units.make_unit(UNIT, "Vårdcentralen Åsen", "primary-care", "mon-sun 08:00-12:00,13:00-17:00")
    units.put_unit(sqlcipher_world.system, sqlcipher_world.source, hours)
    for n in range(7):
        put(sqlcipher_world, "sara", "08:00", "12:00", MONDAY + timedelta(days=n))
        put(sqlcipher_world, "amir", "13:00", "15:00", MONDAY + timedelta(days=n))
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f8", "end", "down", "down")
        assert "▌" in screen_text(pilot)
        assert "sön 29 nov" in screen_text(pilot)
        await press(pilot, "home")
        assert any("▌" in line and "mån 23 nov" in line for line in screen_text(pilot).splitlines())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("8", time(8)),
        ("08", time(8)),
        ("8.30", time(8, 30)),
        ("08:30", time(8, 30)),
        ("0830", time(8, 30)),
        (" 17.00 ", time(17)),
        ("24.00", None),
        ("8.75", None),
        ("8.3", None),
        ("", None),
        ("åtta", None),
    ],
)
def test_times_are_typed_as_people_write_them(typed: str, found: time | None) -> None:
    assert parse_clock(typed) == found

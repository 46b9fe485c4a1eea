"""The overview: a day, a week or a month on the screen, and the inflow of late in the header."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from p24tui.routine.case import ContactKind
from p24tui.routine.period import Length
from p24tui.services import alerts, chat
from p24tui.services.report_views import Slot, Waits
from p24tui.tui import plots
from p24tui.tui.places import Place
from p24tui.tui.widgets.key_bar import KeyBar
from p24tui.tui.widgets.place import PlaceTabs
from tests.tui.kit import at_desk, desk_of, fill, overview_text, press, screen_text, settled
from tests.world import BERGA, MONDAY_NINE, World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])
DAY = timedelta(days=1)


def line_with(pilot: Pilot[None], words: str) -> str:
    """The line in which these words stand, without its frame."""
    (line,) = [line for line in overview_text(pilot).splitlines() if words in line]
    return line.strip()


def believable(world: World) -> None:
    """Some of this week, some of the last one, two of them answered."""
    world.case(minutes_ago=60 * 24 * 5, priority=3, unread=0)
    today = [world.case(minutes_ago=minutes, priority=priority, unread=0) for minutes, priority in ((70, 1), (50, 2))]
    world.case(minutes_ago=5, kind=ContactKind.MESSAGE, priority=None)
    for case in today:
        version = chat.claim(world.system, world.actor("johan"), case.id, 1).version
        chat.answer(world.system, world.actor("johan"), case.id, version, "Hej", f"m-{case.id}")


@SIZES
async def test_a_day_a_week_and_a_month_are_one_key_away(sqlcipher_world: World, size: tuple[int, int]) -> None:
    believable(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f6")
        assert "mån 23 nov 2026 · så här långt" in screen_text(pilot)
        shown = overview_text(pilot)
        assert "3 ärenden, varav 1 brådskande" in shown
        assert "median 60 min · 90 % inom 70 min · längst 70 min" in shown
        assert line_with(pilot, "Kontakt samma dag").endswith("2 av 2 ärenden (100 %) · 1 väntar ännu på det")
        assert "Öppna efter läge" in overview_text(pilot)
        await press(pilot, "2")
        assert "vecka 48 2026 · så här långt" in screen_text(pilot)
        assert "mån 23  tis 24  ons 25" in " ".join(screen_text(pilot).split("\u00a0"))
        assert "Öppna efter läge" not in overview_text(pilot)
        await press(pilot, "left")
        assert "vecka 47 2026" in screen_text(pilot)
        assert "så här långt" not in screen_text(pilot)
        assert "1 ärende, varav 0 brådskande" in overview_text(pilot)
        assert line_with(pilot, "Kontakt samma dag").endswith("0 av 1 ärende (0 %)")
        await press(pilot, "3")
        assert "november 2026" in screen_text(pilot)
        assert "4 ärenden, varav 1 brådskande" in overview_text(pilot)
        await press(pilot, "left")
        assert "oktober 2026" in screen_text(pilot)
        assert "Inget har kommit in." in screen_text(pilot)
        assert "ingen är besvarad än" in overview_text(pilot)
        assert "ingen har svarat" in overview_text(pilot)
        await press(pilot, "home")
        assert "november 2026 · så här långt" in screen_text(pilot)
        await press(pilot, "1")
        assert "mån 23 nov 2026" in screen_text(pilot)


async def test_what_has_not_begun_is_not_shown(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6", "right")
        assert "Längre fram finns inget än." in screen_text(pilot)
        assert "mån 23 nov 2026" in screen_text(pilot)
        await press(pilot, "left", "left", "right")
        assert "sön 22 nov 2026" in screen_text(pilot)
        assert "inte öppet" in overview_text(pilot)


async def test_today_is_live_and_a_week_is_read_again_by_the_minute(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6")
        sqlcipher_world.case()
        await settled(pilot)
        assert "1 ärende, varav 0 brådskande" in overview_text(pilot)
        await press(pilot, "2")
        sqlcipher_world.case()
        await settled(pilot)
        assert "1 ärende, varav 0 brådskande" in overview_text(pilot)
        sqlcipher_world.clock.advance(timedelta(minutes=1))
        sqlcipher_world.case()
        await settled(pilot)
        assert "3 ärenden, varav 0 brådskande" in overview_text(pilot)


async def test_after_midnight_today_is_the_new_day(sqlcipher_world: World) -> None:
    sqlcipher_world.case()
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6")
        sqlcipher_world.clock.advance(DAY)
        sqlcipher_world.case()
        await settled(pilot)
        assert "tis 24 nov 2026 · så här långt" in screen_text(pilot)
        assert "1 ärende, varav 0 brådskande" in overview_text(pilot)


async def test_units_are_shown_together_or_each(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria")
    sqlcipher_world.case()
    sqlcipher_world.case(unit_id=BERGA)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6")
        assert "· Åsen + Berga" in screen_text(pilot)
        assert "2 ärenden, varav 0" in overview_text(pilot)
        assert "Enhet" in line_with(pilot, "Stängning signerad")
        await press(pilot, "u")
        assert "· Åsen ·" in screen_text(pilot)
        assert "1 ärende, varav 0" in overview_text(pilot)
        await press(pilot, "u")
        assert "· Berga ·" in screen_text(pilot)
        await press(pilot, "u")
        assert "· Åsen + Berga" in screen_text(pilot)


async def test_with_one_unit_there_is_nothing_to_choose(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f6", "u")
        assert "Du har en enhet." in screen_text(pilot)


async def test_the_keys_of_the_overview_do_nothing_elsewhere_and_its_own_are_in_the_bar(
    sqlcipher_world: World,
) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        assert not desk_of(pilot).check_action("overview_week", ())
        await press(pilot, "f6")
        bar = str(desk_of(pilot).query_one(KeyBar).render())
        for words in (" 1 dag", " 2 vecka", " 3 månad", " ← förra", " → nästa", " Home nu"):
            assert words in bar
        await press(pilot, "escape")
        assert desk_of(pilot).query_one(PlaceTabs).place is Place.LIST


async def test_a_small_window_scrolls_to_the_last_table(sqlcipher_world: World) -> None:
    believable(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f6")
        assert "Stängning signerad" not in screen_text(pilot)
        await press(pilot, "end")
        assert "Stängning signerad" in screen_text(pilot)
        assert "mån 23 nov" in screen_text(pilot)
        assert "ingen i 540 av 540 min" in screen_text(pilot)


@pytest.mark.rule("CH-2")
async def test_who_is_responsible_sees_the_inflow_of_late_and_others_do_not(sqlcipher_world: World) -> None:
    for minutes in (5, 50, 70):
        sqlcipher_world.case(minutes_ago=minutes)
    sqlcipher_world.clock.advance(timedelta(seconds=1))
    async with at_desk(sqlcipher_world) as pilot:
        assert "Inflöde" not in screen_text(pilot)
        alerts.take_responsibility(sqlcipher_world.system, sqlcipher_world.actor("maria"))
        await settled(pilot)
        assert "Inflöde ······▄█ 2/tim" in screen_text(pilot).splitlines()[1]
        sqlcipher_world.case()
        sqlcipher_world.clock.advance(timedelta(minutes=1))
        desk_of(pilot)._tick()
        await settled(pilot)
        assert "Inflöde ······▃█ 3/tim" in screen_text(pilot).splitlines()[1]
    async with at_desk(sqlcipher_world, size=(119, 40)) as pilot:
        assert "Inflöde" not in screen_text(pilot)


def slots(*counts: tuple[int, int]) -> list[Slot]:
    return [Slot(MONDAY_NINE + n * DAY, cases, urgent) for n, (cases, urgent) in enumerate(counts)]


def test_columns_are_as_high_as_what_they_count_and_urgent_fills_from_the_bottom() -> None:
    drawn = [str(one) for one in plots.columns(slots((8, 2), (4, 0), (0, 0), (1, 1)), Length.WEEK, 33)]
    assert drawn == [
        " 8       4               1",
        " ▒2                      ▒1",
        " ███████                         ",
        " ███████                         ",
        " ███████ ███████                 ",
        " ▒▒▒▒▒▒▒ ███████ ·       ▄▄▄▄▄▄▄ ",
        " mån 23  tis 24  ons 25  tor 26",
    ]


def test_numbers_that_have_no_room_are_left_out_and_some_names_too() -> None:
    drawn = [str(one) for one in plots.columns(slots(*((n, 0) for n in range(31))), Length.MONTH, 78)]
    assert len(drawn) == plots.ROWS + 1
    assert all(len(one) <= 78 for one in drawn)
    assert drawn[-1].split() == [str((MONDAY_NINE + n * DAY).day) for n in range(0, 31, 2)]


@pytest.mark.parametrize(
    ("minutes", "bar"),
    [((10, 20, 40), "██▒▒░░░░"), ((40, 40, 40), "████████"), ((0, 0, 0), "        "), ((1, 1, 40), "█░░░░░░░")],
)
def test_the_bar_of_waits_goes_to_the_median_to_nine_of_ten_and_to_the_longest(
    minutes: tuple[int, int, int], bar: str
) -> None:
    median, ninth, longest = (timedelta(minutes=one) for one in minutes)
    drawn = plots.waits(Waits(median, ninth, longest), longest, 8)
    assert "".join(text for text, _style in drawn) == bar

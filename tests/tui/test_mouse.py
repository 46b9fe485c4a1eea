"""The mouse does what the keys do."""

import pytest
from textual import events
from textual.pilot import Pilot

from p24tui.tui.key import Where
from p24tui.tui.screens.help import HelpScreen
from p24tui.tui.textual_words import Palette
from tests.tui.kit import at_desk, desk_of, fill, press, settled
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("where", list(Where))
async def test_a_click_on_the_key_bar_does_what_its_key_does(sqlcipher_world: World, where: Where) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        desk_of(pilot)._key_bar.where = where
        await pilot.pause()
        bar = str(desk_of(pilot)._key_bar.render())
        at = bar.index("Ctrl+P") if "Ctrl+P" in bar else bar.index("?")
        await pilot.click("#key-bar", offset=(at, 0))
        await pilot.pause()
        assert isinstance(pilot.app.screen, Palette | HelpScreen)


async def test_a_click_moves_the_cursor_and_another_on_the_same_line_opens(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        desk = desk_of(pilot)
        patient_list = desk._list
        ids = [line.case.id for line in patient_list.live.lines]
        row = ids.index(cases["cough"].id)
        await pilot.click("#patient-list", offset=(5, row + 2))
        await settled(pilot)
        assert patient_list.cursor_id == cases["cough"].id
        assert opened(pilot) is None
        await pilot.click("#patient-list", offset=(5, row + 2))
        await desk.idle()
        await settled(pilot)
        assert opened(pilot) == cases["cough"].id


async def test_a_click_never_opens_what_has_come_under_the_pointer(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        desk = desk_of(pilot)
        patient_list = desk._list
        row = [line.case.id for line in patient_list.live.lines].index(cases["cough"].id)
        await pilot.click("#patient-list", offset=(5, row + 2))
        sqlcipher_world.case(name="Ny Person", priority=1)
        await desk.idle()
        await settled(pilot)
        here = patient_list.live.id_at(row)
        assert here != cases["cough"].id
        await pilot.click("#patient-list", offset=(5, row + 2))
        await desk.idle()
        await settled(pilot)
        assert patient_list.cursor_id == here
        assert opened(pilot) is None


async def test_a_click_on_the_heading_or_below_the_lines_does_nothing(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        patient_list = desk_of(pilot)._list
        await press(pilot, "down", "down")
        stands = patient_list.cursor_id
        for y in (0, 1, 1, 20, 20):
            await pilot.click("#patient-list", offset=(5, y))
        await settled(pilot)
        assert patient_list.cursor_id == stands
        assert opened(pilot) is None


async def test_the_wheel_scrolls_and_leaves_the_cursor(sqlcipher_world: World) -> None:
    for n in range(60):
        sqlcipher_world.case(name=f"Person {n:02d}", minutes_ago=100 - n)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        patient_list = desk_of(pilot)._list
        stands = patient_list.cursor_id
        wheel(pilot, events.MouseScrollDown)
        await pilot.wait_for_scheduled_animations()
        scrolled = patient_list.scroll_offset.y
        assert scrolled > 0
        assert patient_list.cursor_id == stands
        wheel(pilot, events.MouseScrollUp)
        await pilot.wait_for_scheduled_animations()
        assert patient_list.scroll_offset.y < scrolled


def opened(pilot: Pilot[None]) -> str | None:
    """The case that is open."""
    case = desk_of(pilot)._pane.case
    return case.id if case else None


def wheel(pilot: Pilot[None], turned: type[events.MouseEvent]) -> None:
    """Turn the wheel over the middle of the list."""
    pilot.app.screen._forward_event(
        turned(
            None,
            x=5,
            y=12,
            delta_x=0,
            delta_y=0,
            button=0,
            shift=False,
            meta=False,
            ctrl=False,
            screen_x=5,
            screen_y=12,
        )
    )

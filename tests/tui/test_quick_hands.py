"""Keys that come faster than a slow machine can draw what they open."""

import pytest

from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.takeover import AskScreen
from p24tui.tui.widgets.field import Field
from tests.tui.kit import at_desk, fill, until
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.hazard("H22")
async def test_a_dialog_that_is_left_before_it_stands_there_ends_nothing(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        for _number in range(3):
            pilot.app.push_screen(AskScreen("Ali Noor", "Johan Berg"))
            pilot.app.pop_screen()
            await pilot.pause()
        await until(pilot, lambda: isinstance(pilot.app.screen, DeskScreen))
        pilot.app.push_screen(AskScreen("Ali Noor", "Johan Berg"))
        await until(pilot, lambda: isinstance(pilot.app.focused, Field))

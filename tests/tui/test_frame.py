"""Of the parts of the desk one alone says that the keys go there."""

import pytest
from textual.color import Color
from textual.pilot import Pilot

from p24tui.tui.widgets.frame import Frame
from tests.tui.kit import at_desk, desk_of, fill, press
from tests.world import World

pytestmark = pytest.mark.anyio


def marked(pilot: Pilot[None]) -> list[str | None]:
    return [frame.id for frame in desk_of(pilot).query(Frame) if frame.has_class("-focus")]


def holding(pilot: Pilot[None]) -> list[str | None]:
    return [frame.id for frame in desk_of(pilot).query(Frame) if frame.has_focus_within]


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "escape"), ("f4",), ("f4", "enter"), ("enter", "f4", "f2")])
async def test_the_border_follows_the_focus(sqlcipher_world: World, keys: tuple[str, ...]) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        await press(pilot, *keys)
        assert marked(pilot) == holding(pilot)
        for frame in desk_of(pilot).query(Frame):
            lit = frame.styles.border_top[1] == Color.parse(pilot.app.theme_variables["primary"])
            assert lit == frame.has_focus_within


async def test_a_case_says_so_while_one_writes_in_it_and_no_longer(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        assert marked(pilot) == []
        await press(pilot, "enter")
        assert len(marked(pilot)) == 1
        await press(pilot, "escape", "escape")
        assert marked(pilot) == []

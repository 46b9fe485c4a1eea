"""The automatic answer after hours, as staff read it the next day."""

import pytest

from p24tui.services import intake, queue
from tests import samples
from tests.routine.test_hours import at
from tests.tui.kit import at_desk, press, screen_text
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_staff_read_what_the_patient_was_told_and_that_nobody_wrote_it(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    world = sqlcipher_world
    world.clock.instant = at("2026-11-22", "21:00")
    sent = [samples.patient(), samples.encounter(), samples.message(sent="2026-11-22T20:00:00Z")]
    intake.load(world.system, "portal", samples.body(samples.bundle(*sent)))
    world.clock.instant = at("2026-11-23", "08:05")
    (line,) = queue.open_list(world.system, world.actor("maria")).lines
    assert line.case.unread == 1
    async with at_desk(world, size=size) as pilot:
        await press(pilot, "enter")
        shown = screen_text(pilot)
        assert "sön 22 nov 21.00  automatiskt svar" in shown
        assert "Tack för ditt meddelande" in shown
        assert "Vårdcentralen Åsen har" in shown
        await press(pilot, "3")
        history = screen_text(pilot)
        assert "automatiskt  CH-9" in history
        assert "Hänvisades automatiskt till 1177" in history

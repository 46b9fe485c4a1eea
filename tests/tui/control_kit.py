"""A log controller at the desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from textual.pilot import Pilot

from p24tui.services import staff
from p24tui.tui.app import P24App
from tests.controlling import a_day_of_reading, make_controller, number_of
from tests.tui.kit import settled
from tests.world import UNIT, World


def control_app(world: World) -> P24App:
    """The console of Eva, who controls the log, on the day after much was read; Karin's number is the first of ours."""
    number_of(world, a_day_of_reading(world)["care"])
    world.clock.advance(timedelta(days=1))
    eva = make_controller(world)
    return P24App(world.system, staff.people_of(world.system, UNIT), eva.place, actor=eva)


@asynccontextmanager
async def in_log_control(world: World, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """Eva in log control."""
    async with control_app(world).run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        yield pilot

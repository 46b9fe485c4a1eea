"""Through every screen with hostile text behind it: what is drawn, what is open afterwards, and what has happened."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import func, select
from textual.pilot import Pilot

from p24tui.services import staff
from p24tui.store.tables import events
from p24tui.tui.app import P24App
from tests.hostile.checks import HostileError, check
from tests.hostile.poison import Harmless, Source, poison
from tests.hostile.worlds import DAYS, Day
from tests.tui.kit import desk_of, settled
from tests.world import UNIT, World, make_world, make_world_again

SIZES = ((80, 24), (120, 40), (200, 120))


@asynccontextmanager
async def console(world: World, day: Day, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """Somebody at the console on this day."""
    actor = day.actor(world)
    one = P24App(world.system, staff.people_of(world.system, UNIT), actor.place, actor=actor)
    async with one.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        if day.look:
            desk_of(pilot)._sending_at = float("-inf")
            desk_of(pilot)._tick()
            await settled(pilot)
        yield pilot


def check_screen(pilot: Pilot[None], where: str) -> None:
    """Raises ``HostileError`` where something drawn could act: a control, a link, an action that a mouse would fire."""
    app = pilot.app
    for strip in app.screen._compositor.render_strips():
        for text, style, control in strip:
            if control:
                raise HostileError(f"{where}: a control is drawn: {control}")
            check(text, where, breaks="")
            if style is not None and (style.link or "@click" in style.meta):
                raise HostileError(f"{where}: {text!r} is linked to {style.link or style.meta}")
    for line in (app.title, app.sub_title, app.screen.title or "", app.screen.sub_title or ""):
        check(line, f"{where}, title")
    for notice in app._notifications:
        check(notice.message, f"{where}, notice")


async def walk(world: World, day: Day, keys: tuple[str, ...], size: tuple[int, int], where: str) -> list[str]:
    """Which screens are open at the end of a way."""
    async with console(world, day, size) as pilot:
        check_screen(pilot, where)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
            check_screen(pilot, f"{where} after {key}")
        return [type(one).__name__ for one in pilot.app.screen_stack]


def happened(world: World) -> int:
    """How many events there are."""
    with world.system.store.reading() as tx:
        return tx.connection.execute(select(func.count()).select_from(events)).scalar_one()


class Worlds:
    """Days on which hostile text, or harmless, stands everywhere, each in a new database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = count()
        with make_world(folder / "first"):
            pass

    @contextmanager
    def poisoned(self, day: Day, source: Source, *, numbers: bool = False) -> Iterator[tuple[World, list[str]]]:
        """The day, and the columns that have got text."""
        home = self._folder / str(next(self._made))
        shutil.copytree(self._folder / "first", home)
        try:
            with make_world_again(home) as world:
                day.prepare(world)
                yield world, poison(world.system.store, source, numbers=numbers)
        finally:
            shutil.rmtree(home)


class Walks:
    """Ways through the screens, each over harmless text first: hostile text must end on the same screens."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._ends: dict[tuple[str, str, tuple[int, int], bool], tuple[list[str], int]] = {}
        self.reached: set[str] = set()

    async def walk(self, name: str, way: str, source: Source, size: tuple[int, int], *, numbers: bool = False) -> None:
        """Raises ``HostileError`` where the text has an effect."""
        known = name, way, size, numbers
        if known not in self._ends:
            self._ends[known] = await self._end(*known, Harmless(["Ett harmlöst ord"]))
        end = await self._end(*known, source)
        if end != self._ends[known]:
            raise HostileError(f"{name}, {way}: {end} instead of {self._ends[known]}")

    async def _end(
        self, name: str, way: str, size: tuple[int, int], numbers: bool, source: Source
    ) -> tuple[list[str], int]:
        day = DAYS[name]
        with self._worlds.poisoned(day, source, numbers=numbers) as (world, reached):
            self.reached.update(reached)
            before = happened(world)
            screens = await walk(world, day, day.ways[way], size, f"{name}, {way}, {size[0]}×{size[1]}")
            return screens, happened(world) - before

"""Every screen that a way leads to, as pictures in a folder, to be looked at side by side.

    python -m tests.pictures FOLDER --size 120x40 --theme light

Each is ``<day>-<way>-<size>-<theme>.svg``; ``--theme`` and ``--only`` can be given more than once.
"""

import argparse
import asyncio
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from p24tui.services import staff
from p24tui.tui import look
from p24tui.tui.app import P24App
from tests.hostile.worlds import DAYS, Day
from tests.tui.kit import settled
from tests.tui.test_snapshots import after, after_a_look
from tests.world import UNIT, World, make_world


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--theme", action="append", choices=[one.name for one in look.THEMES])
    parser.add_argument("--only", action="append", choices=DAYS)
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in asked.only or DAYS:
        for way, keys in DAYS[name].ways.items():
            draw(asked.folder / f"{name}-{way}", DAYS[name], keys, (width, height), asked.theme or ["dark"])


def draw(at: Path, day: Day, keys: tuple[str, ...], size: tuple[int, int], themes: Iterable[str]) -> None:
    """Go this way on a new day of that kind, and keep how it looks there in each of the themes."""
    with TemporaryDirectory() as home, make_world(Path(home)) as world:
        day.prepare(world)
        for theme, picture in asyncio.run(_pictures(world, day, keys, size, themes)):
            at.with_name(f"{at.name}-{size[0]}x{size[1]}-{theme}.svg").write_text(picture, encoding="utf-8")


async def _pictures(
    world: World, day: Day, keys: tuple[str, ...], size: tuple[int, int], themes: Iterable[str]
) -> list[tuple[str, str]]:
    actor = day.actor(world)
    app = P24App(world.system, staff.people_of(world.system, UNIT), actor.place, actor=actor)
    async with app.run_test(size=size, notifications=True) as pilot:
        await (after_a_look if day.look else after)(*keys)(pilot)
        drawn = []
        for theme in themes:
            app.theme = theme
            await settled(pilot)
            drawn.append((theme, app.export_screenshot(title="p24tui")))
        return drawn


if __name__ == "__main__":
    main()

"""The documents' pictures, made by the real program: ``python -m tests.screenshots [--check] [--only PART]``.

``readme`` is those of the README, from the demo's day; ``manual`` those of the manual, in each of its languages. Look
at them before they are committed. ``--check`` writes nothing, says which of them show other words than the program
does, and ends with 1 then.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from textual.pilot import Pilot

from p24tui import i18n
from p24tui.gateways.outgoing.file import FileGateway
from p24tui.routine.outgoing import Channel
from p24tui.tui.screens import desk, desk_parts
from p24tui.tui.widgets import refusal_bar
from p24tui.tui.widgets.patient_list import PatientList
from tests.demo.test_demo import demo_day
from tests.manual_scenes import SCENES, Scene, of_all_ages
from tests.outgoing import send
from tests.picture import said, taken
from tests.tui.kit import at_desk, desk_of, press, settled
from tests.world import World, make_world, make_world_again

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
LANGUAGES = ("sv", "en")

Picture = tuple[Path, str]
"""Where it belongs, and what it is."""


def of_readme() -> Iterator[Picture]:
    """The demo's day, at ten to nine and at a quarter to five."""
    with _demo(time(8, 50)) as world:
        yield PICTURES / "desk.svg", asyncio.run(_desk(world))
        yield PICTURES / "wide.svg", asyncio.run(_wide(world))
    with _demo(time(16, 45)) as world:
        yield PICTURES / "closing.svg", asyncio.run(_closing(world))


def of_manual(names: Iterable[str] = SCENES, languages: Iterable[str] = LANGUAGES) -> Iterator[Picture]:
    """Each scene in each language, in a unit of its own."""
    with TemporaryDirectory() as folder:
        peopled = Path(folder, "peopled")
        with make_world(peopled):
            pass
        for language in languages:
            for name in names:
                home = Path(folder, language, name)
                shutil.copytree(peopled, home)
                yield PICTURES / language / f"{name}.svg", scene(SCENES[name], home, language)


PARTS = {"readme": of_readme, "manual": of_manual}


def scene(one: Scene, home: Path, language: str) -> str:
    """The picture of a scene, in a home with the unit and its people."""
    i18n.use_language(language)
    try:
        with make_world_again(home) as world, _unhurried():
            return asyncio.run(_played(one, world))
    finally:
        i18n.use_language("sv")


async def _played(scene: Scene, world: World) -> str:
    console = scene.opens(world)
    of_all_ages(world)
    async with console.run_test(size=scene.size, notifications=True) as pilot:
        await settled(pilot)
        if scene.patient:
            _move_to(pilot, scene.patient)
        await press(pilot, *scene.keys)
        await pilot.press(*scene.text)
        await settled(pilot)
        await scene.then(pilot)
        return taken(console)


async def _desk(world: World) -> str:
    """A case is taken on, and something in the answer breaks the tone."""
    async with at_desk(world, size=(120, 34)) as pilot:
        await _take_on(pilot, "Peter Hjelm")
        await pilot.press(*"Hej Peter. Tack för att du skriver. Jag vill gärna ringa dig ASAP")
        await press(pilot)
        return taken(pilot.app)


async def _wide(world: World) -> str:
    """Three panes: the list, the chat, the anamnesis."""
    async with at_desk(world, size=(180, 40)) as pilot:
        await _take_on(pilot, "Hugo Svensson")
        return taken(pilot.app)


async def _closing(world: World) -> str:
    """The closing check."""
    async with at_desk(world, size=(120, 30)) as pilot:
        await press(pilot, "f4")
        return taken(pilot.app)


async def _take_on(pilot: Pilot[None], name: str) -> None:
    if _move_to(pilot, name):
        await press(pilot, "enter")
    else:
        await press(pilot, "enter", "t")


def _move_to(pilot: Pilot[None], name: str) -> bool:
    """Move the cursor to a patient; whether somebody has their case."""
    patients = desk_of(pilot).query_one(PatientList)
    chosen = next(line for line in patients.live.lines if line.patient.name == name)
    patients.move_to(chosen.case.id)
    return bool(chosen.case.owner_id)


@contextmanager
def _demo(at: time) -> Iterator[World]:
    """The demo's day from this time on; SMS go to a file, as they do there."""
    with TemporaryDirectory() as folder, demo_day(Path(folder), at=at) as (world, _day), _unhurried():
        world.system.gateways = {Channel.SMS: FileGateway(Path(folder, "sms.jsonl"), world.clock)}
        send(world)
        yield world


@contextmanager
def _unhurried() -> Iterator[None]:
    """However slow the machine is, what is said for a while stays, and nobody calls it slow or silent."""
    with (
        mock.patch.object(desk_parts, "SAID_FOR", 3600.0),
        mock.patch.object(refusal_bar, "SHOWN_FOR", 3600.0),
        mock.patch.multiple(desk, SILENT_AFTER=3600.0, SLOW_AFTER=3600.0, FALLBACK_EVERY=3600.0),
    ):
        yield


def stale(pictures: Iterable[Picture]) -> list[Path]:
    """Where a picture belongs that is not there, or shows other words."""
    return [at for at, now in pictures if not at.exists() or said(at.read_text(encoding="utf-8")) != said(now)]


def main(arguments: list[str] | None = None) -> int:
    """Make every picture anew, or say which are stale."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say which are stale")
    parser.add_argument("--only", choices=PARTS, action="append", metavar="PART", help="readme or manual")
    chosen = parser.parse_args(arguments)
    pictures = (picture for part in chosen.only or PARTS for picture in PARTS[part]())
    if chosen.check:
        found = stale(pictures)
        for at in found:
            print(f"stale: {at.relative_to(ROOT)}; run python -m tests.screenshots", file=sys.stderr)
        return 1 if found else 0
    for at, picture in pictures:
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(picture, encoding="utf-8")
        print(f"{len(picture.encode()):6}  {at.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The screenshots of the documents, from the real program on the demo's day.

    python -m tests.screenshots

writes them to ``assets/screenshots``. Look at them before they are committed.
"""

import asyncio
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from p24tui import assets
from p24tui.tui.widgets.patient_list import PatientList
from tests.demo.test_demo import demo_day
from tests.tui.kit import at_desk, desk_of, press
from tests.world import World


def main() -> None:
    """Make every screenshot anew."""
    assets.path("screenshots").mkdir(exist_ok=True)
    with TemporaryDirectory() as home, demo_day(Path(home), at=time(8, 50)) as (world, _day):
        asyncio.run(_desk(world))
        asyncio.run(_wide(world))
    with TemporaryDirectory() as home, demo_day(Path(home), at=time(16, 45)) as (world, _day):
        asyncio.run(_places(world))


async def _desk(world: World) -> None:
    """Ten to nine: a case is taken on, and something in the answer breaks the tone."""
    async with at_desk(world, size=(120, 34)) as pilot:
        await _take_on(pilot, "Peter Hjelm")
        await pilot.press(*"Hej Peter. Tack för att du skriver. Jag vill gärna ringa dig ASAP")
        await press(pilot)
        _save(pilot, "desk")
        await press(pilot, "ctrl+t", *"besök")
        _save(pilot, "phrases")


async def _wide(world: World) -> None:
    """Three panes: the list, the chat, the anamnesis."""
    async with at_desk(world, size=(200, 50)) as pilot:
        await _take_on(pilot, "Hugo Svensson")
        _save(pilot, "wide")


async def _places(world: World) -> None:
    """A quarter to five."""
    async with at_desk(world, size=(120, 34)) as pilot:
        await press(pilot, "f4")
        _save(pilot, "closing")
        await press(pilot, "f6")
        _save(pilot, "overview")


async def _take_on(pilot: Pilot[None], name: str) -> None:
    patients = desk_of(pilot).query_one(PatientList)
    chosen = next(line for line in patients.live.lines if line.patient.name == name)
    patients.move_to(chosen.case.id)
    await press(pilot, "enter")
    if not chosen.case.owner_id:
        await press(pilot, "t")


def _save(pilot: Pilot[None], name: str) -> None:
    picture = pilot.app.export_screenshot(title="p24tui")
    (assets.path("screenshots") / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()

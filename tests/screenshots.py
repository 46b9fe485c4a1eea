"""The screenshots of the documents, from the real program on the demo's morning.

    python -m tests.screenshots

writes them to ``assets/screenshots``. Look at them before they are committed.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from p24tui import assets
from p24tui.services import cases, chat, queue
from p24tui.tui.widgets.patient_list import PatientList
from tests.demo.test_demo import demo_day
from tests.tui.kit import at_desk, desk_of, press
from tests.world import World

SIZE = (120, 34)


def main() -> None:
    """Make every screenshot anew."""
    with TemporaryDirectory() as home, demo_day(Path(home)) as (world, patients):
        patients.look()
        _morning(world)
        asyncio.run(_shoot(world))


def _morning(world: World) -> None:
    """A colleague has begun: one case answered, one taken on."""
    johan = world.actor("johan")
    listed = queue.open_list(world.system, johan).lines
    lines = [line for line in listed if line.patient.name and not line.owner]
    for line in lines[4:6]:
        version = chat.claim(world.system, johan, line.case.id, line.case.version).version
        cases.open_case(world.system, johan, line.case.id)
        if line is lines[4]:
            chat.answer(world.system, johan, line.case.id, version, "Hej, hur länge har du haft besvären?", "shown")


async def _shoot(world: World) -> None:
    async with at_desk(world, size=SIZE) as pilot:
        patient_list = desk_of(pilot).query_one(PatientList)
        chosen = next(line for line in patient_list.live.lines if line.case.priority == 1)
        patient_list.move_to(chosen.case.id)
        await press(pilot, "t")
        await pilot.press(*"Hej, tack för att du skriver. Jag vill gärna")
        picture = pilot.app.export_screenshot(title="p24tui")
    folder = assets.path("screenshots")
    folder.mkdir(exist_ok=True)
    (folder / "desk.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()

"""The files of a case at the desk: looked at, drawn, taken out, journalled, and warned of (IM, H18)."""

import os
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from textual.pilot import Pilot

from p24tui.routine.case import Case
from p24tui.services import images
from p24tui.store import messages
from p24tui.store.values import Attachment
from p24tui.tui.screens.attachments import ImageScreen
from p24tui.tui.widgets import picture
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled, until
from tests.world import World

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.rule("IM-1", "IM-2", "IM-3"),
    pytest.mark.hazard("H18"),
    pytest.mark.skipif(os.name != "posix", reason="there is no temporary storage on Windows"),
]

ROOT = Path(picture.__file__).parents[3]


def png() -> bytes:
    into = BytesIO()
    Image.linear_gradient("L").resize((90, 60)).convert("RGB").save(into, "PNG")
    return into.getvalue()


def sent(world: World) -> Case:
    """A case with an image, a text, a PDF, and two files that are not what they seem."""
    case = world.case(name="Karin Öberg")
    files = {
        "Arm.png": ("image/png", png()),
        "Lista.txt": ("text/plain", b"Alvedon [bold]2[/]"),
        "Remiss.pdf": ("application/pdf", b"%PDF-1.4\n%%EOF\n"),
        "Sår.png": ("image/png", b"PK\x03\x04"),
        "../x.svg": ("image/svg+xml", b"<svg><script>x</script></svg>"),
    }
    with world.system.store.writing() as tx:
        for number, (title, (kind, data)) in enumerate(files.items()):
            messages.add_attachment(tx, Attachment(f"{number}", case.id, None, title, kind, len(data), "00", data))
    return case


async def look_at_storage(pilot: Pilot[None]) -> None:
    """As a second later, when it is time to look again."""
    desk = desk_of(pilot)
    desk._storage_at = float("-inf")
    desk._tick()
    await settled(pilot)


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H23")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_file_is_what_its_content_says_and_is_shown_or_not(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    sent(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "enter", "m")
        for words in ("PNG 90×60, 1 kB", "text, 1 kB", "PDF, 1 kB", "öppnas inte, 1 kB", "../x.svg", "5 bilagor"):
            assert words in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ImageScreen)
        assert screen_text(pilot).count("▀") > 400
        await press(pilot, "escape", "down", "enter")
        assert "Alvedon [bold]2[/]" in screen_text(pilot)
        await press(pilot, "escape", "down", "enter")
        assert "Den visas inte här" in screen_text(pilot)
        await press(pilot, "escape", "down")
        assert "något annat än den säger sig vara" in screen_text(pilot)
        await press(pilot, "x", "v", "j", "k")
        assert images.lying_there(sqlcipher_world.system) == ()
        await press(pilot, "down", "enter")
        assert "<svg" not in screen_text(pilot)


async def test_from_the_case_to_vidiview(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world, case = sqlcipher_world, sent(sqlcipher_world)
    world.rostered()
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")  # no viewer is started
    async with at_desk(world) as pilot:
        await press(pilot, "enter", "m", "j")
        assert "Spara först ut den med x." in screen_text(pilot)
        await press(pilot, "x")
        await until(pilot, lambda: "Sparad. Läs in den i Vidiview före 11.00" in screen_text(pilot))
        ((name, _exported),) = images.lying_there(world.system)
        assert name in screen_text(pilot)
        assert "120 min kvar, ej journalförd" in screen_text(pilot)
        await press(pilot, "v")
        assert "Ingen bildvisare går att öppna härifrån" in screen_text(pilot)
        world.clock.advance(timedelta(minutes=105))
        await look_at_storage(pilot)
        assert "15 min kvar, ej journalförd" in screen_text(pilot)
        await press(pilot, "escape")
        warning = "Journalför Arm.png (Karin Öberg): den tas bort ur mellanlagringen om 15 min"
        assert warning in screen_text(pilot)
        await press(pilot, "m", "j", "ctrl+s")
        assert "Skriv vad bilden visar" in screen_text(pilot)
        await press(pilot, *"Utslag", "ctrl+s")
        assert "I Vidiview. Visar: Utslag" in screen_text(pilot)
        await press(pilot, "k")
        assert "k en gång till tar tillbaka det" in screen_text(pilot)
        assert "I Vidiview. Visar: Utslag" in screen_text(pilot)
        await press(pilot, "x")
        assert "Den ligger redan i mellanlagringen." in screen_text(pilot)
        await press(pilot, "escape")
        await look_at_storage(pilot)
        assert warning not in screen_text(pilot)
        await press(pilot, "3")
        assert "Läste in bilden Arm.png i Vidiview: Utslag" in screen_text(pilot)
    with world.system.store.reading() as tx:
        assert images.vidiview_lines(tx, case.id) == ("Bilder finns i Vidiview: Utslag",)


async def test_one_that_went_unjournalled_is_said(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    sent(world)
    world.rostered()
    async with at_desk(world) as pilot:
        await press(pilot, "enter", "m", "x")
        world.clock.advance(timedelta(hours=2))
        images.sweep(world.system)
        await look_at_storage(pilot)
        assert "borta, ej journalförd" in screen_text(pilot)
        await press(pilot, "escape")
        assert "Arm.png (Karin Öberg) togs bort ur mellanlagringen utan att vara journalförd" in screen_text(pilot)
        await press(pilot, "m", "k")
        await look_at_storage(pilot)
        assert "behövs inte" in screen_text(pilot)
        await press(pilot, "escape")
        assert "togs bort ur mellanlagringen" not in screen_text(pilot)


async def test_a_folder_that_others_could_read_is_refused_in_words(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    sent(world)
    world.system.storage.folder.symlink_to("/tmp")
    async with at_desk(world) as pilot:
        await press(pilot, "enter", "m", "x")
        assert "är en länk" in screen_text(pilot)


ASKS_NOTHING = """
import os, pty, sys, select
child, terminal = pty.fork()
if child == 0:
    from p24tui.gateways.image_decode import Picture
    from p24tui.tui.widgets import picture
    picture.load()
    for way in ("half-cell", "sixel", "kitty"):
        picture.picture_widget(Picture(1, 1, b"abc"), way)
    sys.__stdout__.write("drawn:%s" % sys.__stdout__.isatty())
    sys.__stdout__.flush()
    os._exit(0)
said = b""
while select.select([terminal], [], [], 20)[0]:
    try:
        part = os.read(terminal, 1000)
    except OSError:
        break
    if not part:
        break
    said += part
print(said)
"""


def test_the_terminal_is_asked_nothing() -> None:
    """What draws is loaded at a real terminal, and writes nothing to it: an answer would be taken for keys."""
    done = subprocess.run(
        [sys.executable, "-c", ASKS_NOTHING], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "b'drawn:True'"

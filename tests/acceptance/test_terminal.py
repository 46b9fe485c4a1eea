"""The console on a real pseudo-terminal: what its bytes are, and what a terminal makes of them (H23)."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.tui.kit import fill
from tests.world import PEOPLE, UNIT, World

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")

if os.name == "posix":
    from tests.acceptance.start_console import Terminal

HOSTILE = (
    "\x1b]52;c;SEVK\x07",
    "\x1b]0;HACKED\x07",
    "\x1b[2J\x1b[31mHACKED",
    "\x9b31mHACKED",
    "\x90q#HACKED\x9c",
    "\u202eHACKED\u2066",
    "\x00\x07\x08HACKED",
    "[@click=app.quit()]HACKED[/]",
    "[/",
    "\\[/bold]",
    "\U000e0041HACKED",
)
FOREIGN = re.compile(
    r"\x1b\]52|\x1b\]0;HACKED|\x1b\[31mHACKED|[\x80-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


def start(world: World, columns: int = 120, rows: int = 40, who: str = "maria") -> "Terminal":
    settings = world.system.settings
    environment = {"P24TUI_HOME": str(settings.home), "P24TUI_UNIT": UNIT, "P24TUI_STAFF": PEOPLE[who][0]}
    if settings.database:
        environment["P24TUI_DATABASE"] = settings.database
    return Terminal([sys.executable, "-m", "p24tui"], columns=columns, rows=rows, environment=environment)


@pytest.mark.hazard("H23")
def test_hostile_text_reaches_the_terminal_as_text_alone(sqlcipher_world: World) -> None:
    for payload in HOSTILE:
        sqlcipher_world.case(name=payload + "Ett Namn", matter=payload + "Ett ärende", text=payload + "En text")
    with start(sqlcipher_world) as console:
        console.see("Ett Namn")
        for _case in HOSTILE:
            console.press("\r")
            console.see("En text")
            console.press("\x1b")
            console.press("\x1b[B")
        console.press("\x11")
        console.end()
    assert not FOREIGN.search(console.written.decode("utf-8", "replace"))


def test_a_window_of_40_by_10_says_that_it_is_too_small(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    with start(sqlcipher_world, 40, 10) as console:
        console.see("40×10")
        console.press("\x11")
        console.end()


def test_the_wizard_leads_from_nothing_to_the_desk(tmp_path: Path) -> None:
    environment = {"P24TUI_HOME": str(tmp_path)}
    with Terminal([sys.executable, "-m", "p24tui"], environment=environment) as console:
        console.see("Välkommen")
        for typed, after in (("VC Prov", "\t"), ("SE2321000016-PROV", "\t\t"), ("Prov Provsson", "\t")):
            console.press(typed)
            console.see(typed)
            console.press(after)
            console.rest()  # typed ahead, letters go where the focus was
        console.press("SE2321000016-PP01\x13")
        console.see("Vem är du?")
        console.press("\r")
        console.see("Inga ärenden")
        console.press("\x11")
        console.end()


@pytest.mark.hazard("H12")
def test_a_console_whose_terminal_has_gone_ends_by_itself(sqlcipher_world: World) -> None:
    console = start(sqlcipher_world)
    console.see("Inga ärenden")
    assert console.hang_up() is not None


@pytest.mark.hazard("H22")
def test_two_consoles_on_one_queue_see_each_other(world: World) -> None:
    case = world.case(name="Ali Noor", matter="Hosta")
    with start(world) as maria, start(world, who="johan") as johan:
        maria.see("Ali Noor")
        johan.see("Ali Noor")
        maria.press("t")
        maria.see("Svar till Ali Noor")
        johan.see("PÅGÅR")
        johan.press("t")
        johan.see("Maria Lind har ärendet")
        maria.press("Har du feber?\x13")
        johan.see("VÄNTAR")
        for console in (maria, johan):
            console.press("\x11")
            console.end()
    assert world.row(case.id).owner == "Maria Lind"


def test_the_demo_opens_with_patients_who_wait_and_says_that_it_is_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "p24tui", "demo", "--at", "08:05", "--seed", "3"]
    with Terminal(command, environment={"P24TUI_HOME": str(tmp_path)}) as console:
        console.see("DEMO")
        console.see("Skyddad person")
        console.press("\x11")
        console.end()
    assert list(tmp_path.iterdir()) == []

"""The console on a real pseudo-terminal: what its bytes are, and what a terminal makes of them (H23)."""

import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from msgspec import structs
from PIL import Image

from p24tui.clock import SystemClock
from p24tui.gateways.system_user import system_user
from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, passwords, shift, takeover
from p24tui.store import drafts, messages, notes, phrases
from p24tui.store.phrases import StoredPhrase
from p24tui.store.values import Attachment, Author, FormAnswer, Note
from tests.tui.kit import fill
from tests.world import PEOPLE, UNIT, World, make_world_again

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")

if os.name == "posix":
    from tests.acceptance.start_console import PATIENCE, Terminal

PASSWORD = "korrekt hast batteri"

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
ASKED = re.compile(r"\x1b\[\??>?=?\d*c|\x1b\[1[468]t|\x1b_G|\x1bP|\x1b\[\??6n")
"""What asks a terminal what it is and can, or sends it graphics."""


def start(world: World, columns: int = 120, rows: int = 40, who: str = "maria") -> "Terminal":
    """The console of somebody who is on shift by the machine's own clock, and the machine's user: it asks nothing."""
    settings = world.system.settings
    shift.start(replace(world.system, clock=SystemClock()), world.actor(who), ShiftKind.CHAT)
    world.is_system_user(who, system_user())
    environment = {"P24TUI_HOME": str(settings.home), "P24TUI_UNIT": UNIT, "P24TUI_LOGIN": "system-user"}
    if settings.database:
        environment["P24TUI_DATABASE"] = settings.database
    console = Terminal([sys.executable, "-m", "p24tui"], columns=columns, rows=rows, environment=environment)
    console.see("P24" if columns >= 60 else "för litet")  # by then it knows who one is
    return console


def leave(console: "Terminal") -> None:
    """Close it although something is ongoing: that is shown first."""
    console.press("\x11")
    console.see("igen stänger ändå")
    console.press("\x11")
    console.end()


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


@pytest.mark.hazard("H23")
def test_hostile_text_in_every_part_of_a_case_reaches_the_terminal_as_text_alone(sqlcipher_world: World) -> None:
    """Form, files, notes, phrases, history and a colleague's question, each with every payload in it."""
    world, hostile = sqlcipher_world, " ".join(HOSTILE)
    form = (FormAnswer("", "f", 1, 0, "1", "En fråga" + hostile, "string", "Ett svar" + hostile, True),)
    case = world.case(name="Ali" + hostile, text="Hej" + hostile, answers=form, has_form=True, unread_free_text=1)
    maria, johan = world.actor("maria"), structs.replace(world.actor("johan"), name="Johan" + hostile)
    with world.system.store.writing() as tx:
        data = ("Filens text" + hostile).encode("utf-8", "surrogatepass")
        kind = "text/plain" + hostile
        messages.add_attachment(tx, Attachment("fil", case.id, None, "En fil" + hostile, kind, len(data), "00", data))
        notes.add(
            tx, Note("not", case.id, maria.staff_id or "", "Maria" + hostile, "En notis" + hostile, case.received_at)
        )
        mine = StoredPhrase("fras", UNIT, maria.staff_id, "", "En fras" + hostile, "Frasens text" + hostile)
        phrases.put(tx, mine, "Maria" + hostile, case.received_at)
    claimed = chat.claim(world.system, maria, case.id, case.version)
    takeover.ask(world.system, johan, case.id, claimed.version, "Ett skäl" + hostile)
    with start(world) as console:
        console.see("PÅGÅR")
        for keys, seen in (
            ("\r", "En notis"),
            ("\x1b", "Johan"),
            ("2", "Ett svar"),
            ("3", "Bad att få ta över"),
            ("1b", "Ett skäl"),
            ("\x1b", "En notis"),
            ("m", "En fil"),
            ("\r", "Filens text"),
        ):
            console.press(keys)
            console.see(seen)
            console.rest()
        for _screen in ("the file", "the list of files"):
            console.press("\x1b")
            console.rest()
        console.press("p")
        console.see("Frasens text")
        leave(console)
    assert not FOREIGN.search(console.written.decode("utf-8", "replace"))


@pytest.mark.rule("IM-1")
@pytest.mark.hazard("H18", "H23")
def test_an_image_is_drawn_and_the_terminal_is_asked_nothing(sqlcipher_world: World) -> None:
    world, into = sqlcipher_world, BytesIO()
    Image.linear_gradient("L").convert("RGB").save(into, "PNG")
    case, data = world.case(name="Karin Öberg", text="Här är bilden."), into.getvalue()
    with world.system.store.writing() as tx:
        messages.add_attachment(tx, Attachment("b", case.id, None, "Arm.png", "image/png", len(data), "00", data))
    with start(world) as console:
        for keys, seen in (("\r", "Här är bilden."), ("m", "PNG 256×256"), ("\r", "▀▀▀▀▀▀▀▀")):
            console.see("Karin Öberg")
            began = len(console.written)
            console.press(keys)
            console.see(seen)
            console.rest()
        assert not ASKED.search(console.written[began:].decode())
        console.press("\x1b")
        console.see("PNG 256×256")
        console.press("\x1b")
        console.rest()
        console.press("\x11")
        console.end()


@pytest.mark.rule("SE-1")
@pytest.mark.hazard("H21")
def test_two_chats_by_the_keyboard_of_a_real_terminal(world: World) -> None:
    ali, karin = (world.case(name=name, unread=0) for name in ("Ali Noor", "Karin Öberg"))
    with start(world) as console:
        console.see("Karin Öberg")
        console.press("t")
        console.see("Svar till Ali Noor")
        console.press("Hej Ali ASAP")
        console.see("förkortning")
        console.press("\x12")  # Ctrl+R
        console.see("så snart som möjligt")
        console.press("\x1b")
        console.rest()
        console.press("\x1b")
        console.rest()
        console.press("\x1b[B")
        console.press("t")
        console.see("Svar till Karin Öberg")
        console.press("Hej Karin")
        console.see("Hej Karin")
        console.press("\x1b[6;5~")  # Ctrl+PgDn
        console.see("Svar till Ali Noor")
        console.press("\x13")  # Ctrl+S
        console.see("Skickat.")
        console.press("\x1b[5;5~")  # Ctrl+PgUp
        console.see("Svar till Karin Öberg")
        console.press("\x14")  # Ctrl+T
        console.see("Fraser")
        console.rest()
        console.press("vänta")
        console.see("Vänta på läkaren")
        console.press("\r")
        console.rest()
        console.press("\x13")
        console.see("Väntar på patient 2")
        leave(console)
    assert sent(world, ali.id) == ["Hej Ali så snart som möjligt"]
    (text,) = sent(world, karin.id)
    assert text.startswith("Hej KarinHej Karin Öberg")


def sent(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id) if one.author is Author.STAFF]


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
        for typed, after in (("SE2321000016-PP01", "\t"), (PASSWORD, "\t"), (PASSWORD, "\x13")):
            console.press(typed + after)
            console.rest()
        log_in(console)
        console.see("Inga ärenden")
        console.press("\x11")
        console.end()


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H12")
def test_a_clean_install_logs_in_locks_unlocks_and_keeps_what_is_typed_when_it_is_killed(tmp_path: Path) -> None:
    environment = {"P24TUI_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "p24tui"]
    init = [
        *("init", "--unit-name", "VC Prov", "--unit-hsa-id", UNIT, "--staff-name", "Maria Lind"),
        *("--staff-hsa-id", PEOPLE["maria"][0], "--profession", "nurse", "--password-stdin"),
    ]
    done = subprocess.run(
        [*command, *init],
        input=PASSWORD + "\n",
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert PASSWORD not in done.stdout + done.stderr
    with make_world_again(tmp_path) as world:
        world.system.clock = SystemClock()
        shift.start(world.system, world.actor("maria"), ShiftKind.CHAT)
        case = world.case(name="Ali Noor", unread=0)
        chat.claim(world.system, world.actor("maria"), case.id, case.version)
        with Terminal(command, environment=environment) as console:
            console.see("Lösenord")
            console.rest()
            console.press("fel\r")
            console.see("stämmer inte")
            assert "Ali Noor" not in console.shown()
            log_in(console)
            console.see("Ali Noor")
            console.press("t")
            console.see("Svar till Ali Noor")
            console.press("Hej Ali")
            console.see("Hej Ali")
            console.press("\x0c")  # Ctrl+L
            console.see("Låst sedan")
            console.rest()
            assert "Ali" not in console.shown()
            console.press(PASSWORD + "\r")
            console.see("Hej Ali")
            console.press("!\x0c")
            console.see("Låst sedan")
            deadline = time.monotonic() + PATIENCE
            while draft_of(world, case.id) != "Hej Ali!":
                assert time.monotonic() < deadline
                console.rest()
        assert draft_of(world, case.id) == "Hej Ali!"  # and the console has been killed
    assert PASSWORD not in (tmp_path / "p24tui.log").read_text(encoding="utf-8")


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H12")
def test_what_stood_under_the_lock_is_not_painted_for_whoever_comes_next(sqlcipher_world: World) -> None:
    """Not for a moment: every byte that the terminal gets is looked at."""
    world = sqlcipher_world
    case = world.case(name="Ali Noor", text="Detta är hemligt.", unread=0)
    clock = replace(world.system, clock=SystemClock())
    for name in ("maria", "johan"):
        passwords.choose(world.system, world.source, PEOPLE[name][0], PASSWORD)
        shift.start(clock, world.actor(name), ShiftKind.CHAT)
    chat.claim(world.system, world.actor("maria"), case.id, case.version)
    environment = {"P24TUI_HOME": str(world.system.settings.home), "P24TUI_STAFF": PEOPLE["maria"][0]}
    with Terminal([sys.executable, "-m", "p24tui"], environment=environment) as console:
        log_in(console)
        console.see("Ali Noor")
        console.press("t")
        console.see("Detta är hemligt.")
        console.press("\x0c")
        console.see("Låst sedan")
        began = len(console.written)
        console.press("\x0e")  # Ctrl+N
        console.see("Ditt HSA-id")
        console.rest()
        for keys in ("\x1b[Z", "\x15", PEOPLE["johan"][0], "\t", PASSWORD, "\r"):  # Shift+Tab, Ctrl+U
            console.press(keys)
            console.rest()
        console.see("Johan Berg")
        console.see("Ali Noor")
        assert "hemligt" not in console.written[began:].decode()
        console.press("\x11")
        console.end()


def log_in(console: "Terminal") -> None:
    """As the person whose HSA-id stands there already."""
    console.see("Lösenord")
    console.rest()  # typed ahead, letters go where the focus was
    console.press(PASSWORD + "\r")


def draft_of(world: World, case_id: str) -> str:
    with world.system.store.reading() as tx:
        return drafts.of_person(tx, case_id, PEOPLE["maria"][0])


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
        leave(maria)
        johan.press("\x11")
        johan.end()
    assert world.row(case.id).owner == "Maria Lind"


def test_the_demo_opens_with_patients_who_wait_and_says_that_it_is_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "p24tui", "demo", "--at", "08:05", "--seed", "3"]
    with Terminal(command, environment={"P24TUI_HOME": str(tmp_path)}) as console:
        console.see("DEMO")
        console.see("Skyddad person")
        console.press("\x11")
        console.end()
    assert list(tmp_path.iterdir()) == []

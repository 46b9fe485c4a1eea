"""The patient's own window: what the patient sees, and what becomes of what is written there; and the banner."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from p24tui.clock import PacedClock, SetClock
from p24tui.demo.playing import PlayedPatient, make_demo
from p24tui.errors import Unavailable
from p24tui.ids import fresh_id
from p24tui.intake.beside import serving
from p24tui.services import cases, chat, intake, patient_side, staff
from p24tui.services.patient_side import Said
from p24tui.tui.app import P24App
from p24tui.tui.patient_app import PatientApp
from tests import samples
from tests.routine.test_hours import at
from tests.tui import kit
from tests.tui.kit import fill, screen_text
from tests.world import MONDAY_NINE, UNIT, World

pytestmark = pytest.mark.anyio

SOURCE = "demo"
CASE = "demo-1"


class Unit:
    """A unit that answers or not, and keeps what it gets."""

    def __init__(self) -> None:
        self.silent = False
        self.open = threading.Event()
        self.open.set()
        self.got: list[tuple[str, str]] = []
        self.says: list[Said] = []

    def take(self, id: str, text: str) -> Said:
        if self.silent:
            raise Unavailable("intake")
        self.open.wait(10)
        self.got.append((id, text))
        return Said("", text, MONDAY_NINE)

    def answers(self) -> Sequence[Said]:
        if self.silent:
            raise Unavailable("intake")
        said, self.says = self.says, []
        return said


def app(unit: Unit, *written: Said) -> PatientApp:
    names = ("Maria Ljungberg", "Vårdcentralen Åsen")
    return PatientApp(*names, written, say=unit.take, hear=unit.answers, clock=SetClock(MONDAY_NINE), theme="dark")


@asynccontextmanager
async def at_patients(one: PatientApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    async with one.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[None]) -> None:
    one = pilot.app
    assert isinstance(one, PatientApp)
    await pilot.pause()
    await one.idle()
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


async def listen(pilot: Pilot[None]) -> None:
    """The unit is asked again what it has written."""
    one = pilot.app
    assert isinstance(one, PatientApp)
    await settled(pilot)
    one.listen()
    await settled(pilot)


def typed(pilot: Pilot[None]) -> str:
    return pilot.app.query_one(TextArea).text


async def test_it_says_who_one_plays_and_that_it_is_an_exercise() -> None:
    yesterday = Said("", "Hej, jag hostar.", MONDAY_NINE - timedelta(days=1))
    async with at_patients(app(Unit(), yesterday, Said("", "Fortfarande.", MONDAY_NINE))) as pilot:
        shown = screen_text(pilot)
    assert "ÖVNING: du spelar patienten" in shown
    assert "Maria Ljungberg · Vårdcentralen Åsen" in shown
    assert "sön 22 nov 09.00  Du" in shown
    assert "│ 09.00  Du" in shown
    assert "Hej, jag hostar." in shown
    assert "Ctrl+S skicka" in shown


async def test_what_is_sent_stands_in_the_conversation_and_the_line_says_when() -> None:
    unit = Unit()
    async with at_patients(app(unit)) as pilot:
        await press(pilot, "H", "e", "j", "enter", "d", "u", "ctrl+s")
        shown = screen_text(pilot)
        assert typed(pilot) == ""
        await press(pilot, "ctrl+s")
    assert [text for _id, text in unit.got] == ["Hej\ndu"]
    assert "Skickat 09.00" in shown


async def test_what_cannot_be_delivered_stays_and_goes_as_the_same_message_later() -> None:
    unit = Unit()
    async with at_patients(app(unit)) as pilot:
        unit.silent = True
        await press(pilot, "H", "e", "j", "ctrl+s")
        assert typed(pilot) == "Hej"
        assert "Mottagningen svarar inte: det du skrev finns kvar." in screen_text(pilot)
        id = pilot.app._message[0]  # type: ignore[attr-defined]
        unit.silent = False
        await press(pilot, "ctrl+s")
        assert typed(pilot) == ""
    assert unit.got == [(id, "Hej")]


async def test_a_changed_text_is_another_message() -> None:
    unit = Unit()
    async with at_patients(app(unit)) as pilot:
        unit.silent = True
        await press(pilot, "H", "ctrl+s")
        first = pilot.app._message[0]  # type: ignore[attr-defined]
        await press(pilot, "j")
        unit.silent = False
        await press(pilot, "ctrl+s")
    ((id, text),) = unit.got
    assert (id != first, text) == (True, "Hj")


async def test_what_is_typed_while_a_message_is_sent_stays() -> None:
    unit = Unit()
    async with at_patients(app(unit)) as pilot:
        unit.open.clear()
        await pilot.press("H", "ctrl+s", "j", "ctrl+s")
        unit.open.set()
        await settled(pilot)
        assert typed(pilot) == "j"
        await press(pilot, "u")
        assert typed(pilot) == "ju"
    assert [text for _id, text in unit.got] == ["H"]


async def test_silence_is_said_and_its_end_too() -> None:
    unit = Unit()
    async with at_patients(app(unit)) as pilot:
        unit.silent = True
        await listen(pilot)
        assert "Mottagningen svarar inte" in screen_text(pilot)
        unit.silent = False
        await listen(pilot)
        assert "Mottagningen svarar igen." in screen_text(pilot)


async def test_one_does_not_leave_what_is_not_sent_by_one_key() -> None:
    async with at_patients(app(Unit())) as pilot:
        await press(pilot, "H", "escape")
        assert pilot.app.is_running
        assert "inte skickat" in screen_text(pilot)
        await press(pilot, "e", "escape")
        assert pilot.app.is_running
        await pilot.press("escape")
        assert pilot.app._exit


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_one_leaves_by_one_key_where_nothing_is_written(key: str) -> None:
    async with at_patients(app(Unit())) as pilot:
        await pilot.press(key)
        assert pilot.app._exit


@pytest.mark.hazard("H23")
async def test_hostile_text_is_drawn_as_text_alone() -> None:
    hostile = Said("[red]Maria[/]\x1b[2J", "[@click=app.quit()]Hej[/]\u202e\x9b31m [/", MONDAY_NINE)
    async with at_patients(app(Unit(), hostile)) as pilot:
        shown = screen_text(pilot)
    assert "[red]Maria[/]" in shown
    assert "[@click=app.quit()]Hej[/]" in shown
    assert not set(shown) & set("\x1b\x9b\u202e")


async def test_the_conversation_is_in_order_and_follows_what_comes() -> None:
    unit = Unit()
    early = [Said("", f"Rad {n}", MONDAY_NINE - timedelta(minutes=60 - n)) for n in range(20)]
    async with at_patients(app(unit, *early)) as pilot:
        assert "Rad 19" in screen_text(pilot)
        assert "Rad 2\n" not in screen_text(pilot)
        unit.says = [Said("Maria Lind, Vårdcentralen Åsen", "Senast", MONDAY_NINE)]
        await listen(pilot)
        lines = screen_text(pilot).splitlines()
    assert next(n for n, one in enumerate(lines) if "Senast" in one) > next(
        n for n, one in enumerate(lines) if "Rad 19" in one
    )


@pytest.mark.rule("CH-8", "CH-9")
@pytest.mark.hazard("H4")
async def test_who_writes_in_the_evening_reads_the_automatic_answer(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    world.clock.instant = at("2026-11-27", "17:30")
    sent = [samples.patient(CASE), samples.encounter(CASE, CASE, priority="2")]
    intake.load(world.system, SOURCE, samples.body(samples.bundle(*sent)))
    token = intake.make_token(world.system, SOURCE)
    with serving(world.system) as address:
        demo = make_demo(world.system.settings, PacedClock(MONDAY_NINE), address, token, seed=1, training=True)
        person = PlayedPatient(demo, CASE, world.clock)
        names = ("Maria Ljungberg", "Vårdcentralen Åsen")
        one = PatientApp(*names, (), say=person.say, hear=person.hear, clock=world.clock, theme="dark")
        async with at_patients(one, (80, 24)) as pilot:
            await listen(pilot)
            shown = screen_text(pilot)
        person.close()
    assert "17.30  Vårdcentralen Åsen, automatiskt svar" in shown
    said = " ".join(shown.replace("│", " ").split())
    assert "Vi läser ditt ärende när vi öppnar måndag 30 november klockan 08.00." in said
    assert "ring 1177, när som helst på dygnet." in said


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_both_sides_write_through_a_real_intake(sqlcipher_world: World, size: tuple[int, int]) -> None:
    world = sqlcipher_world
    system, maria = world.system, world.actor("maria")
    sent = [samples.patient(CASE), samples.encounter(CASE, CASE), samples.message("m", CASE, sender=f"Patient/{CASE}")]
    intake.load(system, SOURCE, samples.body(samples.bundle(*sent)))
    (case,) = patient_side.open_cases(system, SOURCE)
    token = intake.make_token(system, SOURCE)
    written = patient_side.own_messages(system, SOURCE, CASE)
    with serving(system) as address:
        demo = make_demo(system.settings, PacedClock(MONDAY_NINE), address, token, seed=1, training=True)
        person = PlayedPatient(demo, CASE, world.clock)
        names = (case.patient_name, case.unit_name)
        one = PatientApp(*names, written, say=person.say, hear=person.hear, clock=world.clock, theme="dark")
        async with at_patients(one, size) as pilot:
            version = chat.claim(system, maria, case.id, world.row(case.id).case.version).version
            chat.answer(system, maria, case.id, version, "Har du feber?", fresh_id())
            await listen(pilot)
            assert "Maria Lind, Vårdcentralen Åsen" in screen_text(pilot)
            assert "Har du feber?" in screen_text(pilot)
            world.clock.advance(timedelta(minutes=1))
            await press(pilot, "J", "a", "ctrl+s")
            assert "Skickat 09.01" in screen_text(pilot)
        person.close()
    opened = cases.open_case(system, maria, case.id)
    assert [message.text for message in opened.messages] == ["Hej, jag hostar.", "Har du feber?", "Ja"]


@pytest.mark.parametrize("keys", [("question_mark",), ("v",), ("ctrl+p",), ("t", "escape", "h"), ("t", "escape", "a")])
async def test_every_screen_says_that_it_is_an_exercise(sqlcipher_world: World, keys: tuple[str, ...]) -> None:
    fill(sqlcipher_world)
    system = sqlcipher_world.system
    console = P24App(system, staff.people_of(system, UNIT), "console:test:maria", banner="ÖVNING")
    async with console.run_test(size=(80, 24)) as pilot:
        await kit.settled(pilot)
        assert "ÖVNING" in screen_text(pilot)
        await kit.press(pilot, "enter", "down", "down", "down")
        assert "ÖVNING" in screen_text(pilot).splitlines()[0]
        shown = len(console.screen_stack)
        await kit.press(pilot, *keys)
        assert len(console.screen_stack) == shown + 1
        assert "ÖVNING" in screen_text(pilot).splitlines()[0]

"""Log control at the desk (F7): the unusual first, other looks, checks, and no way into a case."""

import pytest
from textual.pilot import Pilot

from p24tui.services import log_checks, log_control
from p24tui.tui.commands import commands
from p24tui.tui.control_keys import CONTROL_KEYS
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings
from p24tui.tui.places import Place
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.form import FormScreen
from p24tui.tui.screens.help import HelpScreen
from p24tui.tui.screens.log_control import CONTROL_ACTIONS
from p24tui.tui.screens.seen import SeenScreen
from p24tui.tui.widgets.place import LogControlList
from tests.controlling import NUMBERS, log_rows
from tests.tui.control_kit import in_log_control
from tests.tui.kit import at_desk, desk_of, press, screen_text
from tests.tui.test_places import cursor_line, order_of, place_of
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.rule("LO-2")]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])


def rows_of(pilot: Pilot[None]) -> int:
    return len(desk_of(pilot).query_one(LogControlList).ids)


def words_in_control(pilot: Pilot[None]) -> str:
    """What stands in log control itself, under the lines that call of cases."""
    lines = screen_text(pilot).splitlines()
    first = next(number for number, line in enumerate(lines) if "F7 Logg" in line)
    return "\n".join(lines[first + 1 :])


@SIZES
async def test_the_unusual_stand_first_with_why_and_no_care_data(sqlcipher_world: World, size: tuple[int, int]) -> None:
    async with in_log_control(sqlcipher_world, size) as pilot:
        said = words_in_control(pilot)
        assert "Ovanliga läsningar · 4 av 5 läsningar · 18 nov–24 nov 2026" in said
        assert order_of(pilot, "kollega", "nödöppnat", "samma efternamn, utan vårdrelation") == [
            "kollega",
            "nödöppnat",
            "samma efternamn, utan vårdrelation",
        ]
        assert "Maria Lind" in cursor_line(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, SeenScreen)
        said += screen_text(pilot)
        assert "Patienten heter som någon i personalen." in said
        assert not any(words in said for words in ("Hosta", "hostat", "Hej,"))


@pytest.mark.rule("LO-1")
async def test_a_patients_log_is_asked_for_by_number_and_goes_on_by_pages(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_control, "PAGE", 1)
    world = sqlcipher_world
    async with in_log_control(world) as pilot:
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, FormScreen)
        await pilot.press(*NUMBERS[0])
        await press(pilot, "ctrl+s")
        assert f"En patient: Karin Öberg {NUMBERS[0]} · 1 läsning" in screen_text(pilot)
        assert rows_of(pilot) == 1
        await press(pilot, "n")
        assert "2 läsningar" in screen_text(pilot)
        assert rows_of(pilot) == 2
        assert "såg en lista" in screen_text(pilot)
        await press(pilot, "p", "1", "ctrl+s")
        assert "Numret stämmer inte" in screen_text(pilot)
        assert rows_of(pilot) == 2, "what stood there stands there"
    assert [bool(row.patient_id) for row in log_rows(world, "control")] == [False, True, True]


async def test_by_unit_and_by_sample_with_its_seed(sqlcipher_world: World) -> None:
    async with in_log_control(sqlcipher_world) as pilot:
        await press(pilot, "u", "tab", *["backspace"] * 10, *"2026-11-23", "ctrl+s")
        assert "Enhet och tid: Vårdcentralen Åsen" in screen_text(pilot)
        assert "5 patienter" in screen_text(pilot)
        await press(pilot, "s", "tab", "tab", *["backspace"] * 2, *"3", "tab", *["backspace"] * 8, *"ek", "ctrl+s")
        said = screen_text(pilot)
        assert "Stickprov · 3 av 6 läsningar · 23 nov 2026 · frö ek" in said
        assert order_of(pilot, "Nils Björk", "Karin Öberg", "Sara Holm") == ["Nils Björk", "Karin Öberg", "Sara Holm"]
        await press(pilot, "m")
        assert "Vad har en medarbetare läst?" in screen_text(pilot)


async def test_a_check_is_begun_gone_on_with_and_signed_by_keys(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    async with in_log_control(world) as pilot:
        await press(pilot, "v")
        assert "Ingen kontroll pågår här" in screen_text(pilot)
        await press(pilot, "k")
        assert "kontroll pågår · Ovanliga läsningar" in screen_text(pilot)
        await press(pilot, "v", "tab", *"Fråga Maria", "ctrl+s")
        assert "1 kontroll · 1 pågår" in screen_text(pilot)
        await press(pilot, "enter")
        assert "kontroll pågår · Ovanliga läsningar" in screen_text(pilot)
        assert rows_of(pilot) == 4
        await press(pilot, "v", "enter", "down", "down", "enter", "ctrl+s")
        assert "1 kontroll" in screen_text(pilot)
        assert "personen är tillfrågad" in screen_text(pilot)
        await press(pilot, "v")
        assert "Kontrollen är signerad" in screen_text(pilot)
        (line,) = log_checks.checks(world.system, desk_of(pilot)._actor)
        assert (line.check.words, line.check.signed_at) == ("Fråga Maria", world.clock.now())


async def test_the_extract_and_the_export_go_into_the_temporary_storage(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    async with in_log_control(world) as pilot:
        await press(pilot, "r", *NUMBERS[0], "ctrl+s")
        assert "Sparat i mellanlagringen" in screen_text(pilot)
        await press(pilot, "enter", "x", "ctrl+s")
        assert "Sparat i mellanlagringen" in screen_text(pilot)
    names = [path.name for path in world.system.settings.storage_folder.iterdir()]
    assert sorted(name.rpartition(".")[2] for name in names if not name.startswith(".")) == ["ndjson", "pdf"]


async def test_nothing_there_leads_into_a_case(sqlcipher_world: World) -> None:
    async with in_log_control(sqlcipher_world) as pilot:
        desk = desk_of(pilot)
        for action in ("open_row", "open_case", "next_case", "go_to_alarm", "outgoing", "claim", "register"):
            assert not desk.check_action(action, ())
        assert all(desk.check_action(action, ()) for action in CONTROL_ACTIONS)
        for key in ("escape", "f2"):
            await press(pilot, key)
            assert "NA-1" in screen_text(pilot)
            assert place_of(pilot) is Place.LOG


async def test_others_see_their_own_log_of_today(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f7")
        assert "andras är för loggkontrollanten" in screen_text(pilot)
        desk = desk_of(pilot)
        assert not any(desk.check_action(action, ()) for action in CONTROL_ACTIONS)
        assert not desk.query_one(LogControlList).display


async def test_each_key_leads_to_its_action_and_the_palette_has_it(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_log_control(sqlcipher_world) as pilot:
        offered = {(command.title, command.help) for command in commands(pilot.app, desk_of(pilot))}
        assert {(row.label.capitalize(), f"{row.name}  {row.help}") for row in CONTROL_KEYS} <= offered
        for row in CONTROL_KEYS:
            done: list[str] = []
            with monkeypatch.context() as patch:
                patch.setattr(DeskScreen, f"action_{row.action}", lambda _self, done=done: done.append("done"))
                await pilot.press(row.key)
                await pilot.pause()
            assert done == ["done"], row.action
    assert len(bindings(Where.LOG_CONTROL)) == len(CONTROL_KEYS) + 2, "and Esc and ?"


async def test_the_next_step_stands_first_in_the_key_bar_and_help_is_a_key_away(sqlcipher_world: World) -> None:
    async with in_log_control(sqlcipher_world, (80, 24)) as pilot:
        assert screen_text(pilot).splitlines()[-1].split()[:2] == ["k", "kontrollera"]
        await press(pilot, "k")
        assert screen_text(pilot).splitlines()[-1].split()[:2] == ["v", "signera"]
        await press(pilot, "l")
        assert screen_text(pilot).splitlines()[-1].split()[:2] == ["v", "signera"]
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)

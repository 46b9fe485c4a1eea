"""Keys that come faster than a slow machine can draw what they open."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

import p24tui.tui
from p24tui.routine.list_filter import ListFilter
from p24tui.routine.role import Role
from p24tui.services import units
from p24tui.store.values import Unit
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.form import FormScreen, Line
from p24tui.tui.screens.login import Choice, ChoiceScreen
from p24tui.tui.screens.shift import StartShiftScreen
from p24tui.tui.screens.takeover import AskScreen
from p24tui.tui.screens.views import ViewsScreen
from p24tui.tui.widgets.field import Field
from tests.tui.kit import at_desk, fill, until
from tests.world import UNIT, World

pytestmark = pytest.mark.anyio

SCREENS: dict[str, Callable[[Unit], Screen[Any]]] = {
    "ask": lambda _unit: AskScreen("Ali Noor", "Johan Berg"),
    "form": lambda _unit: FormScreen("Boka", [Line("day", "Dag")]),
    "shift": lambda unit: StartShiftScreen({unit.id: unit.name}, "sjuksköterska", {}),
    "views": lambda unit: ViewsScreen((), ListFilter(), {unit.id: unit.name}),
    "choice": lambda unit: ChoiceScreen("Maria Lind", [Choice(unit, Role.NURSE)], unit.id),
}


@pytest.mark.hazard("H22")
async def test_a_screen_that_is_left_before_it_stands_there_ends_nothing(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        unit = _unit(sqlcipher_world)
        for make in SCREENS.values():
            for _number in range(3):
                pilot.app.push_screen(make(unit))
                pilot.app.pop_screen()
                await pilot.pause()
        await until(pilot, lambda: isinstance(pilot.app.screen, DeskScreen))
        pilot.app.push_screen(SCREENS["ask"](unit))
        await until(pilot, lambda: isinstance(pilot.app.focused, Field))


def _unit(world: World) -> Unit:
    return next(one for one in units.all_units(world.system) if one.id == UNIT)


def test_no_screen_expects_its_parts_to_be_there_when_it_is_told_that_it_stands() -> None:
    """Whoever is quick has left by then, and there is nothing: ``query`` finds that, ``query_one`` raises."""
    found = [
        f"{path.name}:{line.lineno}"
        for path in Path(p24tui.tui.__path__[0]).rglob("*.py")
        for method in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(method, ast.FunctionDef) and method.name == "on_mount"
        for line in ast.walk(method)
        if isinstance(line, ast.Attribute) and line.attr == "query_one"
    ]
    assert found == []

"""The command palette finds every action, by its label, with its key."""

from collections.abc import Iterator

import pytest
from textual.command import CommandInput, CommandList
from textual.pilot import Pilot

from p24tui import i18n
from p24tui.i18n import _
from p24tui.routine.role import Role
from p24tui.tui import look
from p24tui.tui.commands import commands
from p24tui.tui.key import Key, Where
from p24tui.tui.key_table import KEYS
from p24tui.tui.keys import use_keys
from p24tui.tui.role_keys import may_press
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.dialogs import HoldScreen
from p24tui.tui.screens.help import HelpScreen
from p24tui.tui.textual_words import Palette
from p24tui.tui.widgets.composer import Composer
from tests.tui.kit import app, at_desk, desk_of, fill, press
from tests.world import World

pytestmark = pytest.mark.anyio

ROUNDS = 200
"""Looks at the palette before a test gives up."""


@pytest.fixture(autouse=True)
def swedish_and_shipped_keys() -> Iterator[None]:
    yield
    i18n.use_language("sv")
    use_keys({})


async def found(pilot: Pilot[None], words: str, wanted: str) -> str:
    """What the palette shows for these words, when it shows what is wanted, or at last."""
    pilot.app.screen.query_one(CommandInput).value = words
    shown = ""
    for _round in range(ROUNDS):
        await pilot.pause(0.01)
        options = pilot.app.screen.query_one(CommandList).options
        shown = "\n".join(str(option.prompt) for option in options)
        if wanted in shown:
            break
    return shown


def in_palette(row: Key) -> str:
    """How the palette describes the row, whether its key acts here or not."""
    return _(row.help)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_every_row_that_ones_role_may_press_is_found_by_its_label(sqlcipher_world: World, language: str) -> None:
    fill(sqlcipher_world)
    i18n.use_language(language)
    async with at_desk(sqlcipher_world) as pilot:
        offered = [row for row in KEYS if may_press(Role.NURSE, row.action)]
        rows = {row.action: row for row in reversed(offered) if row.action not in ("command_palette", "open_row")}
        only = {"f3": (Where.VIDEO,), "f4": (Where.CLOSING,), "f6": (Where.OVERVIEW,)}
        await press(pilot, "down", "down", "down", "t", "ctrl+p")
        assert isinstance(pilot.app.screen, Palette)
        for row in rows.values():
            if row.where not in (*only.values(), (Where.LOG_CONTROL,)):
                wanted = in_palette(row)
                assert wanted in await found(pilot, _(row.label), wanted)
        for key, where in only.items():
            await press(pilot, "escape", key, "ctrl+p")
            for row in (one for one in rows.values() if one.where == where):
                wanted = in_palette(row)
                assert wanted in await found(pilot, _(row.label), wanted)


async def test_the_palette_does_what_is_chosen(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t", "escape", "ctrl+p")
        await found(pilot, "vila", "Vila\nh  ")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, HoldScreen)


async def test_the_palette_shows_the_key_that_one_has_chosen(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        pilot.app.set_keymap(use_keys({"claim": ("f12",)}))
        helps = {command.title: command.help for command in commands(pilot.app, desk_of(pilot))}
        assert helps["Ta emot"].startswith("F12  ")


async def test_only_what_can_be_done_now_is_offered(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        desk = desk_of(pilot)

        def offered() -> set[str]:
            return {command.title for command in commands(pilot.app, desk)}

        assert {"Ta emot", "Sök", "Hjälp", "Avsluta p24tui"} <= offered()
        assert not {"Skicka", "Alla kommandon"} & offered()
        await press(pilot, "down", "down", "down", "t")
        assert isinstance(desk.focused, Composer)
        assert "Skicka" in offered()
        monkeypatch.setattr(desk, "check_action", lambda action, _parameters: action != "claim")
        assert "Ta emot" not in offered()
        assert {"Släpp", "Hjälp"} <= offered()


async def test_the_other_themes_are_offered(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        themes = [command for command in commands(pilot.app, desk_of(pilot)) if "färger" in command.help]
        assert [command.title for command in themes] == ["Ljust utseende", "Hög kontrast"]
        themes[1].callback()
        assert pilot.app.theme == look.CONTRAST.name


async def test_help_is_there_while_one_types(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t", "f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, DeskScreen)


async def test_help_is_there_before_one_has_said_who_one_is(sqlcipher_world: World) -> None:
    async with app(sqlcipher_world, asks=True).run_test() as pilot:
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, HelpScreen)

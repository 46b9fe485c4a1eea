"""What Textual itself says on our screens is in the interface's language, and an upgrade that says more is noticed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import textual

from p24tui.tui.setup import SetUpApp
from p24tui.tui.textual_words import Palette
from tests.tui.kit import at_desk, fill, press, screen_text
from tests.tui.test_commands import found
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_the_palette_says_in_swedish_that_nothing_fits(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+p")
        assert "Sök kommando" in screen_text(pilot)
        assert "Inget kommando hittades för ”xyzzyx”." in await found(pilot, "xyzzyx", "Inget kommando")


async def test_ctrl_c_says_in_swedish_what_closes_the_console(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "ctrl+c")
        assert "Ctrl+Q stänger p24tui." in screen_text(pilot)


async def test_ctrl_c_says_so_in_the_wizard_too() -> None:
    async with SetUpApp(lambda _values: None, "dark").run_test(notifications=True) as pilot:
        pilot.app.set_focus(None)
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "Ctrl+Q stänger p24tui." in "\n".join(
            strip.text for strip in pilot.app.screen._compositor.render_strips()
        )


ENGLISH = (
    "Search for", "No matches", "Loading", "Press ", "to quit", "Select", "Do you want", "Quit", "Theme", "Open the",
)  # fmt: skip
"""How Textual's own words begin or go on."""


@pytest.mark.parametrize(
    "ways",
    [
        ("ctrl+c",),
        ("ctrl+p",),
        ("ctrl+p", *"xyzzyx"),
        ("f1",),
        ("slash",),
        ("f",),
        ("v", "s"),
        ("down", "down", "down", "t"),
        ("down", "down", "down", "t", "ctrl+c"),
        ("down", "down", "down", "t", "escape", "h"),
        ("down", "down", "down", "t", "escape", "a"),
    ],
    ids=" ".join,
)
async def test_no_swedish_screen_says_anything_of_textuals_own(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, ways: tuple[str, ...]
) -> None:
    monkeypatch.setattr(Palette, "_NO_MATCHES_COUNTDOWN", 0.01)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, *ways)
        await pilot.pause(0.1)
        said = screen_text(pilot)
        assert [words for words in ENGLISH if words in said] == []


MODULES = (
    "app", "command", "screen", "widget", "scrollbar",
    "widgets/_button", "widgets/_input", "widgets/_loading_indicator", "widgets/_option_list", "widgets/_select",
    "widgets/_static", "widgets/_text_area", "widgets/_toast", "widgets/_tooltip",
)  # fmt: skip
"""The parts of Textual that our screens are made of."""

SAY = {"notify", "Text", "Content", "Option", "Label", "Static", "Button", "SystemCommand"}
"""What is called with words for the screen; so are the arguments of these names, wherever they stand:"""
ARGUMENTS = {"placeholder", "prompt", "title", "tooltip", "label"}

OURS_INSTEAD = {
    "Search for commands…",  # Palette's placeholder
    "No matches found",  # Palette._say_none
    "Loading...",  # hidden in Palette; no other screen has it
    "Do you want to quit?",  # say_how_to_quit
    "Press [b][/b] to quit the app",
}

NEVER_SHOWN = {
    "Quit the app and return to the command prompt.",  # tooltips of the footer, which we do not have
    "Open the command palette",
    "Select",  # our lists of choices always have a choice
    "Search for themes…",  # actions that no key of ours leads to
    "Saved screenshot",
    "Saved screenshot to [$text-success]",
    "Failed to save screenshot",
    "Screenshot",
    "Change the current theme",  # Textual's own commands: commands() takes their place
    "Hide the keys and widget help panel",
    "Keys",
    "Maximize",
    "Maximize the focused widget",
    "Minimize",
    "Minimize the widget and restore to normal size",
    "Quit",
    "Quit the application as soon as possible",
    "Save an SVG 'screenshot' of the current screen",
    "Show help for the focused widget and a summary of available keys",
    "Theme",
}


def test_textual_says_nothing_that_we_do_not_know_of() -> None:
    """Where this fails after an upgrade: translate the new words in textual_words.py, or see that nobody meets them."""
    assert {words for module in MODULES for words in said(module)} == OURS_INSTEAD | NEVER_SHOWN


def said(module: str) -> Iterator[str]:
    """The words in a module of Textual that may reach the screen."""
    tree = ast.parse((Path(textual.__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for value in given(node):
            words = in_words(value)
            if any(letter.isalpha() for letter in words):
                yield words


def given(node: ast.AST) -> Iterator[ast.expr]:
    """What is given for the screen to a call, or by default to a function."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        yield from node.args if name in SAY else ()
        yield from (keyword.value for keyword in node.keywords if keyword.arg in ARGUMENTS)
    elif isinstance(node, ast.arguments):
        in_place = [*node.posonlyargs, *node.args][-len(node.defaults) or None :]
        defaults = [*zip(in_place, node.defaults, strict=False), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        yield from (default for one, default in defaults if default is not None and one.arg in ARGUMENTS)


def in_words(value: ast.expr) -> str:
    """The text of a string, without what is filled into it."""
    parts = value.values if isinstance(value, ast.JoinedStr) else [value]
    return "".join(one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str))

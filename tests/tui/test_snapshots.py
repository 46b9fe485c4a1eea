"""Every screen as it looks, at both sizes: a change of a picture is looked at before it is taken."""

from collections.abc import Callable

import pytest
from textual.app import App
from textual.pilot import Pilot

from p24tui import i18n
from p24tui.services import chat
from p24tui.tui.setup import SetUpApp
from tests.tui.kit import app, fill, press, settled
from tests.world import World

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Compare = Callable[..., bool]


def after(*keys: str) -> Callable[[Pilot[None]], object]:
    """Do this at the desk, and then look."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    return run


@SIZES
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param((), id="list"),
        pytest.param(("down", "down", "enter"), id="case"),
        pytest.param(("down", "down", "down", "t", *"Hej Ali"), id="writing"),
        pytest.param(("down", "down", "down", "down", "enter"), id="protected"),
        pytest.param(("down", "down", "down", "t", "escape", "h"), id="hold"),
        pytest.param(("down", "down", "down", "t", "escape", "a"), id="end"),
        pytest.param(("down", "down", "down", "down", "t"), id="refused"),
        pytest.param(("question_mark",), id="help"),
    ],
)
def test_desk(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    cases = fill(sqlcipher_world)
    quiet = cases["quiet"]
    chat.claim(sqlcipher_world.system, sqlcipher_world.actor("johan"), quiet.id, quiet.version)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after(*keys))


@SIZES
def test_who(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app(sqlcipher_world, asks=True), terminal_size=size)


@SIZES
def test_empty_list(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after())


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_themes(sqlcipher_world: World, snap_compare: Compare, theme: str) -> None:
    fill(sqlcipher_world)
    one: App[None] = app(sqlcipher_world)
    one.theme = theme
    assert snap_compare(one, terminal_size=(120, 40), run_before=after("down", "down", "enter"))


@SIZES
def test_first_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(SetUpApp(lambda _values: None, "dark"), terminal_size=size)


def test_too_small(sqlcipher_world: World, snap_compare: Compare) -> None:
    assert snap_compare(app(sqlcipher_world), terminal_size=(40, 10), run_before=after())


@SIZES
def test_desk_in_english(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    fill(sqlcipher_world)
    i18n.use_language("en")
    try:
        assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after("down", "down", "enter"))
    finally:
        i18n.use_language("sv")

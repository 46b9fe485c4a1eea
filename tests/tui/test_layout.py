"""What stands on the screens has the room that it needs, in small windows and in large ones."""

import pytest

from p24tui.routine.shift import ShiftKind
from p24tui.services import chat, shift
from p24tui.tui.screens.shift import ShiftScreen
from tests.tui.kit import at_desk, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio


def on_shift_with(world: World, *names: str) -> None:
    """Maria is on her shift, and has a case of each of these."""
    maria = world.actor("maria")
    shift.start(world.system, maria, ShiftKind.CHAT)
    for name in names:
        case = world.case(name=name, matter="Hosta", unread=0)
        chat.claim(world.system, maria, case.id, case.version)


async def test_the_keys_of_the_shift_keep_their_second_line_however_fast_they_change(sqlcipher_world: World) -> None:
    """The window may be laid out anew between two updates, as when it is shrunk."""
    on_shift_with(sqlcipher_world, "Ali Noor")
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "f9")
        screen = pilot.app.screen
        assert isinstance(screen, ShiftScreen)
        screen._keys.update("Esc tillbaka")
        screen.query_one("#shift-dialog")._clear_arrangement_cache()
        screen._refresh_layout()
        screen._advise()
        await settled(pilot)
        assert "Enter öppna   x släpp" in screen_text(pilot)
        assert "s avsluta skiftet   c byt uppgift" in screen_text(pilot)

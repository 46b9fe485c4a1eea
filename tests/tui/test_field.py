"""What one fills in: what is put there or pasted is drawn as text alone (H23)."""

import pytest
from textual.app import App, ComposeResult
from textual.events import Paste

from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.field import Area, Field, Secret
from tests.hostile.checks import check

HOSTILE = "\x1b]52;c;SEVK\x07\u202e\x9b31mHACKED\U000e0041"
CLEAN = "\ufffd]52;c;SEVK\ufffd31mHACKED"


class Filled(App[None]):
    """One of each, all with a hostile text in it."""

    def compose(self) -> ComposeResult:
        yield Field(HOSTILE, id="line")
        yield Secret(id="secret")
        yield Area(f"{HOSTILE}\n{HOSTILE}", id="area")
        yield Composer(id="composer")


@pytest.mark.anyio
@pytest.mark.hazard("H23")
async def test_what_is_put_or_pasted_into_a_field_is_drawn_as_text_alone() -> None:
    async with Filled().run_test() as pilot:
        line, secret = pilot.app.query_one("#line", Field), pilot.app.query_one("#secret", Secret)
        area, composer = pilot.app.query_one("#area", Area), pilot.app.query_one(Composer)
        assert line.value == CLEAN
        assert area.text == f"{CLEAN}\n{CLEAN}"
        composer.write_in("case", "Ali Noor", HOSTILE)
        assert composer.text == CLEAN
        for field in (line, secret, area, composer):
            field.focus()
            await pilot.pause()
            pilot.app.post_message(Paste(HOSTILE))
            await pilot.pause()
        assert line.value == CLEAN  # all of it was selected, and is replaced
        assert CLEAN in area.text.replace("\n", "")
        assert composer.text == CLEAN * 2
        assert secret.value == HOSTILE  # it is another one if anything of it changes, and is never drawn
        composer.put_phrase(f"Hej {HOSTILE}")
        assert composer.text.endswith(f"Hej {CLEAN}")
        for strip in pilot.app.screen._compositor.render_strips():
            check(strip.text, "screen", breaks="")


@pytest.mark.anyio
async def test_letters_and_their_marks_are_typed_one_by_one() -> None:
    async with Filled().run_test() as pilot:
        area = pilot.app.query_one("#area", Area)
        area.text = ""
        for one in "कि":
            area.insert(one)
        await pilot.pause()
        assert area.text == "कि"

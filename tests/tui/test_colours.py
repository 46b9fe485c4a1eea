"""Colour never says anything alone, and whatever is written can be read."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.pilot import Pilot
from textual.strip import Strip
from textual.theme import Theme

from p24tui.tui import look
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.patient_list import PatientList
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text
from tests.world import World

pytestmark = pytest.mark.anyio

FOCUSED = "heavy"
"""The border of what has the focus, where there are no colours."""

TUI = Path(look.__file__).parent

TEXT = (
    "foreground", "foreground 85%", "foreground 80%", "foreground 75%", "foreground 70%", "foreground 60%",
    "primary", "secondary", "accent", "warning", "error", "success",
)  # fmt: skip
"""What text is written in, on any of the plain grounds."""

GROUNDS = ("background", "surface", "panel")

ON_TINTS = (
    ("foreground", "primary 25%", "background"),  # the cursor's line
    ("foreground", "warning 25%", "background"),  # why something was not done
    ("foreground", "error 30%", "background"),  # an alarm, without colour
    ("background", "error", "background"),  # an alarm, trouble
    ("background", "primary", "background"),  # the program's name
    ("foreground", "primary 20%", "background"),  # the search, the filter
    ("foreground 85%", "primary 20%", "background"),
    ("foreground 70%", "primary 20%", "background"),
    ("primary", "primary 20%", "background"),
    ("accent", "primary 20%", "background"),
    ("foreground", "accent 20%", "background"),  # that closing comes nearer
    ("foreground", "warning 30%", "background"),  # a colleague who asks
    ("accent", "warning 12%", "background"),  # a note
    ("foreground", "warning 12%", "background"),
    ("warning", "warning 12%", "background"),
)


def colour(theme: Theme, words: str, under: Color) -> Color:
    """A colour as the style sheet writes it, over another."""
    name, _space, percent = words.partition(" ")
    value = getattr(theme, name)
    assert value is not None
    return under.blend(Color.parse(value), int(percent.rstrip("%") or 100) / 100)


def contrast(text: Color, ground: Color) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(one: Color) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in one.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def pairs(theme: Theme) -> list[tuple[str, str, float]]:
    """Text, ground and the ratio between them."""
    black = Color(0, 0, 0)
    found = []
    for on in GROUNDS:
        ground = colour(theme, on, black)
        found += [(text, on, contrast(colour(theme, text, ground), ground)) for text in TEXT]
    for text, tint, on in ON_TINTS:
        ground = colour(theme, tint, colour(theme, on, black))
        text_colour = colour(theme, text, ground)
        found.append((text, tint, contrast(text_colour, ground)))
    return found


@pytest.mark.parametrize("theme", look.THEMES, ids=lambda theme: theme.name)
def test_what_is_written_can_be_read(theme: Theme) -> None:
    full = 7.0 if theme.name == "contrast" else 4.5
    for text, ground, ratio in pairs(theme):
        assert ratio >= (4.5 if "%" in text else full), f"{text} on {ground}: {ratio:.2f}"


def test_every_colour_that_the_console_writes_in_is_measured() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in [*TUI.rglob("*.py"), *TUI.rglob("*.tcss")])
    written = set(re.findall(r"\$((?:foreground|background|surface|panel|[pswae]\w+)(?: \d+%)?)(?![\w-])", sources))
    tints = {tint for _text, tint, _on in ON_TINTS}
    assert written - set(TEXT) - set(GROUNDS) - tints == set()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_without_colour_everything_is_told_by_word_and_symbol(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "down")
        assert coloured(pilot) == []
        said = screen_text(pilot)
        (cursor,) = [line for line in said.splitlines() if look.CURSOR in line]
        assert "Nils Björk" in cursor
        assert "▲ LARM" in said
        assert re.search(r"! .*Erik Lund.*SUI NY ● oläst|! .*Erik Lund.*SUI NY …", said)
        assert re.search(r"\? .*Nils Björk", said)
        await press(pilot, "f", "m")
        assert "■ mina" in screen_text(pilot)
        assert "□ olästa" in screen_text(pilot)


async def test_without_colour_one_sees_where_the_focus_is(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "down", "t")
        composer, patient_list = desk_of(pilot).focused, desk_of(pilot).query_one(PatientList)
        assert isinstance(composer, Composer)
        assert (composer.styles.border_top[0], patient_list.styles.border_top[0]) == (FOCUSED, "round")
        await press(pilot, "escape", "escape")
        assert desk_of(pilot).focused is patient_list
        assert (composer.styles.border_top[0], patient_list.styles.border_top[0]) == ("round", FOCUSED)


@pytest.mark.parametrize("theme", look.THEMES, ids=lambda theme: theme.name)
async def test_what_stands_in_dialogs_can_be_read(sqlcipher_world: World, theme: Theme) -> None:
    """In dialogs the cursor stands on words in several colours, which no style sheet names together; so do hints."""
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        pilot.app.theme = theme.name
        found = []
        for keys in (
            ("down",),
            ("v",),
            ("escape", "4", "1"),
            ("escape", "escape", "down", "t", "ctrl+t"),
            ("escape", "escape", "l"),
        ):
            await press(pilot, *keys)
            found += pale(pilot, 4.5)
        assert found == []


def pale(pilot: Pilot[None], least: float) -> list[str]:
    """What stands on the screen, or in the dialog over it, with less contrast than that to what it stands on."""
    screen = pilot.app.screen
    shown = [one.region for one in screen.query(".dialog")] if screen.is_modal else [screen.region]
    found: dict[str, None] = {}
    for y, strip in enumerate(screen._compositor.render_strips()):
        for x, segment in _placed(strip):
            style = segment.style
            if (
                style is None
                or style.color is None
                or style.bgcolor is None
                or not segment.text.strip(" │─╭╮╰╯▁▂▃▄▅▆▇█▊▎▔▌")
            ):
                continue
            ratio = contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
            if ratio < least and any(one.contains(x, y) for one in shown):
                found[f"{segment.text.strip()!r} {style} {ratio:.2f}"] = None
    return list(found)


def _placed(strip: Strip) -> Iterator[tuple[int, Segment]]:
    """Each segment with the column that it begins in."""
    x = 0
    for segment in strip:
        yield x, segment
        x += segment.cell_length


def coloured(pilot: Pilot[None]) -> list[str]:
    """What on the screen has a colour that is no grey."""
    return [
        segment.text
        for strip in pilot.app.screen._compositor.render_strips()
        for segment in strip
        for one in ((segment.style.color, segment.style.bgcolor) if segment.style else ())
        if one is not None and one.triplet is not None and len(set(one.triplet)) > 1
    ]

"""What somebody does who has read nothing: no key falls dead, and every dialog tells how it is left."""

import re
from io import BytesIO

import pytest
from babel.messages.pofile import read_po
from rich.cells import cell_len
from textual.pilot import Pilot

from p24tui import assets, i18n
from p24tui.services import phrases
from p24tui.tui.screens import desk_parts
from p24tui.tui.setup import SetUpApp
from p24tui.tui.widgets.desk_header import DeskHeader, Trouble, Unsaved
from p24tui.tui.window import SMALLEST
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text
from tests.world import MONDAY_NINE, World

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def what_is_said_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what the header says for a while is still there when one looks."""
    monkeypatch.setattr(desk_parts, "SAID_FOR", 3600.0)


def notice(pilot: Pilot[None]) -> str:
    """What the header says for a while."""
    return desk_of(pilot)._header.notice


@pytest.mark.parametrize(
    ("way", "key", "said"),
    [
        ((), "2", "2 gäller i ett öppet ärende: Enter öppnar det."),
        ((), "ö", "ö gör inget här. ? visar alla tangenter."),
        (("down", "enter"), "f", "f gäller i listan: Esc leder dit."),
        (("f6",), "t", "t gäller i listan: F2 leder dit."),
        (("f3",), "enter", ""),
        ((), "t", ""),
    ],
)
async def test_a_key_that_does_nothing_says_where_it_does(
    sqlcipher_world: World, way: tuple[str, ...], key: str, said: str
) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", *way)
        desk_of(pilot)._header.notice = ""
        await press(pilot, key)
        assert not notice(pilot).startswith(f"{key} g") if not said else notice(pilot) == said


async def test_what_one_writes_is_no_key(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "slash", *"2ö")
        assert "2ö" in screen_text(pilot)
        assert "gör inget här" not in notice(pilot)


async def test_the_help_begins_where_one_is_and_says_how_to_leave_it(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "question_mark")
        first = screen_text(pilot)
        assert first.index("I patientlistan") < first.index("↑ ↓ ") < first.index("Esc stäng")
        await press(pilot, "escape", "f4", "question_mark")
        assert "I stängningskontrollen (F4)" in screen_text(pilot)
        assert "Esc stäng" in screen_text(pilot)


async def test_the_palette_shows_a_key_only_where_it_does_that(sqlcipher_world: World) -> None:
    async with at_desk(sqlcipher_world) as pilot:
        in_list = helps(pilot)
        assert in_list["Kvittera larm"].startswith("k  ")
        assert in_list["Hjälp"].startswith("?, F1  ")
        await press(pilot, "f3")
        among_visits = helps(pilot)
        assert among_visits["Kvittera larm"].startswith("Kvittera ")
        assert among_visits["Kallelse"].startswith("k  ")


def helps(pilot: Pilot[None]) -> dict[str, str]:
    """What the palette says of each command, by its title."""
    return {one.title: str(one.help) for one in pilot.app.get_system_commands(pilot.app.screen)}


async def test_the_bar_of_keys_begins_with_taking_a_case_on_that_nobody_has(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await press(pilot, "down", "down", "enter")
        assert last_line(pilot).startswith("t ta emot")
        await press(pilot, "t")
        assert "F1 hjälp" in last_line(pilot)
        await press(pilot, "escape")
        assert last_line(pilot).startswith("Enter skriv")
        await press(pilot, "escape", "down", "down", "enter")
        assert "Skyddad person" in screen_text(pilot)
        assert last_line(pilot).startswith("a avsluta")


def last_line(pilot: Pilot[None]) -> str:
    return screen_text(pilot).splitlines()[-1].strip()


async def test_whoever_writes_a_phrase_is_told_every_gap_that_fills_itself(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "down", "down", "t", "ctrl+t", "ctrl+n")
        assert all(f"{{{name}}}" in screen_text(pilot) for name in phrases.KNOWN)


async def test_the_first_run_asks_for_what_is_missing_where_it_stands() -> None:
    made: list[dict[str, str]] = []
    async with SetUpApp(made.append, "dark").run_test() as pilot:
        await pilot.press("ctrl+s")
        assert "Fyll i: Enhetens namn." in screen_text(pilot)
        await pilot.press(*"Åsen", "enter", *"SE2321000016-ASEN", "ctrl+s")
        assert "Fyll i: Ditt namn." in screen_text(pilot)
        await pilot.press(*"Maria", "enter", *"SE2321000016-ML01", "ctrl+s")
    assert [one["staff-name"] for one in made] == ["Maria"]


@pytest.mark.parametrize("size", [SMALLEST, (80, 24)], ids=["60x16", "80x24"])
async def test_the_first_run_hides_neither_its_keys_nor_what_one_fills_in(size: tuple[int, int]) -> None:
    async with SetUpApp(lambda _values: None, "dark", asks_for_password=True).run_test(size=size) as pilot:
        await pilot.press("ctrl+s")  # what is missing is said too
        fields = len(pilot.app.screen.focus_chain)
        for _field in range(fields):
            await pilot.pause()
            assert "Spara och öppna" in screen_text(pilot)
            assert "Ctrl+S spara   Esc stäng" in screen_text(pilot)
            focused = pilot.app.screen.focused
            assert focused is not None
            assert pilot.app.screen.find_widget(focused).visible_region.height == 1
            await pilot.press("tab")


NAMES = r"(?:[A-Za-z]|\d–\d|Enter|Esc|Tab|Delete|Mellanslag|Siffra|[↑↓←→]|F\d+|PgUp|PgDn|Ctrl\+[A-Z])"
"""How a key is written."""

KEY_LINE = re.compile(rf"{NAMES}(?: {NAMES})* [^.]+")


def test_every_line_of_keys_is_written_in_one_way() -> None:
    """Three spaces between; a key and what one does with it, no sentence, and the same words for the same."""
    catalogue = (assets.path("locale") / "en" / "LC_MESSAGES" / "p24tui.po").read_bytes()
    sentences = [str(one.id) for one in read_po(BytesIO(catalogue)) if isinstance(one.id, str)]
    lines = [one for one in sentences if re.match(rf"{NAMES} ", one) and "   " in one]
    assert len(lines) > 40
    for line in lines:
        for part in re.split(r"\n| {3}", line):
            assert not part or KEY_LINE.fullmatch(part) or part.startswith(("{", "Grov bild")), line
    for banned in ("väljer", "Esc ångra", "Tab nästa ", "Siffra antecknar"):
        assert [line for line in lines if banned in line and "Tab nästa fält" not in line] == []


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", [80, 100, 120])
def test_what_the_header_says_of_a_lost_database_fits_its_line(language: i18n.Language, width: int) -> None:
    header = DeskHeader({}, "Maria Lind", "sjuksköterska")
    header._fresh_at = MONDAY_NINE
    i18n.use_language(language)
    try:
        for trouble in Trouble:
            header.set_reactive(DeskHeader.trouble, trouble)
            assert cell_len(header._alarm_words(width)) <= width - 4
        header.set_reactive(DeskHeader.trouble, None)
        for unsaved in Unsaved:
            header.set_reactive(DeskHeader.unsaved, unsaved)
            assert cell_len(header._alarm_words(width)) <= width - 4
    finally:
        i18n.use_language("sv")

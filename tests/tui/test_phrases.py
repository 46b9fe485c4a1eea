"""The phrases on the screen: found by a few letters, looked at, inserted, written, changed, forgotten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import OptionList, Select, Static, TextArea

from p24tui.routine.phrase import fill
from p24tui.services.phrases import library
from p24tui.services.views import Phrase, PhraseKind
from p24tui.tui import look
from p24tui.tui.screens import phrases as screens
from p24tui.tui.screens.phrases import Drop, Insert, PhraseScreen, PhrasesScreen, Put
from p24tui.tui.widgets.field import Field
from tests.tui.kit import screen_text

pytestmark = pytest.mark.anyio

OWN = Phrase("own1", "Krya på dig", "Hej {patient}, krya på dig i {veckor} veckor.", PhraseKind.OWN)
UNIT = Phrase("unit1", "Parkering", "Du parkerar bakom huset.", PhraseKind.UNIT)
HOSTILE = Phrase("bad1", "[red]Elak[/] \x1b[31mtitel\nhär", "[b]Fet[/b] \x1b[2J{patient}{lucka}", PhraseKind.UNIT)
SOME = (OWN, UNIT, *library())


class Desk(App[None]):
    """Stands in for the desk: it shows the phrases, and keeps what came of it."""

    CSS_PATH = Path(screens.__file__).parent / "dialogs.tcss"

    def __init__(self, screen: PhrasesScreen | PhraseScreen) -> None:
        super().__init__()
        self._first = screen
        self.answers: list[Insert | Put | Drop | None] = []
        for theme in look.THEMES:
            self.register_theme(theme)
        self.theme = "dark"

    def on_mount(self) -> None:
        self.push_screen(self._first, self.answers.append)


def preview(phrase: Phrase) -> str:
    return fill(phrase.text, {"patient": "Maria Ljungberg", "unit": "Vårdcentralen Åsen"})


def offering(phrases: tuple[Phrase, ...], at: str = "") -> PhrasesScreen:
    screen = PhrasesScreen(preview, at=at)
    screen.offer(phrases)
    return screen


@asynccontextmanager
async def showing(screen: PhrasesScreen | PhraseScreen, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    async with Desk(screen).run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def answers(pilot: Pilot[None]) -> list[Insert | Put | Drop | None]:
    assert isinstance(pilot.app, Desk)
    return pilot.app.answers


def titles(pilot: Pilot[None]) -> list[str]:
    options = pilot.app.screen.query_one(OptionList).options
    return [str(one.prompt).rsplit("  ", 1)[0].rstrip() for one in options]


def shown(pilot: Pilot[None]) -> Content:
    content = pilot.app.screen.query_one("#phrase-text", Static).content
    assert isinstance(content, Content)
    return content


async def test_letters_are_typed_at_once_and_find() -> None:
    async with showing(offering(SOME)) as pilot:
        assert titles(pilot)[:3] == ["Krya på dig", "Parkering", "Stängning"]
        assert "egen" in screen_text(pilot)
        assert "enhetens" in screen_text(pilot)
        await press(pilot, *"samt över")
        assert titles(pilot)[0] == "Fråga om samtycke till överlämning"
        assert "bibliotek" in screen_text(pilot)
        await press(pilot, "ctrl+u", *"nedqxs?/")
        assert pilot.app.screen.query_one(Field).value == "nedqxs?/"
        assert titles(pilot) == []
        assert "Ingen fras passar. Ctrl+N skriver en ny." in screen_text(pilot)
        await press(pilot, "enter", "ctrl+e", "ctrl+d")
        assert answers(pilot) == []


async def test_the_cursor_moves_while_one_types_and_enter_inserts_the_filled_text() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, *"stäng", "down", "up", "down")
        assert pilot.app.screen.query_one(Field).has_focus
        chosen = titles(pilot)[1]
        await press(pilot, "enter")
        (one,) = [phrase for phrase in library() if phrase.title == chosen]
        assert answers(pilot) == [Insert(preview(one))]
        assert "Maria Ljungberg" in preview(one)


async def test_what_is_left_to_fill_in_stands_out() -> None:
    async with showing(offering(SOME)) as pilot:
        text = shown(pilot)
        assert text.plain == "Hej Maria Ljungberg, krya på dig i {veckor} veckor."
        (span,) = text.spans
        assert text.plain[span.start : span.end] == "{veckor}"
        assert span.style == "bold $warning"
        await press(pilot, "down")
        assert shown(pilot).plain == UNIT.text
        assert shown(pilot).spans == []


async def test_it_opens_on_the_phrase_that_is_asked_for() -> None:
    async with showing(offering(SOME, at=UNIT.id)) as pilot:
        assert shown(pilot).plain == UNIT.text


async def test_escape_leaves_with_nothing() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, *"krya", "escape")
        assert answers(pilot) == [None]


async def test_a_new_phrase_is_written_and_kept() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, "ctrl+n", *"Hej", "tab", "tab", *"Hej qu?", "enter", *"{tid}", "ctrl+s")
        assert answers(pilot) == [Put(Phrase("", "Hej", "Hej qu?\n{tid}", PhraseKind.OWN))]


async def test_a_new_phrase_may_be_the_units() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, "ctrl+n", *"Hej", "tab", "enter", "down", "enter", "tab", *"Hej", "ctrl+s")
        assert answers(pilot) == [Put(Phrase("", "Hej", "Hej", PhraseKind.UNIT))]


@pytest.mark.parametrize("one", [OWN, UNIT, library()[0]], ids=lambda one: one.kind)
async def test_a_phrase_is_changed(one: Phrase) -> None:
    async with showing(offering((one,))) as pilot:
        await press(pilot, "ctrl+e", *" 2", "ctrl+s")
        kind = PhraseKind.UNIT if one is UNIT else PhraseKind.OWN
        assert answers(pilot) == [Put(replace(one, title=f"{one.title} 2", kind=kind))]


async def test_what_cannot_be_kept_says_why_and_keeps_what_is_typed() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, "ctrl+n", "ctrl+s")
        assert "Ge frasen en rubrik." in screen_text(pilot)
        await press(pilot, *"Hej", "ctrl+s")
        assert "Frasen är tom. Skriv en text." in screen_text(pilot)
        pilot.app.screen.query_one(TextArea).text = "å" * 4001
        await press(pilot, "ctrl+s")
        assert "Frasen är 4001 tecken lång. Den får ha högst 4000." in screen_text(pilot)
        assert pilot.app.screen.query_one("#phrase-title", Field).value == "Hej"
        assert answers(pilot) == []


async def test_escape_asks_once_before_it_throws_away_what_was_written() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, *"krya på", "ctrl+e", "escape")
        assert titles(pilot) == ["Krya på dig"]  # nothing was changed: back at once, as one left it
        await press(pilot, "ctrl+e", "x", "escape")
        assert "inte sparat" in screen_text(pilot)
        await press(pilot, "y")
        assert "inte sparat" not in screen_text(pilot)
        await press(pilot, "escape")
        assert "inte sparat" in screen_text(pilot)
        await press(pilot, "escape")
        assert titles(pilot) == ["Krya på dig"]
        assert answers(pilot) == []


async def test_what_could_not_be_stored_is_there_to_be_saved_again() -> None:
    typed = replace(OWN, text="Nyskrivet.")
    async with showing(PhraseScreen(typed, "Databasen svarar inte.")) as pilot:
        assert "Databasen svarar inte." in screen_text(pilot)
        await press(pilot, "escape")
        assert answers(pilot) == []
        await press(pilot, "ctrl+s")
        assert answers(pilot) == [Put(typed)]


async def test_a_phrase_is_forgotten_by_a_second_press() -> None:
    async with showing(offering(SOME)) as pilot:
        await press(pilot, "down", "ctrl+d")
        assert "Ta bort frasen? Den är hela enhetens." in screen_text(pilot)
        await press(pilot, "up", "down", "ctrl+d")
        assert answers(pilot) == []
        await press(pilot, "ctrl+d")
        assert answers(pilot) == [Drop(UNIT.id, UNIT.title)]


async def test_the_librarys_own_is_never_forgotten() -> None:
    async with showing(offering(library())) as pilot:
        await press(pilot, "ctrl+d", "ctrl+d")
        assert "Bibliotekets fraser finns alltid kvar." in screen_text(pilot)
        assert answers(pilot) == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_hostile_phrase_is_only_letters(size: tuple[int, int]) -> None:
    async with showing(offering((HOSTILE,)), size) as pilot:
        text = screen_text(pilot)
        assert "[red]Elak[/] �[31mtitel här" in text
        assert "[b]Fet[/b] �[2JMaria Ljungberg{lucka}" in text
        assert "\x1b" not in text
        await press(pilot, "ctrl+d")
        assert "Ta bort frasen?" in screen_text(pilot)
        await press(pilot, "ctrl+e")
        assert "\x1b" not in screen_text(pilot)
        assert "[b]Fet[/b] �[2J{patient}{lucka}" in screen_text(pilot)
        await press(pilot, "escape", "enter")
        assert answers(pilot) == [Insert("[b]Fet[/b] �[2JMaria Ljungberg{lucka}")]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_everything_has_its_place_and_nothing_blinks(size: tuple[int, int]) -> None:
    async with showing(offering(SOME), size) as pilot:
        assert "Enter infoga   Ctrl+N ny   Ctrl+E ändra   Ctrl+D ta bort   Esc tillbaka" in screen_text(pilot)
        assert not pilot.app.screen.query_one(Field).cursor_blink
        await press(pilot, "ctrl+n")
        assert "Tab nästa fält   Ctrl+S spara   Esc tillbaka" in screen_text(pilot)
        assert pilot.app.screen.query_one(Select).region.height == 1
        assert not any(field.cursor_blink for field in pilot.app.screen.query(Field))
        assert not pilot.app.screen.query_one(TextArea).cursor_blink


async def test_a_long_text_is_read_to_its_end() -> None:
    long = replace(OWN, text="\n".join(f"rad {n}" for n in range(1, 60)))
    async with showing(offering((long,))) as pilot:
        assert "rad 59" not in screen_text(pilot)
        await press(pilot, *["pagedown"] * 10)
        assert "rad 59" in screen_text(pilot)
        await press(pilot, *["pageup"] * 10)
        assert "rad 1 " in screen_text(pilot)


async def test_what_one_types_before_the_phrases_are_there_finds_among_them() -> None:
    screen = PhrasesScreen(preview)
    async with showing(screen) as pilot:
        await press(pilot, *"parker", "enter")
        assert answers(pilot) == []
        screen.offer(SOME)
        await pilot.pause()
        assert titles(pilot) == ["Parkering"]

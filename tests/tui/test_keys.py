"""The table of keys: it can be changed in the settings, and no letter acts while one types."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import BindingsMap
from textual.pilot import Pilot
from textual.widgets import Input

from p24tui import settings
from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.routine.case import Case, CaseState
from p24tui.routine.protection import Protection
from p24tui.services import chat, wrong_patient
from p24tui.tui import key_names, keys
from p24tui.tui.key import Where
from p24tui.tui.key_table import KEYS
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.dialogs import HoldScreen
from p24tui.tui.screens.help import PLACES, HelpScreen
from p24tui.tui.screens.phrases import PhraseScreen, PhrasesScreen
from p24tui.tui.screens.takeover import AskScreen
from p24tui.tui.screens.views import ViewsScreen
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.key_bar import KeyBar
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.widgets.search_line import SearchLine
from tests.tui.kit import app, at_desk, desk_of, fill, press, screen_text, settled
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def shipped_keys() -> Iterator[None]:
    yield
    keys.use_keys({})


def refusal(**changes: str | tuple[str, ...]) -> str:
    """What is said where these keys cannot be used."""
    table = {action: (key,) if isinstance(key, str) else key for action, key in changes.items()}
    with pytest.raises(BadInput) as error:
        keys.remapped(KEYS, table)
    return explain(error.value)


def remap(world: World, **changes: str) -> None:
    world.system.settings = replace(
        world.system.settings, keys={action: tuple(key.split()) for action, key in changes.items()}
    )


def test_the_shipped_table_passes_the_check() -> None:
    keys.check_keys(KEYS)
    names = [row.setting for row in KEYS]
    assert len(set(names)) == len(names)
    assert all(key_names.canonical(key) == key for row in KEYS for key in row.keys)


def test_every_place_stands_in_the_help_and_says_which_keys_it_needs() -> None:
    assert set(PLACES) == set(keys.NEEDED) == set(Where)


def test_what_is_refused_names_the_action_the_key_and_what_it_clashes_with() -> None:
    assert refusal(claim="x") == (
        "x för claim (ta emot) är redan tangenten för release (släpp) på samma ställe. Välj en annan."
    )
    assert "claim (ta emot)" in refusal(quit="ctrl+s", send="f12", claim="ctrl+s")
    assert refusal(eat="x").startswith("Tangentinställningen eat finns inte. De som finns är acknowledge, ")
    assert refusal(claim="hej").startswith("hej för claim (ta emot) är ingen tangent.")
    assert refusal(claim=()).startswith("claim (ta emot) måste ha minst en tangent.")


@pytest.mark.parametrize("key", ["s", "5", "ä", "?", "space", "Shift+M"])
@pytest.mark.parametrize("action", ["send", "back", "help_anywhere", "quit", "command_palette"])
def test_no_character_may_act_where_one_types(action: str, key: str) -> None:
    assert "medan man skriver" in refusal(**{action: key})


@pytest.mark.parametrize(("action", "key"), [("claim", "down"), ("send", "enter"), ("quit", "ctrl+v"), ("hold", "tab")])
def test_no_action_takes_a_key_that_moves_or_edits(action: str, key: str) -> None:
    assert "behövs till att flytta eller skriva" in refusal(**{action: key})


def test_the_same_key_may_do_two_things_in_two_places() -> None:
    table = keys.remapped(KEYS, {"search": ("ctrl+s",)})
    assert [row.action for row in table if row.keys == ("ctrl+s",)] == ["search", "send"]


@pytest.mark.parametrize(
    ("written", "key", "shown"),
    [
        ("m", "m", "m"),
        ("M", "M", "M"),
        ("Shift+m", "M", "M"),
        ("Ctrl+S", "ctrl+s", "Ctrl+S"),
        ("shift+ctrl+left", "ctrl+shift+left", "Ctrl+Shift+←"),
        ("→", "right", "→"),
        ("?", "question_mark", "?"),
        ("/", "slash", "/"),
        ("+", "plus", "+"),
        ("Esc", "escape", "Esc"),
        ("ctrl+m", "enter", "Enter"),
        ("f12", "f12", "F12"),
    ],
)
def test_a_key_may_be_written_as_people_write_it(written: str, key: str, shown: str) -> None:
    assert key_names.canonical(written) == key
    assert key_names.shown(key) == shown
    assert key_names.canonical(shown) == key


@pytest.mark.parametrize("written", ["", "hej", "ctrl", "ctrl+", "hyper+x", "f99", "sun", "<any>", "a,b", "\n"])
def test_what_is_no_key(written: str) -> None:
    assert key_names.canonical(written) is None


WRITTEN = st.sampled_from(
    [
        *"abcmtxåä5?/+",
        "enter",
        "escape",
        "space",
        "tab",
        "down",
        "f1",
        "f2",
        "f5",
        "ctrl+a",
        "ctrl+b",
        "ctrl+s",
        "alt+m",
    ]
)
CHANGES = st.dictionaries(
    st.sampled_from([row.setting for row in KEYS]), st.lists(WRITTEN, max_size=3).map(tuple), max_size=6
)


@given(CHANGES)
def test_whatever_is_chosen_each_key_does_one_thing_in_its_place_or_it_is_refused(
    changes: dict[str, tuple[str, ...]],
) -> None:
    try:
        keymap = keys.use_keys(changes)
    except BadInput:
        return
    table = keys.keys_in_use()
    for one, other in combinations(table, 2):
        if set(one.keys) & set(other.keys):
            assert set(one.where).isdisjoint(other.where)
            assert Where.EVERYWHERE not in (*one.where, *other.where)
    for where in Where:
        here = [row for row in table if where in row.where]
        assert all(row.key for row in here)
        if where in (Where.COMPOSER, Where.EVERYWHERE):
            assert not any(key_names.types_text(key) for row in here for key in row.keys)
        bound = BindingsMap(keys.bindings(where))
        bound.apply_keymap(keymap)
        leads_to = {key: {one.action for one in found} for key, found in bound.key_to_bindings.items()}
        assert leads_to == {key: {row.target} for row in here for key in row.keys}


def test_keys_come_from_the_settings_file_and_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[keys]\nclaim = "m"\nsend = ["ctrl+s", "ctrl+enter"]\n', encoding="utf-8")
    environ = {"P24TUI_HOME": str(tmp_path)}
    assert settings.load(environ).keys == {"claim": ("m",), "send": ("ctrl+s", "ctrl+enter")}
    environ["P24TUI_KEYS"] = "claim=c send=ctrl+enter,f5"
    assert settings.load(environ).keys == {"claim": ("c",), "send": ("ctrl+enter", "f5")}


@pytest.mark.parametrize("given", ["claim", "claim=", "=m"])
def test_an_environment_that_is_no_table_of_keys_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path), "P24TUI_KEYS": given})
    assert error.value.reason == "settings-value"


@pytest.mark.parametrize("text", ["[keys]\nclaim = 5\n", 'keys = ["m"]\n', "[keys]\nclaim = [1]\n"])
def test_a_file_whose_keys_are_no_keys_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path)})
    assert error.value.reason == "settings-value"


def test_writing_the_settings_keeps_the_table_of_keys(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('lang = "sv"\n\n[keys]\nclaim = "m"\n', encoding="utf-8")
    settings.save(tmp_path, lang="en", unit="SE2321000016-ASEN")
    loaded = settings.load({"P24TUI_HOME": str(tmp_path)})
    assert (loaded.lang, loaded.unit, loaded.keys) == ("en", "SE2321000016-ASEN", {"claim": ("m",)})


def test_a_console_with_keys_that_clash_does_not_open(sqlcipher_world: World) -> None:
    remap(sqlcipher_world, claim="x")
    with pytest.raises(BadInput):
        app(sqlcipher_world)


async def test_another_key_acts_and_is_shown_and_the_old_one_no_longer_acts(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"].id
    remap(sqlcipher_world, claim="å", send="f12 ctrl+enter", release="t", quit="f10", help="f11", acknowledge="K")
    async with at_desk(sqlcipher_world, size=(120, 100)) as pilot:
        assert " å ta emot " in bar_text(pilot)
        assert "K kvittera" in screen_text(pilot)
        await press(pilot, "down", "down", "down", "enter")
        assert "Tryck å" in screen_text(pilot)
        await press(pilot, "t")
        assert sqlcipher_world.row(cough).case.owner_id is None
        await press(pilot, "å")
        assert sqlcipher_world.row(cough).owner == "Maria Lind"
        assert " F12 skicka " in bar_text(pilot)
        await press(pilot, *"Hej å", "ctrl+s")
        assert typed(pilot) == "Hej å"
        await press(pilot, "ctrl+enter")
        assert sqlcipher_world.row(cough).case.state is CaseState.WAITING
        await press(pilot, "escape", "f11")
        assert shows(pilot, HelpScreen)
        assert "F12, Ctrl+Enter" in screen_text(pilot)
        await press(pilot, "f11", "question_mark")
        assert not shows(pilot, HelpScreen)
        await press(pilot, "t", "ctrl+q")
        assert sqlcipher_world.row(cough).case.owner_id is None
        await press(pilot, "ctrl+c")
        assert "F10 stänger p24tui." in screen_text(pilot)
        await pilot.press("f10")
    assert pilot.app.return_code == 0


REFUSED = ("skriv", "ta emot", "släpp", "lämna över", "sms", "vila")


def locked(world: World) -> Case:
    """One marked OBS FEL PATIENT, where somebody writes on."""
    one = world.case(name="Karin Öberg", unread=0)
    marked = wrong_patient.mark(world.system, world.actor("johan"), one.id, one.version)
    world.writes(one.id, "Tack.")
    return marked


def protected(world: World) -> Case:
    return world.case(name="Hemlig Person", protection=Protection.MARKED)


def over(world: World) -> Case:
    return world.case(name="Karin Öberg", unread=0, waiting_since=None, state=CaseState.ENDED)


@pytest.mark.rule("AP-1", "PR-1", "CH-12")
@pytest.mark.parametrize(("made", "hidden"), [(locked, {"intern"}), (protected, {"intern"}), (over, {"avsluta"})])
async def test_the_bar_offers_no_key_that_the_state_of_the_open_case_refuses(
    sqlcipher_world: World, made: Callable[[World], Case], hidden: set[str]
) -> None:
    one = made(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(200, 60)) as pilot:
        desk_of(pilot).post_message(DeskScreen.Enter(one))
        await settled(pilot)
        offered = {key.label for key in desk_of(pilot).query_one(KeyBar)._shown()}
        assert offered.isdisjoint({*REFUSED, *hidden})
        assert offered >= {"tillbaka", "anamnes", "stäng", "hjälp"} | ({"avsluta", "intern"} - hidden)


async def test_the_bar_begins_with_ending_what_is_not_handled_here(sqlcipher_world: World) -> None:
    one = locked(sqlcipher_world)
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        desk_of(pilot).post_message(DeskScreen.Enter(one))
        await settled(pilot)
        assert bar_text(pilot).startswith(" a avsluta ")


def bar_text(pilot: Pilot[None]) -> str:
    return str(desk_of(pilot).query_one(KeyBar).render())


def typed(pilot: Pilot[None]) -> str:
    """What stands where one types."""
    field = pilot.app.screen.focused
    assert isinstance(field, Input | Composer)
    return field.text if isinstance(field, Composer) else field.value


def shows(pilot: Pilot[None], screen: type[object]) -> bool:
    """Whether such a screen is on top."""
    return isinstance(pilot.app.screen, screen)


DIGITS = "0123456789"

BARE = tuple(
    key
    for key in dict.fromkeys(key for row in KEYS for key in row.keys)
    if key_names.types_text(key) and key not in DIGITS
)
"""Every key of the table, but for digits, that also writes something."""

TYPED = "".join(map(key_names.shown, BARE))

FIELDS = {
    "composer": (("t",), Composer),
    "note": (("t", "escape", "i"), Composer),
    "phrases": (("t", "ctrl+t"), PhrasesScreen),
    "search": (("slash",), SearchLine),
    "hold": (("t", "escape", "h"), HoldScreen),
    "take over": (("end", "t"), AskScreen),
    "phrase": (("t", "ctrl+t", "ctrl+n"), PhraseScreen),
    "view name": (("v", "s"), ViewsScreen),
    "palette": (("ctrl+p",), Input),
}


@pytest.mark.parametrize("place", FIELDS)
async def test_where_one_types_letters_are_letters(sqlcipher_world: World, place: str) -> None:
    cases = fill(sqlcipher_world)
    way, kind = FIELDS[place]
    async with at_desk(sqlcipher_world) as pilot:
        johan, old = sqlcipher_world.actor("johan"), cases["old"]
        chat.claim(sqlcipher_world.system, johan, old.id, old.version)
        await settled(pilot)
        desk_of(pilot).query_one(PatientList).move_to(cases["cough"].id)
        await press(pilot, *way)
        screen, field = pilot.app.screen, pilot.app.screen.focused
        assert shows(pilot, kind) or isinstance(field, kind)
        before = [(sqlcipher_world.row(case.id), sqlcipher_world.event_kinds(case.id)) for case in cases.values()]
        await pilot.press(*BARE, *DIGITS)
        await settled(pilot)
        assert typed(pilot) == f"{TYPED}{DIGITS}"
        assert pilot.app.screen is screen
        assert screen.focused is field
        after = [(sqlcipher_world.row(case.id), sqlcipher_world.event_kinds(case.id)) for case in cases.values()]
        assert after == before


async def test_in_the_filter_letters_choose_and_do_nothing_to_a_case(sqlcipher_world: World) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        before = [(sqlcipher_world.row(case.id), sqlcipher_world.event_kinds(case.id)) for case in cases.values()]
        for key in BARE:
            if not desk_of(pilot)._filter_bar.display:
                await press(pilot, "f")
            await press(pilot, key)
        after = [(sqlcipher_world.row(case.id), sqlcipher_world.event_kinds(case.id)) for case in cases.values()]
        assert after == before


WAYS = {
    Where.LIST: (),
    Where.CASE: ("t", "escape"),
    Where.COMPOSER: ("t",),
    Where.PLACE: ("f7",),
    Where.REGISTRATION: ("f5",),
    Where.VIDEO: ("f3",),
    Where.CLOSING: ("f4",),
    Where.OVERVIEW: ("f6",),
}


@pytest.mark.parametrize("place", WAYS)
async def test_every_key_of_the_table_leads_to_its_action_in_its_place(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, place: Where
) -> None:
    cases = fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(cases["cough"].id)
        await press(pilot, *WAYS[place])
        rows = [row for row in KEYS if {place, Where.EVERYWHERE} & set(row.where)]
        assert rows
        for row in rows:
            done: list[str] = []
            target = type(pilot.app) if row.of_app else DeskScreen
            with monkeypatch.context() as patch:
                patch.setattr(target, f"action_{row.action}", lambda _self, done=done, row=row: done.append(row.action))
                for key in row.keys:
                    await pilot.press(key)
                await pilot.pause()
            assert done == [row.action] * len(row.keys), (row.setting, place)

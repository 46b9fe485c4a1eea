"""No dialog hides its line of keys, nor what one writes in, however low the window is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, RiskLevel, SuicideRisk
from p24tui.routine.risk_course import Assessment, Basis, Booking
from p24tui.services import chat, registration, suicide, takeover
from p24tui.tui.screens.form import FormScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.window import SMALLEST
from tests.registering import ended, made
from tests.services.test_patients import CHILD, KATJA
from tests.tui.booking_kit import a_child, an_adult
from tests.tui.kit import at_desk, desk_of, press, screen_text, settled
from tests.tui.visit_kit import a_day_of_visits
from tests.world import World

pytestmark = pytest.mark.anyio

SIZES = pytest.mark.parametrize("size", [SMALLEST, (80, 24)], ids=["60x16", "80x24"])
Size = tuple[int, int]


def cough(world: World) -> Case:
    one = world.case(name="Ali Noor", matter="Hosta", unread=0, has_form=True)
    return chat.claim(world.system, world.actor("amir"), one.id, one.version)


def suspected(world: World) -> Case:
    one = world.case(name="Erik Lund", suicide=SuicideRisk.AWAITING, has_form=True, unread=0)
    return chat.claim(world.system, world.actor("amir"), one.id, one.version)


def moderate(world: World) -> Case:
    one = suspected(world)
    said = Assessment(RiskLevel.MODERATE, (Basis.ANAMNESIS,), "suicidal-thoughts", "ensam", "syster")
    return suicide.state(world.system, world.actor("amir"), one.id, one.version, said)


def visit_booked(world: World) -> Case:
    one = moderate(world)
    at = world.clock.now() + timedelta(hours=2)
    said = Booking(at, Profession.DOCTOR, "Anna Ström", "Vårdcentralen Åsen, rum 4")
    return suicide.state(world.system, world.actor("amir"), one.id, one.version, said)


def visits(world: World) -> None:
    world.rostered()
    a_day_of_visits(world)


def theirs(world: World) -> Case:
    """A case that Johan has."""
    one = world.case(name="Ali Noor", matter="Hosta", unread=0)
    return chat.claim(world.system, world.actor("johan"), one.id, one.version)


def asked_for(world: World) -> Case:
    one = theirs(world)
    return takeover.ask(world.system, world.actor("amir"), one.id, one.version, "patienten ringde mig")


def asks(world: World) -> Case:
    one = cough(world)
    return takeover.ask(world.system, world.actor("johan"), one.id, one.version, "patienten ringde mig")


def adult(world: World) -> None:
    world.rostered()
    an_adult(world)


def young(world: World) -> None:
    world.rostered()
    a_child(world)


def to_register(world: World) -> None:
    world.rostered()
    ended(world, name="Ali Noor", matter="Hosta")


def to_remove(world: World) -> None:
    """One that has been registered, and whose post stands in VAS still."""
    world.rostered()
    one = made(world, name="Ali Noor", matter="Hosta")
    registration.registered(world.system, world.actor("eva"), one.id, "L1", "Faktura")


def typed(number: str) -> str:
    return " ".join(number)


WAYS: tuple[tuple[Callable[[World], Case | None], str], ...] = (
    (suspected, "4"),
    (suspected, "4 1"),
    (suspected, "4 1 ctrl+s"),
    (moderate, "4"),
    *((moderate, f"4 {digit}") for digit in range(1, 8)),
    (visit_booked, "4"),
    (suspected, "l"),
    (cough, "l"),
    (cough, "y"),
    (cough, "j"),
    (cough, "j 5"),
    (cough, "6"),
    (cough, "6 1"),
    (cough, "6 5"),
    (cough, "7"),
    (cough, "7 1"),
    (cough, "v"),
    (cough, "h"),
    (cough, "f4 i"),
    (cough, "ctrl+o"),
    (cough, "ctrl+o ctrl+n"),
    (cough, "f9"),
    (cough, "f1"),
    (visits, "f3 enter"),
    (visits, "f3 down down down enter"),
    (visits, "f3 j"),
    (visits, "f3 t"),
    (visits, "f3 end m"),
    (visits, "f3 end c"),
    (visits, "f3 end k"),
    (visits, "f3 end l"),
    (visits, "f3 end l 1"),
    (visits, "f3 end l 5"),
    (visits, "f8"),
    (visits, "f8 enter"),
    (visits, "f8 g"),
    (adult, "f3 b"),
    (adult, f"f3 b {typed(KATJA)} ctrl+s"),
    (young, f"f3 b {typed(CHILD)} ctrl+s"),
    (cough, "enter ctrl+t"),
    (cough, "enter ctrl+t ctrl+n"),
    (theirs, "t"),
    (asked_for, "t"),
    (asks, "b"),
    (to_register, "f5 7"),
    (to_register, "f5 7 enter enter enter"),
    (to_register, "f5 7 down enter"),
    (to_remove, "f5 7"),
)


@SIZES
@pytest.mark.parametrize(("case", "keys"), WAYS, ids=[f"{case.__name__}-{keys}" for case, keys in WAYS])
async def test_a_dialog_hides_neither_its_keys_nor_what_one_writes_in(
    sqlcipher_world: World, case: Callable[[World], Case | None], keys: str, size: Size
) -> None:
    one = case(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir" if one else "maria", size=size) as pilot:
        if one is not None:
            desk_of(pilot).query_one(PatientList).move_to(one.id)
        await press(pilot, *keys.split())
        assert_in_sight(pilot)
        for _step in range(6):  # through the fields, each of which must be seen as one comes to it
            await press(pilot, "tab")
            assert_in_sight(pilot)


def assert_in_sight(pilot: Pilot[None]) -> None:
    """All of the dialog's last line, and the field that has the focus."""
    screen = pilot.app.screen
    box = screen.query_one(Dialog)
    last = [one for one in box.displayed_children if one.region.height or one.has_class("dialog-keys")][-1]
    assert last.has_class("dialog-keys") or str(last.id).endswith("-keys"), screen_text(pilot)
    assert _shown(pilot, last) == last.region, screen_text(pilot)
    assert last.region.bottom < box.region.bottom, screen_text(pilot)
    focused = screen.focused
    if focused is not None and box in focused.ancestors:
        assert _shown(pilot, focused).height >= min(2, focused.size.height), screen_text(pilot)


def _shown(pilot: Pilot[None], widget: Widget) -> Region:
    return pilot.app.screen.find_widget(widget).visible_region


@pytest.mark.parametrize(
    ("case", "keys"),
    [(cough, "j"), (cough, "f1"), (moderate, "4"), (visits, "f3 enter")],
    ids=["assess", "help", "risk", "visit"],
)
async def test_that_there_is_more_below_is_said_in_the_frame_until_one_has_come_there(
    sqlcipher_world: World, case: Callable[[World], Case | None], keys: str
) -> None:
    one = case(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir" if one else "maria", size=SMALLEST) as pilot:
        if one is not None:
            desk_of(pilot).query_one(PatientList).move_to(one.id)
        await press(pilot, *keys.split())
        assert "↓ mer" in frame_below(pilot)
        await press(pilot, *["pagedown"] * 40)
        assert "↓ mer" not in frame_below(pilot)


async def test_where_all_stands_there_nothing_is_said_of_more(sqlcipher_world: World) -> None:
    one = cough(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir", size=(80, 24)) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(one.id)
        await press(pilot, "j")
        assert "6" in screen_text(pilot)
        assert "↓ mer" not in screen_text(pilot)
        await pilot.resize_terminal(*SMALLEST)
        await settled(pilot)
        assert "↓ mer" in frame_below(pilot)


def frame_below(pilot: Pilot[None]) -> str:
    """The lower edge of the dialog."""
    bottom = pilot.app.screen.query_one(Dialog).region.bottom
    return screen_text(pilot).splitlines()[bottom - 1]


async def test_what_was_said_of_an_answer_goes_as_the_answer_changes(sqlcipher_world: World) -> None:
    one = suspected(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir", size=(80, 24)) as pilot:
        desk_of(pilot).query_one(PatientList).move_to(one.id)
        await press(pilot, "4", "1", "ctrl+s")
        assert isinstance(pilot.app.screen, FormScreen)
        assert "Välj nivå" in screen_text(pilot)
        await press(pilot, "space", "down", "enter")
        assert "Välj nivå" not in screen_text(pilot)

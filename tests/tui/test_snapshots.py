"""Every screen as it looks, at both sizes: a change of a picture is looked at before it is taken."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from p24tui import i18n
from p24tui.clock import local_date
from p24tui.gateways.outgoing.model import Problem, Rejected, Uncertain
from p24tui.routine.case import Case, CaseState, SuicideRisk, Urgency
from p24tui.services import chat, notes, passwords, registration, reminders, takeover, ticks
from p24tui.store import messages
from p24tui.store.values import Attachment
from p24tui.tui.app import P24App
from p24tui.tui.screens import desk_parts
from p24tui.tui.screens.login import LoginScreen
from p24tui.tui.setup import SetUpApp
from p24tui.tui.widgets import refusal_bar
from tests.outgoing import MOBILE, ScriptedGateway, send, with_gateway
from tests.registering import MESSAGE, ended, made
from tests.tui.control_kit import control_app
from tests.tui.kit import OPERATOR, app, desk_of, fill, press, screen_text, settled, until
from tests.tui.visit_kit import a_day_of_visits
from tests.world import MONDAY_NINE, PEOPLE, World

A_QUARTER_TO_FIVE = MONDAY_NINE + timedelta(hours=7, minutes=45)
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Compare = Callable[..., bool]

ALI = ("down", "down", "down", "t")
KARIN = ("down", "down", "t")

SCREENS = {
    "list": (),
    "case": ("down", "down", "enter"),
    "anamnesis": (*KARIN, "escape", "2"),
    "history": (*KARIN, "escape", "3"),
    "writing": (*ALI, *"Hej Ali! Vi ringer ASAP"),
    "several": (*KARIN, "escape", "escape", "down", "t", *"Hej Ali"),
    "note": (*ALI, *"Hej", "escape", "i", *"Låter andfådd"),
    "notes": (*KARIN, "escape"),
    "phrases": (*ALI, "ctrl+t", *"video"),
    "new-phrase": (*ALI, "ctrl+t", "ctrl+n", *"Godnatt", "tab", "tab", *"Hej {patient}"),
    "gap": (*ALI, "ctrl+t", *"videobes", "enter", "ctrl+s"),
    "attachments": (*KARIN, "escape", "m"),
    "attachment": (*KARIN, "escape", "m", "enter"),
    "protected": ("down", "down", "down", "down", "enter"),
    "risk": ("4",),
    "suspect": (*ALI, "escape", "4", "1"),
    "wrong-patient": (*ALI, "escape", "y"),
    "hold": (*ALI, "escape", "h"),
    "end": (*ALI, "escape", "a"),
    "undo": (*ALI, "escape", "x"),
    "refused": ("down", "down", "down", "down", "t"),
    "ask": ("end", "up", "up", "up", "t"),
    "help": ("question_mark",),
    "filter": ("f",),
    "search": ("slash", *"ont"),
    "views": ("v",),
    "palette": ("ctrl+p",),
    "visits": ("f3",),
    "closing": ("f4",),
    "registration": ("f5",),
    "overview": ("f6",),
    "overview-week": ("f6", "2"),
    "log": ("down", "down", "enter", "escape", "f7"),
    "assess": ("down", "down", "down", "enter", "j", "2", "3"),
    "hand-over": (*ALI, "escape", "l"),
    "roster": ("f8",),
    "hours": ("ctrl+o",),
    "begin-shift": ("f9",),
    "shift": ("f9", "enter", *ALI, "escape", "f9"),
}
CLOSING = {
    "list": (),
    "check": ("f4",),
    "tell": ("f4", "n", "n", "n", "n", "s"),
    "many": ("f4", "m"),
    "refused": ("f4", "v"),
}
SENDING = {
    "remind": ("s",),
    "remind-in-english": ("s", "l"),
    "remind-again": ("s", "enter", "s"),
    "outgoing": ("e",),
    "outgoing-of-case": ("down", "enter", "escape", "e"),
    "case-with-reminder": ("down", "enter", "escape"),
}
REGISTRATION = {
    "page": ("f5",),
    "asks": ("f5", "end", "7", "enter", "enter"),
    "post": ("f5", "end", "7", "enter", "down", "enter", "ctrl+s", "c"),
    "to-remove": ("f5", "down", "7"),
}
VISITS = {"day": ("f3",), "visit": ("f3", "down", "down", "down", "enter")}
CONTROL: dict[str, tuple[str, ...]] = {"unusual": (), "checks": ("k", "l")}
IN_ENGLISH = ("list", "case", "anamnesis", "history", "writing", "phrases", "end", "help", "closing", "overview")


def prepare(world: World) -> dict[str, Case]:
    """A queue where colleagues have begun."""
    cases = fill(world)
    johan = world.actor("johan")
    quiet, karin = cases["quiet"], cases["chest"]
    chat.claim(world.system, johan, quiet.id, quiet.version)
    notes.write_note(world.system, johan, karin.id, "Hon ringde också växeln.", "note")
    with world.system.store.writing() as tx:
        drugs = b"Enalapril 5 mg 1x1"
        file = Attachment("drugs", karin.id, None, "Läkemedel.txt", "text/plain", len(drugs), "00", drugs)
        messages.add_attachment(tx, file)
    return cases


def after(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Do this at the desk, and then look."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    return run


def waits(world: World, name: str) -> Case:
    """A patient who has been written to, and does not answer."""
    maria = world.actor("maria")
    case = world.case(name=name, mobile=MOBILE, minutes_ago=30, unread=0)
    claimed = chat.claim(world.system, maria, case.id, case.version)
    return chat.answer(world.system, maria, case.id, claimed.version, "Hur mår du nu?", f"m-{case.id}")


def prepare_sending(world: World) -> ScriptedGateway:
    """One who may be reminded, and three who have been: of one nobody knows, one failed, one is planned."""
    gateway = with_gateway(world, Uncertain(Problem.SILENCE), Rejected(Problem.ADDRESS))
    waits(world, "Birgitta Ek")
    for name in ("Karin Öberg", "Ali Noor", "Omar Haddad"):
        world.clock.advance(timedelta(minutes=1))
        reminders.remind(world.system, world.actor("maria"), waits(world, name).id)
        if name != "Omar Haddad":
            send(world)
    return gateway


def prepare_closing(world: World) -> None:
    """A quarter to five: who has not answered, who knows, who rests, and what must not be left."""
    world.clock.instant = A_QUARTER_TO_FIVE
    world.rostered()
    fill(world)
    asked: dict[str, Any] = {
        "state": CaseState.WAITING,
        "waiting_since": None,
        "unread": 0,
        "answered_at": A_QUARTER_TO_FIVE,
    }
    for number in range(6):
        world.case(name=f"Tyst Tora {number}", matter="Hosta sedan en vecka", **asked)
    world.case(name="Brått Britta", urgency=Urgency.URGENT, **asked)
    world.case(name="Klar Kim", told_closing_at=A_QUARTER_TO_FIVE, **asked)
    later = local_date(A_QUARTER_TO_FIVE) + timedelta(days=2)
    world.case(name="Vera Vila", state=CaseState.HELD, unread=0, held_until=later, held_reason="provsvar")


def prepare_registration(world: World) -> None:
    """An old watch post, a message to remove, and a contact that nobody has decided on."""
    world.rostered(days=4)
    made(world, name="Gunnar Ask")
    world.clock.advance(timedelta(days=1, hours=1))
    message = made(world, "johan", MESSAGE, name="Sofia Nyberg")
    registration.registered(world.system, world.actor("eva"), message.id, "L1", "Faktura")
    ended(world, name="Karin Öberg", matter="Tryck i bröstet")


def after_a_look(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Let the desk look at how the sending fares, as it does by itself after some seconds; do this, and then look."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot)
        desk = desk_of(pilot)
        desk._sending_at = float("-inf")
        desk._tick()
        await settled(pilot)
        await press(pilot, *keys)
        await settled(pilot)

    return run


@pytest.fixture(autouse=True)
def what_is_said_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what the console says for a while is still there when one looks."""
    monkeypatch.setattr(desk_parts, "SAID_FOR", 3600.0)
    monkeypatch.setattr(refusal_bar, "SHOWN_FOR", 3600.0)


@pytest.fixture
def english() -> Iterator[None]:
    i18n.use_language("en")
    yield
    i18n.use_language("sv")


@SIZES
@pytest.mark.parametrize("screen", SCREENS)
def test_desk(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    prepare(sqlcipher_world)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after(*SCREENS[screen]))


@SIZES
def test_a_psychologist_assesses(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    sqlcipher_world.case(name="Erik Lund", matter="Nedstämdhet", suicide=SuicideRisk.AWAITING, unread=0)
    assert snap_compare(app(sqlcipher_world, "amir"), terminal_size=size, run_before=after("4", "1"))


@SIZES
@pytest.mark.parametrize("screen", IN_ENGLISH)
@pytest.mark.usefixtures("english")
def test_desk_in_english(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    prepare(sqlcipher_world)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after(*SCREENS[screen]))


@SIZES
@pytest.mark.parametrize("screen", CLOSING)
def test_closing(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    prepare_closing(sqlcipher_world)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after(*CLOSING[screen]))


@SIZES
def test_unsigned(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    prepare_closing(sqlcipher_world)
    sqlcipher_world.clock.advance(timedelta(minutes=20))
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after("f4"))


@SIZES
@pytest.mark.parametrize("screen", SENDING)
def test_sending(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    prepare_sending(sqlcipher_world)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after_a_look(*SENDING[screen]))


@SIZES
@pytest.mark.parametrize("screen", ["remind", "outgoing"])
@pytest.mark.usefixtures("english")
def test_sending_in_english(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    prepare_sending(sqlcipher_world)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after_a_look(*SENDING[screen]))


@SIZES
@pytest.mark.parametrize("screen", REGISTRATION)
def test_registration(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    prepare_registration(sqlcipher_world)
    keys = REGISTRATION[screen]
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after(*keys))


@SIZES
@pytest.mark.parametrize("screen", VISITS)
def test_visits(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    sqlcipher_world.rostered()
    a_day_of_visits(sqlcipher_world)
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after(*VISITS[screen]))


@SIZES
def test_reminding_in_the_evening(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    gateway = prepare_sending(sqlcipher_world)
    gateway.name, gateway.leaves_machine = "46elks", True
    sqlcipher_world.clock.advance(timedelta(hours=10))
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after_a_look("s"))


@SIZES
@pytest.mark.parametrize("trouble", ["nothing-goes", "job-fails"])
def test_troubles_of_sending(
    sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], trouble: str
) -> None:
    prepare_sending(sqlcipher_world)
    sqlcipher_world.clock.advance(timedelta(minutes=5))
    if trouble == "job-fails":
        ticks.missed(sqlcipher_world.system, "outbox", "worker:test")
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after_a_look())


@SIZES
def test_a_colleague_asks(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    world, karin = sqlcipher_world, prepare(sqlcipher_world)["chest"]
    claimed = chat.claim(world.system, world.actor("maria"), karin.id, karin.version)
    takeover.ask(world.system, world.actor("johan"), karin.id, claimed.version, "Hon ringde mig nyss")
    assert snap_compare(app(world), terminal_size=size, run_before=after())


@SIZES
def test_the_question_of_a_colleague(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    world, karin = sqlcipher_world, prepare(sqlcipher_world)["chest"]
    claimed = chat.claim(world.system, world.actor("maria"), karin.id, karin.version)
    takeover.ask(world.system, world.actor("johan"), karin.id, claimed.version, "Hon ringde mig nyss")
    assert snap_compare(app(world), terminal_size=size, run_before=after("b"))


@SIZES
def test_one_has_asked(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    world, karin = sqlcipher_world, prepare(sqlcipher_world)["chest"]
    claimed = chat.claim(world.system, world.actor("johan"), karin.id, karin.version)
    takeover.ask(world.system, world.actor("maria"), karin.id, claimed.version, "Hon ringde mig nyss")
    assert snap_compare(app(world), terminal_size=size, run_before=after("down", "down", "t"))


@pytest.mark.parametrize("keys", [(), ("escape", "d")], ids=["anamnesis", "side-by-side"])
def test_three_panes(sqlcipher_world: World, snap_compare: Compare, keys: tuple[str, ...]) -> None:
    prepare(sqlcipher_world)
    two = ("down", "down", "down", "t", "escape", "escape", "up", "t", *"Hej Karin")
    assert snap_compare(app(sqlcipher_world), terminal_size=(200, 60), run_before=after(*two, *keys))


@SIZES
@pytest.mark.parametrize("somebody", [True, False], ids=["login", "nobody"])
@pytest.mark.usefixtures("cheap_passwords")
def test_login(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], somebody: bool) -> None:
    """Also where nobody has a password yet, which is said as soon as it has been read."""

    async def stands_there(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen) and pilot.app.focused is not None)
        await until(pilot, lambda: somebody or "p24tui staff password" in screen_text(pilot))

    if somebody:
        passwords.choose(sqlcipher_world.system, OPERATOR, PEOPLE["maria"][0], "korrekt häst batteri")
    one = P24App(sqlcipher_world.system, {}, "console:test:7")
    assert snap_compare(one, terminal_size=size, run_before=stands_there)


@SIZES
def test_who(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app(sqlcipher_world, asks=True), terminal_size=size)


@SIZES
def test_training_says_so(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    one = app(sqlcipher_world, asks=True)
    one.banner = "ÖVNING"
    assert snap_compare(one, terminal_size=size)


@SIZES
def test_empty_list(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app(sqlcipher_world), terminal_size=size, run_before=after())


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_themes(sqlcipher_world: World, snap_compare: Compare, theme: str) -> None:
    prepare(sqlcipher_world)
    one: App[None] = app(sqlcipher_world)
    one.theme = theme
    assert snap_compare(one, terminal_size=(120, 40), run_before=after(*SCREENS["writing"]))


@SIZES
def test_first_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(SetUpApp(lambda _values: None, "dark", asks_for_password=True), terminal_size=size)


def test_too_small(sqlcipher_world: World, snap_compare: Compare) -> None:
    assert snap_compare(app(sqlcipher_world), terminal_size=(40, 10), run_before=after())


@SIZES
@pytest.mark.parametrize("screen", CONTROL)
def test_log_control(sqlcipher_world: World, snap_compare: Compare, size: tuple[int, int], screen: str) -> None:
    assert snap_compare(control_app(sqlcipher_world), terminal_size=size, run_before=after(*CONTROL[screen]))

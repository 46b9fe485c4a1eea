"""What the manual's pictures show: a unit at a fixed time, and the keys that lead to each screen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update
from textual.pilot import Pilot

from p24tui import assets
from p24tui.clock import local_date
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.login import Means, Proven
from p24tui.routine.protection import Protection
from p24tui.services import chat, passwords, staff
from p24tui.store import messages, tables
from p24tui.store.values import Attachment, FormAnswer, Lost
from p24tui.tui.app import P24App
from p24tui.tui.screens.locked import LockedScreen
from tests.outgoing import MOBILE, with_gateway
from tests.registering import ended
from tests.tui.control_kit import control_app
from tests.tui.kit import OPERATOR, app, desk_of, settled, until
from tests.tui.visit_kit import a_day_of_visits
from tests.visiting import checked
from tests.world import MONDAY_NINE, PEOPLE, UNIT, World

ANSWERS = (
    FormAnswer("", "form", 1, 0, "1", "Om besvären", "group", "", False),
    FormAnswer("", "form", 2, 1, "1.1", "Hur länge har du haft besvären?", "choice", "Några dagar", False),
    FormAnswer("", "form", 3, 1, "1.2", "Har du feber?", "boolean", "Nej", False),
    FormAnswer("", "form", 4, 1, "1.3", "Beskriv med egna ord", "string", "Det kliar mest på kvällen.", True),
)
BIRGITTA = "Birgitta Ek"
BORN = {
    BIRGITTA: 1974,
    "Ali Noor": 1985,
    "Anna-Lisa Bergström": 1949,
    "Christer Holm": 1958,
    "Erik Lund": 1998,
    "Gunilla Frisk": 1944,
    "Gunnar Ask": 1939,
    "Karin Öberg": 1964,
    "Mona Edlund": 1970,
    "Nils Björk": 2001,
    "Omar Haddad": 1992,
    "Peter Hjelm": 1987,
    "Sofia Nyberg": 1990,
}
"""When they were born, where it is another year than everybody's."""

SILENT: dict[str, Any] = {"state": CaseState.WAITING, "waiting_since": None, "unread": 0}
"""A case in which the patient has not answered."""


async def nothing_more(_pilot: Pilot[None]) -> None:
    """For a scene that the keys alone lead to."""


@dataclass(frozen=True, slots=True)
class Scene:
    """``opens`` prepares a unit and gives a console; on ``patient``'s line ``keys`` are pressed, ``text`` is typed."""

    opens: Callable[[World], P24App]
    patient: str = ""
    keys: tuple[str, ...] = ()
    text: str = ""
    then: Callable[[Pilot[None]], Awaitable[None]] = nothing_more
    size: tuple[int, int] = (104, 26)


def at_login(world: World) -> P24App:
    """Nobody has logged in."""
    passwords.choose(world.system, OPERATOR, PEOPLE["maria"][0], "korrekt häst batteri")
    return P24App(world.system, {}, "console:expeditionen")


def in_the_morning(world: World) -> P24App:
    """Nine o'clock: what came in since Friday, and Birgitta Ek, whom Maria has taken on."""
    world.rostered("maria")
    with_gateway(world)
    risk = SuicideRisk.AWAITING
    world.case(name="Erik Lund", matter="Nedstämdhet", minutes_ago=31, priority=2, suicide=risk)
    world.case(name="Nils Björk", matter="Yrsel", minutes_ago=7, priority=None, has_form=True)
    world.case(name="Karin Öberg", matter="Tryck i bröstet", minutes_ago=4, priority=1, has_form=True)
    world.case(name="Ali Noor", matter="Hosta, feber", minutes_ago=47, priority=2, unread=0)
    world.case(name="Hemlig Person", minutes_ago=20, protection=Protection.MARKED)
    world.case(name="Omar Haddad", matter="Ryggont", owner_id=PEOPLE["johan"][0], **SILENT)
    kind = ContactKind.MESSAGE
    world.case(name="Gunilla Frisk", matter="Förnya recept", minutes_ago=12, kind=kind, priority=None)
    world.case(name="Anna-Lisa Bergström", matter="Ont i örat", minutes_ago=130, priority=4)
    world.case(name="Sven Åkesson", matter="Provsvar", minutes_ago=60 * 70, priority=5)
    birgittas(world)
    return app(world)


def logged_in(world: World) -> P24App:
    """The same morning, and Maria has logged in with a password."""
    in_the_morning(world)
    maria = world.actor("maria")
    passwords.choose(world.system, OPERATOR, PEOPLE["maria"][0], "korrekt häst batteri")
    proven = Proven(PEOPLE["maria"][0], maria.name, Means.PASSWORD, world.clock.now())
    return P24App(world.system, staff.people_of(world.system, UNIT), maria.place, actor=maria, proven=proven)


async def one_goes_away(pilot: Pilot[None]) -> None:
    """The console is locked, once the session stands that can be."""
    console = pilot.app
    assert isinstance(console, P24App)
    await until(pilot, lambda: console._session is not None)
    await pilot.press("ctrl+l")
    await until(pilot, lambda: isinstance(console.screen, LockedScreen) and console.focused is not None)


def of_all_ages(world: World) -> None:
    """Let patients be as old as they are here."""
    table = tables.patients
    with world.system.store.writing() as tx:
        for serial, (name, year) in enumerate(BORN.items(), 980):
            born = {"born": date(year, 5, 17), "number": checked(f"{year}0517{serial}")}
            tx.connection.execute(update(table).where(table.c.name == name).values(born))


def birgittas(world: World) -> Case:
    """Her case, with a form and an image, which Maria has taken on."""
    facts: dict[str, Any] = {"has_form": True, "answers": ANSWERS, "mobile": MOBILE, "documented": False}
    text = "Hej, jag har fått röda utslag på underarmen som kliar. Jag skickar en bild."
    one = world.case(name=BIRGITTA, matter="Utslag", text=text, minutes_ago=15, **facts)
    data = (assets.path("demo") / "underarm.png").read_bytes()
    image = Attachment("arm", one.id, None, "Underarm.png", "image/png", len(data), "00", data)
    with world.system.store.writing() as tx:
        messages.add_attachment(tx, image)
    return chat.claim(world.system, world.actor("maria"), one.id, one.version)


def waiting_for_birgitta(world: World) -> P24App:
    """Maria has answered, and nothing has come since."""
    world.rostered("maria")
    gateway = with_gateway(world)
    gateway.name, gateway.leaves_machine = "46elks", True
    one = birgittas(world)
    chat.answer(world.system, world.actor("maria"), one.id, one.version, "Hej Birgitta. Tar du några mediciner?", "m")
    world.clock.advance(timedelta(minutes=50))
    return app(world)


def psychologists(world: World) -> P24App:
    """Amir has taken on a case in which suicide risk is suspected."""
    world.rostered("maria")
    risk = SuicideRisk.AWAITING
    one = world.case(name="Erik Lund", matter="Nedstämdhet", minutes_ago=31, priority=2, suicide=risk, has_form=True)
    chat.claim(world.system, world.actor("amir"), one.id, one.version)
    return app(world, "amir")


def at_visits(world: World) -> P24App:
    """In the middle of a day of visits."""
    world.rostered("maria")
    a_day_of_visits(world)
    return app(world)


def after_the_contact(world: World) -> P24App:
    """Birgitta's contact has ended, and nobody has decided how it is registered."""
    world.rostered("maria")
    ended(world, name=BIRGITTA, matter="Utslag")
    return app(world)


def before_closing(world: World) -> P24App:
    """A quarter to five: who has not answered, who knows, who rests, and what must not be left."""
    now = world.clock.instant = MONDAY_NINE + timedelta(hours=7, minutes=45)
    world.rostered("maria")
    risk = SuicideRisk.AWAITING
    world.case(name="Erik Lund", matter="Nedstämdhet", minutes_ago=31, priority=2, suicide=risk)
    world.case(name="Karin Öberg", matter="Tryck i bröstet", minutes_ago=4, priority=1, has_form=True)
    world.case(name="Gunilla Frisk", matter="Förnya recept", minutes_ago=50, priority=4)
    world.case(name="Sven Åkesson", matter="Provsvar", minutes_ago=60 * 70, priority=5)
    mine = {**SILENT, "owner_id": PEOPLE["maria"][0], "answered_at": now - timedelta(hours=2)}
    asked = {"Omar Haddad": "Ryggont", BIRGITTA: "Utslag", "Mona Edlund": "Sömnproblem"}
    for ago, (name, matter) in enumerate(asked.items(), 3):
        world.case(name=name, matter=matter, minutes_ago=75 * ago, **mine)
    world.case(name="Peter Hjelm", matter="Intyg", minutes_ago=190, told_closing_at=now, **mine)
    until = local_date(now) + timedelta(days=2)
    held = {**SILENT, "state": CaseState.HELD, "held_until": until, "held_reason": "provsvar"}
    world.case(name="Christer Holm", matter="Provsvar", minutes_ago=410, owner_id=PEOPLE["johan"][0], **held)
    return app(world)


async def database_is_lost(pilot: Pilot[None]) -> None:
    """What the feed tells the desk when the database goes away, and nothing after that."""
    console = pilot.app
    assert isinstance(console, P24App)
    await until(pilot, lambda: console._feed is not None)
    assert console._feed is not None
    console._feed.stop()
    await settled(pilot)
    desk_of(pilot).hear(Lost("gone"))
    await settled(pilot)


SCENES = {
    "login": Scene(at_login, size=(100, 22)),
    "shift": Scene(in_the_morning, keys=("f9",)),
    "list": Scene(in_the_morning, "Nils Björk", size=(104, 20)),
    "answer": Scene(in_the_morning, BIRGITTA, ("enter",), "Hej Birgitta! Vi ringer dig ASAP", size=(120, 28)),
    "phrases": Scene(in_the_morning, BIRGITTA, ("enter", "ctrl+t"), "mer"),
    "take-over": Scene(in_the_morning, "Omar Haddad", ("t",), size=(104, 22)),
    "hand-over": Scene(in_the_morning, BIRGITTA, ("enter", "escape", "l")),
    "risk": Scene(psychologists, "Erik Lund", ("4",)),
    "wrong-patient": Scene(in_the_morning, BIRGITTA, ("enter", "escape", "y")),
    "visits": Scene(at_visits, keys=("f3",), size=(116, 16)),
    "images": Scene(in_the_morning, BIRGITTA, ("enter", "escape", "m"), size=(104, 22)),
    "note": Scene(in_the_morning, BIRGITTA, ("enter", "escape", "6", "1"), size=(104, 30)),
    "registration": Scene(after_the_contact, keys=("f5", "end", "7", "enter", "down", "enter"), size=(104, 22)),
    "reminder": Scene(waiting_for_birgitta, BIRGITTA, ("s",), size=(104, 22)),
    "roster": Scene(in_the_morning, keys=("f8",)),
    "closing": Scene(before_closing, keys=("f4",), size=(116, 24)),
    "lost-database": Scene(in_the_morning, BIRGITTA, ("enter",), "Hej Birgitta", database_is_lost, (120, 24)),
    "locked": Scene(logged_in, then=one_goes_away, size=(100, 22)),
    "log-control": Scene(control_app, size=(116, 24)),
    "break-glass": Scene(in_the_morning, keys=("ctrl+g",)),
    "overview": Scene(before_closing, keys=("f6",), size=(116, 34)),
}
"""By the picture's name, in the order of a shift."""

"""Days at a unit on which every kind of text of people stands somewhere, and the ways through the screens of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.handover import Consent, ConsentState, ConsentWay, Target
from p24tui.routine.list_filter import ListFilter
from p24tui.routine.role import Role
from p24tui.services import chat, handover, intake, list_views, takeover
from p24tui.store import drafts, messages, phrases
from p24tui.store.phrases import StoredPhrase
from p24tui.store.values import Attachment
from tests import samples, siu
from tests.controlling import a_day_of_reading, make_controller, number_of
from tests.tui import test_snapshots as shown
from tests.tui.visit_kit import a_day_of_visits
from tests.world import PEOPLE, UNIT, World

CROWD = 24
"""Cases behind those that the ways lead through."""


@dataclass(frozen=True)
class Day:
    """How a world is made, and which keys lead where from whose console."""

    prepare: Callable[[World], object]
    ways: Mapping[str, tuple[str, ...]]
    look: bool = False
    """Whether the desk has looked at how the sending fares before."""
    actor: Callable[[World], Actor] = lambda world: world.actor("maria")


def crowd(world: World, cases: int = CROWD) -> None:
    """Many who wait, after all others in the list."""
    for number in range(cases):
        world.case(name=f"Person {number}", matter="Ärende", priority=5, unread=0, documented=False)


def busy(world: World) -> None:
    """The queue of the pictures, with what else can stand at a desk: offers, drafts, phrases, views, files."""
    cases = shown.prepare(world)
    maria, johan, sara = (world.actor(name) for name in ("maria", "johan", "sara"))
    with world.system.store.writing() as tx:
        for number, kind in enumerate(("text/plain", "image/png", "application/pdf")):
            data = b"x" * 10
            file = Attachment(f"f{number}", cases["chest"].id, None, f"Fil {number}.txt", kind, len(data), "00", data)
            messages.add_attachment(tx, file)
        phrase = StoredPhrase("fras", UNIT, maria.staff_id, "", "En video fras", "Frasens text")
        phrases.put(tx, phrase, "Maria", world.clock.now())
        drafts.save(tx, cases["cough"].id, PEOPLE["maria"][0], "Ett utkast", world.clock.now())
    list_views.save_view(world.system, maria, "Min vy", ListFilter())
    ear = chat.claim(world.system, sara, cases["ear"].id, cases["ear"].version)
    agreed = Consent(ConsentState.GIVEN, ConsentWay.CHAT, world.clock.now())
    staff_id, _name, profession = PEOPLE["maria"]
    handover.offer(
        world.system, sara, ear.id, ear.version, Target(UNIT, profession, staff_id), "Kan du ta den?", agreed
    )
    recipe = chat.claim(world.system, maria, cases["recipe"].id, cases["recipe"].version)
    takeover.ask(world.system, johan, recipe.id, recipe.version, "Hon ringde mig nyss")
    world.rostered()
    crowd(world)


def booking_day(world: World) -> None:
    """The visits of the pictures, and bookings that became none."""
    world.rostered()
    a_day_of_visits(world)
    sent = siu.message(
        siu.msh(), siu.sch(reason="Eksem"), siu.pid(mobile=""), "RGS|1", siu.ail(), siu.aip("SE2321000016-NONE")
    )
    intake.take_hl7(world.system, "vas", sent)
    intake.load(world.system, "test", samples.body(samples.appointment(start="nej")))


def reading_day(world: World) -> None:
    """The day after much was read."""
    number_of(world, a_day_of_reading(world)["care"])
    world.clock.advance(timedelta(days=1))
    make_controller(world)


def controller(world: World) -> Actor:
    """Eva, who controls the log."""
    return replace(world.actor("eva"), role=Role.LOG_CONTROLLER)


DAYS: dict[str, Day] = {
    "desk": Day(
        busy, {**shown.SCREENS, "offers": ("b",), "outgoing": ("e",), "alarms": ("g",), "finding": ("ctrl+f",)}
    ),
    "closing": Day(shown.prepare_closing, shown.CLOSING),
    "sending": Day(shown.prepare_sending, shown.SENDING, look=True),
    "registration": Day(shown.prepare_registration, shown.REGISTRATION),
    "visits": Day(booking_day, shown.VISITS),
    "control": Day(reading_day, shown.CONTROL, actor=controller),
}

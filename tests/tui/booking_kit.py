"""What booking at the desk is tried with: patients with guardians, bookings from VAS, and filling in a form."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import OptionList, Select

from p24tui.gateways.booking import SentBooking
from p24tui.gateways.person_data import Guardian as PersonGuardian
from p24tui.gateways.person_data import Person
from p24tui.routine.identity import IdentityNumber, NumberKind
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Visit
from p24tui.services import guardians, patients
from p24tui.services.intake.bookings import take_booking
from p24tui.services.visit_views import Profile
from tests.outgoing import MOBILE, with_gateway
from tests.services.test_patients import CHILD, KATJA, knowing, person
from tests.tui.kit import press, screen_text
from tests.visiting import FATHER, MOTHER, book
from tests.world import UNIT, World

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Size = tuple[int, int]

A_CHILD = person(
    CHILD,
    "Katja Hennig",
    Protection.NONE,
    PersonGuardian(MOTHER.number, MOTHER.name),
    PersonGuardian(FATHER.number, FATHER.name),
)
MOTHERS = person(MOTHER.number, MOTHER.name)
FATHERS = person(FATHER.number, FATHER.name)


async def write(pilot: Pilot[None], words: str) -> None:
    """Put in words where the focus is, all at once, as from the clipboard."""
    pilot.app.post_message(Paste(words))
    await press(pilot)


async def search(pilot: Pilot[None], number: str) -> None:
    """Book a visit: for whom."""
    await press(pilot, "f3", "b")
    await write(pilot, number)
    await press(pilot, "ctrl+s")


async def at(pilot: Pilot[None], day: str, clock: str) -> None:
    """In the form: when. The focus stands on the length then."""
    pilot.app.screen.query_one("#booking-day").focus()
    await write(pilot, day)
    await press(pilot, "tab")
    await write(pilot, clock)
    await press(pilot, "tab")


async def choose(pilot: Pilot[None], which: str, value: str) -> None:
    """In a form: one of what is offered."""
    select = pilot.app.screen.query_one(f"#{which}", Select)
    select.focus()
    await press(pilot, "space")
    values = [option for _words, option in select._options]
    select.query_one(OptionList).highlighted = values.index(value)
    await press(pilot, "enter")


def offered(pilot: Pilot[None], which: str) -> list[str]:
    """What a choice of the form offers."""
    select = pilot.app.screen.query_one(f"#{which}", Select)
    return [str(words) for words, value in select._options if value is not Select.NULL]


def plain(pilot: Pilot[None]) -> str:
    """What stands on the screen, without frames and line breaks."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


def visits_of(world: World, number: str) -> list[Visit]:
    """The visits of whoever has this number that are to come."""
    found = patients.find(world.system, world.actor("maria"), number)
    return list(found.booked) if found else []


def a_child(world: World, *others: Person, mobiles: Collection[str] = (MOTHER.number,)) -> Profile:
    """A child who is registered here, with guardians of whom some have a mobile."""
    with_gateway(world)
    knowing(world, A_CHILD, MOTHERS, FATHERS, *others)
    maria = world.actor("maria")
    made = patients.register(world.system, maria, CHILD, "")
    for number in mobiles:
        guardians.put_mobile(world.system, maria, made.patient_id, number, MOBILE)
    guardians.make_primary(world.system, maria, made.patient_id, MOTHER.number)
    return patients.profile(world.system, maria, made.patient_id)


def an_adult(world: World, mobile: str = MOBILE) -> Profile:
    """Katja, who is registered here."""
    with_gateway(world)
    knowing(world, person(KATJA, "Katja Hennig"))
    return patients.register(world.system, world.actor("maria"), KATJA, mobile)


def told(world: World, number: str, booking_id: str = "B1", **facts: Any) -> None:
    """VAS says that somebody has booked a visit tomorrow at nine."""
    sent = SentBooking(
        booking_id=booking_id,
        said_at=world.clock.now(),
        cancelled=False,
        unit_id=UNIT,
        number=IdentityNumber(number, NumberKind.PERSONNUMMER),
        name="Katja Hennig",
        starts_at=world.clock.now() + timedelta(days=1),
        contact_type="DIVL",
    )
    with world.system.store.writing() as tx:
        take_booking(tx, world.system, "vas", replace(sent, **facts), world.clock.now())


def in_two_hours(world: World, profile: Profile, **facts: Any) -> Visit:
    """A visit of today that is to come."""
    return book(world, profile.patient_id, world.clock.now() + timedelta(hours=2), **facts)

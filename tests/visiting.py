"""What video visits are tried with: booking one, a child with guardians, and video that only says where it would be."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from p24tui.ids import fresh_id
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.proxy import Guardian
from p24tui.routine.visit import Summons, Visit
from p24tui.services import visits
from p24tui.services.visits import Wanted
from p24tui.store import participants, people
from p24tui.store import visits as stored
from p24tui.store.values import PatientRecord
from tests.world import World

MOTHER = Guardian("196101182803", "Maria Ljungberg", "mor", "+46701740606", is_primary=True)
FATHER = Guardian("189002029800", "Albert Hammar", "far", "+46701740607")
CHILD_BORN = date(2016, 5, 4)


@dataclass
class SaidVideo:
    """Video without a server: remembers who was let in where, and as what."""

    entered: list[tuple[str, str, bool]] = field(default_factory=list)

    def room(self, visit_id: str) -> str:
        return f"room-{visit_id}"

    def address(self, room: str, name: str, *, moderator: bool, not_before: datetime, expires: datetime) -> str:
        self.entered.append((room, name, moderator))
        return f"https://video.example.se/{room}"


def with_video(world: World) -> SaidVideo:
    """Let the world have video, and a place where links lead."""
    video = SaidVideo()
    world.system.video = video
    return video


def book(
    world: World, patient_id: str, starts_at: datetime, visit_id: str = "", *, who: str = "maria", **facts: Any
) -> Visit:
    """Book a visit by hand, with the summons that an adult gets unless another is said."""
    facts = {"summons": Summons.ADULT_SAVED, **facts}
    wanted = Wanted(patient_id=patient_id, starts_at=starts_at, **facts)
    return visits.book(world.system, world.actor(who), wanted, visit_id)


def child(
    world: World,
    guardians: Collection[Guardian] = (MOTHER, FATHER),
    born: date = CHILD_BORN,
    protection: Protection = Protection.NONE,
) -> Patient:
    """A child with these guardians."""
    world.count += 1
    number = checked(f"{born:%Y%m%d}{980 + world.count % 10:03d}")
    one = Patient(fresh_id(), number, "Katja Hennig", born, protection)
    with world.system.store.writing() as tx:
        people.put_patient(tx, PatientRecord(one, "personnummer", protection, world.clock.now()), world.clock.now())
        for guardian in guardians:
            people.put_guardian(tx, one.id, guardian)
    return one


def checked(eleven: str) -> str:
    """The eleven digits of a number with its check digit, of the serials that are kept for tests."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(eleven[2:])]
    return f"{eleven}{-sum(one // 10 + one % 10 for one in doubled) % 10}"


def stored_visit(world: World, visit_id: str) -> Visit:
    """The visit as it stands."""
    with world.system.store.reading() as tx:
        found = stored.one(tx, visit_id)
    assert found is not None
    return found


def roles(world: World, visit_id: str) -> list[tuple[str, str]]:
    """Who takes part, and in which role; those who may no longer come are left out."""
    with world.system.store.reading() as tx:
        there = participants.of_visit(tx, visit_id)
    return [(one.role.value, one.name) for one in there if one.revoked_at is None]

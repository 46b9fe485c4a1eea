"""A day of video visits to try at the desk by the keyboard."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Static

from p24tui.gateways import browser
from p24tui.gateways.browser import Opened
from p24tui.routine.case import Case
from p24tui.routine.link import Role
from p24tui.routine.visit import Summons, Visit
from p24tui.services import invitations, visit_day
from p24tui.services.invitations import Guest
from p24tui.store import events, participants, people
from p24tui.tui.screens.visit import VisitScreen, VisitStep
from tests.outgoing import MOBILE, send, with_gateway
from tests.tui.kit import desk_of, press, screen_text, settled
from tests.visiting import book, child, stored_visit, with_video
from tests.world import World

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def open_day(world: World) -> World:
    """The unit has video, SMS go out, and protection is known."""
    with_gateway(world)
    with_video(world)
    return world


def given_to_browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the workstation's browser is given from now on; it opens them all."""
    given: list[str] = []

    def open_address(address: str) -> Opened:
        given.append(address)
        return Opened.EDGE

    monkeypatch.setattr(browser, "open_address", open_address)
    return given


def booked(world: World, minutes: int, name: str = "Karin Öberg", **facts: Any) -> Visit:
    """A visit that begins so many minutes from now."""
    patient = world.patient(name, mobile=MOBILE)
    return book(world, patient.id, world.clock.now() + timedelta(minutes=minutes), **facts)


def taken_in(world: World, visit: Visit, who: str = "maria") -> Case:
    """The visit's case, once somebody has taken it in and begun it."""
    actor = world.actor(who)
    taken, case = visit_day.take_in(world.system, actor, visit.id, stored_visit(world, visit.id).version)
    visit_day.start(world.system, actor, taken.id, taken.version)
    return case


def on_video(world: World, visit: Visit, who: str = "maria") -> Case:
    return visit_day.start_video(world.system, world.actor(who), taken_in(world, visit, who).id)[0]


def half_ended(world: World, name: str = "Karin Öberg", who: str = "maria") -> Case:
    """A case whose video has been ended, and the visit not."""
    case = on_video(world, booked(world, 5, name), who)
    visit_day.end_video(world.system, world.actor(who), case.id)
    visit_day.say_whether_came(world.system, world.actor(who), case.id, came=True)
    return world.row(case.id).case


def arrives(world: World, visit: Visit, role: Role = Role.PATIENT) -> None:
    """Somebody uses their link, and waits."""
    with world.system.store.writing() as tx:
        for one in participants.of_visits(tx, [visit.id])[visit.id]:
            if one.role is role:
                participants.save(tx, replace(one, arrived_at=world.clock.now()))
        events.announce(tx, world.clock.now(), visit.unit_id, visit.case_id)


def number_of(world: World, visit: Visit) -> str:
    """The identity number of the visit's patient."""
    with world.system.store.reading() as tx:
        record = people.patient(tx, id=visit.patient_id)
    assert record is not None
    return record.patient.number


def line_of(pilot: Pilot[None], name: str) -> str:
    """The line of a patient in the list that is shown."""
    (line,) = [line for line in screen_text(pilot).splitlines() if name in line]
    return line


def words(pilot: Pilot[None]) -> str:
    """All that stands on the screen as running text."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


def said(pilot: Pilot[None]) -> str:
    """All that the dialog on top says, however it is laid out."""
    return "\n".join(str(one.render()) for one in pilot.app.screen.query(Static))


def known(pilot: Pilot[None]) -> str:
    """All that the visit that is open says of itself, what is scrolled out of sight too."""
    screen = pilot.app.screen
    assert isinstance(screen, VisitScreen)
    return " ".join(str(screen._told.render()).split())


async def later(pilot: Pilot[None], world: World, passed: timedelta) -> None:
    """So much time passes at the desk."""
    world.clock.advance(passed)
    desk_of(pilot)._tick()
    await settled(pilot)


async def choose(pilot: Pilot[None], step: VisitStep) -> None:
    """Take a step of the visit that is open, by its digit."""
    screen = pilot.app.screen
    assert isinstance(screen, VisitScreen)
    await press(pilot, str(screen._steps.index(step) + 1))


def a_day_of_visits(world: World) -> None:
    """A quarter past nine: one has not come, one is half ended, one on video, one waits, and a child comes later."""
    with_gateway(world)
    with_video(world)
    booked(world, 10, "Gunnar Ask")
    half_ended(world, "Sofia Nyberg")
    on_video(world, booked(world, 12, "Ali Noor"))
    waits = booked(world, 30, "Karin Öberg", reason="Eksem på händerna")
    guest = Guest(role=Role.GUEST, name="Per Öberg", address="0701740608", must_identify=True)
    invitations.invite(world.system, world.actor("johan"), waits.id, guest)
    summons = Summons.CHILD_SAVED
    book(world, child(world).id, world.clock.now() + timedelta(hours=1), summons=summons)
    send(world)
    world.clock.advance(timedelta(minutes=16))
    arrives(world, waits)
    send(world)

"""Units and their hours: adding, changing, asking whether staff are there."""

from datetime import datetime

from p24tui.errors import BadInput
from p24tui.routine import hours
from p24tui.routine.actor import Actor
from p24tui.routine.hours import OpeningHours
from p24tui.routine.identity import check_hsa_id
from p24tui.routine.queue import MESSAGE_AFTER_PRIORITY
from p24tui.services.known import known_unit
from p24tui.store import events, people
from p24tui.store.values import Unit, UnitKind
from p24tui.system import System
from p24tui.text import clean_line

USUAL_HOURS = "mon-fri 08:00-17:00"


def make_unit(
    id: str, name: str, kind: str, opening: str = USUAL_HOURS, message_after: int = MESSAGE_AFTER_PRIORITY
) -> Unit:
    """A unit from what somebody typed. Raises ``BadInput`` for a malformed HSA-id, empty name or bad hours."""
    cleaned = clean_line(name)
    if not cleaned:
        raise BadInput("unit-name")
    return Unit(hsa_id(id), cleaned, UnitKind(kind), opening_hours(opening), message_after)


def hsa_id(typed: str) -> str:
    """An HSA-id that somebody typed. Raises ``BadInput`` where it is none."""
    try:
        return check_hsa_id(typed)
    except ValueError as error:
        raise BadInput("hsa-id", value=clean_line(typed, 40)) from error


def opening_hours(typed: str) -> OpeningHours:
    """Opening hours that somebody typed. Raises ``BadInput`` where they cannot be used."""
    try:
        return hours.parse_hours(typed)
    except hours.BadHours as error:
        raise BadInput("hours", text=clean_line(error.text or typed, 60)) from error


def put_unit(system: System, actor: Actor, unit: Unit) -> None:
    """Add the unit, or change the one with its HSA-id."""
    with system.store.writing() as tx:
        known = people.unit(tx, unit.id)
        people.put_unit(tx, unit)
        kind = "unit.changed" if known else "unit.added"
        events.append(tx, actor, system.clock.now(), kind, unit_id=unit.id, name=unit.name)


def all_units(system: System) -> list[Unit]:
    """Every unit, by name."""
    with system.store.reading() as tx:
        return people.all_units(tx)


def find_unit(system: System, unit_id: str) -> Unit:
    """The unit with this HSA-id. Raises ``BadInput`` where there is none."""
    with system.store.reading() as tx:
        return known_unit(tx, unit_id)


def announce_opening(system: System, since: datetime) -> int:
    """Tell the consoles of every unit that opened or closed after ``since``; how many there were."""
    now = system.clock.now()
    turned = [one for one in all_units(system) if hours.is_open(one.hours, since) != hours.is_open(one.hours, now)]
    if turned:
        with system.store.writing() as tx:
            for unit in turned:
                events.announce(tx, now, unit.id, None)
    return len(turned)

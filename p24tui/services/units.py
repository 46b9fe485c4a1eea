"""Units and their hours: adding, changing, asking whether staff are there.

Whoever changes a unit's hours gets the unit as it is then. What was decided for a day may not be changed once that day
has been, for waiting is counted over it: that raises ``BadInput``, as a unit that is not there does.
"""

from collections.abc import Callable
from datetime import date, datetime

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.routine import hours, opening, special_days
from p24tui.routine.actor import Actor
from p24tui.routine.hours import OpeningHours
from p24tui.routine.identity import check_hsa_id
from p24tui.routine.opening import Openings
from p24tui.routine.queue import MESSAGE_AFTER_PRIORITY
from p24tui.services.access import right
from p24tui.services.known import known_unit
from p24tui.store import events, people
from p24tui.store.engine import Tx
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


@right("unit.change")
def put_unit(system: System, actor: Actor, unit: Unit) -> None:
    """Add the unit, or change the one with its HSA-id."""
    with system.store.writing() as tx:
        known = people.unit(tx, unit.id)
        people.put_unit(tx, unit)
        kind = "unit.changed" if known else "unit.added"
        events.append(tx, actor, system.clock.now(), kind, unit_id=unit.id, name=unit.name)


@right("unit.change")
def change_unit(
    system: System,
    actor: Actor,
    unit_id: str,
    *,
    name: str | None = None,
    kind: str | None = None,
    message_after: int | None = None,
    written: str | None = None,
) -> Unit:
    """Change what is given of the unit; ``written`` is what a line of text says of its hours.

    Raises ``BadInput`` for an empty name and for hours that cannot be used; nothing has changed then.
    """
    with system.store.writing() as tx:
        one = known_unit(tx, unit_id, lock=True)
        changed = replace(
            make_unit(one.id, one.name if name is None else name, kind or one.kind),
            hours=one.hours,
            message_after=message_after or one.message_after,
        )
        if changed != one:
            people.put_unit(tx, changed)
            events.append(tx, actor, system.clock.now(), "unit.changed", unit_id=one.id, name=changed.name)
        return changed if written is None else change_hours_in(tx, system, actor, changed, _writing(written))


@right("unit.change")
def write_hours(system: System, actor: Actor, unit_id: str, written: str) -> Unit:
    """Let what a line of text says of the unit's hours apply; what it leaves out stays as it is.

    Raises ``BadInput`` for hours that cannot be used.
    """
    return _change_hours(system, actor, unit_id, _writing(written))


@right("unit.change")
def close_day(system: System, actor: Actor, unit_id: str, day: date) -> Unit:
    """Close the unit on a day, whatever day that is."""
    return _change_hours(system, actor, unit_id, lambda one: special_days.decide(one, day, ()))


@right("unit.change")
def open_day(system: System, actor: Actor, unit_id: str, day: date, openings: Openings) -> Unit:
    """Give a day openings of its own, which count even on a holiday; without any it is closed."""
    return _change_hours(system, actor, unit_id, lambda one: special_days.decide(one, day, openings))


@right("unit.change")
def usual_day(system: System, actor: Actor, unit_id: str, day: date) -> Unit:
    """Let a day be as usual again: as the week says, or closed where it is a holiday or a closed eve."""
    return _change_hours(system, actor, unit_id, lambda one: special_days.decide(one, day, None))


@right("unit.change")
def set_eves(system: System, actor: Actor, unit_id: str, *, closed: bool) -> Unit:
    """Close the unit on the usual eves, or let them be as the week says."""
    return _change_hours(system, actor, unit_id, lambda one: replace(one, closed_eves=closed))


def change_hours_in(
    tx: Tx, system: System, actor: Actor, unit: Unit, change: Callable[[OpeningHours], OpeningHours]
) -> Unit:
    """Change the hours of a unit that has been read locked, in the transaction; old special days are forgotten.

    Nothing is written where the change changes nothing. Raises ``BadInput`` for a day that has been.
    """
    now = system.clock.now()
    today, wanted = local_date(now), change(unit.hours)
    for day in special_days.changed_days(unit.hours, wanted):
        if day < today:
            raise BadInput("day-past", day=day)
    if wanted == unit.hours:
        return unit
    changed = replace(unit, hours=special_days.without_old(wanted, today))
    people.put_unit(tx, changed)
    before, after = opening.describe(unit.hours), opening.describe(changed.hours)
    events.append(tx, actor, now, "unit.hours-changed", unit_id=unit.id, rule="CH-1", before=before, after=after)
    return changed


def _change_hours(system: System, actor: Actor, unit_id: str, change: Callable[[OpeningHours], OpeningHours]) -> Unit:
    with system.store.writing() as tx:
        return change_hours_in(tx, system, actor, known_unit(tx, unit_id, lock=True), change)


def _writing(written: str) -> Callable[[OpeningHours], OpeningHours]:
    def change(one: OpeningHours) -> OpeningHours:
        try:
            return opening.rewrite_hours(one, written)
        except hours.BadHours as error:
            raise BadInput("hours", text=clean_line(error.text or written, 60)) from error

    return change


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

"""What a unit has decided for itself: its hours and its warnings before closing, read and saved together."""

from collections.abc import Collection, Iterable

from p24tui.errors import BadInput, Stale
from p24tui.routine import closing_warnings as routine
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.units import change_hours_in
from p24tui.services.views import UnitSettings
from p24tui.store import events
from p24tui.store import unit_settings as store
from p24tui.store.engine import Tx
from p24tui.store.values import Unit
from p24tui.system import System

DEFAULTS = ("closing_warns_first", "closing_warns_again", "closing_warns_soon", "closing_alarms")
"""The limits that apply to a unit which has chosen nothing."""

CHANGES = ("unit.added", "unit.changed", "unit.hours-changed", "unit.warnings-changed")
"""The events that say who changed a unit."""


def put_closing_warnings(system: System, actor: Actor, unit_id: str, minutes: Iterable[int]) -> tuple[int, ...]:
    """Let the unit be warned so many minutes before closing.

    Raises ``BadInput`` where they are not two to six falling numbers from 1 to 240, and for an unknown unit.
    """
    with system.store.writing() as tx:
        unit = known_unit(tx, unit_id, lock=True)
        return _put_warnings(tx, system, actor, unit, tuple(minutes))


def of_units(system: System, unit_ids: Iterable[str]) -> tuple[UnitSettings, ...]:
    """The units with what they have decided, in the order asked for. Raises ``BadInput`` for an unknown one."""
    with system.store.reading() as tx:
        units = [known_unit(tx, unit_id) for unit_id in unit_ids]
        warnings = warnings_in(tx, system, [unit.id for unit in units])
        return tuple(UnitSettings(unit, warnings[unit.id]) for unit in units)


def save(system: System, actor: Actor, known: UnitSettings, wanted: UnitSettings) -> UnitSettings:
    """Let the unit have these hours and warnings, all of it or nothing.

    Raises ``Stale`` where they are no longer as whoever changes them knew them; ``BadInput`` as each deed alone.
    """
    with system.store.writing() as tx:
        unit = known_unit(tx, known.unit.id, lock=True)
        warnings = warnings_in(tx, system, [unit.id])[unit.id]
        if (unit.hours, warnings) != (known.unit.hours, known.warnings):
            last = events.last_of_unit(tx, unit.id, CHANGES)
            raise Stale(by=last.actor if last else "", what="unit")
        changed = change_hours_in(tx, system, actor, unit, lambda _before: wanted.unit.hours)
        return UnitSettings(changed, _put_warnings(tx, system, actor, unit, wanted.warnings))


@rule("CH-5", "CH-7")
def warnings_in(tx: Tx, system: System, unit_ids: Collection[str]) -> dict[str, tuple[int, ...]]:
    """How many minutes before closing each unit is warned, falling; the last one is the alarm."""
    now = system.clock.now()
    usual = tuple(limit(name, now) for name in DEFAULTS)
    return dict.fromkeys(unit_ids, usual) | store.closing_warnings(tx, unit_ids)


def _put_warnings(tx: Tx, system: System, actor: Actor, unit: Unit, minutes: tuple[int, ...]) -> tuple[int, ...]:
    if not routine.warnings_in_order(minutes):
        bounds = {"latest": routine.LATEST, "earliest": routine.EARLIEST}
        raise BadInput("closing-warnings", fewest=routine.FEWEST, most=routine.MOST, **bounds)
    before = warnings_in(tx, system, [unit.id])[unit.id]
    if minutes != before:
        store.put_closing_warnings(tx, unit.id, minutes)
        events.append(
            tx,
            actor,
            system.clock.now(),
            "unit.warnings-changed",
            unit_id=unit.id,
            rule="CH-5",
            before=list(before),
            after=list(minutes),
        )
    return minutes

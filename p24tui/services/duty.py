"""How units stand as wholes: when they close and whether that is signed, and what about them calls for attention."""

from collections.abc import Collection, Mapping
from datetime import datetime

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.services import closing, registration, roster, unit_settings
from p24tui.services.access import right
from p24tui.services.views import Duty
from p24tui.store import duty, events, people
from p24tui.store.engine import Tx
from p24tui.store.values import Unit
from p24tui.system import System


def duty_of(system: System, unit_ids: Collection[str]) -> Mapping[str, Duty]:
    """How these units stand, by id."""
    now = system.clock.now()
    with system.store.reading() as tx:
        seen = duty.acknowledged(tx, unit_ids)
        warnings = unit_settings.warnings_in(tx, system, unit_ids)
        found = {unit.id: unit for unit in people.all_units(tx) if unit.id in unit_ids}
        return {id: _duty(tx, unit, now, seen, warnings[id]) for id, unit in found.items()}


@rule("CH-2", "CH-7")
@right("alert.acknowledge")
def acknowledge(system: System, actor: Actor, called: Collection[UnitAlert]) -> int:
    """Note that the actor has seen what calls: it falls silent on every console. How many nobody had seen before."""
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now, new = system.clock.now(), 0
    with system.store.writing() as tx:
        for one in called:
            if duty.acknowledge(tx, one, actor.staff_id, now):
                new += 1
                events.append(tx, actor, now, "unit.acknowledged", unit_id=one.unit_id, reason=one.reason.value)
    return new


def _duty(tx: Tx, unit: Unit, now: datetime, seen: frozenset[UnitAlert], warnings: tuple[int, ...]) -> Duty:
    closes_at = closing.at_hand(unit, now)
    signed = closing.signed_of(tx, unit, closes_at) if closes_at else None
    is_late = closes_at and signed is None and closing.closed_in_use(tx, unit, closes_at, now)
    alerts = [UnitAlert(unit.id, UnitReason.UNSIGNED, closes_at)] if closes_at and is_late else []
    alerts += roster.alerts_in(tx, unit, now) + registration.alerts_in(tx, unit.id, now)
    unseen = tuple(one for one in alerts if one not in seen)
    return Duty(closes_at, signed, warnings, tuple(alerts), unseen)

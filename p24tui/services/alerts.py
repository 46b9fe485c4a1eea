"""Alerts: how they are paced, who has seen them, and who is responsible for the inflow and hears them first."""

from collections.abc import Collection
from datetime import timedelta

from p24tui.errors import BadInput, Refused
from p24tui.routine.actor import Actor
from p24tui.routine.alert import Alert, AlertPace
from p24tui.routine.roster import may_hand
from p24tui.routine.rule import rule
from p24tui.services import roster
from p24tui.services.access import right
from p24tui.services.limits import limit
from p24tui.store import alerts, events
from p24tui.store.duty_values import Responsible
from p24tui.store.engine import Tx
from p24tui.system import System


def pace(system: System) -> AlertPace:
    """How the alarm sounds today."""
    now = system.clock.now()
    names = ("alert_repeats_every", "alert_rings_apart", "alert_escalates_after")
    return AlertPace(*(timedelta(seconds=limit(name, now)) for name in names))


def unread_limit(system: System) -> timedelta:
    """How much staffed time a patient's message may lie unread before it calls."""
    return timedelta(minutes=limit("alert_unread_after", system.clock.now()))


@rule("CH-3", "CH-13")
@right("alert.acknowledge")
def acknowledge(system: System, actor: Actor, called: Collection[Alert]) -> int:
    """Note that the actor has seen these alerts: they stop on every console. How many nobody had seen before."""
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now = system.clock.now()
    new = 0
    with system.store.writing() as tx:
        for one in sorted(called, key=lambda alert: alert.case_id):
            if alerts.acknowledge(tx, one, actor.staff_id, now):
                new += 1
                reason = one.reason.value
                events.append(tx, actor, now, "alert.acknowledged", one.case_id, unit_id=one.unit_id, reason=reason)
    return new


@rule("CH-2")
@right("shift.work")
def take_responsibility(system: System, actor: Actor) -> Responsible:
    """Be the one who is responsible for the unit's inflow from now on, in place of whoever was.

    It counts until the next entry of the roster begins, or the day ends.
    """
    if actor.staff_id is None:
        raise BadInput("who-acts")
    with system.store.writing() as tx:
        return _make_responsible(tx, system, actor, actor.staff_id)


@rule("CH-2")
@right("roster.change")
def hand_responsibility(system: System, actor: Actor, to: str) -> Responsible:
    """Hand the responsibility for the unit's inflow to a colleague, whose HSA-id is ``to``, as if they had taken it.

    Raises ``Refused`` where it is not the actor's to hand, or the colleague does not work at the unit.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        before = roster.responsible_in(tx, [actor.unit_id], now).get(actor.unit_id)
        is_available = roster.available(tx, to, actor.unit_id)
        if refusal := may_hand(actor, before.staff_id if before else None, available=is_available):
            raise Refused(refusal.rule, refusal.reason)
        return _make_responsible(tx, system, actor, to)


def responsible(system: System, unit_ids: Collection[str]) -> dict[str, Responsible]:
    """Who is responsible for the inflow, by unit; a unit that has nobody is left out."""
    return roster.responsible_now(system, unit_ids)


def _make_responsible(tx: Tx, system: System, actor: Actor, staff_id: str) -> Responsible:
    """The hand-over during the day, as a deed on record: who had it, and who has it now."""
    now, unit_id = system.clock.now(), actor.unit_id
    before = roster.responsible_in(tx, [unit_id], now).get(unit_id)
    alerts.make_responsible(tx, unit_id, staff_id, now)
    was = before.staff_id if before else ""
    events.append(tx, actor, now, "responsibility.taken", rule="CH-2", before=was, after=staff_id)
    return roster.responsible_in(tx, [unit_id], now)[unit_id]

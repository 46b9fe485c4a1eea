"""Alerts: how they are paced, who has seen them, and who is responsible for the inflow and hears them first."""

from collections.abc import Collection
from datetime import timedelta

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.routine.alert import Alert, AlertPace
from p24tui.routine.rule import rule
from p24tui.services.limits import limit
from p24tui.store import alerts, events
from p24tui.store.values import Responsible
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
def take_responsibility(system: System, actor: Actor) -> Responsible:
    """Be the one who is responsible for the unit's inflow from now on, in place of whoever was."""
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now = system.clock.now()
    with system.store.writing() as tx:
        before = alerts.who_is_responsible(tx, [actor.unit_id]).get(actor.unit_id)
        alerts.make_responsible(tx, actor.unit_id, actor.staff_id, now)
        events.append(tx, actor, now, "responsibility.taken", rule="CH-2", before=before.staff_id if before else "")
        return alerts.who_is_responsible(tx, [actor.unit_id])[actor.unit_id]


def responsible(system: System, unit_ids: Collection[str]) -> dict[str, Responsible]:
    """Who is responsible for the inflow, by unit; a unit that has nobody is left out."""
    with system.store.reading() as tx:
        return alerts.who_is_responsible(tx, unit_ids)

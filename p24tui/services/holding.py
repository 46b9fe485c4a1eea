"""Held cases whose day has come are taken up again."""

from p24tui.clock import local_date
from p24tui.routine import holding
from p24tui.routine.actor import Actor
from p24tui.services.change import change_in, locked
from p24tui.store import cases
from p24tui.system import System

PLACE = "tick:held-cases"


def wake_due(system: System) -> int:
    """Take up every held case whose day has come, each in a transaction of its own; how many there were."""
    now = system.clock.now()
    today = local_date(now)
    with system.store.reading() as tx:
        due = cases.held_until(tx, today)
    return sum(_wake(system, case_id) for case_id in due)


def _wake(system: System, case_id: str) -> bool:
    now = system.clock.now()
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        if not holding.hold_is_due(row.case, local_date(now)):
            return False  # somebody else took it up in between
        tick = Actor(None, "p24tui", None, row.case.unit_id, PLACE)
        change_in(tx, system, tick, case_id, "case.due", lambda row: holding.wake(row.case, now), rule="SE-4")
        return True

"""Undoing the last deed of a case, while it is the last."""

import msgspec

from p24tui.errors import Refused
from p24tui.routine import undo as rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.services.access import right
from p24tui.services.change import change_in, locked
from p24tui.store import events
from p24tui.system import System


@right("case.take")
def undo(system: System, actor: Actor, case_id: str) -> str:
    """Undo what this person did last with the case; returns the kind of event that was undone.

    Raises ``Refused`` where they did not do the last thing, where it is nothing that can be undone, and where the
    patient or a colleague has come in between.
    """
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        done = events.last_of(tx, case_id, rules.UNDOABLE)
        if done is None or "before" not in done.details:
            raise Refused("CH-12", "nothing-to-undo")
        if done.details["version"] != row.case.version:
            raise Refused("CH-12", "too-late-to-undo")
        before = msgspec.convert({**msgspec.to_builtins(row.case), **done.details["before"]}, Case)
        change_in(
            tx,
            system,
            actor,
            case_id,
            "deed.undone",
            lambda row: rules.undo(row.case, before, done.kind, done.staff_id, actor, row.patient.protection),
            deed=done.kind,
        )
        return done.kind

"""What must be there for a deed to be done with it; ``BadInput`` says what is missing."""

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.store import cases, people
from p24tui.store.engine import Tx
from p24tui.store.values import CaseRow, Unit


def case_of_unit(tx: Tx, actor: Actor, case_id: str, *, lock: bool = False) -> CaseRow:
    """A case of the actor's unit. ``lock`` keeps other writers from it. Raises ``BadInput`` where the unit has none."""
    row = cases.one(tx, case_id, lock=lock)
    if row is None or row.case.unit_id != actor.unit_id:
        raise BadInput("no-case", case=case_id)
    return row


def known_unit(tx: Tx, unit_id: str, *, lock: bool = False) -> Unit:
    """The unit with this HSA-id. ``lock`` keeps other writers from it. Raises ``BadInput`` where there is none."""
    found = people.unit(tx, unit_id, lock=lock)
    if found is None:
        raise BadInput("no-unit", unit=unit_id)
    return found

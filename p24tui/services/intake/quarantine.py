"""What could not be taken: nothing of it is lost, and somebody decides about it."""

from collections.abc import Iterable

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.intake.load import take_again
from p24tui.services.intake.outcome import Outcome
from p24tui.store import events, intake, read_log
from p24tui.store.intake import Quarantined
from p24tui.system import System

OPERATION = "operation"
"""The ground on which somebody reads it: to get the intake to take it, not to care for whoever it is of."""


def unsettled(system: System, *, settled: bool = False) -> list[Quarantined]:
    """What lies in quarantine, oldest first, without what was sent; with what has been settled if asked for."""
    with system.store.reading() as tx:
        return intake.kept_aside(tx, settled=settled)


@rule("LO-1")
@right("intake.settle")
def look_at(system: System, actor: Actor, typed: str) -> Quarantined:
    """One of them with all that was sent. Who looked is committed before it is returned.

    Raises ``BadInput`` where no id, or more than one, begins with what somebody typed.
    """
    with system.store.writing() as tx:
        id = _one(intake.kept_beginning(tx, typed.strip().lower()), typed)
        read_log.log_reading(tx, actor, system.clock.now(), "quarantine", view=id, why=OPERATION)
        kept = intake.kept_one(tx, id)
    assert kept is not None
    return kept


@right("intake.settle")
def settle(system: System, actor: Actor, typed: str) -> str:
    """Lay one of them aside for good, in the actor's name; it is kept. Its id is returned.

    Raises ``BadInput`` where no id, or more than one, begins with what somebody typed, or it is settled already.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        id = _one(intake.kept_beginning(tx, typed.strip().lower()), typed)
        if not intake.settle(tx, id, actor.name, now):
            raise BadInput("quarantine-settled", id=id)
        events.append(tx, actor, now, "quarantine.settled", quarantine=id)
    return id


def retry(system: System, typed: Iterable[str] = ()) -> list[Outcome]:
    """Try these again, or all of them. What is taken is settled by that; the others stay.

    Raises ``BadInput`` where no id, or more than one, begins with what somebody typed.
    """
    with system.store.reading() as tx:
        ids = [_one(intake.kept_beginning(tx, one.strip().lower()), one) for one in typed]
        ids = ids or [one.id for one in intake.kept_aside(tx)]
    return [take_again(system, id) for id in ids]


def _one(found: list[str], typed: str) -> str:
    if len(found) != 1 or not typed.strip():
        raise BadInput("no-quarantined" if not found else "many-quarantined", id=typed)
    return found[0]

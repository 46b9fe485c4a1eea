"""Taking a case over from a colleague: asked, answered or waited out; logged, and told to both."""

from datetime import datetime, timedelta

from p24tui.errors import Refused
from p24tui.routine import takeover
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.services.access import right
from p24tui.services.change import change, change_in, locked
from p24tui.services.limits import limit
from p24tui.store import people
from p24tui.system import System
from p24tui.text import clean_line


def patience(now: datetime) -> timedelta:
    """How long one waits for the owner's answer."""
    return timedelta(seconds=limit("takeover_waits", now))


@right("case.take")
def ask(system: System, actor: Actor, case_id: str, version: int, reason: str) -> Case:
    """Ask the owner for the case, with a reason. Raises ``Refused`` where it cannot be asked for, or ``Stale``."""
    now, said = system.clock.now(), clean_line(reason)
    return change(
        system,
        actor,
        case_id,
        "takeover.asked",
        lambda row: takeover.ask(row.case, actor, row.patient.protection, said, now),
        version=version,
        rule="CH-11",
        reason=said,
    )


@right("case.take")
def let_go(system: System, owner: Actor, case_id: str, to: str) -> Case:
    """Let the person who asked have the case; ``to`` is their HSA-id.

    Raises ``Refused`` where that person does not ask any longer, or it is not the actor's.
    """
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        if row.case.asked_by != to:
            raise Refused("CH-11", "not-asked")
        asker = people.staff_member(tx, to)
        receiver = asker[0].profession if asker is not None and asker[0].active else None
        return change_in(
            tx,
            system,
            owner,
            case_id,
            "takeover.granted",
            lambda row: takeover.let_go(row.case, owner, receiver),
            rule="CH-11",
            to=row.case.asked_by_name,
        )


@right("case.take")
def keep(system: System, owner: Actor, case_id: str) -> Case:
    """Keep the case. Raises ``Refused`` where nobody asks for it, or it is not the actor's."""
    return change(system, owner, case_id, "takeover.declined", lambda row: takeover.keep(row.case, owner), rule="CH-11")


@right("case.take")
def withdraw(system: System, actor: Actor, case_id: str) -> Case:
    """Ask no longer. Raises ``Refused`` where one did not."""
    return change(
        system, actor, case_id, "takeover.withdrawn", lambda row: takeover.withdraw(row.case, actor), rule="CH-11"
    )


@right("case.take")
def take(system: System, actor: Actor, case_id: str, version: int) -> Case:
    """Have the case although the owner has not answered; the history names whom it was taken from.

    Raises ``Refused`` where one has not asked, or not waited long enough, or ``Stale``.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        return change_in(
            tx,
            system,
            actor,
            case_id,
            "case.taken-over",
            lambda row: takeover.take(row.case, actor, row.patient.protection, now, patience(now)),
            version=version,
            rule="SU-2" if takeover.is_free_to_take(row.case, actor) else "CH-11",
            owner=row.owner,
        )

"""Who is in which case, looking or typing; it lapses by itself where a console goes silent."""

from datetime import datetime, timedelta

from p24tui.routine.actor import Actor
from p24tui.services.access import right
from p24tui.store import events, presence
from p24tui.store.engine import Tx
from p24tui.store.values import Doing
from p24tui.system import System

LASTS = timedelta(seconds=60)
"""How long a presence lasts that is not renewed."""


@right("list.read")
def be_present(system: System, actor: Actor, case_id: str, doing: Doing) -> None:
    """Note that the actor is in the case now; the others hear of it only where it is new to them."""
    now = system.clock.now()
    with system.store.writing() as tx:
        if presence.be_present(tx, actor, case_id, doing, now + LASTS):
            events.announce(tx, now, actor.unit_id, case_id)


@right("console.leave")
def leave(system: System, actor: Actor, case_id: str | None = None) -> None:
    """The actor's console has left this case, or all of them."""
    with system.store.writing() as tx:
        _tell(tx, presence.leave(tx, actor.place, case_id), system.clock.now())


def expire(system: System) -> int:
    """Take out those who have gone silent; how many cases that concerned."""
    now = system.clock.now()
    with system.store.reading() as tx:
        if not presence.any_expired(tx, now):
            return 0
    with system.store.writing() as tx:
        gone = presence.expire(tx, now)
        _tell(tx, gone, now)
    return len(gone)


def _tell(tx: Tx, left: list[tuple[str, str]], now: datetime) -> None:
    for case_id, unit_id in left:
        events.announce(tx, now, unit_id, case_id)

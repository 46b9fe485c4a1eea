"""How often a password may be wrong, and what one that is right puts an end to (NA-1).

The pair of a person and a machine has few tries, the person anywhere and the machine many more: so neither who guesses
at a colleague from elsewhere makes her wait at her own desk, nor who mistypes those who share a server.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from p24tui.errors import Refused
from p24tui.routine import login as routine
from p24tui.routine.login import Throttle, Tries
from p24tui.routine.rule import rule
from p24tui.services.limits import limit
from p24tui.store import login as store
from p24tui.system import System


class Counter(Struct, frozen=True):
    """Where tries are counted, the limit that says how many are free, and whether one that is right ends the count."""

    whose: str
    free: str
    ends: bool = True


class Counted(Struct, frozen=True):
    """A try that has been counted as wrong, until it has been right."""

    counter: Counter
    before: Tries
    after: Tries


def for_login(staff_id: str, place: str) -> tuple[Counter, ...]:
    """What counts where somebody logs in, in the order in which it is locked."""
    machine = _machine(place)
    return (
        *for_unlocking(staff_id, place),
        Counter(store.of_machine(machine), "password_tries_of_machine", ends=False),
        Counter(store.of_person(staff_id), "password_tries_of_person"),
    )


def for_unlocking(staff_id: str, place: str) -> tuple[Counter, ...]:
    """What counts where a person comes back to a console that they have locked."""
    return (Counter(store.at_machine(staff_id, _machine(place)), "password_tries"),)


@rule("NA-1")
def count(system: System, counters: tuple[Counter, ...]) -> tuple[Counted, ...]:
    """Count one more try. Raises ``Refused`` (NA-1) where one has to wait: then it neither counts nor is looked at."""
    now = system.clock.now()
    with system.store.writing() as tx:
        found = [(one, store.tries(tx, one.whose), _throttle(one.free, now)) for one in counters]
        waits = max(routine.wait_after(before, throttle, now) for _one, before, throttle in found)
        if waits:
            raise Refused("NA-1", "login-wait", seconds=int(waits.total_seconds()) + 1)
        counted = [Counted(one, before, routine.one_more(before, throttle, now)) for one, before, throttle in found]
        for each in counted:
            store.put_tries(tx, each.counter.whose, each.after)
    return tuple(counted)


def was_right(system: System, counted: tuple[Counted, ...]) -> None:
    """The try was right: it does not count, nor what was wrong before, but for what others did at the machine."""
    with system.store.writing() as tx:
        for one in counted:
            if one.counter.ends:
                store.forget_tries(tx, one.counter.whose)
            else:
                left = routine.one_less(store.tries(tx, one.counter.whose), one.before, one.after)
                store.put_tries(tx, one.counter.whose, left)


def _throttle(free: str, now: datetime) -> Throttle:
    return Throttle(
        limit(free, now),
        timedelta(seconds=limit("password_wait", now)),
        timedelta(minutes=limit("password_wait_longest", now)),
        timedelta(hours=limit("password_tries_forgiven", now)),
    )


def _machine(place: str) -> str:
    """The place without its entrance and its process: another one on the same machine starts with no fresh tries."""
    return place.partition(":")[2].rpartition(":")[0]

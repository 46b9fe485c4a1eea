"""What the console's first frame shows, before the database layer is loaded; the whole list follows right behind it."""

from msgspec import Struct

from p24tui.clock import Clock
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.login import Means, Proven
from p24tui.routine.role import Role
from p24tui.routine.rule import rule
from p24tui.services.access import allows
from p24tui.services.views import QueueView, lines
from p24tui.settings import Settings
from p24tui.store import first_screen
from p24tui.store.first_screen import BareConnection, FirstRows
from p24tui.store.values import Staff, Unit

LINES = 100
"""More than the highest screen has."""


class FirstScreen(Struct, frozen=True):
    """Who looks, their units with the chosen one first, and the first lines of their list."""

    member: Staff
    actor: Actor
    units: tuple[Unit, ...]
    view: QueueView
    proven: Proven


@rule("LO-1", "CH-3", "NA-1")
def read(settings: Settings, clock: Clock, place: str, system_user: str) -> FirstScreen | None:
    """The first screen of the system's user at the settings' unit. It is logged, durably, before it is returned.

    None where anything is not as usual: then the ordinary way of opening says in words what it is.
    """
    if settings.role:  # an office may have no list
        return None
    try:
        with first_screen.bare(settings) as connection:
            found = connection.first_rows(system_user, LINES)
            if found is None or settings.unit not in [unit.id for unit in found.units]:
                return None
            if not allows(Role(found.member.profession), "list.read"):
                return None
            screen = _screen(found, settings.unit, clock, place)
            _log(connection, found, screen, clock)
    except Exception:  # noqa: BLE001 - whatever it is, the ordinary way meets it too, and says it in words
        return None
    return screen


def _screen(found: FirstRows, unit_id: str, clock: Clock, place: str) -> FirstScreen:
    member, units = found.member, tuple(sorted(found.units, key=lambda unit: unit.id != unit_id))
    by_id = {unit.id: unit for unit in units}
    shown = lines(found.rows, by_id, clock.now(), {}, {}, guarantees=False)  # the holidays are slow to load
    view = QueueView(fresh_id(), tuple(by_id), shown, by_id)
    actor = Actor(member.id, member.name, member.profession, unit_id, place)
    return FirstScreen(member, actor, units, view, Proven(member.id, member.name, Means.SYSTEM_USER, clock.now()))


def _log(connection: BareConnection, found: FirstRows, screen: FirstScreen, clock: Clock) -> None:
    for unit in screen.units:
        patients = {row.patient.id for row in found.rows if row.case.unit_id == unit.id}
        connection.log_list(clock.now(), found.member, unit.id, screen.actor.place, screen.view.id, patients)

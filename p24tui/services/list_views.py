"""Saved views: a person's own names for filters of the list."""

import msgspec

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.routine.list_filter import ListFilter
from p24tui.services.access import right
from p24tui.services.views import SavedView
from p24tui.store import list_views
from p24tui.system import System
from p24tui.text import clean_line

LONGEST_NAME = 40


@right("list.read")
def views_of(system: System, actor: Actor) -> tuple[SavedView, ...]:
    """The actor's own views, by name. One that this program cannot read is passed over."""
    if actor.staff_id is None:
        return ()
    with system.store.reading() as tx:
        found = list_views.of_person(tx, actor.staff_id)
    views = []
    for name, chosen in found:
        try:
            views.append(SavedView(name, msgspec.convert(chosen, ListFilter)))
        except msgspec.ValidationError:
            continue
    return tuple(views)


@right("list.read")
def save_view(system: System, actor: Actor, name: str, chosen: ListFilter) -> None:
    """Save the filter under a name, in place of the one that had it. Raises ``BadInput`` for an empty name."""
    cleaned = clean_line(name, LONGEST_NAME).strip()
    if not cleaned or actor.staff_id is None:
        raise BadInput("view-name")
    with system.store.writing() as tx:
        list_views.put(tx, actor.staff_id, cleaned, msgspec.to_builtins(chosen), system.clock.now())


@right("list.read")
def drop_view(system: System, actor: Actor, name: str) -> None:
    """Forget the view with this name."""
    if actor.staff_id is not None:
        with system.store.writing() as tx:
            list_views.drop(tx, actor.staff_id, name)

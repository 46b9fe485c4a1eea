"""The patient list: its lines in order, logged before anybody sees them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import timedelta

from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.read_log import SEARCH, log_list
from p24tui.services.views import CaseLine, QueueView, lines
from p24tui.store import alerts, cases, feed, handovers, messages, people, presence
from p24tui.store.values import Present
from p24tui.system import System

ENDED_SHOWN = timedelta(days=30)
"""How long after its end a case is still in a list that shows what has ended."""


@rule("LO-1", "CH-3")
@right("list.read")
def open_list(
    system: System,
    actor: Actor,
    *,
    unit_ids: Collection[str] = (),
    ended: bool = False,
    view: str = "",
    shown_patients: Collection[str] = (),
) -> QueueView:
    """The list of these units, or of the actor's, in order; ``ended`` adds what has ended within the last 30 days.

    That it was shown, and which patients, is committed before it is returned. ``view`` is the id of a list that is
    read anew: then only patients that it has not shown before are logged, as arrivals.
    """
    now = system.clock.now()
    wanted = tuple(unit_ids) or (actor.unit_id,)
    with system.store.reading() as tx:
        since = feed.end_of_log(tx)
        rows = cases.of_units(tx, wanted, ended_after=now - ENDED_SHOWN if ended else None)
        units = {unit.id: unit for unit in people.all_units(tx) if unit.id in wanted}
        present = _others(presence.present_at(tx, wanted, now), actor)
        seen = alerts.acknowledged_at(tx, wanted)
        guest_of = handovers.guest_of(tx, actor.staff_id)
    fresh = [row for row in rows if row.patient.id not in shown_patients]
    if fresh or not view:
        with system.store.writing() as tx:
            kind, view = ("arrivals", view) if view else ("list", fresh_id())
            log_list(tx, actor, now, kind, fresh, view)
    shown = lines(rows, units, now, present, seen, guest_of)
    return QueueView(view, wanted, shown, units, since, ended)


@rule("LO-1")
@right("list.read")
def arrivals(
    system: System, actor: Actor, view: QueueView, shown_patients: Collection[str], case_ids: Collection[str]
) -> tuple[CaseLine, ...]:
    """These cases as they are now, for a list that is already shown.

    Patients that it has not shown before are logged, all in one row for a unit, before this returns.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        rows = [row for row in cases.some(tx, case_ids) if row.case.unit_id in view.unit_ids]
        if not rows:  # a change at another unit, as most are in a region
            return ()
        present = _others(presence.present_in(tx, case_ids, now), actor)
        seen = alerts.acknowledged_in(tx, case_ids)
        guest_of = handovers.guest_of(tx, actor.staff_id)
    fresh = [row for row in rows if row.patient.id not in shown_patients]
    if fresh:
        with system.store.writing() as tx:
            log_list(tx, actor, now, "arrivals", fresh, view.id)
    return lines(rows, view.units, now, present, seen, guest_of)


@rule("LO-1", "PR-1")
@right("case.read")
def find_text(system: System, actor: Actor, view: QueueView, words: str) -> frozenset[str]:
    """Ids of the list's cases in whose messages every one of these words stands; never a protected person's (PR-1).

    That it was searched, and whose cases came up, is committed before they are returned; so is that none did.
    """
    ended_after = system.clock.now() - ENDED_SHOWN if view.ended else None
    with system.store.reading() as tx:
        found = messages.cases_with(tx, view.unit_ids, words.split(), ended_after)
        rows = cases.some(tx, found)
    with system.store.writing() as tx:
        # Not the words: a diagnosis or a name beside those whose messages have it would be patient data, kept for five
        # years and read by log controllers, who see none. The law asks for who, whom, when, from where and why.
        log_list(tx, actor, system.clock.now(), SEARCH, rows, view.id)
    return found


def _others(present: Collection[Present], actor: Actor) -> Mapping[str, list[Present]]:
    """Who else is there, by case."""
    by_case: defaultdict[str, list[Present]] = defaultdict(list)
    for one in present:
        if one.place != actor.place:
            by_case[one.case_id].append(one)
    return by_case

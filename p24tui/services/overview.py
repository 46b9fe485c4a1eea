"""How units stand today, in numbers: for whoever leads the work. Nothing in it tells of a patient."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

from p24tui.clock import day_began, local
from p24tui.routine.case import Case, CaseState
from p24tui.services.views import Overview, Standing
from p24tui.store import overview
from p24tui.store.overview import Alike
from p24tui.system import System
from p24tui.words.cases import MARKS, priority_mark

STATES = tuple(state for state in CaseState if state is not CaseState.ENDED)
Sort = TypeVar("Sort", CaseState, str)


def overview_of(system: System, unit_ids: Collection[str]) -> Overview:
    """The inflow of today and how the open cases of these units stand."""
    now = system.clock.now()
    with system.store.reading() as tx:
        received = overview.received_since(tx, unit_ids, day_began(now))
        alike = overview.alike(tx, unit_ids)
        owners = overview.by_owner(tx, unit_ids)
    return Overview(
        inflow=Counter(local(at).hour for at in received),
        states=_standings(STATES, alike, lambda one: one.state),
        priorities=_standings(tuple(MARKS), alike, lambda one: _mark(one, now)),
        owners={name: Standing(many, since) for name, many, since in owners},
        unread=sum(one.unread for one in alike),
    )


def _standings(
    sorts: Collection[Sort], alike: Collection[Alike], sort_of: Callable[[Alike], Sort]
) -> dict[Sort, Standing]:
    """How many there are of each sort, and the longest wait; of some sorts there may be none."""
    found = dict.fromkeys(sorts, Standing())
    for one in alike:
        before = found[sort_of(one)]
        waits = [since for since in (before.since, one.since) if since is not None]
        found[sort_of(one)] = Standing(before.cases + one.cases, min(waits, default=None))
    return found


def _mark(one: Alike, now: datetime) -> str:
    """The mark that the list shows beside such a case."""
    return priority_mark(Case("", "", "", one.kind, "", now, one.state, one.priority, suicide=one.suicide))

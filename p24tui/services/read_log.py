"""The read log, as far as it is one's own. Other people's readings are for the log controller."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from msgspec.structs import replace

from p24tui.clock import day_began
from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.views import OwnRead, OwnReads, line
from p24tui.store import cases, people, read_log
from p24tui.store.engine import Tx
from p24tui.store.values import CaseRow
from p24tui.system import System

SEARCH = "search"
"""The kind of reading that a search in what patients and staff have written is."""

SHOWN = 1000
"""Readings that are handed out, the latest ones."""


@rule("LO-1", "PR-1")
@right("log.own")
def own_today(system: System, actor: Actor) -> OwnReads:
    """The actor's own readings of today, the latest first. That they were read is committed before they are returned.

    Raises ``BadInput`` where nobody acts.
    """
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now = system.clock.now()
    since = day_began(now)
    with system.store.writing() as tx:
        opened = {read.case_id for read in read_log.of_person(tx, actor.staff_id, since, SHOWN) if read.case_id}
        rows = {row.case.id: row for row in cases.some(tx, opened)}
        units = {unit.id: unit for unit in people.all_units(tx)}
        log_list(tx, actor, now, "own-log", rows.values())
        count = read_log.count_of(tx, actor.staff_id, since)
        reads = read_log.of_person(tx, actor.staff_id, since, SHOWN)
    lines = {id: line(row, units[row.case.unit_id], now) for id, row in rows.items()}
    shown = (
        OwnRead(one.seq, one.at, one.kind, one.unit_id, one.patients, lines.get(one.case_id or "")) for one in reads
    )
    return OwnReads(count, tuple(shown))


@rule("LO-1")
def log_list(tx: Tx, actor: Actor, now: datetime, kind: str, rows: Collection[CaseRow], view: str = "") -> None:
    """Log that these patients are about to be shown in a list, in one row for each unit.

    ``arrivals`` in a list that is shown already are logged where there are any, all else even where it is empty.
    """
    by_unit: defaultdict[str, set[str]] = defaultdict(set, {} if kind == "arrivals" else {actor.unit_id: set()})
    for row in rows:
        by_unit[row.case.unit_id].add(row.patient.id)
    for unit_id, patients in by_unit.items():
        read_log.log_reading(tx, replace(actor, unit_id=unit_id), now, kind, patients=patients, view=view)

"""The patient list: its lines in order, logged before anybody sees them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from p24tui.clock import local_date
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.patient import ShownPatient, shown
from p24tui.routine.queue import order_key
from p24tui.routine.rule import rule
from p24tui.store import cases, desk, people
from p24tui.store.cases import CaseRow
from p24tui.store.desk import Present
from p24tui.system import System


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a list shows it. The matter is empty where the patient is protected (PR-1)."""

    case: Case
    patient: ShownPatient
    matter: str
    owner: str
    present: tuple[Present, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueView:
    """A list that somebody looks at. ``id`` ties later arrivals to it in the read log."""

    id: str
    lines: tuple[CaseLine, ...]
    message_after: int


@rule("LO-1", "CH-3")
def open_list(system: System, actor: Actor, *, ended: bool = False) -> QueueView:
    """The unit's list, in order. That it was shown, and which patients, is committed before it is returned."""
    now = system.clock.now()
    view = fresh_id()
    with system.store.writing() as tx:
        rows = cases.of_unit(tx, actor.unit_id, ended=ended)
        unit = people.unit(tx, actor.unit_id)
        here = desk.present(tx, actor.unit_id, now)
        desk.log_reading(tx, actor, now, "list", patients={row.patient.id for row in rows}, view=view)
    message_after = unit.message_after if unit else 0
    rows.sort(key=lambda row: order_key(row.case, message_after))
    return QueueView(view, tuple(_lines(rows, _others(here, actor), local_date(now))), message_after)


@rule("LO-1")
def arrivals(
    system: System, actor: Actor, view: str, shown_patients: Collection[str], case_ids: Collection[str]
) -> tuple[CaseLine, ...]:
    """These cases as they are now, for a list that is already shown.

    Patients that it has not shown before are logged, all in one row, before this returns.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        rows = [row for row in cases.some(tx, case_ids) if row.case.unit_id == actor.unit_id]
        here = desk.present(tx, actor.unit_id, now, case_ids)
    fresh = {row.patient.id for row in rows}.difference(shown_patients)
    if fresh:
        with system.store.writing() as tx:
            desk.log_reading(tx, actor, now, "arrivals", patients=fresh, view=view)
    return tuple(_lines(rows, _others(here, actor), local_date(now)))


def line(row: CaseRow, present: Collection[Present], today: date) -> CaseLine:
    """One line, with nothing in it that may not be shown."""
    patient = shown(row.patient, today)
    matter = "" if patient.protected else row.case.matter
    here = tuple(one for one in present if one.case_id == row.case.id)
    return CaseLine(row.case, patient, matter, row.owner, here)


def _others(present: Collection[Present], actor: Actor) -> list[Present]:
    return [one for one in present if one.place != actor.place]


def _lines(rows: Collection[CaseRow], present: Collection[Present], today: date) -> list[CaseLine]:
    by_case: dict[str, list[Present]] = {}
    for one in present:
        by_case.setdefault(one.case_id, []).append(one)
    return [line(row, by_case.get(row.case.id, ()), today) for row in rows]

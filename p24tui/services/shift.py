"""A shift: begun, kept alive by its console, ended when nothing is left behind, given up where it is lost (SH-1)."""

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.ids import fresh_id
from p24tui.routine import shift as rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import SuicideRisk
from p24tui.routine.queue import order_key
from p24tui.routine.rule import rule
from p24tui.routine.shift import Ongoing, ShiftKind
from p24tui.services import takeover
from p24tui.services.access import right
from p24tui.services.change import change_in, locked, permitted
from p24tui.services.limits import limit
from p24tui.services.read_log import log_list
from p24tui.services.views import OngoingLine, OngoingView, line
from p24tui.store import cases, events, journal, people, registrations, shifts, visits
from p24tui.store.duty_values import OnShift, Shift
from p24tui.store.engine import Tx
from p24tui.store.values import CaseRow
from p24tui.system import System

PLACE = "tick:shifts"


def grace(now: datetime) -> timedelta:
    """How long a console may be silent before its person is lost."""
    return timedelta(minutes=limit("shift_grace", now))


def seen_every(now: datetime) -> timedelta:
    """How often a console says that it is there."""
    return timedelta(seconds=limit("shift_seen_every", now))


def longest(now: datetime) -> timedelta:
    """How long a shift lasts before one is reminded of it."""
    return timedelta(hours=limit("shift_longest", now))


@right("shift.work")
def start(system: System, actor: Actor, kind: ShiftKind) -> Shift:
    """Begin a shift at the actor's unit, or go on from here with the one that is alive there.

    Whoever was lost is there again: what has not been given up yet stays theirs, and what they still have calls no
    longer. Raises ``BadInput`` where nobody acts.
    """
    now, staff_id = system.clock.now(), _person(actor)
    with system.store.writing() as tx:  # apart: whoever gives up a lost shift locks it before its person
        shifts.given_up(tx, staff_id, now)
    with system.store.writing() as tx:
        shifts.keep_person(tx, staff_id)
        shift = _go_on(tx, actor, kind, now) or _begin(tx, actor, staff_id, kind, now)
    for case_id in _lost_cases(system, staff_id):
        _come_back(system, actor, staff_id, case_id)
    return shift


@right("shift.work")
def seen(system: System, actor: Actor) -> Shift | None:
    """Say that the actor's console is there; their shift at the unit, none where it has ended or is lost."""
    with system.store.writing() as tx:
        return shifts.seen(tx, _person(actor), actor.unit_id, system.clock.now())


@right("shift.work")
def current(system: System, actor: Actor) -> Shift | None:
    """The actor's shift at the unit, where there is one and its person is not lost."""
    with system.store.reading() as tx:
        return next((one for one in _living(tx, _person(actor), system.clock.now()) if _here(one, actor)), None)


def find(system: System, shift_id: str) -> Shift | None:
    """One shift, as it is now or was when it ended."""
    with system.store.reading() as tx:
        return shifts.one(tx, shift_id)


@right("shift.work")
def change(system: System, actor: Actor, kind: ShiftKind) -> Shift:
    """Do something else for the rest of the shift. Raises ``BadInput`` where there is none."""
    with system.store.writing() as tx:
        before = _own(tx, actor)
        after = replace(before, kind=kind)
        shifts.save(tx, after)
        events.append(tx, actor, system.clock.now(), "shift.changed", shift=after.id, does=kind, before=before.kind)
        return after


@rule("SH-1", "LO-1", "PR-1", "DO-1")
@right("shift.work")
def ongoing(system: System, actor: Actor, *, view: str = "", shown_patients: Collection[str] = ()) -> OngoingView:
    """What the actor would leave behind, visits first and then in the order of the list.

    That it was shown, and which patients, is committed before it is returned. ``view`` is the id of one that is read
    anew: then only patients that it has not shown before are logged, as arrivals.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        found = _left(tx, actor, now)
        posts = registrations.followed_of(tx, _person(actor))
        units = {unit.id: unit for unit in people.all_units(tx)}
        owed = journal.count_owed(tx, [actor.unit_id], _person(actor))
    fresh = {row.patient.id: row for row, _left_behind in found if row.patient.id not in shown_patients}
    if fresh or not view:
        with system.store.writing() as tx:
            kind, view = ("arrivals", view) if view else ("list", fresh_id())
            log_list(tx, actor, now, kind, fresh.values(), view)
    found.sort(key=lambda one: (Ongoing.VISIT not in one[1], order_key(one[0].case)))
    lines = tuple(OngoingLine(line(row, units[row.case.unit_id], now), left) for row, left in found)
    return OngoingView(view, lines, posts, owed)


@rule("SH-1")
@right("shift.work")
def end(system: System, actor: Actor) -> Shift:
    """End the actor's shift at the unit.

    Raises ``Refused`` while anything is left behind, looked at in the same transaction: whoever would give the actor a
    case or has just begun to waits for it. ``BadInput`` where there is no shift.
    """
    now, staff_id = system.clock.now(), _person(actor)
    with system.store.reading() as tx:
        _own(tx, actor)
        _nothing_left(tx, actor, now)
    _ask_no_more(system, actor, staff_id)
    with system.store.writing() as tx:
        shifts.keep_person(tx, staff_id)
        ended = replace(_own(tx, actor, lock=True), seen_at=now, ended_at=now)
        _nothing_left(tx, actor, now)
        shifts.save(tx, ended)
        events.append(tx, actor, now, "shift.ended", rule="SH-1", shift=ended.id, does=ended.kind)
        return ended


def on_shift(system: System, unit_ids: Collection[str]) -> list[OnShift]:
    """Who is on shift now at these units, by unit and name; whoever is lost is left out at once."""
    with system.store.reading() as tx:
        return on_shift_in(tx, system, unit_ids)


def on_shift_in(tx: Tx, system: System, unit_ids: Collection[str]) -> list[OnShift]:
    """The same within a transaction that does more."""
    now = system.clock.now()
    return shifts.on_shift(tx, unit_ids, now - grace(now))


class Watch:
    """One process's eye on shifts.

    A sign of life is stamped by its console's own clock, which may be wrong, and after an outage of the database all
    are old: so nobody is given up whose sign this process has not itself seen stand still for as long as two take.
    """

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._stands: dict[str, tuple[datetime, float]] = {}

    @rule("SH-1", "SU-2")
    def give_up_lost(self, system: System) -> int:
        """Give up whoever has not been heard within the grace time; how many shifts were lost by it.

        Each is marked once, however many processes do this at the same time. Where the person has no other shift that
        is alive, their cases are given up one by one, of every unit; what a process leaves undone that dies over it,
        the next goes on with. Whoever has cases and never had a shift is left alone: nobody knows whether they are
        there.
        """
        now, passed = system.clock.now(), self._passed()
        late = _late(system, now)
        before, self._stands = self._stands, {}
        for one in late:
            known = before.get(one.id)
            self._stands[one.id] = known if known and known[0] == one.seen_at else (one.seen_at, passed)
        enough = 2 * seen_every(now).total_seconds()
        silent = [one for one in late if one.lost_at is not None or passed - self._stands[one.id][1] >= enough]
        return sum(_lose(system, one, now) for one in silent)


def _person(actor: Actor) -> str:
    if actor.staff_id is None:
        raise BadInput("who-acts")
    return actor.staff_id


def _here(shift: Shift, actor: Actor) -> bool:
    return shift.unit_id == actor.unit_id


def _living(tx: Tx, staff_id: str, now: datetime) -> list[Shift]:
    return [one for one in shifts.alive_of(tx, staff_id) if not rules.lost(one.seen_at, now, grace(now))]


def _own(tx: Tx, actor: Actor, *, lock: bool = False) -> Shift:
    mine = [one for one in shifts.alive_of(tx, _person(actor), lock=lock) if _here(one, actor)]
    if not mine:
        raise BadInput("no-shift")
    return mine[0]


def _go_on(tx: Tx, actor: Actor, kind: ShiftKind, now: datetime) -> Shift | None:
    """Go on with the shift at this unit; one whose console has been silent for too long is lost, and over."""
    found = None
    for one in [one for one in shifts.alive_of(tx, _person(actor), lock=True) if _here(one, actor)]:
        if rules.lost(one.seen_at, now, grace(now)):
            shifts.save(tx, replace(one, lost_at=now, ended_at=now))
            _tell_lost(tx, one, now)
            continue
        found = replace(one, kind=kind, place=actor.place, seen_at=now)
        shifts.save(tx, found)
        events.append(tx, actor, now, "shift.continued", shift=one.id, does=kind, before=one.place)
    return found


def _begin(tx: Tx, actor: Actor, staff_id: str, kind: ShiftKind, now: datetime) -> Shift:
    assert actor.profession is not None
    shift = Shift(fresh_id(), staff_id, actor.unit_id, actor.profession, kind, actor.place, now, now)
    shifts.add(tx, shift)
    events.append(tx, actor, now, "shift.started", rule="SH-1", shift=shift.id, does=kind)
    return shift


def _lost_cases(system: System, staff_id: str) -> list[str]:
    with system.store.reading() as tx:
        rows = cases.some(tx, shifts.case_ids_of(tx, staff_id))
    return [row.case.id for row in rows if row.case.owner_lost_at is not None]


def _come_back(system: System, actor: Actor, staff_id: str, case_id: str) -> None:
    with system.store.writing() as tx:
        case = locked(tx, case_id).case
        if case.owner_id == staff_id and case.owner_lost_at is not None:
            change_in(
                tx,
                system,
                actor,
                case_id,
                "case.owner-back",
                lambda row: rules.come_back(row.case, staff_id),
                rule="SH-1",
            )


def _left(tx: Tx, actor: Actor, now: datetime) -> list[tuple[CaseRow, tuple[Ongoing, ...]]]:
    """What this person would leave behind; another shift of theirs that is alive goes on with what is its unit's."""
    staff_id = _person(actor)
    elsewhere = {one.unit_id for one in _living(tx, staff_id, now)} - {actor.unit_id}
    begun = shifts.begun_by(tx, staff_id)
    found = []
    for row in cases.some(tx, begun):
        draft, note_draft = begun[row.case.id]
        left = rules.ongoing(row.case, staff_id, row.patient.protection, draft=draft, note_draft=note_draft)
        if left and row.case.unit_id not in elsewhere:
            found.append((row, left))
    return found


def _nothing_left(tx: Tx, actor: Actor, now: datetime) -> None:
    found = _left(tx, actor, now)
    unheld = visits.unheld(tx, actor.unit_id, now, _person(actor))
    refusal = rules.may_end([one for _row, left in found for one in left], unheld)
    permitted(refusal, count=len(found) or unheld)


def _ask_no_more(system: System, actor: Actor, staff_id: str) -> None:
    """What one asks colleagues for must not come when one has gone."""
    with system.store.reading() as tx:
        asked = shifts.case_ids_asked_by(tx, staff_id)
    for case_id in asked:
        try:
            takeover.withdraw(system, actor, case_id)
        except Refused:
            continue  # it has been answered meanwhile


def _late(system: System, now: datetime) -> list[Shift]:
    with system.store.reading() as tx:
        return shifts.not_seen_since(tx, now - grace(now))


def _lose(system: System, shift: Shift, now: datetime) -> bool:
    with system.store.writing() as tx:
        marked = shifts.lose(tx, shift.id, now - grace(now), now)
        if marked:
            _tell_lost(tx, shift, now)
    with system.store.reading() as tx:
        case_ids = shifts.case_ids_of(tx, shift.staff_id)
    for case_id in case_ids:
        if not _give_up(system, shift, case_id, now):
            break
    with system.store.writing() as tx:
        shifts.given_up(tx, shift.staff_id, now, shift.id)
    return marked


def _tell_lost(tx: Tx, shift: Shift, now: datetime) -> None:
    seen_at = shift.seen_at.isoformat(timespec="seconds")
    details = {"shift": shift.id, "staff": shift.staff_id, "of": shift.place, "seen_at": seen_at}
    events.append(tx, _tick(shift.unit_id), now, "shift.lost", rule="SH-1", **details)


def _give_up(system: System, shift: Shift, case_id: str, now: datetime) -> bool:
    """Give up one case; whether to go on with the others. Its person may be there again, here or elsewhere."""
    with system.store.writing() as tx:
        if not shifts.being_given_up(tx, shift.id) or _living(tx, shift.staff_id, now):
            return False
        row = locked(tx, case_id)
        if row.case.owner_id != shift.staff_id or row.case.owner_lost_at is not None:
            return True  # another process has done it, or a colleague has it by now
        change_in(
            tx,
            system,
            _tick(row.case.unit_id),
            case_id,
            "case.returned" if row.case.suicide is SuicideRisk.NONE else "case.owner-lost",
            lambda row: rules.give_up(row.case, now),
            rule="SH-1",
            owner=row.owner,
        )
        return True


def _tick(unit_id: str) -> Actor:
    return Actor(None, "p24tui", None, unit_id, PLACE)

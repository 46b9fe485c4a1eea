"""The roster of who is responsible for a unit's inflow: seen, changed, copied, and asked who it is now (CH-2)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.ids import fresh_id
from p24tui.routine import roster as rules
from p24tui.routine.actor import Actor
from p24tui.routine.hours import HORIZON_DAYS, Span, next_weekday
from p24tui.routine.period import Length, read_period
from p24tui.routine.roster import WEEK, Copying, RosterEntry, Taken, midnight
from p24tui.routine.rule import rule
from p24tui.routine.unit_alert import UnitAlert
from p24tui.services.access import right
from p24tui.services.change import permitted
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.views import RosterWeek
from p24tui.store import alerts as store_alerts
from p24tui.store import events, people
from p24tui.store import roster as store
from p24tui.store.duty_values import Responsible
from p24tui.store.engine import Tx
from p24tui.store.values import Unit
from p24tui.system import System
from p24tui.text import clean_line

_DAY = timedelta(days=1)


def parse_week(typed: str) -> date:
    """The Monday of a week that somebody typed, such as ``2026-48``. Raises ``BadInput`` where it is none."""
    try:
        return read_period(Length.WEEK, typed.strip()).first
    except ValueError as error:
        raise BadInput("week", value=clean_line(typed, 20)) from error


def week_of(system: System, unit_id: str, monday: date) -> RosterWeek:
    """A week of the unit's roster, with its gaps and those of the coming days.

    Raises ``BadInput`` where there is no such unit.
    """
    now = system.clock.now()
    start, end = midnight(monday), midnight(monday + WEEK)
    with system.store.reading() as tx:
        unit = known_unit(tx, unit_id)
        entries = store.between(tx, [unit_id], start, end)
        return RosterWeek(
            unit,
            monday,
            tuple(entries),
            rules.gaps(unit.hours, entries, start, end),
            _gaps_in(tx, unit_id, now, now + _seen_ahead(now)),
            tuple(people.staff_of(tx, unit_id)),
            responsible_in(tx, [unit_id], now).get(unit_id),
        )


def gaps(system: System, unit_ids: Collection[str], days: int | None = None) -> dict[str, tuple[Span, ...]]:
    """The gaps of the coming days, by unit, those that have begun from now on; a unit without any is left out.

    ``days`` is a week where it is not said. Raises ``BadInput`` for more than a year.
    """
    now = system.clock.now()
    if days is not None and not 0 < days <= HORIZON_DAYS:
        raise BadInput("days", value=days, most=HORIZON_DAYS)
    ahead = _seen_ahead(now) if days is None else timedelta(days=days)
    with system.store.reading() as tx:
        found = {unit_id: _gaps_in(tx, unit_id, now, now + ahead) for unit_id in unit_ids}
    return {unit_id: spans for unit_id, spans in found.items() if spans}


def alerts_in(tx: Tx, unit: Unit, now: datetime) -> tuple[UnitAlert, ...]:
    """What calls at a unit because of the roster: nobody is responsible now, or there will be a gap (H5)."""
    taken = store_alerts.taken_by_hand(tx, [unit.id])
    end = midnight(next_weekday(unit.hours, local_date(now)) + _DAY)
    entries = store.between(tx, [unit.id], _yesterday(now), end)
    return rules.unit_alerts(unit.id, unit.hours, entries, _taken(taken.get(unit.id)), now)


def responsible_now(system: System, unit_ids: Collection[str]) -> dict[str, Responsible]:
    """Who is responsible for the inflow, since and until when, by unit; a unit that has nobody is left out."""
    with system.store.reading() as tx:
        return responsible_in(tx, unit_ids, system.clock.now())


def responsible_in(tx: Tx, unit_ids: Collection[str], now: datetime) -> dict[str, Responsible]:
    """As ``responsible_now``, within a transaction."""
    taken = store_alerts.taken_by_hand(tx, unit_ids)
    rostered = store.between(tx, unit_ids, _yesterday(now), midnight(local_date(now) + 2 * _DAY))
    found = {}
    for unit_id in unit_ids:
        entries = [one for one in rostered if one.unit_id == unit_id]
        by_hand = taken.get(unit_id)
        if on_duty := rules.responsible_at(entries, _taken(by_hand), now):
            known = {one.staff_id: (one.name, one.profession) for one in entries}
            if by_hand is not None:
                known[by_hand.staff_id] = (by_hand.name, by_hand.profession)
            name, profession = known[on_duty.staff_id]
            found[unit_id] = Responsible(on_duty.staff_id, name, profession, on_duty.since, on_duty.until)
    return found


@rule("CH-2")
@right("roster.change")
def add(system: System, actor: Actor, staff_id: str, starts_at: datetime, ends_at: datetime) -> RosterEntry:
    """Put a person on the roster of the actor's unit. Raises ``Refused`` where the entry cannot stand there."""
    entry = RosterEntry(fresh_id(), actor.unit_id, staff_id, starts_at, ends_at)
    with system.store.writing() as tx:
        return _put(tx, system, actor, entry)


@rule("CH-2")
@right("roster.change")
def change(
    system: System, actor: Actor, entry_id: str, staff_id: str, starts_at: datetime, ends_at: datetime
) -> RosterEntry:
    """Change who or when. Raises ``BadInput`` where the entry is gone, ``Refused`` where it cannot stand so."""
    with system.store.writing() as tx:
        before = _of_unit(tx, actor, entry_id)
        entry = replace(before, staff_id=staff_id, starts_at=starts_at, ends_at=ends_at)
        return _put(tx, system, actor, entry, before)


@right("roster.change")
def drop(system: System, actor: Actor, entry_id: str) -> RosterEntry:
    """Take an entry off the roster. Raises ``BadInput`` where it is gone already."""
    with system.store.writing() as tx:
        before = _of_unit(tx, actor, entry_id)
        store.drop(tx, [entry_id])
        events.append(tx, actor, system.clock.now(), "roster.dropped", rule="CH-2", before=_recorded(before))
        return before


def find(system: System, unit_id: str, typed: str) -> RosterEntry:
    """The unit's entry whose id begins with what somebody typed. Raises ``BadInput`` where none does, or several do."""
    with system.store.reading() as tx:
        found = store.beginning_with(tx, unit_id, typed)
    if not typed or not found:
        raise BadInput("no-roster-entry")
    if len(found) > 1:
        raise BadInput("many-roster-entries", id=clean_line(typed, 40))
    return found[0]


def plan_copy(system: System, unit_id: str, start: date, to: date) -> Copying:
    """What copying the week that begins on Monday ``start`` to that of ``to`` would come to; nothing is written."""
    with system.store.reading() as tx:
        return _copied(tx, unit_id, start, to)


@right("roster.change")
def copy_week(system: System, actor: Actor, start: date, to: date) -> Copying:
    """Copy a week of the unit's roster to another. What stands there stays, and nothing comes twice."""
    now = system.clock.now()
    with system.store.writing() as tx:
        known_unit(tx, actor.unit_id, lock=True)
        copying = _copied(tx, actor.unit_id, start, to)
        if copying.new:
            store.put(tx, (replace(one, id=fresh_id()) for one in copying.new), _by(actor), now)
            many = len(copying.new)
            events.append(tx, actor, now, "roster.copied", rule="CH-2", start=str(start), to=str(to), added=many)
        return copying


def available(tx: Tx, staff_id: str, unit_id: str) -> bool:
    """Whether the person is active and works at the unit."""
    found = people.staff_member(tx, staff_id)
    return found is not None and found[0].active and unit_id in found[1]


def longest(now: datetime) -> timedelta:
    """How long an entry may be."""
    return timedelta(hours=limit("roster_entry_longest", now))


def _put(tx: Tx, system: System, actor: Actor, entry: RosterEntry, before: RosterEntry | None = None) -> RosterEntry:
    now = system.clock.now()
    known_unit(tx, entry.unit_id, lock=True)
    there = store.between(tx, [entry.unit_id], entry.starts_at, entry.ends_at)
    is_available = available(tx, entry.staff_id, entry.unit_id)
    refusal = rules.may_stand(entry, there, longest(now), available=is_available)
    permitted(refusal, hours=limit("roster_entry_longest", now))
    store.put(tx, [entry], _by(actor), now)
    kind, was = ("roster.changed", _recorded(before)) if before else ("roster.added", {})
    events.append(tx, actor, now, kind, rule="CH-2", before=was, after=_recorded(entry))
    found = store.one(tx, entry.id)
    assert found is not None
    return found


def _copied(tx: Tx, unit_id: str, start: date, to: date) -> Copying:
    unit = known_unit(tx, unit_id)
    week = rules.in_week(_days(tx, unit_id, start), start)
    return rules.copied_week(unit.hours, week, _days(tx, unit_id, to), start, to)


def _days(tx: Tx, unit_id: str, monday: date) -> list[RosterEntry]:
    return store.between(tx, [unit_id], midnight(monday), midnight(monday + WEEK))


def _gaps_in(tx: Tx, unit_id: str, start: datetime, end: datetime) -> tuple[Span, ...]:
    unit = known_unit(tx, unit_id)
    return rules.gaps(unit.hours, store.between(tx, [unit_id], start, end), start, end)


def _of_unit(tx: Tx, actor: Actor, entry_id: str) -> RosterEntry:
    known_unit(tx, actor.unit_id, lock=True)
    found = store.one(tx, entry_id)
    if found is None or found.unit_id != actor.unit_id:
        raise BadInput("no-roster-entry")
    return found


def _taken(by_hand: Responsible | None) -> Taken | None:
    return None if by_hand is None else Taken(by_hand.staff_id, by_hand.since)


def _seen_ahead(now: datetime) -> timedelta:
    return timedelta(days=limit("roster_seen_ahead", now))


def _yesterday(now: datetime) -> datetime:
    """From when entries may say something of today: one of last night may still last."""
    return midnight(local_date(now) - _DAY)


def _by(actor: Actor) -> str:
    return actor.staff_id or actor.name


def _recorded(entry: RosterEntry) -> dict[str, str]:
    """The entry as an event remembers it."""
    times = {"starts_at": entry.starts_at.isoformat(), "ends_at": entry.ends_at.isoformat()}
    return {"id": entry.id, "staff": entry.staff_id, **times}

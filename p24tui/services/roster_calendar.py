"""The roster out to other programs' calendars and in from them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from p24tui.gateways import roster_calendar
from p24tui.gateways.roster_calendar import Occurrence, Reading, Unusable, entry_id
from p24tui.ids import fresh_id
from p24tui.routine import roster as rules
from p24tui.routine.actor import Actor
from p24tui.routine.roster import RosterEntry
from p24tui.services.access import right
from p24tui.services.known import known_unit
from p24tui.services.roster import longest
from p24tui.store import events, people
from p24tui.store import roster as store
from p24tui.store.engine import Tx
from p24tui.store.values import Staff
from p24tui.system import System

LARGEST = roster_calendar.LARGEST
"""Bytes that a file may have."""

Same = tuple[str, datetime, datetime]
"""Who, from when and until when."""


class RosterImport(Struct, frozen=True):
    """What came of importing a calendar: how many entries were added, changed, dropped, or stood there already."""

    added: int
    changed: int
    dropped: int
    unchanged: int
    unusable: tuple[Unusable, ...]


def export(system: System, unit_id: str, start: datetime, end: datetime) -> bytes:
    """The unit's roster from ``start`` up to ``end`` as an iCalendar file.

    Raises ``BadInput`` where there is no such unit.
    """
    with system.store.reading() as tx:
        unit = known_unit(tx, unit_id)
        entries = store.between(tx, [unit_id], start, end)
    return roster_calendar.write(entries, unit.name, system.clock.now())


@right("roster.change")
def import_calendar(system: System, actor: Actor, data: bytes) -> RosterImport:
    """Take the events of an iCalendar file into the roster of the actor's unit.

    What a calendar has sent before is brought up to date, and what is cancelled there goes. Entries that are of no
    event in the file stay as they are. Raises ``BadInput`` where the file is no calendar; then nothing is changed.
    """
    now = system.clock.now()
    reading = roster_calendar.read(data, now)
    with system.store.writing() as tx:
        known_unit(tx, actor.unit_id, lock=True)
        return _take_in(tx, actor, reading, now)


def _take_in(tx: Tx, actor: Actor, reading: Reading, now: datetime) -> RosterImport:
    told = reading.calendar_ids | {one.calendar_id for one in reading.occurrences}
    old = _entries_of(tx, actor.unit_id, reading, told)
    there = _beside(tx, actor.unit_id, reading, {one.id for entries in old.values() for one in entries})
    staff = people.staff_of(tx, actor.unit_id)
    steps = _Steps(unusable=list(reading.unusable))
    wanted: dict[str, list[RosterEntry]] = {calendar_id: [] for calendar_id in told}
    doubtful = set(told - reading.calendar_ids)
    for one in reading.occurrences:
        member = _match(one, staff)
        staff_id = "" if isinstance(member, str) else member.id
        entry = RosterEntry(
            fresh_id(), actor.unit_id, staff_id, one.starts_at, one.ends_at, calendar_id=one.calendar_id
        )
        reason = member if isinstance(member, str) else _refused(entry, there, now)
        if not reason:
            wanted[one.calendar_id].append(entry)
            there[entry.same] = entry
        elif reason == "roster-there":
            steps.unchanged += 1
        else:
            steps.unusable.append(Unusable(one.title, one.starts_at, reason))
            doubtful.add(one.calendar_id)
    for calendar_id, entries in wanted.items():
        steps.plan(old.get(calendar_id, []), entries, may_drop=calendar_id not in doubtful)
    return _carry_out(tx, actor, steps, now)


@dataclass(slots=True)
class _Steps:
    """What is to be done for the roster to be as the calendar is."""

    unusable: list[Unusable]
    added: list[RosterEntry] = field(default_factory=list)
    changed: list[RosterEntry] = field(default_factory=list)
    dropped: list[RosterEntry] = field(default_factory=list)
    unchanged: int = 0

    def plan(self, old: list[RosterEntry], wanted: list[RosterEntry], *, may_drop: bool) -> None:
        """From the ``old`` entries of an event to those ``wanted``; what is the same stays, what can be changed is."""
        same = {one.same for one in old} & {one.same for one in wanted}
        going = [one for one in old if one.same not in same] if may_drop else []
        coming = [one for one in wanted if one.same not in same]
        self.unchanged += len(same)
        both = zip(going, coming, strict=False)
        self.changed += [replace(new, id=was.id, calendar_id=was.calendar_id) for was, new in both]
        self.added += coming[len(going) :]
        self.dropped += going[len(coming) :]


def _carry_out(tx: Tx, actor: Actor, steps: _Steps, now: datetime) -> RosterImport:
    store.drop(tx, [one.id for one in steps.dropped])
    store.put(tx, [*steps.changed, *steps.added], actor.staff_id or actor.name, now)
    done = RosterImport(
        len(steps.added), len(steps.changed), len(steps.dropped), steps.unchanged, tuple(steps.unusable)
    )
    if done.added or done.changed or done.dropped:
        many = {"added": done.added, "changed": done.changed, "dropped": done.dropped}
        events.append(tx, actor, now, "roster.imported", rule="CH-2", entries=many)
    return done


def _entries_of(tx: Tx, unit_id: str, reading: Reading, told: Collection[str]) -> dict[str, list[RosterEntry]]:
    """The entries that the roster has by now of the events in the file, by what the calendar calls them."""
    ours = {entry_id(one): one for one in told if entry_id(one)}
    found: dict[str, list[RosterEntry]] = {}
    for one in store.of_calendar(tx, unit_id, told, ours):
        calendar_id = one.calendar_id if one.calendar_id in told else ours[one.id]
        if one.starts_at >= reading.since or calendar_id not in reading.series:
            found.setdefault(calendar_id, []).append(one)
    return found


def _beside(tx: Tx, unit_id: str, reading: Reading, besides: Collection[str]) -> dict[Same, RosterEntry]:
    """What else stands in the roster over the time of the file."""
    if not reading.occurrences:
        return {}
    start = min(one.starts_at for one in reading.occurrences)
    end = max(one.ends_at for one in reading.occurrences)
    return {one.same: one for one in store.between(tx, [unit_id], start, end) if one.id not in besides}


def _refused(entry: RosterEntry, there: Mapping[Same, RosterEntry], now: datetime) -> str:
    same = there.get(entry.same)
    refusal = rules.may_stand(entry, [same] if same else [], longest(now), available=True)
    return refusal.reason if refusal else ""


def _match(one: Occurrence, staff: Collection[Staff]) -> Staff | str:
    """Whom of the unit's staff the event means, by HSA-id or else by full name; or why that is not to be known."""
    if one.hsa_id:
        return next((member for member in staff if member.id == one.hsa_id), "person-unknown")
    for name in one.names:
        found = [member for member in staff if member.name.casefold() == name.casefold()]
        if found:
            return found[0] if len(found) == 1 else "person-ambiguous"
    return "person-unknown"

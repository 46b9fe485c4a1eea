"""What a unit has decided for itself: its hours and its warnings before closing, read and saved together.

And, apart from these, for how long it keeps an answer of the person-data service, and when its consoles lock.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from p24tui.errors import BadInput, Stale
from p24tui.routine import closing_warnings as routine
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.units import change_hours_in
from p24tui.services.views import UnitSettings
from p24tui.store import events
from p24tui.store import unit_settings as store
from p24tui.store.engine import Tx
from p24tui.store.values import Unit
from p24tui.system import System

DEFAULTS = ("closing_warns_first", "closing_warns_again", "closing_warns_soon", "closing_alarms")
"""The limits that apply to a unit which has chosen nothing."""


class Minutes(Struct, frozen=True):
    """A setting that is so many minutes. Its name is that of the limit that applies to a unit which has chosen nothing;
    ``most`` is the limit that none may choose beyond, ``reason`` why a number is refused.
    """

    name: str
    most: str
    least: int
    reason: str
    changed: str
    rule: str


PROTECTION_KEPT = Minutes(
    "protection_kept",
    most="protection_kept",
    least=0,
    reason="protection-kept",
    changed="unit.protection-kept-changed",
    rule="PR-1",
)
LOCK_AFTER = Minutes(
    "lock_after",
    most="lock_after_longest",
    least=1,
    reason="lock-after",
    changed="unit.lock-after-changed",
    rule="NA-1",
)

CHANGES = ("unit.added", "unit.changed", "unit.hours-changed", "unit.warnings-changed")
"""The events that say who changed a unit."""


@right("unit.change")
def put_closing_warnings(system: System, actor: Actor, unit_id: str, minutes: Iterable[int]) -> tuple[int, ...]:
    """Let the unit be warned so many minutes before closing.

    Raises ``BadInput`` where they are not two to six falling numbers from 1 to 240, and for an unknown unit.
    """
    with system.store.writing() as tx:
        unit = known_unit(tx, unit_id, lock=True)
        return _put_warnings(tx, system, actor, unit, tuple(minutes))


@right("unit.change")
def put_protection_kept(system: System, actor: Actor, unit_id: str, minutes: int) -> int:
    """Let the unit keep what the person-data service says for so many minutes; 0 is not at all.

    Raises ``BadInput`` where that is longer than the limit ``protection_kept`` or below 0, and for an unknown unit.
    """
    return _put_minutes(system, actor, PROTECTION_KEPT, unit_id, minutes)


def protection_kept(system: System, unit_id: str) -> int:
    """For how many minutes the unit keeps an answer on protection. Raises ``BadInput`` for an unknown unit."""
    with system.store.reading() as tx:
        return _minutes(tx, PROTECTION_KEPT, known_unit(tx, unit_id).id, system.clock.now())


@rule("PR-1")
def protection_kept_in(tx: Tx, unit_id: str, now: datetime) -> timedelta:
    """How old an answer on protection may be at the unit when the patient writes again."""
    return timedelta(minutes=_minutes(tx, PROTECTION_KEPT, unit_id, now))


@rule("PR-1")
def longest_kept(now: datetime) -> timedelta:
    """How long an answer on protection may be kept at any unit."""
    return timedelta(minutes=limit(PROTECTION_KEPT.most, now))


@right("unit.change")
def put_lock_after(system: System, actor: Actor, unit_id: str, minutes: int) -> int:
    """Let the unit's consoles lock after so many minutes without a key.

    Raises ``BadInput`` where that is longer than the limit ``lock_after_longest`` or below 1, and for an unknown unit.
    """
    return _put_minutes(system, actor, LOCK_AFTER, unit_id, minutes)


def lock_after(system: System, unit_id: str) -> int:
    """After how many minutes without a key the unit's consoles lock. Raises ``BadInput`` for an unknown unit."""
    with system.store.reading() as tx:
        return lock_minutes_in(tx, known_unit(tx, unit_id).id, system.clock.now())


@rule("NA-1")
def lock_minutes_in(tx: Tx, unit_id: str, now: datetime) -> int:
    """After how many minutes without a key a console at the unit locks."""
    return _minutes(tx, LOCK_AFTER, unit_id, now)


def of_units(system: System, unit_ids: Iterable[str]) -> tuple[UnitSettings, ...]:
    """The units with what they have decided, in the order asked for. Raises ``BadInput`` for an unknown one."""
    with system.store.reading() as tx:
        units = [known_unit(tx, unit_id) for unit_id in unit_ids]
        warnings = warnings_in(tx, system, [unit.id for unit in units])
        return tuple(UnitSettings(unit, warnings[unit.id]) for unit in units)


@right("unit.change")
def save(system: System, actor: Actor, known: UnitSettings, wanted: UnitSettings) -> UnitSettings:
    """Let the unit have these hours and warnings, all of it or nothing.

    Raises ``Stale`` where they are no longer as whoever changes them knew them; ``BadInput`` as each deed alone.
    """
    with system.store.writing() as tx:
        unit = known_unit(tx, known.unit.id, lock=True)
        warnings = warnings_in(tx, system, [unit.id])[unit.id]
        if (unit.hours, warnings) != (known.unit.hours, known.warnings):
            last = events.last_of_unit(tx, unit.id, CHANGES)
            raise Stale(by=last.actor if last else "", what="unit")
        changed = change_hours_in(tx, system, actor, unit, lambda _before: wanted.unit.hours)
        return UnitSettings(changed, _put_warnings(tx, system, actor, unit, wanted.warnings))


@rule("CH-5", "CH-7")
def warnings_in(tx: Tx, system: System, unit_ids: Collection[str]) -> dict[str, tuple[int, ...]]:
    """How many minutes before closing each unit is warned, falling; the last one is the alarm."""
    now = system.clock.now()
    usual = tuple(limit(name, now) for name in DEFAULTS)
    return dict.fromkeys(unit_ids, usual) | store.closing_warnings(tx, unit_ids)


def _minutes(tx: Tx, setting: Minutes, unit_id: str, now: datetime) -> int:
    own = store.minutes(tx, setting.name, unit_id)
    if own is None:
        return limit(setting.name, now)
    return min(own, limit(setting.most, now))  # which may have been lowered since


def _put_minutes(system: System, actor: Actor, setting: Minutes, unit_id: str, minutes: int) -> int:
    now = system.clock.now()
    most = limit(setting.most, now)
    with system.store.writing() as tx:
        unit = known_unit(tx, unit_id, lock=True)
        if not setting.least <= minutes <= most:
            raise BadInput(setting.reason, most=most)
        before = _minutes(tx, setting, unit.id, now)
        if minutes != before:
            store.put_minutes(tx, setting.name, unit.id, minutes)
            kind, rule_id = setting.changed, setting.rule
            events.append(tx, actor, now, kind, unit_id=unit.id, rule=rule_id, before=before, after=minutes)
        return minutes


def _put_warnings(tx: Tx, system: System, actor: Actor, unit: Unit, minutes: tuple[int, ...]) -> tuple[int, ...]:
    if not routine.warnings_in_order(minutes):
        bounds = {"latest": routine.LATEST, "earliest": routine.EARLIEST}
        raise BadInput("closing-warnings", fewest=routine.FEWEST, most=routine.MOST, **bounds)
    before = warnings_in(tx, system, [unit.id])[unit.id]
    if minutes != before:
        store.put_closing_warnings(tx, unit.id, minutes)
        events.append(
            tx,
            actor,
            system.clock.now(),
            "unit.warnings-changed",
            unit_id=unit.id,
            rule="CH-5",
            before=list(before),
            after=list(minutes),
        )
    return minutes
